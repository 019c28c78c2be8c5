"""When each call came, and how it ended: enough to check a sender's pace and its repeats."""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence
from typing import NamedTuple

from gateway.emulator.faults import Area

LENGTH = 200_000
"""How many calls are remembered: a storm of 50,000 submissions with every repeat and read."""
_TAG = re.compile(r"/~s/([^/?#]{1,128})")


class Arrival(NamedTuple):
    """One call, without any value."""

    at: float
    """Monotonic seconds when the head of the request had been read."""
    area: Area
    status: int
    """0 when the connection was cut instead of answered."""
    tag: str | None
    """The part of a submission's page address after ``/~s/``."""


class Arrivals:
    """The last calls, in the order they were carried out."""

    def __init__(self) -> None:
        self._rows: collections.deque[Arrival] = collections.deque(maxlen=LENGTH)

    def note(self, arrival: Arrival) -> None:
        """Remember one call."""
        self._rows.append(arrival)

    def rows(self) -> Sequence[Arrival]:
        """The calls remembered."""
        return tuple(self._rows)


def tag_of(page_uri: object) -> str | None:
    """The part of a page address after ``/~s/``; None where there is none."""
    found = _TAG.search(page_uri) if isinstance(page_uri, str) else None
    return found[1] if found else None
