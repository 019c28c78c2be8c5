"""Short secrets of the program's own, sealed: what it has to keep to be let into HubSpot again.

Answers are sealed to the key of their day, which is destroyed once they are delivered. A secret
that outlives its day is sealed with a key that lives as long as the ring: it is derived from the
ring's own random key (HKDF-SHA256, RFC 5869, expand only, since that key is random already), for
one purpose each, and is nowhere on disk.

Format, version 1::

    offset  size  meaning
         0     1  version of this format: 1
         1    12  nonce, random
        13     …  AES-256-GCM: ciphertext || tag

The additional data binds the secret to its place: the concatenation of
``length (4 bytes, big-endian) || bytes`` for the product's name, the version, the purpose, and
the place as the caller names it. Moved to another row, or to an older state of its own, it does
not open. The plaintext is padded with zero bytes to a multiple of 256, so that its size does not
tell one kind of token from another.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from gateway.domain.errors import Tampered
from gateway.sealing.keys import Kept

VERSION = b"\x01"
STEP = 256
_PRODUCT = b"sealed-intake"
# No JSON, no token and no other text that the ring digests begins with a zero byte.
_DERIVED = b"\0sealed-intake vault "
_NONCE_SIZE = 12
_KEY_SIZE = 32


class Vault(Kept):
    """Seals and opens for one purpose. It may be used from any thread."""

    __slots__ = ("_cipher", "_purpose")

    def __init__(self, ring_key: bytes, purpose: str) -> None:
        self._purpose = purpose.encode()
        info = _DERIVED + self._purpose
        self._cipher = AESGCM(HKDFExpand(SHA256(), _KEY_SIZE, info).derive(ring_key))

    def seal(self, secret: bytes, place: Sequence[str]) -> bytes:
        """``secret``, which no zero byte ends, for ``place``."""
        padded = secret.ljust(-(-len(secret) // STEP) * STEP, b"\0")
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return VERSION + nonce + self._cipher.encrypt(nonce, padded, self._bound(place))

    def open(self, sealed: bytes, place: Sequence[str]) -> bytes:
        """The secret. Raises :class:`Tampered` unless it was sealed here, for this place, and is
        as it was."""
        nonce, body = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        padded = None
        if sealed[:1] == VERSION:
            try:
                padded = self._cipher.decrypt(nonce, body, self._bound(place))
            except (InvalidTag, ValueError):
                padded = None
        # Raised here, outside the handler: a chained error could hold what was opened.
        if padded is None:
            raise Tampered
        return padded.rstrip(b"\0")

    def _bound(self, place: Sequence[str]) -> bytes:
        parts = (_PRODUCT, VERSION, self._purpose, *(one.encode() for one in place))
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def __repr__(self) -> str:
        return f"<Vault {self._purpose.decode()}>"
