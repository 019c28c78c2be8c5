"""What of a form is pinned when a person approves it, and what of it has changed since.

Options are compared by their values, in whatever order HubSpot lists them: another value is
another answer. A renamed label sends the same value, and is no change unless the label now stands
for another value: then people who choose it answer something else. Of the form's texts only
those about consent are pinned, because a submission carries them as what the person agreed to.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from gateway.domain.forms import FormDefinition, FormField, LegalConsent
from gateway.domain.locks import Aspect, Change, FieldLock, FormLock
from gateway.domain.properties import Property
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.policy.differences import (
    MOST_CHOICES,
    choices_in_words,
    consent_texts,
    swapped,
    texts_in_words,
)

SENTENCES: Mapping[Aspect, str] = {
    Aspect.CLASS: "the class of {name} was {was}, and is {now}",
    Aspect.CATEGORIES: "the categories of {name} were {was}, and are {now}",
    Aspect.TYPE: "the property type of {name} was {was}, and is {now}",
    Aspect.FIELD_TYPE: "the field type of {name} was {was}, and is {now}",
    Aspect.CREATED_AT: "the property of {name} was created {was}; now there is one created {now}",
    Aspect.OPTIONS: "{name} had {was}, and has {now}",
    Aspect.FIELD_ADDED: "{name} was {was}, and is {now}",
    Aspect.FIELD_REMOVED: "{name} was {was}, and is {now}",
    Aspect.PROPERTY_GONE: "the property of {name} was {was}, and is {now}",
    Aspect.RECAPTCHA: "reCAPTCHA was {was}, and is {now}",
    Aspect.ARCHIVED: "the form was {was}, and is {now}",
    Aspect.FORM_TYPE: "the form's type was {was}, and is {now}",
    Aspect.CONSENT: "the consent was {was}, and is {now}",
}
"""Each change as the end of a sentence."""

ON, OFF = "on", "off"
ON_THE_FORM, NOT_ON_THE_FORM = "on the form", "not on the form"
IN_HUBSPOT, GONE, PROPERTY_ARCHIVED = "in HubSpot", "not there", "archived"
IN_USE, FORM_ARCHIVED = "in use", "archived"


class _Pinned(Protocol):
    """What of one field is compared: a :class:`FieldLock` has it, and so have :class:`Pins`."""

    @property
    def field_type(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def sensitivity(self) -> str: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def created_at(self) -> str | None: ...
    @property
    def choices(self) -> int: ...
    @property
    def options(self) -> str | None: ...
    @property
    def values(self) -> Mapping[str, str]: ...


@dataclasses.dataclass(frozen=True)
class Pins:
    """What HubSpot says now of one field and its property."""

    field_type: str
    type: str
    sensitivity: str
    categories: tuple[str, ...]
    created_at: str | None
    choices: int
    options: str | None
    values: dict[str, str]


@dataclasses.dataclass(frozen=True)
class _Row:
    pinned: Callable[[_Pinned], object]
    """What is compared."""
    words: Callable[[_Pinned, _Pinned], str]
    """The first of the two, in words that say where it differs from the second."""
    also: Callable[[_Pinned, _Pinned], bool] = lambda _was, _now: False
    """Whether the two differ, though what is compared is equal."""


_COMPARED: Mapping[Aspect, _Row] = {
    Aspect.FIELD_TYPE: _Row(lambda one: one.field_type, lambda one, _: one.field_type),
    Aspect.CLASS: _Row(lambda one: one.sensitivity, lambda one, _: class_words(one.sensitivity)),
    Aspect.CATEGORIES: _Row(
        lambda one: one.categories, lambda one, _: ", ".join(one.categories) or "none"
    ),
    Aspect.TYPE: _Row(lambda one: one.type, lambda one, _: one.type or "not named"),
    Aspect.CREATED_AT: _Row(
        lambda one: one.created_at, lambda one, _: one.created_at or "at a time nobody named"
    ),
    Aspect.OPTIONS: _Row(
        lambda one: one.options,
        lambda one, other: (
            choices_in_words(one.choices, one.values, other.values) if one.options else "none"
        ),
        lambda was, now: bool(swapped(was.values, now.values)),
    ),
}
"""What is compared of a field that is on the form and has its property."""


def changes(snapshot: Snapshot, lock: FormLock) -> tuple[Change, ...]:
    """Every difference between what was approved and what HubSpot says now: the form's own
    first, then its fields in their order, then those that are gone.

    A form that cannot be read has none: it is closed for that alone. Of a property that may
    not be read, or that HubSpot names twice, nothing can be told either.
    """
    form = snapshot.definition
    if form is None:
        return ()
    on_form, known = fields_of(form), snapshot.by_address()
    return (
        *_of_form(form, lock),
        *(
            change
            for key, field in on_form.items()
            if field.object_type_id not in snapshot.unreadable or key not in lock.fields
            for change in _of_field(
                field, known.get((field.object_type_id, field.name), ()), lock.fields.get(key)
            )
        ),
        *(
            Change(key, Aspect.FIELD_REMOVED, ON_THE_FORM, NOT_ON_THE_FORM)
            for key in lock.fields
            if key not in on_form
        ),
    )


def changes_by_field(drift: Iterable[Change]) -> dict[str, tuple[Change, ...]]:
    """The changes of fields, by their key."""
    found: dict[str, tuple[Change, ...]] = {}
    for change in drift:
        if change.field is not None:
            found[change.field] = (*found.get(change.field, ()), change)
    return found


def sentence(change: Change) -> str:
    """The change as the end of a sentence."""
    return SENTENCES[change.aspect].format(name=change.field, was=change.was, now=change.now)


def fields_of(form: FormDefinition) -> dict[str, FormField]:
    """The form's fields by key; of two with one key the first."""
    found: dict[str, FormField] = {}
    for field in form.walk():
        found.setdefault(field.key, field)
    return found


