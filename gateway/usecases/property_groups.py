"""The groups that properties stand in."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.domain.errors import PropertyRefused, Reason
from gateway.domain.hubspot_errors import NotFound
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import DefinitionChange, PropertyGroup
from gateway.domain.property_faults import DefinitionRejected, PropertyFault, reason
from gateway.domain.users import Permission, User
from gateway.hubspot.properties import can_be_asked
from gateway.policy.defining import label_problems, name_problems
from gateway.policy.permissions import require
from gateway.usecases.property_book import OF_A_GROUP, OF_SOMETHING_NEW, PropertyBook


class PropertyGroups:
    """An object type's groups. Raises as :class:`gateway.usecases.properties.Properties` does."""

    def __init__(self, book: PropertyBook) -> None:
        self._book = book

    def list(self, object_type: str, *, by: User) -> tuple[PropertyGroup, ...]:
        """Every group, in HubSpot's order."""
        require(by, Permission.VIEW_PROPERTIES)
        return self.all(self._book.kind(object_type))

    def all(self, kind: ObjectType) -> tuple[PropertyGroup, ...]:
        """Every group of an object type, for the work of this program itself."""
        try:
            with self._book.desk.asking(()):
                return self._book.hubspot.groups(kind.plural)
        except (NotFound, DefinitionRejected):
            raise PropertyRefused([reason(PropertyFault.UNKNOWN_OBJECT)]) from None

    def names(self, kind: ObjectType) -> frozenset[str]:
        """The names of an object type's groups."""
        return frozenset(group.name for group in self.all(kind))

    def create(self, object_type: str, name: str, label: str, *, by: User) -> PropertyGroup:
        """A new group."""
        require(by, Permission.DEFINE_PROPERTIES)
        kind = self._book.kind(object_type)
        reasons = [*name_problems(name), *label_problems(label)]
        if not reasons and name in self.names(kind):
            reasons = [reason(PropertyFault.GROUP_TAKEN, object=kind.label, name=name)]
        if reasons:
            raise PropertyRefused(reasons)
        return create_group(self._book, kind, name, label, by=by)

    def edit(self, object_type: str, name: str, label: str, *, by: User) -> PropertyGroup:
        """Another label for a group; its name stays."""
        require(by, Permission.DEFINE_PROPERTIES)
        kind = self._book.kind(object_type)
        if reasons := [*self._missing(kind, name), *label_problems(label)]:
            raise PropertyRefused(reasons)
        return change_group(self._book, kind, name, label, by=by)

    def archive(self, object_type: str, name: str, *, by: User) -> None:
        """Archives a group without properties."""
        require(by, Permission.DEFINE_PROPERTIES)
        book, kind = self._book, self._book.kind(object_type)
        if reasons := tuple(self._missing(kind, name)):
            raise PropertyRefused(reasons)

        def work() -> bool:
            book.hubspot.archive_group(kind.plural, name)
            return True

        def look() -> bool | None:
            return name not in self.names(kind) or None

        with book.writing(kind, None):
            book.ask(kind, DefinitionChange.ARCHIVE_GROUP, [name], by=by)
            book.carry_out(kind, name, work, look=look, words=OF_A_GROUP)
        book.tell(kind, DefinitionChange.ARCHIVE_GROUP, [name], None, by=by)

    def _missing(self, kind: ObjectType, name: str) -> Iterator[Reason]:
        if name not in self.names(kind):
            shown = name if can_be_asked(name) else "that"
            yield reason(PropertyFault.NO_SUCH_NAMED_GROUP, object=kind.label, name=shown)


def create_group(
    book: PropertyBook, kind: ObjectType, name: str, label: str, *, by: User
) -> PropertyGroup:
    """Creates a group that was judged already."""
    return _write(book, kind, name, label, DefinitionChange.CREATE_GROUP, by=by)


def change_group(
    book: PropertyBook, kind: ObjectType, name: str, label: str, *, by: User
) -> PropertyGroup:
    """Gives a group another label."""
    return _write(book, kind, name, label, DefinitionChange.CHANGE_GROUP, by=by)


def _write(
    book: PropertyBook,
    kind: ObjectType,
    name: str,
    label: str,
    change: DefinitionChange,
    *,
    by: User,
) -> PropertyGroup:
    new = change is DefinitionChange.CREATE_GROUP
    write = book.hubspot.create_group if new else book.hubspot.update_group
    words = OF_A_GROUP | OF_SOMETHING_NEW if new else OF_A_GROUP

    def look() -> PropertyGroup | None:
        found = book.hubspot.groups(kind.plural)
        return next((one for one in found if (one.name, one.label) == (name, label)), None)

    with book.writing(kind, None):
        book.ask(kind, change, [name], by=by)
        made = book.carry_out(
            kind, name, lambda: write(kind.plural, name, label), look=look, words=words
        )
    book.tell(kind, change, [name], None, by=by)
    return made
