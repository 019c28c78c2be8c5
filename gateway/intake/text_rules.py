"""Rules about the letters of a text: case, characters, length, white space, pattern.

HubSpot names the arguments and not what exactly they forbid. Where two readings are possible
the milder one stands here: HubSpot decides last, and nobody is held up by a guess. So
``ALPHA_ONLY`` lets spaces and accents pass, ``CAPITALIZATION`` looks at the first letter,
``NOT_ALLOWED`` leaves the apostrophe, hyphen, comma and full stop of names alone, and a pattern
need only be found. A text that HubSpot brings into shape itself (``shouldApplyNormalization``)
is not refused for its case or its spaces.

A pattern is HubSpot's RE2, matched by RE2 itself: its time grows with the text, whatever the
pattern is.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

import re2

from gateway.domain.validations import ValidationRule
from gateway.intake.checks import Check, one_of, whole_number
from gateway.intake.reasons import reason
from gateway.intake.richtext import plain

MAX_LENGTH = 65_536
"""The longest length a rule can name: that of a CRM string."""
MAX_PATTERN = 2_000
"""The longest pattern that is tried."""
MAX_MATCHED = 1_000
"""The longest answer a pattern is held against: HubSpot keeps such a property to this length."""
MAX_HINTED = 200
"""A longer limit is no hint: hardly anybody comes near it."""
_MATCHING_BYTES = 1 << 20
_MAX_TOLD = 200
_OF_NAMES = frozenset("'’-.,")


def _never_lower(text: str) -> bool:
    return not any(c.islower() for c in text)


def _never_upper(text: str) -> bool:
    return not any(c.isupper() for c in text)


def _capital_first(text: str) -> bool:
    return not next((c for c in text if c.isalnum()), "").islower()


_CASES: Mapping[str, tuple[str, Callable[[str], bool], str]] = {
    "UPPER": ("rule_upper", _never_lower, "In capital letters."),
    "LOWER": ("rule_lower", _never_upper, "In small letters."),
    "CAPITALIZATION": ("rule_capital", _capital_first, ""),
}


def text_case(rule: ValidationRule) -> Check | None:
    """``FORMAT``: all capitals, all small letters, or a capital first."""
    word = one_of(rule, *_CASES)
    if word is None:
        return None
    code, fits, hint = _CASES[word]
    shaped = rule.should_apply_normalization
    return Check(lambda text, _: shaped or fits(text), reason(code), "" if shaped else hint)


def _digits_only(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _letters(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "LM" or c.isspace() for c in text)


def _letters_and_digits(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "LMN" or c.isspace() for c in text)


_ALPHABETS: Mapping[str, tuple[str, Callable[[str], bool], str]] = {
    "NUMERIC_ONLY": ("rule_digits", _digits_only, "Digits only."),
    "ALPHA_ONLY": ("rule_letters", _letters, "Letters only."),
    "ALPHANUMERIC": ("rule_letters_digits", _letters_and_digits, "Letters and digits only."),
}


def alphabet(rule: ValidationRule) -> Check | None:
    """``ALPHANUMERIC``: digits, letters, or both."""
    word = one_of(rule, *_ALPHABETS)
    if word is None:
        return None
    code, fits, hint = _ALPHABETS[word]
    return Check(lambda text, _: fits(text), reason(code), hint)


def special_characters(rule: ValidationRule) -> Check | None:
    """``SPECIAL_CHARACTERS``: without signs such as $ and %."""
    if one_of(rule, "NOT_ALLOWED") is None:
        return None
    return Check(
        lambda text, _: not any(map(_special, text)),
        reason("rule_signs"),
        "Without signs such as $ and %.",
    )


def _special(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS" and character not in _OF_NAMES


def white_space(rule: ValidationRule) -> Check | None:
    """``WHITESPACE``: without spaces; with ``TRIM`` without spaces at its ends (cleaning leaves
    none there)."""
    word = one_of(rule, "ALL", "TRIM") if rule.rule_arguments else "ALL"
    if word is None:
        return None
    if word == "TRIM" or rule.should_apply_normalization:
        return Check(lambda _text, _: True, reason("rule_spaces"))
    return Check(
        lambda text, _: not any(c.isspace() for c in text),
        reason("rule_spaces"),
        "Without spaces.",
    )


def shortest(rule: ValidationRule) -> Check | None:
    """``MIN_LENGTH``: so many characters, or more."""
    limit = _length(rule)
    if limit is None:
        return None
    hint = f"At least {limit} characters." if limit > 1 else ""
    return Check(lambda text, _: len(text) >= limit, reason("rule_short", limit=limit), hint)


def longest(rule: ValidationRule) -> Check | None:
    """``MAX_LENGTH``: so many characters, or fewer."""
    limit = _length(rule)
    if not limit:
        return None
    hint = f"At most {limit} characters." if limit <= MAX_HINTED else ""
    return Check(lambda text, _: len(text) <= limit, reason("rule_long", limit=limit), hint)


def _length(rule: ValidationRule) -> int | None:
    if len(rule.rule_arguments) != 1:
        return None
    return whole_number(rule.rule_arguments[0].strip(), 0, MAX_LENGTH)


def pattern(rule: ValidationRule) -> Check | None:
    """``REGEX``: a text in which the pattern is found; the second argument is what the form's
    owner says to a person who misses it."""
    if not 1 <= len(rule.rule_arguments) <= 2 or len(rule.rule_arguments[0]) > MAX_PATTERN:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MATCHING_BYTES
    try:
        matcher = re2.compile(rule.rule_arguments[0], options)
    except (re2.error, UnicodeError):
        return None
    told = plain(rule.rule_arguments[1])[:_MAX_TOLD].rstrip(". ") if rule.rule_arguments[1:] else ""
    fault = reason("rule_pattern_told", told=told) if told else reason("rule_pattern")

    def holds(text: str, _: object) -> bool:
        if len(text) > MAX_MATCHED:
            return False
        readable = text.encode(errors="replace").decode()
        return matcher.search(readable) is not None

    return Check(holds, fault, f"{told}." if told else "")
