"""Sealed answers: every call into their ciphers is made from this file.

Format of an envelope, version 1 (numbers big-endian)::

    offset  size  meaning
         0     4  magic, the letters SINT
         4     1  version of this format: 1
         5     1  suite id, a row of ``suites.SUITES``
         6    16  key id: the first 16 bytes of SHA-256 over the suite and the public key
        22     4  day it was sealed for: days since 1970-01-01 (UTC) of ``submitted_at_ms``
        26     …  HPKE ciphertext (RFC 9180, base mode, single shot): enc || ct

The plaintext is the payload's canonical JSON, padded (see :mod:`gateway.sealing.plaintext`).
What an envelope belongs to is bound through HPKE's ``info``: the concatenation of
``length (4 bytes) || bytes`` for the product's name, version, suite id, key id, day, sid,
portal (decimal), form, ``submitted_at_ms`` (decimal), and the snapshot hash. An envelope moved to
another row, or a row whose columns were edited, does not open.

Base mode does not say who sealed, nor stop a second opening: the first is answered by the
audit's envelope digest, the second by the sid being unique in the outbox.
"""

from __future__ import annotations

import dataclasses

from cryptography.exceptions import InvalidTag

from gateway.domain.errors import Tampered, WrongKey
from gateway.domain.submissions import Payload
from gateway.sealing.keys import OpeningKeys, SealingKey
from gateway.sealing.plaintext import canonical, pad, read_padded
from gateway.sealing.suites import KEY_ID_SIZE

MAGIC = b"SINT"
VERSION = 1
_PRODUCT = b"sealed-intake"
_KEY_ID_AT = len(MAGIC) + 2
_DAY_AT = _KEY_ID_AT + KEY_ID_SIZE
HEADER_SIZE = _DAY_AT + 4
_DAY_MS = 86_400_000


@dataclasses.dataclass(frozen=True)
class Context:
    """What an envelope is bound to. All of it is known without opening the envelope."""

    sid: str
    portal_id: int
    form_id: str
    submitted_at_ms: int
    """Milliseconds since the epoch (UTC), fixed at acceptance."""
    snapshot_hash: str
    """SHA-256 (hex) of what the gate's verdict rested on."""


def seal(payload: Payload, context: Context, key: SealingKey) -> bytes:
    """``payload`` as an envelope that only the holder of the private half can open, and
    only in the same ``context``.

    Raises :class:`~gateway.sealing.plaintext.PayloadTooLarge` above the cap.
    """
    header = (
        MAGIC
        + bytes([VERSION, key.suite.id])
        + bytes.fromhex(key.key_id)
        + (context.submitted_at_ms // _DAY_MS).to_bytes(HEADER_SIZE - _DAY_AT, "big")
    )
    return header + key.encrypt(pad(canonical(payload)), _info(header, context))


def key_id_of(envelope: bytes) -> str | None:
    """The id (32 hex digits) of the key it was sealed to; None when it is no envelope of ours.
    Nothing is opened, so nothing but the header's shape is checked."""
    if len(envelope) < HEADER_SIZE or not envelope.startswith(MAGIC + bytes([VERSION])):
        return None
    return envelope[_KEY_ID_AT:_DAY_AT].hex()


def unseal(envelope: bytes, context: Context, keys: OpeningKeys) -> Payload:
    """The payload. Raises :class:`WrongKey` when the key it names is not in ``keys``,
    :class:`Tampered` when the envelope or its ``context`` is not what was sealed, and
    :class:`~gateway.domain.errors.KeyringBroken` when the key is not known and the key folder
    cannot be asked for it: then nobody knows yet."""
    key_id = key_id_of(envelope)
    if key_id is None:
        raise Tampered
    key = keys.find(key_id)
    if key is None:
        raise WrongKey
    header = envelope[:HEADER_SIZE]
    payload = None
    if header[_KEY_ID_AT - 1] == key.suite.id:
        try:
            payload = read_padded(key.decrypt(envelope[HEADER_SIZE:], _info(header, context)))
        except (InvalidTag, ValueError, KeyError, TypeError):
            payload = None
    # Raised here, outside the handler: a chained error could hold decoded text.
    if payload is None:
        raise Tampered
    return payload


def _info(header: bytes, context: Context) -> bytes:
    parts = (
        _PRODUCT,
        header[4:5],
        header[5:6],
        header[_KEY_ID_AT:_DAY_AT],
        header[_DAY_AT:],
        context.sid,
        str(context.portal_id),
        context.form_id,
        str(context.submitted_at_ms),
        context.snapshot_hash,
    )
    raw = [p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)
