"""A receipt means that it is durable, once, and under a time of its own."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.domain.audit import Action
from gateway.domain.errors import IntakeClosed, InvalidTransition, KeyConflict, UnknownReceipt
from gateway.domain.submissions import Event, State, read_receipt
from gateway.store.accepting import TRIES
from gateway.store.outbox import Outcome


@pytest.mark.sqlite
def test_what_is_accepted_is_in_the_file(desk: Any) -> None:
    """The row another program reads right after the receipt has everything that was given."""
    bound = []

    def seal(sid: str, submitted_at_ms: int) -> tuple[str, bytes]:
        bound.append((sid, submitted_at_ms))
        return KEY_ID, b"envelope"

    accepted = desk.outbox.accept(desk.new(key="k1", fingerprint="f1"), seal)
    with sqlite3.connect(desk.file) as other:
        other.row_factory = sqlite3.Row
        row = dict(other.execute("SELECT * FROM outbox").fetchone())
    other.close()
    assert bound == [(accepted.sid, accepted.submitted_at_ms)]
    assert read_receipt(accepted.receipt) == accepted.receipt
    assert accepted.created
    assert row == {
        "sid": accepted.sid, "receipt": accepted.receipt, "idempotency_key": "k1",
        "fingerprint": "f1", "portal_id": 424242, "form_id": "form-1", "form_name": "Intake",
        "state": "QUEUED", "fence": 0, "owner": None, "lease_until_ms": None, "attempts": 0,
        "not_before_ms": 0, "accepted_at_ms": desk.clock(), "changed_at_ms": desk.clock(),
        "submitted_at_ms": desk.clock(), "delivered_at_ms": None, "snapshot_hash": "ab" * 32,
        "envelope": b"envelope", "cause": None, "rejected_fields": "{}",
        "correlation_id": None, "accepted_by": "user-1", "replaces": None,
        "conversion_id": None, "key_id": KEY_ID, "resends": 0, "restamped_ms": None,
        "decision": None, "copies": 0, "shredded_at_ms": None,
    }  # fmt: skip
    (told,) = desk.store.audit.rows()
    assert (told.action, told.actor, told.sid) == (Action.ACCEPTED, "user-1", accepted.sid)


KEY_ID = "0f" * 16


def test_a_key_that_comes_back_gives_the_first_receipt(desk: Any) -> None:
    """Same key, same answers: one submission, however often and whatever became of it."""
    first = desk.accept(key="k", fingerprint="a")
    (claimed,) = desk.claim()
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    desk.clock.pass_s(60)
    again = desk.accept(key="k", fingerprint="a")
    assert again == dataclasses.replace(first, created=False)
    assert sum(desk.outbox.counts().values()) == 1


def test_a_key_with_other_answers_is_refused(desk: Any) -> None:
    """Same key, other answers: an error, and nothing stored."""
    desk.accept(key="k", fingerprint="a")
    with pytest.raises(KeyConflict):
        desk.accept(key="k", fingerprint="b")
    assert desk.accept(key="k2", fingerprint="b").created
    assert sum(desk.outbox.counts().values()) == 2


def test_a_double_click_is_one_submission(open_desk: Callable[[], Any]) -> None:
    """The same key from many threads and two processes at once makes one row."""
    desks = [open_desk(), open_desk()]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: desks[n % 2].accept(key="k", fingerprint="a"), range(24)))
    assert len({one.receipt for one in found}) == 1
    assert sum(one.created for one in found) == 1
    assert desks[0].outbox.counts()[State.QUEUED] == 1


def test_the_time_is_the_last_plus_one_or_now(desk: Any) -> None:
    """While the clock stands or goes back, a form's times still rise; other forms have
    their own."""
    times = [desk.accept().submitted_at_ms for _ in range(3)]
    assert times == [desk.clock(), desk.clock() + 1, desk.clock() + 2]
    assert desk.accept(form_id="form-2").submitted_at_ms == desk.clock()
    desk.clock.pass_s(-3600)
    assert desk.accept().submitted_at_ms == times[-1] + 1
    desk.clock.pass_s(7200)
    assert desk.accept().submitted_at_ms == desk.clock()


def test_times_go_on_after_a_restart(open_desk: Callable[[], Any]) -> None:
    """A new process takes up where the file stands."""
    first = open_desk()
    last = [first.accept().submitted_at_ms for _ in range(5)][-1]
    assert open_desk().accept().submitted_at_ms == last + 1


def test_no_two_submissions_of_a_form_share_a_time(open_desk: Callable[[], Any]) -> None:
    """Threads of two processes on a clock that stands still get distinct times, and every
    envelope is sealed to the time of its row."""
    desks = [open_desk(), open_desk()]

    def one(n: int) -> Any:
        return desks[n % 2].outbox.accept(
            desks[0].new(), lambda sid, ms: (KEY_ID, f"{sid} {ms}".encode())
        )

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(60)))
    assert len({a.submitted_at_ms for a in found}) == len({a.sid for a in found}) == 60
    for claimed in desks[0].claim(limit=60):
        assert claimed.envelope == f"{claimed.sid} {claimed.submitted_at_ms}".encode()


def test_a_clash_is_sealed_anew(open_desk: Callable[[], Any]) -> None:
    """When another process took the time, the answers are sealed again to the next one."""
    here, there = open_desk(), open_desk()
    here.accept()
    there.accept()
    there.accept()
    sealed = []
    accepted = here.outbox.accept(here.new(), lambda _, ms: sealed.append(ms) or (KEY_ID, b"e"))
    assert len(sealed) == 2
    assert accepted.submitted_at_ms == sealed[-1] == here.clock() + 3


def test_clashes_without_end_are_given_up(open_desk: Callable[[], Any]) -> None:
    """Sealing anew is bounded; then the person is told, and nothing is stored."""
    here, there = open_desk(), open_desk()
    here.accept()
    tries = []

    def seal(_: str, submitted_at_ms: int) -> tuple[str, bytes]:
        tries.append(submitted_at_ms)
        there.outbox._clock._last["form-1"] = submitted_at_ms - 1
        there.accept()
        return KEY_ID, b"e"

    with pytest.raises(IntakeClosed) as caught:
        here.outbox.accept(here.new(), seal)
    assert caught.value.cause == "busy"
    assert len(tries) == TRIES
    assert here.outbox.counts()[State.QUEUED] == 1 + TRIES


def test_sealing_happens_outside_every_transaction(desk: Any) -> None:
    """While one submission is being sealed, others are accepted, claimed and read."""

    def seal(_: str, __: int) -> tuple[str, bytes]:
        desk.accept(form_id="other")
        assert len(desk.claim()) == 1
        return KEY_ID, b"e"

    desk.outbox.accept(desk.new(), seal)
    assert desk.outbox.counts()[State.SENDING] == 1


def test_what_cannot_be_sealed_is_not_stored(desk: Any) -> None:
    """An error of sealing is the caller's, and leaves nothing behind."""

    def seal(_: str, __: int) -> tuple[str, bytes]:
        raise IntakeClosed("key")

    with pytest.raises(IntakeClosed, match="sealing keys"):
        desk.outbox.accept(desk.new(), seal)
    assert sum(desk.outbox.counts().values()) == 0
    assert desk.store.audit.rows() == ()


