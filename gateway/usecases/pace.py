"""How fast we may send, and when we must rest. One per process, until the limit is shared."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable

WINDOW_S = 10.0
"""HubSpot counts submissions in a rolling window of ten seconds.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""


class Pace:
    """A true sliding window over the last ten seconds, and a rest after a refusal."""

    def __init__(self, per_window: int, clock_s: Callable[[], float]) -> None:
        self._per_window = per_window
        self._clock_s = clock_s
        self._sent: collections.deque[float] = collections.deque()
        self._rest_until = 0.0
        self._rest_cause: str | None = None
        self._stopped = threading.Event()

    def wait_for_turn(self) -> None:
        """Waits until one more submission fits into the window and takes its place; returns
        early once :meth:`stop` was called, which :meth:`resting` then tells."""
        while self._per_window and not self._stopped.is_set():
            now = self._clock_s()
            while self._sent and now - self._sent[0] >= WINDOW_S:
                self._sent.popleft()
            if len(self._sent) < self._per_window:
                self._sent.append(now)
                return
            self._stopped.wait(self._sent[0] + WINDOW_S - now + 0.001)

    def go_on(self) -> None:
        """Takes :meth:`stop` back."""
        self._stopped.clear()

    def stop(self) -> None:
        """Nothing more is sent; whoever waits for a turn is let go."""
        self._stopped.set()

    def rest(self, seconds: float, cause: str | None) -> None:
        """Nothing is sent for so long; a longer rest wins."""
        until = self._clock_s() + seconds
        if until >= self._rest_until:
            self._rest_until, self._rest_cause = until, cause

    def resting(self) -> str | None:
        """Why nothing is sent now, as a key of ``CAUSES``; None when sending may go on."""
        return "worker_stopped" if self._stopped.is_set() else self.rest_cause()

    def rest_cause(self) -> str | None:
        """Why the queue rests, whether or not anybody is delivering; None when it does not."""
        return self._rest_cause if self.seconds_left() > 0 else None

    def seconds_left(self) -> float:
        """How long the rest still lasts."""
        return max(0.0, self._rest_until - self._clock_s())
