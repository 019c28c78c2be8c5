"""The content guard: does an answer hold something its field's property is not made for?

It reads what people type into fields whose property is ``non_sensitive``, and looks for the
gravest kinds in ``sensitive`` ones, too. Three tiers (:class:`gateway.domain.kinds.Tier`):
what a number's own shape proves blocks by itself; what only its digits suggest blocks when a word
in the label or beside it agrees; what merely may be meant is asked about. What it finds is the
kind, never the value. A hit is no proof, and no hit is no clearance.

In a ``sensitive`` property a number is always a question, never a block: many accounts keep
social security numbers there, which HubSpot allows. Where the field's own texts name the kind, it
is what the field is for, and nothing is asked. A ``highly_sensitive`` property is made for all of
it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping

from gateway.domain.forms import FieldType
from gateway.domain.kinds import KINDS, Hit, Kind, Tier
from gateway.domain.locks import GuardMode
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.guard_shapes import SHAPES, Shape
from gateway.policy.guard_text import plain_reading
from gateway.policy.guard_words import Places, asks_for_a_name, named_kinds, parted, word_places

BEFORE, BEHIND, RIGHT_BEFORE = 60, 20, 30
"""How many characters before a number, behind it, and right before one without check digits a
word may stand to be meant for it."""

_TEXT = frozenset(Tier)
_NUMBERS = frozenset({Tier.ALONE})
READ: Mapping[FieldType, frozenset[Tier]] = {
    FieldType.SINGLE_LINE_TEXT: _TEXT,
    FieldType.MULTI_LINE_TEXT: _TEXT,
    FieldType.NUMBER: frozenset({Tier.ALONE, Tier.IN_CONTEXT}),
    # These hold digits and names of their own: only what cannot be one of them counts.
    FieldType.EMAIL: _NUMBERS,
    FieldType.PHONE: _NUMBERS,
    FieldType.MOBILE_PHONE: _NUMBERS,
    # What is chosen from the form's own values is nobody's typing.
    FieldType.SINGLE_CHECKBOX: frozenset(),
    FieldType.MULTIPLE_CHECKBOXES: frozenset(),
    FieldType.DROPDOWN: frozenset(),
    FieldType.RADIO: frozenset(),
    FieldType.DATEPICKER: frozenset(),
    FieldType.FILE: frozenset(),
    FieldType.PAYMENT_LINK_RADIO: frozenset(),
}
"""Which tiers are looked for in which field type."""

_ALONE = tuple(shape for shape in SHAPES if shape.tier is Tier.ALONE)
_BESIDE_WORDS = tuple(shape for shape in SHAPES if shape.tier is Tier.IN_CONTEXT)
_FEW_DIGITS = re.compile(r"(?:[0-9][^0-9]*){4}")
_DATE = re.compile(
    r"(?<![0-9])(?:(?:[0-3]?[0-9][./-] ?[0-3]?[0-9][./-] ?(?:19|20)?[0-9]{2})"
    r"|(?:(?:19|20)[0-9]{2}[./-][0-1]?[0-9][./-][0-3]?[0-9])"
    r"|(?:[0-3][0-9][01][0-9](?:19|20)[0-9]{2})|(?:(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])"
    r"|(?:[0-3]?[0-9](?:st|nd|rd|th)?\.? (?:of )?[a-z]{3,9}\.?,? (?:19|20)[0-9]{2})"
    r"|(?:[a-z]{3,9}\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{2}))(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
_ICD = re.compile(
    r"(?<![0-9A-Za-z.\-/])[A-TV-Z][0-9][0-9AB]\.[0-9A-Z]{1,4}(?![0-9A-Za-z]|\.[0-9])"
    r"|(?<![0-9A-Za-z])(?i:icd(?:[ \-]?10)?(?:[ \-]?cm)?|dx)[ :]{1,2}[A-TV-Z][0-9][0-9AB]"
    r"(?![0-9A-Za-z])",
    re.ASCII,
)
_EMAIL = re.compile(r"(?<=[\w.+%-])@[^\W_](?:[\w-]{0,62}\.)[^\W_]")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z+])\+[1-9](?:[ .\-()]{0,3}[0-9]){7,14}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z+.\-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.\- ])[2-9][0-9]{2}[.\- ][0-9]{4}"
    r"(?![0-9A-Za-z])(?![.\-][0-9])",
    re.ASCII,
)


def look(
    text: str,
    *,
    about: str,
    field_type: FieldType | None,
    sensitivity: Sensitivity,
    mode: GuardMode = GuardMode.BLOCK,
) -> tuple[Hit, ...]:
    """What is recognised in ``text``, a cleaned answer to a field of ``field_type`` whose
    property has the class ``sensitivity``; each kind once, by its surest tier, surest first.

    ``about`` is what the field says of itself: label, help and name. ``mode`` is the field's in
    the lock: with ``warn`` every hit is a question.
    """
    tiers = READ[field_type] if field_type is not None else frozenset()
    if not tiers or sensitivity is Sensitivity.HIGHLY_SENSITIVE:
        return ()
    found: dict[Kind, Tier] = {}
    named = named_kinds(about)
    for kind, tier in _found(plain_reading(text), tiers, named, about):
        found[kind] = min(tier, found.get(kind, tier))
    if sensitivity is Sensitivity.SENSITIVE:
        found = {
            kind: tier for kind, tier in found.items() if KINDS[kind].highly and kind not in named
        }
    asks = mode is GuardMode.WARN or sensitivity is Sensitivity.SENSITIVE
    hits = (Hit(kind, tier, asks or tier is Tier.ASKED) for kind, tier in found.items())
    return tuple(sorted(hits, key=lambda hit: hit.tier))


def _found(
    reading: str, tiers: frozenset[Tier], named: frozenset[Kind], about: str
) -> list[tuple[Kind, Tier]]:
    digits = _FEW_DIGITS.search(reading) is not None
    numbers: list[tuple[Kind, Tier]] = []
    if digits:
        reading = parted(reading)
        numbers += [(s.kind, s.tier) for s in _ALONE if any(True for _ in s.places(reading))]
    if Tier.IN_CONTEXT not in tiers:
        return numbers
    places = word_places(reading)
    if digits:
        numbers += [
            (shape.kind, shape.tier)
            for shape in _BESIDE_WORDS
            if _agreed(shape, reading, places, shape.kind in named)
        ]
    if Tier.ASKED not in tiers:
        return numbers
    # The digits of a number that was recognised are no phone number.
    passed_over = named | {Kind.PHONE} if numbers else named
    asked = [
        (kind, Tier.ASKED)
        for kind, meant in _ASKED.items()
        if kind not in passed_over and meant(reading, places, about)
    ]
    return numbers + asked


def _agreed(shape: Shape, reading: str, places: Places, named: bool) -> bool:
    """Whether the number stands there, and a word for it in the label or near it."""
    words = places.get(shape.kind, ())
    if named:
        return any(True for _ in shape.places(reading))
    return bool(words) and any(
        _near(words, place, reading, after=shape.after) for place in shape.places(reading)
    )


def _near(
    words: tuple[tuple[int, int], ...], place: tuple[int, int], reading: str, *, after: bool
) -> bool:
    start, end = place
    following = bisect_left(words, place)
    if following:
        last = words[following - 1][1]
        if after:
            between = reading[last:start] if last <= start else ""
            return len(between) <= RIGHT_BEFORE and not any(c in "0123456789\n" for c in between)
        if start - last <= BEFORE:
            return True
    return not after and following < len(words) and words[following][0] - end <= BEHIND


def _speaks_of_health(_: str, places: Places, about: str) -> bool:
    return Kind.HEALTH_WORD in places and not asks_for_a_name(about)


def _has_a_code(reading: str, _: Places, __: str) -> bool:
    return _ICD.search(reading) is not None


def _was_born(reading: str, places: Places, _: str) -> bool:
    words = places.get(Kind.BIRTH_DATE, ())
    return bool(words) and any(
        _near(words, date.span(), reading, after=False) for date in _DATE.finditer(reading)
    )


def _has_an_address(reading: str, _: Places, __: str) -> bool:
    return "@" in reading and _EMAIL.search(reading) is not None


def _has_a_phone(reading: str, _: Places, __: str) -> bool:
    return _PHONE.search(reading) is not None


_ASKED: Mapping[Kind, Callable[[str, Places, str], bool]] = {
    Kind.HEALTH_WORD: _speaks_of_health,
    Kind.ICD_CODE: _has_a_code,
    Kind.BIRTH_DATE: _was_born,
    Kind.EMAIL: _has_an_address,
    Kind.PHONE: _has_a_phone,
}
"""How each kind of the third tier is recognised."""
