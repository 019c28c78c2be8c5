"""Requests on their way: waiting, tried, delivered or given up.

Source: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide (retries)
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.emulator.webhooks.events import Event

GAPS_S = (60, 180, 600, 1800, 3600, 7200, 10_800, 14_400, 18_000, 21_600)
"""Seconds before each further try, stretched by up to a fifth either way: 10 tries in 24 hours."""
KEPT = 1000
"""How many deliveries are remembered once they are over."""


class DeliveryState(enum.StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """After the last try."""
    NOT_SENT = "not_sent"
    """There was no target, or it is on another machine."""


OVER = frozenset({DeliveryState.DELIVERED, DeliveryState.GIVEN_UP, DeliveryState.NOT_SENT})


@dataclasses.dataclass
class Delivery:
    """One request and its tries."""

    id: int
    events: Sequence[Event] = dataclasses.field(repr=False)
    due: float
    """Monotonic seconds of the next try."""
    state: DeliveryState = DeliveryState.WAITING
    attempts: list[Mapping[str, int]] = dataclasses.field(default_factory=list)
    """``{at, status}`` of each try: ms since the epoch, and 0 for no answer."""
    raw: bytes | None = dataclasses.field(default=None, repr=False)
    """A body of a test's own, instead of events."""
    stamp_offset_ms: int = 0
    """How far the request's stamp is from now."""
    forged: bool = False
    """Signed with another secret than the app's."""

    def body(self) -> bytes:
        """What is posted at this try."""
        if self.raw is not None:
            return self.raw
        numbered = [event | {"attemptNumber": len(self.attempts)} for event in self.events]
        return json.dumps(numbered, ensure_ascii=False, separators=(",", ":")).encode(
            errors="replace"
        )

    def listing(self) -> Mapping[str, Any]:
        """What the admin route shows: no value."""
        types = collections.Counter(str(e.get("subscriptionType")) for e in self.events)
        return {
            "id": self.id,
            "state": self.state,
            "events": dict(types),
            "attempts": list(self.attempts),
        }


class Deliveries:
    """Every delivery, oldest first."""

    def __init__(self) -> None:
        self._rows: dict[int, Delivery] = {}
        self._ids = itertools.count(1)

    def add(self, events: Sequence[Event], due: float, **keys: Any) -> Delivery:
        """Keep a new delivery until ``due``."""
        delivery = Delivery(next(self._ids), events, due, **keys)
        self._rows[delivery.id] = delivery
        self._forget()
        return delivery

    def put_back(self, delivery: Delivery) -> None:
        """Keep a delivery as it was; one that was being sent is tried once more."""
        delivery.state, delivery.id = DeliveryState.WAITING, next(self._ids)
        self._rows[delivery.id] = delivery

    def under_way(self) -> Sequence[Delivery]:
        """Those that are not over."""
        return [row for row in self._rows.values() if row.state not in OVER]

    def find(self, delivery_id: int) -> Delivery | None:
        """The delivery of this number, or None."""
        return self._rows.get(delivery_id)

    def all(self) -> Sequence[Delivery]:
        """Every delivery remembered."""
        return tuple(self._rows.values())

    def waiting(self) -> Iterable[Delivery]:
        """Those that wait for a try."""
        return (row for row in self._rows.values() if row.state is DeliveryState.WAITING)

    def _forget(self) -> None:
        while len(self._rows) > KEPT:
            oldest = next(iter(self._rows.values()))
            if oldest.state not in OVER:
                return
            del self._rows[oldest.id]
