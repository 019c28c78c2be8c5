"""A form's consent as a person gives it: one row per mode, drawn and read back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import streamlit as st

from gateway.domain.forms import CommunicationCheckbox, ConsentType, FormDefinition, LegalConsent
from gateway.intake.consent import COMMUNICATIONS, PROCESSING
from gateway.intake.richtext import clean_markup, plain
from gateway.ui import faults, session
from gateway.ui.fields import label_text
from gateway.ui.markup import Markup, fill
from gateway.ui.session import Draft

_AGREE = "I agree"


@dataclasses.dataclass(frozen=True)
class Mode:
    """What a consent mode asks: whether anything is shown, whether agreeing to the
    processing has a box of its own, and whether subscriptions can be chosen."""

    shown: bool = True
    box: bool = False
    subscriptions: bool = False


MODES: Mapping[ConsentType, Mode] = {
    ConsentType.NONE: Mode(shown=False),
    ConsentType.LEGITIMATE_INTEREST: Mode(),
    ConsentType.EXPLICIT: Mode(box=True, subscriptions=True),
    ConsentType.IMPLICIT: Mode(subscriptions=True),
}
"""The four modes; a form with any other is refused by the gate."""


def draw(form: FormDefinition, draft: Draft) -> None:
    """The consent section at the end of a form; nothing when the form asks for none."""
    legal = form.legal_consent_options
    mode = MODES[ConsentType(legal.type)]
    if not mode.shown:
        return
    with st.container(key="consent"):
        st.html('<h2 class="si-h2">Consent</h2>')
        if mode.subscriptions:
            _rich(legal.consent_to_process_text)
        if mode.box:
            label = plain(legal.consent_to_process_checkbox_label)
            _box(draft, PROCESSING, label or _AGREE, required=True)
            _rich(legal.consent_to_process_footer_text)
        if _offers(legal):
            _rich(legal.communication_consent_text)
        for offer in _offers(legal):
            _box(draft, _key(offer), _words(legal, offer), required=offer.required)
        _rich(legal.privacy_text)


def read(form: FormDefinition, draft: Draft) -> dict[str, object]:
    """The consent as ``Gateway.submit`` takes it, empty when there is nothing to choose."""
    legal = form.legal_consent_options
    given: dict[str, object] = {}
    if MODES[ConsentType(legal.type)].box:
        given["processing"] = _ticked(draft, PROCESSING)
    if _offers(legal):
        given["communications"] = {
            str(offer.subscription_type_id): _ticked(draft, _key(offer)) for offer in _offers(legal)
        }
    return given


def labels(form: FormDefinition) -> dict[str, str]:
    """What the summary of faults calls each box, by its key in reasons."""
    legal = form.legal_consent_options
    names = {_key(offer): _words(legal, offer) for offer in _offers(legal)}
    if MODES[ConsentType(legal.type)].box:
        names[PROCESSING] = plain(legal.consent_to_process_checkbox_label) or _AGREE
    return names


def _offers(legal: LegalConsent) -> tuple[CommunicationCheckbox, ...]:
    """The subscriptions to choose from; of one that stands twice the first, as it is sent."""
    if not MODES[ConsentType(legal.type)].subscriptions:
        return ()
    offers: dict[int, CommunicationCheckbox] = {}
    for box in legal.communications_checkboxes:
        offers.setdefault(box.subscription_type_id, box)
    return tuple(offers.values())


def _key(offer: CommunicationCheckbox) -> str:
    return f"{COMMUNICATIONS}.{offer.subscription_type_id}"


def _words(legal: LegalConsent, offer: CommunicationCheckbox) -> str:
    return plain(offer.label) or plain(legal.communication_consent_text)


def _ticked(draft: Draft, key: str) -> bool:
    return session.held(draft, draft.key(key)) is True


def _rich(text: str) -> None:
    if text:
        st.html(fill('<div class="si-rich">$text</div>', text=Markup(clean_markup(text))))


def _box(draft: Draft, key: str, label: str, *, required: bool) -> None:
    widget_key = draft.key(key)
    with st.container(key=f"open-{widget_key}"):
        st.html(
            fill(
                '<div class="si-head" data-key="$key" data-required="$required" data-grouped="no"'
                ' data-keyboard="text" data-private="no" data-parent="no">$fault</div>',
                key=widget_key,
                required="yes" if required else "no",
                fault=faults.sentence(draft, key),
            )
        )
        session.seed(draft, widget_key, False)
        st.checkbox(label_text(label), key=widget_key)
