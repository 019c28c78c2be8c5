"""The tables of properties are complete over their enums, and every sentence is one."""

from __future__ import annotations

import string

import pytest

from gateway.domain.audit import NOT_OF_A_SUBMISSION
from gateway.domain.objects import OBJECT_TYPES, named_object_type
from gateway.domain.property_definitions import (
    DEFINITION_ACTIONS,
    DefinedOption,
    DefinedProperty,
    DefinitionChange,
    PropertyWish,
)
from gateway.domain.property_faults import FAULTS, PropertyFault, reason
from gateway.domain.property_plans import CHANGES, DONE_WORDS, STEP_WORDS, StepKind
from gateway.domain.property_types import (
    FIELD_TYPE_WORDS,
    MAX_UNIQUE,
    PAIRS,
    TYPE_WORDS,
    PropertyFieldType,
    PropertyType,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.definitions import property_rules


def test_every_type_has_its_field_types_and_words() -> None:
    """Each type and each field type is in a pair, and a person can read both."""
    assert set(PAIRS) == set(TYPE_WORDS) == set(PropertyType)
    assert {one for fitting in PAIRS.values() for one in fitting} == set(PropertyFieldType)
    assert set(FIELD_TYPE_WORDS) == set(PropertyFieldType)


def test_the_witness_knows_the_same_pairs() -> None:
    """The emulator, which has its own copy of HubSpot's table, agrees with ours."""
    ours = {str(kind): {str(one) for one in fitting} for kind, fitting in PAIRS.items()}
    assert ours == {kind: set(fitting) for kind, fitting in property_rules.PAIRS.items()}
    assert property_rules.MAX_UNIQUE == MAX_UNIQUE


@pytest.mark.parametrize("fault", PropertyFault)
def test_every_fault_says_what_to_do(fault: PropertyFault) -> None:
    """Each fault can be written out, with nothing left open."""
    names = {name for _, name, _, _ in string.Formatter().parse(FAULTS[fault]) if name}
    written = reason(fault, **dict.fromkeys(names, "X"))
    assert written.code == fault.value
    assert written.sentence[0].isupper()
    assert written.sentence.endswith(".")
    assert "{" not in written.sentence


def test_every_change_is_told_to_the_audit() -> None:
    """Each change has an action of its own, of an object type."""
    assert set(DEFINITION_ACTIONS) == set(DefinitionChange)
    assert len(set(DEFINITION_ACTIONS.values())) == len(DefinitionChange)
    assert set(DEFINITION_ACTIONS.values()) <= set(NOT_OF_A_SUBMISSION)
    assert all(len(change) <= 32 for change in DefinitionChange)


def test_every_step_of_a_plan_has_words() -> None:
    """Each kind of step can be told before and after; what changes something is no other."""
    assert set(STEP_WORDS) == set(DONE_WORDS) == set(StepKind)
    assert set(CHANGES) == set(StepKind) - {StepKind.SAME, StepKind.REFUSED}


def test_an_object_type_is_found_by_every_name_people_use() -> None:
    """Singular, plural and id, in any case; nothing else."""
    for row in OBJECT_TYPES.values():
        assert {
            named_object_type(text) for text in (row.id, row.plural, f" {row.label.title()} ")
        } == {row}
    assert named_object_type("2-7") is not None
    assert not any(map(named_object_type, ("", "widgets", "2-", "0-9999", "contacts/x")))


def test_what_a_wish_says_is_told_in_hubspots_words() -> None:
    """None says nothing; an empty text says something."""
    assert PropertyWish().said() == frozenset()
    said = PropertyWish(description="", form_field=False, data_sensitivity=Sensitivity.SENSITIVE)
    assert said.said() == {"description", "formField", "dataSensitivity"}


def test_choices_stand_in_hubspots_order() -> None:
    """By their place; those without one come last, as they were."""
    places = (("c", 2), ("x", -1), ("a", 0), ("y", -1), ("b", 1))
    options = tuple(DefinedOption(value, display_order=place) for value, place in places)
    found = DefinedProperty("p", options=options).choices
    assert [one.value for one in found] == ["a", "b", "c", "x", "y"]
