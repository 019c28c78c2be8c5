"""Records of the account: read without their sensitive values, created, corrected, cleared and
archived, one at a time; many at once are :mod:`gateway.usecases.record_batches`.

Every property that is named is looked up in the object's definitions first. The audit knows of
a change before HubSpot is asked for it, and of its outcome after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from gateway.domain.answers import Secret
from gateway.domain.errors import Reason
from gateway.domain.hubspot_errors import NotFound, Unavailable
from gateway.domain.objects import ObjectType
from gateway.domain.properties import Property
from gateway.domain.record_errors import (
    ChangeUnclear,
    InvalidRecord,
    RecordFault,
    RecordRejected,
    UnknownRecord,
    reason,
)
from gateway.domain.records import (
    Association,
    Change,
    NewRecord,
    Record,
    RecordChange,
    RecordRef,
    UniqueKey,
    Values,
)
from gateway.domain.scopes import Access
from gateway.domain.users import Permission, User
from gateway.hubspot import record_calls, record_replies
from gateway.hubspot.api import HubSpot
from gateway.hubspot.record_replies import SeenRecord
from gateway.hubspot.wire import Request, Response
from gateway.policy.permissions import require
from gateway.policy.record_rules import naming_faults, needs, reading_faults
from gateway.usecases.classes import Classes, ClassTable
from gateway.usecases.desk import Desk
from gateway.usecases.record_batches import RecordBatches
from gateway.usecases.record_views import as_record, showable
from gateway.usecases.record_writing import RecordWriting, known_place
from gateway.usecases.reveal import Reveal

MANY_NAMES = 50
"""More properties than this are asked for in a body: an address has an end."""
_T = TypeVar("_T")


class Records:
    """One attribute of the gateway: ``gateway.records``. ``batches`` is what it does with many
    records at once, ``reveal`` shows one sensitive value."""

    def __init__(
        self,
        desk: Desk,
        classes: Classes,
        writing: RecordWriting,
        batches: RecordBatches,
        reveal: Reveal,
    ) -> None:
        self._desk = desk
        self._classes = classes
        self._writing = writing
        self.batches = batches
        self.reveal = reveal

    def properties(self, object_type: str, *, by: User) -> tuple[Property, ...]:
        """The definitions of an object type's properties, those in more than one class left out.
        Raises :class:`UnknownObjectType`, :class:`MissingScope`, and what asking raised."""
        require(by, Permission.VIEW_RECORDS)
        living = self._classes.of(self._classes.kind(object_type)).living
        return tuple(found[0] for found in living.values() if len(found) == 1)

    def read(
        self,
        object_type: str,
        record: RecordRef,
        properties: Sequence[str] = (),
        *,
        by: User,
        archived: bool = False,
    ) -> Record:
        """One record with ``properties`` (default: the usual ones): ordinary values, and
        of all others whether there is one. Sensitive ones are asked for only when they are
        named, and no record is found by one. ``archived`` looks among the archived records.

        Raises :class:`UnknownObjectType`, :class:`InvalidRecord`, :class:`MissingScope`,
        :class:`UnknownRecord`, and what asking raised.
        """
        require(by, Permission.VIEW_RECORDS)
        kind = self._classes.kind(object_type)
        known_place(kind, record)
        known_by = [record.property_name] if isinstance(record, UniqueKey) else []
        table = self._classes.to_show(kind, [*properties, *known_by])
        names = tuple(dict.fromkeys(properties or self._classes.usual(kind, table)))
        faults = reading_faults(names, table.living, table.archived, kind)
        _refuse(faults | naming_faults(record, table.living, table.archived, kind))
        seen = self._seen(kind, record, names, table, archived=archived)
        return as_record(kind, seen, names, table)

    def create(
        self,
        object_type: str,
        values: Values,
        associations: Sequence[Association] = (),
        *,
        by: User,
    ) -> Record:
        """A new record. What HubSpot has then, of the properties that were written.

        Raises :class:`UnknownObjectType`, :class:`InvalidRecord`, :class:`MissingScope` and
        :class:`NotAudited` before anything is sent; :class:`RecordRejected` when HubSpot refused
        it, :class:`ChangeUnclear` when nobody can tell, :class:`OutcomeNotAudited`, and what
        asking raised.
        """
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        table = self._classes.to_write(kind, values)
        wanted = NewRecord(values, tuple(associations))
        _refuse(self._writing.faults_of_new(kind, wanted, table))
        request = record_calls.create_record(kind.plural, values, wanted.associations)
        with self._writing.asked(Change.CREATE, kind, "", values, table, by=by) as hubspot:
            seen = _made(hubspot, request, _reads(values, table))
        self._writing.made(Change.CREATE, kind, [(seen.id, values)], by=by)
        return as_record(kind, seen, tuple(values), table)

    def update(self, object_type: str, record: RecordRef, values: Values, *, by: User) -> Record:
        """Writes ``values`` to a record; an empty text clears. Gives and raises what
        :meth:`create` does, and :class:`UnknownRecord`."""
        return self._changed(Change.UPDATE, object_type, record, values, by=by)

    def clear(
        self, object_type: str, record: RecordRef, properties: Sequence[str], *, by: User
    ) -> Record:
        """Takes the values of ``properties`` away. Gives and raises what :meth:`update` does."""
        values = {name: Secret("") for name in properties}
        return self._changed(Change.CLEAR, object_type, record, values, by=by)

    def archive(self, object_type: str, record: RecordRef, *, by: User) -> None:
        """Archives a record: HubSpot keeps it for 90 days. Raises as :meth:`update` does."""
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        known_place(kind, record)
        table = self._classes.of(kind)
        if isinstance(record, UniqueKey):
            record = self.read(object_type, record, [record.property_name], by=by).id
        request = record_calls.archive_record(kind.plural, record)
        with self._writing.asked(Change.ARCHIVE, kind, record, {}, table, by=by) as hubspot:
            _made(hubspot, request, record_replies.done)
        self._writing.made(Change.ARCHIVE, kind, [(record, {})], by=by)

    def _changed(
        self, change: Change, object_type: str, record: RecordRef, values: Values, *, by: User
    ) -> Record:
        require(by, Permission.EDIT_RECORDS)
        kind = self._classes.kind(object_type)
        wanted = RecordChange(record, values)
        known_by = [record.property_name] if isinstance(record, UniqueKey) else []
        table = self._classes.to_write(kind, [*values, *known_by])
        _refuse(self._writing.faults_of_change(kind, wanted, table))
        if isinstance(record, UniqueKey):
            # A single change names its record in the address; one of a batch does not.
            record = self.read(object_type, record, known_by, by=by).id
        request = record_calls.update_record(kind.plural, record, values)
        with self._writing.asked(change, kind, record, values, table, by=by) as hubspot:
            seen = _made(hubspot, request, _reads(values, table))
        self._writing.made(change, kind, [(seen.id, values)], by=by)
        return as_record(kind, seen, tuple(values), table)

    def _seen(
        self,
        kind: ObjectType,
        record: RecordRef,
        names: Sequence[str],
        table: ClassTable,
        *,
        archived: bool,
    ) -> SeenRecord:
        known_by = [record.property_name] if isinstance(record, UniqueKey) else []
        wanted = needs(kind, [*names, *known_by], table.living, Access.READ)
        shown = showable(table)
        with self._desk.asking(wanted) as hubspot:
            try:
                if isinstance(record, str) and len(names) <= MANY_NAMES:
                    one = record_calls.get_record(kind.plural, record, names, archived=archived)
                    return record_replies.record(hubspot.client.send(one), names, shown)
                many = record_calls.read_records(
                    kind.plural,
                    [record.value.reveal() if isinstance(record, UniqueKey) else record],
                    names,
                    id_property=known_by[0] if known_by else None,
                    archived=archived,
                )
                found = record_replies.batch(hubspot.client.send(many), {}, names, shown).records
            except NotFound:
                raise UnknownRecord from None
            except RecordRejected as error:
                unexplained = {why.code for why in error.reasons.values()} == {RecordFault.REJECTED}
                if not known_by or not unexplained:
                    raise
                raise InvalidRecord({known_by[0]: reason(RecordFault.NOT_A_KEY)}) from None
        if len(found) != 1:
            raise UnknownRecord
        return found[0]


def _refuse(faults: Mapping[str, Reason]) -> None:
    if faults:
        raise InvalidRecord(faults)


def _reads(values: Values, table: ClassTable) -> Callable[[Response], SeenRecord]:
    return lambda response: record_replies.record(response, values, showable(table))


def _made(hubspot: HubSpot, request: Request, read: Callable[[Response], _T]) -> _T:
    """What HubSpot answered to a change. Raises :class:`ChangeUnclear` where an answer that can
    be read did not come."""
    try:
        return read(hubspot.client.send(request))
    except Unavailable as error:
        raise ChangeUnclear(status=error.status, correlation_id=error.correlation_id) from None
    except NotFound:
        raise UnknownRecord from None
