"""What the emulator's page promises of each fault is what the gateway's own tables make of it."""

from __future__ import annotations

import pytest

from gateway.domain.hubspot_errors import Ambiguous, HubSpotError
from gateway.domain.submissions import TRANSITIONS, State
from gateway.emulator.definitions.drift import KINDS as DRIFT
from gateway.emulator.faults import EVERYWHERE, KINDS, Area, Fault, Moment
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.wire import Response
from gateway.usecases.consequences import AREAS, DRIFTS, STRUCK, consequence
from gateway.usecases.outcomes import SENDING, outcome_of


def test_every_fault_area_and_drift_has_its_sentence() -> None:
    """The tables are complete, and each sentence ends as one."""
    assert STRUCK.keys() == KINDS.keys()
    assert AREAS.keys() == {*Area, EVERYWHERE}
    assert DRIFTS.keys() == DRIFT.keys()
    for kind in KINDS:
        for on in AREAS:
            assert consequence(on, kind).endswith(".")
    assert all(sentence.endswith(".") for sentence in DRIFTS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_struck_submission_is_where_the_page_says(kind: str) -> None:
    """HubSpot's answer, read as the client reads it, moves a submission to the promised state."""
    error = _error(kind)
    after = (
        State.DELIVERED
        if error is None
        else TRANSITIONS[State.SENDING, outcome_of(error, SENDING).event]
    )
    assert STRUCK[kind].state is after


@pytest.mark.parametrize("kind", [k for k, row in STRUCK.items() if row.state is State.UNKNOWN])
def test_what_was_stored_is_promised_to_be_found(kind: str) -> None:
    """Only of what HubSpot stores, at once or late, the page says that it will be delivered."""
    stored = KINDS[kind].moment is not Moment.BEFORE
    assert ("delivered, once" in STRUCK[kind].sentence) is stored


def _error(kind: str) -> HubSpotError | None:
    fault = KINDS[kind]
    if fault.cut is not None:
        return Ambiguous()
    if fault.answer is None:
        return None
    answer = fault.answer(Fault(Area.SECURE_SUBMIT, kind, 1, 2.0))
    headers = {name.lower(): text for name, text in answer.headers.items()}
    response = Response(answer.status, headers, answer.body)
    if answer.status == 200:
        return unreadable(response, submitting=True)
    return failure(response, submitting=True)
