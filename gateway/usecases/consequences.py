"""What becomes of the gateway's work when the emulated HubSpot fails, or is changed: one sentence
each, for people who play with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from gateway.domain.submissions import State
from gateway.emulator.faults import EVERYWHERE, Area


@dataclasses.dataclass(frozen=True)
class Struck:
    """What becomes of a submission that a fault strikes."""

    state: State
    """Where it is right afterwards."""
    sentence: str


_REFUSED = (
    "It stays safe here. Sending pauses, and every five minutes one call asks whether the token "
    "is good again."
)
_FORBIDDEN = "It stays safe here. Sending pauses, and after five minutes one submission is tried."
_NOWHERE = (
    "It becomes unclear and is looked up. HubSpot does not have it, so after a while a person "
    "decides; it is never sent again blindly."
)
_THERE = "It becomes unclear, is looked up in HubSpot, and is found: delivered, once."

STRUCK: Mapping[str, Struck] = {
    "401_missing": Struck(State.QUEUED, _REFUSED),
    "401_expired": Struck(State.QUEUED, _REFUSED),
    "403": Struck(State.QUEUED, _FORBIDDEN),
    "403_required_scopes": Struck(State.QUEUED, _FORBIDDEN),
    "403_not_public": Struck(State.QUEUED, _FORBIDDEN),
    "403_banned": Struck(State.QUEUED, _FORBIDDEN),
    "403_unexplained": Struck(State.QUEUED, _FORBIDDEN),
    "404": Struck(State.REJECTED, "It counts as refused, and waits for a person."),
    "423": Struck(State.QUEUED, "It stays safe here and is sent two seconds later."),
    "429": Struck(
        State.QUEUED, "It stays safe here. Sending rests for ten seconds, and goes on more slowly."
    ),
    "429_daily": Struck(
        State.QUEUED, "It stays safe here. Sending pauses until the account's midnight."
    ),
    "429_retry_after": Struck(
        State.QUEUED, "It stays safe here. Sending rests for as long as HubSpot says."
    ),
    "ip_block": Struck(State.QUEUED, "It stays safe here. Sending rests for a minute and a half."),
    "477": Struck(State.QUEUED, "It stays safe here. Sending rests for as long as HubSpot says."),
    "500": Struck(State.UNKNOWN, _NOWHERE),
    "500_after_store": Struck(State.UNKNOWN, _THERE),
    "502_html": Struck(State.UNKNOWN, _NOWHERE),
    "502_after_store": Struck(State.UNKNOWN, _THERE),
    "503_html": Struck(State.UNKNOWN, _NOWHERE),
    "504_html": Struck(State.UNKNOWN, _NOWHERE),
    "524_after_store": Struck(State.UNKNOWN, _THERE),
    "drop_before": Struck(State.UNKNOWN, _NOWHERE),
    "drop_after_store": Struck(State.UNKNOWN, _THERE),
    "reset": Struck(State.UNKNOWN, _NOWHERE),
    "reset_after_store": Struck(State.UNKNOWN, _THERE),
    "late_store": Struck(
        State.UNKNOWN, "It becomes unclear, and is looked up until it shows: delivered, once."
    ),
    "slow": Struck(
        State.DELIVERED,
        "It takes longer. If the gateway stops waiting first, it is unclear and looked up.",
    ),
    "slow_before": Struck(State.UNKNOWN, _NOWHERE),
    "garbage_json": Struck(State.UNKNOWN, _THERE),
    "redirect": Struck(
        State.UNKNOWN,
        "The gateway does not follow. It becomes unclear, and sending pauses for a quarter of an "
        "hour.",
    ),
}
"""Kind of fault → what becomes of the next submission."""

AREAS: Mapping[str, tuple[str, str]] = {
    Area.SECURE_SUBMIT: ("Submitting a form", ""),
    Area.SUBMISSIONS: (
        "Looking submissions up",
        "What is unclear cannot be looked up: it stays unclear, and is looked up again.",
    ),
    Area.FORMS: (
        "Reading forms",
        "A form that was read before stays open for a time. What waits leaves once its form can "
        "be read again.",
    ),
    Area.PROPERTIES: (
        "Properties",
        "As with forms: what was read before holds for a time. Whoever changes a property is told "
        "what failed.",
    ),
    Area.VALIDATIONS: (
        "Validation rules",
        "Rules that were read before still hold; where there are none, the form's check says so.",
    ),
    Area.OBJECTS: ("Records", "Whoever reads or changes a record is told what failed."),
    Area.SCHEMAS: ("Kinds of custom objects", "Whoever asks for them is told what failed."),
    Area.ACCOUNT: (
        "The account",
        "What was known of the account holds for a time; the set-up page says what failed.",
    ),
    Area.TOKEN: (
        "Tokens and their scopes",
        "The scopes that were known hold for a time; the set-up page says what failed.",
    ),
    Area.WEBHOOKS: (
        "Webhook settings",
        "The gateway never asks for them: only other clients notice.",
    ),
    Area.PUBLIC_SUBMIT: (
        "Submitting without a token",
        "The gateway never does that: only other clients notice.",
    ),
    EVERYWHERE: ("Everything", ""),
}
"""Part of the API → what it is for, and what the gateway makes of its failing."""

_LATE = "The answer comes late, and is used all the same unless the gateway stops waiting first."


def consequence(on: str, kind: str) -> str:
    """What the gateway makes of a fault of ``kind`` on one part of the API, in a sentence or
    two."""
    if on == Area.SECURE_SUBMIT:
        return STRUCK[kind].sentence
    if on == EVERYWHERE:
        return f"{STRUCK[kind].sentence} If it strikes a read first, that read fails instead."
    return _LATE if kind == "slow" else AREAS[on][1]


DRIFTS: Mapping[str, str] = {
    "recreate_property": "A form with this field that somebody has approved closes until the new "
    "class is approved. Any other form is judged by the new class.",
    "archive_property": "Every form with this field closes, and what waits to be sent is held.",
    "change_type": "A form with this field that somebody has approved closes until it is approved "
    "anew.",
    "change_categories": "A form with this field that somebody has approved closes until it is "
    "approved anew.",
    "change_options": "People can choose the new option. A form that somebody has approved closes "
    "until it is approved anew.",
    "add_field": "The form asks for it. One that somebody has approved closes until the field is "
    "approved.",
    "remove_field": "The form no longer asks for it. One that somebody has approved closes until "
    "it is approved anew.",
    "archive_form": "The form is gone from the first page, and what waits for it is held.",
    "recaptcha_on": "The form closes, since no program may submit it, and what waits is held.",
    "change_consent": "People read the new text. A form that somebody has approved closes until it "
    "is approved anew.",
    "change_form_type": "The form closes, and what waits for it is held.",
}
"""Kind of drift → what the gateway makes of it, within a minute."""