def test_a_correction_replaces_what_was_rejected(desk: Any) -> None:
    """The corrected submission and the discarding of the first are one step."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid", rejected={"email": "INVALID_EMAIL"}))  # fmt: skip
    corrected = desk.accept(replaces=claimed.receipt)
    assert desk.state_of(claimed.receipt) is State.DISCARDED
    assert desk.state_of(corrected.receipt) is State.QUEUED
    last = desk.store.audit.rows(sid=claimed.sid)[-1]
    assert (last.action, last.actor) == (Action.CORRECTED, "user-1")


@pytest.mark.parametrize("state", [s for s in State if s is not State.REJECTED])
def test_only_what_was_rejected_can_be_replaced(desk: Any, state: State) -> None:
    """A correction of anything else is refused, and not stored."""
    desk.one_in(state)
    receipt = next(s.code for s in desk.outbox.listing() if s.state is state)
    before = desk.outbox.counts()
    with pytest.raises(InvalidTransition):
        desk.accept(replaces=receipt)
    assert desk.outbox.counts() == before


def test_a_correction_of_nothing_is_refused(desk: Any) -> None:
    """A receipt nobody has cannot be corrected."""
    with pytest.raises(UnknownReceipt):
        desk.accept(replaces="2222-2222-2222")
    assert sum(desk.outbox.counts().values()) == 0


def test_who_listens_is_called_once_it_is_durable(desk: Any) -> None:
    """The worker is woken by each new submission, after it can be claimed; a fault of a
    listener does not undo a receipt, and a repeat wakes nobody."""
    found: list[int] = []
    woken = threading.Event()
    desk.outbox.on_accept(lambda: 1 / 0)
    desk.outbox.on_accept(lambda: found.append(len(desk.claim())))
    desk.outbox.on_accept(woken.set)
    assert desk.accept(key="k").created
    assert not desk.accept(key="k").created
    assert found == [1]
    assert woken.is_set()


def test_a_status_tells_its_way(desk: Any) -> None:
    """The status of a receipt has the times, the state and every step; no other has one."""
    accepted = desk.accept()
    desk.clock.pass_s(5)
    (claimed,) = desk.claim()
    desk.clock.pass_s(2)
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT, outcome=Outcome(conversion_id="c-1"))
    status = desk.outbox.status(accepted.receipt)
    start = accepted.accepted_at_ms
    assert status.history == (
        (start, State.QUEUED, "accepted"),
        (start + 5000, State.SENDING, "claimed"),
        (start + 7000, State.DELIVERED, "accepted_by_hubspot"),
    )
    assert (status.attempts, status.delivered_at_ms, status.changed_at_ms) == (
        1, start + 7000, start + 7000,
    )  # fmt: skip
    assert desk.outbox.status("2222-2222-2222") is None


def test_the_listing_is_newest_first_and_bounded(desk: Any) -> None:
    """The newest come first; a state and a limit narrow it."""
    receipts = []
    for _ in range(5):
        receipts.append(desk.accept().receipt)
        desk.clock.pass_s(1)
    desk.claim(limit=2)
    assert [s.code for s in desk.outbox.listing()] == receipts[::-1]
    assert [s.code for s in desk.outbox.listing(limit=2)] == receipts[:2:-1]
    assert [s.code for s in desk.outbox.listing(state=State.SENDING)] == receipts[1::-1]


def test_no_record_shows_its_envelope(desk: Any) -> None:
    """What a worker holds prints ids, not bytes."""
    claimed = desk.claimed()
    assert not re.search(r"sealed\\xff|envelope", repr(claimed))
