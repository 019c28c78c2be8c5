"""What a worker does beside delivering, most of it one worker for all: leases that ran out,
unclear submissions, held ones, a refused token, a wrong clock, and what is to be shredded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from gateway.domain.errors import AccountRefused
from gateway.domain.hubspot_errors import (
    HubSpotError,
    NotInstalled,
    NotSent,
    RateLimited,
    Unavailable,
)
from gateway.domain.queue import Switch
from gateway.domain.submissions import State
from gateway.store.duties import Duties, Duty
from gateway.store.inbox import Inbox
from gateway.store.outbox import Outbox
from gateway.store.queue import Queue
from gateway.usecases.approvals import Approvals
from gateway.usecases.continuity import Continuity
from gateway.usecases.deliver import Delivery
from gateway.usecases.portal import Portal, PortalFacts
from gateway.usecases.reconcile import Reconcile
from gateway.usecases.retention import Retention

CHORES_S = 2.0
UNKNOWN_LOOK_S = (2.0, 60.0)
"""How often unclear submissions are looked up: at first, and at last."""
LOOKS_PER_WINDOW = 4
OLD_LOOK_S = 900.0
"""What waits for a person, or went back, is looked up this often: it may still turn up."""
HELD_LOOK_S = 30.0
RETENTION_S = 60.0
CONTINUITY_S = 10.0
COPIES_S = 86_400.0
COPIES_BACK_MS = 2 * 86_400_000
DRIFT_S = 60.0
DUTY_LEASE_S = 300.0
INBOX_S = 30 * 86_400
"""How long what HubSpot reported is kept: it sends an event again for a day at most."""
INBOX_BATCH = 200
REFUSALS = frozenset({"unauthorized", "not_installed", "rate_limited", "ip_block"})
"""Rests in which not even reading is allowed, as keys of ``CAUSES``."""
WITHOUT_TOKEN = frozenset({Switch.PAUSED_AUTH, Switch.PAUSED_INSTALL})
"""Positions of the switch in which there is no token to read with."""


class Housekeeping:
    """The chores, each when its time has come."""

    def __init__(
        self,
        owner: str,
        outbox: Outbox,
        queue: Queue,
        duties: Duties,
        delivery: Delivery,
        reconcile: Reconcile,
        retention: Retention,
        continuity: Continuity,
        approvals: Approvals,
        inbox: Inbox,
        portal: Portal,
        *,
        unknown_window_s: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._owner = owner
        self._outbox = outbox
        self._queue = queue
        self._duties = duties
        self._delivery = delivery
        self._reconcile = reconcile
        self._retention = retention
        self._continuity = continuity
        self._approvals = approvals
        self._inbox = inbox
        self._portal = portal
        self._longest_look_s = min(UNKNOWN_LOOK_S[1], unknown_window_s / LOOKS_PER_WINDOW)
        self._now_ms = now_ms
        self._next: dict[str, float] = {}
        self._look_gap_s = UNKNOWN_LOOK_S[0]
        self._unclear = 0

    def run(self) -> bool:
        """Does what is due, and tells whether something may be sent now that could not before.
        Raises what the store or HubSpot raised; the rest is done the next time."""
        woke = self._outbox.expire_leases() > 0 if self._due("leases", CHORES_S) else False
        woke = self._end_pauses() or woke
        if self._due("continuity", CONTINUITY_S):
            self._continuity.prove()
        if self._due("retention", RETENTION_S):
            self._elected(Duty.RETENTION, RETENTION_S / 2, self._clear_out)
        if not self._may_read():
            return woke
        if self._due("copies", RETENTION_S):
            since = self._now_ms() - COPIES_BACK_MS
            self._elected(Duty.COPIES, COPIES_S, lambda: self._reconcile.copies(since))
        if self._due("unclear", min(CHORES_S, self._longest_look_s)):
            woke = self._unclear_ones() or woke
        if self._due("drift", DRIFT_S):
            self._elected(Duty.DRIFT, DRIFT_S / 2, self._approvals.note_drift)
        return woke

    def look_up(self) -> Mapping[str, int | bool]:
        """One look for every unclear submission, now; what it found, by name."""
        found = self._reconcile.sweep()
        return {
            "looked": found.looked,
            "present": found.present,
            "absent": found.absent,
            "review": found.review,
            "complete": found.complete,
        }

    def _end_pauses(self) -> bool:
        """Asks whether a pause that a call can end is over: one worker, when its time has
        come."""
        switch = self._queue.state().switch
        if switch is Switch.PAUSED_AUTH and self._due("token", CHORES_S):
            # The first question after its time ends the pause: see the breaker.
            return self._facts_now() is not None
        if switch is Switch.PAUSED_INSTALL and self._due("install", CHORES_S):
            return self._end_install_pause()
        if switch is not Switch.PAUSED_CLOCK or not self._due("clock", CHORES_S):
            return False
        facts = self._facts_now() if self._queue.elect(switch) else None
        if facts is None or facts.clock_wrong:
            return False
        self._queue.over(switch)
        return True

    def _end_install_pause(self) -> bool:
        """Ends it once there is a token, whatever HubSpot says of that one. Nobody is asked as
        long as there is none, so that looking costs nothing."""
        try:
            self._portal.facts(max_age_ms=0)
        except (NotInstalled, NotSent, Unavailable, RateLimited):
            return False
        except (HubSpotError, AccountRefused):
            self._queue.over(Switch.PAUSED_INSTALL)
            return False
        self._queue.over(Switch.PAUSED_INSTALL)
        return True

    def _may_read(self) -> bool:
        """Whether HubSpot may be asked for submissions: it has not refused our token, blocked
        our address, or asked us to slow down."""
        state = self._queue.state()
        return state.switch not in WITHOUT_TOKEN and state.rest_cause not in REFUSALS

    def _facts_now(self) -> PortalFacts | None:
        try:
            return self._portal.facts(max_age_ms=0)
        except (HubSpotError, AccountRefused):
            return None

    def _unclear_ones(self) -> bool:
        counts = self._outbox.counts()
        now = time.monotonic()
        if counts[State.UNKNOWN] > self._unclear:
            self._look_gap_s = min(UNKNOWN_LOOK_S[0], self._longest_look_s)
            self._next["look"] = now
        self._unclear = counts[State.UNKNOWN]
        woke = False
        waiting = counts[State.REVIEW] or counts[State.QUEUED]
        if self._unclear and now >= self._next.get("look", 0.0):
            woke = self._elected(Duty.RECONCILE, 0.0, self._look)
            self._next["look"] = now + self._look_gap_s
        elif waiting and self._due("old look", OLD_LOOK_S):
            self._elected(Duty.RECONCILE, 0.0, self._reconcile.sweep)
        if counts[State.HELD] and self._due("held", HELD_LOOK_S):
            woke = self._delivery.release_held() > 0 or woke
        return woke

    def _look(self) -> bool:
        found = self._reconcile.sweep(deep=False)
        if found.refused:
            # Asked through the breaker, which tells everybody when it is the token.
            self._facts_now()
        first = min(UNKNOWN_LOOK_S[0], self._longest_look_s)
        some = bool(found.present or found.absent)
        self._look_gap_s = first if some else min(self._look_gap_s * 2, self._longest_look_s)
        return found.absent > 0

    def _clear_out(self) -> int:
        """Forgets old notices and shreds what is over; how many envelopes were destroyed."""
        while self._inbox.forget(older_than_s=INBOX_S, most=INBOX_BATCH) == INBOX_BATCH:
            pass
        return self._retention.sweep()

    def _elected(self, duty: Duty, every_s: float, work: Callable[[], object]) -> bool:
        """Does ``work`` if this worker is the one to do it now; its result as a truth."""
        if not self._duties.take(duty, self._owner, lease_s=DUTY_LEASE_S, every_s=every_s):
            return False
        try:
            return bool(work())
        finally:
            self._duties.done(duty, self._owner)

    def _due(self, name: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + every_s
        return True
