"""The sentences of a refused submission, known ones verbatim, the others marked.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
names the error types; the known sentences were captured from the live service.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

ASSUMED = "(assumed text)"
"""Ends every sentence nobody has published, so that no client learns to depend on it."""


@dataclasses.dataclass(frozen=True)
class Sentence:
    """One row: the text, with ``{key}`` and ``{value}`` to fill in, and where it comes from."""

    text: str
    known: bool = False


@dataclasses.dataclass(frozen=True)
class Flaw:
    """One fault of a payload. ``path`` is empty for what belongs to the whole of it."""

    error_type: str
    path: str = ""
    value: str = dataclasses.field(default="", repr=False)


SENTENCES: Mapping[str, Sentence] = {
    "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED": Sentence("More than 1000 values were submitted"),
    "INVALID_EMAIL": Sentence("Invalid email address", known=True),
    "BLOCKED_EMAIL": Sentence("The domain of the email address is blocked"),
    "REQUIRED_FIELD": Sentence("Required field '{key}' is missing", known=True),
    "INVALID_NUMBER": Sentence("The value is not a number"),
    "INPUT_TOO_LARGE": Sentence("The value is too long"),
    "FIELD_NOT_IN_FORM_DEFINITION": Sentence("The field is not part of the form"),
    "NUMBER_OUT_OF_RANGE": Sentence("The number is out of range"),
    "VALUE_NOT_IN_FIELD_DEFINITION": Sentence("The value is not one of the field's options"),
    "INVALID_METADATA": Sentence("The context has an unexpected key"),
    "INVALID_GOTOWEBINAR_WEBINAR_KEY": Sentence("The webinar key is not valid"),
    "INVALID_HUTK": Sentence("'{value}' is not a valid Hutk", known=True),
    "INVALID_IP_ADDRESS": Sentence("The IP address is not valid"),
    "INVALID_PAGE_URI": Sentence("The page URI is not valid"),
    "INVALID_LEGAL_OPTION_FORMAT": Sentence("Send either consent or legitimateInterest"),
    "MISSING_PROCESSING_CONSENT": Sentence("The consent to process is not given"),
    "MISSING_PROCESSING_CONSENT_TEXT": Sentence("The consent to process has no text"),
    "MISSING_COMMUNICATION_CONSENT_TEXT": Sentence("A communication consent has no text"),
    "MISSING_LEGITIMATE_INTEREST_TEXT": Sentence("The legitimate interest has no text"),
    "DUPLICATE_SUBSCRIPTION_TYPE_ID": Sentence("A subscription type is named twice"),
    "FORM_HAS_RECAPTCHA_ENABLED": Sentence(
        "Form '%s' can't receive API submissions as Captcha (SPAM prevention) is enabled.",
        known=True,
    ),
    "INVALID_PHONE_NUMBER": Sentence("The phone number is not valid"),
    "INVALID_DATE": Sentence("The date is not valid"),
}
"""errorType → sentence. ``INVALID_DATE`` is itself a guess: HubSpot has not published the
name it gives a bad date."""


def as_entries(flaws: Iterable[Flaw], *, echo_values: bool) -> list[dict[str, str]]:
    """The ``errors`` of a 400: one entry for each flaw, in their order.

    ``echo_values`` makes unpublished sentences repeat the value they refuse, as a known one does.
    """
    return [
        {"message": _message(flaw, echo_values=echo_values), "errorType": flaw.error_type}
        for flaw in flaws
    ]


def _message(flaw: Flaw, *, echo_values: bool) -> str:
    row = SENTENCES[flaw.error_type]
    key = flaw.path.removeprefix("fields.")
    text = row.text.replace("{key}", key).replace("{value}", flaw.value)
    if not row.known:
        echo = f" '{flaw.value}'" if echo_values and flaw.value else ""
        text = f"{text}{echo} {ASSUMED}"
    return f"Error in '{flaw.path}'. {text}" if flaw.path else text
