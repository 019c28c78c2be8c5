"""Keys in memory. None of these prints, formats, copies or pickles a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from gateway.sealing.suites import SUITES, KeyPair, SuiteRow


class Kept:
    """Something that stays in this process: copying or pickling it is refused."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys cannot be copied or pickled")


class SealingKey(Kept):
    """The public half: seals, and opens nothing."""

    __slots__ = ("_public", "key_id", "suite")

    def __init__(self, suite: SuiteRow, pair: KeyPair) -> None:
        self.suite = suite
        self.key_id = suite.key_id(pair.public_bytes).hex()
        self._public = pair.public

    def encrypt(self, plaintext: bytes, info: bytes) -> bytes:
        """HPKE single shot; ``info`` is bound, not stored."""
        return self.suite.hpke.encrypt(plaintext, self._public, info=info)

    def __repr__(self) -> str:
        return f"<SealingKey {self.key_id}>"


class OpeningKey(Kept):
    """The private half of one pair."""

    __slots__ = ("_private", "key_id", "sealing", "suite")

    def __init__(self, suite: SuiteRow, secret: bytes) -> None:
        """Raises :class:`ValueError` when ``secret`` is not a key of ``suite``."""
        pair = suite.load(secret)
        self.suite = suite
        self.sealing = SealingKey(suite, pair)
        self.key_id = self.sealing.key_id
        self._private: Any = pair.private

    def decrypt(self, ciphertext: bytes, info: bytes) -> bytes:
        """Raises :class:`cryptography.exceptions.InvalidTag` when anything was altered."""
        return self.suite.hpke.decrypt(ciphertext, self._private, info=info)

    def __repr__(self) -> str:
        return f"<OpeningKey {self.key_id}>"


class OpeningKeys(Kept):
    """Every private key a ring has now, oldest first: the last seals, all open."""

    __slots__ = ("_by_id", "_look_again")

    def __init__(self, keys: Sequence[OpeningKey], look_again: Callable[[str], None]) -> None:
        """``look_again`` is asked to bring a key that is not here, before it is missed."""
        self._look_again = look_again
        self.replace(keys)

    def replace(self, keys: Sequence[OpeningKey]) -> None:
        """Holds ``keys``, and forgets all others, from now on and for every thread at once."""
        self._by_id = {key.key_id: key for key in keys}

    def find(self, key_id: str) -> OpeningKey | None:
        """The key of this id (hex), or None. Raises what looking for an unknown one raises:
        :class:`~gateway.domain.errors.KeyringBroken`."""
        if key_id not in self._by_id:
            self._look_again(key_id)
        return self._by_id.get(key_id)

    @property
    def newest(self) -> OpeningKey:
        """The key that seals now."""
        return next(reversed(self._by_id.values()))

    def __iter__(self) -> Iterator[OpeningKey]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"<OpeningKeys: {len(self)}>"


def load_opening_key(suite_id: int, secret: bytes) -> OpeningKey:
    """The key of raw private bytes; :class:`ValueError` when suite or bytes do not fit."""
    suite = SUITES.get(suite_id)
    if suite is None:
        raise ValueError("unknown suite")
    return OpeningKey(suite, secret)
