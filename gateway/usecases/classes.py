"""The classes of an object's properties, read with the desk's token: what may be shown of a
record, and what may be written to it, hangs on them.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable, Iterable, Mapping

from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.objects import ObjectType
from gateway.domain.properties import Property
from gateway.domain.record_errors import UnknownObjectType
from gateway.domain.records import USUAL_PROPERTIES
from gateway.domain.scopes import definition_need
from gateway.domain.sensitivity import Sensitivity
from gateway.usecases.desk import Desk
from gateway.usecases.object_types import ObjectTypes

_ORDINARY = Sensitivity.NON_SENSITIVE
SHOWN_MS = 2_000
"""How old a table may be by which values are shown or compared."""


@dataclasses.dataclass(frozen=True)
class ClassTable:
    """One object type's definitions, as they were at one moment."""

    read_at_ms: int
    living: Mapping[str, tuple[Property, ...]]
    """Name → its definition, or several where HubSpot names it in several classes."""
    archived: frozenset[str] = frozenset()
    """Names of those that were put away, as far as they were asked for."""
    lowered: frozenset[str] = frozenset()
    """Names whose class is lower than it once was: people may still believe what they were shown.
    For whoever writes, until one who writes was told."""


class Classes:
    """Reads the tables, and keeps each for a short time. A name that is not in the one that is
    kept is looked for again at once. It may be used by many threads."""

    def __init__(
        self,
        desk: Desk,
        object_types: ObjectTypes,
        *,
        max_age_ms: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._desk = desk
        self._object_types = object_types
        self._max_age_ms = max_age_ms
        self._now_ms = now_ms
        # One lock per object type: nobody waits for the answer to another question.
        self._locks: dict[str, threading.Lock] = collections.defaultdict(threading.Lock)
        self._tables: dict[str, ClassTable] = {}
        # The highest class each name was seen in since somebody who writes was told of it. It
        # outlives the tables: between an archived property and one made anew there is none.
        self._highest: dict[str, dict[str, int]] = collections.defaultdict(dict)
        self._changed_ms = 0

    def kind(self, object_type: str) -> ObjectType:
        """The object type a person named. Raises :class:`UnknownObjectType`, and what asking
        raised."""
        kind = self._object_types.named(object_type)
        if kind is None:
            raise UnknownObjectType
        return kind

    def usual(self, kind: ObjectType, table: ClassTable) -> tuple[str, ...]:
        """What is shown of a record when nothing is asked for, as far as it is there: ordinary
        properties only."""
        names = USUAL_PROPERTIES.get(kind.id) or self._object_types.displayed(kind)
        return tuple(
            name
            for name in names
            if {one.sensitivity for one in table.living.get(name, ())} == {_ORDINARY}
        )

    def of(self, kind: ObjectType, names: Iterable[str] = (), *, anew: bool = False) -> ClassTable:
        """The table of an object type, in which ``names`` were looked for just now where they
        are not; ``anew`` reads it in any case, as whoever reveals a value must. Raises
        :class:`UnknownObjectType`, :class:`MissingScope`, and what asking raised.
        """
        with self._locks[kind.id]:
            return self._of(kind, frozenset(names), self._max_age_ms, anew=anew)

    def to_show(self, kind: ObjectType, names: Iterable[str] = ()) -> ClassTable:
        """The same for whoever shows values or compares them: never older than a moment, so that
        a value is not seen long whose class was raised."""
        with self._locks[kind.id]:
            oldest = min(self._max_age_ms, SHOWN_MS)
            return self._of(kind, frozenset(names), oldest, anew=False)

    def to_write(self, kind: ObjectType, names: Iterable[str]) -> ClassTable:
        """The same for whoever writes values of ``names``, read anew, with those whose class was
        lowered: they count as told then."""
        wanted = frozenset(names)
        with self._locks[kind.id]:
            table = self._of(kind, wanted, 0, anew=True)
            highest = self._highest[kind.id]
            # One whose class is not known is refused for that, and stays to be told.
            ranks = {
                name: _rank(found)
                for name, found in table.living.items()
                if name in wanted and all(one.sensitivity is not None for one in found)
            }
            lowered = frozenset(name for name, rank in ranks.items() if rank < highest[name])
            highest |= ranks
            return dataclasses.replace(table, lowered=lowered)

    def changed(self) -> None:
        """A definition was changed just now: every table is read again before it is used."""
        # A read that began in this very millisecond may have come before the change.
        self._changed_ms = self._now_ms() + 1

    def _of(
        self, kind: ObjectType, wanted: frozenset[str], max_age_ms: int, *, anew: bool
    ) -> ClassTable:
        known, now = self._tables.get(kind.id), self._now_ms()
        oldest = max(now - max_age_ms, self._changed_ms)
        fresh = known is not None and oldest <= known.read_at_ms <= now
        if known is not None and fresh and not anew and wanted <= known.living.keys():
            return known
        read = self._tables[kind.id] = self._read(kind, wanted, now)
        highest = self._highest[kind.id]
        for name, found in read.living.items():
            highest[name] = max(highest.get(name, 0), _rank(found))
        return read

    def _read(self, kind: ObjectType, wanted: frozenset[str], now: int) -> ClassTable:
        try:
            with self._desk.asking([definition_need(kind)]) as hubspot:
                living = _by_name(hubspot.properties(kind.plural))
                archived = (
                    _by_name(hubspot.properties(kind.plural, archived=True))
                    if wanted - living.keys()
                    else {}
                )
        except HubSpotError as error:
            # For a custom object it does not have HubSpot answers one or the other.
            if error.status not in (400, 404):
                raise
            raise UnknownObjectType from None
        return ClassTable(now, living, frozenset(archived))


def _rank(found: tuple[Property, ...]) -> int:
    """The highest class a name was found in; 0 where none is known."""
    return max((one.sensitivity.rank for one in found if one.sensitivity is not None), default=0)


def _by_name(found: Iterable[Property]) -> dict[str, tuple[Property, ...]]:
    by_name: dict[str, list[Property]] = collections.defaultdict(list)
    for one in found:
        by_name[one.name].append(one)
    return {name: tuple(same) for name, same in by_name.items()}
