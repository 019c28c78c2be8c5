"""Every sentence intake can say about an answer: one table, so that none is built from one.

The words put into a sentence are limits and kinds from definitions, never what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from gateway.domain.errors import Reason

WHOLE = "(answers)"
"""The key of reasons that belong to no field, or to one whose name must not be repeated."""

MAX_STRAY_DIGITS = 2
"""The most digits in a key that is repeated although the form does not have it."""

_PLAIN_KEY = re.compile(r"([0-9]{1,3}-[0-9]{1,19}/)?[a-z][a-z0-9_]{0,99}")

REASONS: Mapping[str, str] = {
    # reading the answers
    "not_on_form": "The form has no such field. Take this answer out.",
    "bad_name": "Some answers stand under names the form does not have. Use the names on the form.",
    "wrong_type": "The answer has the wrong type. Give {expected}.",
    "answered_twice": 'The field is answered with and without "0-1/". Answer it once.',
    "too_many_answers": "There are more than {limit} answers. Take some out.",
    "too_much_text": "The answers together are too long. Shorten them to {limit} bytes.",
    "too_long": "The answer is too long. Shorten it to {limit} characters.",
    # cleaning a text: what is refused
    "invisible_refused": "The answer holds characters nobody can see ({what}). Type it again "
    "instead of pasting it.",
    "accents_refused": "A letter in the answer carries more than {limit} accents. Type it again.",
    "markup_refused": "The sign < cannot stand here. Take it out.",
    # cleaning a text: what was changed
    "invisible_removed": "Characters nobody can see were taken out ({what}).",
    "spaced": "Line breaks and tabs became spaces, because the field holds one line.",
    "markup_removed": "Markup tags were taken out; the text between them is kept.",
    "markup_parted": "A space was put after each < that could begin a markup tag.",
    "not_shown": "The answer was not sent, because the form does not ask for it here.",
    "filled_by_form": "The answer was not sent, because the form fills in this field itself.",
    # checking an answer
    "required": "This field needs an answer.",
    "tick_required": "This box must be ticked.",
    "email_shape": "This is not an e-mail address. Write it like name@clinic.org.",
    "email_ascii": "An e-mail address can only have the plain letters a to z, digits and signs. "
    "Type it again on the keyboard.",
    "email_blocked": "The form does not take addresses of this domain. Use another address.",
    "email_free": "The form does not take addresses of free e-mail providers. Use an address "
    "at work.",
    "phone_shape": "A phone number needs digits. Write it like +44 20 7946 0000.",
    "phone_country": "Write the number with its country code, like +44 20 7946 0000.",
    "phone_unreadable": "This cannot be read as a phone number. Write it like +44 20 7946 0000.",
    "phone_unknown_country": "No country has this code. Check the digits after the plus sign.",
    "phone_short": "The phone number is too short for its country. Add what is missing, or begin "
    "with + and the country code.",
    "phone_long": "The phone number is too long for its country. Check it, or begin with + and "
    "the country code.",
    "phone_length": "Numbers of this country have more or fewer digits. Check the phone number.",
    "phone_local": "The phone number is too short. Write it whole, with its area code.",
    "digits_few": "There are too few digits. Write at least {limit}.",
    "digits_many": "There are too many digits. Write at most {limit}.",
    "number_shape": "This is not a number. Write digits with at most one point, like 1234.5, "
    "and no thousands separators.",
    "date_shape": "This is not a date. Write year-month-day, like 1990-02-28.",
    "date_calendar": "The calendar has no such day. Check the day and the month.",
    "date_range": "The year must lie between {low} and {high}. Check it.",
    "checkbox_shape": "Answer true or false.",
    "option": "This is not one of the form's choices. Choose again.",
    "option_semicolon": "This choice has a semicolon in its internal value, so it cannot be sent. "
    "Ask your administrator to change the choice in HubSpot.",
    "not_sendable": "Answers of this kind cannot be sent. Leave the field empty.",
    "default_unusable": "The form fills in this hidden field with a value that cannot be sent. "
    "Ask your administrator to change its default in HubSpot.",
    # checking an answer against the rules of its property, and the check digits of its lock
    "rule_upper": "Write it in capital letters.",
    "rule_lower": "Write it in small letters.",
    "rule_capital": "Begin with a capital letter.",
    "rule_digits": "Write digits only, without spaces and signs.",
    "rule_letters": "Write letters only.",
    "rule_letters_digits": "Write letters and digits only.",
    "rule_signs": "Leave out signs such as $ and %.",
    "rule_spaces": "Leave out the spaces.",
    "rule_short": "The answer is too short. Write at least {limit} characters.",
    "rule_long": "The answer is too long. Write at most {limit} characters.",
    "rule_pattern": "The answer does not fit what this field asks for. Check it for a typing slip.",
    "rule_pattern_told": "The answer does not fit what this field asks for: {told}.",
    "rule_least": "The number is too small. It has to be at least {bound}.",
    "rule_most": "The number is too large. It has to be at most {bound}.",
    "rule_decimals": "Write at most {limit} places after the point.",
    "rule_whole": "Write a whole number, without a point.",
    "rule_first_day": "The day is too early. It has to be {day} or later.",
    "rule_last_day": "The day is too late. It has to be {day} or earlier.",
    "rule_after": "The day has to lie at least {period} after today.",
    "rule_before": "The day has to lie at least {period} before today.",
    "rule_not_past": "The day must not lie before today.",
    "rule_not_future": "The day must not lie after today.",
    "rule_weekday": "The day has to be a {days}.",
    "rule_domain": "This is not a domain. Write it like clinic.org.",
    "rule_url": "This is not a web address. Write it like https://clinic.org/contact.",
    "rule_url_domains": "The web address has to be one at {domains}.",
    "rule_url_blocked": "The form does not take web addresses of this domain. Use another one.",
    "rule_email_domains": "The e-mail address has to be one at {domains}.",
    "rule_phone_country": "Write a number of the country {country} with its country code, like "
    "+44 20 7946 0000.",
    "number_check": "This is not a valid {name}. Check it for a typing slip.",
    "number_check_unknown": "The approval of this form names a check this program does not know. "
    "Ask your administrator.",
    # consent
    "consent_required": "The form needs the consent to process these answers.",
    "consent_declined": "The form can only be sent when the processing is agreed to. Send nothing "
    "if the person does not agree.",
    "communication_required": "The form needs the agreement to this subscription.",
    "subscription_unknown": "The form offers no such subscription. Take it out.",
    "consent_text_missing": "The form's consent setting is incomplete in HubSpot. Ask your "
    "administrator to fill it in.",
    "consent_unknown": "The form asks for consent in a way this program does not know. Ask your "
    "administrator.",
}
"""code → sentence, with ``{words}`` for limits and kinds."""


def told_key(key: str, known: Collection[str]) -> str:
    """The key under which a fault is told: ``key`` when it is one of the form's (``known``),
    or looks like a property's name and holds hardly a digit; else ``WHOLE``.

    A stray key may be an answer (a file without its header line, a value in its key's place),
    and numbers of people are made of digits.
    """
    if key in known:
        return key
    name_like = _PLAIN_KEY.fullmatch(key) and sum(map(str.isdigit, key)) <= MAX_STRAY_DIGITS
    return key if name_like else WHOLE


def reason(code: str, **words: object) -> Reason:
    """The reason of ``code`` with its sentence filled in."""
    return Reason(code, REASONS[code].format_map(words))


def joined(reasons: Sequence[Reason]) -> Reason:
    """Several reasons of one field as one: the first one's code and every sentence.

    ``reasons`` holds at least one.
    """
    return Reason(reasons[0].code, " ".join(r.sentence for r in reasons))
