"""What a person may decide about a submission, and why: closed lists, so that no free text,
and with it no answer, gets into the outbox or the audit."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.submissions import TRANSITIONS, Event, State
from gateway.domain.users import Permission

REASONS: Mapping[str, str] = {
    "seen_in_hubspot": "I saw it in HubSpot.",
    "not_in_hubspot": "I looked in HubSpot, and it is not there.",
    "form_put_right": "The form or its property was put right in HubSpot.",
    "entered_by_hand": "The answers were entered in HubSpot by hand.",
    "sent_under_another_receipt": "It was sent under another receipt.",
    "withdrawn": "The person withdrew their answers.",
    "test": "It was a test.",
    "corrected": "It was corrected and sent again.",
}
"""Every reason, as a person reads it."""

REASONS_FOR: Mapping[Event, tuple[str, ...]] = {
    Event.CONFIRMED: ("seen_in_hubspot", "entered_by_hand"),
    Event.RESENT: ("not_in_hubspot", "form_put_right"),
    Event.DISCARDED: ("entered_by_hand", "sent_under_another_receipt", "withdrawn", "test"),
    Event.CORRECTED: ("corrected",),
}
"""Which reasons a decision may have."""

DECISION_WORDS: Mapping[Event, str] = {
    Event.CONFIRMED: "It arrived",
    Event.RESENT: "Send again",
    Event.DISCARDED: "Withdraw",
    Event.CORRECTED: "Correct",
}
"""Each decision as the label of its button."""

DECISION_PERMISSIONS: Mapping[Event, Permission] = {
    Event.CONFIRMED: Permission.DECIDE,
    Event.RESENT: Permission.RESEND,
    Event.DISCARDED: Permission.DECIDE,
    Event.CORRECTED: Permission.SUBMIT,
}
"""What a person must be allowed to do for each decision."""


def decisions_in(state: State) -> tuple[Event, ...]:
    """The decisions there are about a submission in ``state``, in the order of the buttons."""
    return tuple(event for event in REASONS_FOR if (state, event) in TRANSITIONS)
