"""One holder at a time: leases, fences, and what becomes of a holder that is late."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.domain.errors import InvalidTransition
from gateway.domain.submissions import CAUSES, TRANSITIONS, Event, State
from gateway.store.moves import UNREADABLE_ERROR
from gateway.store.outbox import Outcome


def test_the_oldest_is_claimed_first(desk: Any) -> None:
    """Order of acceptance is order of claiming, and a limit is kept."""
    receipts = []
    for n in range(6):
        receipts.append(desk.accept(form_id=f"form-{n % 2}").receipt)
        desk.clock.pass_s(1)
    assert [c.receipt for c in desk.claim(limit=4)] == receipts[:4]
    assert [c.receipt for c in desk.claim(limit=4)] == receipts[4:]
    assert desk.claim(limit=4) == ()


def test_a_claim_is_counted_and_fenced(desk: Any) -> None:
    """Each claim raises fence and attempts and sets its own lease."""
    desk.accept()
    for n in (1, 2, 3):
        (claimed,) = desk.claim(lease_s=12.5)
        assert (claimed.fence, claimed.attempts) == (n, n)
        assert claimed.lease_until_ms == desk.clock() + 12_500
        assert (
            desk.outbox.settle(claimed, Event.PROVEN_UNSENT, outcome=Outcome("unreachable"))
            is State.QUEUED
        )


def test_a_held_back_submission_waits(desk: Any) -> None:
    """Nothing is claimed before its time."""
    claimed = desk.claimed()
    desk.outbox.settle(
        claimed, Event.PROVEN_UNSENT, outcome=Outcome("rate_limited"), not_before_s=5.0
    )
    assert desk.claim() == ()
    desk.clock.pass_s(5)
    assert len(desk.claim()) == 1


def test_an_expired_lease_is_unclear(desk: Any) -> None:
    """Past its lease a submission counts as maybe sent; before it, nothing happens."""
    claimed = desk.claimed()
    desk.clock.pass_s(30)
    assert desk.outbox.expire_leases() == 0
    desk.clock.pass_s(0.001)
    assert desk.outbox.expire_leases() == 1
    assert desk.outbox.expire_leases() == 0
    status = desk.outbox.status(claimed.receipt)
    assert (status.state, status.cause) == (State.UNKNOWN, "worker_stopped")
    (unclear,) = desk.outbox.unknown(10)
    assert (unclear.sid, unclear.submitted_at_ms) == (claimed.sid, claimed.submitted_at_ms)
    assert unclear.unclear_since_ms == desk.clock()


@pytest.mark.parametrize("event", [e for s, e in TRANSITIONS if s is State.SENDING])
def test_a_late_settle_is_refused(desk: Any, event: Event) -> None:
    """Who comes back after the lease was taken away changes nothing, whatever it says."""
    claimed = desk.claimed()
    desk.clock.pass_s(31)
    desk.outbox.expire_leases()
    rows = len(desk.store.audit.rows())
    with pytest.raises(InvalidTransition):
        desk.outbox.settle(claimed, event)
    assert desk.state_of(claimed.receipt) is State.UNKNOWN
    assert len(desk.store.audit.rows()) == rows


def test_an_older_fence_is_refused(desk: Any) -> None:
    """The holder of an earlier claim cannot settle the later one."""
    first = desk.claimed()
    desk.outbox.settle(first, Event.PROVEN_UNSENT, outcome=Outcome("unreachable"))
    (second,) = desk.claim()
    with pytest.raises(InvalidTransition):
        desk.outbox.settle(first, Event.ACCEPTED_BY_HUBSPOT)
    assert desk.outbox.settle(second, Event.ACCEPTED_BY_HUBSPOT) is State.DELIVERED


def test_one_claim_settles_once(desk: Any) -> None:
    """Of many settles of one claim at once, one stands."""
    claimed = desk.claimed()

    def settle(event: Event) -> bool:
        try:
            desk.outbox.settle(claimed, event)
        except InvalidTransition:
            return False
        return True

    events = [Event.ACCEPTED_BY_HUBSPOT, Event.OUTCOME_UNCLEAR] * 4
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(settle, events)) == 1


@pytest.mark.parametrize("event", [Event.CLAIMED, Event.GATE_PASSES_AGAIN, Event.CORRECTED,
                                   Event.FOUND_IN_HUBSPOT])  # fmt: skip
def test_a_claim_cannot_settle_by_a_foreign_event(desk: Any, event: Event) -> None:
    """Only the table's ways out of SENDING end a claim."""
    claimed = desk.claimed()
    with pytest.raises(InvalidTransition):
        desk.outbox.settle(claimed, event)
    assert desk.state_of(claimed.receipt) is State.SENDING


