"""What was seen in HubSpot, what a person decided, and the books that tell of both."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.domain.audit import Action
from gateway.domain.decisions import REASONS_FOR, decisions_in
from gateway.domain.errors import InvalidTransition, UnknownReceipt
from gateway.domain.overview import Probe
from gateway.domain.submissions import DECISIONS, Event, State
from gateway.store.outbox import Outcome, Unclear
from gateway.store.unclear import Verdict


def unclear(desk: Any) -> Unclear:
    """A new unclear submission, as the reconciler sees it."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.OUTCOME_UNCLEAR, outcome=Outcome("no_answer"))
    return next(one for one in desk.outbox.unknown(99) if one.sid == claimed.sid)


def decide(desk: Any, one: Unclear, event: Event, cause: str | None = None) -> int:
    """One verdict."""
    return desk.outbox.decide_unclear([Verdict(one, event, cause)])


def test_absence_sends_again_and_is_counted(desk: Any) -> None:
    """Proven absent it is queued again, and how often is remembered."""
    one = unclear(desk)
    assert decide(desk, one, Event.ABSENCE_PROVEN) == 1
    (claimed,) = desk.claim()
    assert claimed.sid == one.sid
    desk.outbox.settle(claimed, Event.OUTCOME_UNCLEAR)
    assert desk.outbox.unknown(1)[0].resends == 1


def test_one_that_turns_up_late_is_not_sent_again(desk: Any) -> None:
    """A submission that went back to the queue is still looked for, and seen it is delivered."""
    one = unclear(desk)
    decide(desk, one, Event.ABSENCE_PROVEN)
    (waiting,) = desk.outbox.unknown(5)
    assert (waiting.sid, waiting.state) == (one.sid, State.QUEUED)
    assert decide(desk, waiting, Event.FOUND_IN_HUBSPOT) == 1
    assert not desk.claim()
    assert desk.state_of(one.receipt) is State.DELIVERED


def test_a_verdict_on_one_that_moved_changes_nothing(desk: Any) -> None:
    """Verdicts are given together; one that comes too late does not stop the others."""
    one, other = unclear(desk), unclear(desk)
    desk.outbox.confirm(one.sid, None)
    absent = [Verdict(one, Event.ABSENCE_PROVEN), Verdict(other, Event.ABSENCE_PROVEN)]
    assert desk.outbox.decide_unclear(absent) == 1
    assert desk.state_of(one.receipt) is State.DELIVERED
    assert desk.state_of(other.receipt) is State.QUEUED
    assert desk.store.audit.verify() == (True, None)


def in_state(desk: Any, state: State) -> str:
    """The receipt of a submission a person may decide about."""
    if state is State.REVIEW:
        one = unclear(desk)
        decide(desk, one, Event.GIVEN_TO_A_PERSON, "not_found_again")
        return one.receipt
    event = {State.REJECTED: Event.REFUSED_BY_HUBSPOT, State.HELD: Event.GATE_REFUSED}[state]
    claimed = desk.claimed()
    desk.outbox.settle(claimed, event, outcome=Outcome("invalid"))
    return claimed.receipt


CHOICES = [
    (state, event, reason)
    for state in (State.REVIEW, State.REJECTED, State.HELD)
    for event in decisions_in(state)
    if event is not Event.CORRECTED
    for reason in REASONS_FOR[event]
]


@pytest.mark.parametrize(("state", "event", "reason"), CHOICES)
def test_a_person_decides_with_a_reason(state: State, event: Event, reason: str, desk: Any) -> None:
    """Each decision moves the submission, and who decided and why is kept."""
    receipt = in_state(desk, state)
    desk.outbox.decide(receipt, event, reason, actor="ada")
    status = desk.outbox.status(receipt)
    assert status is not None
    assert (status.decision, status.cause) == (reason, None)
    last = desk.store.audit.rows()[-1]
    assert (last.actor, last.cause) == ("ada", reason)
    assert desk.store.audit.verify() == (True, None)
    with pytest.raises(InvalidTransition):
        desk.outbox.decide(receipt, event, reason, actor="bob")


def test_a_reason_must_fit_its_decision(desk: Any) -> None:
    """No decision without one of its reasons, and none about a receipt nobody has."""
    receipt = in_state(desk, State.REVIEW)
    for event in DECISIONS:
        with pytest.raises(ValueError, match="reason"):
            desk.outbox.decide(receipt, event, "Jane Doe said so", actor="ada")
    with pytest.raises(UnknownReceipt):
        desk.outbox.decide("nobody's", Event.DISCARDED, "test", actor="ada")
    assert desk.state_of(receipt) is State.REVIEW


