"""From a raw answer to the one form each field type has: a clean text, a truth value, or the
chosen values. Choices are compared with the form's own values and are not rewritten; only
text a person typed is cleaned.

The result's type by field type: ``bool`` for a single checkbox, ``tuple`` for multiple
checkboxes, ``str`` for everything else.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from decimal import Decimal

from gateway.domain.answers import Answer
from gateway.domain.codepoints import TextKind
from gateway.domain.errors import Reason
from gateway.domain.forms import FieldType, FormField
from gateway.intake.reasons import reason
from gateway.intake.text import clean_text

MAX_NUMBER_DIGITS = 40
"""The most digits of a number; HubSpot's own limit is not published."""


@dataclasses.dataclass(frozen=True)
class Cleaned:
    """A field's answer in its one form (None: no answer), with notes on what was changed, or
    with the reason why it cannot be taken."""

    value: str | bool | tuple[str, ...] | None = dataclasses.field(default=None, repr=False)
    notes: tuple[Reason, ...] = ()
    fault: Reason | None = None


_EMPTY = Cleaned()


def _text(kind: TextKind) -> Callable[[FormField, Answer], Cleaned]:
    def clean(_: FormField, answer: Answer) -> Cleaned:
        if not isinstance(answer, str):
            return Cleaned(fault=reason("wrong_type", expected="a text"))
        result = clean_text(answer, kind)
        return Cleaned(result.text or None, result.notes, result.fault)

    return clean


_identifier = _text(TextKind.IDENTIFIER)


def _number(field: FormField, answer: Answer) -> Cleaned:
    if isinstance(answer, str):
        return _identifier(field, answer)
    if isinstance(answer, bool | tuple) or not math.isfinite(answer):
        return Cleaned(fault=reason("wrong_type", expected="a number"))
    if abs(answer) >= 10**MAX_NUMBER_DIGITS:
        return Cleaned(fault=reason("digits_many", limit=MAX_NUMBER_DIGITS))
    return Cleaned(format(Decimal(repr(answer)), "f"))


def _tick(_: FormField, answer: Answer) -> Cleaned:
    if isinstance(answer, bool):
        return Cleaned(answer)
    if not isinstance(answer, str):
        return Cleaned(fault=reason("checkbox_shape"))
    word = answer.strip().lower() if len(answer) <= 32 else "?"
    if word in {"", "true", "false"}:
        return Cleaned(word == "true") if word else _EMPTY
    return Cleaned(fault=reason("checkbox_shape"))


def _choice(field: FormField, answer: Answer) -> Cleaned:
    if not isinstance(answer, str):
        return Cleaned(fault=reason("wrong_type", expected="one of the choices as a text"))
    allowed = {option.value for option in field.options}
    return _EMPTY if not answer.strip() else _matched((answer,), allowed, single=True)


def _choices(field: FormField, answer: Answer) -> Cleaned:
    allowed = {option.value for option in field.options}
    if isinstance(answer, str):
        answer = (answer,) if answer in allowed else tuple(answer.split(";"))
    if not isinstance(answer, tuple):
        return Cleaned(fault=reason("wrong_type", expected="a list of choices"))
    return _matched(tuple(item for item in answer if item.strip()), allowed, single=False)


def _matched(items: tuple[str, ...], allowed: set[str], *, single: bool) -> Cleaned:
    exact = [item if item in allowed else item.strip() for item in items]
    if any(item not in allowed for item in exact):
        return Cleaned(fault=reason("option"))
    return Cleaned(exact[0] if single else tuple(dict.fromkeys(exact)))


SANITIZERS: Mapping[FieldType, Callable[[FormField, Answer], Cleaned]] = {
    FieldType.EMAIL: _identifier,
    FieldType.PHONE: _identifier,
    FieldType.MOBILE_PHONE: _identifier,
    FieldType.SINGLE_LINE_TEXT: _text(TextKind.LINE),
    FieldType.MULTI_LINE_TEXT: _text(TextKind.FREE),
    FieldType.NUMBER: _number,
    FieldType.SINGLE_CHECKBOX: _tick,
    FieldType.MULTIPLE_CHECKBOXES: _choices,
    FieldType.DROPDOWN: _choice,
    FieldType.RADIO: _choice,
    FieldType.DATEPICKER: _identifier,
}
"""How each field type that can be sent is cleaned."""


def sanitize(field: FormField, answer: Answer) -> Cleaned:
    """``answer`` cleaned for ``field``. Of a field type that cannot be sent only an empty
    text is taken."""
    clean = SANITIZERS.get(field.kind) if field.kind else None
    if clean is not None:
        return clean(field, answer)
    return _EMPTY if answer in ("", ()) else Cleaned(fault=reason("not_sendable"))
