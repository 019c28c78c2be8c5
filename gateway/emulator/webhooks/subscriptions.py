"""What the app wants to hear, and where: subscriptions and the one target address.

Sources: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide and HubSpot's
published specification of the webhooks API.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from gateway.domain.objects import COMPANY, CONTACT, DEAL, TICKET
from gateway.emulator.changes import Happening

_RECORD = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
GENERIC = "object"
"""The family whose subscriptions name the object type themselves."""
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "contact": (*_RECORD, "privacyDeletion"),
    "company": _RECORD,
    "deal": _RECORD,
    "ticket": _RECORD,
    "product": _RECORD[:-1],
    "line_item": _RECORD,
    "conversation": ("creation", "deletion", "privacyDeletion", "propertyChange", "newMessage"),
    GENERIC: _RECORD,
    "event": ("completed",),
}
SUBSCRIPTION_TYPES = frozenset(
    f"{name}.{what}" for name, all_ in _FAMILIES.items() for what in all_
)
"""The 48 values of the specification."""
FAMILY_OBJECTS: Mapping[str, str] = {
    "contact": CONTACT, "company": COMPANY, "deal": DEAL, "ticket": TICKET, "product": "0-7",
    "line_item": "0-8",
}  # fmt: skip
"""The object type of each family that has one."""
NOT_SUBSCRIBABLE = frozenset({"num_unique_conversion_events", "hs_lastmodifieddate"})
MAX_SUBSCRIPTIONS = 1000
MAX_CONCURRENT = 10
"""Requests in flight, where nothing else is said; a setting is above 5."""
_MAX_URL = 2048


@dataclasses.dataclass(frozen=True)
class Subscription:
    """One kind of event the app hears of."""

    id: int
    event_type: str
    created_ms: int
    active: bool = False
    property_name: str | None = None
    object_type_id: str | None = None
    """Of generic subscriptions."""
    event_type_name: str | None = None
    updated_ms: int | None = None

    @property
    def family(self) -> str:
        """The first half of the type."""
        return self.event_type.partition(".")[0]

    @property
    def happening(self) -> str:
        """The second half of the type."""
        return self.event_type.partition(".")[2]

    @property
    def subject(self) -> str | None:
        """The object type it is about, None where it is about no records."""
        return self.object_type_id or FAMILY_OBJECTS.get(self.family)

    @property
    def of_property(self) -> bool:
        """Whether it hears of one property's changes."""
        return self.happening == Happening.PROPERTY_CHANGE


@dataclasses.dataclass(frozen=True)
class Target:
    """Where events go."""

    url: str
    max_concurrent: int
    created_ms: int
    updated_ms: int


def url_fault(url: str, *, foreign: bool) -> str | None:
    """What is wrong with a target address, as a sentence; None when it may be kept. One on
    another machine may be kept where ``foreign`` is true, and nothing is ever sent to it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "targetUrl is not an address"
    sound = url.isascii() and url.isprintable() and " " not in url and len(url) <= _MAX_URL
    whole = parts.scheme in ("http", "https") and host and "@" not in parts.netloc
    if not sound or not whole or "#" in url:
        return "targetUrl is a plain http or https address"
    if is_loopback(parts):
        return None
    if not foreign:
        return "The emulator sends to 127.0.0.1, localhost and [::1] only"
    return None if parts.scheme == "https" else "targetUrl must use https"


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address is on this machine, told without asking any name server."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_subscription(text: str) -> Mapping[str, str]:
    """``contact.creation``, ``contact.propertyChange:email``, ``object.creation:2-123`` or
    ``object.propertyChange:2-123/name``, as the keys the API takes."""
    event_type, _, rest = text.partition(":")
    keys = {"eventType": event_type}
    if event_type.startswith(f"{GENERIC}."):
        object_type_id, _, name = rest.partition("/")
        keys["objectTypeId"] = object_type_id
    else:
        name = rest
    return keys | ({"propertyName": name} if name else {})
