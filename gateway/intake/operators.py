"""The 21 operators of a dependent field's condition, as one table.

HubSpot names them and says nothing more, so the reading below is ours:

- An unanswered parent shows no dependant, whichever the operator: the question was not yet
  asked, and less is collected. An unticked box is the answer ``false``, and is "empty".
- Text compares without regard to case; choices by their internal value, exactly; numbers by
  their amount (``5`` equals ``5.0``); dates by their day.
- A chosen set compares by its members: ``contains`` and the like ask whether one member does.
- ``lt`` to ``not_between`` need two numbers or two dates; with anything else the field stays
  hidden. Ranges include both ends.
- ``within_time`` with value N: the day lies in the last N days, today included.
  ``within_time_reverse``: the day lies more than N days back. A day to come is neither.
- A condition without the words it needs, or with an unknown operator, hides the field.

Source: https://developers.hubspot.com/docs/api-reference/latest/marketing/forms (dependentFields)
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from gateway.domain.answers import Answer
from gateway.domain.forms import Condition, FieldType

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH_MS = re.compile(r"-?[0-9]{1,15}")
_DAYS = re.compile(r"[0-9]{1,6}")
_MS_PER_DAY = 86_400_000
_EPOCH = datetime.date(1970, 1, 1).toordinal()


class Operator(enum.StrEnum):
    """Every operator HubSpot documents."""

    EQ = "eq"
    NEQ = "neq"
    CONTAINS = "contains"
    DOESNT_CONTAIN = "doesnt_contain"
    STR_STARTS_WITH = "str_starts_with"
    STR_ENDS_WITH = "str_ends_with"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    WITHIN_TIME = "within_time"
    WITHIN_TIME_REVERSE = "within_time_reverse"
    SET_ANY = "set_any"
    SET_NOT_ANY = "set_not_any"
    SET_ALL = "set_all"
    SET_NOT_ALL = "set_not_all"
    SET_EQ = "set_eq"
    SET_NEQ = "set_neq"
    IS_NOT_EMPTY = "is_not_empty"


_Token = str | Decimal


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _day(text: str) -> Decimal | None:
    if _EPOCH_MS.fullmatch(text):
        return Decimal(_EPOCH + int(text) // _MS_PER_DAY)
    if not _DAY.fullmatch(text):
        return None
    try:
        return Decimal(datetime.date.fromisoformat(text).toordinal())
    except ValueError:
        return None


_CHOICES = frozenset(
    {
        FieldType.SINGLE_CHECKBOX,
        FieldType.MULTIPLE_CHECKBOXES,
        FieldType.DROPDOWN,
        FieldType.RADIO,
        FieldType.PAYMENT_LINK_RADIO,
    }
)


_MEASURED = frozenset({FieldType.NUMBER, FieldType.DATEPICKER})


@dataclasses.dataclass(frozen=True, repr=False)
class Comparison:
    """A parent's answer beside its condition, each in the form the operators compare."""

    kind: FieldType | None
    texts: tuple[str, ...]
    """The answer: one text, or one per chosen box; never empty."""
    condition: Condition
    today: datetime.date

    @property
    def _many(self) -> bool:
        return self.kind is FieldType.MULTIPLE_CHECKBOXES

    def _words(self) -> tuple[str, ...]:
        one, many = self.condition.value, self.condition.values
        return (one,) if one else tuple(word for word in many if word)

    def _set_words(self) -> tuple[str, ...]:
        one = self.condition.value
        alone = one.split(";") if self.kind in _CHOICES else [one]
        return tuple(filter(None, self.condition.values)) or tuple(filter(None, alone))

    def _token(self, text: str) -> _Token:
        if self.kind in _CHOICES:
            return text
        measured = self._measure(text) if self.kind in _MEASURED else None
        return text.casefold() if measured is None else measured

    def _measure(self, text: str) -> Decimal | None:
        return _day(text) if self.kind is FieldType.DATEPICKER else _amount(text)

    def equal(self, *, expected: bool) -> bool:
        """Whether "the answer is the condition's value" is as ``expected``; a set has to match
        it whole. False when the condition has no value."""
        words = self._set_words() if self._many else self._words()
        held, wanted = self._held(), frozenset(map(self._token, words))
        same = held == wanted if self._many else held <= wanted
        return bool(words) and same is expected

    def found(self, test: Callable[[str, str], bool], *, expected: bool) -> bool:
        """Whether "``test(text, word)`` holds for one text of the answer and one word" is as
        ``expected``; False when the condition has no word."""
        words = [word.casefold() for word in self._words()]
        met = any(test(text.casefold(), word) for text in self.texts for word in words)
        return bool(words) and met is expected

    def ordered(self, test: Callable[[Decimal, Decimal], bool]) -> bool:
        """Whether ``test(answer, bound)`` holds; False unless both can be measured."""
        measure, words = self._only_measure(), self._words()
        bound = self._measure(words[0]) if words else None
        return measure is not None and bound is not None and test(measure, bound)

    def inside(self, *, expected: bool) -> bool:
        """Whether "the answer lies in the range, ends included" is as ``expected``; False unless
        all three can be measured."""
        low = self._measure(self.condition.range_start)
        high = self._measure(self.condition.range_end)
        measure = self._only_measure()
        if measure is None or low is None or high is None:
            return False
        return (low <= measure <= high) is expected

    def recent(self, *, expected: bool) -> bool:
        """Whether "the day lies in the last N days" is as ``expected``; False for a day to come
        or no day at all."""
        words, measure = self._words(), self._only_measure()
        if self.kind is not FieldType.DATEPICKER or measure is None or not words:
            return False
        age = self.today.toordinal() - measure
        if not _DAYS.fullmatch(words[0]) or age < 0:
            return False
        return (age <= int(words[0])) is expected

    def sets(self, test: Callable[[frozenset[_Token], frozenset[_Token]], bool]) -> bool:
        """Whether ``test(answer, wanted)`` holds for the sets; False when nothing is wanted."""
        wanted = frozenset(map(self._token, self._set_words()))
        return bool(wanted) and test(self._held(), wanted)

    def filled(self) -> bool:
        """Whether there is an answer; an unticked box is none."""
        return self.kind is not FieldType.SINGLE_CHECKBOX or self.texts == ("true",)

    def _held(self) -> frozenset[_Token]:
        return frozenset(map(self._token, self.texts))

    def _only_measure(self) -> Decimal | None:
        return self._measure(self.texts[0]) if len(self.texts) == 1 else None


