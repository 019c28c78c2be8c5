"""What the audit says to people: every action, cause and person has words."""

from __future__ import annotations

import pytest

from gateway.domain.audit import EVENT_ACTIONS, NOT_OF_A_SUBMISSION, WITHOUT_A_MOVE, Action
from gateway.domain.audit_words import (
    ACTIONS,
    AREAS,
    WHO,
    Subject,
    actions_named,
    area,
    cause_words,
    form_id_of,
    form_place,
    place_words,
)
from gateway.domain.decisions import REASONS
from gateway.domain.kinds import Guarded, GuardOutcome, Kind, Tier
from gateway.domain.objects import OBJECT_TYPES
from gateway.domain.property_definitions import DEFINITION_ACTIONS, DefinitionChange
from gateway.domain.records import Change
from gateway.domain.reveals import Purpose
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import CAUSES
from gateway.domain.users import HUBSPOT, LOCAL_OPERATOR, WORKER


def test_every_action_is_told_in_words_of_its_own() -> None:
    """Each has a sentence and a subject, and each area of actions has its words."""
    assert set(ACTIONS) == set(Action)
    assert {subject for subject, _ in ACTIONS.values()} == set(Subject)
    sentences = [words for _, words in ACTIONS.values()]
    assert len(set(sentences)) == len(Action)
    assert all(words[0].isupper() and not words.endswith(".") for words in sentences)
    assert {area(action) for action in Action} == set(AREAS)


def test_what_is_of_a_submission_is_told_of_one() -> None:
    """The subject agrees with what the chain keeps the row under."""
    of_one = {Action.ACCEPTED, *EVENT_ACTIONS.values(), *WITHOUT_A_MOVE}
    told = {action for action, (subject, _) in ACTIONS.items() if subject is Subject.SUBMISSION}
    assert told == of_one
    assert told.isdisjoint(NOT_OF_A_SUBMISSION)


def test_actions_are_chosen_alone_or_by_area() -> None:
    """One by its name, many by their area, none by anything else."""
    assert actions_named("record.revealed") == {Action.RECORD_REVEALED}
    assert actions_named("key") == {Action.KEY_CLOSED, Action.KEY_DESTROYED}
    assert actions_named("rec") == frozenset()
    assert set().union(*map(actions_named, AREAS)) == set(Action)


def test_every_cause_has_words() -> None:
    """A purpose, a class, a change, a kind, a cause of the queue, a person's reason; none of them
    is shown as the word the program uses."""
    told = [(Action.RECORD_REVEALED, one.value) for one in Purpose]
    told += [(Action.RECORD_ASKED, one.value) for one in Change]
    told += [(Action.DEFINITION_ASKED, one.value) for one in DefinitionChange]
    told += [(action, one.value) for action in DEFINITION_ACTIONS.values() for one in Sensitivity]
    told += [(Action.HELD, cause) for cause in CAUSES]
    told += [(Action.DISCARDED, reason) for reason in REASONS]
    told += [(Action.GUARD_ASKED, Guarded(kind, tier, GuardOutcome.ASKED, ()).cause)
             for kind in Kind for tier in Tier]  # fmt: skip
    for action, cause in told:
        assert cause_words(action, cause) != cause
        assert cause_words(action, cause)[0].isupper()
    assert cause_words(Action.DELIVERED, None) == ""


def test_a_word_of_another_version_is_shown_as_it_is() -> None:
    """A cause nobody here knows is neither hidden nor a fault."""
    for action in Action:
        assert cause_words(action, "of_a_later_version") == "of_a_later_version"


@pytest.mark.parametrize(
    ("place", "words"),
    [("0-1/123", "contact 123"), ("0-1", "contacts"), ("2-77", "custom object 2-77"),
     ("2-77/5", "custom object 5"), ("9-9/5", "9-9/5"), ("", "")],
)  # fmt: skip
def test_places_are_told_as_people_call_them(place: str, words: str) -> None:
    """A record, an object type, and what is neither."""
    assert place_words(place) == words
    assert all(place_words(one) == row.plural for one, row in OBJECT_TYPES.items())


def test_a_forms_id_comes_back() -> None:
    """From the way the audit writes it; anything else stays."""
    form_id = "3f6c2a51-8d0e-4b7a-9c41-5e2f7a1b6d30"
    assert form_id_of(form_place(form_id)) == form_id
    assert form_id_of("queue") == "queue"


def test_the_programs_own_parts_have_names() -> None:
    """The operator, the worker and HubSpot."""
    assert set(WHO) == {LOCAL_OPERATOR.id, WORKER.id, HUBSPOT.id}
