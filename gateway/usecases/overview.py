"""All deliveries at a glance, and the books that must balance."""

from __future__ import annotations

import datetime
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from gateway.domain.errors import INTAKE_CAUSES
from gateway.domain.findings import Finding, finding
from gateway.domain.overview import Balance, BalanceRow, Interval, Overview
from gateway.domain.queue import POSITIONS
from gateway.domain.submissions import NEEDS_A_PERSON, STATE_WORDS, State
from gateway.store.audit import Audit
from gateway.store.outbox import Outbox
from gateway.store.queue import Queue
from gateway.usecases.intake import Intake

INTERVAL_S = 60
INTERVALS = 60
MOST_TIMED = 5_000
"""Deliveries whose latency is looked at: the newest of the hour."""
MOST_COUNTED = 40_000
AGE_S = 1.0
"""How old what is shown may be: many people look at once."""
DECIDE_WITHIN_MS = 7 * 86_400_000
"""What needs a person and waits longer than a week alarms once more."""
_ON_ITS_WAY = (State.QUEUED, State.SENDING, State.UNKNOWN)


class Watch:
    """Draws up the overview and the balance."""

    def __init__(
        self,
        outbox: Outbox,
        audit: Audit,
        queue: Queue,
        intake: Intake,
        *,
        owner: str,
        alarm_age_s: int,
        rate_limit: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._outbox = outbox
        self._audit = audit
        self._queue = queue
        self._intake = intake
        self._owner = owner
        self._alarm_age_ms = alarm_age_s * 1000
        self._rate_limit = rate_limit
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._drawn: tuple[float, Overview] | None = None

    def overview(self) -> Overview:
        """Every delivery at a glance, at most a second old. Raises
        :class:`OutboxUnreadable`."""
        with self._lock:
            if self._drawn is None or time.monotonic() - self._drawn[0] >= AGE_S:
                self._drawn = (time.monotonic(), self._draw())
            return self._drawn[1]

    def forget(self) -> None:
        """What was drawn is no longer so: somebody has just changed it."""
        with self._lock:
            self._drawn = None
        self._intake.forget()

    def alarms(self) -> tuple[Finding, ...]:
        """What needs a person now."""
        return self._alarms(self._now_ms(), self._outbox.counts(), self._outbox.oldest())

    def balance(self) -> Balance:
        """The books: for each form and day where everything accepted is. Raises
        :class:`OutboxUnreadable`."""
        told, accepted = self._outbox.books()
        rows = tuple(
            _row(one.form_id, one.form_name, _day(one.day), one.accepted, one.counts)
            for one in told
        )
        sums = {s: sum(one.counts[s] for one in told) for s in State}
        return Balance(
            rows=rows,
            total=_row("", "", "", accepted, sums),
            audit_intact=self._audit.verify()[0],
            copies=self._outbox.copies(),
        )

    def _draw(self) -> Overview:
        now = self._now_ms()
        counts, oldest = self._outbox.counts(), self._outbox.oldest()
        return Overview(
            at_ms=now,
            counts=counts,
            oldest_ms=oldest,
            queue=self._queue.state(self._rate_limit),
            intervals=self._intervals(now),
            interval_s=INTERVAL_S,
            alarms=self._alarms(now, counts, oldest),
            owner=self._owner,
        )

    def _intervals(self, now: int) -> tuple[Interval, ...]:
        width = INTERVAL_S * 1000
        start = (now // width - INTERVALS + 1) * width
        accepted = [0] * INTERVALS
        delivered = [0] * INTERVALS
        took: list[list[float]] = [[] for _ in range(INTERVALS)]
        for at_ms in self._outbox.accepted_since(start, MOST_COUNTED):
            accepted[min(INTERVALS - 1, (at_ms - start) // width)] += 1
        for number, (began, ended) in enumerate(self._outbox.delivered_since(start, MOST_COUNTED)):
            place = min(INTERVALS - 1, (ended - start) // width)
            delivered[place] += 1
            if number < MOST_TIMED:
                took[place].append(max(0, ended - began) / 1000)
        return tuple(
            Interval(start + n * width, accepted[n], delivered[n], *_percentiles(took[n]))
            for n in range(INTERVALS)
        )

    def _alarms(
        self, now: int, counts: Mapping[State, int], oldest: Mapping[State, int]
    ) -> tuple[Finding, ...]:
        closed = self._intake.proven_closed()
        alarms = [] if closed is None else [finding("intake_closed", why=INTAKE_CAUSES[closed])]
        alarms += [
            finding("attention", count=counts[state], state=STATE_WORDS[state][0])
            for state in sorted(NEEDS_A_PERSON)
            if counts[state]
        ]
        waiting = [at for state, at in oldest.items() if state not in NEEDS_A_PERSON]
        if waiting and now - min(waiting) > self._alarm_age_ms:
            alarms.append(finding("waiting_long", age=_age(now - min(waiting))))
        undecided = [at for state, at in oldest.items() if state in NEEDS_A_PERSON]
        if undecided and now - min(undecided) > DECIDE_WITHIN_MS:
            alarms.append(finding("undecided", age=_age(now - min(undecided))))
        position = POSITIONS[self._queue.state().switch]
        if not position.sends:
            alarms.append(finding("queue_paused", why=position.words))
        if copies := self._outbox.copies():
            alarms.append(finding("copies", count=len(copies)))
        return tuple(alarms)


def _percentiles(took: Sequence[float]) -> tuple[float | None, float | None]:
    if not took:
        return None, None
    ordered = sorted(took)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _row(
    form_id: str, name: str, day: str, accepted: int, counts: Mapping[State, int]
) -> BalanceRow:
    return BalanceRow(
        form_id=form_id,
        form_name=name,
        day=day,
        accepted=accepted,
        delivered=counts[State.DELIVERED],
        queued=sum(counts[state] for state in _ON_ITS_WAY),
        held=counts[State.HELD],
        rejected=counts[State.REJECTED],
        review=counts[State.REVIEW],
        withdrawn=counts[State.DISCARDED],
    )


def _day(number: int) -> str:
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()


def _age(milliseconds: int) -> str:
    """A length of time in the largest unit that is at least one: "3 hours"."""
    seconds = max(0, milliseconds // 1000)
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"
