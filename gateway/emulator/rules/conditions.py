"""Whether a dependent field shows, as HubSpot's conditions say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Condition = Mapping[str, Any]


def _choices(value: str) -> set[str]:
    return set(value.split(";")) - {""}


def _wanted(condition: Condition) -> set[str]:
    return set(condition.get("values") or ())


def _compared(value: str, other: str) -> int | None:
    """-1, 0 or 1; None when either side is neither a number nor a date."""
    try:
        left: float | str = float(value)
        right: float | str = float(other)
    except ValueError:
        left, right = value, other
        if not (len(value) == len(other) == len("2026-11-03")):
            return None
    return (left > right) - (left < right)  # type: ignore[operator]  # both of one type


def _between(value: str, condition: Condition) -> bool:
    low = _compared(value, str(condition.get("rangeStart", "")))
    high = _compared(value, str(condition.get("rangeEnd", "")))
    return low in (0, 1) and high in (0, -1)


def _text(condition: Condition) -> str:
    return str(condition.get("value", ""))


OPERATORS: Mapping[str, Callable[[str, Condition], bool]] = {
    "eq": lambda v, c: v == _text(c),
    "neq": lambda v, c: v != _text(c),
    "contains": lambda v, c: _text(c).casefold() in v.casefold(),
    "doesnt_contain": lambda v, c: _text(c).casefold() not in v.casefold(),
    "str_starts_with": lambda v, c: v.casefold().startswith(_text(c).casefold()),
    "str_ends_with": lambda v, c: v.casefold().endswith(_text(c).casefold()),
    "lt": lambda v, c: _compared(v, _text(c)) == -1,
    "lte": lambda v, c: _compared(v, _text(c)) in (-1, 0),
    "gt": lambda v, c: _compared(v, _text(c)) == 1,
    "gte": lambda v, c: _compared(v, _text(c)) in (0, 1),
    "between": _between,
    "not_between": lambda v, c: not _between(v, c),
    "within_time": lambda _v, _c: False,
    "within_time_reverse": lambda _v, _c: False,
    "set_any": lambda v, c: bool(_choices(v) & _wanted(c)),
    "set_not_any": lambda v, c: not _choices(v) & _wanted(c),
    "set_all": lambda v, c: _wanted(c) <= _choices(v),
    "set_not_all": lambda v, c: not _wanted(c) <= _choices(v),
    "set_eq": lambda v, c: _choices(v) == _wanted(c),
    "set_neq": lambda v, c: _choices(v) != _wanted(c),
    "is_not_empty": lambda _v, _c: True,
}
"""operator → whether a filled-in parent meets it. The two spans of time relative to today
are not decided here: such a field is never demanded."""


def shows(condition: Condition, parent: str | None) -> bool:
    """Whether ``condition`` holds for the parent's value; an empty parent shows nothing."""
    decide = OPERATORS.get(str(condition.get("operator")))
    return bool(parent) and decide is not None and decide(str(parent), condition)
