"""HubSpot's webhooks: is it HubSpot who calls, and what does it report? No I/O here.

The signature is checked over the raw bytes and the configured public address, never over what
the request says of its own host. Version 3 is an HMAC with a time in it; versions 1 and 2 are
plain digests that hold for ever, so they count only where a setting allows, and only for a
request without a version 3.

Sources: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation,
https://developers.hubspot.com/docs/guides/api/app-management/webhooks
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from gateway.domain.answers import Secret
from gateway.domain.errors import WebhookRefused
from gateway.domain.webhooks import LARGEST_BODY, MOST_EVENTS, SUBSCRIBED, Notice, Refusal

OLDEST_MS = 300_000
"""A signature older than this is refused, as HubSpot asks."""
AHEAD_MS = 30_000
"""A signature from further ahead than this is refused: HubSpot's own helpers take any."""

_V3 = b"x-hubspot-signature-v3"
_TIME = b"x-hubspot-request-timestamp"
_LEGACY = b"x-hubspot-signature"
_LEGACY_VERSION = b"x-hubspot-signature-version"

_ESCAPES = {
    b"%3A": b":", b"%2F": b"/", b"%3F": b"?", b"%40": b"@", b"%21": b"!", b"%24": b"$",
    b"%27": b"'", b"%28": b"(", b"%29": b")", b"%2A": b"*", b"%2C": b",", b"%3B": b";",
}  # fmt: skip
"""The escapes that are decoded before the address is signed: these twelve and no other."""
_ESCAPED = re.compile(b"|".join(_ESCAPES))

_DIGITS = re.compile(rb"[0-9]{1,15}")
_USER = re.compile(r"userId:([0-9]{1,18})")
_SOURCE = re.compile(r"[A-Z0-9_]{1,64}")
_OBJECT_TYPE = re.compile(r"[0-9]{1,3}-[0-9]{1,19}")
_NO_SECRET = secrets.token_bytes(32)


@dataclasses.dataclass(frozen=True)
class Arrived:
    """One request as it came. It may hold values, so it does not show itself."""

    method: bytes
    target: bytes = dataclasses.field(repr=False)
    """Path and query, still escaped."""
    headers: Sequence[tuple[bytes, bytes]] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


def signature_v3(secret: bytes, method: bytes, address: bytes, body: bytes, time: bytes) -> bytes:
    """Version 3: base64 of the HMAC-SHA-256 over method, address, body and time."""
    told = method + _decoded(address) + body + time
    return base64.b64encode(hmac.digest(secret, told, "sha256"))


def signature_v2(secret: bytes, method: bytes, address: bytes, body: bytes) -> bytes:
    """Version 2: SHA-256, in hex, of secret, method, address and body."""
    return hashlib.sha256(secret + method + address + body).hexdigest().encode()


def signature_v1(secret: bytes, body: bytes) -> bytes:
    """Version 1: SHA-256, in hex, of secret and body."""
    return hashlib.sha256(secret + body).hexdigest().encode()


def verify(
    arrived: Arrived, *, secret: Secret, public_url: str, now_ms: int, legacy: bool
) -> Refusal | None:
    """Why the request is not believed: one of ``UNSIGNED``; None when HubSpot signed it.

    Whatever is wrong, the same digest is worked out and compared in constant time first.
    """
    key = secret.reveal().encode() or _NO_SECRET
    address = public_url.encode() + arrived.target
    if legacy and not _all(arrived, _V3):
        signed, timely = _legacy(arrived, key, address), True
    else:
        told = _one(arrived, _TIME)
        expected = signature_v3(key, arrived.method, address, arrived.body, told)
        signed = hmac.compare_digest(expected, _one(arrived, _V3))
        timely = _timely(told, now_ms)
    if not secret:
        return Refusal.OFF
    if not signed:
        return Refusal.SIGNATURE
    return None if timely else Refusal.TIME


