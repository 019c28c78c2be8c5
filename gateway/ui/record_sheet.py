"""One record on its page: ordinary values, sensitive ones masked, and what may be done with each.

A value that is shown for a purpose is drawn by itself and is gone with its time: the browser's
clock takes it away, and so does the server's.
"""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode

import streamlit as st

from gateway.domain.objects import object_type
from gateway.domain.properties import Property
from gateway.domain.record_errors import MissingScope
from gateway.domain.records import (
    USUAL_PROPERTIES,
    Presence,
    Record,
    RecordField,
    audit_place,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.richtext import plain
from gateway.policy.record_rules import KEPT_BY_HUBSPOT
from gateway.ui import look, record_boxes, record_deeds
from gateway.ui.markup import Markup, fill
from gateway.ui.places import leads_to
from gateway.ui.record_deeds import PERMISSIONS, Scene
from gateway.ui.record_desk import Deed, RecordDesk
from gateway.ui.record_search import name_of

KEPT_FROM_VIEW = "Has a value, which is not shown"
OF_HUBSPOT = "hs_"
"""How the names of properties begin that HubSpot keeps for itself."""


def read(scene: Scene, kind: str, record_id: str) -> Record:
    """A record with all that may be told of it. A class that the token may not read is left out,
    and the desk says which scope is missing."""
    desk = scene.desk
    by_class: dict[Sensitivity, list[str]] = {of: [] for of in Sensitivity}
    for one in scene.known.values():
        if one.sensitivity is not None and not one.archived and _of_interest(one, kind):
            by_class[one.sensitivity].append(one.name)
    records = scene.gateway.records
    told = records.read(kind, record_id, by_class[Sensitivity.NON_SENSITIVE], by=scene.by)
    desk.withheld = ()
    for of in (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE):
        if by_class[of]:
            try:
                more = records.read(kind, record_id, by_class[of], by=scene.by)
            except MissingScope as error:
                desk.withheld = (*desk.withheld, str(error))
            else:
                told = dataclasses.replace(told, fields=(*told.fields, *more.fields))
    return told


def _of_interest(one: Property, kind: str) -> bool:
    return not one.name.startswith(OF_HUBSPOT) or one.name in USUAL_PROPERTIES.get(kind, ())


def draw(scene: Scene, record: Record) -> None:
    """The record that lies open."""
    desk = scene.desk
    held = [
        field
        for field in record.fields
        if field.presence is Presence.SET and field.name not in KEPT_BY_HUBSPOT
    ]
    masked = [field for field in held if field.masked]
    ordinary = [field for field in held if not field.masked]
    with st.container(key="record"):
        with st.container(key="record-top", horizontal=True, vertical_alignment="center"):
            st.html(heading(record, audited=leads_to("audit.py", scene.by)))
            st.button("Close", key="record-close", on_click=_close, args=(desk,))
        _told(desk)
        for title, fields in (("Sensitive", masked), ("Ordinary", ordinary)):
            if fields:
                st.html(fill('<h3 class="si-h3">$title</h3>', title=title))
            for field in fields:
                _row(scene, field)
        if not masked and not desk.withheld:
            st.html('<p class="si-none">No sensitive property of this record has a value.</p>')
        for sentence in desk.withheld:
            st.html(fill('<p class="si-told">$sentence</p>', sentence=sentence))
        _rest(scene, held)
        if not any(field.name == desk.name for field in held):
            record_deeds.draw(scene)


def heading(record: Record, *, audited: bool) -> Markup:
    """What kind of record it is, which one, and its name; with ``audited``, the way to what was
    done with it."""
    kind = object_type(record.object_type_id)
    return fill(
        '<h2 class="si-h2 si-detail-title" tabindex="-1">$name</h2>'
        '<p class="si-record-id">$kind <span translate="no">$id</span>$created$audit</p>',
        name=name_of(record) or f"Record {record.id}",
        kind=(kind.label if kind is not None else "record").capitalize(),
        id=record.id,
        created=f", created {record.created_at[:10]}" if record.created_at else "",
        audit=_audit_link(record) if audited else "",
    )


def _audit_link(record: Record) -> Markup:
    place = audit_place(record.object_type_id, record.id)
    if place is None:
        return Markup("")
    # In a tab of its own: leaving this page lets go of the record.
    return fill(
        ' · <a href="/audit?$query" target="_blank" rel="noopener">What was done with it'
        '<span class="si-sr">, in a new tab</span></a>',
        query=urlencode({"about": place}),
    )


def _told(desk: RecordDesk) -> None:
    if desk.told is None or desk.deed is not None:
        return
    title, sentence = desk.told
    template = (
        '<p class="si-error" role="alert"><b>$title.</b> $sentence</p>'
        if desk.failed
        else '<p class="si-said" role="status"><b>$title.</b> $sentence</p>'
    )
    st.html(fill(template, title=title, sentence=sentence))


def _row(scene: Scene, field: RecordField) -> None:
    desk = scene.desk
    with st.container(key=f"field-{field.name}"):
        with st.container(key=f"line-{field.name}", horizontal=True, vertical_alignment="center"):
            shown = desk.revealed is not None and desk.revealed_name == field.name
            st.html(line(field, scene.known.get(field.name), shown=shown))
            _offer(scene, field, shown=shown)
        if shown:
            _shown(desk, scene.known.get(field.name))
        if desk.name == field.name:
            record_deeds.draw(scene)


def line(field: RecordField, one: Property | None, *, shown: bool = False) -> Markup:
    """A property's name, class and value, or that there is one."""
    text = field.value.reveal() if field.value is not None else ""
    value = told_value(text, one) if not field.masked else "" if shown else KEPT_FROM_VIEW
    chip = look.chip(field.sensitivity, f"class-{field.name}") if field.sensitivity else Markup("")
    return fill(
        '<div class="si-field" data-label="$label" data-masked="$masked"><p class="si-field-name">'
        '$label</p>$chip<p class="si-field-value">$value</p></div>',
        label=plain(field.label) or field.name,
        masked="yes" if field.masked else "no",
        chip=chip,
        value=value,
    )


def told_value(text: str, one: Property | None) -> str:
    """A value as a person reads it: the words of its choices."""
    words = record_boxes.options(one) if one is not None else {}
    parts = text.split(record_boxes.SEPARATOR) if words else [text]
    return ", ".join(words.get(part, part) for part in parts if part)


def _offer(scene: Scene, field: RecordField, *, shown: bool) -> None:
    desk, by, one = scene.desk, scene.by, scene.known.get(field.name)
    if field.masked and not shown and by.may(PERMISSIONS[Deed.REVEAL]):
        st.button("Reveal", key=f"reveal-{field.name}", on_click=desk.begin,
                  args=(Deed.REVEAL, field.name))  # fmt: skip
    if one is None or not record_boxes.writable(one) or not by.may(PERMISSIONS[Deed.CORRECT]):
        return
    st.button("Correct", key=f"correct-{field.name}", on_click=desk.begin,
              args=(Deed.CORRECT, field.name))  # fmt: skip
    st.button("Clear", key=f"clear-{field.name}", on_click=desk.begin,
              args=(Deed.CLEAR, field.name))  # fmt: skip


def _shown(desk: RecordDesk, one: Property | None) -> None:
    """The value, until its time is over. The fragment runs once more right after that."""
    seen = desk.revealed
    if seen is None:
        return
    with st.container(key="revealed"):
        st.fragment(lambda: _value(desk, one), run_every=max(0.2, seen.left_s + 0.1))()
        st.button("Hide now", key="hide", on_click=_hide, args=(desk,))


def _value(desk: RecordDesk, one: Property | None) -> None:
    seen = desk.revealed
    if seen is None or seen.left_s <= 0:
        desk.hide()
        desk.tell(("Hidden again", "The time of the value is over."))
        st.rerun()
    st.html(revealed(told_value(seen.reveal() or "", one), seen.left_s))


def revealed(text: str, left_s: float) -> Markup:
    """A value and the seconds it is still shown."""
    return fill(
        '<div class="si-revealed" data-left="$left"><p class="si-value" translate="no" '
        'tabindex="-1">$text</p><p class="si-left" role="timer">Hidden again in '
        "<b>$whole</b> s</p></div>",
        left=f"{left_s:.1f}",
        whole=str(round(left_s)),
        text=text or "It has no value.",
    )


def _rest(scene: Scene, drawn: list[RecordField]) -> None:
    desk, by = scene.desk, scene.by
    if not by.may(PERMISSIONS[Deed.CORRECT]):
        return
    rest = record_deeds.further(list(scene.known.values()), [field.name for field in drawn])
    with st.container(key="record-more", horizontal=True, vertical_alignment="bottom"):
        if rest:
            st.selectbox("Give a value to another property", list(rest), index=None,
                         key=f"other-{desk.turn}", format_func=lambda name: rest.get(name, name),
                         placeholder="Choose a property", on_change=_other,
                         args=(desk, f"other-{desk.turn}"))  # fmt: skip
        st.button("Archive this record", key="archive", on_click=desk.begin,
                  args=(Deed.ARCHIVE,))  # fmt: skip


def _other(desk: RecordDesk, key: str) -> None:
    name = st.session_state[key]
    if name:
        desk.begin(Deed.CORRECT, name)


def _hide(desk: RecordDesk) -> None:
    desk.hide()
    desk.tell(("Hidden again", "The value is not shown any more."))
    desk.send_focus("detail")


def _close(desk: RecordDesk) -> None:
    desk.close()
    desk.send_focus("found")
