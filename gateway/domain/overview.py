"""What people see of all deliveries together: counts, ages, speed, alarms, and the balance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import msgspec

from gateway.domain.findings import Finding
from gateway.domain.queue import QueueState
from gateway.domain.submissions import State, Status


@dataclasses.dataclass(frozen=True)
class OutboxListing:
    """Submissions, newest first, and how many there are in each state."""

    items: tuple[Status, ...]
    counts: Mapping[State, int]


@dataclasses.dataclass(frozen=True)
class Interval:
    """What happened in one stretch of time. Latencies are seconds from receipt to delivery,
    None when nothing was delivered."""

    start_ms: int
    accepted: int
    delivered: int
    latency_p50_s: float | None
    latency_p95_s: float | None


@dataclasses.dataclass(frozen=True)
class Overview:
    """Every delivery at a glance."""

    at_ms: int
    counts: Mapping[State, int]
    oldest_ms: Mapping[State, int]
    """When the oldest submission of each state that is not final was accepted."""
    queue: QueueState
    intervals: tuple[Interval, ...]
    """The last hour, oldest first."""
    interval_s: int
    alarms: tuple[Finding, ...]
    """What needs a person now; empty when all is well."""
    owner: str
    """Who is to be told: GATEWAY_OWNER."""


@dataclasses.dataclass(frozen=True)
class BalanceRow:
    """One form and day (UTC, as YYYY-MM-DD), or all of them. ``queued`` counts what is on its
    way: QUEUED, SENDING and UNKNOWN. ``withdrawn`` are those a person discarded or corrected.
    What the audit tells of and the outbox has no more belongs to no form: ``form_id`` is ""."""

    form_id: str
    form_name: str
    day: str
    accepted: int
    delivered: int
    queued: int
    held: int
    rejected: int
    review: int
    withdrawn: int

    @property
    def balanced(self) -> bool:
        """accepted = delivered + queued + held + rejected + review + withdrawn."""
        return self.accepted == (
            self.delivered + self.queued + self.held + self.rejected + self.review + self.withdrawn
        )


@dataclasses.dataclass(frozen=True)
class Balance:
    """The books. ``accepted`` is counted from the audit, all else from the outbox, so that a
    submission that vanished shows."""

    rows: tuple[BalanceRow, ...]
    total: BalanceRow
    audit_intact: bool
    """Whether the audit's chain agrees with the outbox."""
    copies: tuple[tuple[str, int], ...]
    """(receipt, how often HubSpot has it) where that is more than once."""

    @property
    def balanced(self) -> bool:
        """Whether every row balances, and the audit agrees."""
        return self.audit_intact and self.total.balanced and all(r.balanced for r in self.rows)


class Probe(msgspec.Struct, frozen=True):
    """What was measured of how an account shows submissions that were just sent."""

    portal_id: int
    form_id: str
    measured_ms: int
    """When, ms since the epoch."""
    sent: int
    seen: int
    uri_kept: bool
    """Every page address came back as it was sent."""
    time_kept: bool
    """Every ``submittedAt`` came back to the millisecond."""
    slowest_s: float
    """The longest time until a submission showed, in seconds."""
    window_s: int
    """The window (GATEWAY_UNKNOWN_WINDOW) this was judged for."""

    @property
    def proves_absence(self) -> bool:
        """Whether what does not show within the window was certainly not stored: everything
        sent was seen, by its tag or its time, ten times faster than the window."""
        found = self.sent > 0 and self.seen == self.sent and (self.uri_kept or self.time_kept)
        return found and self.slowest_s * 10 <= self.window_s
