"""Secrets of the program's own: sealed for one purpose and one place."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Tampered
from gateway.sealing.keyring import open_keyring, rotate_keyring
from gateway.sealing.vault import STEP, Vault

KEY = bytes(range(32))
SECRET = b"na1-canary-refresh-token"
PLACE = ("4711", "1", "2")


@given(st.binary(max_size=2000).filter(lambda text: not text.endswith(b"\0")))
def test_what_is_sealed_opens(secret: bytes) -> None:
    """Any secret comes back as it was, and its size tells little."""
    vault = Vault(KEY, "tokens")
    sealed = vault.seal(secret, PLACE)
    assert vault.open(sealed, PLACE) == secret
    assert (len(sealed) - 1 - 12 - 16) % STEP == 0
    assert not secret or len(secret) < 4 or secret not in sealed


def test_it_opens_nowhere_else() -> None:
    """Another ring, another purpose and another place each keep it shut; places do not run into
    one another."""
    sealed = Vault(KEY, "tokens").seal(SECRET, PLACE)
    others = [
        (Vault(KEY[::-1], "tokens"), PLACE),
        (Vault(KEY, "token"), PLACE),
        (Vault(KEY, "tokens"), ("4711", "1", "3")),
        (Vault(KEY, "tokens"), ("4711", "12", "")),
        (Vault(KEY, "tokens"), ("47111", "", "2")),
        (Vault(KEY, "tokens"), ("4711", "1")),
    ]
    for vault, place in others:
        with pytest.raises(Tampered):
            vault.open(sealed, place)


def test_whatever_is_altered_is_noticed() -> None:
    """No bit can be turned, and nothing be cut off or added."""
    vault = Vault(KEY, "tokens")
    sealed = vault.seal(SECRET, PLACE)
    altered = [sealed[:-1], sealed + b"\0", b"", b"\x01", b"\x02" + sealed[1:], sealed[:13]]
    altered += [
        sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
        for at in range(len(sealed))
        for bit in (0, 7)
    ]
    for one in altered:
        with pytest.raises(Tampered) as error:
            vault.open(one, PLACE)
        assert error.value.__cause__ is None
        assert error.value.__context__ is None


def test_the_same_twice_looks_different() -> None:
    """Nobody sees that a token has not changed."""
    vault = Vault(KEY, "tokens")
    assert vault.seal(SECRET, PLACE) != vault.seal(SECRET, PLACE)


def test_it_lives_as_long_as_the_ring(tmp_path: Path) -> None:
    """A new day's key, and the end of an old one, change nothing for it."""
    ring = open_keyring(tmp_path / "keys", "live", today=20_000)
    sealed = ring.vault("tokens").seal(SECRET, PLACE)
    old = ring.sealing.key_id
    rotate_keyring(tmp_path / "keys", "live", today=20_001)
    ring.refresh()
    assert ring.destroy(old, 1)
    again = open_keyring(tmp_path / "keys", "live", today=20_002)
    assert again.vault("tokens").open(sealed, PLACE) == SECRET
    assert SECRET not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_it_stays_in_the_process() -> None:
    """It shows its purpose, and cannot be copied or pickled."""
    vault = Vault(KEY, "tokens")
    assert repr(vault) == "<Vault tokens>"
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            way(vault)
