"""The outbox against a model of a few lines: whatever is done in whatever order, both agree."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.domain.errors import InvalidTransition, KeyConflict
from gateway.domain.submissions import CAUSES, TRANSITIONS, Event, State
from gateway.store.outbox import Claimed, NewSubmission, Outcome
from gateway.store.store import open_store

SETTLING = sorted(event for state, event in TRANSITIONS if state is State.SENDING)
KEYS = st.none() | st.sampled_from(["k1", "k2", "k3"])


@dataclasses.dataclass
class Row:
    """What the model knows of one submission."""

    receipt: str
    state: State = State.QUEUED
    fence: int = 0
    not_before: int = 0
    lease_until: int = 0
    moves: int = 1


def sealed(sid: str, submitted_at_ms: int) -> tuple[str, bytes]:
    """An envelope that tells what it belongs to."""
    return "0f" * 16, f"{sid}{submitted_at_ms}".encode()


class OutboxMachine(RuleBasedStateMachine):
    """Two openings of one file, a clock, and a dict that should say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = 1_000_000
        url = f"sqlite:///{self.folder}/outbox.db"
        self.stores = [open_store(url, now_ms=lambda: self.now) for _ in range(2)]
        self.rows: dict[str, Row] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self.claims: list[Claimed] = []
        self.times: set[tuple[str, int]] = set()

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def move(self, sid: str, event: Event) -> bool:
        row = self.rows[sid]
        target = TRANSITIONS.get((row.state, event))
        if target is not None:
            row.state, row.moves = target, row.moves + 1
        return target is not None

    def rejected(self) -> list[str]:
        return [row.receipt for row in self.rows.values() if row.state is State.REJECTED]

    @rule(who=st.integers(0, 1), form=st.sampled_from("ab"), key=KEYS,
          fingerprint=st.sampled_from("xy"), correct=st.booleans())  # fmt: skip
    def accept(self, who: int, form: str, key: str | None, fingerprint: str, correct: bool) -> None:
        replaces = next(iter(self.rejected()), None) if correct else None
        new = NewSubmission(1, form, form, "ab" * 32, "u", key, fingerprint, replaces)
        known = self.keys.get(key) if key is not None else None
        try:
            accepted = self.stores[who].outbox.accept(new, sealed)
        except KeyConflict:
            assert known is not None
            assert known[1] != fingerprint
            return
        if known is not None:
            assert (accepted.created, accepted.sid, fingerprint) == (False, *known)
            return
        assert accepted.created
        assert (form, accepted.submitted_at_ms) not in self.times
        self.times.add((form, accepted.submitted_at_ms))
        self.rows[accepted.sid] = Row(accepted.receipt)
        if key is not None:
            self.keys[key] = (accepted.sid, fingerprint)
        for sid, row in self.rows.items():
            if row.receipt == replaces:
                assert self.move(sid, Event.CORRECTED)

    @rule(who=st.integers(0, 1), limit=st.integers(1, 3), lease=st.sampled_from([1, 30]))
    def claim(self, who: int, limit: int, lease: int) -> None:
        due = [sid for sid, row in self.rows.items()
               if row.state is State.QUEUED and row.not_before <= self.now]  # fmt: skip
        taken = self.stores[who].outbox.claim(f"w{who}", limit=limit, lease_s=lease).items
        assert len(taken) == min(limit, len(due))
        for claimed in taken:
            assert claimed.sid in due
            assert self.move(claimed.sid, Event.CLAIMED)
            row = self.rows[claimed.sid]
            row.fence, row.lease_until = row.fence + 1, self.now + lease * 1000
            assert (claimed.fence, claimed.lease_until_ms) == (row.fence, row.lease_until)
            assert claimed.envelope == f"{claimed.sid}{claimed.submitted_at_ms}".encode()
        self.claims += taken

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), who=st.integers(0, 1), event=st.sampled_from(SETTLING),
          cause=st.none() | st.sampled_from(sorted(CAUSES)),
          wait=st.sampled_from([0, 5000]))  # fmt: skip
    def settle(self, data: Any, who: int, event: Event, cause: str | None, wait: int) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        row = self.rows[claimed.sid]
        ours = row.state is State.SENDING and row.fence == claimed.fence
        try:
            self.stores[who].outbox.settle(
                claimed, event, outcome=Outcome(cause), not_before_s=wait / 1000
            )
        except InvalidTransition:
            assert not ours
            return
        assert ours
        assert self.move(claimed.sid, event)
        row.not_before = self.now + wait

    @rule(who=st.integers(0, 1), seconds=st.sampled_from([0, 1, 6, 31, -5]))
    def time_passes_and_leases_expire(self, who: int, seconds: int) -> None:
        self.now += seconds * 1000
        overdue = [sid for sid, row in self.rows.items()
                   if row.state is State.SENDING and row.lease_until < self.now]  # fmt: skip
        assert self.stores[who].outbox.expire_leases() == len(overdue)
        for sid in overdue:
            assert self.move(sid, Event.LEASE_EXPIRED)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), who=st.integers(0, 1), finding=st.booleans())
    def confirm_or_release(self, data: Any, who: int, finding: bool) -> None:
        sid = data.draw(st.sampled_from(sorted(self.rows)))
        outbox = self.stores[who].outbox
        event = Event.FOUND_IN_HUBSPOT if finding else Event.GATE_PASSES_AGAIN
        try:
            if finding:
                outbox.confirm(sid, None)
            else:
                outbox.release(sid)
        except InvalidTransition:
            expected = State.UNKNOWN if finding else State.HELD
            assert self.rows[sid].state is not expected
            return
        assert self.move(sid, event)
        self.rows[sid].not_before = 0

    @invariant()
    def both_agree(self) -> None:
        outbox, audit = self.stores[1].outbox, self.stores[0].audit
        shown = {status.code: status.state for status in outbox.listing()}
        assert shown == {row.receipt: row.state for row in self.rows.values()}
        states = [row.state for row in self.rows.values()]
        assert outbox.counts() == {state: states.count(state) for state in State}
        assert outbox.damaged() == 0
        assert {held.sid for held in outbox.held(99)} == self.in_state(State.HELD)
        assert {unclear.sid for unclear in outbox.unknown(99)} == self.in_state(
            State.UNKNOWN
        ) | self.in_state(State.REVIEW)
        assert len(audit.rows()) == sum(row.moves for row in self.rows.values())
        assert audit.verify() == (True, None)

    def in_state(self, state: State) -> set[str]:
        return {sid for sid, row in self.rows.items() if row.state is state}


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
