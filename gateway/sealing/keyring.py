"""The ring of keys, alive: one object for many threads, one folder for many processes.

Every day has a key of its own (an epoch). Once a day's answers are delivered, its key is
destroyed, and with it every copy of them, wherever ciphertext was written: in journals,
backups, and blocks a disk has put aside.

Back the folder up: without it nothing that is stored opens. A backup also brings back the
keys that were destroyed after it was made: keep backups no longer than answers may live.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.domain.errors import KeyringBroken
from gateway.sealing.keyfile import (
    FILE_NAME,
    LOCK_PATIENCE_S,
    has_note,
    locked,
    read,
    read_note,
    stamp,
    write,
    write_note,
)
from gateway.sealing.keys import Kept, OpeningKeys, SealingKey
from gateway.sealing.ring import PLACES, Ring, new_ring, parse, with_key, without_key
from gateway.sealing.suites import DEFAULT_SUITE
from gateway.sealing.vault import Vault

_DAY_S = 86_400
_MISS_LASTS_S = 1.0
# No JSON and no token begins with a zero byte: no fingerprint is ever the ring's id.
_RING_ID = b"\0sealed-intake ring id"
_RING_ID_DIGITS = 32


@dataclasses.dataclass(frozen=True)
class Epoch:
    """One key of the ring, by name."""

    key_id: str
    day: int | None
    """Days since 1970-01-01 (UTC); None for a key older than days, which counts as past."""
    newest: bool
    """Whether it seals now, and so cannot be destroyed."""


class Keyring(Kept):
    """What one key folder holds, for one ``mark`` (demo, emulated or live).

    It may be used from any thread. It remembers the file and reads it again only where a
    method says so. Whatever touches the file raises :class:`KeyringBroken` when it cannot be
    read or written; what is remembered then stays as it was.
    """

    __slots__ = ("_changing", "_folder", "_missed", "_proven", "_ring", "opening")

    def __init__(self, folder: Path, ring: Ring) -> None:
        self._folder = folder.absolute()
        self._changing = threading.Lock()
        self._missed: dict[str, float] = {}
        self._proven: tuple[int, int, int] | None = None
        self._ring = ring
        self.opening = OpeningKeys(ring.keys, self._look_again)

    @property
    def mark(self) -> str:
        """What the ring was made for, a key of ``PLACES``."""
        return self._ring.mark

    @property
    def sealing(self) -> SealingKey:
        """The newest key, whatever the day."""
        return self._ring.newest.sealing

    def sealing_on(self, day: int) -> SealingKey:
        """The key that seals on ``day`` (days since 1970-01-01, UTC), in every process the same.

        When the newest key is of an earlier day, or of none, a key for ``day`` is made of the
        same suite and durably written before it is given, unless the file has one already. When
        the clock went back the newest key goes on. Touches no file while the newest key will do.
        """
        if not self._ring.reaches(day):
            with self._alone():
                if not self._ring.reaches(day):
                    stored = self._read()
                    if not self._ring.reaches(day):
                        self._write(with_key(stored, self._ring.newest.suite.id, day))
        return self.sealing

    def refresh(self) -> None:
        """Reads the file again: learns the keys other processes made, and forgets those they
        destroyed. Call it more often than a key may outlive its destruction."""
        with self._alone():
            self._read()

    def prove(self) -> None:
        """Makes sure that the file still holds this ring: what is sealed to one that is only in
        memory opens nowhere after a restart. Reads the file only when it has changed."""
        found = stamp(self._folder)
        if found != self._proven:
            self.refresh()
            self._proven = found

    @property
    def served_an_outbox(self) -> bool:
        """Whether an outbox was ever begun with this folder."""
        return has_note(self._folder)

    def begin_outbox(self) -> None:
        """Keeps in mind, durably, that one was: should it be gone one day, it was lost."""
        if not self.served_an_outbox:
            with self._alone():
                write_note(self._folder)

    @property
    def outbox_reached(self) -> tuple[int, str] | None:
        """The number and hash of the audit row that the outbox had come to when somebody last
        noted it. Raises :class:`KeyringBroken` when the note cannot be read."""
        return read_note(self._folder)

    def note_outbox(self, reached: tuple[int, str]) -> None:
        """Keeps in mind, durably, how far the outbox has come, so that an older one in its place
        is known for what it is."""
        if read_note(self._folder) != reached:
            with self._alone():
                self._read()
                write_note(self._folder, reached)

    def destroy(self, key_id: str, at_ms: int) -> bool:
        """Destroys a key for ever, noting ``at_ms`` (milliseconds since 1970, UTC); what was
        sealed to it opens nowhere again. False when the ring does not have it any more.

        The private key leaves the file durably, and the old file's bytes are overwritten before
        the new one takes its place. That is the best a program can do, no promise: a disk may
        keep old blocks, a backup or a snapshot the old file, and this process's memory a copy
        until it is used for something else. Other processes forget the key at their next
        :meth:`refresh`; until then one whose clock is behind may still seal to it, so destroy
        only keys of days that are over everywhere.

        Raises :class:`ValueError` for the newest key: it still seals.
        """
        with self._alone():
            stored = self._read()
            if key_id == self._ring.newest.key_id:
                raise ValueError("the newest key still seals and cannot be destroyed")
            if key_id not in self._ring.days:
                return False
            self._write(without_key(stored, key_id, at_ms))
        return True

    def epochs(self) -> tuple[Epoch, ...]:
        """Every key that is remembered, oldest first."""
        ring = self._ring
        return tuple(
            Epoch(key.key_id, ring.days[key.key_id], key is ring.newest) for key in ring.keys
        )

    def is_destroyed(self, key_id: str) -> bool:
        """Whether the key is known to have been destroyed, rather than lost or not yet read."""
        return key_id in self._ring.destroyed

    @property
    def ring_id(self) -> str:
        """32 hex digits that name this ring for ever, the same wherever its folder is used, and
        that tell nothing about its keys."""
        return self.fingerprint(_RING_ID)[:_RING_ID_DIGITS]

    def fingerprint(self, canonical: bytes) -> str:
        """HMAC-SHA-256 (hex) of ``canonical`` under the ring's own random key.

        For telling whether an idempotency key came back with the same answers, and for
        nothing else: a plain digest of answers could be found by trying, this one only by
        who holds the ring.
        """
        return hmac.new(self._ring.fingerprint_key, canonical, hashlib.sha256).hexdigest()

    def vault(self, purpose: str) -> Vault:
        """Where secrets of the program's own are sealed, under a key that lives as long as the
        ring and serves ``purpose`` only."""
        return Vault(self._ring.fingerprint_key, purpose)

    def __repr__(self) -> str:
        return f"<Keyring {self.mark}: {len(self.opening)} keys>"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread of one process at a time. Both waits are bounded: a folder that hangs must
        not make each of many threads wait for all before it."""
        if not self._changing.acquire(timeout=LOCK_PATIENCE_S):
            raise KeyringBroken(f"the folder {self._folder.name} does not answer")
        try:
            with locked(self._folder):
                yield
        finally:
            self._changing.release()

    def _read(self) -> dict[str, Any]:
        stored = read(self._folder)
        if stored is None:
            raise KeyringBroken(f"{FILE_NAME} is missing")
        ring = parse(stored, self.mark)
        if not hmac.compare_digest(ring.fingerprint_key, self._ring.fingerprint_key):
            raise KeyringBroken(f"{FILE_NAME} is another ring than the one in use")
        self._remember(ring)
        return stored

    def _write(self, stored: dict[str, Any]) -> None:
        write(self._folder, stored)
        self._remember(parse(stored, self.mark))

    def _remember(self, ring: Ring) -> None:
        self._ring = ring
        self.opening.replace(ring.keys)

    def _look_again(self, key_id: str) -> None:
        """Reads the file once more for a key that another process may have made; one that
        stays unknown is not looked for again within the second."""
        if self._was_missed(key_id):
            return
        with self._alone():
            if key_id in self._ring.days or self._was_missed(key_id):
                return
            self._read()
            if key_id not in self._ring.days:
                fresh = {
                    missed: at for missed, at in self._missed.items() if self._was_missed(missed)
                }
                self._missed = {**fresh, key_id: time.monotonic()}

    def _was_missed(self, key_id: str) -> bool:
        at = self._missed.get(key_id)
        return at is not None and time.monotonic() - at < _MISS_LASTS_S


