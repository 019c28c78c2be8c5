"""Whether anything may be accepted now: closed before a commit could fail, not after."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from gateway.domain.errors import AccountRefused, IntakeClosed, KeyringBroken, OutboxUnreadable
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.queue import POSITIONS
from gateway.domain.submissions import FINAL, State
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import Outbox
from gateway.store.queue import Queue
from gateway.usecases.portal import Portal

ROOM_MIB = 16
"""Below this much free space nothing more is accepted: settling what is under way needs some."""
LOOK_AGAIN_S = 1.0
_MIB = 2**20


class Intake:
    """The intake's switch: open, or closed for a cause of ``INTAKE_CAUSES``. It looks at most
    once a second."""

    def __init__(
        self,
        outbox: Outbox,
        queue: Queue,
        portal: Portal,
        keyring: Keyring,
        *,
        folder: Path | None,
        backlog: int,
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._portal = portal
        self._keyring = keyring
        self._folder = folder
        self._backlog = backlog
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._cause: str | None = None

    def check(self) -> None:
        """Raises :class:`IntakeClosed` while nothing may be accepted."""
        cause = self.closed()
        if cause is not None:
            raise IntakeClosed(cause)

    def closed(self) -> str | None:
        """Why nothing is accepted, as a key of ``INTAKE_CAUSES``; None while it is open."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked >= LOOK_AGAIN_S:
                self._cause = self._look()
                self._looked = now
            return self._cause

    def forget(self) -> None:
        """Looks anew next time, because somebody has just changed what it looks at."""
        with self._lock:
            self._looked = float("-inf")

    def proven_closed(self) -> str | None:
        """The same, but None only after a write has proven that something could be kept: reading
        alone would not notice a disk that takes no more, or a file that was moved away."""
        try:
            self._outbox.prove_writable()
        except IntakeClosed as refused:
            return refused.cause
        return self.closed()

    def _look(self) -> str | None:
        try:
            if self._folder is not None and shutil.disk_usage(self._folder).free < ROOM_MIB * _MIB:
                return "disk"
            if not POSITIONS[self._queue.state().switch].accepts:
                return "drain"
            counts = self._outbox.counts()
            self._keyring.prove()
        except KeyringBroken:
            return "key"
        except (OSError, OutboxUnreadable):
            return "store"
        if sum(count for state, count in counts.items() if _waits(state)) >= self._backlog:
            return "backlog"
        return "clock" if self._clock_wrong() else None

    def _clock_wrong(self) -> bool:
        try:
            return self._portal.last_known().clock_wrong
        except (HubSpotError, AccountRefused):
            return False


def _waits(state: State) -> bool:
    return state not in FINAL
