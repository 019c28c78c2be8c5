"""What each validation rule says of a value, read here a second time and by itself.

HubSpot names the rules and their arguments; whether a submission by a program is held to them
it does not say, nor which errorType it answers with. Arguments that mean nothing forbid nothing.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import phonenumbers
import re2

from gateway.domain.validations import RuleType
from gateway.emulator.rules.values import as_date, value_error

Arguments = Sequence[str]
Test = Callable[[str, Arguments], bool]

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}\Z", re.I)
_WEB = re.compile(r"(?:(?:https?|ftp)://)?([^/\s:?#@]+)(?::[0-9]+)?(?:[/?#]\S*)?\Z", re.I)
_PERIOD = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?\Z")
_NAMES = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_SIGNS = re.compile(r"[!\"#$%&()*+/:;<=>?@\[\\\]^_`{|}~]")


def _host(value: str) -> str:
    found = _WEB.match(value)
    return found[1].lower() if found else ""


def _mail_host(value: str) -> str:
    return value.rpartition("@")[2].lower()


def _under(host: str, domains: Arguments) -> bool:
    return any(host == d.lower() or host.endswith("." + d.lower()) for d in domains)


def _days(value: str) -> int | None:
    shown = as_date(value)
    return datetime.date.fromisoformat(shown).toordinal() if shown else None


def _bound(arguments: Arguments) -> int:
    shift = datetime.date(1970, 1, 1).toordinal()
    return int(arguments[0]) // 86_400_000 + shift


def _away(arguments: Arguments) -> int:
    """About how many days a period lasts."""
    found = _PERIOD.match(arguments[0])
    if found is None:
        raise ValueError("no period")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return round(years * 365.2425 + months * 30.436875) + 7 * weeks + days


def _today() -> int:
    return datetime.datetime.now(datetime.UTC).date().toordinal()


def _number(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _phone(value: str, arguments: Arguments) -> bool:
    number = _number(value)
    code = phonenumbers.country_code_for_region(arguments[0].upper()) if arguments else None
    return number is not None and code in (None, number.country_code)


def _cased(value: str, arguments: Arguments) -> bool:
    shapes = {"UPPER": value.upper(), "LOWER": value.lower()}
    first = re.search(r"[^\W\d_]", value)
    capital = first is None or first[0] == first[0].upper()
    return capital if arguments[0] == "CAPITALIZATION" else shapes.get(arguments[0], value) == value


_ALPHABETS: Mapping[str, re.Pattern[str]] = {
    "NUMERIC_ONLY": re.compile(r"[0-9]*\Z"),
    "ALPHA_ONLY": re.compile(r"[^\W\d_\s]*(?:\s[^\W\d_]*)*\Z"),
    "ALPHANUMERIC": re.compile(r"[^\W_\s]*(?:\s[^\W_]*)*\Z"),
}


def _decimals(value: str) -> int:
    return len(value.partition(".")[2].rstrip("0"))


def _weekday(value: str, arguments: Arguments) -> bool:
    shown = as_date(value)
    return shown is None or _NAMES[datetime.date.fromisoformat(shown).weekday()] in arguments


def _on_days(compare: Callable[[int, Arguments], bool]) -> Test:
    def test(value: str, arguments: Arguments) -> bool:
        day = _days(value)
        return day is None or compare(day, arguments)

    return test


def _anything(_value: str, _arguments: Arguments) -> bool:
    return True


VALIDATIONS: Mapping[RuleType, tuple[str, Test]] = {
    # No form field has date and time, so nothing that comes in through a form is held to these.
    RuleType.AFTER_DATETIME_DURATION: ("INVALID_DATE", _anything),
    RuleType.BEFORE_DATETIME_DURATION: ("INVALID_DATE", _anything),
    RuleType.END_DATETIME: ("INVALID_DATE", _anything),
    RuleType.START_DATETIME: ("INVALID_DATE", _anything),
    RuleType.AFTER_DURATION: ("INVALID_DATE", _on_days(lambda d, a: d >= _today() + _away(a) - 2)),
    RuleType.BEFORE_DURATION: ("INVALID_DATE", _on_days(lambda d, a: d <= _today() - _away(a) + 2)),
    RuleType.DAYS_OF_WEEK: ("INVALID_DATE", _weekday),
    RuleType.START_DATE: ("INVALID_DATE", _on_days(lambda d, a: d >= _bound(a))),
    RuleType.END_DATE: ("INVALID_DATE", _on_days(lambda d, a: d <= _bound(a))),
    RuleType.ALPHANUMERIC: (
        "VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: bool(_ALPHABETS[a[0]].match(v))
    ),
    RuleType.DECIMAL: ("INVALID_NUMBER", lambda v, a: _decimals(v) <= int(a[0])),
    RuleType.DOMAIN: ("VALUE_NOT_IN_FIELD_DEFINITION", lambda v, _: bool(_HOST.match(v))),
    RuleType.EMAIL: ("INVALID_EMAIL", lambda v, _: value_error(v, {"fieldType": "email"}) is None),
    RuleType.EMAIL_ALLOWED_DOMAINS: ("BLOCKED_EMAIL", lambda v, a: _under(_mail_host(v), a)),
    RuleType.EMAIL_BLOCKED_DOMAINS: (
        "BLOCKED_EMAIL", lambda v, a: _mail_host(v) not in {d.lower() for d in a}
    ),
    RuleType.FORMAT: ("VALUE_NOT_IN_FIELD_DEFINITION", _cased),
    RuleType.MAX_LENGTH: ("INPUT_TOO_LARGE", lambda v, a: len(v) <= int(a[0])),
    RuleType.MIN_LENGTH: ("VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: len(v) >= int(a[0])),
    RuleType.MAX_NUMBER: ("NUMBER_OUT_OF_RANGE", lambda v, a: float(v) <= float(a[0])),
    RuleType.MIN_NUMBER: ("NUMBER_OUT_OF_RANGE", lambda v, a: float(v) >= float(a[0])),
    RuleType.PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: ("INVALID_PHONE_NUMBER", _phone),
    RuleType.REGEX: (
        "VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: re2.search(a[0], v) is not None
    ),
    RuleType.SPECIAL_CHARACTERS: (
        "VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: a[0] != "NOT_ALLOWED" or not _SIGNS.search(v)
    ),
    RuleType.URL: ("VALUE_NOT_IN_FIELD_DEFINITION", lambda v, _: bool(_HOST.match(_host(v)))),
    RuleType.URL_ALLOWED_DOMAINS: (
        "VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: _under(_host(v), a)
    ),
    RuleType.URL_BLOCKED_DOMAINS: (
        "VALUE_NOT_IN_FIELD_DEFINITION", lambda v, a: _host(v) not in {d.lower() for d in a}
    ),
    RuleType.WHITESPACE: (
        "VALUE_NOT_IN_FIELD_DEFINITION",
        lambda v, a: v == v.strip() if a and a[0] == "TRIM" else not re.search(r"\s", v),
    ),
}  # fmt: skip
"""ruleType → (the errorType of a value that breaks it, whether a value keeps it)."""

_SHAPED = frozenset({"FORMAT", "WHITESPACE"})
"""What HubSpot can bring into shape itself, when the rule asks it to."""


def rule_error(value: str, rules: Iterable[Mapping[str, Any]]) -> str | None:
    """The errorType of the first rule that a filled-in value breaks, or None."""
    for rule in rules:
        row = VALIDATIONS.get(rule.get("ruleType"))  # type: ignore[arg-type] # any JSON may stand there
        shaped = rule.get("shouldApplyNormalization") and rule["ruleType"] in _SHAPED
        if row is not None and not shaped and not _keeps(row[1], value, rule):
            return row[0]
    return None


def _keeps(test: Test, value: str, rule: Mapping[str, Any]) -> bool:
    try:
        return test(value, rule.get("ruleArguments", ()))
    except (ValueError, LookupError, TypeError, AttributeError, re2.error):
        return True
