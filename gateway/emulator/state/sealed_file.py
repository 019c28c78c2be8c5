"""The file an account is kept in: all of it sealed, since any part may hold a value or a token.

Beside ``FILE`` stand ``FILE.key``, made with it, and ``FILE.lock`` while an emulator runs. Both
files are 0600. A file is one line that names the format, twelve bytes of nonce, and the content
under AES-256-GCM with that line authenticated too. It is written whole beside the old one,
flushed, and renamed into its place, so a cut leaves the old one or the new one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from filelock import FileLock, Timeout

from gateway.domain.errors import GatewayError

FORMAT = b"sealed-intake-emulator 1\n"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_LARGEST = 1 << 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HAS_MODES = os.name == "posix"
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class StateUnusable(GatewayError):  # noqa: N818 - a state, named as the domain names its errors
    """The state file cannot be read or written; the sentence says why and what to do."""


class SealedFile:
    """One state file, held by one emulator at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = path.name
        self._key_path = path.with_name(f"{path.name}.key")
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=0, mode=0o600)
        self._key = b""

    def take(self) -> None:
        """Hold the file. Raises :class:`StateUnusable` when another emulator does."""
        try:
            if not self._lock.is_locked:
                self._lock.acquire()
        except Timeout:
            raise self._unusable("is in use by another emulator; stop that one first") from None
        except OSError as error:
            raise self._failed("locked", error) from None

    def release(self) -> None:
        """Let others have the file. A second call does nothing."""
        self._lock.release()

    def read(self) -> bytes | None:
        """The content, None when there is no file yet. Raises :class:`StateUnusable`."""
        sealed, self._key = self._content(self._path), self._content(self._key_path) or b""
        if sealed is None:
            if not self._key:
                self._new_key()
            return None
        if not self._key:
            raise self._unusable(f"cannot be opened: {self._key_path.name} is missing")
        if len(self._key) != _KEY_BYTES:
            raise self._unusable(f"cannot be opened: {self._key_path.name} is damaged")
        if not sealed.startswith(FORMAT):
            raise self._unusable("is damaged, or no state file of this version of the emulator")
        nonce = sealed[len(FORMAT) : len(FORMAT) + _NONCE_BYTES]
        try:
            return AESGCM(self._key).decrypt(nonce, sealed[len(FORMAT) + _NONCE_BYTES :], FORMAT)
        except (InvalidTag, ValueError):
            raise self._unusable(
                "is damaged, or belongs to another key file. Put the right ones back, or remove "
                f"{self._name} and {self._key_path.name} to start anew"
            ) from None

    def write(self, content: bytes) -> None:
        """Replace the content. Raises :class:`StateUnusable`; the old one is whole then."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = FORMAT + nonce + AESGCM(self._key).encrypt(nonce, content, FORMAT)
        try:
            self._put(self._path, sealed)
        except OSError as error:
            raise self._failed("written", error) from None

    def _new_key(self) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES)
        try:
            self._put(self._key_path, self._key)
        except OSError as error:
            raise self._failed("written", error) from None

    def _content(self, path: Path) -> bytes | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | _NO_LINKS)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed("read", error) from None
        try:
            opened = os.fdopen(descriptor, "rb")
        except OSError as error:  # a folder
            os.close(descriptor)
            raise self._failed("read", error) from None
        with opened as file:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            if _HAS_MODES and mode & _OTHERS:
                raise self._unusable(
                    f"is not used: {path.name} is open to other users ({mode:04o})"
                )
            try:
                return file.read(_LARGEST)
            except OSError as error:
                raise self._failed("read", error) from None

    def _put(self, path: Path, content: bytes) -> None:
        new = path.with_name(f"{path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        if _HAS_MODES:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _failed(self, done: str, error: OSError) -> StateUnusable:
        # Only the system's own words: no path beyond the file's name.
        return self._unusable(f"cannot be {done}: {os.strerror(error.errno or 0)}")

    def _unusable(self, why: str) -> StateUnusable:
        return StateUnusable(f"The state file {self._name} {why}.")
