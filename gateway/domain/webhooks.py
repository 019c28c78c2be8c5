"""What HubSpot reports by webhook, and what is kept of it: that something changed, never to what.

Sources: https://developers.hubspot.com/docs/guides/api/app-management/webhooks, and the enum
``eventType`` of HubSpot's published specification of the webhooks API, version 3.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

from gateway.domain.objects import COMPANY, CONTACT, DEAL, TICKET, object_type
from gateway.domain.sensitivity import Sensitivity

PATH = "/webhooks/hubspot"
"""Where HubSpot's webhooks are received."""
MOST_EVENTS = 100
"""Events in one request: HubSpot sends no more."""
LARGEST_BODY = 2**20
"""Bytes of one request's body that are looked at."""


class Change(enum.StrEnum):
    """What happened to a record: the last part of a subscription's type."""

    CREATED = "creation"
    DELETED = "deletion"
    PROPERTY = "propertyChange"
    MERGED = "merge"
    RESTORED = "restore"
    ASSOCIATED = "associationChange"
    ERASED = "privacyDeletion"
    MESSAGE = "newMessage"
    COMPLETED = "completed"
    OTHER = "other"
    """One this version does not know: it is kept and shown all the same."""


CHANGE_WORDS: Mapping[Change, str] = {
    Change.CREATED: "created",
    Change.DELETED: "deleted",
    Change.PROPERTY: "changed",
    Change.MERGED: "merged",
    Change.RESTORED: "restored",
    Change.ASSOCIATED: "linked or unlinked",
    Change.ERASED: "erased for privacy",
    Change.MESSAGE: "got a new message",
    Change.COMPLETED: "completed",
    Change.OTHER: "changed in a way this version does not know",
}
"""Each change as a person reads it behind the record's name."""

SUBSCRIBED: Mapping[str, tuple[str, str]] = {
    "contact": (CONTACT, "contact"),
    "company": (COMPANY, "company"),
    "deal": (DEAL, "deal"),
    "ticket": (TICKET, "ticket"),
    "product": ("0-7", "product"),
    "line_item": ("0-8", "line item"),
    "conversation": ("conversation", "conversation"),
    "event": ("event", "event"),
}
"""The first part of a subscription's type → the object type it is kept under, and its name for
people. Conversations and events have no object type id. ``object`` names it in each event."""
_LABELS: Mapping[str, str] = dict(SUBSCRIBED.values())

SOURCE_WORDS: Mapping[str, str] = {
    "FORM": "a form submission",
    "CRM": "HubSpot",
    "CRM_UI": "a person in HubSpot",
    "IMPORT": "an import",
    "API": "a program",
    "INTEGRATION": "an app",
    "AUTOMATION_PLATFORM": "a workflow",
    "MERGE_CONTACTS": "a merge",
    "MERGE_OBJECTS": "a merge",
}
"""``changeSource`` as a person reads it. HubSpot names no closed list: any other is shown as it
came, since only capital letters, digits and underscores of it are kept."""
FORM_SOURCE = "FORM"
"""The ``changeSource`` of a change that a form submission made."""


@dataclasses.dataclass(frozen=True)
class Notice:
    """One event as it is kept: ids, names and times. There is no place for a value.

    The first five are its key: HubSpot may send an event again, and does not promise that
    ``event_id`` alone is unique.
    """

    subscription_id: int
    event_id: int
    object_id: int
    property_name: str
    """The property's name; "" when the event is not about one."""
    occurred_at_ms: int
    portal_id: int
    kind: str
    """The subscription's type, such as ``contact.propertyChange``."""
    object_type_id: str
    """``0-1``, ``2-123``…; what has none is kept under the name in ``SUBSCRIBED``."""
    source: str
    """``changeSource``, such as ``FORM``; "" when there was none that could be kept."""
    user_id: int | None
    """The HubSpot user who made the change, when one did."""
    other_id: int | None
    """The record it was merged into, or linked with or unlinked from."""

    @property
    def key(self) -> tuple[int, int, int, str, int]:
        """What tells one event from another."""
        return (self.subscription_id, self.event_id, self.object_id, self.property_name,
                self.occurred_at_ms)  # fmt: skip

    @property
    def change(self) -> Change:
        """What happened."""
        try:
            return Change(self.kind.rpartition(".")[2])
        except ValueError:
            return Change.OTHER


