"""Which scopes a call about records needs: one for the object, one for each class it names.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain.objects import CONTACT, OBJECT_TYPES, ObjectType
from gateway.domain.scopes import Access, record_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Stop
from gateway.emulator.seed.further import ENGAGEMENTS
from gateway.emulator.tokens import in_v2_spelling


def require(call: Call, kind: ObjectType, names: Iterable[str], access: Access) -> None:
    """Stop with 403 when the token may not read (write) the object, or one of the named
    properties: the whole call fails, not just the property."""
    held = call.token().scopes
    ordinary = record_need(kind, access)
    of_contacts = kind.id in ENGAGEMENTS and record_need(OBJECT_TYPES[CONTACT], access).met_by(held)
    if not of_contacts and not ordinary.met_by(held):
        raise Stop(responses.missing_scopes(ordinary.spellings))
    for sensitivity in _classes(call, kind, names):
        need = sensitive_need(kind, sensitivity, access)
        if need is None:
            raise Stop(responses.missing_scopes([]))
        if not need.met_by(held):
            scopes = [ordinary.spellings[0], *in_v2_spelling(need.spellings)]
            raise Stop(responses.missing_scopes(scopes))


def readable(call: Call, kind: ObjectType, names: Iterable[str]) -> list[str]:
    """Those of ``names`` the token may read: what the answer to a write shows."""
    held = call.token().scopes
    allowed = {
        sensitivity
        for sensitivity in (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE)
        if (need := sensitive_need(kind, sensitivity, Access.READ)) and need.met_by(held)
    } | {Sensitivity.NON_SENSITIVE, None}
    return [name for name in names if call.portal.sensitivity(kind.id, name) in allowed]


def _classes(call: Call, kind: ObjectType, names: Iterable[str]) -> list[Sensitivity]:
    """The sensitive classes of ``names``, in the order they are named."""
    found = dict.fromkeys(call.portal.sensitivity(kind.id, name) for name in names)
    return [s for s in found if s is not None and s is not Sensitivity.NON_SENSITIVE]
