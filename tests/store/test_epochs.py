"""Keys that are closed seal no more; what is over is destroyed, and the books say so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from gateway.domain.audit import Action
from gateway.domain.errors import IntakeClosed
from gateway.domain.submissions import Event, State
from gateway.store.duties import Duty
from gateway.store.epochs import Resealed

KEY_ID = "0f" * 16
ENVELOPE = b"sealed"
OTHER = "1e" * 16


def test_a_closed_key_accepts_nothing_more(open_desk: Callable[[], Any]) -> None:
    """An acceptance that began before a key was closed seals again with another, in whatever
    process it is."""
    desks = [open_desk(), open_desk()]
    desks[0].accept()
    desks[1].store.epochs.close(KEY_ID)
    keys = iter([KEY_ID, OTHER])
    sealed = desks[0].outbox.accept(desks[0].new(), lambda _s, _m: (next(keys), ENVELOPE))
    assert sealed.created
    assert desks[0].store.epochs.kept(OTHER) == 1
    with pytest.raises(IntakeClosed):
        desks[0].accept()


def test_shredding_waits_for_the_hold(desk: Any) -> None:
    """Only what ended so long ago is destroyed: envelope and fingerprint, not the books."""
    delivered = desk.claimed()
    desk.outbox.settle(delivered, Event.ACCEPTED_BY_HUBSPOT)
    waiting = desk.accept()
    assert desk.store.epochs.shred(older_than_s=60, most=10) == 0
    desk.clock.pass_s(61)
    assert desk.store.epochs.shred(older_than_s=60, most=10) == 1
    assert desk.store.epochs.shred(older_than_s=60, most=10) == 0
    status = desk.outbox.status(delivered.receipt)
    assert status is not None
    assert (status.state, status.shredded_at_ms) == (State.DELIVERED, desk.clock())
    assert desk.store.epochs.kept(KEY_ID) == 1
    assert [one.sid for one in desk.store.epochs.sealed_with(KEY_ID, 10)] == [waiting.sid]
    assert desk.store.audit.verify() == (True, None)


@pytest.mark.parametrize("state", [s for s in State if s is not State.REVIEW])
def test_only_what_has_ended_is_shredded(state: State, desk: Any) -> None:
    """Whatever may still be needed keeps its envelope, however old."""
    sid = desk.one_in(state)
    desk.clock.pass_s(10**7)
    shredded = desk.store.epochs.shred(older_than_s=1, most=10)
    kept = {one.sid for one in desk.store.epochs.sealed_with(KEY_ID, 10)}
    assert (sid in kept) == (state not in (State.DELIVERED, State.DISCARDED))
    assert bool(shredded) == (state in (State.DELIVERED, State.DISCARDED))


def test_a_new_envelope_is_in_the_audit(desk: Any) -> None:
    """Sealing again changes the envelope's digest in the chain, and nothing else."""
    accepted = desk.accept()
    assert desk.store.epochs.reseal(KEY_ID, [Resealed(accepted.sid, OTHER, b"other")]) == 1
    assert desk.store.epochs.reseal(KEY_ID, [Resealed(accepted.sid, OTHER, b"late")]) == 0
    assert (desk.store.epochs.kept(KEY_ID), desk.store.epochs.kept(OTHER)) == (0, 1)
    last = desk.store.audit.rows()[-1]
    assert last.action is Action.RESEALED
    assert last.envelope_sha256 == hashlib.sha256(b"other").hexdigest()
    assert desk.store.audit.verify() == (True, None)


def test_a_repeat_after_shredding_is_a_repeat(desk: Any) -> None:
    """The key alone tells it: the fingerprint is gone with the answers."""
    first = desk.accept(key="k", fingerprint="aa")
    (claimed,) = desk.claim()
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    desk.clock.pass_s(61)
    desk.store.epochs.shred(older_than_s=60, most=10)
    again = desk.accept(key="k", fingerprint="aa")
    assert (again.created, again.receipt) == (False, first.receipt)


def test_closing_and_destroying_are_told_once(desk: Any) -> None:
    """Each key is closed once and destroyed once in the audit."""
    desk.accept()
    for _ in range(2):
        desk.store.epochs.close(KEY_ID)
    for _ in range(2):
        desk.store.epochs.destroyed(KEY_ID)
    told = [(row.action, row.sid) for row in desk.store.audit.rows()][1:]
    assert told == [(Action.KEY_CLOSED, KEY_ID), (Action.KEY_DESTROYED, KEY_ID)]


def test_a_duty_has_one_owner(open_desk: Callable[[], Any]) -> None:
    """One worker has a duty, until it is done or its lease ends; then it rests as told."""
    desks = [open_desk(), open_desk()]
    first, second = (desk.store.duties for desk in desks)
    assert first.take(Duty.COPIES, "a", lease_s=60, every_s=100)
    assert not second.take(Duty.COPIES, "b", lease_s=60, every_s=100)
    assert first.take(Duty.COPIES, "a", lease_s=60, every_s=100)
    assert second.take(Duty.RETENTION, "b", lease_s=60, every_s=100)
    first.done(Duty.COPIES, "a")
    assert not second.take(Duty.COPIES, "b", lease_s=60, every_s=100)
    desks[0].clock.pass_s(101)
    assert second.take(Duty.COPIES, "b", lease_s=60, every_s=100)
    desks[0].clock.pass_s(61)
    assert first.take(Duty.COPIES, "a", lease_s=60, every_s=0)
    second.done(Duty.COPIES, "b")
    assert not second.take(Duty.COPIES, "b", lease_s=60, every_s=0)


def test_a_clock_set_back_does_not_stop_a_duty(desk: Any) -> None:
    """What was done, or taken, in the future was done before the clock was set back."""
    assert desk.store.duties.take(Duty.COPIES, "a", lease_s=60, every_s=100)
    desk.clock.pass_s(-7200)
    assert desk.store.duties.take(Duty.COPIES, "b", lease_s=60, every_s=100)
