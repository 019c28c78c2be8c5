"""HubSpot's rate limits: a sliding window per token, and the block of a stubborn address.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines and
https://developers.hubspot.com/changelog/additional-rate-limit-protection-being-added-to-form-submissions-api
"""

from __future__ import annotations

import collections

REFUSALS_TO_BLOCK = 10
"""This many 429s…"""
REFUSAL_SPAN = 1.0
"""…within so many seconds block the address."""


class SlidingWindow:
    """Counts what happened in the last ``span`` seconds."""

    def __init__(self) -> None:
        self._times: collections.deque[float] = collections.deque()

    def count(self, now: float, span: float) -> int:
        """How many moments lie in the window that ends ``now``."""
        while self._times and self._times[0] <= now - span:
            self._times.popleft()
        return len(self._times)

    def add(self, now: float) -> None:
        """Note one more moment."""
        self._times.append(now)

    def clear(self) -> None:
        """Forget all moments."""
        self._times.clear()


class Limits:
    """The windows of every token and purpose, and the one address that can call: loopback.

    All times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._windows: dict[str, SlidingWindow] = collections.defaultdict(SlidingWindow)
        self._refusals = SlidingWindow()
        self._blocked_until = 0.0
        self.calls_today = 0
        """Calls let through since the last :meth:`new_day`; set it to come near the limit."""
        self.submissions_today = 0
        """The secure submissions among them."""

    def take(self, window: str, now: float, limit: int, span: float) -> bool:
        """Use one place of ``window``; False when it is full. A limit of 0 is no limit."""
        places = self._windows[window]
        if limit and places.count(now, span) >= limit:
            return False
        places.add(now)
        return True

    def remaining(self, window: str, now: float, limit: int, span: float) -> int:
        """How many places of ``window`` are left."""
        return max(0, limit - self._windows[window].count(now, span))

    def refused(self, now: float, block_time: float) -> None:
        """Note a 429; the tenth within a second blocks the caller for ``block_time`` s."""
        self._refusals.add(now)
        if self._refusals.count(now, REFUSAL_SPAN) >= REFUSALS_TO_BLOCK:
            self._blocked_until = now + block_time
            self._refusals.clear()

    def blocked(self, now: float) -> bool:
        """Whether the caller is blocked now."""
        return now < self._blocked_until

    def lift(self) -> None:
        """Empty every window and lift the block; the day's counts stay."""
        self._windows.clear()
        self._refusals.clear()
        self._blocked_until = 0.0

    def new_day(self) -> None:
        """Midnight of the account's time zone: the day's counts start again."""
        self.calls_today = self.submissions_today = 0
