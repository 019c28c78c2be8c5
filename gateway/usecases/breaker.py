"""After a failure HubSpot is left alone for a moment, so that nobody waits for the same
time-out twice, and a HubSpot in trouble is not hammered."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from gateway.domain.errors import HubSpotError, NotSent, RateLimited, Unauthorized, Unavailable

BREAK_S = 5.0
LIMITED_S = 10.0
"""How long a 429 without a word of HubSpot's is heeded: its window is ten seconds."""
EVERYTHING = ""


class Breaker:
    """Remembers the kind of the last failure, never the failure itself: an exception would
    keep alive what was being sent.

    A refused token, a failed connection, a time-out and a rate limit stop every question; an
    error answer stops only the question it was given to, because HubSpot may answer the others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_until: dict[str, tuple[float, type[HubSpotError]]] = {}

    @contextlib.contextmanager
    def guard(self, question: str) -> Iterator[None]:
        """Asks ``question`` inside the block, or raises what it failed with a moment ago."""
        self._raise_if_open(question)
        try:
            yield
        except (NotSent, Unauthorized, Unavailable, RateLimited) as error:
            everything = not isinstance(error, Unavailable) or error.status is None
            seconds = BREAK_S
            if isinstance(error, RateLimited):
                seconds = LIMITED_S if error.retry_after is None else max(1.0, error.retry_after)
            with self._lock:
                until = time.monotonic() + seconds
                self._open_until[EVERYTHING if everything else question] = (until, type(error))
            raise
        with self._lock:
            self._open_until.pop(question, None)

    def _raise_if_open(self, question: str) -> None:
        with self._lock:
            for key in (EVERYTHING, question):
                until, kind = self._open_until.get(key, (0.0, HubSpotError))
                left = until - time.monotonic()
                if left > 0:
                    raise RateLimited(retry_after=left) if kind is RateLimited else kind()
                self._open_until.pop(key, None)
