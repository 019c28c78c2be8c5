"""Which searches may be sent: HubSpot's limits, and the classes of the properties they name."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.domain.answers import Secret
from gateway.domain.properties import Property
from gateway.domain.search import (
    COUNTS,
    FAULT_SENTENCES,
    MAX_DEPTH,
    OPERATORS,
    Filter,
    Flaw,
    Operator,
    Search,
    SearchFault,
    Sort,
    Takes,
)
from gateway.policy.search_rules import property_flaws, shape_flaws, telling

CANARY = "CANARY-4711"
HUBSPOT_OPERATORS = {
    "BETWEEN", "CONTAINS_TOKEN", "EQ", "GT", "GTE", "HAS_PROPERTY", "IN", "LT", "LTE", "NEQ",
    "NOT_CONTAINS_TOKEN", "NOT_HAS_PROPERTY", "NOT_IN",
}  # fmt: skip
"""The operators of HubSpot's published specification."""


def _one(name: str = "firstname", operator: Operator = Operator.EQ, *values: str) -> Filter:
    return Filter(name, operator, tuple(Secret(value) for value in values or ("x",)))


def _faults(**how: Any) -> set[SearchFault]:
    return {flaw.fault for flaw in shape_flaws(Search(**how))}


def test_the_tables_of_search_are_complete() -> None:
    """Every operator of HubSpot's has a row, every kind of value a count, every fault a
    sentence."""
    assert {str(one) for one in Operator} == HUBSPOT_OPERATORS
    assert set(OPERATORS) == set(Operator)
    assert set(COUNTS) == set(Takes)
    assert {row.takes for row in OPERATORS.values()} == set(Takes)
    assert set(FAULT_SENTENCES) == set(SearchFault)
    assert all(text.endswith(".") for text in FAULT_SENTENCES.values())


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        (((_one(),),) * 5, None),
        (((_one(),),) * 6, SearchFault.TOO_MANY_GROUPS),
        (((_one(),) * 6,), None),
        (((_one(),) * 7,), SearchFault.TOO_MANY_FILTERS),
        (((_one(),) * 6,) * 3, None),
        (((_one(),) * 5,) * 4, SearchFault.TOO_MANY_IN_ALL),
        (((),), SearchFault.EMPTY_GROUP),
        ((), None),
    ],
)
def test_groups_and_filters_have_their_limits(groups: Any, fault: SearchFault | None) -> None:
    """Five groups, six filters in each and eighteen in all, and none of them empty."""
    assert _faults(groups=groups) == ({fault} if fault else set())


@pytest.mark.parametrize("operator", Operator)
def test_each_operator_takes_its_number_of_values(operator: Operator) -> None:
    """One fewer or one more than it takes is refused, and so is an empty value."""
    least, most = COUNTS[OPERATORS[operator].takes]
    values = tuple(Secret("x") for _ in range(most + 1))
    assert not _faults(groups=((Filter("a", operator, values[:least]),),))
    assert not _faults(groups=((Filter("a", operator, values[:most]),),))
    assert _faults(groups=((Filter("a", operator, values),),)) == {SearchFault.TOO_MANY_VALUES}
    if least:
        fewer = Filter("a", operator, values[: least - 1])
        assert _faults(groups=((fewer,),)) == {SearchFault.VALUES_MISSING}
        empty = Filter("a", operator, (*values[: least - 1], Secret(" ")))
        assert _faults(groups=((empty,),)) == {SearchFault.EMPTY_VALUE}


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"query": Secret("x" * 3000)}, None),
        ({"query": Secret("x" * 3001)}, SearchFault.QUERY_TOO_LONG),
        ({"sorts": (Sort("a"), Sort("b"))}, SearchFault.TOO_MANY_SORTS),
        ({"limit": 200}, None),
        ({"limit": 201}, SearchFault.BAD_PAGE),
        ({"limit": 0}, SearchFault.BAD_PAGE),
        ({"after": str(MAX_DEPTH - 10)}, None),
        ({"after": str(MAX_DEPTH - 9)}, SearchFault.TOO_DEEP),
        ({"after": "-1"}, SearchFault.BAD_CURSOR),
        ({"after": "NaN"}, SearchFault.BAD_CURSOR),
        ({"after": "9" * 40}, SearchFault.BAD_CURSOR),
    ],
)
def test_pages_sorts_and_words_have_their_limits(how: Any, fault: SearchFault | None) -> None:
    """What HubSpot would answer with an error is refused with the way out."""
    assert _faults(**how) == ({fault} if fault else set())


def _property(name: str, of: str | None, **more: Any) -> Property:
    return Property(name=name, data_sensitivity=of, **more)


LIVING: dict[str, list[Property]] = {
    "firstname": [_property("firstname", "non_sensitive")],
    "passport_number": [_property("passport_number", "sensitive")],
    "diagnosis": [_property("diagnosis", "highly_sensitive")],
    "twice": [_property("twice", "non_sensitive"), _property("twice", "highly_sensitive")],
    "odd": [_property("odd", "secret")],
    "silent": [_property("silent", None)],
    "gone": [_property("gone", "non_sensitive", archived=True)],
}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("firstname", None),
        ("passport_number", None),
        ("hs_object_id", None),
        ("diagnosis", SearchFault.HIGHLY_SENSITIVE),
        ("twice", SearchFault.HIGHLY_SENSITIVE),
        ("odd", SearchFault.CLASS_UNKNOWN),
        ("silent", SearchFault.CLASS_UNKNOWN),
        ("gone", SearchFault.ARCHIVED_PROPERTY),
        ("put_away", SearchFault.ARCHIVED_PROPERTY),
        ("nobody", SearchFault.UNKNOWN_PROPERTY),
    ],
)
def test_a_property_is_searched_only_when_its_class_allows(
    name: str, fault: SearchFault | None
) -> None:
    """Unknown, archived, of no known class or highly sensitive: refused, whatever else is
    found under the same name."""
    found = property_flaws([name], LIVING, {"put_away"})
    assert found == ((Flaw(fault, name),) if fault else ())


def test_every_place_of_a_search_names_properties() -> None:
    """Filters, sorts and what is shown are all looked at; only the first two compare."""
    wanted = Search(((_one("a"), _one("b")),), sorts=(Sort("c"),), properties=("d", "a"))
    assert wanted.names() == ("a", "b", "c", "d")
    assert wanted.compared() == ("a", "b", "c")


def test_a_search_tells_only_of_what_it_compares() -> None:
    """Comparing a sensitive value or sorting by it tells about it; asking whether there is one,
    or to show it masked, does not."""
    name = "passport_number"
    told = {
        (Operator.EQ, ()): (name,),
        (Operator.IN, ()): (name,),
        (Operator.HAS_PROPERTY, ()): (),
        (Operator.HAS_PROPERTY, (Sort(name),)): (name,),
    }
    for (operator, sorts), names in told.items():
        wanted = Search(((_one(name, operator), _one("firstname")),), sorts=sorts)
        assert telling(wanted, LIVING) == names
    assert telling(Search(properties=(name,)), LIVING) == ()


def test_a_search_does_not_show_what_it_looks_for() -> None:
    """Neither its text nor the text of a flaw has a value or the words."""
    wanted = Search(((_one("a", Operator.EQ, CANARY, CANARY),),), query=Secret(CANARY * 300))
    told = [repr(wanted), *(f.sentence for f in shape_flaws(wanted))]
    assert len(told) > 1
    assert CANARY not in " ".join(told)
