"""What is done to a record on its page: each deed is drawn as a question, and carried out in the
run after its button was pressed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from gateway.domain.objects import (
    APPOINTMENT,
    COMPANY,
    CONTACT,
    DEAL,
    PROJECT,
    TICKET,
)
from gateway.domain.properties import Property
from gateway.domain.records import Presence, Record
from gateway.domain.reveals import PURPOSE_WORDS, Purpose
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.ui import errors, record_boxes
from gateway.ui.markup import fill
from gateway.ui.record_boxes import label_of
from gateway.ui.record_desk import Deed, RecordDesk
from gateway.usecases.gateway import Gateway

NEW: Mapping[str, tuple[str, ...]] = {
    CONTACT: ("email", "firstname", "lastname", "phone"),
    COMPANY: ("name", "domain"),
    DEAL: ("dealname", "pipeline", "dealstage", "amount"),
    TICKET: ("subject", "hs_pipeline", "hs_pipeline_stage", "content"),
    APPOINTMENT: ("hs_appointment_name",),
    PROJECT: ("hs_name", "hs_pipeline", "hs_pipeline_stage"),
}
"""What is asked for first of a new record: what HubSpot demands, and what people look for.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

_EMPTY = ("Nothing was typed", "Type a value, or clear the one that is there.")


@dataclasses.dataclass(frozen=True)
class Scene:
    """Everything a deed needs: who does it, with what, and where."""

    gateway: Gateway
    by: User
    desk: RecordDesk
    known: Mapping[str, Property]
    """The object type's definitions, by name."""

    @property
    def subject(self) -> Property | None:
        """The property the deed is about, None when it is about the record."""
        return self.known.get(self.desk.name)


def _reveal(scene: Scene, record: Record) -> None:
    desk = scene.desk
    purpose = st.session_state.get(desk.key("purpose"))
    if not isinstance(purpose, Purpose):
        _refused(desk, ("No purpose was chosen", "Say why the value is looked at."))
        return
    value = scene.gateway.records.reveal(
        record.object_type_id, record.id, desk.name, purpose, by=scene.by,
        confirmed=st.session_state.get(desk.key("sure")) is True,
    )  # fmt: skip
    name = desk.name
    desk.stop()
    desk.revealed, desk.revealed_name = value, name
    desk.send_focus("revealed")


def _correct(scene: Scene, record: Record) -> None:
    desk, one = scene.desk, scene.subject
    values = record_boxes.read_all(desk, {"correct": one} if one is not None else {})
    if one is None or not values:
        _refused(desk, _EMPTY)
        return
    scene.gateway.records.update(record.object_type_id, record.id, values, by=scene.by)
    _done(desk, record, ("Corrected", f"{label_of(one)} has the new value in HubSpot."))


def _clear(scene: Scene, record: Record) -> None:
    desk = scene.desk
    scene.gateway.records.clear(record.object_type_id, record.id, [desk.name], by=scene.by)
    label = label_of(scene.subject) if scene.subject is not None else desk.name
    _done(desk, record, ("Cleared", f"{label} has no value in HubSpot any more."))


def _archive(scene: Scene, record: Record) -> None:
    desk = scene.desk
    scene.gateway.records.archive(record.object_type_id, record.id, by=scene.by)
    desk.close()
    desk.found = None
    desk.tell(("Archived", "HubSpot keeps the record for 90 days, and shows it nowhere."))
    desk.send_focus("told")


def _done(desk: RecordDesk, record: Record, told: tuple[str, str]) -> None:
    desk.look_at(record.object_type_id, record.id)
    desk.tell(told)


def _create(scene: Scene) -> None:
    desk = scene.desk
    boxes = {f"new-{name}": scene.known[name] for name in new_names(scene)}
    values = record_boxes.read_all(desk, boxes)
    if not values:
        _refused(desk, ("Nothing was typed", "Give the record at least one value."))
        return
    made = scene.gateway.records.create(desk.kind, values, by=scene.by)
    desk.look_at(made.object_type_id, made.id)
    desk.tell(("Created", f"It is record {made.id} in HubSpot."))


_CARRY_OUT: Mapping[Deed, Callable[[Scene, Record], None]] = {
    Deed.REVEAL: _reveal,
    Deed.CORRECT: _correct,
    Deed.CLEAR: _clear,
    Deed.ARCHIVE: _archive,
}
"""What each deed does to the record that lies open."""


def carry_out(scene: Scene) -> None:
    """Does what was pressed, if anything was; says on the desk what came of it."""
    desk = scene.desk
    pressed, desk.pressed = desk.pressed, False
    if not pressed or desk.deed is None:
        return
    desk.told = None
    with errors.noted(lambda told: _refused(desk, told)):
        if desk.deed is Deed.CREATE:
            _create(scene)
        elif desk.record is not None:
            _CARRY_OUT[desk.deed](scene, desk.record)


def _refused(desk: RecordDesk, told: tuple[str, str]) -> None:
    desk.fail(told)
    desk.focus_deed()


def draw(scene: Scene) -> None:
    """The question before the deed that somebody is about to do."""
    desk = scene.desk
    if desk.deed is None:
        return
    with st.container(key="deed"):
        _QUESTIONS[desk.deed](scene)


