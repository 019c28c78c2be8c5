"""Which scope opens which class of which object, in every spelling HubSpot uses.

The documentation writes base names, the published specs and live 403 bodies add ``.v2``,
and tickets have one scope for reading and writing. A need is met by any of its spellings;
people are shown the base name.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
and the security entries of HubSpot's published OpenAPI files.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection

from gateway.domain.objects import ObjectType
from gateway.domain.sensitivity import Sensitivity

FORMS = "forms"


class Access(enum.StrEnum):
    """What a token wants to do with a property's values."""

    READ = "read"
    WRITE = "write"


@dataclasses.dataclass(frozen=True)
class ScopeNeed:
    """One thing a token must be allowed to do, and every scope that allows it."""

    name: str
    """The base name, as HubSpot's settings pages write it."""
    spellings: tuple[str, ...]
    """Every scope that meets the need, the base name first."""
    purpose: str
    """Why it is needed, as the end of a sentence: "write sensitive contact properties"."""

    def met_by(self, held: Collection[str]) -> bool:
        """Whether one of the spellings is among the scopes ``held``."""
        return any(spelling in held for spelling in self.spellings)


_CLASS_WORD = {Sensitivity.SENSITIVE: "sensitive", Sensitivity.HIGHLY_SENSITIVE: "highly_sensitive"}
_NO_HIGHLY_SENSITIVE = frozenset({"appointments"})
_TICKETS = "tickets"
_WITH_SCOPES = frozenset(
    {"contacts", "companies", "deals", "custom", "appointments", "projects", _TICKETS}
)


def forms_need() -> ScopeNeed:
    """What every call about forms asks for."""
    return ScopeNeed(FORMS, (FORMS,), "read forms and submit to them")


def definition_need(kind: ObjectType) -> ScopeNeed:
    """What reading an object's property definitions asks for: the schema scope, or any
    ordinary scope of the object (HubSpot lists them as alternatives)."""
    stem = kind.scope_stem
    schema = f"crm.schemas.{stem}.read"
    ordinary = (
        (_TICKETS, "crm.objects.tickets.read")
        if stem == _TICKETS
        else (f"crm.objects.{stem}.read", f"crm.objects.{stem}.write", f"crm.schemas.{stem}.write")
    )
    return ScopeNeed(
        schema, (schema, *ordinary), f"read the definitions of {kind.label} properties"
    )


def definition_write_need(kind: ObjectType) -> ScopeNeed:
    """What creating, changing and archiving an object's property definitions asks for. A
    property of a sensitive class asks for :func:`sensitive_need` to write as well."""
    stem = kind.scope_stem
    schema = f"crm.schemas.{stem}.write"
    spellings = (_TICKETS, schema) if stem == _TICKETS else (schema,)
    return ScopeNeed(spellings[0], spellings, f"define {kind.label} properties")


def sensitive_need(kind: ObjectType, sensitivity: Sensitivity, access: Access) -> ScopeNeed | None:
    """What reading or writing values of a class asks for; None when HubSpot has no scope
    that could allow it (highly sensitive appointments, objects without Sensitive Data).

    ``NON_SENSITIVE`` is not asked here: :class:`ValueError`.
    """
    if sensitivity is Sensitivity.NON_SENSITIVE:
        raise ValueError("an ordinary property needs no sensitive scope")
    stem, word = kind.scope_stem, _CLASS_WORD[sensitivity]
    if stem not in _WITH_SCOPES:
        return None
    if sensitivity is Sensitivity.HIGHLY_SENSITIVE and stem in _NO_HIGHLY_SENSITIVE:
        return None
    purpose = f"{access} {word.replace('_', ' ')} {kind.label} properties"
    granular = f"crm.objects.{stem}.{word}.{access}"
    if stem == _TICKETS:
        name = f"{_TICKETS}.{word}"
        return ScopeNeed(name, (name, f"{name}.v2", granular, f"{granular}.v2"), purpose)
    return ScopeNeed(granular, (granular, f"{granular}.v2"), purpose)
