"""What the outbox should do, in as few lines as possible, and the HubSpot it does it to."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

from gateway.domain.decisions import decisions_in
from gateway.domain.hubspot_errors import (
    Ambiguous,
    HubSpotError,
    NotSent,
    RateLimited,
    Rejected,
    Unavailable,
)
from gateway.domain.submissions import FINAL, TRANSITIONS, Event, Payload, State
from gateway.hubspot.rates import Rates
from gateway.hubspot.replies import Accepted, SeenSubmission, SubmissionPage
from gateway.store.outbox import LONGEST_LEASE_MS
from gateway.usecases.deliver import LEASE_S

OUTCOMES: Mapping[str, tuple[str | None, HubSpotError | None, Event]] = {
    "taken": ("now", None, Event.ACCEPTED_BY_HUBSPOT),
    "taken, unanswered": ("now", Ambiguous(), Event.OUTCOME_UNCLEAR),
    "taken late, unanswered": ("late", Ambiguous(), Event.OUTCOME_UNCLEAR),
    "dropped": (None, Ambiguous(), Event.OUTCOME_UNCLEAR),
    "refused": (None, Rejected(errors={}), Event.REFUSED_BY_HUBSPOT),
    "not reached": (None, NotSent(), Event.PROVEN_UNSENT),
    "slower, please": (None, RateLimited(retry_after=3.0), Event.PROVEN_UNSENT),
}
"""What a call can come to: when HubSpot stores it, what we see, and what must follow."""
MOST_RESENDS = 3
DAY_MS = 86_400_000


class FakeHubSpot:
    """Stores what comes, now or late, and shows it at once, or after it has settled."""

    def __init__(self) -> None:
        self.client = SimpleNamespace(rates=Rates())
        self.next = "taken"
        self.whole = True
        self.asked: list[str] = []
        self._stored: collections.Counter[str] = collections.Counter()
        self._sent: dict[str, tuple[str, int]] = {}
        self._late: list[str] = []
        self._unsettled_s = 0.0

    def submit(
        self, _portal: int, form_id: str, payload: Payload, *, submitted_at_ms: int
    ) -> Accepted:
        """As :meth:`gateway.hubspot.api.HubSpot.submit`."""
        sid = payload.page_uri.partition("/~s/")[2]
        self.asked.append(sid)
        when, error, _ = OUTCOMES[self.next]
        if when is not None:
            self.store(sid, form_id, submitted_at_ms, late=when == "late")
        if error is not None:
            raise type(error)(**_told(error))
        return Accepted()

    def store(self, sid: str, form_id: str, at_ms: int, *, late: bool) -> None:
        """It arrives; a late one is neither stored nor shown before it has settled."""
        self._sent[sid] = (form_id, at_ms)
        if late:
            self._late.append(sid)
        else:
            self._stored[sid] += 1

    def settle(self) -> None:
        """Everything that is under way has arrived and shows."""
        self._stored.update(self._late)
        self._late.clear()
        self._unsettled_s = 0.0

    def time_passes(self, seconds: float, window_s: float) -> None:
        """What is under way arrives within the window: on that the whole promise rests."""
        self._unsettled_s += seconds
        if self._unsettled_s >= window_s:
            self.settle()

    def has(self, sid: str) -> bool:
        """Whether it shows."""
        return self._stored[sid] > 0

    def count(self, sid: str) -> int:
        """How often it is stored, or will be."""
        return self._stored[sid] + self._late.count(sid)

    def check_destination(self, _portal: int, _form: str) -> None:
        """Every one is allowed."""

    def submission_pages(self, form_id: str) -> Iterator[SubmissionPage]:
        """What shows of a form, on one page; it cannot be read to its end unless ``whole``."""
        entries = (
            SeenSubmission(at_ms, f"https://x.example/~s/{sid}", f"c-{sid}")
            for sid, (form, at_ms) in self._sent.items()
            if form == form_id and self.has(sid)
        )
        yield SubmissionPage(tuple(entries), None)
        if not self.whole:
            raise Unavailable


def _told(error: HubSpotError) -> dict[str, object]:
    """What an error of the table was made with."""
    if isinstance(error, Rejected):
        return {"errors": {}}
    return {"retry_after": error.retry_after} if isinstance(error, RateLimited) else {}


class OpenGate:
    """In the place of gate and account: everything may be sent, always."""

    def __init__(self, portal_id: int) -> None:
        self._facts = SimpleNamespace(clock_wrong=False, portal_id=portal_id)

    def facts(self) -> SimpleNamespace:
        """The account."""
        return self._facts

    def time_zone(self) -> str:
        """The account's."""
        return "UTC"

    def still_passes(self, _form: str, _payload: Payload, _accepted_at_ms: int) -> bool:
        """Yes."""
        return True


