"""HubSpot's answers as the records people may see."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain.objects import ObjectType
from gateway.domain.records import Presence, Record, RecordField
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot.record_replies import SeenRecord
from gateway.policy.record_rules import KEPT_BY_HUBSPOT, class_of
from gateway.usecases.classes import ClassTable


def showable(table: ClassTable) -> frozenset[str]:
    """The properties whose values may be shown: those of the ordinary class, and no other."""
    names = (*table.living, *KEPT_BY_HUBSPOT)
    return frozenset(
        name for name in names if class_of(name, table.living) is Sensitivity.NON_SENSITIVE
    )


def as_record(
    kind: ObjectType, seen: SeenRecord, names: Iterable[str], table: ClassTable
) -> Record:
    """A record as people see it, with ``names`` in this order."""
    return Record(
        kind.id,
        seen.id,
        tuple(_field(name, seen, table) for name in names),
        seen.created_at,
        seen.updated_at,
        seen.archived,
    )


def _field(name: str, seen: SeenRecord, table: ClassTable) -> RecordField:
    found = table.living.get(name, ())
    of = class_of(name, table.living)
    return RecordField(
        name,
        found[0].label if found else name,
        of,
        seen.presence.get(name, Presence.EMPTY),
        seen.values.get(name) if of is Sensitivity.NON_SENSITIVE else None,
    )
