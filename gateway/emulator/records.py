"""CRM records in memory, written the way form submissions write them."""

from __future__ import annotations

import bisect
import collections
import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Mapping

from gateway.domain.objects import COMPANY, CONTACT
from gateway.emulator.changes import Change, Changes, ChangeSource, Happening
from gateway.emulator.due import Due

_IDENTITY: Mapping[str, tuple[str, ...]] = {CONTACT: ("email",), COMPANY: ("domain", "name")}
"""By which properties a submission finds the record it updates, the first that is filled
deciding. Every other object gets a new record each time."""


def iso(ms: int) -> str:
    """Milliseconds since the epoch as HubSpot writes a moment."""
    moment = datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


@dataclasses.dataclass
class Record:
    """One record. Its values are synthetic or a demo's, and live in memory only."""

    id: str
    created_ms: int
    updated_ms: int
    values: dict[str, str] = dataclasses.field(default_factory=dict, repr=False)
    archived: bool = False


@dataclasses.dataclass(frozen=True)
class _Write:
    object_type_id: str
    values: Mapping[str, str] = dataclasses.field(repr=False)
    at_ms: int


class Records:
    """Every record of the portal, by object type, oldest first."""

    def __init__(self) -> None:
        self._by_type: dict[str, dict[str, Record]] = {}
        self._by_identity: dict[tuple[str, str, str], list[int]] = collections.defaultdict(list)
        """(object type, property, case-folded value) → record ids in ascending order, which
        is oldest first. Changed with every write, so that no write looks at all records."""
        self._waiting: Due[_Write] = Due()
        self._ids = itertools.count(84_729_735_601, 7)
        self.changes = Changes()
        """What happened to records, for the webhooks. Every write is noted there."""

    def submit(
        self, object_type_id: str, values: Mapping[str, str], *, at_ms: int, due: float
    ) -> None:
        """Write ``values`` to the record they belong to, once the monotonic clock reaches
        ``due``. An empty text clears; an unchanged identity updates, a new one creates."""
        self._waiting.put(due, _Write(object_type_id, dict(values), at_ms))

    def settle(self, now: float) -> None:
        """Carry out the writes that are due."""
        for write in self._waiting.until(now):
            self._carry_out(write)

    def all(self, object_type_id: str) -> Iterable[Record]:
        """The records of one object type, oldest first."""
        return tuple(self._by_type.get(object_type_id, {}).values())

    def find(self, object_type_id: str, value: str, by: str | None = None) -> Record | None:
        """The record of id ``value``, or the first whose property ``by`` has this value."""
        records = self._by_type.get(object_type_id, {})
        if by in (None, "hs_object_id"):
            return records.get(value)
        wanted = value.casefold()
        if by in _IDENTITY.get(object_type_id, ()) and wanted:
            ids = self._by_identity.get((object_type_id, by, wanted))
            return records[str(ids[0])] if ids else None
        for record in records.values():
            if by and record.values.get(by, "").casefold() == wanted:
                return record
        return None

    def _carry_out(self, write: _Write) -> None:
        record = self._identified(write) or self._created(write)
        record.updated_ms = write.at_ms
        for name in _IDENTITY.get(write.object_type_id, ()):
            if name in write.values:
                self._refile(record, (write.object_type_id, name), write.values[name])
        for name, value in write.values.items():
            before = record.values.get(name, "")
            if value:
                record.values[name] = value
            else:
                record.values.pop(name, None)
            if value != before:
                self._note(write, record, Happening.PROPERTY_CHANGE, name, value)

    def _note(
        self,
        write: _Write,
        record: Record,
        what: Happening,
        name: str | None = None,
        value: str | None = None,
    ) -> None:
        kind, source = write.object_type_id, ChangeSource.FORM
        self.changes.note(Change(what, kind, record.id, write.at_ms, source, name, value))

    def _refile(self, record: Record, place: tuple[str, str], value: str) -> None:
        before, after = record.values.get(place[1], "").casefold(), value.casefold()
        if before == after:
            return
        if before:
            self._by_identity[*place, before].remove(int(record.id))
        if after:
            bisect.insort(self._by_identity[*place, after], int(record.id))

    def _identified(self, write: _Write) -> Record | None:
        for by in _IDENTITY.get(write.object_type_id, ()):
            if value := write.values.get(by):
                return self.find(write.object_type_id, value, by)
        return None

    def _created(self, write: _Write) -> Record:
        record = Record(str(next(self._ids)), write.at_ms, write.at_ms)
        self._by_type.setdefault(write.object_type_id, {})[record.id] = record
        self._note(write, record, Happening.CREATION)
        return record
