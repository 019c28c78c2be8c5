"""Many records at once: all of it is looked at before anything is sent, it is sent in as many
calls as it takes, and of every record is told what became of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from gateway.domain.errors import GatewayError, Reason
from gateway.domain.hubspot_errors import Unavailable
from gateway.domain.objects import ObjectType
from gateway.domain.record_errors import (
    BatchTooLarge,
    InvalidBatch,
    InvalidRecord,
    OutcomeNotAudited,
    RecordFault,
    RecordRejected,
    reason,
)
from gateway.domain.records import (
    MAX_BATCH,
    MAX_BODY,
    MAX_INPUTS,
    BatchReport,
    BatchRow,
    Change,
    NewRecord,
    Record,
    RecordChange,
    RecordRef,
    RowState,
    UniqueKey,
    Values,
    audit_place,
    is_record_id,
)
from gateway.domain.scopes import Access
from gateway.domain.users import Permission, User
from gateway.hubspot import record_calls, record_replies
from gateway.hubspot.api import HubSpot
from gateway.hubspot.record_replies import SeenBatch
from gateway.hubspot.wire import Request
from gateway.policy.permissions import require
from gateway.policy.record_rules import ENVELOPE_BYTES, needs, reading_faults, size_of
from gateway.usecases.classes import Classes, ClassTable
from gateway.usecases.desk import Desk
from gateway.usecases.record_views import as_record, showable
from gateway.usecases.record_writing import RecordWriting

_T = TypeVar("_T")
_ROOM = 256
"""Bytes of one input beside its values."""


@dataclasses.dataclass(frozen=True)
class _Input:
    """One record of a batch."""

    place: int
    values: Values
    build: NewRecord | RecordChange

    @property
    def trace(self) -> str:
        """What tells it apart in HubSpot's answer."""
        return f"row-{self.place}"


Build = Callable[[Mapping[str, _Input]], Request]


