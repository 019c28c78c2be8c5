"""How each kind of form field is drawn and read: one row per field type."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping

import streamlit as st

from gateway.domain.answers import Answer
from gateway.domain.forms import SENDABLE, FieldType, FormField
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.logic import default_answer
from gateway.intake.richtext import plain
from gateway.intake.validate import FIRST_YEAR, LAST_YEAR
from gateway.ui import session
from gateway.ui.session import Draft


@dataclasses.dataclass(frozen=True)
class Slot:
    """One field at its place on the page."""

    field: FormField
    draft: Draft
    sensitivity: Sensitivity
    advice: str = ""
    """What the field's rules ask of an answer, in short sentences."""

    @property
    def key(self) -> str:
        """The key of the field's widget, or the stem of its choices' keys."""
        return self.draft.key(self.field.key)

    @property
    def label(self) -> str:
        """The field's name for a person, without markup."""
        return plain(self.field.label) or self.field.name

    @property
    def masked(self) -> bool:
        """Whether what is typed is shown as dots until somebody asks to see it."""
        return self.widget.typed and self.sensitivity is not Sensitivity.NON_SENSITIVE

    @property
    def widget(self) -> Widget:
        """The row of the field's type."""
        return WIDGETS[FieldType(self.field.field_type)]

    def heard(self) -> None:
        """A new answer arrived: what a widget calls."""
        self.draft.hear(self.field.key)


@dataclasses.dataclass(frozen=True)
class Widget:
    """How one field type is drawn (``draw``), read back (``read``: None = no answer),
    whether it is typed as text, which keyboard a phone shows, and how many keyed widgets
    it takes."""

    draw: Callable[[Slot], None]
    read: Callable[[Slot], Answer | None]
    typed: bool = False
    keyboard: str = "text"
    grouped: bool = False
    names_itself: bool = False
    hint: str = ""
    size: Callable[[FormField], int] = lambda field: 1


def drawn(field: FormField) -> bool:
    """Whether a page has a widget for the field: hidden ones the form answers itself, and a
    form with a type that cannot be sent is closed."""
    return field.kind in SENDABLE and not field.hidden


def options(field: FormField) -> dict[str, str]:
    """A field's choices, value → label, in HubSpot's order."""
    ordered = sorted(field.options, key=lambda option: option.display_order)
    return {option.value: plain(option.label) or option.value for option in ordered}


def markdown(text: str) -> str:
    """``text`` for a place where Streamlit reads markdown, so that it is shown as it is."""
    return "".join("\\" + c if c in r"\`*_{}[]<>#+-.!|~$:" else c for c in text)


_READ_AS_MARKDOWN = re.compile(r"[!\]]\[|\]\(|[<$`*_~#\\|]|:\w|https?:|www\.|^\s*([-+>]|\d+[.)])\s")


def label_text(label: str) -> str:
    """A label for a widget, which screen readers are told as it is.

    Streamlit draws it as markdown, so its signs are escaped, but only in a label that would
    become a picture, a link or the like: a backslash would be read aloud.
    """
    return markdown(label) if _READ_AS_MARKDOWN.search(label) else label


def _text(slot: Slot) -> None:
    session.seed(slot.draft, slot.key, _default_text(slot.field))
    st.text_input(
        label_text(slot.label),
        key=slot.key,
        autocomplete="off",
        label_visibility="collapsed",
        on_change=slot.heard,
        placeholder=_placeholder(slot.field),
    )


def _placeholder(field: FormField) -> str:
    return plain(field.placeholder or "")


def _area(slot: Slot) -> None:
    session.seed(slot.draft, slot.key, _default_text(slot.field))
    st.text_area(
        label_text(slot.label),
        key=slot.key,
        label_visibility="collapsed",
        on_change=slot.heard,
        placeholder=_placeholder(slot.field),
    )


def _checkbox(slot: Slot) -> None:
    session.seed(slot.draft, slot.key, default_answer(slot.field) is True)
    st.checkbox(label_text(slot.label), key=slot.key, on_change=slot.heard)


