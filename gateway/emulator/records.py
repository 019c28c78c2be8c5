"""CRM records in memory: written by form submissions and by the objects API, with the history
of every value and a journal of what changed."""

from __future__ import annotations

import bisect
import collections
import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT
from gateway.emulator.changes import Change, Changes, ChangeSource, Happening
from gateway.emulator.due import Due
from gateway.emulator.links import Links

_IDENTITY: Mapping[str, tuple[str, ...]] = {CONTACT: ("email",), COMPANY: ("domain", "name")}
"""By which properties a submission finds the record it updates, the first that is filled
deciding. Every other object gets a new record each time."""
_VERSIONS = 20
"""How many values of one property its history keeps."""
_FIRST_ID, _ID_STEP = 84_729_735_601, 7
_NOTHING: Mapping[str, Any] = {}


def iso(ms: int) -> str:
    """Milliseconds since the epoch as HubSpot writes a moment."""
    moment = datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote, and when."""

    source: ChangeSource
    at_ms: int
    """Milliseconds since the epoch."""
    source_id: str = ""
    """The form, or the app."""


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """One value a property had; an empty text when it was cleared."""

    value: str = dataclasses.field(repr=False)
    origin: Origin


@dataclasses.dataclass
class Record:
    """One record. Its values are synthetic or a demo's, and live in memory only."""

    id: str
    created_ms: int
    updated_ms: int
    values: dict[str, str] = dataclasses.field(default_factory=dict, repr=False)
    archived_ms: int | None = None
    history: dict[str, list[Version]] = dataclasses.field(default_factory=dict, repr=False)
    """Property name → its values, the oldest first."""
    merged_ids: tuple[str, ...] = ()
    """The records that were merged into this one."""

    @property
    def archived(self) -> bool:
        """Whether the record is archived."""
        return self.archived_ms is not None

    def as_of(self, ms: int) -> Record | None:
        """The record as it was at a moment; None before it was made."""
        if self.created_ms > ms:
            return None
        if self.updated_ms <= ms and (self.archived_ms is None or self.archived_ms <= ms):
            return self
        values, updated = {}, self.created_ms
        for name, versions in self.history.items():
            past = [version for version in versions if version.origin.at_ms <= ms]
            if past:
                updated = max(updated, past[-1].origin.at_ms)
            if past and past[-1].value:
                values[name] = past[-1].value
        gone = self.archived_ms if (self.archived_ms or ms + 1) <= ms else None
        return dataclasses.replace(self, updated_ms=updated, values=values, archived_ms=gone)


@dataclasses.dataclass(frozen=True)
class Write:
    """What a submission writes, once it is due."""

    object_type_id: str
    values: Mapping[str, str] = dataclasses.field(repr=False)
    origin: Origin


