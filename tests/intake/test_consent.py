"""The four consent modes."""

from __future__ import annotations

import pytest

from gateway.domain.consent import LEGAL_BASES, PARTS
from gateway.domain.forms import ConsentType
from gateway.intake import consent
from gateway.intake.consent import ConsentChoice, legal_options, validate_consent

BOXES = [
    {"label": "<b>Mail</b> me", "required": False, "subscriptionTypeId": 999},
    {"label": "", "required": True, "subscriptionTypeId": 7},
    {"label": "again", "required": False, "subscriptionTypeId": 999},
]
EXPLICIT = {
    "type": "explicit_consent_to_process",
    "privacyText": "Privacy",
    "consentToProcessText": "<p>I agree &amp; sign</p>",
    "communicationConsentText": "<i>News</i>",
    "communicationsCheckboxes": BOXES,
}
IMPLICIT = {**EXPLICIT, "type": "implicit_consent_to_process"}
INTEREST = {
    "type": "legitimate_interest",
    "privacyText": "<p>We <b>care</b></p>",
    "lawfulBasis": "client",
    "subscriptionTypeIds": [5, 6],
}
SENT = {
    "consent": {
        "consentToProcess": True,
        "text": "I agree & sign",
        "communications": [
            {"value": False, "subscriptionTypeId": 999, "text": "Mail me"},
            {"value": True, "subscriptionTypeId": 7, "text": "News"},
        ],
    }
}
YES, NO, UNASKED = True, False, None
AGREED = {7: True}


def _interest(basis: str) -> dict[str, object]:
    return {
        "legitimateInterest": {
            "value": True,
            "subscriptionTypeId": 5,
            "legalBasis": basis,
            "text": "We care",
        }
    }


@pytest.mark.parametrize(
    ("legal", "choice", "sent"),
    [
        ({"type": "none"}, ConsentChoice(), None),
        ({"type": "none"}, ConsentChoice(NO, {1: True}), None),
        (EXPLICIT, ConsentChoice(YES, AGREED), SENT),
        (EXPLICIT, ConsentChoice(YES, {7: True, 999: False}), SENT),
        (IMPLICIT, ConsentChoice(UNASKED, AGREED), SENT),
        (IMPLICIT, ConsentChoice(YES, AGREED), SENT),
        (INTEREST, ConsentChoice(), _interest("CUSTOMER")),
        ({**INTEREST, "lawfulBasis": "lead"}, ConsentChoice(), _interest("LEAD")),
        ({**INTEREST, "lawfulBasis": "other"}, ConsentChoice(YES), _interest("OTHER")),
    ],
)
def test_each_mode_is_sent_in_the_submissions_shape(form, legal, choice, sent):
    """A good choice becomes exactly what HubSpot documents, with plain texts."""
    definition = form(legal=legal)
    assert validate_consent(definition, choice) == {}
    assert legal_options(definition, choice) == sent


@pytest.mark.parametrize(
    ("legal", "choice", "codes"),
    [
        (
            EXPLICIT,
            ConsentChoice(),
            {"processing": "consent_required", "communications.7": "communication_required"},
        ),
        (EXPLICIT, ConsentChoice(NO, AGREED), {"processing": "consent_required"}),
        (EXPLICIT, ConsentChoice(YES, {7: False}), {"communications.7": "communication_required"}),
        (
            EXPLICIT,
            ConsentChoice(YES, {7: True, 8: True}),
            {"communications": "subscription_unknown"},
        ),
        (IMPLICIT, ConsentChoice(NO, AGREED), {"processing": "consent_declined"}),
        (INTEREST, ConsentChoice(NO), {"processing": "consent_declined"}),
        (
            {**INTEREST, "privacyText": "<p></p>"},
            ConsentChoice(),
            {"processing": "consent_text_missing"},
        ),
        (
            {**INTEREST, "subscriptionTypeIds": []},
            ConsentChoice(),
            {"processing": "consent_text_missing"},
        ),
        (
            {**INTEREST, "lawfulBasis": "whim"},
            ConsentChoice(),
            {"processing": "consent_text_missing"},
        ),
        (
            {**IMPLICIT, "privacyText": "", "consentToProcessText": " "},
            ConsentChoice(UNASKED, AGREED),
            {"processing": "consent_text_missing"},
        ),
        (
            {**EXPLICIT, "communicationConsentText": ""},
            ConsentChoice(YES, AGREED),
            {"communications.7": "consent_text_missing"},
        ),
        ({"type": "telepathy"}, ConsentChoice(YES), {"processing": "consent_unknown"}),
    ],
)
def test_each_missing_agreement_or_text_is_told(form, legal, choice, codes):
    """What is missing is told by key, and nothing of it can be sent."""
    definition = form(legal=legal)
    faults = validate_consent(definition, choice)
    assert {key: fault.code for key, fault in faults.items()} == {
        f"consent.{key}": code for key, code in codes.items()
    }
    with pytest.raises(ValueError, match="not checked"):
        legal_options(definition, choice)


def test_the_tables_are_complete():
    """Every mode has a check and a shape, every documented basis a translation."""
    assert set(PARTS) == set(consent._FAULTS) == set(consent._SHAPES) == set(ConsentType)
    assert set(LEGAL_BASES) == {"client", "lead", "other"}
