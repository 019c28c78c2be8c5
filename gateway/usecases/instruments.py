"""What is counted and timed, for Prometheus. Labels are closed lists: no form, no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from gateway.domain.errors import GatewayError
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.kinds import Guarded
from gateway.domain.queue import Switch
from gateway.domain.records import Change
from gateway.domain.reveals import Purpose
from gateway.domain.submissions import Event, State
from gateway.domain.webhooks import Refusal
from gateway.store.outbox import Outbox
from gateway.store.queue import Queue
from gateway.usecases.outcomes import DAILY, POLICIES

PREFIX = "sealed_intake_"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)

_POLICIES = frozenset({*(name for name in POLICIES if name is not None), DAILY})


class Instruments:
    """The counters of one process; what the outbox knows is read when it is asked for."""

    def __init__(self, outbox: Outbox, queue: Queue, now_ms: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._accepted = self._counter("accepted", "Submissions accepted by this process.")
        self._delivered = self._counter("delivered", "Submissions delivered by this process.")
        self._attempts = self._counter("attempts", "Calls to the secure submit.")
        self._limited = self._counter("rate_limited", "429 answers, by policy.", "policy")
        self._settled = self._counter("settled", "Claims ended, by how.", "event")
        self._guarded = self._counter(
            "guard_hits", "What the content guard recognised.", "kind", "tier", "outcome"
        )
        self._reveals = self._counter(
            "reveals", "Sensitive values asked for, shown or refused by the hour's limit.",
            "purpose", "outcome",
        )  # fmt: skip
        self._changes = self._counter("record_changes", "Records changed, by how.", "change")
        self._limiter_wait = self._counter(
            "limiter_wait_seconds", "Seconds spent waiting for the window to move on."
        )
        self._notices = self._counter(
            "webhook_events", "Events HubSpot reported, new or known already.", "outcome"
        )
        self._turned_away = self._counter(
            "webhooks_refused", "Requests to the webhook's address not taken, by why.", "reason"
        )
        self._call_s = self._histogram("submit_call_seconds", "Duration of a secure submit call.")
        self._claim_s = self._histogram("claim_seconds", "From acceptance to the claim.")
        self._delivery_s = self._histogram("delivery_seconds", "From acceptance to delivery.")
        self._registry.register(_Standing(outbox, queue, now_ms))

    def accepted(self) -> None:
        """A submission is durable."""
        self._accepted.inc()

    def guarded(self, one: Guarded) -> None:
        """The content guard recognised something, in so many fields."""
        labels = (one.kind.value, str(one.tier.value), one.outcome.value)
        self._guarded.labels(*labels).inc(len(one.fields))

    def revealed(self, purpose: Purpose, *, shown: bool) -> None:
        """A person asked for a sensitive value; False when it was one too many."""
        self._reveals.labels(purpose.value, "shown" if shown else "refused").inc()

    def changed(self, change: Change, count: int) -> None:
        """So many records were changed in HubSpot."""
        self._changes.labels(change.value).inc(count)

    def claimed(self, waited_ms: int) -> None:
        """A submission was claimed, so long after its acceptance."""
        self._claim_s.observe(max(0, waited_ms) / 1000)

    def sent(self, failure: GatewayError | None, seconds: float) -> None:
        """A call ended."""
        self._attempts.inc()
        self._call_s.observe(seconds)
        if isinstance(failure, RateLimited):
            policy = failure.policy if failure.policy in _POLICIES else "OTHER"
            self._limited.labels(policy).inc()

    def settled(self, event: Event) -> None:
        """A claim ended by ``event``."""
        self._settled.labels(event.value).inc()

    def delivered(self, took_ms: int) -> None:
        """A submission arrived, so long after its acceptance."""
        self._delivered.inc()
        self._delivery_s.observe(max(0, took_ms) / 1000)

    def waited_for_the_window(self, seconds: float) -> None:
        """Nothing could be sent because the window was full."""
        self._limiter_wait.inc(seconds)

    def webhook_received(self, stored: int, repeated: int) -> None:
        """A request of HubSpot's was kept: so many events were new, so many known."""
        self._notices.labels("stored").inc(stored)
        self._notices.labels("repeated").inc(repeated)

    def webhook_refused(self, refusal: Refusal) -> None:
        """A request to the webhook's address was not taken."""
        self._turned_away.labels(refusal.value).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format, version 0.0.4."""
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(PREFIX + name, text, buckets=SECONDS, registry=self._registry)


class _Standing:
    """What the shared outbox holds, read at each scrape."""

    def __init__(self, outbox: Outbox, queue: Queue, now_ms: Callable[[], int]) -> None:
        self._outbox = outbox
        self._queue = queue
        self._now_ms = now_ms

    def collect(self) -> Iterable[Metric]:
        """The gauges; none when the outbox cannot be read, which ``up`` tells."""
        up = GaugeMetricFamily(PREFIX + "outbox_readable", "Whether the outbox can be read.")
        try:
            counts, oldest = self._outbox.counts(), self._outbox.oldest()
            switch = self._queue.state().switch
        except GatewayError:
            up.add_metric((), 0)
            return [up]
        up.add_metric((), 1)
        now = self._now_ms()
        states = GaugeMetricFamily(
            PREFIX + "submissions", "Submissions in each state.", labels=("state",)
        )
        ages = GaugeMetricFamily(
            PREFIX + "oldest_seconds", "Age of the oldest in each state.", labels=("state",)
        )
        positions = GaugeMetricFamily(
            PREFIX + "queue_switch", "1 for where the queue's switch stands.", labels=("switch",)
        )
        for state in State:
            states.add_metric((state.value,), counts[state])
            if state in oldest:
                ages.add_metric((state.value,), max(0, now - oldest[state]) / 1000)
        for position in Switch:
            positions.add_metric((position.value,), position is switch)
        return [up, states, ages, positions]
