"""The key folder on disk: one file, read and written whole.

The folder is 0700 and the file 0600; wider permissions are refused, not repaired, because
nobody can tell who has read them (where there are such permissions at all: not on Windows).
The file is written beside its place, flushed to disk and renamed, under a lock on the folder:
it is there whole or not at all, and two processes that start at once get the same ring.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from gateway.domain.errors import KeyringBroken

FILE_NAME = "keyring.json"
_NEW_FILE_NAME = "keyring.json.new"
_LOCK_NAME = "keyring.lock"
_LOCK_PATIENCE_S = 30.0
_LARGEST_FILE = 1 << 20
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
        with FileLock(folder / _LOCK_NAME, timeout=_LOCK_PATIENCE_S, mode=0o600):
            yield
    except OSError as error:
        # Only the system's own words: no path beyond the folder's name.
        raise KeyringBroken(f"the folder {folder.name}: {os.strerror(error.errno or 0)}") from None


def _refuse_wide(found: os.stat_result, what: str) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if _HAS_MODES and mode & _OTHERS:
        raise KeyringBroken(f"{what} is open to other users (mode {mode:04o})")


def read(folder: Path) -> dict[str, Any] | None:
    """The file's JSON object, or None when there is no file. Call it under :func:`locked`."""
    try:
        descriptor = os.open(folder / FILE_NAME, os.O_RDONLY | _NO_LINKS)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_wide(os.fstat(descriptor), f"the file {FILE_NAME}")
        raw = file.read(_LARGEST_FILE)
    ring: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        ring = json.loads(raw)
    # Raised outside the handler: a parser's error carries the text it parsed.
    if not isinstance(ring, dict):
        raise KeyringBroken(f"{FILE_NAME} is damaged")
    return ring


def write(folder: Path, ring: Mapping[str, Any]) -> None:
    """Puts ``ring`` in the file's place, durably, in one step. Call it under :func:`locked`."""
    new = folder / _NEW_FILE_NAME
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS
    with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
        file.write(json.dumps(ring, indent=1).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE_NAME)
    _flush_name(folder)


def _flush_name(folder: Path) -> None:
    """A rename survives a power cut only once its folder is flushed; Windows has no such call."""
    if not _HAS_MODES:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
