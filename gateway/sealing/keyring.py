"""The ring of keys: opened from its folder, made on first use, rotated by adding a key.

``keyring.json`` holds, oldest key first::

    {"format": 1, "mark": "demo", "fingerprint_key": hex,
     "keys": [{"id": hex, "suite": 1, "private": hex}, …]}

Back the folder up: without it nothing that is stored opens.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.domain.errors import KeyringBroken
from gateway.sealing.keyfile import FILE_NAME, locked, read, write
from gateway.sealing.keys import Kept, OpeningKeys, load_opening_key
from gateway.sealing.suites import DEFAULT_SUITE, SUITES

_FORMAT = 1
_FINGERPRINT_KEY_SIZE = 32

PLACES: Mapping[str, str] = {
    "demo": "the demo",
    "emulated": "an emulated account",
    "live": "production",
}
"""Every mark, and where its keys belong, as the end of "demo keys in …"."""


class Keyring(Kept):
    """What one key folder holds, for one ``mark`` (demo, emulated or live)."""

    __slots__ = ("_fingerprint_key", "mark", "opening", "sealing")

    def __init__(self, mark: str, opening: OpeningKeys, fingerprint_key: bytes) -> None:
        self.mark = mark
        self.opening = opening
        self.sealing = opening.newest.sealing
        self._fingerprint_key = fingerprint_key

    def fingerprint(self, canonical: bytes) -> str:
        """HMAC-SHA-256 (hex) of ``canonical`` under the ring's own random key.

        For telling whether an idempotency key came back with the same answers, and for
        nothing else: a plain digest of answers could be found by trying, this one only by
        who holds the ring.
        """
        return hmac.new(self._fingerprint_key, canonical, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"<Keyring {self.mark}: {len(self.opening)} keys>"


def open_keyring(folder: Path, mark: str) -> Keyring:
    """The ring in ``folder``, made now if there is none. ``mark`` is a key of ``PLACES``.

    Raises :class:`KeyringBroken` when the ring was made for another mark, is open to other
    users, damaged, or cannot be read or written; the cause never holds its content.
    """
    if mark not in PLACES:
        raise ValueError("mark is one of " + ", ".join(PLACES))
    with locked(folder):
        ring = read(folder)
        if ring is None:
            ring = {"format": _FORMAT, "mark": mark, "keys": [_new_key(DEFAULT_SUITE)],
                    "fingerprint_key": secrets.token_hex(_FINGERPRINT_KEY_SIZE)}  # fmt: skip
            write(folder, ring)
        return _keyring(ring, mark)


def rotate_keyring(folder: Path, mark: str, suite_id: int = DEFAULT_SUITE) -> Keyring:
    """Adds a key of ``suite_id`` that seals from now on; older ones keep opening.

    A running process seals with the ring it opened until it opens it again. Raises
    :class:`KeyringBroken` as :func:`open_keyring` does, and when there is no ring yet.
    """
    with locked(folder):
        ring = read(folder)
        if ring is None:
            raise KeyringBroken(f"{FILE_NAME} is missing")
        _keyring(ring, mark)
        ring["keys"].append(_new_key(suite_id))
        write(folder, ring)
        return _keyring(ring, mark)


def _new_key(suite_id: int) -> dict[str, Any]:
    suite = SUITES[suite_id]
    secret = suite.new_secret()
    key_id = suite.key_id(suite.load(secret).public_bytes)
    return {"id": key_id.hex(), "suite": suite_id, "private": secret.hex()}


def _keyring(ring: Mapping[str, Any], mark: str) -> Keyring:
    if ring.get("format") != _FORMAT:
        raise KeyringBroken(f"{FILE_NAME} has a format this program does not know")
    keyring = None
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        if ring["mark"] in PLACES:
            keyring = _parsed(ring)
    if keyring is None:
        raise KeyringBroken(f"{FILE_NAME} is damaged")
    if keyring.mark != mark:
        raise KeyringBroken(f"{keyring.mark} keys in {PLACES[mark]}")
    return keyring


def _parsed(ring: Mapping[str, Any]) -> Keyring:
    keys = []
    for entry in ring["keys"]:
        key = load_opening_key(entry["suite"], bytes.fromhex(entry["private"]))
        if key.key_id != entry["id"]:
            raise ValueError("a key under another key's name")
        keys.append(key)
    fingerprint_key = bytes.fromhex(ring["fingerprint_key"])
    if len(fingerprint_key) != _FINGERPRINT_KEY_SIZE:
        raise ValueError("a short fingerprint key")
    return Keyring(ring["mark"], OpeningKeys(keys), fingerprint_key)
