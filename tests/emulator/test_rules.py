"""The tables and pure functions behind a submission."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.rejections import ERROR_TYPES
from gateway.emulator.rules.conditions import OPERATORS, shows
from gateway.emulator.rules.messages import ASSUMED, SENTENCES, Flaw, as_entries
from gateway.emulator.rules.values import CHECKS, as_date, value_error

KNOWN = {"INVALID_EMAIL", "REQUIRED_FIELD", "INVALID_HUTK", "FORM_HAS_RECAPTCHA_ENABLED"}
SPEC_OPERATORS = {
    "between", "contains", "doesnt_contain", "eq", "gt", "gte", "is_not_empty", "lt", "lte", "neq",
    "not_between", "set_all", "set_any", "set_eq", "set_neq", "set_not_all", "set_not_any",
    "str_ends_with", "str_starts_with", "within_time", "within_time_reverse",
}  # fmt: skip


def test_every_error_type_has_a_sentence():
    """The table names exactly the types a client knows, and which texts are known."""
    assert SENTENCES.keys() == ERROR_TYPES.keys()
    assert {name for name, row in SENTENCES.items() if row.known} == KNOWN


@pytest.mark.parametrize("error_type", SENTENCES)
@pytest.mark.parametrize("echo", [True, False])
def test_only_published_sentences_are_unmarked(error_type, echo):
    """An assumed sentence says so, and repeats the value only when asked to."""
    (entry,) = as_entries([Flaw(error_type, "fields.0-2/x", "SECRET")], echo_values=echo)
    assert entry["errorType"] == error_type
    assert entry["message"].endswith(ASSUMED) is (error_type not in KNOWN)
    assert entry["message"].startswith("Error in 'fields.0-2/x'. ")
    if error_type not in KNOWN:
        assert ("SECRET" in entry["message"]) is echo


def test_every_operator_of_the_spec_is_there():
    """The table of conditions is complete."""
    assert OPERATORS.keys() == SPEC_OPERATORS


def _condition(operator, value="", values=(), low="", high=""):
    return {
        "operator": operator, "value": value, "values": list(values),
        "rangeStart": low, "rangeEnd": high,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        (_condition("eq", "a"), "a", "A"),
        (_condition("neq", "a"), "b", "a"),
        (_condition("contains", "bc"), "aBCd", "acbd"),
        (_condition("doesnt_contain", "bc"), "ac", "abc"),
        (_condition("str_starts_with", "ab"), "ABc", "cab"),
        (_condition("str_ends_with", "ab"), "cAB", "abc"),
        (_condition("lt", "10"), "9", "10"),
        (_condition("lte", "10"), "10", "10.1"),
        (_condition("gt", "10"), "11", "10"),
        (_condition("gte", "2026-01-01"), "2026-01-01", "2025-12-31"),
        (_condition("gt", "10"), "11", "many"),
        (_condition("between", low="1", high="3"), "3", "4"),
        (_condition("not_between", low="1", high="3"), "0", "1"),
        (_condition("set_any", values=["a", "b"]), "b;c", "c"),
        (_condition("set_not_any", values=["a", "b"]), "c", "c;b"),
        (_condition("set_all", values=["a", "b"]), "b;a;c", "a;c"),
        (_condition("set_not_all", values=["a", "b"]), "a", "b;a"),
        (_condition("set_eq", values=["a", "b"]), "b;a", "a"),
        (_condition("set_neq", values=["a", "b"]), "a;b;c", "a;b"),
        (_condition("is_not_empty"), "x", ""),
    ],
)
def test_a_condition_decides(condition, yes, no):
    """Each operator lets one value pass and stops another; an empty parent never passes."""
    assert shows(condition, yes)
    assert not shows(condition, no)
    assert not shows(condition, None)
    assert not shows(condition, "")


@pytest.mark.parametrize("operator", ["within_time", "within_time_reverse", "new_in_2027"])
def test_what_is_not_decided_is_not_demanded(operator):
    """A condition that cannot be decided hides its field."""
    assert not shows(_condition(operator, "5"), "2026-11-03")


@given(st.dates(min_value=datetime.date(1, 1, 1)))
def test_dates_have_two_wire_forms(day):
    """Every date is taken as text and as milliseconds at midnight UTC, and nothing between."""
    ms = (day.toordinal() - datetime.date(1970, 1, 1).toordinal()) * 86_400_000
    assert as_date(day.isoformat()) == day.isoformat()
    assert as_date(str(ms)) == day.isoformat()
    assert as_date(str(ms + 1)) is None


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=80))
def test_no_value_breaks_a_check(kind, value):
    """Whatever the text, a check says yes or names a type the client knows."""
    field = {"fieldType": kind, "options": [{"value": "a"}], "validation": {}}
    assert value_error(value, field) in {None, *ERROR_TYPES}


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**6))
def test_plain_numbers_pass_and_grouped_ones_do_not(whole, fraction):
    """Digits with one dot pass; thousands commas and currency signs do not."""
    field = {"fieldType": "number"}
    assert value_error(f"{whole}.{fraction}", field) is None
    assert value_error(f"{whole},{fraction:03d}", field) == "INVALID_NUMBER"
    assert value_error(f"${whole}", field) == "INVALID_NUMBER"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "fields": st.lists(
                st.fixed_dictionaries(
                    {"name": st.sampled_from(["email", "allergies", "date_of_birth", "x"]) | JSON,
                     "value": st.text(max_size=20) | JSON},
                    optional={"objectTypeId": st.sampled_from(["0-1", "0-2", "2-1"]) | JSON},
                ), max_size=4,
            ) | JSON,
            "context": st.dictionaries(st.sampled_from(["hutk", "pageUri", "x"]), JSON) | JSON,
            "legalConsentOptions": st.dictionaries(
                st.sampled_from(["consent", "legitimateInterest"]), JSON) | JSON,
            "submittedAt": JSON,
        },
    )
)  # fmt: skip
def test_no_body_breaks_the_server(running, body):
    """Whatever JSON is posted, the answer is 400 or 200, never the server's own fault."""
    import json

    running.portal.amend_switches(rate_limit=0)
    answer = running.call(
        "POST",
        running.submit_path("Patient intake"),
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in (200, 400)
