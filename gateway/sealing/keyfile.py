"""The key folder on disk: one file, read and written whole.

The folder is 0700 and the file 0600; wider permissions are refused, not repaired, because
nobody can tell who has read them. The file is written beside its place, flushed to disk and
renamed, under a lock on the folder: it is there whole or not at all, and two processes that
start at once get the same ring.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.domain.errors import KeyringBroken

FILE_NAME = "keyring.json"
_NEW_FILE_NAME = "keyring.json.new"
_LARGEST_FILE = 1 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[int]:
    """A descriptor of the folder, held by this caller alone; the folder and its missing
    parents are made, 0700. Raises :class:`KeyringBroken`, also for a failure inside."""
    directory = -1
    try:
        for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
            missing.mkdir(mode=0o700, exist_ok=True)
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        _refuse_wide(directory, f"the folder {folder.name}")
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield directory
    except OSError as error:
        # Only the system's own words: no path beyond the folder's name.
        raise KeyringBroken(f"the folder {folder.name}: {os.strerror(error.errno or 0)}") from None
    finally:
        if directory >= 0:
            os.close(directory)


def _refuse_wide(descriptor: int, what: str) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if mode & _OTHERS:
        raise KeyringBroken(f"{what} is open to other users (mode {mode:04o})")


def read(directory: int) -> dict[str, Any] | None:
    """The file's JSON object, or None when there is no file. ``directory`` is a descriptor
    from :func:`locked`."""
    try:
        descriptor = os.open(FILE_NAME, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=directory)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_wide(descriptor, f"the file {FILE_NAME}")
        raw = file.read(_LARGEST_FILE)
    ring: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        ring = json.loads(raw)
    # Raised outside the handler: a parser's error carries the text it parsed.
    if not isinstance(ring, dict):
        raise KeyringBroken(f"{FILE_NAME} is damaged")
    return ring


def write(directory: int, ring: Mapping[str, Any]) -> None:
    """Puts ``ring`` in the file's place, durably, in one step."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(_NEW_FILE_NAME, flags, 0o600, dir_fd=directory)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(json.dumps(ring, indent=1).encode("ascii"))
        file.flush()
        os.fsync(descriptor)
    os.replace(_NEW_FILE_NAME, FILE_NAME, src_dir_fd=directory, dst_dir_fd=directory)
    os.fsync(directory)