class Records:
    """Every record of the portal, by object type, oldest first."""

    def __init__(self) -> None:
        self.changes = Changes()
        """What happened to records, for the webhooks. Every write is noted there."""
        self.links = Links()
        self._by_type: dict[str, dict[str, Record]] = {}
        self._by_identity: dict[tuple[str, str, str], list[int]] = collections.defaultdict(list)
        """(object type, property, case-folded value) → ids of live records in ascending order,
        which is oldest first. Changed with every write, so that none looks at all records."""
        self._merged: dict[tuple[str, str], str] = {}
        """(object type, id of a merged record) → the record it went into."""
        self._waiting: Due[Write] = Due()
        self._ids = itertools.count(_FIRST_ID, _ID_STEP)

    def submit(
        self,
        object_type_id: str,
        values: Mapping[str, str],
        *,
        at_ms: int,
        due: float,
        form_id: str = "",
    ) -> None:
        """Write ``values`` to the record they belong to, once the monotonic clock reaches
        ``due``. An empty text clears; an unchanged identity updates, a new one creates."""
        origin = Origin(ChangeSource.FORM, at_ms, form_id)
        self.wait(due, Write(object_type_id, dict(values), origin))

    def wait(self, due: float, write: Write) -> None:
        """Keep a write until the monotonic clock reaches ``due``."""
        self._waiting.put(due, write)

    def settle(self, now: float) -> None:
        """Carry out the writes that are due."""
        for write in self._waiting.until(now):
            found = self._identified(write)
            if found is None:
                self.create(write.object_type_id, write.values, write.origin)
            else:
                self.update(write.object_type_id, found, write.values, write.origin)

    def waiting(self) -> Sequence[tuple[float, Write]]:
        """The writes that are not due yet, each with its moment."""
        return self._waiting.all()

    def merged(self) -> Mapping[tuple[str, str], str]:
        """(object type, id of a merged record) → the record it went into."""
        return dict(self._merged)

    def put_back(
        self, records: Mapping[str, Iterable[Record]], merged: Mapping[tuple[str, str], str]
    ) -> None:
        """Fill an empty portal with records as they were; nobody is told."""
        self._merged = dict(merged)
        numbers = [_FIRST_ID - _ID_STEP, *(int(old) for _, old in merged)]
        for object_type_id, rows in records.items():
            self._by_type[object_type_id] = {record.id: record for record in rows}
            for record in self._by_type[object_type_id].values():
                numbers.append(int(record.id))
                for name in () if record.archived else _IDENTITY.get(object_type_id, ()):
                    if held := record.values.get(name, "").casefold():
                        ids = self._by_identity[object_type_id, name, held]
                        bisect.insort(ids, int(record.id))
        self._ids = itertools.count(max(numbers) + _ID_STEP, _ID_STEP)

    def all(self, object_type_id: str) -> Sequence[Record]:
        """The records of one object type, oldest first, the archived among them."""
        return tuple(self._by_type.get(object_type_id, {}).values())

    def types(self) -> Iterable[str]:
        """The object types that have records."""
        return tuple(self._by_type)

    def find(
        self, object_type_id: str, value: str, by: str | None = None, *, archived: bool = False
    ) -> Record | None:
        """The record of id ``value``, or the first whose property ``by`` has this value:
        among the live ones, or among the ``archived``. A merged id finds the whole."""
        records = self._by_type.get(object_type_id, {})
        if by in (None, "hs_object_id"):
            found = records.get(self._merged.get((object_type_id, value), value))
            return found if found is not None and found.archived == archived else None
        wanted = value.casefold()
        if not wanted:
            return None
        if by in _IDENTITY.get(object_type_id, ()) and not archived:
            ids = self._by_identity.get((object_type_id, by, wanted))
            return records[str(ids[0])] if ids else None
        for record in records.values():
            value_held = record.values.get(by, "") if by and record.archived == archived else ""
            if value_held.casefold() == wanted:
                return record
        return None

    def create(self, object_type_id: str, values: Mapping[str, str], origin: Origin) -> Record:
        """A new record with ``values``."""
        record = Record(str(next(self._ids)), origin.at_ms, origin.at_ms)
        self._by_type.setdefault(object_type_id, {})[record.id] = record
        self._note(object_type_id, record, Happening.CREATION, origin)
        self.update(object_type_id, record, values, origin)
        return record

    def update(
        self, object_type_id: str, record: Record, values: Mapping[str, str], origin: Origin
    ) -> None:
        """Write ``values``; an empty text clears. What does not change leaves no trace."""
        record.updated_ms = origin.at_ms
        for name, value in values.items():
            if value == record.values.get(name, ""):
                continue
            if name in _IDENTITY.get(object_type_id, ()):
                self._refile(record, (object_type_id, name), value)
            if value:
                record.values[name] = value
            else:
                record.values.pop(name, None)
            versions = record.history.setdefault(name, [])
            versions.append(Version(value, origin))
            del versions[:-_VERSIONS]
            self._note(object_type_id, record, Happening.PROPERTY_CHANGE, origin, name, value)

    def archive(self, object_type_id: str, record: Record, origin: Origin) -> None:
        """Archive a live record: it keeps its values, and nothing finds it by them."""
        self._unfile(object_type_id, record)
        record.archived_ms = origin.at_ms
        self._note(object_type_id, record, Happening.DELETION, origin)

    def erase(self, object_type_id: str, record: Record, origin: Origin) -> None:
        """Delete a record for good, live or archived, with its history."""
        if not record.archived:
            self._unfile(object_type_id, record)
        del self._by_type[object_type_id][record.id]
        self.links.forget((object_type_id, record.id))
        self._note(object_type_id, record, Happening.PRIVACY_DELETION, origin)

    def merge(self, object_type_id: str, into: Record, other: Record, origin: Origin) -> None:
        """Merge ``other`` into ``into``, which keeps its own values and takes those it lacks."""
        self._unfile(object_type_id, other)
        del self._by_type[object_type_id][other.id]
        self.links.move((object_type_id, other.id), (object_type_id, into.id))
        for old in (other.id, *other.merged_ids):
            self._merged[object_type_id, old] = into.id
        into.merged_ids = (*into.merged_ids, other.id, *other.merged_ids)
        taken = {n: v for n, v in other.values.items() if n not in into.values}
        self.update(object_type_id, into, taken, origin)
        told = {
            "primaryObjectId": into.id,
            "mergedObjectIds": [other.id],
            "newObjectId": into.id,
            "numberOfPropertiesMoved": len(taken),
        }
        self._note(object_type_id, into, Happening.MERGE, origin, details=told)

    def link(
        self, object_type_id: str, record: Record, origin: Origin, details: Mapping[str, Any]
    ) -> None:
        """Note that a record was associated; ``details`` under the keys events have."""
        self._note(object_type_id, record, Happening.ASSOCIATION_CHANGE, origin, details=details)

    def _note(
        self,
        object_type_id: str,
        record: Record,
        what: Happening,
        origin: Origin,
        name: str | None = None,
        value: str | None = None,
        details: Mapping[str, Any] = _NOTHING,
    ) -> None:
        at, source, by = origin.at_ms, origin.source, origin.source_id
        kind, record_id = object_type_id, record.id
        self.changes.note(Change(what, kind, record_id, at, source, name, value, details, by))

    def _unfile(self, object_type_id: str, record: Record) -> None:
        for name in _IDENTITY.get(object_type_id, ()):
            self._refile(record, (object_type_id, name), "")

    def _refile(self, record: Record, place: tuple[str, str], value: str) -> None:
        before, after = record.values.get(place[1], "").casefold(), value.casefold()
        if before == after:
            return
        if before:
            self._by_identity[*place, before].remove(int(record.id))
        if after:
            bisect.insort(self._by_identity[*place, after], int(record.id))

    def _identified(self, write: Write) -> Record | None:
        for by in _IDENTITY.get(write.object_type_id, ()):
            if value := write.values.get(by):
                return self.find(write.object_type_id, value, by)
        return None
