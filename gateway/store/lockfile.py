"""``forms.lock.json``: what people approved, one entry per form, readable and sealed.

The file is meant for version control: sorted keys, a value per line, no answer. It counts only
with its seals, so whoever edits it by hand closes the form until it is approved again. Taking
an earlier version back from version control is no edit: that was approved, too.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from gateway.domain.errors import ApprovedAnew, LockNotWritten, NothingToWithdraw
from gateway.domain.locks import LOCK_VERSION, FormLock, LockEntry, LockFault, LockFile

LARGEST_FILE = 1 << 26
"""Bytes: some hundred forms of a thousand fields each. A larger file is not read."""
PATIENCE_S = 30.0
_SEALED = b"form lock "
"""Before an entry's bytes when they are signed, so that no other digest of the ring's is one."""

Sign = Callable[[bytes], str]
_Stamp = tuple[int, int, int]
_Read = LockFile | LockFault | None
"""The file; why it does not count; None when there is none."""


class LockStore:
    """Reads and writes the lock file at ``path``. ``sign`` is the key ring's keyed digest.

    Any number of processes may use one file. It is read again whenever it was written.
    """

    def __init__(self, path: Path, sign: Sign) -> None:
        self.path = path.absolute()
        self._sign = sign
        self._lock = threading.Lock()
        self._known: tuple[_Stamp | None, _Read] | None = None
        self._forms: dict[tuple[int, str], FormLock | LockFault] = {}

    def of(self, form_id: str, portal_id: int | None) -> FormLock | LockFault | None:
        """What was approved of a form of the account ``portal_id`` (None while nobody knows
        which it is); why that does not count; None when nobody has approved it."""
        with self._lock:
            file = self._current()
            if not isinstance(file, LockFile):
                return file
            if portal_id is not None and file.portal != portal_id:
                return LockFault.PORTAL
            entry = file.forms.get(form_id)
            if entry is None:
                return None
            key = (file.portal, form_id)
            if key not in self._forms:
                self._forms[key] = self._opened(file.portal, form_id, entry)
            return self._forms[key]

    def fault(self, portal_id: int | None) -> LockFault | None:
        """Why the whole file does not count; None when it does, or when there is none."""
        with self._lock:
            file = self._current()
        if isinstance(file, LockFile):
            other = portal_id is not None and file.portal != portal_id
            return LockFault.PORTAL if other else None
        return file

    def form_ids(self, portal_id: int | None = None) -> frozenset[str]:
        """The forms of the account ``portal_id`` (None while nobody knows which it is) that have
        an entry, whether it counts or not."""
        with self._lock:
            file = self._current()
        if not isinstance(file, LockFile) or portal_id not in (None, file.portal):
            return frozenset()
        return frozenset(file.forms)

    def entries(self, portal_id: int | None = None) -> Mapping[str, LockEntry]:
        """Every entry by its form's id, whether it counts or not. Raises :class:`LockNotWritten`
        when the whole file does not count."""
        with self._lock:
            file = _counting(self._current(), portal_id)
        return {form_id: _entry(form_id, entry) for form_id, entry in file.forms.items()}

    def save(
        self, portal_id: int, form_id: str, lock: FormLock, before: Callable[[], None]
    ) -> FormLock:
        """Seals ``lock`` and puts it in the place of the form's entry; other entries stay as
        they are. ``before()`` is called when all is on the disk and only the name is missing:
        what it raises keeps the old file.

        Raises :class:`LockNotWritten` when the file that is there does not count, or when the
        disk refuses.
        """
        with self._changing():
            file = _counting(self._read(), portal_id)
            entry: dict[str, object] = msgspec.to_builtins(lock)
            entry["seal"] = self._seal(portal_id, form_id, entry)
            forms = {**file.forms, form_id: entry}
            whole = LockFile(version=LOCK_VERSION, portal=portal_id, forms=forms)
            self._replace(_written(whole), before)
            return msgspec.convert(entry, FormLock)

    def remove(self, portal_id: int | None, shown: LockEntry, before: Callable[[], None]) -> None:
        """Takes a form's entry out, if it is still the one that was ``shown``; other entries stay
        as they are. ``before()`` is called as by :meth:`save`.

        Raises :class:`NothingToWithdraw` when it is out already, :class:`ApprovedAnew` when there
        is another in its place, and :class:`LockNotWritten` as :meth:`save` does.
        """
        with self._changing():
            file = _counting(self._read(), portal_id)
            found = file.forms.get(shown.form_id)
            if found is None:
                raise NothingToWithdraw(shown.name)
            if _entry(shown.form_id, found).digest != shown.digest:
                raise ApprovedAnew
            forms = {one: entry for one, entry in file.forms.items() if one != shown.form_id}
            self._replace(_written(msgspec.structs.replace(file, forms=forms)), before)

    def _current(self) -> _Read:
        """The file as it is now, from memory while it was not written."""
        stamp = self._stamp()
        if self._known is None or self._known[0] != stamp or stamp is None:
            self._forms.clear()
            self._known = (stamp, self._read())
        return self._known[1]

    def _stamp(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> _Read:
        try:
            # Not blocking: in the file's place there may be a pipe that nobody writes to.
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return None
        except OSError:
            return LockFault.UNREADABLE
        try:
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
                    return LockFault.UNREADABLE
                raw = file.read(LARGEST_FILE + 1)
            # An editor may have put a byte order mark in front; it means nothing (RFC 8259, 8.1).
            read = msgspec.json.decode(raw.removeprefix(codecs.BOM_UTF8), type=LockFile)
        except (OSError, ValueError, RecursionError):
            return LockFault.UNREADABLE
        if read.version != LOCK_VERSION or len(raw) > LARGEST_FILE:
            return LockFault.UNREADABLE
        return read

    def _opened(self, portal_id: int, form_id: str, entry: dict[str, Any]) -> FormLock | LockFault:
        seal = entry.get("seal")
        try:
            ours = self._seal(portal_id, form_id, entry)
            if not isinstance(seal, str) or not hmac.compare_digest(ours, seal):
                return LockFault.EDITED
            return msgspec.convert(entry, FormLock)
        except (TypeError, ValueError, RecursionError):
            return LockFault.EDITED

    def _seal(self, portal_id: int, form_id: str, entry: dict[str, Any]) -> str:
        """Over the entry as it is written, so that a later version of this program that knows
        more of it still finds it whole."""
        told = [portal_id, form_id, {name: entry[name] for name in entry if name != "seal"}]
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return self._sign(_SEALED + canonical.encode("ascii"))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, of all processes."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = self.path.with_name(f".{self.path.name}.lock")
            with FileLock(beside, timeout=PATIENCE_S):
                yield
        except Timeout:
            raise LockNotWritten("another process is writing it; try again") from None
        except OSError as error:
            raise LockNotWritten(os.strerror(error.errno or 0)) from None

    def _replace(self, body: bytes, before: Callable[[], None]) -> None:
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(new, flags, 0o644), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            before()
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)
        _flush_name(self.path.parent)


def _counting(file: _Read, portal_id: int | None) -> LockFile:
    """The file, an empty one where there is none. Raises :class:`LockNotWritten` when the one
    that is there does not count."""
    if isinstance(file, LockFault):
        raise LockNotWritten("it cannot be read; restore it or move it away first")
    if file is not None and portal_id not in (None, file.portal):
        raise LockNotWritten("it belongs to another HubSpot account; move it away first")
    return file or LockFile(version=LOCK_VERSION, portal=portal_id or 0, forms={})


def _entry(form_id: str, entry: dict[str, Any]) -> LockEntry:
    name = entry.get("name")
    return LockEntry(
        form_id,
        name if isinstance(name, str) and name else form_id,
        hashlib.sha256(msgspec.json.encode(entry, order="sorted")).hexdigest(),
    )


def _written(file: LockFile) -> bytes:
    told = msgspec.to_builtins(file)
    return (json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _flush_name(folder: Path) -> None:
    """A name survives a power cut only once its folder is flushed; Windows has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
