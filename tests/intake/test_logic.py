"""Which fields are in force."""

from __future__ import annotations

import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.forms import Condition, FieldType, FormField
from gateway.intake.logic import (
    DEFAULTS,
    answer_of,
    condition_holds,
    default_answer,
    visible_fields,
)
from gateway.intake.operators import OPERATORS, Operator

TODAY = datetime.date(2026, 11, 3)
CASES = [
    # operator, parent's type, answer, condition, shows
    ("eq", "single_line_text", "Yes", {"value": "yes"}, True),
    ("eq", "single_line_text", "no", {"value": "yes"}, False),
    ("eq", "dropdown", "Yes", {"value": "yes"}, False),
    ("eq", "dropdown", "yes", {"values": ["no", "yes"]}, True),
    ("eq", "number", "5", {"value": "5.0"}, True),
    ("eq", "number", 5, {"value": "5"}, True),
    ("eq", "datepicker", "1970-01-02", {"value": "86400000"}, True),
    ("eq", "single_checkbox", True, {"value": "true"}, True),
    ("eq", "single_checkbox", None, {"value": "false"}, True),
    ("eq", "multiple_checkboxes", ("b", "a"), {"value": "a;b"}, True),
    ("eq", "multiple_checkboxes", ("a",), {"value": "a;b"}, False),
    ("eq", "single_line_text", "a;b", {"value": "a;b"}, True),
    ("eq", "single_line_text", "x", {}, False),
    ("neq", "single_line_text", "no", {"value": "yes"}, True),
    ("neq", "single_line_text", "YES", {"value": "yes"}, False),
    ("neq", "single_line_text", None, {"value": "yes"}, False),
    ("neq", "single_line_text", "no", {}, False),
    ("contains", "single_line_text", "Peanuts", {"value": "NUT"}, True),
    ("contains", "single_line_text", "bees", {"value": "nut"}, False),
    ("contains", "multiple_checkboxes", ("latex", "nuts"), {"value": "nuts"}, True),
    ("doesnt_contain", "single_line_text", "bees", {"value": "nut"}, True),
    ("doesnt_contain", "single_line_text", "peanuts", {"value": "nut"}, False),
    ("str_starts_with", "phone", "+44 20", {"value": "+44"}, True),
    ("str_starts_with", "phone", "020", {"value": "+44"}, False),
    ("str_ends_with", "email", "a@b.c", {"values": [".d", ".C"]}, True),
    ("str_ends_with", "email", "a@b.c", {"value": ".d"}, False),
    ("lt", "number", "9", {"value": "10"}, True),
    ("lt", "number", "10", {"value": "10"}, False),
    ("lt", "single_line_text", "nine", {"value": "10"}, False),
    ("lte", "number", "10", {"value": "10"}, True),
    ("lte", "number", "11", {"value": "10"}, False),
    ("gt", "number", "-1.5", {"value": "-2"}, True),
    ("gt", "datepicker", "2000-01-01", {"value": "2000-01-01"}, False),
    ("gte", "datepicker", "2000-01-01", {"value": "2000-01-01"}, True),
    ("gte", "datepicker", "1999-12-31", {"value": "2000-01-01"}, False),
    ("gte", "datepicker", "1999-13-31", {"value": "2000-01-01"}, False),
    ("between", "number", "3", {"rangeStart": "3", "rangeEnd": "5"}, True),
    ("between", "number", "6", {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("between", "number", "4", {"rangeStart": "3"}, False),
    ("not_between", "number", "6", {"rangeStart": "3", "rangeEnd": "5"}, True),
    ("not_between", "number", "5", {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("not_between", "number", "many", {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("within_time", "datepicker", "2026-11-03", {"value": "7"}, True),
    ("within_time", "datepicker", "2026-10-27", {"value": "7"}, True),
    ("within_time", "datepicker", "2026-10-26", {"value": "7"}, False),
    ("within_time", "datepicker", "2026-11-04", {"value": "7"}, False),
    ("within_time", "number", "5", {"value": "7"}, False),
    ("within_time_reverse", "datepicker", "2026-10-26", {"value": "7"}, True),
    ("within_time_reverse", "datepicker", "2026-10-27", {"value": "7"}, False),
    ("within_time_reverse", "datepicker", "2026-11-04", {"value": "7"}, False),
    ("set_any", "multiple_checkboxes", "a; b", {"values": ["b", "c"]}, True),
    ("set_any", "dropdown", "b", {"value": "b;c"}, True),
    ("set_any", "dropdown", "d", {"values": ["b", "c"]}, False),
    ("set_any", "single_line_text", "a;b", {"values": ["b"]}, False),
    ("set_not_any", "multiple_checkboxes", ("a",), {"values": ["b"]}, True),
    ("set_not_any", "multiple_checkboxes", ("a", "b"), {"values": ["b"]}, False),
    ("set_not_any", "multiple_checkboxes", (), {"values": ["b"]}, False),
    ("set_all", "multiple_checkboxes", ("a", "b", "c"), {"values": ["b", "c"]}, True),
    ("set_all", "multiple_checkboxes", ("a", "b"), {"values": ["b", "c"]}, False),
    ("set_not_all", "multiple_checkboxes", ("a", "b"), {"values": ["b", "c"]}, True),
    ("set_not_all", "multiple_checkboxes", ("c", "b"), {"values": ["b", "c"]}, False),
    ("set_eq", "multiple_checkboxes", ("c", "b"), {"values": ["b", "c"]}, True),
    ("set_eq", "multiple_checkboxes", ("c", "b", "a"), {"values": ["b", "c"]}, False),
    ("set_neq", "multiple_checkboxes", ("a",), {"values": ["b"]}, True),
    ("set_neq", "multiple_checkboxes", ("b",), {"values": ["b"]}, False),
    ("set_neq", "multiple_checkboxes", ("b",), {}, False),
    ("is_not_empty", "single_line_text", "x", {}, True),
    ("is_not_empty", "single_line_text", "", {}, False),
    ("is_not_empty", "single_checkbox", False, {}, False),
    ("is_not_empty", "single_checkbox", True, {}, True),
    ("of_a_new_kind", "single_line_text", "x", {"value": "x"}, False),
    ("eq", "of_a_new_kind", "x", {"value": "X"}, True),
]


@pytest.mark.parametrize(("operator", "kind", "answer", "condition", "shows"), CASES)
def test_each_operator_reads_as_documented(operator, kind, answer, condition, shows):
    """A condition shows its dependant exactly when the documented reading says so."""
    parent = FormField("0-1", "p", kind)
    rule = msgspec.convert({"operator": operator, **condition}, Condition)
    assert condition_holds(rule, parent, answer, today=TODAY) is shows


def test_the_operator_table_is_complete():
    """Every operator has a row, and a case that shows and one that hides."""
    assert set(OPERATORS) == set(Operator)
    assert len(Operator) == 21
    for operator in Operator:
        assert {shows for name, *_, shows in CASES if name == operator} == {True, False}


def test_the_defaults_table_is_complete():
    """Every field type has a place for its default."""
    assert set(DEFAULTS) == set(FieldType)


@pytest.mark.parametrize(
    ("kind", "keys", "default"),
    [
        ("single_line_text", {"defaultValue": "x"}, "x"),
        ("single_line_text", {"defaultValue": ""}, None),
        ("single_line_text", {}, None),
        ("single_checkbox", {"defaultValue": "true"}, True),
        ("single_checkbox", {"defaultValue": "maybe"}, "maybe"),
        ("dropdown", {"defaultValues": ["a", "b"]}, "a"),
        ("dropdown", {"defaultValue": "b"}, "b"),
        ("multiple_checkboxes", {"defaultValues": ["a", "b"]}, ("a", "b")),
        ("multiple_checkboxes", {"defaultValue": "a;b"}, ("a", "b")),
        ("multiple_checkboxes", {}, None),
        ("of_a_new_kind", {"defaultValue": "x"}, "x"),
    ],
)
def test_a_default_has_the_type_of_an_answer(field, kind, keys, default):
    """A default is read from where HubSpot keeps it, in the type answers have."""
    assert default_answer(msgspec.convert(field("p", kind, **keys), FormField)) == default


def test_a_dependant_of_an_invisible_field_is_invisible(clinic):
    """A grandchild shows only while its own parent shows, whatever its answer."""

    def names(answers):
        return [f.key for f in visible_fields(clinic, answers) if f.key.startswith("allerg")]

    detail = {"allergy_detail": "bees"}
    assert names({"allergies": ("other",), **detail}) == [
        "allergies",
        "allergy_detail",
        "allergy_since",
    ]
    assert names({"allergies": ("nuts",), **detail}) == ["allergies"]
    assert names(detail) == ["allergies"]


def test_a_hidden_field_answers_with_its_default(clinic):
    """A hidden field is in force with the form's default, whatever a caller says."""
    source = next(f for f in clinic.walk() if f.name == "source")
    assert answer_of(source, {"source": "forged"}) == "gateway"
    assert "source_note" in {f.key for f in visible_fields(clinic, {"source": "forged"})}


def test_a_form_too_deep_is_refused_not_cut_short(form, field, when):
    """Dependants deeper than the limit raise, so that nothing is left out silently."""
    deep = field("f0", "single_line_text", hidden=True, defaultValue="x")
    for n in range(1, 25):
        deep = field(
            f"f{n}",
            "single_line_text",
            hidden=True,
            defaultValue="x",
            dependentFields=[when("is_not_empty", deep)],
        )
    with pytest.raises(ValueError, match="too deep"):
        visible_fields(form(deep), {})


def _naive(op: str, chosen: set[str], wanted: set[str]) -> bool:
    """The set operators by counting members one by one."""
    if not chosen or not wanted:
        return False
    hits = [w for w in wanted if w in chosen]
    every, same = len(hits) == len(wanted), len(hits) == len(wanted) == len(chosen)
    return {
        "set_any": len(hits) > 0,
        "set_not_any": len(hits) == 0,
        "set_all": every,
        "set_not_all": not every,
        "set_eq": same,
        "set_neq": not same,
    }[op]


_LETTERS = st.lists(st.sampled_from("abc"), unique=True, max_size=3)
_SET_OPS = [op.value for op in Operator if op.startswith("set_")]


@settings(deadline=None)  # the machine may be busy
@given(
    tree=st.recursive(
        st.just([]),
        lambda inner: st.lists(
            st.tuples(st.sampled_from(_SET_OPS), _LETTERS, st.booleans(), inner), max_size=3
        ),
        max_leaves=12,
    ),
    data=st.data(),
)
def test_a_second_naive_reading_of_visibility_agrees(form, field, options, when, tree, data):
    """For random trees of conditions, a breadth-first reading finds the same fields."""
    count, flat = 0, []

    def build(parent: int, branches):
        nonlocal count
        dependants = []
        for op, wanted, hidden, inner in branches:
            count += 1
            me = count
            default = data.draw(_LETTERS) if hidden else []
            flat.append((me, parent, op, wanted, hidden, default))
            dependants.append(
                when(
                    op,
                    field(
                        f"f{me}",
                        "multiple_checkboxes",
                        options=options(*"abc"),
                        hidden=hidden,
                        defaultValues=default,
                        dependentFields=build(me, inner),
                    ),
                    values=wanted,
                )
            )
        return dependants

    top = form(
        field("f0", "multiple_checkboxes", options=options(*"abc"), dependentFields=build(0, tree))
    )
    answers = {f"f{n}": tuple(data.draw(_LETTERS)) for n in range(count + 1)}

    held = {0: set(answers["f0"])}
    changed = True
    while changed:
        changed = False
        for me, parent, op, wanted, hidden, default in flat:
            if me not in held and parent in held and _naive(op, held[parent], set(wanted)):
                held[me] = set(default) if hidden else set(answers[f"f{me}"])
                changed = True
    assert {f.name for f in visible_fields(top, answers)} == {f"f{n}" for n in held}
