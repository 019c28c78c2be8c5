"""Checking cleaned answers against the form: every fault at once, by field key.

HubSpot refuses a whole submission for one bad field and names some of them only; here the
person hears of all, before anything is stored. HubSpot's own verdict still counts: these
rules are the documented ones (required, digits, choices, domains) and the shapes its
properties demand.

Beyond the form's definition come the rules of its properties and the check digits of its lock:
they are asked only of an answer that fits its field.

Source: https://developers.hubspot.com/docs/api-reference/latest/marketing/forms (validation)
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping

from gateway.domain.answers import Answer
from gateway.domain.errors import Reason
from gateway.domain.forms import SENDABLE, FieldType, FormDefinition, FormField
from gateway.intake.demands import NONE, Demands
from gateway.intake.email_rules import email_fault
from gateway.intake.logic import answer_of, visible_fields
from gateway.intake.number_checks import number_fault
from gateway.intake.phone_rules import phone_fault, region_of
from gateway.intake.property_rules import rules_fault
from gateway.intake.reasons import WHOLE, reason, told_key
from gateway.intake.sanitize import MAX_NUMBER_DIGITS
from gateway.intake.text import MAX_BYTES, too_long

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The years a date may have; outside lies a slip of the keyboard."""

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_Check = Callable[[FormField, Answer], Reason | None]


def _typed_text(check: Callable[[FormField, str], Reason | None]) -> _Check:
    def checked(field: FormField, answer: Answer) -> Reason | None:
        if not isinstance(answer, str):
            return reason("wrong_type", expected="a text")
        if too_long(answer):
            return reason("too_long", limit=MAX_BYTES)
        return check(field, answer)

    return checked


def _text(_field: FormField, _answer: str) -> Reason | None:
    return None


def _email(field: FormField, answer: str) -> Reason | None:
    return email_fault(answer, field.validation)


def _phone(field: FormField, answer: str) -> Reason | None:
    if not any(c.isdecimal() for c in answer):
        return reason("phone_shape")
    return _digits(field, answer)


def _number(field: FormField, answer: str) -> Reason | None:
    if not _NUMBER.fullmatch(answer):
        return reason("number_shape")
    return _digits(field, answer, most=MAX_NUMBER_DIGITS)


def _digits(field: FormField, answer: str, *, most: int | None = None) -> Reason | None:
    count = sum(c.isdecimal() for c in answer)
    low, high = field.validation.min_allowed_digits, field.validation.max_allowed_digits
    limit = min((n for n in (high, most) if n is not None), default=None)
    if low is not None and count < low:
        return reason("digits_few", limit=low)
    if limit is not None and count > limit:
        return reason("digits_many", limit=limit)
    return None


def _date(_: FormField, answer: str) -> Reason | None:
    if not _DATE.fullmatch(answer):
        return reason("date_shape")
    try:
        day = datetime.date.fromisoformat(answer)
    except ValueError:
        return reason("date_calendar")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return reason("date_range", low=FIRST_YEAR, high=LAST_YEAR)
    return None


def _tick(field: FormField, answer: Answer) -> Reason | None:
    if not isinstance(answer, bool):
        return reason("checkbox_shape")
    return reason("tick_required") if field.required and not answer else None


def _choice(field: FormField, answer: str) -> Reason | None:
    known = any(option.value == answer for option in field.options)
    return None if known else reason("option")


def _choices(field: FormField, answer: Answer) -> Reason | None:
    if not isinstance(answer, tuple):
        return reason("wrong_type", expected="a list of choices")
    if not set(answer) <= {option.value for option in field.options}:
        return reason("option")
    return reason("option_semicolon") if any(";" in item for item in answer) else None


CHECKS: Mapping[FieldType, _Check] = {
    FieldType.EMAIL: _typed_text(_email),
    FieldType.PHONE: _typed_text(_phone),
    FieldType.MOBILE_PHONE: _typed_text(_phone),
    FieldType.SINGLE_LINE_TEXT: _typed_text(_text),
    FieldType.MULTI_LINE_TEXT: _typed_text(_text),
    FieldType.NUMBER: _typed_text(_number),
    FieldType.SINGLE_CHECKBOX: _tick,
    FieldType.MULTIPLE_CHECKBOXES: _choices,
    FieldType.DROPDOWN: _typed_text(_choice),
    FieldType.RADIO: _typed_text(_choice),
    FieldType.DATEPICKER: _typed_text(_date),
}
"""How the cleaned answer of each field type that can be sent is checked."""


_PHONES = frozenset({FieldType.PHONE, FieldType.MOBILE_PHONE})


def validate(
    form: FormDefinition,
    answers: Mapping[str, Answer],
    demands: Demands = NONE,
    *,
    today: datetime.date | None = None,
) -> dict[str, Reason]:
    """What is wrong with cleaned ``answers``, by field key; empty when nothing is.

    Only fields in force are checked, so an answer to a field not shown is no fault. A hidden
    field is never demanded. An answer to no field at all is ``not_on_form``; when its name
    does not look like a property's, it may itself be an answer, so it is told under
    ``WHOLE`` and not repeated.
    """
    day = today or datetime.date.today()
    asked = dataclasses.replace(demands, region=region_of(form, demands.region))
    faults = _strangers(form, answers)
    for field in visible_fields(form, answers, today=day):
        answer = answer_of(field, answers)
        fault = _fault(field, answer) or _further_fault(field, answer, asked, day)
        if fault is not None:
            faults[field.key] = reason("default_unusable") if field.hidden else fault
    return faults


def _strangers(form: FormDefinition, answers: Mapping[str, Answer]) -> dict[str, Reason]:
    known = {field.key for field in form.walk()}
    told = {told_key(key, known) for key in answers if key not in known}
    return {key: reason("bad_name" if key == WHOLE else "not_on_form") for key in told}


def _fault(field: FormField, answer: Answer | None) -> Reason | None:
    if answer is None:
        return reason("required") if field.required and not field.hidden else None
    if field.kind not in SENDABLE:
        return reason("not_sendable")
    return CHECKS[field.kind](field, answer)


def _further_fault(
    field: FormField, answer: Answer | None, demands: Demands, today: datetime.date
) -> Reason | None:
    """What is wrong with an answer that fits its field, by the ``demands``."""
    if not isinstance(answer, str):
        return None
    if field.kind in _PHONES and (fault := phone_fault(answer, demands.region)):
        return fault
    if fault := rules_fault(field, answer, demands.rules.get(field.key, ()), today):
        return fault
    check = demands.checks.get(field.key)
    return number_fault(answer, check) if check is not None else None
