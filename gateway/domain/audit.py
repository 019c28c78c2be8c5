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
    FOUND = "submission.confirmed"
    ABSENT = "submission.absent"
    REVIEWED = "submission.review"
    RESENT = "submission.resent"
    CONFIRMED = "submission.confirmed_by_person"
    DISCARDED = "submission.discarded"
    CORRECTED = "submission.corrected"
    RESTORED = "submission.outbox_restored"
    RESEALED = "submission.resealed"
    SHREDDED = "submission.shredded"
    COPIES_SEEN = "submission.copies_seen"
    QUEUE_PAUSED = "queue.paused"
    QUEUE_RESUMED = "queue.resumed"
    KEY_CLOSED = "key.closed"
    KEY_DESTROYED = "key.destroyed"
    PROBED = "portal.probed"
    FORM_APPROVED = "form.approved"
    FORM_WITHDRAWN = "form.approval_withdrawn"
    FORM_DRIFTED = "form.drifted"
    WEBHOOK_RECEIVED = "webhook.received"
    APP_INSTALLED = "app.installed"
    APP_ENDED = "app.ended"
    GUARD_BLOCKED = "guard.blocked"
    GUARD_ASKED = "guard.asked"
    GUARD_CONFIRMED = "submission.guard_confirmed"
    DEFINITION_ASKED = "definition.change_asked"
    PROPERTY_CREATED = "property.created"
    PROPERTY_CHANGED = "property.changed"
    PROPERTY_ARCHIVED = "property.archived"
    GROUP_CREATED = "group.created"
    GROUP_CHANGED = "group.changed"
    GROUP_ARCHIVED = "group.archived"
    RECORD_ASKED = "record.change_asked"
    RECORD_CREATED = "record.created"
    RECORD_UPDATED = "record.updated"
    RECORD_CLEARED = "record.cleared"
    RECORD_ARCHIVED = "record.archived"
    RECORD_REVEALED = "record.revealed"
    RECORD_SEARCHED = "record.searched"


EVENT_ACTIONS: Mapping[Event, Action] = {
    Event.CLAIMED: Action.CLAIMED,
    Event.ACCEPTED_BY_HUBSPOT: Action.DELIVERED,
    Event.PROVEN_UNSENT: Action.REQUEUED,
    Event.REFUSED_BY_HUBSPOT: Action.REJECTED,
    Event.OUTCOME_UNCLEAR: Action.UNCLEAR,
    Event.LEASE_EXPIRED: Action.ABANDONED,
    Event.GATE_REFUSED: Action.HELD,
    Event.GATE_PASSES_AGAIN: Action.RELEASED,
    Event.FOUND_IN_HUBSPOT: Action.FOUND,
    Event.ABSENCE_PROVEN: Action.ABSENT,
    Event.GIVEN_TO_A_PERSON: Action.REVIEWED,
    Event.RESENT: Action.RESENT,
    Event.CONFIRMED: Action.CONFIRMED,
    Event.DISCARDED: Action.DISCARDED,
    Event.CORRECTED: Action.CORRECTED,
    Event.OUTBOX_RESTORED: Action.RESTORED,
}
"""The audit action of every event: no move without a row."""

WITHOUT_A_MOVE = frozenset(
    {Action.RESEALED, Action.SHREDDED, Action.COPIES_SEEN, Action.GUARD_CONFIRMED}
)
"""What is told of a submission that stays where it is."""
NOT_OF_A_SUBMISSION: Mapping[Action, str] = {
    Action.QUEUE_PAUSED: "queue",
    Action.QUEUE_RESUMED: "queue",
    Action.KEY_CLOSED: "a key's id",
    Action.KEY_DESTROYED: "a key's id",
    Action.PROBED: "a form's id without dashes",
    Action.FORM_APPROVED: "a form's id without dashes",
    Action.FORM_WITHDRAWN: "a form's id without dashes",
    Action.FORM_DRIFTED: "a form's id without dashes",
    Action.WEBHOOK_RECEIVED: "inbox",
    Action.APP_INSTALLED: "the app",
    Action.APP_ENDED: "the app",
    Action.GUARD_BLOCKED: "a form's id without dashes",
    Action.GUARD_ASKED: "a form's id without dashes",
    Action.DEFINITION_ASKED: "an object type",
    Action.PROPERTY_CREATED: "an object type",
    Action.PROPERTY_CHANGED: "an object type",
    Action.PROPERTY_ARCHIVED: "an object type",
    Action.GROUP_CREATED: "an object type",
    Action.GROUP_CHANGED: "an object type",
    Action.GROUP_ARCHIVED: "an object type",
    Action.RECORD_ASKED: "a record's object type and id, or the object type alone",
    Action.RECORD_CREATED: "a record's object type and id",
    Action.RECORD_UPDATED: "a record's object type and id",
    Action.RECORD_CLEARED: "a record's object type and id",
    Action.RECORD_ARCHIVED: "a record's object type and id",
    Action.RECORD_REVEALED: "a record's object type and id",
    Action.RECORD_SEARCHED: "an object type",
}
"""Actions on something else, and what stands in the row's ``sid`` then."""


@dataclasses.dataclass(frozen=True)
class AuditRow:
    """One row of the chain. ``envelope_sha256`` is a digest of ciphertext, never of a value,
    or, of a form, of what was approved, withdrawn or has changed; ``cause`` is a key of
    ``CAUSES``, of ``REASONS`` for a person's decision, a kind and its tier (:class:`Guarded`),
    or, of a record, a change or a purpose, or, of a definition, a change or a class."""

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