def test_a_very_old_one_is_sent_with_a_new_time(desk: Any) -> None:
    """HubSpot refuses old dates: what a person sends again after weeks is dated anew."""
    receipt = in_state(desk, State.REVIEW)
    desk.outbox.decide(
        receipt, Event.RESENT, "not_in_hubspot", actor="ada",
        stale_before_ms=desk.clock() + 1, restamp_ms=desk.clock() + 7,
    )  # fmt: skip
    (claimed,) = desk.claim()
    assert claimed.restamped_ms == desk.clock() + 7
    desk.outbox.settle(claimed, Event.OUTCOME_UNCLEAR)
    assert desk.outbox.unknown(1)[0].submitted_at_ms == desk.clock() + 7


def test_copies_are_noted_once_for_each_new_number(desk: Any) -> None:
    """What HubSpot has twice is on the submission and in the audit."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    assert desk.outbox.note_copies({claimed.sid: 2, "f" * 32: 3}) == 1
    assert desk.outbox.note_copies({claimed.sid: 2}) == 0
    assert desk.outbox.note_copies({claimed.sid: 3}) == 1
    assert desk.outbox.copies() == ((claimed.receipt, 3),)
    told = [row.action for row in desk.store.audit.rows()]
    assert told.count(Action.COPIES_SEEN) == 2
    assert desk.store.audit.verify() == (True, None)


def test_the_books_count_every_state_by_form_and_day(desk: Any) -> None:
    """Each form and day has its row, and the audit knows as many acceptances."""
    for state in State:
        if state is not State.REVIEW:
            desk.one_in(state)
            for claimed in desk.claim(5):
                desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    desk.clock.pass_s(86_400)
    desk.accept()
    rows, accepted = desk.outbox.books()
    assert sum(sum(one.counts.values()) for one in rows) == accepted
    assert all(sum(one.counts.values()) == one.accepted for one in rows)
    assert len({one.day for one in rows}) == 2
    totals = {state: sum(one.counts[state] for one in rows) for state in State}
    assert totals == dict(desk.outbox.counts())


def test_the_oldest_of_each_state(desk: Any) -> None:
    """What is over has no age; all else is as old as its acceptance."""
    start = desk.clock()
    held = in_state(desk, State.HELD)
    desk.clock.pass_s(10)
    desk.accept()
    assert desk.outbox.oldest() == {State.HELD: start, State.QUEUED: start + 10_000}
    desk.outbox.decide(held, Event.DISCARDED, "test", actor="ada")
    assert set(desk.outbox.oldest()) == {State.QUEUED}


PROBE = Probe(7, "form-1", 1, 3, 3, True, True, 0.5, 900)


def sign(body: bytes) -> str:
    """Another signature for other bytes."""
    return f"{len(body)}-{sum(body)}"


def test_a_probe_counts_with_its_signature_and_account(desk: Any) -> None:
    """Only a probe of this account, signed with this ring, counts, for the window in use."""
    desk.store.probes.trust(sign, lambda: 7, 900)
    assert desk.store.probes.valid() is None
    desk.store.probes.save(PROBE, actor="ada")
    assert desk.store.probes.valid() == PROBE
    desk.store.probes.trust(sign, lambda: 7, 4)
    shorter = desk.store.probes.valid()
    assert shorter is not None
    assert not shorter.proves_absence
    desk.store.probes.trust(lambda _: "forged", lambda: 7, 900)
    assert desk.store.probes.valid() is None
    desk.store.probes.trust(sign, lambda: 8, 900)
    assert desk.store.probes.valid() is None


@pytest.mark.parametrize(
    ("changes", "proves"),
    [({}, True), ({"uri_kept": False}, True), ({"time_kept": False}, True),
     ({"uri_kept": False, "time_kept": False}, False), ({"seen": 2}, False),
     ({"sent": 0, "seen": 0}, False), ({"slowest_s": 90.1}, False)],
)  # fmt: skip
def test_what_proves_absence(changes: dict[str, object], proves: bool) -> None:
    """Everything sent was seen, by tag or time, ten times faster than the window."""
    told = {name: getattr(PROBE, name) for name in PROBE.__struct_fields__}
    assert Probe(**{**told, **changes}).proves_absence is proves
