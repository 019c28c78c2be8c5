"""What the audit records: closed lists and ids. There is no column a value could fall into."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

from gateway.domain.submissions import Event


class Action(enum.StrEnum):
    """Everything the audit knows of."""

    ACCEPTED = "submission.accepted"
    CLAIMED = "submission.claimed"
    DELIVERED = "submission.delivered"
    REQUEUED = "submission.requeued"
    REJECTED = "submission.rejected"
    UNCLEAR = "submission.unclear"
    ABANDONED = "submission.abandoned"
    HELD = "submission.held"
    RELEASED = "submission.released"
    CONFIRMED = "submission.confirmed"
    CORRECTED = "submission.corrected"


EVENT_ACTIONS: Mapping[Event, Action] = {
    Event.CLAIMED: Action.CLAIMED,
    Event.ACCEPTED_BY_HUBSPOT: Action.DELIVERED,
    Event.PROVEN_UNSENT: Action.REQUEUED,
    Event.REFUSED_BY_HUBSPOT: Action.REJECTED,
    Event.OUTCOME_UNCLEAR: Action.UNCLEAR,
    Event.LEASE_EXPIRED: Action.ABANDONED,
    Event.GATE_REFUSED: Action.HELD,
    Event.GATE_PASSES_AGAIN: Action.RELEASED,
    Event.FOUND_IN_HUBSPOT: Action.CONFIRMED,
    Event.CORRECTED: Action.CORRECTED,
}
"""The audit action of every event: no move without a row."""


@dataclasses.dataclass(frozen=True)
class AuditRow:
    """One row of the chain. ``envelope_sha256`` is a digest of ciphertext, never of a value."""

    seq: int
    at_ms: int
    actor: str
    action: Action
    sid: str
    cause: str | None
    fields: tuple[str, ...]
    envelope_sha256: str | None
    prev_hash: str
    hash: str
