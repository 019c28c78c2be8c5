"""The boxes in which a property's new value is typed or chosen: one row per kind of property.

What stands in a box is read once, when its button is pressed, and the box is let go when it was
taken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import streamlit as st

from gateway.domain.answers import Secret
from gateway.domain.properties import Property
from gateway.domain.record_errors import InvalidRecord, RecordFault, reason
from gateway.domain.records import Values
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.richtext import plain
from gateway.ui.fields import label_text
from gateway.ui.markup import fill
from gateway.ui.record_desk import RecordDesk

SEPARATOR = ";"
"""Between the choices of one value, as HubSpot writes them."""
DATE_HINT = "YYYY-MM-DD"


@dataclasses.dataclass(frozen=True)
class Box:
    """How one kind of property is drawn (``draw``: desk, key, label, property), whether it is
    typed as text, and how its widget's state comes out of a value and becomes one."""

    draw: Callable[[str, str, Property], None]
    typed: bool = True
    state: Callable[[str], object] = str
    value: Callable[[object], str] = lambda held: str(held or "").strip()


def _text(key: str, label: str, one: Property) -> None:
    st.text_input(label, key=key, autocomplete="off",
                  placeholder=DATE_HINT if one.type == "date" else None)  # fmt: skip


def _area(key: str, label: str, one: Property) -> None:
    st.text_area(label, key=key)


def _choice(key: str, label: str, one: Property) -> None:
    words = options(one)
    st.selectbox(label, list(words), index=None, key=key, placeholder="Choose",
                 format_func=lambda value: words.get(value, value))  # fmt: skip


def _choices(key: str, label: str, one: Property) -> None:
    words = options(one)
    st.multiselect(label, list(words), key=key, placeholder="Choose",
                   format_func=lambda value: words.get(value, value))  # fmt: skip


_TEXT = Box(_text)
_AREA = Box(_area)
_CHOICE = Box(_choice, False, lambda text: text or None)
_CHOICES = Box(
    _choices,
    False,
    lambda text: [part for part in text.split(SEPARATOR) if part],
    lambda held: SEPARATOR.join(held) if isinstance(held, list) else "",
)
_BY_FIELD_TYPE: Mapping[str, Box] = {"checkbox": _CHOICES, "textarea": _AREA, "html": _AREA}
"""HubSpot's field type → the box; any other is a choice where there are options, else text."""


def box_of(one: Property) -> Box:
    """The box of a property."""
    if one.options:
        return _CHOICES if one.field_type == "checkbox" else _CHOICE
    box = _BY_FIELD_TYPE.get(one.field_type, _TEXT)
    return _TEXT if box is _CHOICES else box


def options(one: Property) -> dict[str, str]:
    """Value → label of a property's choices, hidden ones left out."""
    shown = (option for option in one.options if not option.hidden)
    return {option.value: plain(option.label) or option.value for option in shown}


def label_of(one: Property) -> str:
    """A property's name for a person."""
    return plain(one.label) or one.name


def draw(desk: RecordDesk, one: Property, part: str, *, start: str = "") -> None:
    """The box of a property under ``desk.key(part)``, with ``start`` in it when it is new; a
    typed value that is not ordinary is dots until somebody asks to see it."""
    box, key = box_of(one), desk.key(part)
    desk.believed[one.name] = max(desk.believed.get(one.name, 0), _rank(one))
    label = label_of(one)
    if key not in st.session_state and (held := box.state(start)):
        st.session_state[key] = held
    private = box.typed and one.sensitivity is not Sensitivity.NON_SENSITIVE
    with st.container(key=f"{'masked' if private else 'open'}-{key}"):
        box.draw(key, label_text(label), one)
        if private:
            st.html(
                fill(
                    '<button type="button" class="si-show" data-si-do="show"><b>Show</b>'
                    '<span class="si-sr"> $label</span></button>',
                    label=label,
                )
            )


def read(desk: RecordDesk, one: Property, part: str) -> str:
    """What stands in the box, as HubSpot is sent it; "" for nothing."""
    return box_of(one).value(st.session_state.get(desk.key(part)))


def read_all(desk: RecordDesk, parts: Mapping[str, Property]) -> Values:
    """What stands in the boxes (part → property), by name; empty ones left out. Raises
    :class:`InvalidRecord` for a property that has become less sensitive since its box was drawn:
    what was typed was typed for another."""
    values = {
        one.name: Secret(text) for part, one in parts.items() if (text := read(desk, one, part))
    }
    lowered = [
        one.name
        for one in parts.values()
        if one.name in values and _rank(one) < desk.believed.get(one.name, 0)
    ]
    if lowered:
        raise InvalidRecord({name: reason(RecordFault.CLASS_LOWERED) for name in lowered})
    return values


def _rank(one: Property) -> int:
    return one.sensitivity.rank if one.sensitivity is not None else 0


def writable(one: Property) -> bool:
    """Whether a person can give a value to the property at all."""
    meta = one.modification_metadata
    return not (one.archived or one.calculated or meta.read_only_value or one.sensitivity is None
                or one.field_type == "file")  # fmt: skip
