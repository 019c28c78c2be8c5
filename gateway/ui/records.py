"""The page of records: search, the record that lies open, and what is done to it."""

from __future__ import annotations

import dataclasses

import streamlit as st

from gateway.domain.objects import OBJECT_TYPES, named_object_type, object_type
from gateway.domain.properties import Property
from gateway.domain.record_errors import InvalidRecord, RecordFault, UnknownObjectType, reason
from gateway.domain.records import Presence, is_record_id
from gateway.domain.search import Found
from gateway.domain.users import Permission, User
from gateway.ui import errors, look, record_deeds, record_search, record_sheet, session
from gateway.ui.record_boxes import label_of
from gateway.ui.record_deeds import PERMISSIONS, Scene
from gateway.ui.record_desk import Deed, RecordDesk, Way
from gateway.usecases.gateway import Gateway


def show(gateway: Gateway, by: User, linked: tuple[str, str, str]) -> None:
    """The whole page; ``linked`` is what its address names: an object type, a record's id and a
    property, or "" for each."""
    desk = session.records()
    with st.container(key="records"), errors.calm():
        _follow(desk, linked)
        scene = Scene(gateway, by, desk, _known(gateway, by, desk))
        record_deeds.carry_out(scene)
        _search(gateway, by, desk)
        _open(scene)
        _draw(scene)
        look.focus(desk.focus, f"records-{desk.turn}")


def _follow(desk: RecordDesk, linked: tuple[str, str, str]) -> None:
    """Opens the record of the page's address, once for each that it names."""
    kind, record_id, name = linked
    if not record_id or linked == desk.linked:
        return
    desk.clear()
    desk.linked = linked
    with errors.noted(desk.fail):
        row = named_object_type(kind)
        if row is None:
            raise UnknownObjectType
        if not is_record_id(record_id):
            raise InvalidRecord({"": reason(RecordFault.BAD_ID)})
        desk.kind = row.id
        desk.look_at(row.id, record_id)
        desk.wished = name


def _known(gateway: Gateway, by: User, desk: RecordDesk) -> dict[str, Property]:
    """The definitions of the chosen object's properties; none where they cannot be read, so that
    another object can be chosen."""
    known: dict[str, Property] = {}
    with errors.noted(desk.fail):
        known |= {one.name: one for one in gateway.records.properties(desk.kind, by=by)}
    return known


def _search(gateway: Gateway, by: User, desk: RecordDesk) -> None:
    searching, desk.searching = desk.searching, False
    more, desk.more = desk.more, False
    with errors.noted(desk.fail):
        if searching:
            desk.wanted = desk.found = None
            desk.found = _first(gateway, by, desk)
            desk.send_focus("found")
            if desk.found.total:
                # What was looked for is kept for the next page only, and in no box.
                desk.empty()
        elif more and desk.wanted is not None and desk.found is not None:
            wanted = dataclasses.replace(desk.wanted, after=desk.found.after)
            page = gateway.search.find(desk.kind, wanted, by=by)
            shown = (*desk.found.records, *page.records)
            desk.found = dataclasses.replace(page, records=shown)


def _first(gateway: Gateway, by: User, desk: RecordDesk) -> Found:
    if desk.way is Way.EMAIL:
        return gateway.search.by_email(desk.typed("value"), by=by)
    desk.wanted = record_search.wanted(desk)
    return gateway.search.find(desk.kind, desk.wanted, by=by)


def _open(scene: Scene) -> None:
    desk = scene.desk
    opening, desk.opening = desk.opening, None
    if opening is None:
        return
    with errors.noted(desk.fail):
        desk.record = record_sheet.read(scene, *opening)
        desk.send_focus("detail")
        _wish(scene)


def _wish(scene: Scene) -> None:
    """Asks about the property that the page's address names; nothing is revealed by a link."""
    desk = scene.desk
    name, desk.wished = desk.wished, ""
    one = scene.known.get(name)
    if not name or desk.record is None:
        return
    if one is None:
        raise InvalidRecord({"": reason(RecordFault.UNKNOWN_PROPERTY)})
    held = desk.record.field(name)
    if held is None:
        return
    if held.presence is Presence.EMPTY:
        desk.tell((label_of(one), "It has no value."))
    elif held.masked and scene.by.may(PERMISSIONS[Deed.REVEAL]):
        desk.begin(Deed.REVEAL, name)


def _draw(scene: Scene) -> None:
    desk = scene.desk
    record_search.draw(desk, _kinds(scene), list(scene.known.values()), scene.by)
    if desk.record is None and desk.deed is None:
        look.told(desk.told, failed=desk.failed)
    if desk.deed is Deed.CREATE:
        record_deeds.draw(scene)
    elif desk.record is None and scene.by.may(PERMISSIONS[Deed.CREATE]):
        kind = object_type(desk.kind)
        st.button(f"New {kind.label if kind is not None else 'record'}", key="new",
                  on_click=desk.begin, args=(Deed.CREATE,))  # fmt: skip
    if desk.record is not None:
        record_sheet.draw(scene, desk.record)
    if desk.found is not None:
        record_search.results(desk, desk.found)


def _kinds(scene: Scene) -> dict[str, str]:
    """Every object type somebody may choose, id → words; the account's own where they may be
    listed, and in any case the one a link named."""
    kinds = {row.id: row.plural.capitalize() for row in OBJECT_TYPES.values()}
    if scene.by.may(Permission.VIEW_PROPERTIES):
        listed = scene.gateway.properties.object_types(by=scene.by)
        kinds |= {row.kind.id: row.label for row in listed}
    kind = scene.desk.kind
    return kinds if kind in kinds else {**kinds, kind: f"Custom object {kind}"}