@dataclasses.dataclass
class Row:
    """What the reference knows of one submission."""

    receipt: str
    accepted_ms: int
    number: int
    changed_ms: int
    state: State = State.QUEUED
    fence: int = 0
    lease_ms: int = 0
    resends: int = 0
    shredded: bool = False
    lease_ended: bool = False
    """Whether its lease ran out: whoever held it may send for as long as another one."""


class Reference:
    """The outbox as it should be."""

    def __init__(self, hubspot: FakeHubSpot, window_s: int) -> None:
        self.rows: dict[str, Row] = {}
        self._hubspot = hubspot
        self._window_s = window_s
        self._seen: dict[str, tuple[int, float]] = {}

    def accepted(self, sid: str, receipt: str, now: int) -> None:
        self.rows[sid] = Row(receipt, now, len(self.rows), now)

    def counts(self, *states: State) -> int:
        return sum(row.state in states for row in self.rows.values())

    def oldest(self, due: Callable[[str], bool]) -> str | None:
        queued = [sid for sid, row in self.rows.items() if row.state is State.QUEUED and due(sid)]
        return min(
            queued,
            key=lambda sid: (self.rows[sid].accepted_ms, self.rows[sid].number),
            default=None,
        )

    def move(self, sid: str, event: Event, now: int) -> None:
        row = self.rows[sid]
        row.state, row.changed_ms = TRANSITIONS[row.state, event], now
        row.lease_ended = event is Event.LEASE_EXPIRED

    def claimed(self, sid: str, lease_ms: int) -> None:
        row = self.rows[sid]
        row.state, row.fence, row.lease_ms = State.SENDING, row.fence + 1, lease_ms

    def sent(self, sid: str, outcome: str, now: int) -> None:
        self.claimed(sid, 0)
        self.move(sid, OUTCOMES[outcome][2], now)

    def leases_expire(self, now: int) -> int:
        over = [
            sid
            for sid, row in self.rows.items()
            # One further off was given while the clock was ahead.
            if row.state is State.SENDING and not 0 <= row.lease_ms - now <= LONGEST_LEASE_MS
        ]
        for sid in over:
            self.move(sid, Event.LEASE_EXPIRED, now)
        return len(over)

    def read_back(self, now: int, boot_s: float, *, whole: bool) -> None:
        sought = [s for s, row in self.rows.items() if _is_sought(row)]
        self._seen = {s: seen for s, seen in self._seen.items() if s in sought}
        for sid in sought:
            row = self.rows[sid]
            ripe = self._is_ripe(sid, row, now, boot_s)
            if self._hubspot.has(sid):
                self.move(sid, Event.FOUND_IN_HUBSPOT, now)
            elif row.state is State.UNKNOWN and ripe:
                self._absent(sid, row, now, whole=whole)

    def _absent(self, sid: str, row: Row, now: int, *, whole: bool) -> None:
        hopeless = row.resends >= MOST_RESENDS if whole else now - row.changed_ms >= DAY_MS
        if hopeless or now - row.accepted_ms > 25 * DAY_MS:
            self.move(sid, Event.GIVEN_TO_A_PERSON, now)
        elif whole:
            self.move(sid, Event.ABSENCE_PROVEN, now)
            row.resends += 1

    def _is_ripe(self, sid: str, row: Row, now: int, boot_s: float) -> bool:
        since, first_s = self._seen.setdefault(sid, (row.changed_ms, boot_s))
        if since != row.changed_ms:
            self._seen[sid] = (row.changed_ms, boot_s)
            return False
        old = not 0 <= now - row.changed_ms < self._window_s * 1000
        waits_s = self._window_s + (LEASE_S if row.lease_ended else 0)
        return old and boot_s - first_s >= waits_s

    def forget(self) -> None:
        """A new process has seen nothing yet."""
        self._seen.clear()

    def to_decide(self) -> list[str]:
        return sorted(sid for sid, row in self.rows.items() if decisions_in(row.state))

    def decided(self, sid: str, event: Event, now: int) -> None:
        self.move(sid, event, now)
        self.rows[sid].resends = 0

    def shredded(self, now: int, hold_s: int) -> None:
        for row in self.rows.values():
            over = row.state in FINAL and row.changed_ms <= now - hold_s * 1000
            row.shredded = row.shredded or over


def _is_sought(row: Row) -> bool:
    returned = row.state is State.QUEUED and row.resends > 0
    return row.state in (State.UNKNOWN, State.REVIEW) or returned
