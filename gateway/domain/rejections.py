"""HubSpot's reasons for refusing a submission, and what each asks of the person.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""

from __future__ import annotations

from collections.abc import Mapping

ERROR_TYPES: Mapping[str, str] = {
    "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED": "The form has more answers than HubSpot takes at once.",
    "INVALID_EMAIL": "HubSpot does not accept this e-mail address. Check its spelling.",
    "BLOCKED_EMAIL": "HubSpot blocks e-mail addresses of this domain. Use another address.",
    "REQUIRED_FIELD": "HubSpot needs an answer here.",
    "INVALID_NUMBER": "HubSpot expects a number here.",
    "INPUT_TOO_LARGE": "This answer is too long for HubSpot. Shorten it.",
    "FIELD_NOT_IN_FORM_DEFINITION": "HubSpot says that this field is not part of the form.",
    "NUMBER_OUT_OF_RANGE": "This number is outside the range HubSpot allows.",
    "VALUE_NOT_IN_FIELD_DEFINITION": "HubSpot does not know this choice. Choose again.",
    "INVALID_METADATA": "HubSpot refused the information sent beside the answers.",
    "INVALID_GOTOWEBINAR_WEBINAR_KEY": "HubSpot refused the webinar key.",
    "INVALID_HUTK": "HubSpot refused the tracking cookie.",
    "INVALID_IP_ADDRESS": "HubSpot refused the network address.",
    "INVALID_PAGE_URI": "HubSpot refused this program's public address. Check GATEWAY_PUBLIC_URL.",
    "INVALID_LEGAL_OPTION_FORMAT": "HubSpot refused the form of the consent.",
    "MISSING_PROCESSING_CONSENT": "HubSpot needs the consent to process these answers.",
    "MISSING_PROCESSING_CONSENT_TEXT": "The form's consent text is missing in HubSpot.",
    "MISSING_COMMUNICATION_CONSENT_TEXT": "The text of a subscription is missing in HubSpot.",
    "MISSING_LEGITIMATE_INTEREST_TEXT": "The form's legitimate interest text is missing in HubSpot.",
    "DUPLICATE_SUBSCRIPTION_TYPE_ID": "The form names one subscription twice in HubSpot.",
    "FORM_HAS_RECAPTCHA_ENABLED": "reCAPTCHA was switched on for this form, so HubSpot refuses it.",
    "INVALID_PHONE_NUMBER": "HubSpot does not accept this phone number. Check its digits.",
    "INVALID_DATE": "HubSpot expects a date here.",
}
"""errorType → what a person reads at the field."""

OTHER = "HubSpot did not accept this answer."
"""For an errorType HubSpot has not documented."""


def rejection_sentence(error_type: str) -> str:
    """What a person reads for ``error_type``."""
    return ERROR_TYPES.get(error_type, OTHER)
