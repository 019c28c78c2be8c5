"""What ``keyring.json`` says: how it is read, and every change to it.

Format 2, oldest key first::

    {"format": 2, "mark": "demo", "fingerprint_key": hex,
     "keys": [{"id": hex, "suite": 1, "private": hex, "day": 20000}, …],
     "destroyed": [{"id": hex, "day": 19990, "at_ms": 1728000000000}, …]}

``day`` counts days since 1970-01-01 (UTC). It is null for a key of format 1, which had neither
days nor ``destroyed``: such a file is read as it is and becomes format 2 at its next change.
What is destroyed leaves its id behind, so that a shredded answer can be told from a lost key.
"""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Mapping
from typing import Any

from gateway.domain.errors import KeyringBroken
from gateway.sealing.keyfile import FILE_NAME
from gateway.sealing.keys import Kept, OpeningKey, load_opening_key
from gateway.sealing.suites import DEFAULT_SUITE, KEY_ID_SIZE, SUITES

_FORMAT = 2
_FORMAT_WITHOUT_DAYS = 1
_FINGERPRINT_KEY_SIZE = 32

PLACES: Mapping[str, str] = {
    "demo": "the demo",
    "emulated": "an emulated account",
    "live": "production",
}
"""Every mark, and where its keys belong, as the end of "demo keys in …"."""


@dataclasses.dataclass(frozen=True, repr=False, slots=True)
class Ring(Kept):
    """The whole file at one moment, every key of it loaded and checked."""

    mark: str
    fingerprint_key: bytes
    keys: tuple[OpeningKey, ...]
    """Oldest first, never empty."""
    days: Mapping[str, int | None]
    """The day of every key, by its id."""
    destroyed: frozenset[str]
    """The ids of the keys that are no more."""

    @property
    def newest(self) -> OpeningKey:
        """The key that seals now."""
        return self.keys[-1]

    def reaches(self, day: int) -> bool:
        """Whether the newest key is of ``day`` or later."""
        newest = self.days[self.newest.key_id]
        return newest is not None and newest >= day


def parse(stored: Mapping[str, Any], mark: str) -> Ring:
    """The ring a file's JSON object describes. Raises :class:`KeyringBroken` when it is
    damaged, of a later format, or made for another mark; the cause never holds its content."""
    if stored.get("format") not in (_FORMAT_WITHOUT_DAYS, _FORMAT):
        raise KeyringBroken(f"{FILE_NAME} has a format this program does not know")
    ring = None
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        if stored["mark"] in PLACES:
            ring = _parsed(with_days(stored))
    # Raised outside the handler: a chained error could hold a part of the file.
    if ring is None:
        raise KeyringBroken(f"{FILE_NAME} is damaged")
    if ring.mark != mark:
        raise KeyringBroken(f"{ring.mark} keys in {PLACES[mark]}")
    return ring


def new_ring(mark: str, day: int) -> dict[str, Any]:
    """The content of a file with one key, of ``day``."""
    return {
        "format": _FORMAT,
        "mark": mark,
        "keys": [_new_key(DEFAULT_SUITE, day)],
        "fingerprint_key": secrets.token_hex(_FINGERPRINT_KEY_SIZE),
        "destroyed": [],
    }


def with_key(stored: Mapping[str, Any], suite_id: int, day: int) -> dict[str, Any]:
    """``stored`` with one new key behind the others: from now on the newest."""
    ring = with_days(stored)
    return {**ring, "keys": [*ring["keys"], _new_key(suite_id, day)]}


def without_key(stored: Mapping[str, Any], key_id: str, at_ms: int) -> dict[str, Any]:
    """``stored`` without the key of ``key_id``, which is noted as destroyed at ``at_ms``
    (milliseconds since 1970, UTC)."""
    ring = with_days(stored)
    notes = [
        {"id": key_id, "day": entry["day"], "at_ms": at_ms}
        for entry in ring["keys"]
        if entry["id"] == key_id
    ]
    return {
        **ring,
        "keys": [entry for entry in ring["keys"] if entry["id"] != key_id],
        "destroyed": [*ring["destroyed"], *notes],
    }


def with_days(stored: Mapping[str, Any]) -> dict[str, Any]:
    """``stored`` as format 2: the keys of format 1 get the day null."""
    if stored["format"] == _FORMAT:
        return dict(stored)
    keys = [{**entry, "day": None} for entry in stored["keys"]]
    return {**stored, "format": _FORMAT, "keys": keys, "destroyed": []}


def _new_key(suite_id: int, day: int) -> dict[str, Any]:
    suite = SUITES[suite_id]
    secret = suite.new_secret()
    key_id = suite.key_id(suite.load(secret).public_bytes)
    return {"id": key_id.hex(), "suite": suite_id, "private": secret.hex(), "day": day}


def _parsed(stored: Mapping[str, Any]) -> Ring:
    keys = []
    for entry in stored["keys"]:
        key = load_opening_key(entry["suite"], bytes.fromhex(entry["private"]))
        if key.key_id != entry["id"]:
            raise ValueError("a key under another key's name")
        keys.append(key)
    if not keys:
        raise ValueError("a ring without a key")
    days = {entry["id"]: _day(entry["day"]) for entry in stored["keys"]}
    destroyed = frozenset(_destroyed_id(note) for note in stored["destroyed"])
    if destroyed & days.keys():
        raise ValueError("a key that is there and destroyed")
    fingerprint_key = bytes.fromhex(stored["fingerprint_key"])
    if len(fingerprint_key) != _FINGERPRINT_KEY_SIZE:
        raise ValueError("a short fingerprint key")
    return Ring(stored["mark"], fingerprint_key, tuple(keys), days, destroyed)


def _day(day: Any) -> int | None:
    if day is None:
        return None
    if type(day) is not int or day < 0:
        raise ValueError("a day that is none")
    return day


def _destroyed_id(note: Mapping[str, Any]) -> str:
    _day(note["day"])
    raw = bytes.fromhex(note["id"])
    if len(raw) != KEY_ID_SIZE or type(note["at_ms"]) is not int:
        raise ValueError("a note of a destroyed key that is none")
    return raw.hex()
