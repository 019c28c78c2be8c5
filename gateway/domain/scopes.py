"""Which scope opens which class of which object, in every spelling HubSpot uses.

The documentation writes base names, the published specs and live 403 bodies add ``.v2``,
and tickets have one scope for reading and writing. A need is met by any of its spellings;
people are shown the base name.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data,
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
and the security entries of HubSpot's published OpenAPI files.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection

from gateway.domain.objects import ObjectType
from gateway.domain.sensitivity import Sensitivity

FORMS = "forms"
GIVEN = frozenset({"oauth"})
"""Scopes that every token holds, asked for or not."""


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
    wider: tuple[str, ...] = ()
    """Scopes that allow it too, and more besides; the narrowest first."""

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every scope with which HubSpot lets it happen."""
        return (*self.spellings, *self.wider)

    def met_by(self, held: Collection[str]) -> bool:
        """Whether one of the scopes ``held`` allows it."""
        return any(scope in held for scope in self.accepted)

    def served_by(self, held: Collection[str]) -> frozenset[str]:
        """Which of the scopes ``held`` it rests on: its own spellings, else the narrowest of
        the wider ones, else none."""
        own = frozenset(scope for scope in self.spellings if scope in held)
        return own or frozenset([scope for scope in self.wider if scope in held][:1])


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
    wider = (
        ("crm.objects.tickets.read", _TICKETS)
        if stem == _TICKETS
        else (f"crm.objects.{stem}.read", f"crm.objects.{stem}.write", f"crm.schemas.{stem}.write")
    )
    return ScopeNeed(schema, (schema,), f"read the definitions of {kind.label} properties", wider)


def property_need(kind: ObjectType) -> ScopeNeed:
    """What creating, changing and archiving an object's properties asks for; a sensitive one
    also asks for the write scope of its class."""
    purpose = f"create and change {kind.label} properties"
    schema = f"crm.schemas.{kind.scope_stem}.write"
    if kind.scope_stem == _TICKETS:
        return ScopeNeed(_TICKETS, (_TICKETS, schema), purpose)
    return ScopeNeed(schema, (schema,), purpose)


def record_need(kind: ObjectType, access: Access) -> ScopeNeed:
    """What reading or writing an object's records asks for, whatever values they have."""
    granular = f"crm.objects.{kind.scope_stem}.{access}"
    purpose = f"{access} {kind.label} records"
    if kind.scope_stem == _TICKETS:
        return ScopeNeed(_TICKETS, (_TICKETS, granular), purpose)
    return ScopeNeed(granular, (granular,), purpose)


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