def parse(body: bytes) -> tuple[Notice, ...]:
    """The events of a request. ``propertyValue`` is never even read, and keys that are not
    known are passed over.

    Raises :class:`WebhookRefused` when it is no list of at most 100 events that can all be read.
    """
    if len(body) > LARGEST_BODY:
        raise WebhookRefused(Refusal.TOO_LARGE)
    listed = _listed(body)
    if len(listed) > MOST_EVENTS:
        raise WebhookRefused(Refusal.TOO_MANY)
    notices = []
    for position, one in enumerate(listed):
        notice = _notice(one)
        if notice is None:
            raise WebhookRefused(Refusal.UNREADABLE, position)
        notices.append(notice)
    return tuple(notices)


def _decoded(address: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], address)


def _all(arrived: Arrived, name: bytes) -> list[bytes]:
    return [value for told, value in arrived.headers if told.lower() == name]


def _one(arrived: Arrived, name: bytes) -> bytes:
    """A header's value; "" when there is none, or more than one."""
    found = _all(arrived, name)
    return found[0] if len(found) == 1 else b""


def _timely(told: bytes, now_ms: int) -> bool:
    if not _DIGITS.fullmatch(told):
        return False
    return -AHEAD_MS <= now_ms - int(told) <= OLDEST_MS


def _legacy(arrived: Arrived, key: bytes, address: bytes) -> bool:
    version = _one(arrived, _LEGACY_VERSION)
    if version == b"v2":
        expected = signature_v2(key, arrived.method, address, arrived.body)
    else:
        expected = signature_v1(key, arrived.body)
    signed = hmac.compare_digest(expected, _one(arrived, _LEGACY))
    return signed and version in (b"v1", b"v2")


# ---- what it reports ---------------------------------------------------------------------

_Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:/ -]{1,255}\Z")]
"""Names as HubSpot gives them to properties; nothing that could command a terminal."""
_Kind = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_]{1,32}\.[A-Za-z]{1,32}\Z")]


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    """The keys of an event that are kept. HubSpot's older documentation calls
    ``subscriptionType`` ``eventType``: either is taken."""

    subscription_id: _Id
    event_id: _Id
    portal_id: _Id
    occurred_at: Annotated[int, msgspec.Meta(ge=1, le=99_999_999_999_999)]
    subscription_type: _Kind | None = None
    event_type: _Kind | None = None
    object_id: _Id | None = None
    object_type_id: str | None = None
    property_name: _Name | None = None
    change_source: Any = None
    source_id: Any = None
    primary_object_id: _Id | None = None
    new_object_id: _Id | None = None
    from_object_id: _Id | None = None
    to_object_id: _Id | None = None
    from_object_type_id: str | None = None


def _listed(body: bytes) -> list[Any]:
    refusal = Refusal.NOT_A_LIST
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        decoded, refusal = None, Refusal.NOT_JSON
    # Raised outside the handler: a decoding error keeps what it read.
    if not isinstance(decoded, list):
        raise WebhookRefused(refusal)
    return decoded


def _notice(one: Any) -> Notice | None:
    event = _event(one)
    kind = (event.subscription_type or event.event_type) if event is not None else None
    if event is None or kind is None:
        return None
    object_id = _first(event.object_id, event.from_object_id, event.primary_object_id)
    named = kind.partition(".")[0]
    told = event.object_type_id or event.from_object_type_id or ""
    if named in SUBSCRIBED or not _OBJECT_TYPE.fullmatch(told):
        # What is not known yet is kept under the name it has.
        told = SUBSCRIBED.get(named, (named,))[0]
    user = _USER.fullmatch(event.source_id) if isinstance(event.source_id, str) else None
    source = event.change_source if isinstance(event.change_source, str) else ""
    return Notice(
        subscription_id=event.subscription_id,
        event_id=event.event_id,
        object_id=object_id if object_id is not None else 0,
        property_name=event.property_name or "",
        occurred_at_ms=event.occurred_at,
        portal_id=event.portal_id,
        kind=kind,
        object_type_id=told,
        source=source if _SOURCE.fullmatch(source) else "",
        user_id=int(user[1]) if user is not None else None,
        other_id=_first(event.new_object_id, event.to_object_id),
    )


def _event(one: Any) -> _Event | None:
    if not isinstance(one, dict):
        return None
    said = {name: told for name, told in one.items() if told is not None}
    try:
        return msgspec.convert(said, _Event, strict=False)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _first(*ids: int | None) -> int | None:
    return next((one for one in ids if one is not None), None)