class RecordBatches:
    """``gateway.records.batches``. Each raises :class:`UnknownObjectType`,
    :class:`BatchTooLarge`, :class:`InvalidBatch`, :class:`MissingScope` and :class:`NotAudited`
    before anything is sent, and what the first call raised; after it the report tells."""

    def __init__(self, desk: Desk, classes: Classes, writing: RecordWriting) -> None:
        self._desk = desk
        self._classes = classes
        self._writing = writing

    def read(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str], *, by: User
    ) -> BatchReport:
        """Records by id with ``properties``, as :meth:`Records.read` shows them."""
        require(by, Permission.VIEW_RECORDS)
        kind = self._classes.kind(object_type)
        _fits(ids)
        names = tuple(dict.fromkeys(properties))
        table = self._classes.to_show(kind, names)
        if faults := reading_faults(names, table.living, table.archived, kind):
            raise InvalidRecord(faults)
        _refuse({place: _of_id(kind, one) for place, one in enumerate(ids, 1)})
        shown = showable(table)
        found: dict[str, Record] = {}
        unclear: set[str] = set()
        for part in _parts(list(dict.fromkeys(ids)), lambda _: 0):
            with self._desk.asking(needs(kind, names, table.living, Access.READ)) as hubspot:
                request = record_calls.read_records(kind.plural, part, names)
                seen = record_replies.batch(hubspot.client.send(request), {}, names, shown)
            found |= {one.id: as_record(kind, one, names, table) for one in seen.records}
            if seen.elsewhere is not None:
                unclear |= set(part) - seen.missing
        nowhere = {"": reason(RecordFault.NO_RECORD)}
        return BatchReport(
            tuple(
                BatchRow(place, RowState.DONE, found[one])
                if one in found
                else BatchRow(place, RowState.UNCLEAR)
                if one in unclear
                else BatchRow(place, RowState.REFUSED, reasons=nowhere)
                for place, one in enumerate(ids, 1)
            )
        )

    def create(self, object_type: str, inputs: Sequence[NewRecord], *, by: User) -> BatchReport:
        """New records, each as :meth:`Records.create` makes one."""
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        _fits(inputs)
        named = {name for one in inputs for name in one.values}
        table = self._classes.to_write(kind, named)
        _refuse(
            {
                place: self._writing.faults_of_new(kind, one, table)
                for place, one in enumerate(inputs, 1)
            }
        )

        def build(part: Mapping[str, _Input]) -> Request:
            return record_calls.create_records(
                kind.plural,
                {
                    trace: (one.build.values, one.build.associations)
                    for trace, one in part.items()
                    if isinstance(one.build, NewRecord)
                },
            )

        rows = [_Input(place, one.values, one) for place, one in enumerate(inputs, 1)]
        return self._written(Change.CREATE, kind, rows, build, table, by=by)

    def update(self, object_type: str, inputs: Sequence[RecordChange], *, by: User) -> BatchReport:
        """Changes, each as :meth:`Records.update` makes one."""
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        _fits(inputs)
        named = {name for one in inputs for name in _named(one)}
        table = self._classes.to_write(kind, named)
        twice = _twice([one.record for one in inputs])
        _refuse(
            {
                place: self._writing.faults_of_change(kind, one, table)
                | ({"": reason(RecordFault.NAMED_TWICE)} if place in twice else {})
                for place, one in enumerate(inputs, 1)
            }
        )

        def build(part: Mapping[str, _Input]) -> Request:
            return record_calls.update_records(
                kind.plural,
                {
                    trace: (one.build.record, one.build.values)
                    for trace, one in part.items()
                    if isinstance(one.build, RecordChange)
                },
            )

        rows = [_Input(place, one.values, one) for place, one in enumerate(inputs, 1)]
        return self._written(Change.UPDATE, kind, rows, build, table, by=by)

    def archive(self, object_type: str, ids: Sequence[str], *, by: User) -> BatchReport:
        """Archives records by id. HubSpot passes over ids it has no record of."""
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        _fits(ids)
        twice = _twice(ids)
        _refuse(
            {
                place: _of_id(kind, one)
                | ({"": reason(RecordFault.NAMED_TWICE)} if place in twice else {})
                for place, one in enumerate(ids, 1)
            }
        )
        table = self._classes.of(kind)
        rows = [_Input(place, {}, RecordChange(one, {})) for place, one in enumerate(ids, 1)]

        def build(part: Mapping[str, _Input]) -> Request:
            chosen = [ids[one.place - 1] for one in part.values()]
            return record_calls.archive_records(kind.plural, chosen)

        return self._written(Change.ARCHIVE, kind, rows, build, table, by=by)

    def _written(
        self,
        change: Change,
        kind: ObjectType,
        inputs: Sequence[_Input],
        build: Build,
        table: ClassTable,
        *,
        by: User,
    ) -> BatchReport:
        done: dict[int, BatchRow] = {}
        names = tuple(dict.fromkeys(name for one in inputs for name in one.values))
        audited, going, stopped = True, True, ""
        for part in _parts(inputs, lambda one: size_of(one.values)):
            if not going:
                break
            by_trace = {one.trace: one for one in part}
            try:
                with self._writing.asked(change, kind, "", names, table, by=by) as hubspot:
                    rows = _outcome(change, kind, hubspot, build(by_trace), by_trace, table)
            except GatewayError as error:
                if not done:
                    raise
                stopped = str(error)
                break
            done |= {row.place: row for row in rows}
            going = all(row.state is not RowState.UNCLEAR for row in rows)
            try:
                self._writing.made(change, kind, _told(rows, part), by=by)
            except OutcomeNotAudited:
                audited = going = False
        left = (BatchRow(one.place, RowState.NOT_SENT) for one in inputs if one.place not in done)
        return BatchReport(tuple(sorted((*done.values(), *left), key=_place)), audited, stopped)


