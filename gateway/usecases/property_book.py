"""What every work on definitions shares: what is there now, who uses it, and the way of a change:
the audit first, then HubSpot, then the audit again, and everything read anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from gateway.domain.errors import IntakeClosed, PropertyRefused
from gateway.domain.forms import field_key
from gateway.domain.hubspot_errors import HubSpotError, NotFound, Unavailable
from gateway.domain.locks import FormLock
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import (
    DefinedProperty,
    DefinitionChange,
    ListedProperty,
    PropertyListing,
)
from gateway.domain.property_faults import (
    DefinitionRejected,
    DefinitionUnclear,
    PropertyFault,
    reason,
)
from gateway.domain.record_errors import NotAudited, OutcomeNotAudited
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import User
from gateway.hubspot.properties import PropertyDefinitions
from gateway.policy.defining import needs_of
from gateway.store.lockfile import LockStore
from gateway.store.property_rows import PropertyRows
from gateway.usecases.classes import Classes
from gateway.usecases.definitions import Definitions
from gateway.usecases.desk import Desk
from gateway.usecases.object_types import ObjectTypes
from gateway.usecases.portal import Portal

BOTH_STATES = (False, True)
"""Living properties, and archived ones."""

OF_A_PROPERTY: Mapping[PropertyFault, PropertyFault] = {}
OF_A_GROUP: dict[PropertyFault, PropertyFault] = {
    PropertyFault.NAME_TAKEN: PropertyFault.GROUP_TAKEN,
    PropertyFault.NO_SUCH_PROPERTY: PropertyFault.NO_SUCH_NAMED_GROUP,
}
"""What HubSpot says of a name → what it means where the name is a group's."""
OF_SOMETHING_NEW: dict[PropertyFault, PropertyFault] = {
    PropertyFault.NO_SUCH_PROPERTY: PropertyFault.UNKNOWN_OBJECT,
}
"""The same where the name does not exist yet: what is missing is the object."""

_T = TypeVar("_T")


class PropertyBook:
    """The account's definitions, with what people approved of them."""

    def __init__(
        self,
        desk: Desk,
        hubspot: PropertyDefinitions,
        definitions: Definitions,
        classes: Classes,
        object_types: ObjectTypes,
        locks: LockStore,
        portal: Portal,
        rows: PropertyRows,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        self.desk = desk
        self.hubspot = hubspot
        self._definitions = definitions
        self._classes = classes
        self.object_types = object_types
        self._locks = locks
        self._portal = portal
        self._rows = rows
        self._now_ms = now_ms
        self._read: dict[tuple[str, tuple[bool, ...]], tuple[int, PropertyListing]] = {}

    def kind(self, object_type: str) -> ObjectType:
        """The object type a person means. Raises :class:`PropertyRefused`."""
        kind = self.object_types.named(object_type)
        if kind is None:
            raise PropertyRefused([reason(PropertyFault.UNKNOWN_OBJECT)])
        return kind

    def present(
        self, kind: ObjectType, states: Sequence[bool] = BOTH_STATES, *, max_age_ms: int = 0
    ) -> PropertyListing:
        """The properties of all three classes in one view, by label; read now, unless a view no
        older than ``max_age_ms`` is remembered. Raises :class:`PropertyRefused` for an object
        type the account does not have."""
        key, now = (kind.id, tuple(states)), self._now_ms()
        read_ms, known = self._read.get(key, (0, None))
        if known is not None and max_age_ms and 0 <= now - read_ms <= max_age_ms:
            return known
        try:
            with self.desk.asking(()):
                found, gaps = self.hubspot.listed(kind.plural, archived=states)
        except (NotFound, DefinitionRejected):
            raise PropertyRefused([reason(PropertyFault.UNKNOWN_OBJECT)]) from None
        used = self._used(kind, {one.name for one in found})
        rows = (ListedProperty(one, used.get(one.name, ())) for one in found)
        listing = PropertyListing(kind, tuple(sorted(rows, key=_by_label)), gaps)
        self._read[key] = (now, listing)
        return listing

    def listed(self, kind: ObjectType, definition: DefinedProperty) -> ListedProperty:
        """One definition with the approved forms that use it."""
        used = self._used(kind, {definition.name})
        return ListedProperty(definition, used.get(definition.name, ()))

    def _used(self, kind: ObjectType, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Property name → the names of the approved forms that use it."""
        keys = {field_key(kind.id, name): name for name in names}
        found: dict[str, list[str]] = {}
        portal_id = self._portal.known_id()
        for form_id in self._locks.form_ids():
            lock = self._locks.of(form_id, portal_id)
            if isinstance(lock, FormLock):
                for key in lock.fields.keys() & keys.keys():
                    found.setdefault(keys[key], []).append(lock.name)
        return {name: tuple(sorted(forms)) for name, forms in found.items()}

    def ask(
        self, kind: ObjectType, change: DefinitionChange, names: Iterable[str], *, by: User
    ) -> None:
        """Tells the audit what is about to be tried. Raises :class:`NotAudited`."""
        try:
            self._rows.asked(kind.id, change, names, actor=by.id)
        except IntakeClosed:
            raise NotAudited from None

    def tell(
        self,
        kind: ObjectType,
        change: DefinitionChange,
        names: Iterable[str],
        sensitivity: Sensitivity | None,
        *,
        by: User,
    ) -> None:
        """HubSpot has made a change: everything is read again, and the audit told. Raises
        :class:`OutcomeNotAudited`."""
        self.forget()
        try:
            self._rows.made(kind.id, change, names, sensitivity, actor=by.id)
        except IntakeClosed:
            raise OutcomeNotAudited from None

    def forget(self) -> None:
        """What was read before is not believed any more."""
        self._read.clear()
        self._definitions.changed()
        self._classes.changed()

    @contextlib.contextmanager
    def writing(self, kind: ObjectType, sensitivity: Sensitivity | None) -> Iterator[None]:
        """Changes definitions of a class inside the block. Raises :class:`MissingScope` before
        anything is tried where the token is known to lack a scope, and in place of HubSpot's
        refusal elsewhere."""
        with self.desk.asking(needs_of(kind, sensitivity or Sensitivity.NON_SENSITIVE)):
            yield

    def carry_out(
        self,
        kind: ObjectType,
        name: str,
        work: Callable[[], _T],
        *,
        look: Callable[[], _T | None],
        words: Mapping[PropertyFault, PropertyFault] = OF_A_PROPERTY,
    ) -> _T:
        """Does ``work``; where HubSpot did not say what came of it, ``look`` tells: what the work
        would have given, or None when it was not done.

        Raises :class:`PropertyRefused` for what HubSpot refuses, :class:`DefinitionUnclear` when
        nobody can tell, and other errors of asking.
        """
        try:
            return work()
        except DefinitionRejected as error:
            fault = words.get(error.fault, error.fault)
            raise PropertyRefused([reason(fault, object=kind.label, name=name)]) from None
        except NotFound:
            fault = words.get(PropertyFault.NO_SUCH_PROPERTY, PropertyFault.NO_SUCH_PROPERTY)
            raise PropertyRefused([reason(fault, object=kind.label, name=name)]) from None
        except Unavailable:
            done = self._looked(look)
            if done is None:
                raise
            return done

    def _looked(self, look: Callable[[], _T | None]) -> _T | None:
        try:
            return look()
        except NotFound:
            return None
        except HubSpotError:
            self.forget()
            raise DefinitionUnclear from None


def _by_label(row: ListedProperty) -> tuple[str, str, bool]:
    return (row.definition.label.casefold(), row.name, row.definition.archived)
