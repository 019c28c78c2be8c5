"""Which fields of a form are in force, given the answers. Pure; the page and the gateway ask
the same function, and the gateway never trusts the page's verdict.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping

from gateway.domain.answers import Answer
from gateway.domain.forms import (
    MAX_DEPTH,
    Condition,
    DependentField,
    FieldType,
    FormDefinition,
    FormField,
)
from gateway.intake.operators import OPERATORS, Comparison, Operator, answer_texts


def condition_holds(
    condition: Condition,
    parent_field: FormField,
    value: Answer | None,
    *,
    today: datetime.date | None = None,
) -> bool:
    """Whether a dependant shows when its parent's answer is ``value`` (None: unanswered).

    The reading of each operator stands in :mod:`gateway.intake.operators`. ``today`` matters
    to the two operators about time only; without it this machine's day counts.
    """
    kind = parent_field.kind
    texts = answer_texts(kind, value)
    try:
        operator = Operator(condition.operator)
    except ValueError:
        return False
    if not texts:
        return False
    day = today or datetime.date.today()
    return OPERATORS[operator](Comparison(kind, texts, condition, day))


def visible_fields(
    form: FormDefinition,
    answers: Mapping[str, Answer],
    *,
    today: datetime.date | None = None,
) -> tuple[FormField, ...]:
    """The fields in force in drawing order, each followed by its dependants.

    A dependant of a field not in force is not in force. A ``hidden`` field is in force with
    its default as answer, whatever ``answers`` says; the page does not draw it. Each field
    comes once. Raises :class:`ValueError` when the form nests deeper than ``MAX_DEPTH``.
    """
    by_key: dict[str, FormField] = {}
    for group in form.field_groups:
        for top in group.fields:
            for field in _in_force(top, answers, today, 0):
                by_key.setdefault(field.key, field)
    return tuple(by_key.values())


def _in_force(
    field: FormField, answers: Mapping[str, Answer], today: datetime.date | None, depth: int
) -> Iterator[FormField]:
    if depth > MAX_DEPTH:
        raise ValueError("dependent fields nest too deep")
    yield field
    value = answer_of(field, answers)

    def shows(dependant: DependentField) -> bool:
        return condition_holds(dependant.dependent_condition, field, value, today=today)

    for dependant in filter(shows, field.dependent_fields):
        yield from _in_force(dependant.dependent_field, answers, today, depth + 1)


def answer_of(field: FormField, answers: Mapping[str, Answer]) -> Answer | None:
    """The answer that counts: the form's default for a hidden field, else the person's.
    None when there is none; an empty text or set is none."""
    answer = default_answer(field) if field.hidden else answers.get(field.key)
    return None if answer in ("", ()) else answer


def _text_default(field: FormField) -> Answer | None:
    return field.default_value


def _tick_default(field: FormField) -> Answer | None:
    text = field.default_value
    return {"true": True, "false": False}.get(text or "", text)


def _choice_default(field: FormField) -> Answer | None:
    return field.default_values[0] if field.default_values else field.default_value


def _set_default(field: FormField) -> Answer | None:
    return field.default_values or tuple((field.default_value or "").split(";"))


DEFAULTS: Mapping[FieldType, Callable[[FormField], Answer | None]] = {
    FieldType.EMAIL: _text_default,
    FieldType.PHONE: _text_default,
    FieldType.MOBILE_PHONE: _text_default,
    FieldType.SINGLE_LINE_TEXT: _text_default,
    FieldType.MULTI_LINE_TEXT: _text_default,
    FieldType.NUMBER: _text_default,
    FieldType.SINGLE_CHECKBOX: _tick_default,
    FieldType.MULTIPLE_CHECKBOXES: _set_default,
    FieldType.DROPDOWN: _choice_default,
    FieldType.RADIO: _choice_default,
    FieldType.DATEPICKER: _text_default,
    FieldType.FILE: _text_default,
    FieldType.PAYMENT_LINK_RADIO: _choice_default,
}
"""Where HubSpot keeps the default of each field type."""


def default_answer(field: FormField) -> Answer | None:
    """The form's own default for a field, in the type its answers have; None without one."""
    default = DEFAULTS[field.kind](field) if field.kind else field.default_value
    if isinstance(default, tuple):
        default = tuple(text for text in default if text)
    return None if default in ("", ()) else default
