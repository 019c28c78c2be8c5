"""What a property's validation rule becomes before any answer is there: a test, the sentence
for what fails it, and a hint for the person who has not typed yet."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from gateway.domain.errors import Reason
from gateway.domain.validations import ValidationRule


@dataclasses.dataclass(frozen=True)
class Check:
    """``holds(answer, today)`` for a cleaned answer as it goes on the wire; ``fault`` when it
    does not. ``hint`` is empty where it would tell nobody anything new."""

    holds: Callable[[str, datetime.date], bool]
    fault: Reason
    hint: str = ""


Read = Callable[[ValidationRule], Check | None]
"""From a rule to its check; None when its arguments cannot be understood."""


def whole_number(text: str, low: int, high: int) -> int | None:
    """``text`` as a whole number from ``low`` to ``high``, or None."""
    digits = text.isascii() and text.isdigit() and len(text) <= 12
    return int(text) if digits and low <= int(text) <= high else None


def one_of(rule: ValidationRule, *words: str) -> str | None:
    """The rule's one argument when it is one of ``words``, in any case of letters."""
    (word,) = rule.rule_arguments if len(rule.rule_arguments) == 1 else ("",)
    return word.strip().upper() if word.strip().upper() in words else None
