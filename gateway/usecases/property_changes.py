"""One change of one property's definition, judged already: told to the audit, carried out, told
again."""

from __future__ import annotations

from gateway.domain.errors import PropertyRefused
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import DefinedProperty, DefinitionChange, PropertyWish
from gateway.domain.property_faults import PropertyFault, reason
from gateway.domain.users import User
from gateway.policy.defining import differences
from gateway.usecases.property_book import OF_SOMETHING_NEW, PropertyBook


def create(
    book: PropertyBook, kind: ObjectType, name: str, wish: PropertyWish, *, by: User
) -> DefinedProperty:
    """Creates what was judged already. Raises :class:`PropertyRefused` also when HubSpot made it
    in another class than was asked for."""

    def look() -> DefinedProperty | None:
        found = book.hubspot.get(kind.plural, name)
        kept = found.sensitivity is wish.data_sensitivity
        return found if not kept or not differences(found, wish).said() else None

    with book.writing(kind, wish.data_sensitivity):
        book.ask(kind, DefinitionChange.CREATE_PROPERTY, [name], by=by)
        made = book.carry_out(
            kind,
            name,
            lambda: book.hubspot.create(kind.plural, name, wish),
            look=look,
            words=OF_SOMETHING_NEW,
        )
    book.tell(kind, DefinitionChange.CREATE_PROPERTY, [name], made.sensitivity, by=by)
    if made.sensitivity is not wish.data_sensitivity:
        raise PropertyRefused([reason(PropertyFault.CLASS_NOT_KEPT, name=name)])
    return made


def change(
    book: PropertyBook,
    kind: ObjectType,
    present: DefinedProperty,
    differing: PropertyWish,
    *,
    by: User,
) -> DefinedProperty:
    """Changes what was judged already."""
    name = present.name

    def look() -> DefinedProperty | None:
        found = book.hubspot.get(kind.plural, name)
        return found if not differences(found, differing).said() else None

    with book.writing(kind, present.sensitivity):
        book.ask(kind, DefinitionChange.CHANGE_PROPERTY, [name], by=by)
        changed = book.carry_out(
            kind, name, lambda: book.hubspot.update(kind.plural, name, differing), look=look
        )
    book.tell(kind, DefinitionChange.CHANGE_PROPERTY, [name], changed.sensitivity, by=by)
    return changed


def archive(book: PropertyBook, kind: ObjectType, present: DefinedProperty, *, by: User) -> None:
    """Archives what was judged already."""
    name = present.name

    def work() -> bool:
        book.hubspot.archive(kind.plural, name)
        return True

    def look() -> bool | None:
        return book.hubspot.get(kind.plural, name, archived=True).archived or None

    with book.writing(kind, present.sensitivity):
        book.ask(kind, DefinitionChange.ARCHIVE_PROPERTY, [name], by=by)
        book.carry_out(kind, name, work, look=look)
    book.tell(kind, DefinitionChange.ARCHIVE_PROPERTY, [name], present.sensitivity, by=by)