def open_keyring(folder: Path, mark: str, today: int | None = None) -> Keyring:
    """The ring in ``folder``, made now if there is none, with a first key of ``today`` (days
    since 1970-01-01, UTC; by default the system's). ``mark`` is a key of ``PLACES``.

    Raises :class:`KeyringBroken` when the ring was made for another mark, is open to other
    users, damaged, or cannot be read or written; the cause never holds its content.
    """
    if mark not in PLACES:
        raise ValueError("mark is one of " + ", ".join(PLACES))
    with locked(folder):
        stored = read(folder)
        if stored is None:
            stored = new_ring(mark, _today() if today is None else today)
            write(folder, stored)
        return Keyring(folder, parse(stored, mark))


def rotate_keyring(
    folder: Path, mark: str, suite_id: int = DEFAULT_SUITE, today: int | None = None
) -> Keyring:
    """Adds a key of ``suite_id`` and of ``today`` that seals from now on, even when an older
    one is of a later day; older ones keep opening. The days to come keep its suite.

    A running process seals with the key it knows until it reads the file again. Raises
    :class:`KeyringBroken` as :func:`open_keyring` does, and when there is no ring yet.
    """
    with locked(folder):
        stored = read(folder)
        if stored is None:
            raise KeyringBroken(f"{FILE_NAME} is missing")
        parse(stored, mark)
        stored = with_key(stored, suite_id, _today() if today is None else today)
        write(folder, stored)
        return Keyring(folder, parse(stored, mark))


def _today() -> int:
    return int(time.time() // _DAY_S)
