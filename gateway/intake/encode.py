"""From a checked answer to the text on the wire.

HubSpot takes every value as a string: numbers as digits with one point, truth values as
``true`` or ``false``, several choices joined by ``;``, dates as year-month-day. What has no
answer is left out, because an empty string may clear a value HubSpot already has. A text goes as
it was typed, but for the country of a phone number where the form's own page would add it.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties (value formats)
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import NoReturn

from gateway.domain.answers import Answer, WireField
from gateway.domain.forms import SENDABLE, FieldType, FormDefinition, FormField
from gateway.intake.logic import answer_of, visible_fields
from gateway.intake.phone_rules import region_of, with_country


def _unchecked() -> NoReturn:
    raise TypeError("an answer was not checked before it was encoded")


def _text(answer: Answer) -> str:
    return answer if isinstance(answer, str) else _unchecked()


def _truth(answer: Answer) -> str:
    return str(answer).lower() if isinstance(answer, bool) else _unchecked()


def _joined(answer: Answer) -> str:
    return ";".join(answer) if isinstance(answer, tuple) else _unchecked()


ENCODERS: Mapping[FieldType, Callable[[Answer], str]] = {
    FieldType.EMAIL: _text,
    FieldType.PHONE: _text,
    FieldType.MOBILE_PHONE: _text,
    FieldType.SINGLE_LINE_TEXT: _text,
    FieldType.MULTI_LINE_TEXT: _text,
    FieldType.NUMBER: _text,
    FieldType.SINGLE_CHECKBOX: _truth,
    FieldType.MULTIPLE_CHECKBOXES: _joined,
    FieldType.DROPDOWN: _text,
    FieldType.RADIO: _text,
    FieldType.DATEPICKER: _text,
}
"""How each field type that can be sent is written."""


def encode(
    form: FormDefinition,
    answers: Mapping[str, Answer],
    region: str = "",
    *,
    today: datetime.date | None = None,
) -> tuple[WireField, ...]:
    """The fields in force that have an answer, in drawing order, hidden defaults included.

    ``answers`` must have passed :func:`gateway.intake.validate.validate`; one of the wrong
    type, or for a field that cannot be sent, raises :class:`TypeError` without its value.
    ``region`` is the country of phone numbers without one, as in :class:`Demands`.
    """
    country = region_of(form, region)
    return tuple(
        WireField(field.object_type_id, field.name, _written(field, answer, country))
        for field in visible_fields(form, answers, today=today)
        if (answer := answer_of(field, answers)) is not None
    )


def _written(field: FormField, answer: Answer, country: str) -> str:
    text = _encoder(field.kind)(answer)
    return with_country(text, country) if field.use_country_code_select else text


def _encoder(kind: FieldType | None) -> Callable[[Answer], str]:
    return ENCODERS[kind] if kind in SENDABLE else _unchecked()
