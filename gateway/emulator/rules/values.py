"""What each kind of field takes as a value: always a text, of one wire form.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties and the
changelog entries on numbers and dates in form submissions.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MAX_TEXT = 65_536
"""The longest text a CRM property holds, in characters."""
_DAY_MS = 86_400_000

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z"
)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\Z")
_EPOCH = re.compile(r"-?[0-9]{1,15}\Z")
_FREE_PROVIDERS = frozenset(
    {"aol.com", "gmail.com", "gmx.com", "gmx.de", "googlemail.com", "hotmail.com", "icloud.com",
     "live.com", "mail.com", "outlook.com", "proton.me", "web.de", "yahoo.com"}
)  # fmt: skip

Field = Mapping[str, Any]
"""A form field, as raw JSON."""
Check = Callable[[str, Field], str | None]
"""The errorType of a value that does not fit, or None."""


def _text(value: str, _: Field) -> str | None:
    return "INPUT_TOO_LARGE" if len(value) > MAX_TEXT else None


def _email(value: str, field: Field) -> str | None:
    if len(value) > 254 or not _EMAIL.match(value):
        return "INVALID_EMAIL"
    limits = field.get("validation") or {}
    blocked = {str(d).casefold().lstrip("@") for d in limits.get("blockedEmailDomains", ())}
    if limits.get("useDefaultBlockList"):
        blocked |= _FREE_PROVIDERS
    return "BLOCKED_EMAIL" if value.rpartition("@")[2].casefold() in blocked else None


def _digits_fit(value: str, field: Field) -> bool:
    limits = field.get("validation") or {}
    digits = sum(c.isdigit() for c in value)
    low, high = limits.get("minAllowedDigits"), limits.get("maxAllowedDigits")
    return (low is None or digits >= low) and (high is None or digits <= high)


def _phone(value: str, field: Field) -> str | None:
    if not _digits_fit(value, field):
        return "INVALID_PHONE_NUMBER"
    return _text(value, field)


def _number(value: str, field: Field) -> str | None:
    if len(value) > 400 or not _NUMBER.match(value):
        return "INVALID_NUMBER"
    return None if _digits_fit(value, field) else "NUMBER_OUT_OF_RANGE"


def _truth(value: str, _: Field) -> str | None:
    return None if value in ("true", "false") else "VALUE_NOT_IN_FIELD_DEFINITION"


def _one_choice(value: str, field: Field) -> str | None:
    return None if value in _values(field) else "VALUE_NOT_IN_FIELD_DEFINITION"


def _many_choices(value: str, field: Field) -> str | None:
    fits = set(value.split(";")) <= set(_values(field))
    return None if fits else "VALUE_NOT_IN_FIELD_DEFINITION"


def _date(value: str, _: Field) -> str | None:
    return None if as_date(value) is not None else "INVALID_DATE"


def _moment(value: str, _: Field) -> str | None:
    if _EPOCH.match(value):
        return None
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return "INVALID_DATE"
    return None if moment.tzinfo is not None else "INVALID_DATE"


def _values(field: Field) -> Sequence[str]:
    return [option["value"] for option in field.get("options", ())]


CHECKS: Mapping[str, Check] = {
    "email": _email,
    "phone": _phone,
    "mobile_phone": _phone,
    "single_line_text": _text,
    "multi_line_text": _text,
    "number": _number,
    "single_checkbox": _truth,
    "multiple_checkboxes": _many_choices,
    "dropdown": _one_choice,
    "radio": _one_choice,
    "payment_link_radio": _one_choice,
    "datepicker": _date,
    "file": _text,
    "datetime": _moment,
}
"""The check of each kind of form field. ``datetime`` is no form field: it stands for a
property of that type which is submitted without being on the form."""

_KIND_OF_PROPERTY: Mapping[tuple[str, str], str] = {
    ("string", "text"): "single_line_text",
    ("string", "textarea"): "multi_line_text",
    ("string", "html"): "multi_line_text",
    ("string", "phonenumber"): "phone",
    ("phone_number", "phonenumber"): "phone",
    ("string", "file"): "file",
    ("number", "number"): "number",
    ("bool", "booleancheckbox"): "single_checkbox",
    ("enumeration", "booleancheckbox"): "single_checkbox",
    ("enumeration", "checkbox"): "multiple_checkboxes",
    ("enumeration", "select"): "dropdown",
    ("enumeration", "radio"): "radio",
    ("date", "date"): "datepicker",
    ("datetime", "date"): "datetime",
}


def field_of_property(definition: Field) -> Field:
    """A form field that takes what the property takes, for one that is not on the form."""
    pair = (definition["type"], definition["fieldType"])
    kind = _KIND_OF_PROPERTY.get(pair, "single_line_text")
    if definition["name"] == "email":  # an ordinary text by type, checked as an address
        kind = "email"
    return {"fieldType": kind, "options": definition["options"]}


def value_error(value: str, field: Field) -> str | None:
    """The errorType of a filled-in value that ``field`` does not take, or None."""
    return CHECKS.get(field["fieldType"], _text)(value, field)


def as_date(value: str) -> str | None:
    """A date as HubSpot shows it (``YYYY-MM-DD``): from itself, or from milliseconds since
    the epoch that fall on midnight UTC. None for anything else."""
    if _EPOCH.match(value) and int(value) % _DAY_MS == 0:
        day = datetime.date(1970, 1, 1).toordinal() + int(value) // _DAY_MS
        in_range = 1 <= day <= datetime.date.max.toordinal()
        return datetime.date.fromordinal(day).isoformat() if in_range else None
    try:
        return value if datetime.date.fromisoformat(value).isoformat() == value else None
    except ValueError:
        return None
