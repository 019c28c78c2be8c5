"""Which values a property takes through the objects API, and how they are kept.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties and bodies that
third parties captured from the live service.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.emulator.records import iso
from gateway.emulator.rules.messages import ASSUMED
from gateway.emulator.rules.validations import rule_error
from gateway.emulator.rules.values import MAX_TEXT, as_date, value_error

Definition = Mapping[str, Any]
"""A property definition, as raw JSON."""
Flaw = tuple[str, str]
"""(inner error code, sentence)."""
Check = Callable[[str, Definition], Flaw | None]

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?\Z")
_EPOCH = re.compile(r"-?[0-9]{1,15}\Z")
_FIRST_MS = -62_135_596_800_000
"""The year 1, in milliseconds since the epoch."""
_LAST_MS = 253_402_300_799_999
"""The end of the year 9999."""


def _text(value: str, definition: Definition) -> Flaw | None:
    if len(value) > MAX_TEXT:
        return "VALUE_TOO_LONG", f"The value is longer than {MAX_TEXT} characters {ASSUMED}"
    if definition["name"] == "email" and value_error(value, {"fieldType": "email"}):
        return "INVALID_EMAIL", f"Email address {value} is invalid"
    return None


def _number(value: str, _: Definition) -> Flaw | None:
    return None if _NUMBER.match(value) else ("INVALID_INTEGER", f"{value} was not a valid number.")


def _truth(value: str, definition: Definition) -> Flaw | None:
    return None if value in ("true", "false") else _not_allowed(value, definition)


def _choice(value: str, definition: Definition) -> Flaw | None:
    if definition.get("externalOptions"):
        return _text(value, definition)
    many = definition["fieldType"] == "checkbox"
    given = value.removeprefix(";").split(";") if many else [value]
    allowed = {option["value"] for option in definition.get("options", ())}
    wrong = next((one for one in given if one not in allowed), None)
    return None if wrong is None else _not_allowed(wrong, definition)


def _not_allowed(value: str, definition: Definition) -> Flaw:
    options = [option["value"] for option in definition.get("options", ())]
    allowed = ", ".join(map(str, options or ["true", "false"]))
    return "INVALID_OPTION", f"{value} was not one of the allowed options: [{allowed}]"


def _date(value: str, _: Definition) -> Flaw | None:
    return None if as_date(value) else ("INVALID_DATE", f"{value} was not a valid date.")


def _moment(value: str, _: Definition) -> Flaw | None:
    return None if as_ms(value) is not None else ("INVALID_LONG", f"{value} was not a valid long.")


CHECKS: Mapping[str, Check] = {
    "string": _text,
    "phone_number": _text,
    "number": _number,
    "bool": _truth,
    "enumeration": _choice,
    "date": _date,
    "datetime": _moment,
    "json": _text,
    "object_coordinates": _text,
}
"""The check of each type of property HubSpot's published files know."""


def flaws(
    portal_id: int,
    definitions: Mapping[str, Definition],
    values: Mapping[str, str],
    rules: Mapping[str, Mapping[str, Any]],
) -> Sequence[dict[str, Any]]:
    """What is wrong with ``values``: one entry for each name, as HubSpot lists them inside its
    message. The sentences repeat values, as HubSpot's do. ``rules`` are the validation rules
    of each property by their type."""
    found = []
    for name, value in values.items():
        flaw = _flaw(definitions.get(name), name, value) or _broken(name, value, rules)
        if flaw is not None:
            code, sentence = flaw
            found.append(
                {
                    "isValid": False,
                    "message": sentence,
                    "error": code,
                    "name": name,
                    "localizedErrorMessage": sentence,
                    "portalId": portal_id,
                }
            )
    return found


def _broken(name: str, value: str, rules: Mapping[str, Mapping[str, Any]]) -> Flaw | None:
    if not value or rule_error(value, rules.get(name, {}).values()) is None:
        return None
    return "VALIDATION_RULE_BROKEN", f"The value breaks a validation rule of {name} {ASSUMED}"


def kept(definition: Definition, value: str, before: str) -> str:
    """``value`` as it is kept: days and moments in ISO form, and ``;b`` added to ``before``
    where a property has many choices."""
    if not value:
        return value
    if definition["type"] == "date":
        return as_date(value) or value
    if definition["type"] == "datetime" and (ms := as_ms(value)) is not None:
        return iso(ms)
    if definition["fieldType"] == "checkbox" and value.startswith(";"):
        both = (*before.split(";"), *value.split(";"))
        return ";".join(dict.fromkeys(one for one in both if one))
    return value


def as_ms(value: str) -> int | None:
    """A moment in milliseconds since the epoch: from themselves, or from ISO text, which is
    UTC unless it says otherwise. None for anything else."""
    if _EPOCH.match(value):
        ms = int(value)
        return ms if _FIRST_MS <= ms <= _LAST_MS else None
    try:
        moment = datetime.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        ms = round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return ms if _FIRST_MS <= ms <= _LAST_MS else None


def _flaw(definition: Definition | None, name: str, value: str) -> Flaw | None:
    if definition is None or definition["archived"]:
        return "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
    fixed = definition.get("modificationMetadata", {}).get("readOnlyValue")
    if fixed or definition.get("calculated"):
        return "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
    return CHECKS.get(definition["type"], _text)(value, definition) if value else None
