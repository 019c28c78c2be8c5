"""The page of properties: one table of three classes, a form for a new one, and the one that lies
open with what may be changed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from gateway.domain.property_definitions import PropertyListing
from gateway.domain.property_types import PURGED_AFTER_DAYS
from gateway.domain.users import Permission, User
from gateway.ui import errors, look, property_forms, property_table, session
from gateway.ui.property_desk import PAGE, Deed, PropertyDesk
from gateway.usecases.gateway import Gateway

FRESH_MS = 30_000
"""How old the view may be while somebody types; a change made here ends it at once."""


def show(gateway: Gateway, by: User) -> None:
    """The whole page."""
    desk = session.properties()
    may_define = by.may(Permission.DEFINE_PROPERTIES)
    with st.container(key="properties"), errors.calm():
        kinds = gateway.properties.object_types(by=by)
        _carry_out(gateway, by, desk)
        property_table.choose(desk, kinds, may_define=may_define)
        look.told(desk.told, failed=desk.failed)
        again, desk.again = desk.again, False
        listing = gateway.properties.list(
            desk.kind, by=by, archived=True, max_age_ms=0 if again else FRESH_MS
        )
        if missing := property_table.gaps(listing, gateway.properties.needs(desk.kind, by=by)):
            st.html(missing)
        _open(gateway, by, desk, listing)
        with st.container(key="rows"):
            rows = property_table.wanted(listing.rows, desk)
            st.html(property_table.table(listing, rows, desk))
            if len(rows) > desk.rows:
                st.button("Show more", key="prop-more", on_click=_more, args=(desk,))
        look.focus(desk.focus, f"properties-{desk.turn}")


def _open(gateway: Gateway, by: User, desk: PropertyDesk, listing: PropertyListing) -> None:
    """The form for a new property, or the property whose whole name was typed or chosen."""
    may_define = by.may(Permission.DEFINE_PROPERTIES)
    row = listing.find(desk.sought.strip()) if desk.sought else None
    if not desk.making and row is None:
        return
    groups = {one.name: one.label for one in gateway.properties.groups.list(desk.kind, by=by)}
    if desk.making:
        archived = {
            one.name: one.sensitivity
            for one in listing.rows
            if one.definition.archived and listing.find(one.name) is one
        }
        property_forms.create(desk, listing.kind.label, groups, archived)
    elif row is not None:
        property_forms.opened(desk, row, groups, may_define=may_define)


def _carry_out(gateway: Gateway, by: User, desk: PropertyDesk) -> None:
    """Does what was pressed, before anything is drawn."""
    deed, desk.pressed = desk.pressed, None
    if deed is not None:
        with errors.noted(desk.fail):
            DEEDS[deed](gateway, by, desk)


def _create(gateway: Gateway, by: User, desk: PropertyDesk) -> None:
    made = gateway.properties.create(
        desk.kind,
        property_forms.name_of(desk),
        property_forms.wish(desk),
        by=by,
        revive=property_forms.revives(desk),
    )
    desk.show("")
    desk.tell(("Created", f"{made.definition.label} can be used in HubSpot and on its forms now. "
               f"Its internal name is {made.name}."))  # fmt: skip


def _edit(gateway: Gateway, by: User, desk: PropertyDesk) -> None:
    name = desk.sought.strip()
    row = gateway.properties.get(desk.kind, name, by=by)
    changed = gateway.properties.edit(desk.kind, name, property_forms.edited(desk, row), by=by)
    desk.show(name)
    forms = ", ".join(changed.used_by)
    more = f" It is on {forms}: look whether the form is still open." if forms else ""
    desk.tell(("Changed", f"HubSpot has the new definition of {name}.{more}"))


def _archive(gateway: Gateway, by: User, desk: PropertyDesk) -> None:
    name = desk.sought.strip()
    desk.asked = False
    gateway.properties.archive(desk.kind, name, by=by)
    desk.show("")
    desk.tell(("Archived", f"{name} is permanently deleted after {PURGED_AFTER_DAYS} days. Until "
               "then it can be brought back by creating it again."))  # fmt: skip


DEEDS: Mapping[Deed, Callable[[Gateway, User, PropertyDesk], None]] = {
    Deed.CREATE: _create,
    Deed.EDIT: _edit,
    Deed.ARCHIVE: _archive,
}
"""What each press does."""


def _more(desk: PropertyDesk) -> None:
    desk.rows += PAGE
