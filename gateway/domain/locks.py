"""What a person approved of a form: the pins every later description is held against.

``forms.lock.json`` holds one :class:`FormLock` per approved form. It names fields, classes and
digests, never an answer, so it may be read, compared and kept under version control.
"""

from __future__ import annotations

import enum

import msgspec


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
    sensitivity: str
    """The property's class when it was approved."""
    minimum: str
    """The least class the field's answers may be kept under."""
    categories: tuple[str, ...] = ()
    created_at: str | None = None
    options: str | None = None
    """SHA-256 (hex) over the choices that may be sent; None for a field without choices."""
    guard: GuardMode = GuardMode.BLOCK
    check: str | None = None
    """The check digits its answers must have: a row of ``NUMBER_CHECKS``; None for none."""


class FormLock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was approved of one form, by whom and when."""

    name: str
    form_type: str
    consent: str
    """SHA-256 (hex) over the consent mode and its texts."""
    approved_by: str
    approved_at: str
    """ISO 8601, UTC."""
    fields: dict[str, FieldLock]
    """By field key, dependent fields included."""
    seal: str = ""
    """The key ring's keyed digest over all the rest: an edit by hand breaks it."""
