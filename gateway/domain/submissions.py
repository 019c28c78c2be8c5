"""A submission's life: its states, who may move it, and what it carries across the border
between the person who typed and the worker that sends."""

from __future__ import annotations

import dataclasses
import enum
import secrets
from collections.abc import Mapping
from typing import Any

from gateway.domain.answers import WireField
from gateway.domain.forms import field_key


class State(enum.StrEnum):
    """Where a submission is."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    DELIVERED = "DELIVERED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    REVIEW = "REVIEW"
    DISCARDED = "DISCARDED"


class Event(enum.StrEnum):
    """What moves a submission from one state to another."""

    CLAIMED = "claimed"
    ACCEPTED_BY_HUBSPOT = "accepted_by_hubspot"
    PROVEN_UNSENT = "proven_unsent"
    REFUSED_BY_HUBSPOT = "refused_by_hubspot"
    OUTCOME_UNCLEAR = "outcome_unclear"
    LEASE_EXPIRED = "lease_expired"
    GATE_REFUSED = "gate_refused"
    GATE_PASSES_AGAIN = "gate_passes_again"
    FOUND_IN_HUBSPOT = "found_in_hubspot"
    ABSENCE_PROVEN = "absence_proven"
    GIVEN_TO_A_PERSON = "given_to_a_person"
    RESENT = "resent"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"
    CORRECTED = "corrected"
    OUTBOX_RESTORED = "outbox_restored"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.QUEUED, Event.CLAIMED): State.SENDING,
    (State.SENDING, Event.ACCEPTED_BY_HUBSPOT): State.DELIVERED,
    (State.SENDING, Event.PROVEN_UNSENT): State.QUEUED,
    (State.SENDING, Event.REFUSED_BY_HUBSPOT): State.REJECTED,
    (State.SENDING, Event.OUTCOME_UNCLEAR): State.UNKNOWN,
    (State.SENDING, Event.LEASE_EXPIRED): State.UNKNOWN,
    (State.SENDING, Event.GATE_REFUSED): State.HELD,
    (State.SENDING, Event.GIVEN_TO_A_PERSON): State.REVIEW,
    (State.HELD, Event.GATE_PASSES_AGAIN): State.QUEUED,
    (State.HELD, Event.DISCARDED): State.DISCARDED,
    (State.UNKNOWN, Event.FOUND_IN_HUBSPOT): State.DELIVERED,
    (State.UNKNOWN, Event.ABSENCE_PROVEN): State.QUEUED,
    (State.UNKNOWN, Event.GIVEN_TO_A_PERSON): State.REVIEW,
    (State.QUEUED, Event.FOUND_IN_HUBSPOT): State.DELIVERED,
    (State.REVIEW, Event.FOUND_IN_HUBSPOT): State.DELIVERED,
    (State.REVIEW, Event.CONFIRMED): State.DELIVERED,
    (State.REVIEW, Event.RESENT): State.QUEUED,
    (State.REVIEW, Event.DISCARDED): State.DISCARDED,
    (State.REJECTED, Event.RESENT): State.QUEUED,
    (State.REJECTED, Event.CORRECTED): State.DISCARDED,
    (State.REJECTED, Event.DISCARDED): State.DISCARDED,
    # An older backup does not know what was sent after it was made.
    (State.QUEUED, Event.OUTBOX_RESTORED): State.UNKNOWN,
    (State.HELD, Event.OUTBOX_RESTORED): State.UNKNOWN,
}
"""Every move there is; what is not here cannot happen. An unclear outcome is never sent
again blindly: the endpoint has no idempotency key. It goes back to the queue only when a
complete look into HubSpot has proven that it is not there, or a person has decided."""

DECISIONS = frozenset({Event.CONFIRMED, Event.RESENT, Event.DISCARDED, Event.CORRECTED})
"""Moves that only a person makes, each with a reason."""
NEEDS_A_PERSON = frozenset({State.REJECTED, State.REVIEW})
"""States that only a person ends."""

FINAL = frozenset({State.DELIVERED, State.DISCARDED})
"""States a submission never leaves."""

STATE_WORDS: Mapping[State, tuple[str, str]] = {
    State.QUEUED: ("Kept safely, on its way", "It is stored and will be sent to HubSpot."),
    State.SENDING: ("Being sent", "It is on its way to HubSpot now."),
    State.DELIVERED: ("Delivered to HubSpot", "HubSpot has confirmed that it received it."),
    State.REJECTED: (
        "Not accepted by HubSpot",
        "HubSpot refused it. Correct it and send it again.",
    ),
    State.UNKNOWN: (
        "Being confirmed",
        "The connection broke while sending. It may have arrived; it is looked up in HubSpot "
        "and never sent twice.",
    ),
    State.HELD: (
        "Held back",
        "The form changed in HubSpot and is no longer safe for these answers. They are kept "
        "here until the form is put right.",
    ),
    State.REVIEW: (
        "Needs a decision",
        "Nobody can tell by program whether it arrived. A person looks in HubSpot and decides.",
    ),
    State.DISCARDED: (
        "Withdrawn",
        "It is not sent any more: it was corrected under a new receipt, or a person withdrew it.",
    ),
}
"""Each state as a receptionist reads it: a few words, and one sentence."""


_RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
_RECEIPT_LENGTH = 11


def new_sid() -> str:
    """A submission's own id: 128 random bits as lower-case hex. It is also the tag in
    ``pageUri``, so it holds no meaning."""
    return secrets.token_hex(16)


def new_receipt() -> str:
    """A receipt's code for people: 11 random characters (53 bits) and a check character,
    in groups of four, without letters and digits that look alike (0 O, 1 I L, 2 Z, U V).

    The alphabet's size is a prime, so the check character finds every single slip and
    every swap of neighbours.
    """
    body = "".join(secrets.choice(_RECEIPT_ALPHABET) for _ in range(_RECEIPT_LENGTH))
    return _grouped(body + _check_character(body))


def read_receipt(typed: str) -> str | None:
    """The receipt code a person typed, in its canonical form; None when it cannot be one
    (wrong length, foreign characters, or a check character that does not fit)."""
    code = "".join(c for c in typed.upper() if c not in " -–—")
    if len(code) != _RECEIPT_LENGTH + 1 or any(c not in _RECEIPT_ALPHABET for c in code):
        return None
    return _grouped(code) if _check_character(code[:-1]) == code[-1] else None


def _grouped(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _check_character(body: str) -> str:
    size = len(_RECEIPT_ALPHABET)
    total = sum((i + 1) * _RECEIPT_ALPHABET.index(c) for i, c in enumerate(body))
    return _RECEIPT_ALPHABET[total % size]


@dataclasses.dataclass(frozen=True)
class Payload:
    """What is sealed: all that the body of the secure submit needs beside the clock.

    ``legal`` is HubSpot's ``legalConsentOptions`` of a submission, or None. The values are
    in ``fields``, which cannot print themselves.
    """

    fields: tuple[WireField, ...]
    page_uri: str
    page_name: str
    legal: Mapping[str, Any] | None = dataclasses.field(default=None, repr=False)
    classes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """field key → the property's class when the answers were accepted: none may be lower
    when they are sent."""

    def keys(self) -> frozenset[str]:
        """The keys of the fields it carries."""
        return frozenset(field_key(field.object_type_id, field.name) for field in self.fields)


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What a person gets once, and only once, the submission is durable."""

    code: str
    form_id: str
    form_name: str
    accepted_at_ms: int
    """When it was made durable, milliseconds since the epoch (UTC)."""
    state: State
    """The state when the receipt was written; ask ``Gateway.status`` for the live one."""


