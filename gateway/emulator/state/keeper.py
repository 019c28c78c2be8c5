"""Keeps an account in its file: read before the first call, written soon after each change."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from gateway.emulator.portal import Portal
from gateway.emulator.state.account import put_back, taken
from gateway.emulator.state.sealed_file import SealedFile, StateUnusable

_SOON_S = 0.5
"""Seconds after a change until it is written, at least."""
_SHARE = 20
"""Writing takes at most one part in so many of the time, however large the account is."""


class Keeper:
    """Holds the file from construction until :meth:`release`.

    Raises :class:`StateUnusable` when the file cannot be used; the portal is untouched then.
    """

    def __init__(self, path: Path, portal: Portal) -> None:
        self._file = SealedFile(path)
        self._name = path.name
        self._portal = portal
        self._written = -1
        self.hold()
        try:
            self._read()
        except StateUnusable:
            self._file.release()
            raise

    def _read(self) -> None:
        content = self._file.read()
        if content is None:
            return
        try:
            with self._portal.lock:
                put_back(self._portal, content)
        except ValueError as fault:
            raise StateUnusable(f"The state file {self._name} {fault}.") from None

    def hold(self) -> None:
        """Keep others from the file. Raises :class:`StateUnusable` when one of them has it."""
        self._file.take()

    async def run(self) -> None:
        """Write what has changed until cancelled. A failure is tried again: the last word is
        :meth:`save`'s."""
        pause = _SOON_S
        while True:
            await asyncio.sleep(pause)
            if self._portal.revision == self._written:
                continue
            began = time.monotonic()
            with self._portal.lock:
                revision, content = self._portal.revision, taken(self._portal)
            with contextlib.suppress(StateUnusable):
                await asyncio.to_thread(self._file.write, content)
                self._written = revision
            pause = max(_SOON_S, (time.monotonic() - began) * _SHARE)

    def save(self) -> None:
        """Write everything now. Raises :class:`StateUnusable`."""
        with self._portal.lock:
            revision, content = self._portal.revision, taken(self._portal)
        self._file.write(content)
        self._written = revision

    def release(self) -> None:
        """Let others have the file."""
        self._file.release()
