"""The front door of intake: from raw answers to what is sent, or to every reason why not.

read → clean → logic → check → encode. Cleaning comes before logic, because an invisible
character in a controlling answer must not show or hide a field; cleaning is by field and
needs no logic. Checking and encoding each ask the logic again, on the very answers that are
sent and on one day, so no field is sent that was not checked.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from gateway.domain.answers import Answers, WireField
from gateway.domain.errors import InvalidSubmission, Reason
from gateway.domain.forms import FormDefinition, FormField
from gateway.intake.answers import read
from gateway.intake.consent import legal_options, validate_consent
from gateway.intake.demands import NONE, Demands
from gateway.intake.encode import encode
from gateway.intake.logic import visible_fields
from gateway.intake.reasons import joined, reason
from gateway.intake.sanitize import Cleaned, sanitize
from gateway.intake.validate import validate


@dataclasses.dataclass(frozen=True)
class Prepared:
    """What is sealed and sent, and what was changed on the way.

    ``legal`` is the submission's ``legalConsentOptions``. ``notes`` are by field key; they
    say what was changed or left out, and never hold an answer.
    """

    fields: tuple[WireField, ...]
    legal: dict[str, Any] | None = dataclasses.field(repr=False)
    notes: Mapping[str, Reason]


def prepare(form: FormDefinition, raw: Mapping[str, object], demands: Demands = NONE) -> Prepared:
    """``raw`` (the answers file's JSON shape) made ready to be sealed. ``demands`` are what is
    asked of the answers beyond the form's definition.

    Raises :class:`InvalidSubmission` with every fault of every answer and of the consent.
    The form must have passed the gate: this asks what was answered, not where it may go.
    """
    today = datetime.date.today()
    reading = read(raw, {field.key for field in form.walk()})
    cleaned = _cleaned(form, reading.answers)
    accepted = _accepted(reading.answers, cleaned)
    shown = {field.key: field for field in visible_fields(form, accepted, today=today)}
    reasons = {
        **validate(form, accepted, demands, today=today),
        **validate_consent(form, reading.consent),
        **{key: c.fault for key, c in cleaned.items() if c.fault and _asked(shown.get(key))},
        **reading.reasons,
    }
    if reasons:
        raise InvalidSubmission(reasons)
    return Prepared(
        encode(form, accepted, demands.region, today=today),
        legal_options(form, reading.consent),
        _notes(cleaned, shown),
    )


def shown_fields(form: FormDefinition, raw: Mapping[str, object]) -> tuple[FormField, ...]:
    """The fields :func:`prepare` would take, for the page to draw while answers are still
    being typed: faults are passed over. Hidden fields are left out."""
    answers = read(raw).answers
    accepted = _accepted(answers, _cleaned(form, answers))
    return tuple(field for field in visible_fields(form, accepted) if not field.hidden)


def _cleaned(form: FormDefinition, answers: Answers) -> dict[str, Cleaned]:
    """Every answer to a field of the form, cleaned. Field key → result."""
    fields = {field.key: field for field in form.walk()}
    return {key: sanitize(fields[key], answer) for key, answer in answers.items() if key in fields}


def _accepted(answers: Answers, cleaned: Mapping[str, Cleaned]) -> Answers:
    """The clean answers, with those to no field kept so that they are told of."""
    strangers = {key: answer for key, answer in answers.items() if key not in cleaned}
    clean = {key: c.value for key, c in cleaned.items() if c.value is not None}
    return Answers({**strangers, **clean})


def _asked(field: FormField | None) -> bool:
    return field is not None and not field.hidden


def _notes(cleaned: Mapping[str, Cleaned], shown: Mapping[str, FormField]) -> dict[str, Reason]:
    notes: dict[str, Reason] = {}
    for key, result in cleaned.items():
        field = shown.get(key)
        if field is not None and not field.hidden:
            if result.notes:
                notes[key] = joined(result.notes)
        elif result.value is not None or result.fault:
            notes[key] = reason("filled_by_form" if field else "not_shown")
    return notes