def _inside(text: str, word: str) -> bool:
    return word in text


OPERATORS: Mapping[Operator, Callable[[Comparison], bool]] = {
    Operator.EQ: lambda c: c.equal(expected=True),
    Operator.NEQ: lambda c: c.equal(expected=False),
    Operator.CONTAINS: lambda c: c.found(_inside, expected=True),
    Operator.DOESNT_CONTAIN: lambda c: c.found(_inside, expected=False),
    Operator.STR_STARTS_WITH: lambda c: c.found(str.startswith, expected=True),
    Operator.STR_ENDS_WITH: lambda c: c.found(str.endswith, expected=True),
    Operator.LT: lambda c: c.ordered(lambda answer, bound: answer < bound),
    Operator.LTE: lambda c: c.ordered(lambda answer, bound: answer <= bound),
    Operator.GT: lambda c: c.ordered(lambda answer, bound: answer > bound),
    Operator.GTE: lambda c: c.ordered(lambda answer, bound: answer >= bound),
    Operator.BETWEEN: lambda c: c.inside(expected=True),
    Operator.NOT_BETWEEN: lambda c: c.inside(expected=False),
    Operator.WITHIN_TIME: lambda c: c.recent(expected=True),
    Operator.WITHIN_TIME_REVERSE: lambda c: c.recent(expected=False),
    Operator.SET_ANY: lambda c: c.sets(lambda held, wanted: bool(held & wanted)),
    Operator.SET_NOT_ANY: lambda c: c.sets(lambda held, wanted: not held & wanted),
    Operator.SET_ALL: lambda c: c.sets(lambda held, wanted: held >= wanted),
    Operator.SET_NOT_ALL: lambda c: c.sets(lambda held, wanted: not held >= wanted),
    Operator.SET_EQ: lambda c: c.sets(lambda held, wanted: held == wanted),
    Operator.SET_NEQ: lambda c: c.sets(lambda held, wanted: held != wanted),
    Operator.IS_NOT_EMPTY: Comparison.filled,
}
"""operator → whether the dependant shows. Called only when there is an answer."""


def answer_texts(kind: FieldType | None, answer: Answer | None) -> tuple[str, ...]:
    """An answer as the texts a condition compares; empty when there is none.

    An unanswered checkbox counts as ``false``, a set may come as a tuple or joined by ``;``.
    """
    if kind is FieldType.SINGLE_CHECKBOX:
        ticked = answer is True or (isinstance(answer, str) and answer.strip().lower() == "true")
        return ("true" if ticked else "false",)
    if answer is None:
        return ()
    if isinstance(answer, tuple):
        return tuple(text for text in answer if text)
    if isinstance(answer, bool):
        return ("true" if answer else "false",)
    if isinstance(answer, str) and kind is FieldType.MULTIPLE_CHECKBOXES:
        return tuple(text.strip() for text in answer.split(";") if text.strip())
    return (str(answer),) if answer != "" else ()