@dataclasses.dataclass(frozen=True)
class KeptNotice:
    """A notice in the inbox."""

    notice: Notice
    received_at_ms: int
    latest: bool
    """Whether nothing later is known of the same property of the same record (of the same
    record, when it is not about a property). Told by when it occurred, not by when it came."""


@dataclasses.dataclass(frozen=True)
class InboxRow:
    """A notice as a person reads it."""

    kept: KeptNotice
    object: str
    """The kind of record: ``contact``."""
    sensitivity: Sensitivity | None
    """The property's class; None when the notice is about none, or its class is not known."""
    label: str
    """The property's label in HubSpot: text from outside. Empty when it is not known."""

    @property
    def redacted(self) -> bool | None:
        """Whether HubSpot left the value out of what it reported: told by the property's class,
        since an ordinary property may truly hold the word REDACTED. None when the class is not
        known."""
        return self.sensitivity.rank > 0 if self.sensitivity is not None else None


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """HubSpot reported a change of a property right after a submission that carries it."""

    property_name: str
    label: str
    """The property's label in HubSpot: text from outside."""
    occurred_at_ms: int
    others: int
    """How many other submissions it may belong to: nothing in a notice names a submission."""


class Refusal(enum.StrEnum):
    """Why a request to the webhook's address was not taken. Nothing of it is kept."""

    OFF = "off"
    SIGNATURE = "signature"
    TIME = "time"
    HOST = "host"
    SLOW = "slow"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_A_LIST = "not_a_list"
    TOO_MANY = "too_many"
    UNREADABLE = "unreadable"
    PORTAL = "portal"
    UNKNOWN_PORTAL = "unknown_portal"
    STORE = "store"


UNSIGNED = frozenset({Refusal.OFF, Refusal.SIGNATURE, Refusal.TIME})
"""Refusals that whoever called is not told apart: who has no secret learns nothing."""

REFUSAL_SENTENCES: Mapping[Refusal, str] = {
    **dict.fromkeys(UNSIGNED, "The signature does not hold. Nothing was kept."),
    Refusal.HOST: "This address is not the configured public one. Nothing was kept.",
    Refusal.SLOW: "The request did not arrive in time. Nothing was kept.",
    Refusal.TOO_LARGE: "The request is larger than 1 MiB. Nothing was kept.",
    Refusal.NOT_JSON: "The request is not JSON. Nothing was kept.",
    Refusal.NOT_A_LIST: "The request is not a list of events. Nothing was kept.",
    Refusal.TOO_MANY: "The request holds more than 100 events. Nothing was kept.",
    Refusal.UNREADABLE: "One of the events cannot be read. Nothing of this request was kept.",
    Refusal.PORTAL: "One of the events is of another account. Nothing of this request was kept.",
    Refusal.UNKNOWN_PORTAL: "It is not known yet which account is ours. Send it again later.",
    Refusal.STORE: "It cannot be kept at the moment. Send it again later.",
}
"""What whoever called is told: never anything of what was sent."""


def record_word(object_type_id: str) -> str:
    """The kind of record as a person reads it: ``contact``, ``custom object``."""
    kind = object_type(object_type_id)
    return kind.label if kind is not None else _LABELS.get(object_type_id, object_type_id)


def source_word(source: str) -> str:
    """Where a change came from, as a person reads it; "" when it is not known."""
    return SOURCE_WORDS.get(source, source.replace("_", " ").lower())
