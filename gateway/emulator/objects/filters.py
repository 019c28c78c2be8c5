"""The operators of search, each over one property's values.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.emulator.objects.refusals import Refusal
from gateway.emulator.objects.values import as_ms
from gateway.emulator.rules.messages import ASSUMED

Held = tuple[Any, ...]
"""What a record has under a property, comparable: more than one where there are choices."""
Match = Callable[[Held, Any], bool]
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?\Z")
_WORD = re.compile(r"\w+")
_LONGEST_PATTERN = 3000


class Needs(enum.Enum):
    """What an operator compares with."""

    NOTHING = enum.auto()
    VALUE = enum.auto()
    RANGE = enum.auto()
    VALUES = enum.auto()
    WORDS = enum.auto()
    """A value that is compared word by word."""


@dataclasses.dataclass(frozen=True)
class Operator:
    """One row: what it needs, when it holds, and whether it is a denial."""

    needs: Needs
    match: Match
    denies: bool = False
    """It holds where ``match`` does not."""


OPERATORS: Mapping[str, Operator] = {
    "EQ": Operator(Needs.VALUE, lambda held, wanted: wanted in held),
    "NEQ": Operator(Needs.VALUE, lambda held, wanted: wanted in held, denies=True),
    "LT": Operator(Needs.VALUE, lambda held, wanted: any(h < wanted for h in held)),
    "LTE": Operator(Needs.VALUE, lambda held, wanted: any(h <= wanted for h in held)),
    "GT": Operator(Needs.VALUE, lambda held, wanted: any(h > wanted for h in held)),
    "GTE": Operator(Needs.VALUE, lambda held, wanted: any(h >= wanted for h in held)),
    "BETWEEN": Operator(
        Needs.RANGE, lambda held, wanted: any(wanted[0] <= h <= wanted[1] for h in held)
    ),
    "IN": Operator(Needs.VALUES, lambda held, wanted: any(h in wanted for h in held)),
    "NOT_IN": Operator(
        Needs.VALUES, lambda held, wanted: any(h in wanted for h in held), denies=True
    ),
    "HAS_PROPERTY": Operator(Needs.NOTHING, lambda held, _: bool(held)),
    "NOT_HAS_PROPERTY": Operator(Needs.NOTHING, lambda held, _: not held),
    "CONTAINS_TOKEN": Operator(
        Needs.WORDS, lambda held, wanted: any(contains(h, wanted) for h in held)
    ),
    "NOT_CONTAINS_TOKEN": Operator(
        Needs.WORDS, lambda held, wanted: any(contains(h, wanted) for h in held), denies=True
    ),
}


@dataclasses.dataclass(frozen=True)
class Condition:
    """One filter, read."""

    name: str
    kind: str
    """The type of the property."""
    operator: Operator
    wanted: Any = dataclasses.field(repr=False)

    def holds(self, value: str | None, *, empty_denied: bool) -> bool:
        """Whether it holds for what a record has. ``empty_denied``: a denial holds for
        nothing, too."""
        words = self.operator.needs is Needs.WORDS
        held = _held("string" if words else self.kind, value)
        if self.operator.denies:
            return empty_denied if not held else not self.operator.match(held, self.wanted)
        return self.operator.match(held, self.wanted)


def read(given: Mapping[str, Any], kind: str) -> Condition:
    """A filter over a property of type ``kind``. Raises :class:`Refusal` (400) where it lacks
    what its operator compares with, or that has the wrong type."""
    operator = OPERATORS[given["operator"]]
    return Condition(given["propertyName"], kind, operator, _wanted(given, operator, kind))


def comparable(kind: str, text: str) -> Any:
    """A value by its type: a number, milliseconds, or case-folded text. None where the text
    has no value of the type."""
    if kind == "number":
        return float(text) if _NUMBER.match(text) else None
    if kind in ("date", "datetime"):
        return as_ms(text)
    return text.casefold()


def contains(text: str, pattern: str) -> bool:
    """Whether the words of ``pattern`` stand in ``text`` one after the other; with ``*`` in
    it, whether one word or the whole has that form. Both are case-folded."""
    words = _WORD.findall(text)
    if "*" in pattern:
        return any(_has_form(one, pattern) for one in (text, *words))
    wanted = _WORD.findall(pattern)
    starts = range(len(words) - len(wanted) + 1)
    return bool(wanted) and any(words[i : i + len(wanted)] == wanted for i in starts)


def _has_form(text: str, pattern: str) -> bool:
    first, *middle, last = re.sub(r"\*+", "*", pattern).split("*")
    if not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        place = text.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return place <= end


def _held(kind: str, value: str | None) -> Held:
    if not value:
        return ()
    texts = value.split(";") if kind == "enumeration" else [value]
    found = (comparable(kind, text) for text in texts)
    return tuple(one for one in found if one is not None)


def _wanted(given: Mapping[str, Any], operator: Operator, kind: str) -> Any:
    name, needs = given["propertyName"], operator.needs
    if needs is Needs.NOTHING:
        return None
    if needs is Needs.VALUES:
        return frozenset(_listed(name, kind, one) for one in _given(given, "values"))
    value = _given(given, "value")
    if needs is Needs.WORDS:
        if len(value) > _LONGEST_PATTERN:
            raise _refused(f"The value for {name} is longer than {_LONGEST_PATTERN} characters")
        return value.casefold()
    if needs is Needs.RANGE:
        return (_typed(name, kind, value), _typed(name, kind, _given(given, "highValue")))
    return _typed(name, kind, value)


def _listed(name: str, kind: str, text: str) -> Any:
    # HubSpot asks for lower case in lists and changes nothing itself: other texts find nothing.
    return text if kind in ("string", "phone_number") else _typed(name, kind, text)


def _typed(name: str, kind: str, text: str) -> Any:
    found = comparable(kind, text)
    if found is None:
        raise _refused(f"The value for {name} is not a valid {kind}")
    return found


def _given(given: Mapping[str, Any], key: str) -> Any:
    found = given.get(key)
    if found is None or found == []:
        name, operator = given["propertyName"], given["operator"]
        raise _refused(f"{operator} filters need a {key}; the one for {name} has none")
    return found


def _refused(message: str) -> Refusal:
    return Refusal(400, "VALIDATION_ERROR", f"{message} {ASSUMED}")
