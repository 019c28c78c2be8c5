"""How an answer and a condition are read before they are compared."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest

from gateway.domain.forms import Condition, FieldType, FormField
from gateway.intake.logic import condition_holds
from gateway.intake.operators import answer_texts

TODAY = datetime.date(2026, 11, 3)


@pytest.mark.parametrize(
    ("kind", "answer", "texts"),
    [
        (FieldType.SINGLE_CHECKBOX, True, ("true",)),
        (FieldType.SINGLE_CHECKBOX, " TRUE ", ("true",)),
        (FieldType.SINGLE_CHECKBOX, "true", ("true",)),
        (FieldType.SINGLE_CHECKBOX, "True", ("true",)),
        (FieldType.SINGLE_CHECKBOX, False, ("false",)),
        (FieldType.SINGLE_CHECKBOX, "no", ("false",)),
        (FieldType.SINGLE_CHECKBOX, "", ("false",)),
        (FieldType.SINGLE_CHECKBOX, None, ("false",)),
        (FieldType.RADIO, True, ("true",)),
        (FieldType.RADIO, False, ("false",)),
        (FieldType.NUMBER, 5, ("5",)),
        (FieldType.NUMBER, 0, ("0",)),
        (FieldType.MULTIPLE_CHECKBOXES, "tree nuts; latex;;", ("tree nuts", "latex")),
        (FieldType.MULTIPLE_CHECKBOXES, ("a;b", "", "c"), ("a;b", "c")),
        (FieldType.MULTIPLE_CHECKBOXES, None, ()),
        (FieldType.MULTIPLE_CHECKBOXES, "", ()),
        (FieldType.SINGLE_LINE_TEXT, "a; b", ("a; b",)),
        (FieldType.SINGLE_LINE_TEXT, "", ()),
        (FieldType.SINGLE_LINE_TEXT, None, ()),
        (None, "x", ("x",)),
    ],
)
def test_an_answer_as_texts(kind: FieldType | None, answer: Any, texts: tuple[str, ...]) -> None:
    """A box is ticked or not, a set is its members, and everything else is its own text."""
    assert answer_texts(kind, answer) == texts


@pytest.mark.parametrize(
    ("operator", "kind", "answer", "condition", "shows"),
    [
        # a moment within a day is that day
        ("eq", "datepicker", "1970-01-02", {"value": "86400001"}, True),
        ("eq", "datepicker", "1970-01-02", {"value": "172799999"}, True),
        ("eq", "datepicker", "1970-01-02", {"value": "172800000"}, False),
        ("eq", "datepicker", "1969-12-31", {"value": "-1"}, True),
        ("gt", "datepicker", "1970-01-02", {"value": "86400001"}, False),
        # only numbers and dates are measured to be equal
        ("eq", "single_line_text", "5", {"value": "5.0"}, False),
        ("eq", "number", "many", {"value": "lots"}, False),
        ("eq", "number", "many", {"value": "MANY"}, True),
        ("eq", "dropdown", "5", {"value": "5.0"}, False),
        # one choice is compared with the whole word, a set with its members
        ("eq", "dropdown", "a", {"value": "a;b"}, False),
        ("eq", "dropdown", "a;b", {"value": "a;b"}, True),
        ("eq", "dropdown", "b", {"value": "a", "values": ["b"]}, False),
        ("set_any", "single_line_text", "a", {"value": "a;b"}, False),
        ("set_any", "single_line_text", "a;b", {"value": "a;b"}, True),
        # without the words it needs a comparison holds for nothing
        ("lt", "number", "1", {}, False),
        ("gte", "number", "1", {"value": "few"}, False),
        ("lt", "multiple_checkboxes", ("1", "2"), {"value": "5"}, False),
        ("lt", "multiple_checkboxes", ("1",), {"value": "5"}, True),
        # only a day can lie some days back
        ("within_time", "datepicker", "someday", {"value": "7"}, False),
        ("within_time", "datepicker", "2026-11-03", {}, False),
        ("within_time", "datepicker", "2026-11-03", {"value": "week"}, False),
        ("within_time_reverse", "datepicker", "someday", {"value": "7"}, False),
        ("within_time_reverse", "number", "5", {"value": "7"}, False),
        ("within_time_reverse", "datepicker", "2026-01-01", {}, False),
    ],
)
def test_what_is_compared(
    operator: str, kind: str, answer: Any, condition: dict[str, Any], shows: bool
) -> None:
    """Days, amounts, choices and words are compared each in their own way, and what cannot be
    compared hides the dependant."""
    rule = msgspec.convert({"operator": operator, **condition}, Condition)
    assert condition_holds(rule, FormField("0-1", "p", kind), answer, today=TODAY) is shows
