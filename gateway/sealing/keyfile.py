"""The key folder on disk: one file, read and written whole.

The folder is 0700 and the file 0600; wider permissions are refused, not repaired, because
nobody can tell who has read them (where there are such permissions at all: not on Windows).
All of it happens under a lock on the folder, so two processes that start at once get the same
ring.

A change is three steps, each flushed to disk before the next begins:

1. the new content is written whole beside the old one (``keyring.json.new``);
2. the old file is overwritten with zeros where it stands, because a rename alone would leave
   its keys in blocks nobody could destroy later;
3. the new file is renamed into its place.

Cut off during 1, the old file is still whole and the rest of the new one is nobody's. From the
first zero on the new file is the ring: whoever reads next finishes steps 2 and 3.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gateway.domain.errors import KeyringBroken

FILE_NAME = "keyring.json"
OUTBOX_NOTE = "outbox.begun"
"""Beside the ring: answers were, or may be, sealed to it in an outbox somewhere; and how far that
one had come."""
LOCK_PATIENCE_S = 30.0
_NEW_FILE_NAME = "keyring.json.new"
_NEW_NOTE = "outbox.begun.new"
_REACHED = re.compile(rb"row ([0-9]{1,18}), ([0-9a-f]{64})")
_LOCK_NAME = "keyring.lock"
_LARGEST_FILE = 1 << 22
_ZERO = b"\0"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_HAS_MODES = os.name == "posix"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder for this caller alone; it and its missing parents are made, 0700.
    Raises :class:`KeyringBroken`, also for a failure inside."""
    try:
        for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
            missing.mkdir(mode=0o700, exist_ok=True)
        _refuse_wide(folder.stat(), f"the folder {folder.name}")
        with FileLock(folder / _LOCK_NAME, timeout=LOCK_PATIENCE_S, mode=0o600):
            yield
    except Timeout:
        raise KeyringBroken(f"another process holds the folder {folder.name}") from None
    except OSError as error:
        # Only the system's own words: no path beyond the folder's name.
        raise KeyringBroken(f"the folder {folder.name}: {os.strerror(error.errno or 0)}") from None


def _refuse_wide(found: os.stat_result, what: str) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if _HAS_MODES and mode & _OTHERS:
        raise KeyringBroken(f"{what} is open to other users (mode {mode:04o})")


def read(folder: Path) -> dict[str, Any] | None:
    """The file's JSON object, or None when there is no file. A change that was cut off is
    finished first. Call it under :func:`locked`."""
    raw = _content(folder / FILE_NAME)
    if raw is None:
        return None
    ring = _json_object(raw)
    if ring is None and _ZERO in raw:
        ring = _json_object(_content(folder / _NEW_FILE_NAME) or b"")
        if ring is not None:
            _replace(folder)
    if ring is None:
        raise KeyringBroken(f"{FILE_NAME} is damaged")
    return ring


def stamp(folder: Path) -> tuple[int, int, int]:
    """What changes whenever the file does, without reading or locking it. Raises
    :class:`KeyringBroken` when it is not there."""
    try:
        found = (folder / FILE_NAME).stat()
    except FileNotFoundError:
        raise KeyringBroken(f"{FILE_NAME} is missing") from None
    except OSError as error:
        raise KeyringBroken(f"the folder {folder.name}: {os.strerror(error.errno or 0)}") from None
    return found.st_ino, found.st_size, found.st_ctime_ns


def has_note(folder: Path) -> bool:
    """Whether the folder notes that an outbox was begun with its keys."""
    return (folder / OUTBOX_NOTE).exists()


def read_note(folder: Path) -> tuple[int, str] | None:
    """The number and hash of the audit row that the outbox had come to; None where the note has
    none, or there is no note. It is put in place whole, so no lock is needed. Raises
    :class:`KeyringBroken` when it cannot be read."""
    try:
        found = _REACHED.search(_content(folder / OUTBOX_NOTE) or b"")
    except OSError as error:
        raise KeyringBroken(f"the folder {folder.name}: {os.strerror(error.errno or 0)}") from None
    return (int(found[1]), found[2].decode()) if found else None


def write_note(folder: Path, reached: tuple[int, str] | None = None) -> None:
    """Notes that, durably, and how far its audit had come. Call it under :func:`locked`."""
    told = "An outbox was begun with these keys.\n"
    if reached is not None:
        told += f"Its audit had come to row {reached[0]}, {reached[1]}.\n"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINKS
    with os.fdopen(os.open(folder / _NEW_NOTE, flags, 0o600), "wb") as file:
        _flushed(file, told.encode("ascii"))
    (folder / _NEW_NOTE).replace(folder / OUTBOX_NOTE)
    _flush_name(folder)


def _content(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINKS)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_wide(os.fstat(descriptor), f"the file {path.name}")
        return file.read(_LARGEST_FILE)


def _json_object(raw: bytes) -> dict[str, Any] | None:
    """The object ``raw`` is the JSON of; None for anything else. A parser's error carries the
    text it parsed, so none leaves here."""
    ring: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        ring = json.loads(raw)
    return ring if isinstance(ring, dict) else None


def write(folder: Path, ring: Mapping[str, Any]) -> None:
    """Puts ``ring`` in the file's place, durably: whatever cuts it off, :func:`read` gives the
    old ring or the new one. The old file's bytes are overwritten. Call it under :func:`locked`.
    """
    body = json.dumps(ring, indent=1).encode("ascii")
    if len(body) > _LARGEST_FILE:
        raise KeyringBroken(f"{FILE_NAME} would be too large to be read again")
    new = folder / _NEW_FILE_NAME
    _overwrite(new)
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS
    with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
        _flushed(file, body)
    _flush_name(folder)
    _replace(folder)


def _replace(folder: Path) -> None:
    _overwrite(folder / FILE_NAME)
    (folder / _NEW_FILE_NAME).replace(folder / FILE_NAME)
    _flush_name(folder)


def _overwrite(path: Path) -> None:
    """Zeros over the bytes of ``path``, where they stand, if it is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | _NO_LINKS)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb") as file:
        _flushed(file, _ZERO * os.fstat(descriptor).st_size)


def _flushed(file: Any, content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _flush_name(folder: Path) -> None:
    """A name survives a power cut only once its folder is flushed; Windows has no such call."""
    if not _HAS_MODES:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
