"""Which texts a form's consent sends, and which of them its definition lacks.

The gate asks before a form opens, and intake before it sends: both must get one answer, or a
form stands open that refuses every submission, or is closed though it could be sent.

A submission under consent needs a text about processing and one per subscription; under
legitimate interest a text, a subscription and a basis. Which part of the definition each text
is taken from is our reading: HubSpot leaves ``consentToProcessText`` optional.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from gateway.domain.forms import ConsentType, LegalConsent
from gateway.domain.richtext import plain

LEGAL_BASES: Mapping[str, str] = {"client": "CUSTOMER", "lead": "LEAD", "other": "OTHER"}
"""A definition's ``lawfulBasis`` → a submission's ``legalBasis``."""


@dataclasses.dataclass(frozen=True)
class Communication:
    """One subscription to agree to, and the text that is sent with the choice."""

    subscription_type_id: int
    text: str
    required: bool


@dataclasses.dataclass(frozen=True)
class ConsentParts:
    """All that a definition gives to a submission's consent, as plain text.

    ``missing`` names, in words, what HubSpot demands and the definition has not; a form with
    any of it cannot be sent.
    """

    mode: ConsentType
    text: str = ""
    communications: tuple[Communication, ...] = ()
    subscription_type_id: int | None = None
    """The one subscription of legitimate interest: a submission has room for the first."""
    legal_basis: str | None = None
    missing: tuple[str, ...] = ()


def consent_parts(legal: LegalConsent) -> ConsentParts | None:
    """What ``legal`` gives to a submission; None for a consent mode we do not know."""
    try:
        mode = ConsentType(legal.type)
    except ValueError:
        return None
    return PARTS[mode](mode, legal)


def _nothing(mode: ConsentType, _: LegalConsent) -> ConsentParts:
    return ConsentParts(mode)


def _interest(mode: ConsentType, legal: LegalConsent) -> ConsentParts:
    text = plain(legal.privacy_text)
    subscription = next(iter(legal.subscription_type_ids), None)
    basis = LEGAL_BASES.get(legal.lawful_basis.strip().lower())
    lacking = {
        "privacy text": not text,
        "subscription type": subscription is None,
        "lawful basis": basis is None,
    }
    missing = tuple(name for name, lacks in lacking.items() if lacks)
    return ConsentParts(
        mode, text, subscription_type_id=subscription, legal_basis=basis, missing=missing
    )


def _agreement(mode: ConsentType, legal: LegalConsent) -> ConsentParts:
    text = _first(
        legal.consent_to_process_text, legal.consent_to_process_checkbox_label, legal.privacy_text
    )
    communications: dict[int, Communication] = {}
    for box in legal.communications_checkboxes:
        # Each subscription once: HubSpot refuses a submission that names one twice.
        communications.setdefault(
            box.subscription_type_id,
            Communication(
                box.subscription_type_id,
                _first(box.label, legal.communication_consent_text),
                box.required,
            ),
        )
    lacking = {
        "text about processing": not text,
        "text for a subscription": not all(one.text for one in communications.values()),
    }
    missing = tuple(name for name, lacks in lacking.items() if lacks)
    return ConsentParts(mode, text, tuple(communications.values()), missing=missing)


def _first(*texts: str) -> str:
    """The first of ``texts`` that says anything, as plain text; empty when none does."""
    return next(filter(None, map(plain, texts)), "")


PARTS: Mapping[ConsentType, Callable[[ConsentType, LegalConsent], ConsentParts]] = {
    ConsentType.NONE: _nothing,
    ConsentType.LEGITIMATE_INTEREST: _interest,
    ConsentType.EXPLICIT: _agreement,
    ConsentType.IMPLICIT: _agreement,
}
"""What each consent mode takes from its definition."""
