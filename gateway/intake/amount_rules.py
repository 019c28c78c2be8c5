"""Rules about numbers and days. Every bound belongs to what is allowed.

A day in a rule is a moment in milliseconds, midnight somewhere: perhaps where the account is.
A first day is read in UTC and a last day as late as it may mean, so that no day is refused which
HubSpot takes. A duration counts from this machine's day, as HubSpot words it: "require a
duration after the current date".

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from gateway.domain.validations import ValidationRule
from gateway.intake.checks import Check, whole_number
from gateway.intake.reasons import reason

WEEKDAYS = tuple(name.upper() for name in calendar.day_name)
"""The days as a rule names them, Monday first."""
MAX_DECIMALS = 20
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH_MS = re.compile(r"-?[0-9]{1,15}")
_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?", re.ASCII)
_DAY_MS = 86_400_000
_LATEST_MIDNIGHT_MS = 14 * 3_600_000
"""How far the earliest zone is ahead of UTC."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_MAX_DAYS = 182_500
"""Five hundred years: longer is no period anybody means."""


def least(rule: ValidationRule) -> Check | None:
    """``MIN_NUMBER``: so much, or more."""
    bound = _amount(rule)
    if bound is None:
        return None
    fault, hint = reason("rule_least", bound=_written(bound)), f"At least {_written(bound)}."
    return Check(lambda text, _: _satisfies(text, lambda n: n >= bound), fault, hint)


def most(rule: ValidationRule) -> Check | None:
    """``MAX_NUMBER``: so much, or less."""
    bound = _amount(rule)
    if bound is None:
        return None
    fault, hint = reason("rule_most", bound=_written(bound)), f"At most {_written(bound)}."
    return Check(lambda text, _: _satisfies(text, lambda n: n <= bound), fault, hint)


def decimals(rule: ValidationRule) -> Check | None:
    """``DECIMAL``: so many places after the point; zeros at the end do not count."""
    argument = _only(rule)
    limit = whole_number(argument, 0, MAX_DECIMALS)
    if limit is None:
        return None
    fault = reason("rule_decimals", limit=limit) if limit else reason("rule_whole")
    hint = f"At most {limit} places after the point." if limit else "A whole number."
    return Check(lambda text, _: len(text.partition(".")[2].rstrip("0")) <= limit, fault, hint)


def first_day(rule: ValidationRule) -> Check | None:
    """``START_DATE``: that day, or later."""
    return _days(_moment(rule, 0), "rule_first_day", lambda day, bound: day >= bound)


def last_day(rule: ValidationRule) -> Check | None:
    """``END_DATE``: that day, or earlier."""
    bound = _moment(rule, _LATEST_MIDNIGHT_MS)
    return _days(bound, "rule_last_day", lambda day, bound: day <= bound)


def _days(
    bound: datetime.date | None,
    code: str,
    test: Callable[[datetime.date, datetime.date], bool],
) -> Check | None:
    if bound is None:
        return None
    return Check(
        lambda text, _: (day := _day(text)) is None or test(day, bound),
        reason(code, day=bound.isoformat()),
    )


def after_duration(rule: ValidationRule) -> Check | None:
    """``AFTER_DURATION``: that long after today, or later."""
    return _duration(rule, 1, "rule_after", "rule_not_past")


def before_duration(rule: ValidationRule) -> Check | None:
    """``BEFORE_DURATION``: that long before today, or earlier."""
    return _duration(rule, -1, "rule_before", "rule_not_future")


def _duration(rule: ValidationRule, sign: int, code: str, at_once: str) -> Check | None:
    period = _period(_only(rule))
    if period is None:
        return None
    months, days = period

    def holds(text: str, today: datetime.date) -> bool:
        day = _day(text)
        if day is None:
            return True
        bound = _shifted(today, sign * months, sign * days)
        return day >= bound if sign > 0 else day <= bound

    fault = reason(code, period=_spoken(months, days)) if months or days else reason(at_once)
    return Check(holds, fault)


def weekdays(rule: ValidationRule) -> Check | None:
    """``DAYS_OF_WEEK``: one of these days of the week."""
    names = {argument.strip().upper() for argument in rule.rule_arguments}
    if not names or not names <= set(WEEKDAYS):
        return None
    spoken = " or ".join(name.title() for name in WEEKDAYS if name in names)
    return Check(
        lambda text, _: (day := _day(text)) is None or WEEKDAYS[day.weekday()] in names,
        reason("rule_weekday", days=spoken),
        f"A {spoken}.",
    )


def _only(rule: ValidationRule) -> str:
    return rule.rule_arguments[0].strip() if len(rule.rule_arguments) == 1 else ""


def _amount(rule: ValidationRule) -> Decimal | None:
    text = _only(rule)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _satisfies(text: str, test: Callable[[Decimal], bool]) -> bool:
    return not _NUMBER.fullmatch(text) or test(Decimal(text))


def _written(amount: Decimal) -> str:
    return format(amount, "f")


def _moment(rule: ValidationRule, later_ms: int) -> datetime.date | None:
    text = _only(rule)
    if not _EPOCH_MS.fullmatch(text):
        return None
    ordinal = _EPOCH + (int(text) + later_ms) // _DAY_MS
    in_range = 1 <= ordinal <= datetime.date.max.toordinal()
    return datetime.date.fromordinal(ordinal) if in_range else None


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _period(text: str) -> tuple[int, int] | None:
    """An ISO 8601 period as (months, days); None when it is none, or longer than 500 years."""
    found = _PERIOD.fullmatch(text.upper())
    if found is None or not any(found.groups()):
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    total_months, total_days = 12 * years + months, 7 * weeks + days
    fits = total_months <= _MAX_DAYS * 12 // 365 and total_days <= _MAX_DAYS
    return (total_months, total_days) if fits else None


def _shifted(day: datetime.date, months: int, days: int) -> datetime.date:
    """``day`` moved by whole months, to the month's last day where it is shorter, then by
    days, and kept within the calendar."""
    month = day.year * 12 + day.month - 1 + months
    year = min(max(month // 12, 1), datetime.MAXYEAR)
    number = month % 12 + 1
    last = calendar.monthrange(year, number)[1]
    moved = day.replace(year=year, month=number, day=min(day.day, last)).toordinal() + days
    return datetime.date.fromordinal(min(max(moved, 1), datetime.date.max.toordinal()))


def _spoken(months: int, days: int) -> str:
    years, months = divmod(months, 12)
    parts = ((years, "year"), (months, "month"), (days, "day"))
    return " and ".join(f"{n} {word}{'s' if n != 1 else ''}" for n, word in parts if n)
