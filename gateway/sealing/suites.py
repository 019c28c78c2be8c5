"""The cipher suites an envelope may name: one row each, by the id in its header.

HPKE is RFC 9180 in base mode, single shot. A row is never changed or removed once
envelopes with its id may exist; a new choice is a new row.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

KEY_ID_SIZE = 16
_MLKEM_SEED_SIZE = 64


@dataclasses.dataclass(frozen=True)
class KeyPair:
    """A fresh or loaded pair: the two key objects and the public half's bytes."""

    private: Any = dataclasses.field(repr=False)
    public: Any = dataclasses.field(repr=False)
    public_bytes: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class SuiteRow:
    """One suite: how it seals, and how its private keys come into being and onto disk."""

    id: int
    name: str
    hpke: Suite = dataclasses.field(repr=False)
    new_secret: Callable[[], bytes] = dataclasses.field(repr=False)
    """Makes a private key and gives its raw bytes."""
    load: Callable[[bytes], KeyPair] = dataclasses.field(repr=False)
    """The pair of raw private bytes; :class:`ValueError` when they are not a key."""

    def key_id(self, public_bytes: bytes) -> bytes:
        """The 16 bytes that name a key: a digest of its public half, so that a swapped key
        file cannot carry another key's name."""
        seed = b"sealed-intake key id" + bytes([self.id]) + public_bytes
        return hashlib.sha256(seed).digest()[:KEY_ID_SIZE]


def _new_x25519() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def _load_x25519(raw: bytes) -> KeyPair:
    private = X25519PrivateKey.from_private_bytes(raw)
    public = private.public_key()
    return KeyPair(private, public, public.public_bytes_raw())


def _new_hybrid() -> bytes:
    return MLKEM768PrivateKey.generate().private_bytes_raw() + _new_x25519()


def _load_hybrid(raw: bytes) -> KeyPair:
    lattice = MLKEM768PrivateKey.from_seed_bytes(raw[:_MLKEM_SEED_SIZE])
    curve = X25519PrivateKey.from_private_bytes(raw[_MLKEM_SEED_SIZE:])
    lattice_public, curve_public = lattice.public_key(), curve.public_key()
    return KeyPair(
        MLKEM768X25519PrivateKey(lattice, curve),
        MLKEM768X25519PublicKey(lattice_public, curve_public),
        lattice_public.public_bytes_raw() + curve_public.public_bytes_raw(),
    )


SUITES: Mapping[int, SuiteRow] = {
    row.id: row
    for row in (
        SuiteRow(
            1,
            "X25519, HKDF-SHA256, AES-256-GCM",
            Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
            _new_x25519,
            _load_x25519,
        ),
        SuiteRow(
            2,
            "ML-KEM-768 + X25519, HKDF-SHA256, AES-256-GCM",
            Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
            _new_hybrid,
            _load_hybrid,
        ),
    )
}
"""Every suite by id."""

DEFAULT_SUITE = 1
"""The suite of a new ring's first key."""