def _outcome(
    change: Change,
    kind: ObjectType,
    hubspot: HubSpot,
    request: Request,
    inputs: Mapping[str, _Input],
    table: ClassTable,
) -> list[BatchRow]:
    """What became of each input of one call. Raises what proves that none of it was done."""
    try:
        response = hubspot.client.send(request)
        if change is Change.ARCHIVE:
            record_replies.done(response)
            return [BatchRow(one.place, RowState.DONE) for one in inputs.values()]
        names = tuple(dict.fromkeys(name for one in inputs.values() for name in one.values))
        sent = {trace: tuple(one.values) for trace, one in inputs.items()}
        answer = record_replies.batch(response, sent, names, showable(table))
    except Unavailable:
        return [BatchRow(one.place, RowState.UNCLEAR) for one in inputs.values()]
    except RecordRejected as error:
        return [
            BatchRow(one.place, RowState.REFUSED, reasons=error.reasons) for one in inputs.values()
        ]
    return [_row(one, kind, answer, table) for one in inputs.values()]


def _row(one: _Input, kind: ObjectType, answer: SeenBatch, table: ClassTable) -> BatchRow:
    seen = next((found for found in answer.records if found.trace == one.trace), None)
    if seen is not None:
        record = as_record(kind, seen, tuple(one.values), table)
        return BatchRow(one.place, RowState.DONE, record)
    refused = answer.refused.get(one.trace, answer.elsewhere)
    if refused is None:
        # HubSpot told neither that it was done nor that it was not.
        return BatchRow(one.place, RowState.UNCLEAR)
    return BatchRow(one.place, RowState.REFUSED, reasons=refused)


def _told(rows: Iterable[BatchRow], part: Sequence[_Input]) -> list[tuple[str, Iterable[str]]]:
    """What was done, for the audit: the record's id where it is known, and its properties."""
    by_place = {one.place: one for one in part}
    told: list[tuple[str, Iterable[str]]] = []
    for row in rows:
        if row.state is not RowState.DONE:
            continue
        given = by_place[row.place].build
        known = given.record if isinstance(given, RecordChange) else ""
        by_id = row.record.id if row.record is not None else known
        told.append((by_id if isinstance(by_id, str) else "", by_place[row.place].values))
    return told


def _parts(inputs: Sequence[_T], size: Callable[[_T], int]) -> Iterator[list[_T]]:
    """The inputs in calls: as many in each as HubSpot takes, and no body too large."""
    part: list[_T] = []
    room = MAX_BODY - ENVELOPE_BYTES
    for one in inputs:
        takes = size(one) + _ROOM
        if part and (len(part) == MAX_INPUTS or takes > room):
            yield part
            part, room = [], MAX_BODY - ENVELOPE_BYTES
        part.append(one)
        room -= takes
    if part:
        yield part


def _named(one: RecordChange) -> Iterator[str]:
    yield from one.values
    if isinstance(one.record, UniqueKey):
        yield one.record.property_name


def _fits(inputs: Sequence[object]) -> None:
    if not 1 <= len(inputs) <= MAX_BATCH:
        raise BatchTooLarge


def _refuse(faults: Mapping[int, Mapping[str, Reason]]) -> None:
    if bad := {place: reasons for place, reasons in faults.items() if reasons}:
        raise InvalidBatch(bad)


def _of_id(kind: ObjectType, record_id: str) -> dict[str, Reason]:
    usable = is_record_id(record_id) and audit_place(kind.id, record_id) is not None
    return {} if usable else {"": reason(RecordFault.BAD_ID)}


def _twice(records: Sequence[RecordRef]) -> frozenset[int]:
    """The places of records that stand there a second time."""
    seen: set[tuple[str, str]] = set()
    again: set[int] = set()
    for place, one in enumerate(records, 1):
        key = (
            (one.property_name, one.value.reveal().casefold())
            if isinstance(one, UniqueKey)
            else ("", one)
        )
        if key in seen:
            again.add(place)
        seen.add(key)
    return frozenset(again)


def _place(row: BatchRow) -> int:
    return row.place
