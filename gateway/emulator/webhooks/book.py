"""The account's webhooks: the target, the subscriptions, and the events on their way."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.changes import Change
from gateway.emulator.due import Due
from gateway.emulator.webhooks.deliveries import Deliveries, Delivery, DeliveryState
from gateway.emulator.webhooks.events import Event, events_of
from gateway.emulator.webhooks.subscriptions import Subscription, Target

if TYPE_CHECKING:
    from gateway.emulator.portal import Portal


class Webhooks:
    """One app's webhooks. Hold the portal's lock."""

    def __init__(self) -> None:
        self.target: Target | None = None
        self.subscriptions: dict[int, Subscription] = {}
        self.deliveries = Deliveries()
        self._events: Due[Event] = Due()
        self.next_id = 686_627
        """Of the next subscription."""
        self._random = random.Random(0)  # noqa: S311 - it must repeat itself

    @property
    def listening(self) -> bool:
        """Whether anybody hears anything."""
        active = any(row.active for row in self.subscriptions.values())
        return self.target is not None and active

    def subscribe(self, keys: Mapping[str, Any], at_ms: int) -> Subscription:
        """File a new subscription; ``keys`` are the fields of one."""
        row = Subscription(id=self.next_id, created_ms=at_ms, **keys)
        self.next_id += 1
        self.subscriptions[row.id] = row
        return row

    def collect(self, portal: Portal, now: float) -> None:
        """Turn what happened to records since the last time into events. What happened
        before somebody subscribed is not told, so this comes before every change here."""
        portal.records.settle(now)
        changes, switches = portal.records.changes.take(), portal.switches
        if not self.listening:
            return
        for change in changes:
            told = events_of(
                change,
                tuple(self.subscriptions.values()),
                portal_id=portal.id,
                sensitivity=_class_of(portal, change),
                telling=switches.webhook_is_sensitive,
            )
            for event in told:
                self._events.put(now + switches.webhook_delay, event)

    def batch(self, portal: Portal, now: float) -> None:
        """Make deliveries of the events that are due."""
        switches = portal.switches
        ready = list(self._events.until(now))
        if switches.webhook_disorder:
            self._random.shuffle(ready)
        size = max(1, switches.webhook_batch)
        for start in range(0, len(ready), size):
            self.deliveries.add(ready[start : start + size], now)
            if self._random.random() < switches.webhook_duplicates:
                self.deliveries.add(ready[start : start + size], now)

    def ready(self, now: float, in_flight: int) -> Sequence[Delivery]:
        """The deliveries to try now: as many as the target takes at once."""
        due = [row for row in self.deliveries.waiting() if row.due <= now]
        room = self.target.max_concurrent - in_flight if self.target else len(due)
        chosen = due[: max(0, room)]
        for row in chosen:
            row.state = DeliveryState.SENDING
        return chosen

    def next_due(self) -> float | None:
        """The moment of the next try; None when nothing waits."""
        return min((row.due for row in self.deliveries.waiting()), default=None)


def _class_of(portal: Portal, change: Change) -> Sensitivity | None:
    """The class of what changed; None where it has one that is not known. What the account
    keeps by itself, without a definition, is ordinary."""
    name = change.property_name
    if name is None or portal.property(change.object_type_id, name) is None:
        return Sensitivity.NON_SENSITIVE
    return portal.sensitivity(change.object_type_id, name)