def pins(field: FormField, prop: Property) -> Pins:
    """What HubSpot says now of a field and its property."""
    offered = {option.value for option in field.options}
    known = {option.value for option in prop.options}
    # In one order, so that of a value listed twice always the same label counts.
    labels = dict(sorted((one.value, one.label) for one in field.options or prop.options))
    return Pins(
        field_type=field.field_type,
        type=prop.type,
        sensitivity=prop.data_sensitivity or "",
        categories=tuple(sorted(prop.sensitive_data_categories)),
        created_at=prop.created_at,
        choices=len(offered or known),
        options=_digest([sorted(offered), sorted(known)]) if offered or known else None,
        values=labels if len(labels) <= MOST_CHOICES else {},
    )


def consent_digest(consent: LegalConsent) -> str:
    """SHA-256 (hex) over the consent mode and all its texts."""
    return _digest(msgspec.to_builtins(consent))


def class_words(text: str) -> str:
    """A class as a person reads it, within a sentence."""
    known = Sensitivity.parse(text)
    return known.label.lower() if known is not None else "not known"


def _of_form(form: FormDefinition, lock: FormLock) -> Iterator[Change]:
    consent = form.legal_consent_options
    if form.archived:
        yield Change(None, Aspect.ARCHIVED, IN_USE, FORM_ARCHIVED)
    if form.form_type != lock.form_type:
        yield Change(None, Aspect.FORM_TYPE, lock.form_type, form.form_type)
    if form.configuration.recaptcha_enabled:
        yield Change(None, Aspect.RECAPTCHA, OFF, ON)
    if consent_digest(consent) != lock.consent:
        now = consent_texts(consent)
        was_told, now_told = _words(lock.consent_mode), _words(consent.type)
        if was_told == now_told:
            was_told = texts_in_words(lock.consent_texts, now) or was_told
            now_told = texts_in_words(now, lock.consent_texts) or now_told
        yield _told(None, Aspect.CONSENT, was_told, now_told)


def _of_field(
    field: FormField, found: Sequence[Property], approved: FieldLock | None
) -> Iterator[Change]:
    living = [prop for prop in found if not prop.archived]
    if approved is None:
        yield Change(field.key, Aspect.FIELD_ADDED, NOT_ON_THE_FORM, ON_THE_FORM)
    elif not living:
        gone = PROPERTY_ARCHIVED if found else GONE
        yield Change(field.key, Aspect.PROPERTY_GONE, IN_HUBSPOT, gone)
    elif len(living) == 1:
        yield from _compared(field.key, approved, pins(field, living[0]))


def _compared(key: str, approved: FieldLock, now: Pins) -> Iterator[Change]:
    for aspect, row in _COMPARED.items():
        if row.pinned(approved) != row.pinned(now) or row.also(approved, now):
            yield _told(key, aspect, row.words(approved, now), row.words(now, approved))


def _told(key: str | None, aspect: Aspect, was: str, now: str) -> Change:
    """The change; what reads the same, but is not, is called changed."""
    return Change(key, aspect, was, f"{now} (changed)" if was == now else now)


def _words(spelling: str) -> str:
    return spelling.replace("_", " ")


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
