"""Which scopes an app may ask this account for."""

from __future__ import annotations

import functools

from gateway.domain.objects import OBJECT_TYPES, object_type
from gateway.domain.scopes import FORMS, Access, definition_need, record_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.seed.further import FURTHER

APP_SCOPES = frozenset(
    {"developers-read", "developers-write", "private-apps-read", "private-apps-write"}
)
"""What ``client_credentials`` gives: an app's own settings, and no account's data."""
_PLAIN = ("oauth", FORMS, "forms-uploaded-files", "files", "account-info.security.read")
_CLASSES = (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE)


@functools.cache
def known_scopes() -> frozenset[str]:
    """Every scope of an account, in every spelling that specs or documentation use."""
    found = {*_PLAIN, "tickets"}
    for kind in (*OBJECT_TYPES.values(), object_type("2-1")):
        if kind is None:
            continue
        stem = kind.scope_stem
        found |= {f"crm.objects.{stem}.{access}" for access in Access}
        found |= {f"crm.schemas.{stem}.{access}" for access in Access}
        found |= set(definition_need(kind).spellings)
        for sensitivity in _CLASSES:
            for access in Access:
                need = sensitive_need(kind, sensitivity, access)
                found |= set(need.spellings) if need else set()
    for further in FURTHER.values():
        found |= {record_need(further, access).name for access in Access}
        found |= set(definition_need(further).spellings)
    return frozenset(found)