def _heading(words: str, told: str = "", level: int = 3) -> None:
    under = fill('<p class="si-told">$told</p>', told=told) if told else ""
    head = fill(
        '<h$level class="si-h3 si-deed-title" tabindex="-1">$words</h$level>',
        level=str(level), words=words,
    )  # fmt: skip
    st.html(head + under)


def _ask_reveal(scene: Scene) -> None:
    desk, one = scene.desk, scene.subject
    label = label_of(one) if one is not None else desk.name
    seconds = scene.gateway.records.reveal.seconds
    _heading(
        f"Look at {label}",
        f"The value is shown for {seconds} seconds. That you looked, and why, stands in the audit.",
    )
    st.selectbox("Why do you need to see it?", list(Purpose), index=None, key=desk.key("purpose"),
                 format_func=lambda purpose: PURPOSE_WORDS[purpose],
                 placeholder="Choose a purpose")  # fmt: skip
    if one is None or one.sensitivity is not Sensitivity.SENSITIVE:
        st.checkbox("It is highly sensitive, and I really need to see it", key=desk.key("sure"))
    _buttons(desk, f"Show for {seconds} seconds", "Not now")


def _ask_correct(scene: Scene) -> None:
    desk, one = scene.desk, scene.subject
    if one is None or not record_boxes.writable(one):
        _heading("This property cannot be changed here")
        st.button("Back", key="deed-no", on_click=_stop, args=(desk,))
        return
    held = desk.record.field(one.name) if desk.record is not None else None
    has = held is not None and held.presence is Presence.SET
    _heading(f"{'Correct' if has else 'Give a value to'} {label_of(one)}")
    start = held.value.reveal() if held is not None and held.value is not None else ""
    record_boxes.draw(desk, one, "correct", start=start)
    _buttons(desk, "Save", "Leave it as it is")


def _ask_clear(scene: Scene) -> None:
    one = scene.subject
    label = label_of(one) if one is not None else scene.desk.name
    _heading(
        f"Clear {label}?",
        "HubSpot forgets the value; what it was can be seen only in HubSpot's own history.",
    )
    _buttons(scene.desk, "Yes, clear it", "Leave it as it is")


def _ask_archive(scene: Scene) -> None:
    record = scene.desk.record
    _heading(
        f"Archive record {record.id if record is not None else ''}?",
        "It is shown nowhere any more. HubSpot keeps it for 90 days, and until then it can be "
        "restored there; afterwards it is gone.",
    )
    _buttons(scene.desk, "Yes, archive it", "Leave it as it is")


def _ask_create(scene: Scene) -> None:
    desk = scene.desk
    _heading("A new record", level=2)
    for name in new_names(scene):
        record_boxes.draw(desk, scene.known[name], f"new-{name}")
    rest = further(scene.known.values(), NEW.get(desk.kind, ()))
    st.multiselect("Give other properties, too", list(rest), key=desk.key("others"),
                   format_func=lambda name: rest.get(name, name),
                   placeholder="Choose")  # fmt: skip
    _buttons(desk, "Create", "Not now")


_QUESTIONS: Mapping[Deed, Callable[[Scene], None]] = {
    Deed.REVEAL: _ask_reveal,
    Deed.CORRECT: _ask_correct,
    Deed.CLEAR: _ask_clear,
    Deed.ARCHIVE: _ask_archive,
    Deed.CREATE: _ask_create,
}
"""How each deed is asked about before it is done."""

PERMISSIONS: Mapping[Deed, Permission] = {
    Deed.REVEAL: Permission.REVEAL,
    Deed.CORRECT: Permission.EDIT_RECORDS,
    Deed.CLEAR: Permission.EDIT_RECORDS,
    Deed.ARCHIVE: Permission.EDIT_RECORDS,
    Deed.CREATE: Permission.EDIT_RECORDS,
}
"""Who is offered each deed; the gateway asks again."""


def new_names(scene: Scene) -> tuple[str, ...]:
    """The properties a new record is asked for: the usual ones, and those that were chosen."""
    usual = [name for name in NEW.get(scene.desk.kind, ()) if name in scene.known]
    chosen = st.session_state.get(scene.desk.key("others")) or []
    return tuple(dict.fromkeys([*usual, *(name for name in chosen if name in scene.known)]))


def further(known: Iterable[Property], skipped: Sequence[str]) -> dict[str, str]:
    """Name → label of every property a person may give a value, but for ``skipped``."""
    named = {
        one.name: label_of(one)
        for one in known
        if one.name not in skipped and record_boxes.writable(one)
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def _buttons(desk: RecordDesk, yes: str, no: str) -> None:
    if desk.told is not None:
        title, sentence = desk.told
        st.html(fill('<p class="si-error" role="alert">$title. $sentence</p>',
                     title=title, sentence=sentence))  # fmt: skip
    with st.container(key="deed-buttons", horizontal=True):
        # A press that arrives late is about the question it was pressed under, and no other.
        st.button(yes, key=f"deed-yes-{desk.instance}", type="primary", on_click=_press,
                  args=(desk, desk.instance))  # fmt: skip
        st.button(no, key="deed-no", on_click=_stop, args=(desk,))


def _press(desk: RecordDesk, instance: str) -> None:
    desk.pressed = desk.instance == instance


def _stop(desk: RecordDesk) -> None:
    desk.stop()
    desk.told = None
    desk.send_focus("detail")
