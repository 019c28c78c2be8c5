"""What a person approved of a form: the pins every later description is held against.

``forms.lock.json`` holds one :class:`FormLock` per approved form. It names fields, classes and
digests, never an answer, so it may be read, compared and kept under version control.
"""

from __future__ import annotations

import dataclasses
import enum

import msgspec

from gateway.domain.sensitivity import Sensitivity

LOCK_VERSION = 1
"""How the lock file is laid out; a file of another version is not read."""


class GuardMode(enum.StrEnum):
    """What happens when the content guard recognises something in a field's answer."""

    BLOCK = "block"
    WARN = "warn"
    """The person is asked, and may send it all the same."""


class FieldLock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was approved of one field and the property behind it."""

    field_type: str
    type: str
    """The property's type, as HubSpot spells it."""
    sensitivity: Sensitivity
    """The property's class when it was approved."""
    minimum: Sensitivity
    """The least class the field's answers may be kept under."""
    categories: tuple[str, ...] = ()
    """In alphabetical order."""
    created_at: str | None = None
    choices: int = 0
    """How many choices the field offers, so that a change can be told in words."""
    options: str | None = None
    """SHA-256 (hex) over the values of the field's and the property's choices, in alphabetical
    order; None for a field without choices."""
    values: dict[str, str] = {}
    """What each of the field's choices sends → the label people choose it by, so that a person
    sees which one came, went or changed its meaning; empty where there are very many."""
    guard: GuardMode = GuardMode.BLOCK
    check: str | None = None
    """The check digits its answers must have: a row of ``NUMBER_CHECKS``; None for none."""


class FormLock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was approved of one form, by whom and when. reCAPTCHA was off, and the form was not
    archived: else it could not have been approved."""

    name: str
    form_type: str
    consent: str
    """SHA-256 (hex) over the consent mode and its texts."""
    consent_mode: str
    """As HubSpot spells it, so that a change can be told in words."""
    consent_texts: dict[str, str] = {}
    """The consent's texts, each by the name a person knows it by, for the same reason; empty
    where they are very long."""
    approved_by: str
    approved_at: str
    """ISO 8601, UTC."""
    fields: dict[str, FieldLock]
    """By field key, dependent fields included."""
    seal: str = ""
    """The key ring's keyed digest over all the rest, the account's and the form's id: an edit
    by hand breaks it, and so does a move to another form."""


class LockFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. Each form's entry is read as a :class:`FormLock` by itself, so that one
    that was spoilt closes its own form and no other."""

    version: int
    portal: int
    forms: dict[str, dict[str, object]]
    """By form id."""


@dataclasses.dataclass(frozen=True)
class LockEntry:
    """One form's entry as it stands in the file, whether it counts or not."""

    form_id: str
    name: str
    """The form's name when it was approved; its id where an edit left none."""
    digest: str
    """SHA-256 (hex) over all of it, the seal included: another approval has another."""


class LockFault(enum.StrEnum):
    """Why what the file says of a form does not count: each is the code of a finding."""

    UNREADABLE = "lock_unreadable"
    """Nobody can read it: no JSON, of an unknown shape or version, too large, or not allowed."""
    PORTAL = "lock_portal"
    """It is of another account."""
    EDITED = "lock_edited"
    """The form's seal does not fit: edited by hand, or approved with other keys."""


@dataclasses.dataclass(frozen=True)
class Approval:
    """What is known of a form's approval: at most one of ``lock`` and ``fault``; neither when
    nobody has approved the form."""

    required: bool
    """Whether a form that nobody has approved is closed."""
    lock: FormLock | None = None
    fault: LockFault | None = None


class Aspect(enum.StrEnum):
    """What can change in a form after it was approved."""

    CLASS = "class"
    CATEGORIES = "categories"
    TYPE = "type"
    FIELD_TYPE = "field_type"
    CREATED_AT = "created_at"
    OPTIONS = "options"
    FIELD_ADDED = "field_added"
    FIELD_REMOVED = "field_removed"
    PROPERTY_GONE = "property_gone"
    RECAPTCHA = "recaptcha"
    ARCHIVED = "archived"
    FORM_TYPE = "form_type"
    CONSENT = "consent"


@dataclasses.dataclass(frozen=True)
class Change:
    """One difference between what was approved and what HubSpot says now, in words."""

    field: str | None
    """The field's key; None for the form itself."""
    aspect: Aspect
    was: str
    now: str
