"""The object types of the account, and which of them a person means by a name."""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain.hubspot_errors import Forbidden, HubSpotError
from gateway.domain.objects import OBJECT_TYPES, ObjectType, named_object_type
from gateway.domain.property_definitions import SchemaRow
from gateway.hubspot.properties import PropertyDefinitions
from gateway.usecases.desk import Desk
from gateway.usecases.portal import FRESH_MS


class ObjectTypes:
    """HubSpot's object types that may have sensitive properties, and the account's own."""

    def __init__(
        self, desk: Desk, hubspot: PropertyDefinitions, *, now_ms: Callable[[], int]
    ) -> None:
        self._desk = desk
        self._hubspot = hubspot
        self._now_ms = now_ms
        self._kept: tuple[int, tuple[SchemaRow, ...]] = (0, ())

    def all(self) -> tuple[SchemaRow, ...]:
        """HubSpot's, then the account's own where the token may see them."""
        ours = tuple(SchemaRow(row, row.plural.capitalize()) for row in OBJECT_TYPES.values())
        try:
            return (*ours, *self._own(FRESH_MS))
        except HubSpotError:
            return ours

    def named(self, text: str) -> ObjectType | None:
        """The one a person means by ``text``: an id (``0-1``, ``2-123``), a name of HubSpot's, or
        one that the account gave its own: ``pet``, ``p123_pet``, ``Pet`` or ``Pets``. None when
        there is none, when the token may not see the account's own, and for a label that several
        have. Raises what asking HubSpot raised."""
        known = named_object_type(text)
        wanted = text.strip().casefold()
        if known is not None or not wanted:
            return known
        # It may have been made after the list was read.
        for max_age_ms in (FRESH_MS, 0):
            try:
                with self._desk.asking(()):
                    own = self._own(max_age_ms)
            except Forbidden:
                return None
            for names in (_internal_names, _labels):
                found = [row.kind for row in own if wanted in names(row)]
                if len(found) == 1:
                    return found[0]
        return None

    def allows_sensitive(self, kind: ObjectType) -> bool:
        """Whether an object may have sensitive properties, as far as the token may know."""
        if kind.id in OBJECT_TYPES:
            return True
        self._kept = (0, ())
        found = {row.kind.id: row.allows_sensitive for row in self.all()}
        return found.get(kind.id, True)

    def displayed(self, kind: ObjectType) -> tuple[str, ...]:
        """The properties by which the account's people know a record of an own type of theirs, as
        far as the token may know."""
        found = (row.displayed for row in self.all() if row.kind.id == kind.id)
        return next(found, ())

    def _own(self, max_age_ms: int) -> tuple[SchemaRow, ...]:
        read_ms, found = self._kept
        if max_age_ms and 0 <= self._now_ms() - read_ms <= max_age_ms:
            return found
        found = self._hubspot.schemas()
        self._kept = (self._now_ms(), found)
        return found


def _internal_names(row: SchemaRow) -> frozenset[str]:
    return frozenset(name.casefold() for name in row.names if name)


def _labels(row: SchemaRow) -> frozenset[str]:
    return frozenset(label.casefold() for label in (row.label, row.singular) if label)
