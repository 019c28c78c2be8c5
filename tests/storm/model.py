"""F8: whatever happens in whatever order, store, delivery and reconciling agree with a model of
a few lines: see :mod:`storm.reference`."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.domain.decisions import REASONS_FOR, decisions_in
from gateway.domain.errors import InvalidTransition
from gateway.domain.overview import Probe
from gateway.domain.queue import Switch
from gateway.domain.submissions import Event, Payload, State
from gateway.sealing.envelope import Context, seal
from gateway.sealing.keyring import open_keyring
from gateway.store.outbox import FARTHEST_MS, Claimed, NewSubmission
from gateway.store.queue import CAREFUL_AFTER, LONGEST_ASKED_MS, YOUNG_MS
from gateway.store.store import open_store
from gateway.usecases.deliver import LEASE_S, Delivery
from gateway.usecases.instruments import Instruments
from gateway.usecases.reconcile import Reconcile
from gateway.usecases.retention import Retention
from storm.reference import OUTCOMES, FakeHubSpot, OpenGate, Reference
from storm.rows import Figures, Scale, seed

STEPS = {Scale.FULL: (500, 50), Scale.SMALL: (30, 40)}
"""(runs, steps of each)."""
PHASES = {Scale.FULL: (Phase.generate,), Scale.SMALL: (Phase.generate, Phase.shrink)}
"""Making a story shorter can take longer than the whole storm may."""
WINDOW_S, HOLD_S = 60, 600
START_MS = 1_800_000_000_000
PORTAL = 1
AUDITED_EVERY = 8
MOST_QUEUED = 4
LONGEST_WAIT_S = 200
"""Longer than any rest that a call of the table asks for."""


class Steps:
    """How many were made in all."""

    made = 0


class Life(RuleBasedStateMachine):
    """One outbox, one HubSpot, two clocks; and the reference that should say the same."""

    def __init__(self) -> None:
        super().__init__()
        shared = Path("/dev/shm")  # noqa: S108  # a folder of our own in it
        place = shared if shared.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="storm-", dir=place))
        self.wall_ms, self.boot_s = START_MS, 1_000.0
        self.hubspot = FakeHubSpot()
        self.reference = Reference(self.hubspot, WINDOW_S)
        self.claims: list[Claimed] = []
        self.numbers = itertools.count()
        self.open()

    def open(self) -> None:
        """As a program starts: nothing is remembered but what is on the disk."""
        self.keyring = open_keyring(self.folder / "keys", "emulated", self.wall_ms // 86_400_000)
        self.store = open_store(
            f"sqlite:///{self.folder}/data/outbox.db", now_ms=lambda: self.wall_ms
        )
        self.outbox = self.store.outbox
        gate: Any = OpenGate(PORTAL)
        hubspot: Any = self.hubspot
        self.store.probes.trust(self.keyring.fingerprint, lambda: PORTAL, WINDOW_S)
        self.delivery = Delivery(
            "w1", self.outbox, self.keyring, gate, gate, hubspot,
            Instruments(self.outbox, self.store.queue, lambda: self.wall_ms),
            rate_limit=0, token=lambda: "", boot_s=lambda: self.boot_s, now_ms=lambda: self.wall_ms,
        )  # fmt: skip
        self.reconcile = Reconcile(
            self.outbox, hubspot, self.store.probes, window_s=WINDOW_S, page_pause_s=0.0,
            boot_s=lambda: self.boot_s, now_ms=lambda: self.wall_ms,
        )  # fmt: skip
        self.retention = Retention(
            self.store.epochs, self.keyring, hold_s=HOLD_S, now_ms=lambda: self.wall_ms
        )
        if self.store.probes.valid() is None:
            probe = Probe(PORTAL, "f", 0, 1, 1, uri_kept=True, time_kept=True, slowest_s=1.0,
                          window_s=WINDOW_S)  # fmt: skip
            self.store.probes.save(probe, actor="t")

    def teardown(self) -> None:
        try:
            assert self.store.audit.verify() == (True, None)
            assert self.outbox.damaged() == 0
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    @initialize()
    def some_wait(self) -> None:
        for _ in range(3):
            self.accept()

    @precondition(lambda self: self.reference.counts(State.QUEUED) < MOST_QUEUED)
    @rule()
    def accept(self) -> None:
        form = f"form-{next(self.numbers)}"
        new = NewSubmission(PORTAL, form, "Form", "ab" * 32, "u")

        def sealed(sid: str, at_ms: int) -> tuple[str, bytes]:
            key = self.keyring.sealing_on(self.wall_ms // 86_400_000)
            payload = Payload((), f"https://x.example/~s/{sid}", "Form")
            return key.key_id, seal(payload, Context(sid, PORTAL, form, at_ms, "ab" * 32), key)

        accepted = self.outbox.accept(new, sealed)
        self.reference.accepted(accepted.sid, accepted.receipt, self.wall_ms)

    @precondition(lambda self: self.reference.counts(State.QUEUED))
    @rule(outcome=st.sampled_from(sorted(OUTCOMES)), patient=st.booleans())
    def deliver(self, outcome: str, patient: bool) -> None:
        """A worker takes the oldest that is due, and HubSpot does this or that."""
        due = self._due()
        if patient and due is None:
            self.time_passes(LONGEST_WAIT_S)
            due = self._due()
        self.hubspot.next = outcome
        turn = self.delivery.deliver_next()
        assert turn.worked == bool(due)
        if due:
            assert self.hubspot.asked.pop() == due
            self.reference.sent(due, outcome, self.wall_ms)
        assert not self.hubspot.asked

    @precondition(lambda self: self.reference.counts(State.QUEUED))
    @rule(arrives=st.sampled_from(["never", "now", "late"]))
    def claim_and_crash(self, arrives: str) -> None:
        """A worker claims one and dies: before, or after the first byte has left."""
        due = self._due()
        claims = self.outbox.claim("w2", limit=1, lease_s=LEASE_S).items
        assert [one.sid for one in claims] == ([due] if due else [])
        for claimed in claims:
            self.claims.append(claimed)
            self.reference.claimed(due, self.wall_ms + int(LEASE_S * 1000))
            if arrives != "never":
                self.hubspot.store(
                    due, claimed.form_id, claimed.submitted_at_ms, late=arrives == "late"
                )

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def answer_after_all(self, data: Any) -> None:
        """It was not dead: its answer is settled now, if nobody has decided meanwhile."""
        claimed = data.draw(st.sampled_from(self.claims))
        self.claims.remove(claimed)
        row = self.reference.rows[claimed.sid]
        there = self.hubspot.has(claimed.sid)
        event = Event.ACCEPTED_BY_HUBSPOT if there else Event.OUTCOME_UNCLEAR
        ours = row.state is State.SENDING and row.fence == claimed.fence
        try:
            self.outbox.settle(claimed, event)
        except InvalidTransition:
            assert not ours
            return
        assert ours
        self.reference.move(claimed.sid, event, self.wall_ms)

    @rule(seconds=st.sampled_from([1, 20, 61, 200, 1_000, 100_000]))
    def time_passes(self, seconds: int) -> None:
        """For everybody: HubSpot has done by then what it will ever do."""
        self.wall_ms += seconds * 1000
        self.boot_s += seconds
        self.hubspot.time_passes(seconds, WINDOW_S)

    @rule(seconds=st.sampled_from([-3_600, -5, 120, 3_600]))
    def the_clock_is_set(self, seconds: int) -> None:
        self.wall_ms += seconds * 1000

    @precondition(lambda self: self.reference.counts(State.SENDING))
    @rule()
    def leases_expire(self) -> None:
        assert self.outbox.expire_leases() == self.reference.leases_expire(self.wall_ms)

    @precondition(lambda self: self.reference.counts(State.UNKNOWN, State.REVIEW))
    @rule(whole=st.sampled_from([True, True, True, False]))
    def read_back(self, whole: bool) -> None:
        self.hubspot.whole = whole
        self.reference.read_back(self.wall_ms, self.boot_s, whole=whole)
        self.reconcile.sweep()

    @precondition(lambda self: self.reference.counts(State.UNKNOWN))
    @rule()
    def read_back_twice(self) -> None:
        """With the window between: what is not there now will not come."""
        self.read_back(whole=True)
        self.time_passes(WINDOW_S + 1)
        self.read_back(whole=True)

    @rule()
    def hubspot_catches_up(self) -> None:
        self.hubspot.settle()

    @rule()
    def pause(self) -> None:
        """Nothing leaves then; and running again ends every rest."""
        self.store.queue.turn(Switch.PAUSED_OPERATOR, actor="u")
        assert not self.delivery.deliver_next().worked
        assert not self.outbox.claim("w2", limit=1, lease_s=LEASE_S).items
        self.store.queue.turn(Switch.RUNNING, actor="u")

    @precondition(lambda self: self.reference.to_decide())
    @rule(data=st.data())
    def a_person_decides(self, data: Any) -> None:
        """Who looks into HubSpot first, and takes the time to."""
        self.hubspot.settle()
        sid = data.draw(st.sampled_from(self.reference.to_decide()))
        row = self.reference.rows[sid]
        there = self.hubspot.has(sid)
        events = [e for e in decisions_in(row.state)
                  if e is not Event.CORRECTED and (e is Event.CONFIRMED) == there]  # fmt: skip
        assert events, "it is there, and was refused or held"
        event = data.draw(st.sampled_from(events))
        self.outbox.decide(row.receipt, event, REASONS_FOR[event][0], actor="u")
        self.reference.decided(sid, event, self.wall_ms)

    @rule()
    def restart(self) -> None:
        """The program ends and starts again."""
        self.store.close()
        self.reference.forget()
        self.open()

    @rule()
    def shred(self) -> None:
        self.retention.sweep()
        self.reference.shredded(self.wall_ms, HOLD_S)

    @invariant()
    def both_agree(self) -> None:
        Steps.made += 1
        listed = self.outbox.listing(1_000)
        told = {one.code: (one.state, one.shredded_at_ms is not None) for one in listed}
        rows = self.reference.rows.values()
        assert told == {row.receipt: (row.state, row.shredded) for row in rows}
        for sid, row in self.reference.rows.items():
            count = self.hubspot.count(sid)
            assert count <= 1, "sent twice"
            assert not (row.state is State.DELIVERED and not count), "lost"
            assert not (row.state is State.QUEUED and count), "about to be sent twice"
        if Steps.made % AUDITED_EVERY == 0:
            assert self.store.audit.verify() == (True, None)

    def _due(self) -> str | None:
        """The sid that is sent next, None while nothing may be."""
        queue = self.store.queue.state()
        # What is further off than any rest or wait was set while the clock was ahead.
        if self.wall_ms < queue.rest_until_ms <= self.wall_ms + LONGEST_ASKED_MS:
            return None
        # After failures in a row the next one waits for the call that may be under way.
        if self._failures() >= CAREFUL_AFTER and self._under_way():
            return None
        waits = self._not_before()
        farthest = self.wall_ms + FARTHEST_MS
        return self.reference.oldest(lambda sid: not self.wall_ms < waits[sid] <= farthest)

    def _not_before(self) -> dict[str, int]:
        return {sid: int(at_ms) for sid, at_ms in self._read("sid, not_before_ms FROM outbox")}

    def _failures(self) -> int:
        return max((int(n) for (n,) in self._read("failures FROM queue")), default=0)

    def _under_way(self) -> bool:
        """Whether somebody claimed so short a time ago that he may be sending."""
        return any(
            at_ms > self.wall_ms - YOUNG_MS for (at_ms,) in self._read("claimed_ms FROM turns")
        )

    def _read(self, what: str) -> list[Any]:
        def question(connection: Any) -> list[Any]:
            return list(connection.exec_driver_sql(f"SELECT {what}"))

        return self.store.outbox._means.reader.run(question)


def run(scale: Scale) -> Figures:
    """Random lives; the first step at which the two differ is reported with its story."""
    runs, steps = STEPS[scale]
    Steps.made = 0
    chosen = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None,
        phases=PHASES[scale], suppress_health_check=list(HealthCheck),
        print_blob=False,
    )  # fmt: skip
    told, passed = "0 divergences", True
    try:
        run_state_machine_as_test(hypothesis.seed(seed())(Life), settings=chosen)
    except AssertionError as error:
        story = getattr(error, "__notes__", [])
        told, passed = "a divergence:\n" + "\n".join((str(error)[:500], *story)), False
    return Figures(f"{Steps.made:,} steps in {runs} runs", told, "0 divergences", passed)
