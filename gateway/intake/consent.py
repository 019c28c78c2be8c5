"""Consent: whether the choice will do for what a form asks, and how it is sent.

A definition and a submission spell consent differently; this is the mapping between them.

=====================  ==========================================  =========================
mode                   asked of the person                         sent
=====================  ==========================================  =========================
none                   nothing                                     nothing
legitimate interest    nothing; the privacy text is shown          ``legitimateInterest``
explicit               a tick to process, a tick per subscription  ``consent``
implicit               a tick per subscription; sending agrees     ``consent``
=====================  ==========================================  =========================

HubSpot does not document how a definition's ``lawfulBasis`` becomes a submission's
``legalBasis``; ``client`` → ``CUSTOMER`` and ``other`` → ``OTHER`` are our reading. A form
with several subscriptions under legitimate interest sends the first: a submission has room
for one. A clear no is never sent as a yes: whoever declines cannot submit.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from gateway.domain.errors import Reason
from gateway.domain.forms import CommunicationCheckbox, ConsentType, FormDefinition, LegalConsent
from gateway.intake.reasons import reason
from gateway.intake.richtext import plain

PROCESSING = "consent.processing"
COMMUNICATIONS = "consent.communications"
LEGAL_BASES: Mapping[str, str] = {"client": "CUSTOMER", "lead": "LEAD", "other": "OTHER"}
"""A definition's ``lawfulBasis`` → a submission's ``legalBasis``."""


@dataclasses.dataclass(frozen=True)
class ConsentChoice:
    """What the person chose. ``processing`` is None when it was not asked or not answered;
    ``communications`` is subscription id → agreed."""

    processing: bool | None = None
    communications: Mapping[int, bool] = dataclasses.field(default_factory=dict)


def validate_consent(form: FormDefinition, choice: ConsentChoice) -> dict[str, Reason]:
    """What is wrong with ``choice`` for ``form``, by key; empty when it can be sent.

    A definition without the texts HubSpot demands is a fault too (``consent_text_missing``),
    so that an invalid shape is never sent.
    """
    mode = _mode(form)
    if mode is None:
        return {PROCESSING: reason("consent_unknown")}
    return _FAULTS[mode](form.legal_consent_options, choice)


def legal_options(form: FormDefinition, choice: ConsentChoice) -> dict[str, Any] | None:
    """``legalConsentOptions`` of a submission, or None when the form asks for no consent.

    Raises :class:`ValueError` for a choice :func:`validate_consent` does not pass.
    """
    mode = _mode(form)
    if mode is None or validate_consent(form, choice):
        raise ValueError("the consent was not checked before it was encoded")
    return _SHAPES[mode](form.legal_consent_options, choice)


def _mode(form: FormDefinition) -> ConsentType | None:
    """The form's consent mode, or None for one we do not know."""
    try:
        return ConsentType(form.legal_consent_options.type)
    except ValueError:
        return None


def _key(subscription_type_id: int) -> str:
    """How answers and reasons name a subscription: ``consent.communications.999``."""
    return f"{COMMUNICATIONS}.{subscription_type_id}"


def _no_faults(_legal: LegalConsent, _choice: ConsentChoice) -> dict[str, Reason]:
    return {}


def _interest_faults(legal: LegalConsent, choice: ConsentChoice) -> dict[str, Reason]:
    if choice.processing is False:
        return {PROCESSING: reason("consent_declined")}
    complete = (
        plain(legal.privacy_text) and legal.subscription_type_ids
        and legal.lawful_basis.lower() in LEGAL_BASES
    )  # fmt: skip
    return {} if complete else {PROCESSING: reason("consent_text_missing")}


def _explicit_faults(legal: LegalConsent, choice: ConsentChoice) -> dict[str, Reason]:
    faults = _communication_faults(legal, choice)
    if choice.processing is not True:
        faults[PROCESSING] = reason("consent_required")
    return faults


def _implicit_faults(legal: LegalConsent, choice: ConsentChoice) -> dict[str, Reason]:
    faults = _communication_faults(legal, choice)
    if choice.processing is False:
        faults[PROCESSING] = reason("consent_declined")
    return faults


def _communication_faults(legal: LegalConsent, choice: ConsentChoice) -> dict[str, Reason]:
    boxes = _boxes(legal)
    faults: dict[str, Reason] = {}
    if not _processing_text(legal):
        faults[PROCESSING] = reason("consent_text_missing")
    if set(choice.communications) - {box.subscription_type_id for box in boxes}:
        faults[COMMUNICATIONS] = reason("subscription_unknown")
    for box in boxes:
        key = _key(box.subscription_type_id)
        if not _communication_text(legal, box):
            faults[key] = reason("consent_text_missing")
        elif box.required and not choice.communications.get(box.subscription_type_id):
            faults[key] = reason("communication_required")
    return faults


def _no_shape(_legal: LegalConsent, _choice: ConsentChoice) -> None:
    return None


def _interest_shape(legal: LegalConsent, _choice: ConsentChoice) -> dict[str, Any]:
    return {
        "legitimateInterest": {
            "value": True,
            "subscriptionTypeId": legal.subscription_type_ids[0],
            "legalBasis": LEGAL_BASES[legal.lawful_basis.lower()],
            "text": plain(legal.privacy_text),
        }
    }


def _consent_shape(legal: LegalConsent, choice: ConsentChoice) -> dict[str, Any]:
    return {
        "consent": {
            "consentToProcess": True,
            "text": _processing_text(legal),
            "communications": [
                {
                    "value": choice.communications.get(box.subscription_type_id, False),
                    "subscriptionTypeId": box.subscription_type_id,
                    "text": _communication_text(legal, box),
                }
                for box in _boxes(legal)
            ],
        }
    }


_FAULTS: Mapping[ConsentType, Callable[[LegalConsent, ConsentChoice], dict[str, Reason]]] = {
    ConsentType.NONE: _no_faults,
    ConsentType.LEGITIMATE_INTEREST: _interest_faults,
    ConsentType.EXPLICIT: _explicit_faults,
    ConsentType.IMPLICIT: _implicit_faults,
}
_SHAPES: Mapping[ConsentType, Callable[[LegalConsent, ConsentChoice], dict[str, Any] | None]] = {
    ConsentType.NONE: _no_shape,
    ConsentType.LEGITIMATE_INTEREST: _interest_shape,
    ConsentType.EXPLICIT: _consent_shape,
    ConsentType.IMPLICIT: _consent_shape,
}


def _boxes(legal: LegalConsent) -> tuple[CommunicationCheckbox, ...]:
    """Each subscription once: HubSpot refuses a submission that names one twice."""
    by_id: dict[int, CommunicationCheckbox] = {}
    for box in legal.communications_checkboxes:
        by_id.setdefault(box.subscription_type_id, box)
    return tuple(by_id.values())


def _processing_text(legal: LegalConsent) -> str:
    """What the person agrees to: the consent text, else the tick's label, else the privacy
    text (HubSpot demands one)."""
    candidates = (
        legal.consent_to_process_text,
        legal.consent_to_process_checkbox_label,
        legal.privacy_text,
    )
    return next(filter(None, map(plain, candidates)), "")


def _communication_text(legal: LegalConsent, box: CommunicationCheckbox) -> str:
    return plain(box.label) or plain(legal.communication_consent_text)
