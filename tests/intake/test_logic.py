"""Which fields are in force."""

from __future__ import annotations

import dataclasses
import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.forms import MAX_DEPTH, Condition, FieldType, FormField
from gateway.intake.logic import (
    DEFAULTS,
    answer_of,
    condition_holds,
    default_answer,
    visible_fields,
)
from gateway.intake.operators import OPERATORS, Comparison, Operator

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
    # numbers are numbers only in a field of that type, days only in theirs
    ("eq", "single_line_text", "5", {"value": "5.0"}, False),
    ("eq", "single_line_text", "86400000", {"value": "1970-01-02"}, False),
    ("eq", "number", "five", {"value": "FIVE"}, True),
    ("eq", "number", "5", {"value": "6"}, False),
    ("eq", "number", "five", {"value": "six"}, False),
    ("eq", "number", "five", {"value": "5"}, False),
    ("set_all", "multiple_checkboxes", ("b", "c"), {"values": ["c", "b"]}, True),
    ("neq", "datepicker", "2000-01-01", {"value": "2000-01-02"}, True),
    ("set_any", "dropdown", "a", {"values": ["b"]}, False),
    ("eq", "single_line_text", "a", {"value": "b"}, False),
    ("lt", "single_line_text", "9", {"value": "10"}, True),
    ("lt", "datepicker", "9", {"value": "2000-01-01"}, True),
    ("lt", "datepicker", "soon", {"value": "2000-01-01"}, False),
    ("lt", "datepicker", "1999-01-01", {"value": "soon"}, False),
    ("lt", "datepicker", "1999-02-30", {"value": "2000-01-01"}, False),
    ("lt", "datepicker", "1969-12-31", {"value": "0"}, True),
    ("gte", "datepicker", "1969-12-31", {"value": "-1"}, True),
    ("gt", "datepicker", "1970-01-01", {"value": "86399999"}, False),
    ("lt", "number", "9", {}, False),
    ("lt", "multiple_checkboxes", ("1", "2"), {"value": "9"}, False),
    ("lt", "multiple_checkboxes", ("1",), {"value": "9"}, True),
    ("between", "number", "5", {"rangeStart": "3", "rangeEnd": "5"}, True),
    ("between", "number", "2", {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("not_between", "number", "2", {"rangeStart": "3", "rangeEnd": "5"}, True),
    ("not_between", "number", "3", {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("not_between", "number", "9", {"rangeEnd": "5"}, False),
    ("not_between", "multiple_checkboxes", ("8", "9"), {"rangeStart": "3", "rangeEnd": "5"}, False),
    ("within_time_reverse", "number", "5", {"value": "7"}, False),
    ("within_time_reverse", "datepicker", "soon", {"value": "7"}, False),
    ("within_time_reverse", "datepicker", "2026-10-26", {"value": "a week"}, False),
    ("within_time_reverse", "datepicker", "2026-10-26", {"value": "1234567"}, False),
    ("within_time_reverse", "datepicker", "2026-10-26", {}, False),
    ("within_time", "datepicker", "2026-11-02", {"values": ["", "1"]}, True),
    ("within_time", "datepicker", "2026-11-03", {"value": "0"}, True),
    ("within_time_reverse", "datepicker", "2026-11-03", {"value": "0"}, False),
    # an answer of another type than its field's is read as what it says
    ("eq", "single_line_text", True, {"value": "true"}, True),
    ("eq", "radio", False, {"value": "false"}, True),
    ("eq", "single_checkbox", " TRUE ", {"value": "true"}, True),
    ("eq", "single_checkbox", "yes", {"value": "false"}, True),
    ("eq", "single_checkbox", 1, {"value": "true"}, False),
    ("eq", "number", 4.5, {"value": "+04.50"}, True),
    ("eq", "number", 0, {"value": "0"}, True),
    ("set_eq", "multiple_checkboxes", ("", "a"), {"values": ["a", ""]}, True),
    ("set_eq", "multiple_checkboxes", " a ;; b ", {"value": ";b;a"}, True),
    ("set_any", "multiple_checkboxes", ";", {"values": [""]}, False),
    ("set_not_any", "multiple_checkboxes", ("",), {"values": ["a"]}, False),
    ("set_any", "single_line_text", "A", {"values": ["", "a"]}, True),
    ("set_any", "single_line_text", "a", {"value": "a", "values": [""]}, True),
    ("set_any", "dropdown", "a", {"value": "c", "values": ["a"]}, True),
    ("eq", "multiple_checkboxes", ("a",), {}, False),
    ("neq", "multiple_checkboxes", ("a",), {}, False),
    ("neq", "multiple_checkboxes", ("a", "b"), {"values": ["a"]}, True),
    ("eq", "single_line_text", "b", {"value": "a", "values": ["b"]}, False),
    # what a condition asks for must be there
    ("doesnt_contain", "single_line_text", "bees", {}, False),
    ("contains", "single_line_text", "bees", {"values": [""]}, False),
    ("contains", "multiple_checkboxes", ("bees", "nuts"), {"values": ["xx", "NUT"]}, True),
    ("doesnt_contain", "multiple_checkboxes", ("bees", "nuts"), {"value": "nut"}, False),
    ("str_starts_with", "single_line_text", "ßa", {"value": "SS"}, True),
    ("str_ends_with", "single_line_text", "a", {"value": "ba"}, False),
    ("is_not_empty", "multiple_checkboxes", ("a",), {}, True),
    ("is_not_empty", "multiple_checkboxes", (), {}, False),
    ("is_not_empty", "number", 0, {}, True),
    ("is_not_empty", "single_checkbox", None, {}, False),
    ("is_not_empty", "radio", False, {}, True),
    ("eq", "of_a_new_kind", "x", {"value": "X"}, True),
]


@pytest.mark.parametrize(("operator", "kind", "answer", "condition", "shows"), CASES)
def test_each_operator_reads_as_documented(operator, kind, answer, condition, shows):
    """A condition shows its dependant exactly when the documented reading says so."""
    parent = FormField("0-1", "p", kind)
    rule = msgspec.convert({"operator": operator, **condition}, Condition)
    assert condition_holds(rule, parent, answer, today=TODAY) is shows


def test_a_comparison_keeps_its_answer_to_itself():
    """What is compared does not show itself, and does not change on the way."""
    one = Comparison(FieldType.NUMBER, ("canary",), Condition("eq"), TODAY)
    assert "canary" not in repr(one)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.texts = ()


def test_numbers_and_days_have_bounds(field):
    """What is longer than any number or day anybody means is no number and no day, so that no
    answer costs more than it should."""
    number = FormField("0-1", "p", "number")
    day = FormField("0-1", "p", "datepicker")

    def less(parent, answer, bound):
        return condition_holds(Condition("lt", value=bound), parent, answer, today=TODAY)

    assert less(number, "1" * 40, "9" * 40)
    assert not less(number, "1" * 41, "9" * 40)
    assert less(number, "0." + "1" * 40, "0." + "9" * 40)
    assert not less(number, "0." + "1" * 41, "0." + "9" * 40)
    assert less(day, "1" * 15, "9" * 15)
    assert not less(day, "1" * 15, "9" * 16)
    recent = Condition("within_time_reverse", value="999999")
    assert not condition_holds(recent, day, "0001-01-01", today=TODAY)
    assert condition_holds(Condition("within_time", value="999999"), day, "0001-01-01", today=TODAY)


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
        ("single_checkbox", {"defaultValue": "false"}, False),
        ("single_checkbox", {"defaultValue": "maybe"}, "maybe"),
        ("single_checkbox", {}, None),
        ("payment_link_radio", {"defaultValues": ["a", "b"]}, "a"),
        ("radio", {"defaultValue": "b"}, "b"),
        ("radio", {}, None),
        ("file", {"defaultValue": "a.pdf"}, "a.pdf"),
        ("dropdown", {"defaultValues": ["a", "b"]}, "a"),
        ("dropdown", {"defaultValue": "b"}, "b"),
        ("multiple_checkboxes", {"defaultValues": ["a", "b"]}, ("a", "b")),
        ("multiple_checkboxes", {"defaultValue": "a;b"}, ("a", "b")),
        ("multiple_checkboxes", {"defaultValues": ["", "b"]}, ("b",)),
        ("multiple_checkboxes", {}, None),
        ("of_a_new_kind", {"defaultValue": "x"}, "x"),
    ],
)
def test_a_default_has_the_type_of_an_answer(field, kind, keys, default):
    """A default is read from where HubSpot keeps it, in the type answers have."""
    found = default_answer(msgspec.convert(field("p", kind, **keys), FormField))
    assert (found, type(found)) == (default, type(default))


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


def _nested(field, when, depth, name="f{}"):
    """A field with ``depth`` levels of dependants below it, each of them in force."""
    deep = field(name.format(depth), "single_line_text", hidden=True, defaultValue="x")
    for n in reversed(range(depth)):
        deep = field(
            name.format(n),
            "single_line_text",
            hidden=True,
            defaultValue="x",
            dependentFields=[when("is_not_empty", deep)],
        )
    return deep


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1])
def test_a_form_too_deep_is_refused_not_cut_short(form, field, when, depth):
    """Dependants as deep as the limit are all in force; one deeper raises, so that nothing is
    left out silently."""
    one = form(_nested(field, when, depth))
    if depth == MAX_DEPTH:
        assert [f.name for f in visible_fields(one, {})] == [f"f{n}" for n in range(depth + 1)]
    else:
        with pytest.raises(ValueError, match=r"^dependent fields nest too deep$"):
            visible_fields(one, {})


