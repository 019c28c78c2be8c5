"""After a failure HubSpot is left alone for a moment, so that nobody waits for the same
time-out twice, and a HubSpot in trouble is not hammered."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from gateway.domain.errors import HubSpotError, NotSent, Unauthorized, Unavailable

BREAK_MS = 5000
EVERYTHING = ""


class Breaker:
    """Remembers the kind of the last failure, never the failure itself: an exception would
    keep alive what was being sent.

    A refused token, a failed connection and a time-out stop every question; an error answer
    stops only the question it was given to, because HubSpot may answer the others.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._failed: dict[str, tuple[int, type[HubSpotError]]] = {}

    @contextlib.contextmanager
    def guard(self, question: str) -> Iterator[None]:
        """Asks ``question`` inside the block, or raises what it failed with a moment ago."""
        self._raise_if_open(question)
        try:
            yield
        except (NotSent, Unauthorized, Unavailable) as error:
            everything = not isinstance(error, Unavailable) or error.status is None
            with self._lock:
                self._failed[EVERYTHING if everything else question] = (self._now_ms(), type(error))
            raise
        with self._lock:
            self._failed.pop(question, None)

    def _raise_if_open(self, question: str) -> None:
        with self._lock:
            for key in (EVERYTHING, question):
                at_ms, kind = self._failed.get(key, (0, HubSpotError))
                if self._now_ms() - at_ms < BREAK_MS:
                    raise kind
                self._failed.pop(key, None)
