"""The audit as people read it: one sentence for each action, what it is about, who did it, and why.

A row holds closed words, ids and names of fields only, so nothing here can show a value.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping

from gateway.domain.audit import Action, AuditRow
from gateway.domain.decisions import REASONS
from gateway.domain.kinds import KINDS, Kind
from gateway.domain.objects import object_type
from gateway.domain.property_definitions import DEFINITION_ACTIONS, DefinitionChange
from gateway.domain.records import Change
from gateway.domain.reveals import PURPOSE_WORDS
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import CAUSES
from gateway.domain.users import HUBSPOT, LOCAL_OPERATOR, WORKER

_FORM = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\Z")


class Subject(enum.StrEnum):
    """What a row is about."""

    SUBMISSION = "submission"
    FORM = "form"
    RECORD = "record"
    OBJECT = "object"
    """An object type: its definitions, or its records as a whole."""
    QUEUE = "queue"
    KEY = "key"
    INBOX = "inbox"
    APP = "app"


AREAS: Mapping[str, str] = {
    "submission": "Submissions",
    "form": "Forms",
    "guard": "The content guard",
    "record": "Records",
    "property": "Properties",
    "group": "Groups of properties",
    "definition": "Requests to define",
    "webhook": "Webhooks",
    "queue": "The queue",
    "key": "Sealing keys",
    "app": "The app",
    "portal": "Measurements",
}
"""What stands before the dot of an action → what all of these are about."""

_S = Subject
ACTIONS: Mapping[Action, tuple[Subject, str]] = {
    Action.ACCEPTED: (_S.SUBMISSION, "Answers were taken, sealed and kept"),
    Action.CLAIMED: (_S.SUBMISSION, "Sending began"),
    Action.DELIVERED: (_S.SUBMISSION, "HubSpot confirmed that it arrived"),
    Action.REQUEUED: (_S.SUBMISSION, "Nothing had left; it went back to the queue"),
    Action.REJECTED: (_S.SUBMISSION, "HubSpot did not accept it"),
    Action.UNCLEAR: (_S.SUBMISSION, "Nobody could tell whether it arrived"),
    Action.ABANDONED: (_S.SUBMISSION, "Sending was given up in the middle"),
    Action.RESTORED: (_S.SUBMISSION, "Set aside: the outbox was an older backup"),
    Action.HELD: (_S.SUBMISSION, "It was held back"),
    Action.RELEASED: (_S.SUBMISSION, "It went on, for its form is right again"),
    Action.FOUND: (_S.SUBMISSION, "It was found in HubSpot"),
    Action.ABSENT: (_S.SUBMISSION, "It was proven not to be in HubSpot; it went back to the queue"),
    Action.REVIEWED: (_S.SUBMISSION, "It was given to a person to decide"),
    Action.RESENT: (_S.SUBMISSION, "A person had it sent again"),
    Action.CONFIRMED: (_S.SUBMISSION, "A person said that it arrived"),
    Action.DISCARDED: (_S.SUBMISSION, "A person withdrew it"),
    Action.CORRECTED: (_S.SUBMISSION, "It was corrected under another receipt"),
    Action.RESEALED: (_S.SUBMISSION, "It was sealed anew"),
    Action.SHREDDED: (_S.SUBMISSION, "Its sealed answers were destroyed"),
    Action.COPIES_SEEN: (_S.SUBMISSION, "HubSpot has it more than once"),
    Action.QUEUE_PAUSED: (_S.QUEUE, "Sending was paused"),
    Action.QUEUE_RESUMED: (_S.QUEUE, "Sending went on"),
    Action.KEY_CLOSED: (_S.KEY, "A key was closed: it seals nothing more"),
    Action.KEY_DESTROYED: (_S.KEY, "A key was destroyed"),
    Action.PROBED: (_S.FORM, "It was measured how HubSpot shows submissions"),
    Action.FORM_APPROVED: (_S.FORM, "The form was approved"),
    Action.FORM_WITHDRAWN: (_S.FORM, "The approval of the form was withdrawn"),
    Action.FORM_DRIFTED: (_S.FORM, "The form had changed since it was approved"),
    Action.WEBHOOK_RECEIVED: (_S.INBOX, "HubSpot reported a change"),
    Action.APP_INSTALLED: (_S.APP, "The app was installed"),
    Action.APP_ENDED: (_S.APP, "The app's installation ended"),
    Action.GUARD_BLOCKED: (_S.FORM, "An answer was refused"),
    Action.GUARD_ASKED: (_S.FORM, "An answer was asked about"),
    Action.GUARD_CONFIRMED: (_S.SUBMISSION, "An answer was confirmed after a question"),
    Action.DEFINITION_ASKED: (_S.OBJECT, "HubSpot was asked to change a definition"),
    Action.PROPERTY_CREATED: (_S.OBJECT, "A property was created"),
    Action.PROPERTY_CHANGED: (_S.OBJECT, "A property was changed"),
    Action.PROPERTY_ARCHIVED: (_S.OBJECT, "A property was archived"),
    Action.GROUP_CREATED: (_S.OBJECT, "A group of properties was created"),
    Action.GROUP_CHANGED: (_S.OBJECT, "A group of properties was changed"),
    Action.GROUP_ARCHIVED: (_S.OBJECT, "A group of properties was archived"),
    Action.RECORD_ASKED: (_S.RECORD, "HubSpot was asked to change a record"),
    Action.RECORD_CREATED: (_S.RECORD, "A record was created"),
    Action.RECORD_UPDATED: (_S.RECORD, "A record was changed"),
    Action.RECORD_CLEARED: (_S.RECORD, "Values were cleared"),
    Action.RECORD_ARCHIVED: (_S.RECORD, "A record was archived"),
    Action.RECORD_REVEALED: (_S.RECORD, "A sensitive value was revealed"),
    Action.RECORD_SEARCHED: (_S.OBJECT, "Records were searched for"),
}
"""Each action: what it is about, and what was done, as a person reads it."""

WHO: Mapping[str, str] = {
    LOCAL_OPERATOR.id: LOCAL_OPERATOR.name,
    WORKER.id: "This program",
    HUBSPOT.id: HUBSPOT.name,
}
"""Who needs no looking up; anybody else is shown by the id the audit knows."""
_ASKED: Mapping[Change, str] = {
    Change.CREATE: "To create it",
    Change.UPDATE: "To change values",
    Change.CLEAR: "To clear values",
    Change.ARCHIVE: "To archive it",
}
_DEFINED: Mapping[str, str] = {one.value: f"To {one.value}" for one in DefinitionChange}
_CLASSES: Mapping[str, str] = {one.value: one.label for one in Sensitivity}
_CAUSES: Mapping[Action, Mapping[str, str]] = {
    Action.RECORD_ASKED: {change.value: words for change, words in _ASKED.items()},
    Action.RECORD_REVEALED: {purpose.value: words for purpose, words in PURPOSE_WORDS.items()},
    Action.DEFINITION_ASKED: _DEFINED,
    **dict.fromkeys(DEFINITION_ACTIONS.values(), _CLASSES),
}
"""What the causes of an action mean, where they are not why a submission is where it is."""
_GUARDS = frozenset({Action.GUARD_BLOCKED, Action.GUARD_ASKED, Action.GUARD_CONFIRMED})


@dataclasses.dataclass(frozen=True)
class AuditEntry:
    """One row, with what a person calls the thing it is about: a receipt's code, a form's name,
    "contact 123", "contacts"."""

    row: AuditRow
    about: str

    @property
    def subject(self) -> Subject:
        """What kind of thing that is."""
        return ACTIONS[self.row.action][0]

    @property
    def words(self) -> str:
        """What was done."""
        return ACTIONS[self.row.action][1]

    @property
    def who(self) -> str:
        """Who did it."""
        return WHO.get(self.row.actor, self.row.actor)

    @property
    def why(self) -> str:
        """The purpose or the cause, "" where the row has none."""
        return cause_words(self.row.action, self.row.cause)


@dataclasses.dataclass(frozen=True)
class AuditPage:
    """Some rows, newest first. ``older`` is the number to ask for those before them with, None
    when there are none."""

    entries: tuple[AuditEntry, ...]
    older: int | None
    rows: int
    """How many rows the chain has."""


@dataclasses.dataclass(frozen=True)
class AuditCheck:
    """Whether chain and outbox agree."""

    intact: bool
    first_wrong: int | None
    """The number of the first row that is wrong, or missing."""
    rows: int
    """How many rows the chain has."""
    at_ms: int
    """When it was checked, ms since the epoch."""


def area(action: Action) -> str:
    """The key of ``AREAS`` that an action belongs to."""
    return action.value.partition(".")[0]


def actions_named(name: str) -> frozenset[Action]:
    """The one action called ``name`` (``record.revealed``), or all of an area (``record``); none
    when there is no such name."""
    return frozenset(one for one in Action if name in (one.value, area(one)))


def cause_words(action: Action, cause: str | None) -> str:
    """What a row's cause means; a word this version does not know is shown as it is."""
    if cause is None:
        return ""
    if action in _GUARDS:
        kind = cause.partition(":")[0]
        return f"It looked like {KINDS[Kind(kind)].words}" if kind in set(Kind) else cause
    if (known := _CAUSES.get(action)) is not None:
        return known.get(cause, cause)
    return CAUSES.get(cause) or REASONS.get(cause) or cause


def place_words(place: str) -> str:
    """A record's place (``0-1/123``), or an object type's, as a person calls it."""
    type_id, _, record_id = place.partition("/")
    kind = object_type(type_id)
    if kind is None:
        return place
    if record_id:
        return f"{kind.label} {record_id}"
    return kind.plural if kind.plural != kind.id else f"{kind.label} {kind.id}"


def form_id_of(place: str) -> str:
    """The form's id, from how the audit writes it: without dashes."""
    found = _FORM.match(place)
    return "-".join(found.groups()) if found is not None else place


def form_place(form_id: str) -> str:
    """How the audit writes a form's id."""
    return form_id.replace("-", "")[:32]
