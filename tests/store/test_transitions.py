"""What is not in the table cannot happen, and what happens is in the audit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from gateway.domain.audit import EVENT_ACTIONS, NOT_OF_A_SUBMISSION, WITHOUT_A_MOVE, Action
from gateway.domain.errors import InvalidTransition
from gateway.domain.submissions import FINAL, TRANSITIONS, Event, State
from gateway.store.audit import ACTION_EVENTS
from gateway.store.moves import move
from gateway.store.schema import outbox

PAIRS = list(itertools.product(State, Event))


def row_of(desk: Any, sid: str) -> dict[str, Any]:
    question = select(outbox).where(outbox.c.sid == sid)
    found: dict[str, Any] = desk.store._writer.run(
        lambda connection: dict(connection.execute(question).mappings().one())
    )
    return found


@pytest.mark.sqlite
@pytest.mark.parametrize(("state", "event"), PAIRS, ids=str)
def test_every_pair_moves_by_the_table_or_not_at_all(desk: Any, state: State, event: Event) -> None:
    """Each of all (state, event) pairs: the table's target with one audit row, or a refusal
    that changes nothing."""
    sid = desk.one_in(state)
    before, rows = row_of(desk, sid), len(desk.store.audit.rows())

    def work(connection: Any) -> State:
        return move(connection, sid, state, event, actor="worker", at_ms=desk.clock())

    target = TRANSITIONS.get((state, event))
    if target is None:
        with pytest.raises(InvalidTransition):
            desk.store._writer.run(work)
        assert row_of(desk, sid) == before
        assert len(desk.store.audit.rows()) == rows
    else:
        assert desk.store._writer.run(work) is target
        assert row_of(desk, sid)["state"] == target
        told = desk.store.audit.rows(sid=sid)[-1]
        assert told.action is EVENT_ACTIONS[event]
        assert len(desk.store.audit.rows()) == rows + 1
    assert desk.store.audit.verify() == (True, None)


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached(desk: Any, state: State) -> None:
    """No state is only a word, and its count is shown."""
    sid = desk.one_in(state)
    assert row_of(desk, sid)["state"] == state
    assert desk.outbox.counts()[state] == 1
    assert set(desk.outbox.counts()) == set(State)


def test_a_move_from_a_state_left_long_ago_is_refused(desk: Any) -> None:
    """Who moves a submission from where it was, not where it is, changes nothing."""
    sid = desk.one_in(State.DELIVERED)
    for state, event in TRANSITIONS:
        if state is not State.DELIVERED:
            with pytest.raises(InvalidTransition) as caught:
                desk.store._writer.run(
                    lambda connection, state=state, event=event: move(
                        connection, sid, state, event, actor="worker", at_ms=1
                    )
                )
            assert caught.value.state == State.DELIVERED
    with pytest.raises(InvalidTransition):
        desk.outbox.confirm("no such sid", None)


def test_every_event_has_its_own_audit_action() -> None:
    """Events and actions are one to one, with those beside them that move nothing."""
    assert set(EVENT_ACTIONS) == set(Event)
    others = {Action.ACCEPTED, *WITHOUT_A_MOVE, *NOT_OF_A_SUBMISSION}
    assert set(Action) == {*others, *EVENT_ACTIONS.values()}
    assert len(ACTION_EVENTS) == len(Event)
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_final_states_have_no_way_out() -> None:
    """What is delivered or replaced stays so; every other state leads on."""
    assert {state for state, _ in TRANSITIONS} == set(State) - FINAL


def chains(state: State, length: int) -> Iterator[tuple[Event, ...]]:
    yield ()
    if length:
        for (source, event), target in TRANSITIONS.items():
            if source is state:
                for tail in chains(target, length - 1):
                    yield (event, *tail)


def test_the_audit_has_one_row_per_move_on_every_way(desk: Any) -> None:
    """Along every way through the table of up to four steps, the history tells each step."""
    for way in chains(State.QUEUED, 4):
        sid, state = desk.accept().sid, State.QUEUED
        expected = ["accepted"]
        for event in way:
            state = desk.store._writer.run(
                lambda connection, state=state, event=event, sid=sid: move(
                    connection, sid, state, event, actor="worker", at_ms=desk.clock()
                )
            )
            expected.append(event.value)
        told = desk.outbox.status(row_of(desk, sid)["receipt"])
        assert [name for _, _, name in told.history] == expected
        assert told.history[-1][1] is told.state is state
    assert desk.store.audit.verify() == (True, None)
