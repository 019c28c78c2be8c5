"""Each kind of field by itself: drawn, filled in and read back in the shape the gateway takes."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway.domain.forms import SENDABLE, FieldType


def _draw(field_type: str, sensitivity: str, extra: dict[str, object]) -> None:
    import msgspec
    import streamlit as st

    from gateway.domain.forms import FormField
    from gateway.domain.sensitivity import Sensitivity
    from gateway.ui import session
    from gateway.ui.fields import Slot

    options = [{"value": v, "label": v.upper(), "displayOrder": n} for n, v in enumerate("ab")]
    row = {"objectTypeId": "0-1", "name": "x", "label": "X", "fieldType": field_type}
    field = msgspec.convert(row | {"options": options} | extra, FormField)
    slot = Slot(field, session.draft("form"), Sensitivity(sensitivity))
    slot.widget.draw(slot)
    st.session_state["read"] = slot.widget.read(slot)
    st.session_state["masked"] = slot.masked


def _run(kind: FieldType, sensitivity: str = "sensitive", **extra: Any) -> AppTest:
    test = AppTest.from_function(_draw, kwargs={
        "field_type": kind.value, "sensitivity": sensitivity, "extra": extra,
    })  # fmt: skip
    test.run(timeout=10)
    assert not test.exception
    return test


def _typed(test: AppTest) -> None:
    test.text_input[0].input(" 12.50 ")


def _chosen(test: AppTest) -> None:
    test.selectbox[0].select("b")


FILLED: dict[FieldType, tuple[Callable[[AppTest], Any], object]] = {
    FieldType.SINGLE_LINE_TEXT: (_typed, " 12.50 "),
    FieldType.EMAIL: (_typed, " 12.50 "),
    FieldType.PHONE: (_typed, " 12.50 "),
    FieldType.MOBILE_PHONE: (_typed, " 12.50 "),
    FieldType.NUMBER: (_typed, " 12.50 "),
    FieldType.MULTI_LINE_TEXT: (lambda test: test.text_area[0].input("a\nb"), "a\nb"),
    FieldType.SINGLE_CHECKBOX: (lambda test: test.checkbox[0].check(), True),
    FieldType.MULTIPLE_CHECKBOXES: (lambda test: test.checkbox[1].check(), ("b",)),
    FieldType.DROPDOWN: (_chosen, "b"),
    FieldType.RADIO: (lambda test: test.radio[0].set_value("b"), "b"),
    FieldType.DATEPICKER: (
        lambda test: test.date_input[0].set_value(datetime.date(1904, 2, 29)),
        "1904-02-29",
    ),
}
"""How each kind is filled in → the answer it gives: text as typed, the rest typed."""
EMPTY = {FieldType.SINGLE_CHECKBOX: False}
"""What an untouched field answers, where it is not nothing."""
DEFAULTS: dict[FieldType, tuple[dict[str, Any], object]] = {
    FieldType.SINGLE_LINE_TEXT: ({"defaultValue": "d"}, "d"),
    FieldType.MULTI_LINE_TEXT: ({"defaultValue": "d"}, "d"),
    FieldType.SINGLE_CHECKBOX: ({"defaultValue": "true"}, True),
    FieldType.MULTIPLE_CHECKBOXES: ({"defaultValues": ["b"]}, ("b",)),
    FieldType.DROPDOWN: ({"defaultValues": ["a"]}, "a"),
    FieldType.RADIO: ({"defaultValues": ["a"]}, "a"),
    FieldType.DATEPICKER: ({"defaultValue": "2001-02-03"}, "2001-02-03"),
}


@pytest.mark.parametrize("kind", sorted(SENDABLE))
def test_an_answer_comes_back_as_it_was_given(kind: FieldType) -> None:
    """Empty at first, then what was filled in, in the shape the gateway takes."""
    test = _run(kind)
    assert test.session_state["read"] == EMPTY.get(kind)
    fill, answer = FILLED[kind]
    fill(test)
    test.run(timeout=10)
    assert test.session_state["read"] == answer


@pytest.mark.parametrize("kind", sorted(DEFAULTS))
def test_the_forms_own_default_is_there_to_begin_with(kind: FieldType) -> None:
    """A default of the definition stands in the field, and can be changed."""
    extra, answer = DEFAULTS[kind]
    assert _run(kind, **extra).session_state["read"] == answer


@pytest.mark.parametrize("kind", sorted(SENDABLE))
def test_only_typed_private_text_is_masked(kind: FieldType) -> None:
    """Text of a private class is masked; choices and dates, and ordinary text, are not."""
    typed = FILLED[kind][1] in (" 12.50 ", "a\nb")
    assert _run(kind, "highly_sensitive").session_state["masked"] is typed
    assert _run(kind, "sensitive").session_state["masked"] is typed
    assert _run(kind, "non_sensitive").session_state["masked"] is False