@dataclasses.dataclass(frozen=True)
class Status:
    """Where one submission is now. It holds no answer, and no text that came from HubSpot."""

    code: str
    form_id: str
    form_name: str
    state: State
    attempts: int
    accepted_at_ms: int
    changed_at_ms: int
    delivered_at_ms: int | None = None
    cause: str | None = None
    """Why it is where it is, as a key of ``CAUSES``; None when all is well."""
    rejected_fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """field key (or ``""`` for the whole form) → HubSpot's errorType."""
    decision: str | None = None
    """Why a person decided as they did, as a key of ``REASONS``."""
    resends: int = 0
    """How often it was sent again after its absence was proven."""
    copies: int = 0
    """How many times HubSpot has it, where more than once was seen; else 0."""
    shredded_at_ms: int | None = None
    """When its sealed answers were destroyed; None while they are kept."""
    history: tuple[tuple[int, State, str], ...] = ()
    """(milliseconds, state, event) oldest first."""


CAUSES: Mapping[str, str] = {
    "unreachable": "HubSpot cannot be reached at the moment. It is sent as soon as HubSpot answers.",
    "rate_limited": "HubSpot asked us to slow down. It is sent shortly.",
    "unauthorized": "HubSpot refused our token. Tell your administrator; nothing is lost.",
    "not_installed": "The app is not installed in HubSpot any more. Tell your administrator: it is sent once the app is installed again.",
    "forbidden": "Our token lacks a permission in HubSpot. Tell your administrator; nothing is lost.",
    "migrating": "HubSpot is moving this account's data. It is sent when that is done.",
    "no_answer": "HubSpot did not answer in time, or not clearly.",
    "worker_stopped": "The program stopped while sending.",
    "outbox_restored": "The outbox was put back from an older backup, so this may have been sent since. It is looked up in HubSpot first.",
    "lease_lost": "Sending took too long to begin, so it was given up before anything left.",
    "gate": "The form or one of its properties changed in HubSpot.",
    "definitions_old": "The form's definition could not be read again before sending.",
    "not_found": "HubSpot no longer knows this form.",
    "invalid": "HubSpot did not accept one or more answers.",
    "wrong_key": "The key that sealed it is not here. Tell your administrator; nothing is lost.",
    "keys_away": "The sealing keys cannot be read at the moment. Tell your administrator; nothing is lost.",
    "tampered": "Its sealed data was altered. Tell your administrator.",
    "no_destination": "This program does not know where submissions of this account go. Tell your administrator; nothing is lost.",
    "too_old": "It waited for so long that HubSpot would refuse its date. Tell your administrator; nothing is lost.",
    "interrupted": "Something went wrong before anything left. It is tried again.",
    "not_found_again": "It may have been sent, and HubSpot does not show it. Whether that proves anything was never measured for this account.",
    "resent_thrice": "It was sent again three times and HubSpot still does not show it.",
    "no_evidence": "HubSpot's list of submissions could not be read to the end for too long.",
    "daily_quota": "This account's calls for today are used up. It is sent after midnight, in the account's time zone.",
    "ip_block": "HubSpot blocks this address for a moment. It is sent when that is over.",
    "clock": "This machine's clock is wrong. Tell your administrator; nothing is lost.",
    "policy": "HubSpot sent us to another address, which is not allowed. Tell your administrator; nothing is lost.",
    "operator": "Somebody has paused the sending. Nothing is lost.",
    "form_paused": "HubSpot refused too many submissions of this form in a row. Tell your administrator; nothing is lost.",
    "found_by_time": "It was found in HubSpot by its time, because HubSpot changes page addresses.",
    "wrong_portal": "It was accepted for another HubSpot account than the one configured now.",
}
"""Why a submission waits or stopped: a closed list, so that no remote text gets in."""
