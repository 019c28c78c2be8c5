"""Properties no two records may share a value of: a contact's e-mail, and what is defined so."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.objects import CONTACT, ObjectType
from gateway.emulator.objects.refusals import Refusal, contact_exists, value_taken
from gateway.emulator.portal import Portal
from gateway.emulator.records import Record

_HIDDEN = "…"


class Claims:
    """Which values the inputs of one call have taken, so that no two take the same."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def take(
        self, portal: Portal, kind: ObjectType, record: Record | None, values: Mapping[str, str]
    ) -> None:
        """Take what is unique of ``values`` for ``record``, None for a new one. Raises
        ``Refusal``: 409 for a contact that exists already, 400 for any other taken value."""
        places = {
            (n, v.casefold()): v for n, v in values.items() if v and is_unique(portal, kind, n)
        }
        for (name, folded), value in places.items():
            holder = portal.records.find(kind.id, value, name)
            if holder is record and holder is not None:
                continue
            if holder is not None and record is None and (kind.id, name) == (CONTACT, "email"):
                raise contact_exists(holder.id)
            if holder is not None or (name, folded) in self._taken:
                shown = value if portal.switches.messages_echo_values else _HIDDEN
                taker = holder.id if holder else "another input of the batch"
                raise value_taken(portal.id, kind, name, shown, taker)
        self._taken.update(places)


def is_unique(portal: Portal, kind: ObjectType, name: str) -> bool:
    """Whether no two records may share a value of the property."""
    definition = portal.property(kind.id, name)
    if definition is None or definition["archived"]:
        return False
    return (kind.id, name) == (CONTACT, "email") or bool(definition.get("hasUniqueValue"))


def unique_property(portal: Portal, kind: ObjectType, name: str | None) -> str | None:
    """``name`` again, when records can be found by it. Raises ``Refusal`` (400) otherwise."""
    if name in (None, "hs_object_id") or is_unique(portal, kind, name):
        return name
    raise Refusal(
        400, "VALIDATION_ERROR", f"The property {name} is not a unique property of the object"
    )
