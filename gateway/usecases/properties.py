"""Definitions of properties: seen in one view of three classes, created, changed and archived.

What cannot be done is refused with every reason before HubSpot is asked; what was done is told to
the audit, and the gate reads everything again at once.
"""

from __future__ import annotations

from gateway.domain.errors import PropertyRefused
from gateway.domain.hubspot_errors import NotFound
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import (
    DefinedProperty,
    ListedProperty,
    PropertyListing,
    PropertyWish,
    SchemaRow,
)
from gateway.domain.property_faults import DefinitionRejected, PropertyFault, reason
from gateway.domain.property_types import RESERVED_NAMES
from gateway.domain.scope_plans import NeedState
from gateway.domain.scopes import (
    Access,
    ScopeNeed,
    definition_need,
    property_need,
    sensitive_need,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.hubspot.properties import can_be_asked
from gateway.policy.defining import (
    archive_problems,
    change_problems,
    completed,
    creation_problems,
    differences,
)
from gateway.policy.permissions import require
from gateway.usecases.property_batches import PropertyBatches
from gateway.usecases.property_book import BOTH_STATES, PropertyBook
from gateway.usecases.property_changes import archive, change, create
from gateway.usecases.property_groups import PropertyGroups
from gateway.usecases.property_plans import PropertyPlans

LIVING = (False,)


class Properties:
    """The definitions of the account. ``object_type`` is ``contacts``, ``0-1``, ``2-123``, ``pet``…

    All calls raise :class:`PropertyRefused` with every reason, and the :class:`HubSpotError` of
    asking; changes also :class:`NotAudited` and :class:`OutcomeNotAudited`.
    """

    def __init__(self, book: PropertyBook) -> None:
        self._book = book
        self.groups = PropertyGroups(book)
        self.batch = PropertyBatches(book)
        self.plans = PropertyPlans(book)

    def object_types(self, *, by: User) -> tuple[SchemaRow, ...]:
        """The object types whose properties may be defined: HubSpot's, then the account's own
        where the token may see them."""
        require(by, Permission.VIEW_PROPERTIES)
        return self._book.object_types.all()

    def list(
        self, object_type: str, *, by: User, archived: bool = False, max_age_ms: int = 0
    ) -> PropertyListing:
        """The properties of all three classes in one view, with ``archived`` the archived ones,
        too. A class that may not be read is a gap, and the others are shown. ``max_age_ms``
        allows a remembered view; a change made here ends it at once."""
        require(by, Permission.VIEW_PROPERTIES)
        states = BOTH_STATES if archived else LIVING
        return self._book.present(self._book.kind(object_type), states, max_age_ms=max_age_ms)

    def get(self, object_type: str, name: str, *, by: User) -> ListedProperty:
        """One property of whatever class, a living one before an archived one."""
        require(by, Permission.VIEW_PROPERTIES)
        kind = self._book.kind(object_type)
        return self._book.listed(kind, self._found(kind, name))

    def needs(self, object_type: str, *, by: User) -> tuple[NeedState, ...]:
        """Every scope that reading and writing definitions takes, and whether the token holds
        it (None where HubSpot does not say)."""
        require(by, Permission.VIEW_PROPERTIES)
        held = self._book.desk.held()
        return tuple(
            NeedState(need, None if held is None else need.met_by(held))
            for need in _needs(self._book.kind(object_type))
        )

    def create(
        self, object_type: str, name: str, wish: PropertyWish, *, by: User, revive: bool = False
    ) -> ListedProperty:
        """A new property. With ``revive`` an archived one of this name and class comes back under
        the new definition; without, its name is refused."""
        require(by, Permission.DEFINE_PROPERTIES)
        kind = self._book.kind(object_type)
        reasons = creation_problems(
            kind,
            name,
            wish,
            present=self._book.present(kind),
            groups=self.groups.names(kind),
            allows_sensitive=self._book.object_types.allows_sensitive(kind),
            revive=revive,
        )
        if reasons:
            raise PropertyRefused(reasons)
        made = create(self._book, kind, name, completed(wish), by=by)
        return self._book.listed(kind, made)

    def edit(self, object_type: str, name: str, wish: PropertyWish, *, by: User) -> ListedProperty:
        """Changes what ``wish`` says, and nothing else; what is so already is not sent. The class
        is never changed: that is refused with the way out."""
        require(by, Permission.DEFINE_PROPERTIES)
        kind = self._book.kind(object_type)
        present = self._found(kind, name)
        reasons = change_problems(kind, present, wish, self.groups.names(kind))
        if reasons:
            raise PropertyRefused(reasons)
        differing = differences(present, wish)
        if not differing.said():
            raise PropertyRefused([reason(PropertyFault.NOTHING_TO_CHANGE, name=name)])
        changed = change(self._book, kind, present, differing, by=by)
        return self._book.listed(kind, changed)

    def archive(self, object_type: str, name: str, *, by: User) -> None:
        """Archives a property; HubSpot deletes it for good after 90 days. Ask the person first,
        with :attr:`ListedProperty.used_by` of :meth:`get`."""
        require(by, Permission.DEFINE_PROPERTIES)
        kind = self._book.kind(object_type)
        present = self._found(kind, name)
        if reasons := tuple(archive_problems(present)):
            raise PropertyRefused(reasons)
        archive(self._book, kind, present, by=by)

    def _found(self, kind: ObjectType, name: str) -> DefinedProperty:
        asked = can_be_asked(name) and name not in RESERVED_NAMES
        shown = name if asked else "that"
        missing = reason(PropertyFault.NO_SUCH_PROPERTY, object=kind.label, name=shown)
        if not asked:
            raise PropertyRefused([missing])
        for archived in BOTH_STATES:
            try:
                with self._book.desk.asking(()):
                    return self._book.hubspot.get(kind.plural, name, archived=archived)
            except NotFound:
                continue
            except DefinitionRejected:
                raise PropertyRefused([reason(PropertyFault.UNKNOWN_OBJECT)]) from None
        raise PropertyRefused([missing])


def _needs(kind: ObjectType) -> tuple[ScopeNeed, ...]:
    of_values = (
        sensitive_need(kind, sensitivity, Access.WRITE)
        for sensitivity in Sensitivity
        if sensitivity is not Sensitivity.NON_SENSITIVE
    )
    needs = (definition_need(kind), property_need(kind), *of_values)
    return tuple({need.name: need for need in needs if need is not None}.values())
