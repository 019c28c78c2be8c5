"""The validation rules of properties, as they are read from HubSpot's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.hubspot_errors import Forbidden, HubSpotError, NotFound, Unavailable
from gateway.domain.validations import PlacedRules, ValidationRule
from gateway.hubspot import replies, wire
from gateway.hubspot.routes import ROUTES, Operation
from gateway.hubspot.wire import Response


def answer(body: object, status: int = 200) -> Response:
    """An answer with this JSON body."""
    return Response(status, {}, json.dumps(body).encode())


def read(*rows: Any) -> tuple[PlacedRules, ...]:
    """What is read of a list with these rows."""
    return replies.validations(answer({"results": rows}), "0-1")


def test_the_documented_answer_is_read() -> None:
    """HubSpot's own example: a postal code of digits, an age of at least one."""
    zip_code = {"ruleType": "ALPHANUMERIC", "ruleArguments": ["NUMERIC_ONLY"]}
    age = {"ruleType": "MIN_NUMBER", "ruleArguments": ["1"], "shouldApplyNormalization": True}
    assert read(
        {"propertyName": "zip", "propertyValidationRules": [zip_code]},
        {"propertyName": "age", "propertyValidationRules": [age]},
    ) == (
        PlacedRules("0-1", "zip", (ValidationRule("ALPHANUMERIC", ("NUMERIC_ONLY",)),)),
        PlacedRules("0-1", "age", (ValidationRule("MIN_NUMBER", ("1",), True),)),
    )
    assert read() == ()


def test_nulls_and_absent_keys_mean_nothing_said() -> None:
    """A rule without arguments, a property without rules, an answer with nulls."""
    rule = {"ruleType": "EMAIL", "ruleArguments": None, "shouldApplyNormalization": None}
    assert read({"propertyName": "p", "propertyValidationRules": [rule, None]}) == (
        PlacedRules("0-1", "p", (ValidationRule("EMAIL"),)),
    )
    assert read({"propertyName": "p"}) == (PlacedRules("0-1", "p", ()),)


@pytest.mark.parametrize(
    "odd", [5, "x", [], {}, {"ruleType": 5}, {"ruleType": "REGEX", "ruleArguments": "x"},
            {"ruleType": "REGEX", "ruleArguments": [{}]}],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_kept_as_one_of_no_kind(odd: Any) -> None:
    """It must not look as if there were none: the gate tells of it."""
    (placed,) = read({"propertyName": "p", "propertyValidationRules": [odd]})
    assert placed.rules == (ValidationRule(""),)
    assert placed.rules[0].kind is None


def test_a_row_without_a_name_is_passed_over() -> None:
    """The other rows are kept."""
    good = {"propertyName": "p", "propertyValidationRules": []}
    assert [one.property_name for one in read({}, 5, {"propertyName": ""}, good)] == ["p"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Forbidden), (404, NotFound), (500, Unavailable), (204, HubSpotError)],
)
def test_a_no_is_a_named_error(status: int, error: type[HubSpotError]) -> None:
    """Each refusal has its name, and an answer that is no list is unreadable."""
    with pytest.raises(error):
        replies.validations(answer({}, status), "0-1")
    with pytest.raises(HubSpotError):
        replies.validations(answer({"results": "x"}), "0-1")


@settings(deadline=None)  # the machine may be busy
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["results", "propertyName", "propertyValidationRules", "ruleType", "ruleArguments"]),
            inner, max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_answer_crashes_the_reading(body: object) -> None:
    """Whatever stands in it, an answer is rules or a named error."""
    try:
        found = replies.validations(answer(body), "0-1")
    except HubSpotError:
        return
    assert all(isinstance(one, PlacedRules) for one in found)


def test_the_call_goes_to_the_dated_edition_only() -> None:
    """Object types are named by their id; nothing else fits the path."""
    request = wire.list_validations("2-41007216")
    assert request.path == "/crm/property-validations/2026-03/2-41007216"
    pattern = ROUTES[Operation.LIST_VALIDATIONS].pattern
    assert pattern.match(request.path)
    for odd in ("contacts", "0-1/x", "0-1?x", "../0-1", ""):
        assert not pattern.match(wire.list_validations(odd).path)