def test_a_circle_of_fields_comes_once(form, field, when):
    """A field that stands below itself is in force once, where it comes first; a circle as deep
    as the limit allows ends, and one that is deeper raises."""
    again = field("a", "single_line_text", label="again")
    below = field("b", "single_line_text", dependentFields=[when("is_not_empty", again)])
    top = field("a", "single_line_text", dependentFields=[when("is_not_empty", below)])
    shown = visible_fields(form(top), {"a": "x", "b": "y"})
    assert [(f.key, f.label) for f in shown] == [("a", "a"), ("b", "b")]
    same = form(_nested(field, when, MAX_DEPTH, "same"))
    assert [f.key for f in visible_fields(same, {})] == ["same"]
    with pytest.raises(ValueError, match="too deep"):
        visible_fields(form(_nested(field, when, MAX_DEPTH + 1, "same")), {})


def test_an_empty_answer_is_none(field):
    """An empty text and an empty set are no answer; an unticked box and a nought are one."""
    asked = msgspec.convert(field("p", "single_line_text"), FormField)
    for answer, counts in (("", None), ((), None), (False, False), (0, 0), ("x", "x")):
        assert answer_of(asked, {"p": answer}) is counts
    assert answer_of(asked, {}) is None


def test_every_condition_counts_from_the_same_day(form, field, when):
    """The day that is given holds for a dependant's dependant as well."""
    last = field("last", "single_line_text")
    middle = field("middle", "datepicker", dependentFields=[when("within_time", last, value="1")])
    first = field("first", "datepicker", dependentFields=[when("within_time", middle, value="1")])
    answers = {"first": "2001-01-01", "middle": "2001-01-02"}
    for day, keys in (
        (datetime.date(2001, 1, 2), ["first", "middle", "last"]),
        (datetime.date(2001, 1, 4), ["first"]),
    ):
        assert [f.key for f in visible_fields(form(first), answers, today=day)] == keys


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
