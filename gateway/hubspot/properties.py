"""Definitions of properties and groups, as the rest of the gateway asks HubSpot for them: it joins
what HubSpot splits (three classes, two states, a hundred at a time) and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from gateway.domain.denials import Denial, base_names
from gateway.domain.hubspot_errors import Forbidden, NotFound
from gateway.domain.property_definitions import (
    ClassGap,
    DefinedProperty,
    PropertyGroup,
    PropertyWish,
    SchemaRow,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot import property_calls, property_replies, wire
from gateway.hubspot.client import Client
from gateway.hubspot.property_replies import BatchReply
from gateway.hubspot.routes import ROUTES, Operation

_CLASSES = tuple(Sensitivity)
_PARALLEL_CALLS = len(_CLASSES) * 2
_Found = tuple[DefinedProperty, ...] | ClassGap


def can_be_asked(name: str) -> bool:
    """Whether ``name`` can stand in a path of HubSpot's at all."""
    call = property_calls.get_property("contacts", name, None)
    return ROUTES[Operation.GET_PROPERTY].pattern.match(call.path) is not None


class PropertyDefinitions:
    """The calls about definitions. ``object_type`` is the name in HubSpot's paths everywhere."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._calls = ThreadPoolExecutor(_PARALLEL_CALLS, thread_name_prefix="definitions")

    def close(self) -> None:
        """Asks for nothing more; the client is its owner's to close."""
        self._calls.shutdown(wait=False, cancel_futures=True)

    def listed(
        self, object_type: str, *, archived: Sequence[bool] = (False,)
    ) -> tuple[tuple[DefinedProperty, ...], tuple[ClassGap, ...]]:
        """The properties of all three classes, living or archived or both, asked side by side;
        and the classes that may not be read, each once."""
        asked = [(one, state) for state in archived for one in _CLASSES]
        answers = list(self._calls.map(lambda pair: self._of_class(object_type, *pair), asked))
        gaps = {one.sensitivity: one for one in answers if isinstance(one, ClassGap)}
        found = [one for answer in answers if not isinstance(answer, ClassGap) for one in answer]
        return tuple(found), tuple(gaps.values())

    def _of_class(self, object_type: str, sensitivity: Sensitivity, archived: bool) -> _Found:
        call = wire.list_properties(object_type, sensitivity, archived=archived)
        try:
            return property_replies.listed(self._client.send(call), sensitivity)
        except Forbidden as error:
            if error.denial is not Denial.SCOPES:
                raise
            return ClassGap(sensitivity, base_names(error.scopes))

    def get(self, object_type: str, name: str, *, archived: bool = False) -> DefinedProperty:
        """One property of whatever class: asked plainly first, as HubSpot's example does, then by
        class, as its published spec reads. Raises :class:`NotFound`."""
        for sensitivity in (None, Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE):
            call = property_calls.get_property(object_type, name, sensitivity, archived=archived)
            try:
                return property_replies.one(self._client.send(call))
            except NotFound:
                continue
        raise NotFound(status=404)

    def create(self, object_type: str, name: str, wish: PropertyWish) -> DefinedProperty:
        """A new property. Raises :class:`DefinitionRejected` and :class:`Forbidden`."""
        call = property_calls.create_property(object_type, name, wish)
        return property_replies.one(self._client.send(call))

    def update(self, object_type: str, name: str, wish: PropertyWish) -> DefinedProperty:
        """Changes what is said. Raises as :meth:`create` does, and :class:`NotFound`."""
        call = property_calls.update_property(object_type, name, wish)
        return property_replies.one(self._client.send(call))

    def archive(self, object_type: str, name: str) -> None:
        """Archives one property. Raises as :meth:`update` does."""
        call = property_calls.archive_property(object_type, name)
        property_replies.done(self._client.send(call))

    def read_many(
        self, object_type: str, names: Sequence[str], *, archived: bool = False
    ) -> tuple[DefinedProperty, ...]:
        """Up to a hundred properties by name, of all classes; those there are not are left out."""

        def ask(sensitivity: Sensitivity) -> BatchReply:
            call = property_calls.read_properties(
                object_type, names, sensitivity, archived=archived
            )
            return property_replies.batch(self._client.send(call))

        return tuple(one for told in self._calls.map(ask, _CLASSES) for one in told.definitions)

    def create_many(self, object_type: str, wishes: Mapping[str, PropertyWish]) -> BatchReply:
        """Up to a hundred new properties, each on its own. Raises as :meth:`create` does when
        none of them is made."""
        call = property_calls.create_properties(object_type, wishes)
        return property_replies.batch(self._client.send(call))

    def archive_many(self, object_type: str, names: Sequence[str]) -> None:
        """Archives up to a hundred properties; a name without one is passed over. Raises as
        :meth:`archive` does when none of them is archived."""
        call = property_calls.archive_properties(object_type, names)
        property_replies.done(self._client.send(call))

    def groups(self, object_type: str) -> tuple[PropertyGroup, ...]:
        """Every group of an object type."""
        call = property_calls.list_groups(object_type)
        return property_replies.groups(self._client.send(call))

    def create_group(self, object_type: str, name: str, label: str) -> PropertyGroup:
        """A new group."""
        call = property_calls.create_group(object_type, name, label)
        return property_replies.group(self._client.send(call))

    def update_group(self, object_type: str, name: str, label: str) -> PropertyGroup:
        """Another label for a group."""
        call = property_calls.update_group(object_type, name, label)
        return property_replies.group(self._client.send(call))

    def archive_group(self, object_type: str, name: str) -> None:
        """Archives a group without properties."""
        call = property_calls.archive_group(object_type, name)
        property_replies.done(self._client.send(call))

    def schemas(self) -> tuple[SchemaRow, ...]:
        """The account's own object types."""
        return property_replies.schemas(self._client.send(property_calls.list_schemas()))
