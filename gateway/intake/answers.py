"""From the answers file's JSON shape to :class:`Answers` and :class:`ConsentChoice`.

``{"email": "a@b.c", "0-2/name": "ACME", "allergies": ["nuts"], "newsletter": true, "age": 41,
"consent": {"processing": true, "communications": {"999": false}}}``

Contact fields may also be named ``0-1/email``. null is no answer. ``consent`` is the consent
when it is an object; anything else under that name answers a field of that name.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Mapping

from gateway.domain.answers import Answer, Answers
from gateway.domain.errors import Reason
from gateway.domain.objects import CONTACT
from gateway.intake.consent import COMMUNICATIONS, PROCESSING, ConsentChoice
from gateway.intake.reasons import WHOLE, reason, told_key
from gateway.intake.text import MAX_BYTES, too_long

MAX_ANSWERS = 1000
"""The most answers at once; HubSpot takes no more fields."""
MAX_CHOICES = 1000
"""The most choices in one answer."""
MAX_TOTAL_BYTES = 262_144
"""The most all texts together may take in UTF-8: 256 KiB."""
MAX_KEY = 128
_MAX_INTEGER_BITS = 160
_EXPECTED = "a text, a number, true or false, or a list of texts"
_SUBSCRIPTION_ID = re.compile(r"[0-9]{1,19}")


@dataclasses.dataclass(frozen=True)
class Reading:
    """What could be read, and what could not. It prints only what could not."""

    answers: Answers = dataclasses.field(repr=False)
    consent: ConsentChoice = dataclasses.field(repr=False)
    reasons: Mapping[str, Reason]


def read(raw: Mapping[str, object], known: Collection[str] = ()) -> Reading:
    """The answers and the consent of ``raw``, with the faults beside whatever could be read.

    ``known`` are the keys of the form's fields: any other key may itself be an answer, and is
    told under ``WHOLE`` unless it clearly is a name.
    """
    if len(raw) > MAX_ANSWERS:
        return _nothing(reason("too_many_answers", limit=MAX_ANSWERS))
    answers: dict[str, Answer] = {}
    reasons: dict[str, Reason] = {}
    consent = ConsentChoice()
    for name, value in raw.items():
        if name == "consent" and isinstance(value, Mapping):
            consent = _consent(value, reasons)
        elif value is not None:
            _read_one(name, value, known, answers, reasons)
    if _total_bytes(answers) > MAX_TOTAL_BYTES:
        return _nothing(reason("too_much_text", limit=MAX_TOTAL_BYTES))
    return Reading(Answers(answers), consent, reasons)


def _nothing(why: Reason) -> Reading:
    return Reading(Answers({}), ConsentChoice(), {WHOLE: why})


def _read_one(
    name: object,
    value: object,
    known: Collection[str],
    answers: dict[str, Answer],
    reasons: dict[str, Reason],
) -> None:
    if not isinstance(name, str) or len(name) > MAX_KEY:
        reasons[WHOLE] = reason("bad_name")
        return
    key = name.removeprefix(f"{CONTACT}/")
    result = _answer(value)
    if isinstance(result, Reason):
        reasons[told_key(key, known)] = result
    elif key in answers:
        reasons[told_key(key, known)] = reason("answered_twice")
    else:
        answers[key] = result


def _answer(value: object) -> Answer | Reason:
    wrong = reason("wrong_type", expected=_EXPECTED)
    if isinstance(value, str):
        return reason("too_long", limit=MAX_BYTES) if too_long(value) else value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_INTEGER_BITS else wrong
    if isinstance(value, float):
        return value if math.isfinite(value) else wrong
    if isinstance(value, list | tuple):
        return _choices(value)
    return wrong


def _choices(values: list[object] | tuple[object, ...]) -> Answer | Reason:
    if len(values) > MAX_CHOICES:
        return reason("wrong_type", expected=f"at most {MAX_CHOICES} choices")
    texts = tuple(item for item in values if isinstance(item, str))
    if len(texts) != len(values):
        return reason("wrong_type", expected=_EXPECTED)
    if sum(map(_bytes, texts)) > MAX_BYTES:
        return reason("too_long", limit=MAX_BYTES)
    return texts


def _consent(raw: Mapping[object, object], reasons: dict[str, Reason]) -> ConsentChoice:
    processing, communications = raw.get("processing"), raw.get("communications")
    if processing is not None and not isinstance(processing, bool):
        reasons[PROCESSING] = reason("checkbox_shape")
        processing = None
    if set(raw) - {"processing", "communications"}:
        reasons[PROCESSING] = reason("wrong_type", expected='"processing" and "communications"')
    return ConsentChoice(processing, _communications(communications, reasons))


def _communications(raw: object, reasons: dict[str, Reason]) -> dict[int, bool]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or len(raw) > MAX_ANSWERS:
        reasons[COMMUNICATIONS] = reason("wrong_type", expected="an object of true and false")
        return {}
    chosen: dict[int, bool] = {}
    for name, value in raw.items():
        if value is None:
            continue
        if not isinstance(value, bool):
            reasons[COMMUNICATIONS] = reason("checkbox_shape")
        elif isinstance(name, str | int) and _SUBSCRIPTION_ID.fullmatch(str(name)):
            chosen[int(name)] = value
        else:
            reasons[COMMUNICATIONS] = reason("subscription_unknown")
    return chosen


def _total_bytes(answers: Mapping[str, Answer]) -> int:
    texts = (a for a in answers.values() if isinstance(a, str | tuple))
    return sum(_bytes(a) if isinstance(a, str) else sum(map(_bytes, a)) for a in texts)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
