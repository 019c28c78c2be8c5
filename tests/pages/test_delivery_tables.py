"""What the page of deliveries can say is whole: every switch, step, decision and number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.audit import WITHOUT_A_MOVE
from gateway.domain.decisions import REASONS_FOR, decisions_in
from gateway.domain.errors import InvalidTransition
from gateway.domain.overview import Interval, Overview
from gateway.domain.queue import OPERATOR_TURNS, POSITIONS, Ends, QueueState, Switch
from gateway.domain.submissions import CAUSES, NEEDS_A_PERSON, STATE_WORDS, Event, State, Status
from gateway.ui import charts, deliveries, errors, outbox, submission, switch
from gateway.ui.times import clock, span

NOW = 1_790_000_000_000


def _queue(position: Switch, **more: object) -> QueueState:
    told = {"since_ms": NOW - 60_000, "until_ms": None, "rest_cause": None, "rest_until_ms": 0,
            "limit": 100}  # fmt: skip
    return QueueState(position, **(told | more))  # type: ignore[arg-type]  # the texts fit


def _overview(intervals: tuple[Interval, ...] = (), **more: object) -> Overview:
    told = {"counts": {}, "oldest_ms": {}, "alarms": (), "owner": "Anna"}
    return Overview(
        at_ms=NOW, queue=_queue(Switch.RUNNING), intervals=intervals, interval_s=60, **(told | more)
    )  # type: ignore[arg-type]  # as above


def test_every_turn_step_and_decision_has_its_words() -> None:
    """Nothing a person may do or that can have happened is without words."""
    assert switch.TURNS.keys() == OPERATOR_TURNS
    assert switch.ENDINGS.keys() == set(Ends)
    without_a_move = {action.value.rpartition(".")[2] for action in WITHOUT_A_MOVE}
    assert submission.STEP_WORDS.keys() == {"accepted", *without_a_move, *Event}
    decisions = set(REASONS_FOR)
    assert submission.MEANINGS.keys() == submission.CONFIRMATIONS.keys() == decisions
    assert submission.DONE.keys() == decisions
    assert NEEDS_A_PERSON < deliveries.NEEDY
    assert all(decisions_in(state) for state in deliveries.NEEDY)


@pytest.mark.parametrize("position", Switch)
@pytest.mark.parametrize("until", [None, NOW + 60_000])
def test_every_position_of_the_switch_is_told(position: Switch, until: int | None) -> None:
    """Its words, why, and what ends it, with and without a time; no dollar sign is left."""
    told = switch.words(_queue(position, until_ms=until), NOW)
    assert POSITIONS[position].words.replace("'", "&#x27;") in told
    assert "$" not in told
    assert ("Since" in told) is (position is not Switch.RUNNING)
    ends_by_itself = POSITIONS[position].ends not in (Ends.NEVER, Ends.PERSON)
    assert (clock(NOW + 60_000, NOW) in told) is (ends_by_itself and until is not None)


def test_a_rest_is_told_while_it_lasts() -> None:
    """Resting has a reason and an end; afterwards it is not mentioned."""
    rest = {"rest_cause": "rate_limited", "rest_until_ms": NOW + 5_000}
    assert "slow down" in switch.words(_queue(Switch.RUNNING, **rest), NOW)
    assert "slow down" not in switch.words(_queue(Switch.RUNNING, **rest), NOW + 6_000)


def test_somebody_elses_decision_is_told_calmly() -> None:
    """It is no fault of the person's, and says what to do."""
    assert "decided first" in errors.words_for(InvalidTransition("A", "b"))[0]


def _status(state: State, cause: str | None) -> Status:
    return Status("AAAA-AAAA-AAAA", "f", "<i>Form</i>", state, 1, NOW, NOW, cause=cause)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("cause", [None, *CAUSES])
def test_every_state_and_cause_has_a_row(state: State, cause: str | None) -> None:
    """Whatever a submission's state and cause, its row and its facts can be shown."""
    one = _status(state, cause)
    watch = outbox.Watch()
    table = outbox.table([one], watch, _overview())
    assert STATE_WORDS[state][0] in table
    assert STATE_WORDS[state][0] in submission.facts(one)
    assert "<i>" not in table


def test_what_waits_waits_for_the_queues_reason() -> None:
    """A queued one without a cause of its own shows the switch's, or why the queue rests."""
    waiting = _status(State.QUEUED, None)
    paused = _queue(Switch.PAUSED_OPERATOR)
    assert outbox.why(waiting, paused) == CAUSES["operator"]
    resting = _queue(Switch.RUNNING, rest_cause="rate_limited", rest_until_ms=NOW + 1)
    assert outbox.why(waiting, resting) == CAUSES["rate_limited"]
    assert outbox.why(_status(State.DELIVERED, "found_by_time"), paused) == ""


@given(st.floats(1e-6, 1e9))
def test_a_charts_top_is_a_round_number_just_above(highest: float) -> None:
    """Never below the highest bar, and never five times above it."""
    top = charts.ceiling(highest)
    assert highest <= top * (1 + 1e-9)
    assert top <= highest * 2.5 * (1 + 1e-9)


_COUNT = st.integers(0, 500)
_LATENCY = st.none() | st.floats(0, 900)
_INTERVAL = st.builds(Interval, st.just(NOW), _COUNT, _COUNT, _LATENCY, _LATENCY)


@given(st.lists(_INTERVAL, max_size=60))
def test_any_hour_can_be_drawn_and_told(hour: list[Interval]) -> None:
    """Every bar stays inside its chart; the sentence and the table are always there."""
    overview = _overview(tuple(hour))
    for chart in (charts.THROUGHPUT, charts.LATENCY):
        figure = charts.figure(chart, overview)
        heights = [float(part.split("%")[0]) for part in figure.split("height:")[1:]]
        assert len(heights) == 2 * len(hour)
        assert all(0 <= height <= 100.1 for height in heights)
        assert chart.sentence(hour) in figure
        assert charts.table(chart, overview)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under a minute"), (60, "1 minute"), (7_199, "1 hour"), (7_200, "2 hours"),
     (86_400, "1 day"), (400_000, "4 days")],
)  # fmt: skip
def test_ages_are_said_in_their_largest_unit(seconds: int, words: str) -> None:
    """An age is one number and one word."""
    assert span(seconds) == words


@pytest.mark.parametrize("state", State)
def test_a_tile_has_number_words_and_age(state: State) -> None:
    """The number of what needs a person is marked; an age is there when something waits."""
    overview = _overview(counts={state: 2}, oldest_ms={state: NOW - 120_000})
    told = deliveries.tile(overview, state)
    assert told.startswith("***2***" if state in deliveries.NEEDY else "**2**")
    assert told.endswith("*oldest 2 minutes*")