def test_a_confirmation_needs_an_unclear_one(desk: Any) -> None:
    """What was found in HubSpot is delivered, once."""
    claimed = desk.claimed()
    with pytest.raises(InvalidTransition):
        desk.outbox.confirm(claimed.sid, "c-1")
    desk.outbox.settle(claimed, Event.OUTCOME_UNCLEAR, outcome=Outcome("no_answer"))
    desk.clock.pass_s(3)
    desk.outbox.confirm(claimed.sid, "c-1")
    status = desk.outbox.status(claimed.receipt)
    assert (status.state, status.delivered_at_ms) == (State.DELIVERED, desk.clock())
    assert status.cause is None
    with pytest.raises(InvalidTransition):
        desk.outbox.confirm(claimed.sid, "c-1")


def test_what_is_held_can_be_looked_at_and_released(desk: Any) -> None:
    """A held submission comes with its envelope, and goes back into the queue once."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.GATE_REFUSED, outcome=Outcome("gate"))
    (held,) = desk.outbox.held(10)
    assert (held.sid, held.envelope) == (claimed.sid, claimed.envelope)
    assert held.snapshot_hash == claimed.snapshot_hash
    assert desk.claim() == ()
    desk.outbox.release(held.sid)
    assert desk.outbox.held(10) == ()
    with pytest.raises(InvalidTransition):
        desk.outbox.release(held.sid)
    (again,) = desk.claim()
    assert (again.sid, again.fence) == (claimed.sid, 2)


def test_an_outcome_is_kept_and_then_cleared(desk: Any) -> None:
    """Cause and refused fields tell why it is where it is, and go when it moves on."""
    claimed = desk.claimed()
    errors = {"email": "INVALID_EMAIL", "0-2/name": "REQUIRED_FIELD", "": "INVALID_METADATA"}
    desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid", rejected=errors, correlation_id="aeb5f871-7f07-4993-9211-075dc63e7cbf"))  # fmt: skip
    status = desk.outbox.status(claimed.receipt)
    assert (status.cause, status.rejected_fields) == ("invalid", errors)
    assert desk.store.audit.rows(sid=claimed.sid)[-1].fields == ("0-2/name", "email")
    desk.accept(replaces=claimed.receipt)
    status = desk.outbox.status(claimed.receipt)
    assert (status.cause, status.rejected_fields) == (None, {})


@pytest.mark.sqlite
def test_remote_text_that_is_no_id_is_not_stored(desk: Any) -> None:
    """Text from HubSpot that does not look like a field key, an errorType or an id could be
    an answer: it is folded away."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid", rejected={"Jane CANARY": "INVALID_EMAIL", "email": "CANARY is not an e-mail"}, correlation_id="CANARY CANARY", conversion_id="CANARY\n"))  # fmt: skip
    status = desk.outbox.status(claimed.receipt)
    assert status.rejected_fields == {"": "INVALID_EMAIL", "email": UNREADABLE_ERROR}
    assert b"CANARY" not in desk.file.read_bytes()


def test_a_cause_is_from_the_closed_list(desk: Any) -> None:
    """Free text cannot become a cause; every listed one can."""
    claimed = desk.claimed()
    with pytest.raises(ValueError, match="CAUSES"):
        desk.outbox.settle(claimed, Event.OUTCOME_UNCLEAR, outcome=Outcome("the patient said"))
    for cause in CAUSES:
        desk.outbox.settle(claimed, Event.PROVEN_UNSENT, outcome=Outcome(cause))
        assert desk.outbox.status(claimed.receipt).cause == cause
        (claimed,) = desk.claim()


def test_threads_of_two_stores_never_claim_the_same(open_desk: Callable[[], Any]) -> None:
    """Eight threads on two connections share out 60 submissions without one taken twice."""
    desks = [open_desk(), open_desk()]
    for _ in range(60):
        desks[0].accept()

    def drain(n: int) -> list[str]:
        taken: list[str] = []
        while batch := desks[n % 2].claim(limit=3, owner=f"w{n}"):
            taken += [claimed.sid for claimed in batch]
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [sid for sids in pool.map(drain, range(8)) for sid in sids]
    assert len(taken) == len(set(taken)) == 60
    assert desks[0].store.audit.verify() == (True, None)


def test_a_clock_that_was_ahead_holds_nothing_up(desk: Any) -> None:
    """A lease or a wait that was set while the clock was a month ahead is over at once when the
    clock is right again."""
    abandoned = desk.claimed()
    desk.clock.pass_s(30 * 86_400)
    desk.outbox.expire_leases()
    desk.accept(form_id="a")
    (claimed,) = desk.claim()
    waiting = desk.accept(form_id="b")
    (other,) = desk.claim()
    desk.outbox.settle(
        other, Event.PROVEN_UNSENT, outcome=Outcome("unreachable"), not_before_s=900.0
    )
    desk.clock.pass_s(-30 * 86_400)
    assert desk.outbox.expire_leases() == 1
    assert desk.state_of(claimed.receipt) is State.UNKNOWN
    assert [one.receipt for one in desk.claim()] == [waiting.receipt]
    assert desk.state_of(abandoned.receipt) is State.UNKNOWN
