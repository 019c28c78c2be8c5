"""What happens later, in the emulator's own time.

Nothing waits in a thread or a timer: whoever looks next carries out what has fallen due.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Due(Generic[Item]):
    """Items by the moment (monotonic seconds) they fall due; ties in the order they came."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Item]] = []
        self._order = itertools.count()

    def put(self, due: float, item: Item) -> None:
        """Keep ``item`` until ``due``."""
        heapq.heappush(self._waiting, (due, next(self._order), item))

    def until(self, now: float) -> Iterator[Item]:
        """Take out what is due by ``now``, the earliest first."""
        while self._waiting and self._waiting[0][0] <= now:
            yield heapq.heappop(self._waiting)[2]

    def all(self) -> Sequence[tuple[float, Item]]:
        """Everything that waits, with its moment, in the order it will be taken out."""
        return [(due, item) for due, _, item in sorted(self._waiting, key=lambda row: row[:2])]
