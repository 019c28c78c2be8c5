"""After a failure HubSpot is left alone for a moment, so that nobody waits for the same
time-out twice, and a HubSpot in trouble is not hammered. While it refuses our token, one
process in five minutes asks whether it still does; all others know it from the shared switch.
Where the app is not installed there is no token, so nobody is asked anyway.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from gateway.domain.errors import GatewayError
from gateway.domain.hubspot_errors import (
    HubSpotError,
    NotInstalled,
    NotSent,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from gateway.domain.queue import POSITIONS, Switch
from gateway.store.queue import Effect, Queue

BREAK_S = 5.0
LIMITED_S = 10.0
"""How long a 429 without a word of HubSpot's is heeded: its window is ten seconds."""
SWITCH_AGE_S = 1.0
"""How old the knowledge of the shared switch may be."""
EVERYTHING = ""


class Breaker:
    """Remembers the kind of the last failure, never the failure itself: an exception would
    keep alive what was being sent.

    A refused token, a failed connection, a time-out and a rate limit stop every question; an
    error answer stops only the question it was given to, because HubSpot may answer the others.
    """

    def __init__(self, queue: Queue, token: Callable[[], str]) -> None:
        """``token`` gives the digest of the token, or of the installation it belongs to."""
        self._queue = queue
        self._token = token
        self._lock = threading.Lock()
        self._open_until: dict[str, tuple[float, type[HubSpotError]]] = {}
        self._refused_read = 0.0
        self._refused = False

    @contextlib.contextmanager
    def guard(self, question: str) -> Iterator[None]:
        """Asks ``question`` inside the block, or raises what it failed with a moment ago."""
        self._raise_if_open(question)
        probing = self._probes()
        try:
            yield
        except NotInstalled:
            self._note_not_installed()
            raise
        except Unauthorized:
            self._turn_off()
            raise
        except (NotSent, Unavailable, RateLimited) as error:
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
        if probing:
            # A full disk must not keep the good answer from whoever asked.
            with contextlib.suppress(GatewayError):
                self._queue.over(Switch.PAUSED_AUTH)
            self._refused = False

    def _probes(self) -> bool:
        """Whether this question is the one that may ask if the token is still refused. Raises
        :class:`Unauthorized` for every other while it is."""
        if not self._is_refused():
            return False
        elected = False
        with contextlib.suppress(GatewayError):
            elected = self._queue.elect(Switch.PAUSED_AUTH)
        if not elected:
            raise Unauthorized
        return True

    def _is_refused(self) -> bool:
        now = time.monotonic()
        if now - self._refused_read >= SWITCH_AGE_S:
            self._refused_read = now
            with contextlib.suppress(GatewayError):
                state = self._queue.state()
                # While the queue is drained it rests instead of being paused.
                refused = (state.switch is Switch.PAUSED_AUTH, state.rest_cause == "unauthorized")
                self._refused = any(refused)
        return self._refused

    def _turn_off(self) -> None:
        pause_s = POSITIONS[Switch.PAUSED_AUTH].again_s
        effect = Effect(pause=Switch.PAUSED_AUTH, pause_s=pause_s, token=self._token())
        with contextlib.suppress(GatewayError):
            self._queue.apply(effect)
        self._refused, self._refused_read = True, time.monotonic()

    def _note_not_installed(self) -> None:
        switch = Switch.PAUSED_INSTALL
        pause_s = POSITIONS[switch].again_s
        effect = Effect(pause=switch, pause_s=pause_s, token=self._token())
        with contextlib.suppress(GatewayError):
            if self._queue.state().switch is not switch:
                self._queue.apply(effect)

    def _raise_if_open(self, question: str) -> None:
        with self._lock:
            for key in (EVERYTHING, question):
                until, kind = self._open_until.get(key, (0.0, HubSpotError))
                left = until - time.monotonic()
                if left > 0:
                    raise RateLimited(retry_after=left) if kind is RateLimited else kind()
                self._open_until.pop(key, None)
