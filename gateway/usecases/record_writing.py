"""What every change of records has in common: what stands against it, the audit before and
after, and the token's scopes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence

from gateway.domain.errors import GatewayError, Reason
from gateway.domain.objects import ObjectType
from gateway.domain.record_errors import (
    InvalidRecord,
    NotAudited,
    OutcomeNotAudited,
    RecordFault,
    reason,
)
from gateway.domain.records import (
    Change,
    NewRecord,
    RecordChange,
    RecordRef,
    UniqueKey,
    Values,
    audit_place,
    is_record_id,
)
from gateway.domain.scopes import Access
from gateway.domain.users import User
from gateway.hubspot.api import HubSpot
from gateway.policy.record_rules import naming_faults, needs, writing_faults
from gateway.store.record_rows import RecordRows
from gateway.usecases.classes import ClassTable
from gateway.usecases.desk import Desk
from gateway.usecases.instruments import Instruments

LARGEST_TYPE = 2**31
"""Types of associations are numbers below this."""


def known_place(kind: ObjectType, record: RecordRef) -> str:
    """What stands in the audit for a record that is named; the object type's where only HubSpot
    knows its id. Raises :class:`InvalidRecord`."""
    if isinstance(record, UniqueKey):
        return kind.id
    place = audit_place(kind.id, record) if is_record_id(record) else None
    if place is None:
        raise InvalidRecord({"": reason(RecordFault.BAD_ID)})
    return place


def _faults(values: Values, table: ClassTable, kind: ObjectType) -> dict[str, Reason]:
    lowered = {name: reason(RecordFault.CLASS_LOWERED) for name in values if name in table.lowered}
    return writing_faults(values, table.living, table.archived, kind) | lowered


class RecordWriting:
    """Lets changes go to HubSpot, and tells the audit."""

    def __init__(self, desk: Desk, rows: RecordRows, instruments: Instruments) -> None:
        self._desk = desk
        self._rows = rows
        self._instruments = instruments

    def faults_of_new(
        self, kind: ObjectType, wanted: NewRecord, table: ClassTable
    ) -> dict[str, Reason]:
        """Why a record cannot be created, by property name; empty when it can be tried."""
        faults = _faults(wanted.values, table, kind)
        joined = all(
            is_record_id(one.to_id) and 0 < one.type_id < LARGEST_TYPE
            for one in wanted.associations
        )
        if not joined:
            faults[""] = reason(RecordFault.NO_ASSOCIATION)
        return faults

    def faults_of_change(
        self, kind: ObjectType, wanted: RecordChange, table: ClassTable
    ) -> dict[str, Reason]:
        """Why a record cannot be changed so, by property name."""
        faults = _faults(wanted.values, table, kind)
        faults |= naming_faults(wanted.record, table.living, table.archived, kind)
        if isinstance(wanted.record, UniqueKey):
            if wanted.record.property_name in table.lowered:
                faults[wanted.record.property_name] = reason(RecordFault.CLASS_LOWERED)
        elif not is_record_id(wanted.record) or audit_place(kind.id, wanted.record) is None:
            faults[""] = reason(RecordFault.BAD_ID)
        if not wanted.values:
            faults[""] = reason(RecordFault.NOTHING_TO_WRITE)
        return faults

    @contextlib.contextmanager
    def asked(
        self,
        change: Change,
        kind: ObjectType,
        record_id: str,
        names: Iterable[str],
        table: ClassTable,
        *,
        by: User,
    ) -> Iterator[HubSpot]:
        """Asks HubSpot for a change inside the block, once the audit knows of it; ``record_id``
        is "" for a new record, or for many. Raises :class:`MissingScope` and
        :class:`NotAudited` before."""
        written = tuple(names)
        with self._desk.asking(needs(kind, written, table.living, Access.WRITE)) as hubspot:
            place = audit_place(kind.id, record_id) or kind.id
            try:
                self._rows.asked(place, change, written, actor=by.id)
            except GatewayError:
                raise NotAudited from None
            yield hubspot

    def made(
        self,
        change: Change,
        kind: ObjectType,
        records: Sequence[tuple[str, Iterable[str]]],
        *,
        by: User,
    ) -> None:
        """Counts what HubSpot has done and tells the audit: ids, with the names of the
        properties. Raises :class:`OutcomeNotAudited`."""
        self._instruments.changed(change, len(records))
        places = [
            (audit_place(kind.id, record_id) or kind.id, tuple(names))
            for record_id, names in records
        ]
        try:
            self._rows.made(change, places, actor=by.id)
        except GatewayError:
            raise OutcomeNotAudited from None