def _checkboxes(slot: Slot) -> None:
    default = default_answer(slot.field)
    defaults = default if isinstance(default, tuple) else ()
    for value, label in options(slot.field).items():
        key = slot.draft.key(slot.field.key, value)
        session.seed(slot.draft, key, value in defaults)
        st.checkbox(label_text(label), key=key, on_change=slot.heard)


def _default_text(field: FormField) -> str:
    default = default_answer(field)
    return default if isinstance(default, str) else ""


def _known_default(field: FormField) -> str | None:
    default = _default_text(field)
    return default if default in options(field) else None


def _dropdown(slot: Slot) -> None:
    labels = options(slot.field)
    session.seed(slot.draft, slot.key, _known_default(slot.field))
    st.selectbox(
        label_text(slot.label),
        list(labels),
        index=None,
        key=slot.key,
        format_func=lambda value: labels.get(value, value),
        placeholder="Choose",
        label_visibility="collapsed",
        on_change=slot.heard,
    )


def _radio(slot: Slot) -> None:
    labels = options(slot.field)
    session.seed(slot.draft, slot.key, _known_default(slot.field))
    st.radio(
        label_text(slot.label),
        list(labels),
        index=None,
        key=slot.key,
        format_func=lambda value: label_text(labels.get(str(value), str(value))),
        label_visibility="collapsed",
        on_change=slot.heard,
    )


def _date(slot: Slot) -> None:
    session.seed(slot.draft, slot.key, _day(_default_text(slot.field)))
    st.date_input(
        label_text(slot.label),
        value=None,
        min_value=datetime.date(FIRST_YEAR, 1, 1),
        max_value=datetime.date(LAST_YEAR, 12, 31),
        key=slot.key,
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        on_change=slot.heard,
    )


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _held(slot: Slot) -> object:
    return session.held(slot.draft, slot.key)


def _read_text(slot: Slot) -> Answer | None:
    held = _held(slot)
    return held if isinstance(held, str) and held else None


def _read_flag(slot: Slot) -> Answer | None:
    held = _held(slot)
    return held if isinstance(held, bool) else None


def _read_chosen(slot: Slot) -> Answer | None:
    chosen = tuple(
        value
        for value in options(slot.field)
        if session.held(slot.draft, slot.draft.key(slot.field.key, value)) is True
    )
    return chosen or None


def _read_date(slot: Slot) -> Answer | None:
    held = _held(slot)
    return held.isoformat() if isinstance(held, datetime.date) else None


def _count(field: FormField) -> int:
    return max(1, len(field.options))


WIDGETS: Mapping[FieldType, Widget] = {
    FieldType.SINGLE_LINE_TEXT: Widget(_text, _read_text, typed=True),
    FieldType.MULTI_LINE_TEXT: Widget(_area, _read_text, typed=True),
    FieldType.EMAIL: Widget(_text, _read_text, typed=True, keyboard="email"),
    FieldType.PHONE: Widget(_text, _read_text, typed=True, keyboard="tel"),
    FieldType.MOBILE_PHONE: Widget(_text, _read_text, typed=True, keyboard="tel"),
    # A number box of the browser rounds, steps and hides slips; a text box shows what is typed.
    FieldType.NUMBER: Widget(_text, _read_text, typed=True, keyboard="decimal"),
    FieldType.SINGLE_CHECKBOX: Widget(_checkbox, _read_flag, names_itself=True),
    FieldType.MULTIPLE_CHECKBOXES: Widget(
        _checkboxes, _read_chosen, grouped=True, hint="Choose all that apply.", size=_count
    ),
    FieldType.DROPDOWN: Widget(_dropdown, _read_text),
    FieldType.RADIO: Widget(_radio, _read_text, grouped=True),
    # Year first: nobody writes year, day, month, so no date can be misread.
    FieldType.DATEPICKER: Widget(_date, _read_date, grouped=True, hint="Year, month, day."),
}
"""Every field type that can be sent; the others the gate refuses."""
