"""From a payload to the padded bytes that are sealed, and back.

Layout: length of the JSON (4 bytes, big-endian), the JSON, zeros up to the bucket. The
bucket hides the length: an envelope's size says only which power of two it fits into.
"""

from __future__ import annotations

import json

from gateway.domain.answers import WireField
from gateway.domain.errors import PayloadTooLarge
from gateway.domain.submissions import Payload

_KIB = 1024
BUCKETS = tuple(_KIB // 2 << n for n in range(8))
"""512 B, 1, 2, 4, 8, 16, 32 and 64 KiB; above, multiples of the last."""
LARGEST = 8 * _KIB * _KIB
"""8 MiB, in bytes: HubSpot's 1,000 fields of a submission at 8 KiB each."""
_LENGTH_SIZE = 4


def bucket_of(size: int) -> int:
    """The padded size for ``size`` bytes. Raises :class:`PayloadTooLarge` above the cap."""
    if size > LARGEST:
        raise PayloadTooLarge
    for bucket in BUCKETS:
        if size <= bucket:
            return bucket
    step = BUCKETS[-1]
    return -(-size // step) * step


def canonical(payload: Payload) -> bytes:
    """The payload as canonical JSON: sorted keys, no spaces, UTF-8. Equal payloads give
    equal bytes. Raises :class:`ValueError` when ``legal`` is not JSON; the error holds no
    value."""
    shape = {
        "classes": dict(payload.classes),
        "fields": [[f.object_type_id, f.name, f.value] for f in payload.fields],
        "legal": payload.legal,
        "page_name": payload.page_name,
        "page_uri": payload.page_uri,
    }
    try:
        text = json.dumps(
            shape, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError):
        text = None
    if text is None:
        raise ValueError("the payload cannot be written as JSON")
    # A lone surrogate is carried as it is: it must not raise an error that shows the text.
    return text.encode("utf-8", "surrogatepass")


def pad(body: bytes) -> bytes:
    """``body`` with its length before it and zeros behind it, filling a bucket."""
    size = _LENGTH_SIZE + len(body)
    return (len(body).to_bytes(_LENGTH_SIZE, "big") + body).ljust(bucket_of(size), b"\0")


def read_padded(padded: bytes) -> Payload:
    """The payload inside. Raises :class:`ValueError`, without a value, for any other bytes."""
    end = _LENGTH_SIZE + int.from_bytes(padded[:_LENGTH_SIZE], "big")
    if end > len(padded) or len(padded) != bucket_of(end) or any(padded[end:]):
        raise ValueError("wrong padding")
    shape = json.loads(padded[_LENGTH_SIZE:end].decode("utf-8", "surrogatepass"))
    return Payload(
        fields=tuple(WireField(*entry) for entry in shape["fields"]),
        page_uri=shape["page_uri"],
        page_name=shape["page_name"],
        legal=shape["legal"],
        classes=shape["classes"],
    )
