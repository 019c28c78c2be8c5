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

Which texts are sent is told by :mod:`gateway.domain.consent`, which the gate asks too.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from gateway.domain.consent import ConsentParts, consent_parts
from gateway.domain.errors import Reason
from gateway.domain.forms import ConsentType, FormDefinition
from gateway.intake.reasons import reason

PROCESSING = "consent.processing"
COMMUNICATIONS = "consent.communications"


@dataclasses.dataclass(frozen=True)
class ConsentChoice:
    """What the person chose. ``processing`` is None when it was not asked or not answered;
    ``communications`` is subscription id → agreed. It does not print what was chosen."""

    processing: bool | None = dataclasses.field(default=None, repr=False)
    communications: Mapping[int, bool] = dataclasses.field(default_factory=dict, repr=False)


def validate_consent(form: FormDefinition, choice: ConsentChoice) -> dict[str, Reason]:
    """What is wrong with ``choice`` for ``form``, by key; empty when it can be sent.

    A definition without the texts HubSpot demands is a fault too (``consent_text_missing``),
    so that an invalid shape is never sent.
    """
    parts = consent_parts(form.legal_consent_options)
    if parts is None:
        return {PROCESSING: reason("consent_unknown")}
    return _FAULTS[parts.mode](parts, choice)


def legal_options(form: FormDefinition, choice: ConsentChoice) -> dict[str, Any] | None:
    """``legalConsentOptions`` of a submission, or None when the form asks for no consent.

    Raises :class:`ValueError` for a choice :func:`validate_consent` does not pass.
    """
    parts = consent_parts(form.legal_consent_options)
    if parts is None or validate_consent(form, choice):
        raise ValueError("the consent was not checked before it was encoded")
    return _SHAPES[parts.mode](parts, choice)


def _key(subscription_type_id: int) -> str:
    """How answers and reasons name a subscription: ``consent.communications.999``."""
    return f"{COMMUNICATIONS}.{subscription_type_id}"


def _no_faults(_parts: ConsentParts, _choice: ConsentChoice) -> dict[str, Reason]:
    return {}


def _interest_faults(parts: ConsentParts, choice: ConsentChoice) -> dict[str, Reason]:
    if choice.processing is False:
        return {PROCESSING: reason("consent_declined")}
    return {PROCESSING: reason("consent_text_missing")} if parts.missing else {}


def _explicit_faults(parts: ConsentParts, choice: ConsentChoice) -> dict[str, Reason]:
    faults = _communication_faults(parts, choice)
    if choice.processing is not True:
        faults[PROCESSING] = reason("consent_required")
    return faults


def _implicit_faults(parts: ConsentParts, choice: ConsentChoice) -> dict[str, Reason]:
    faults = _communication_faults(parts, choice)
    if choice.processing is False:
        faults[PROCESSING] = reason("consent_declined")
    return faults


def _communication_faults(parts: ConsentParts, choice: ConsentChoice) -> dict[str, Reason]:
    faults: dict[str, Reason] = {}
    if not parts.text:
        faults[PROCESSING] = reason("consent_text_missing")
    if set(choice.communications) - {one.subscription_type_id for one in parts.communications}:
        faults[COMMUNICATIONS] = reason("subscription_unknown")
    for one in parts.communications:
        key = _key(one.subscription_type_id)
        if not one.text:
            faults[key] = reason("consent_text_missing")
        elif one.required and not choice.communications.get(one.subscription_type_id):
            faults[key] = reason("communication_required")
    return faults


def _no_shape(_parts: ConsentParts, _choice: ConsentChoice) -> None:
    return None


def _interest_shape(parts: ConsentParts, _choice: ConsentChoice) -> dict[str, Any]:
    return {
        "legitimateInterest": {
            "value": True,
            "subscriptionTypeId": parts.subscription_type_id,
            "legalBasis": parts.legal_basis,
            "text": parts.text,
        }
    }


def _consent_shape(parts: ConsentParts, choice: ConsentChoice) -> dict[str, Any]:
    return {
        "consent": {
            "consentToProcess": True,
            "text": parts.text,
            "communications": [
                {
                    "value": choice.communications.get(one.subscription_type_id, False),
                    "subscriptionTypeId": one.subscription_type_id,
                    "text": one.text,
                }
                for one in parts.communications
            ],
        }
    }


_FAULTS: Mapping[ConsentType, Callable[[ConsentParts, ConsentChoice], dict[str, Reason]]] = {
    ConsentType.NONE: _no_faults,
    ConsentType.LEGITIMATE_INTEREST: _interest_faults,
    ConsentType.EXPLICIT: _explicit_faults,
    ConsentType.IMPLICIT: _implicit_faults,
}
_SHAPES: Mapping[ConsentType, Callable[[ConsentParts, ConsentChoice], dict[str, Any] | None]] = {
    ConsentType.NONE: _no_shape,
    ConsentType.LEGITIMATE_INTEREST: _interest_shape,
    ConsentType.EXPLICIT: _consent_shape,
    ConsentType.IMPLICIT: _consent_shape,
}
