"""Phone numbers by the numbering plans of the world's countries, as libphonenumber has them.

The country comes from the number itself when it begins with ``+``. Else it is the one the
operator set (``GATEWAY_PHONE_REGION``), else the region in the form's language (``en-gb``,
``pt-br``). Where none is known only the form's own digit limits count: a guess would refuse
good numbers.

A number has to be *possible*: its country code exists, and it has as many digits as numbers
there have. Whether its range is in use is not asked. New ranges are handed out faster than any
list of them is printed, HubSpot takes free text, and a person with a new number has no way
round a wrong no. (The invented numbers of films and tests, +1 555 010 …, pass for the same
reason.)

What is sent is what was typed. Only where the form's own page asks for the country
(``useCountryCodeSelect``), a number without it is sent with it, as that page would.

Source: https://github.com/google/libphonenumber (is_possible_number, formats)
"""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from gateway.domain.errors import Reason
from gateway.domain.forms import FormDefinition
from gateway.intake.reasons import reason

PLUS = ("+", "\uff0b")
"""The plus sign, and the wide one of East Asian keyboards."""

_IMPOSSIBLE: Mapping[int, str | None] = {
    ValidationResult.IS_POSSIBLE: None,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_local",
    ValidationResult.INVALID_COUNTRY_CODE: "phone_unknown_country",
    ValidationResult.TOO_SHORT: "phone_short",
    ValidationResult.INVALID_LENGTH: "phone_length",
    ValidationResult.TOO_LONG: "phone_long",
}
"""What libphonenumber says of a number's length → what the person is told."""
_UNREADABLE: Mapping[int, str] = {
    NumberParseException.INVALID_COUNTRY_CODE: "phone_unknown_country",
    NumberParseException.NOT_A_NUMBER: "phone_unreadable",
    NumberParseException.TOO_SHORT_AFTER_IDD: "phone_short",
    NumberParseException.TOO_SHORT_NSN: "phone_short",
    NumberParseException.TOO_LONG: "phone_long",
}
"""Why libphonenumber cannot read a number → what the person is told."""


def is_region(text: str) -> bool:
    """Whether ``text`` is the two capital letters of a country that has a numbering plan."""
    return text in phonenumbers.SUPPORTED_REGIONS


def region_of(form: FormDefinition, default: str) -> str:
    """The country of numbers without one on ``form``: ``default`` (two capital letters), else
    the region in the form's language; empty when neither tells."""
    language, _, region = form.configuration.language.upper().replace("_", "-").partition("-")
    return default or (region if language and is_region(region) else "")


def phone_fault(text: str, region: str) -> Reason | None:
    """Why ``text`` cannot be a phone number, read in ``region`` when it begins with no plus
    (empty: no country is known); None when it can be one."""
    if not (region or _has_plus(text)):
        return None
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as unreadable:
        code: str | None = _UNREADABLE[unreadable.error_type]
    else:
        code = _IMPOSSIBLE[phonenumbers.is_possible_number_with_reason(number)]
    return reason(code) if code else None


def with_country(text: str, region: str) -> str:
    """``text`` in the international form (E.164, an extension behind it); unchanged when it has
    its country already, or when none can be told."""
    number = None if _has_plus(text) else _read(text, region)
    if number is None:
        return text
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written} ext. {number.extension}" if number.extension else written


def explicit_fits(text: str, region: str, *, may_leave_out: bool) -> bool:
    """Whether ``text`` is a possible number with its country code, of ``region`` unless that is
    empty. ``may_leave_out`` lets a number of that region begin without the code."""
    number = _read(text, region if may_leave_out else "")
    if number is None or not (_has_plus(text) or may_leave_out):
        return False
    code = phonenumbers.country_code_for_region(region) if region else number.country_code
    return number.country_code == code


def _read(text: str, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def _has_plus(text: str) -> bool:
    return text.lstrip("( ").startswith(PLUS)
