"""What must hold of the form as a whole, beside its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from gateway.domain.findings import Finding, finding
from gateway.domain.forms import ConsentType, FormDefinition, LegalConsent
from gateway.domain.snapshots import Snapshot

MAX_FIELDS = 1000
"""HubSpot takes at most this many values in one submission."""

CONSENT_TEXTS: Mapping[ConsentType, tuple[str, ...]] = {
    ConsentType.NONE: (),
    ConsentType.LEGITIMATE_INTEREST: ("privacy_text", "subscription_type_ids"),
    ConsentType.EXPLICIT: ("consent_to_process_text",),
    ConsentType.IMPLICIT: (),
}
"""Consent mode → the parts of its definition without which HubSpot refuses a submission."""

LAWFUL_BASES = frozenset({"client", "lead", "other"})
"""The bases a form can name for legitimate interest."""

_PART_NAMES = {
    "privacy_text": "privacy text",
    "subscription_type_ids": "subscription type",
    "consent_to_process_text": "text about processing",
}


def form_findings(snapshot: Snapshot, *, stale: bool) -> Iterator[Finding]:
    """Every fault and warning about the form itself."""
    if stale:
        read = datetime.datetime.fromtimestamp(snapshot.read_at_ms / 1000, datetime.UTC)
        yield finding("definitions_stale", when=f"{read:%d %B %Y, %H:%M} UTC")
    form = snapshot.definition
    if form is None:
        yield finding("form_unreadable")
        return
    if form.archived:
        yield finding("form_archived")
    if form.form_type != "hubspot":
        yield finding("form_type", type=form.form_type)
    if form.configuration.recaptcha_enabled:
        yield finding("recaptcha")
    count = sum(1 for _ in form.walk())
    if count == 0:
        yield finding("form_empty")
    if count > MAX_FIELDS:
        yield finding("form_too_large", limit=MAX_FIELDS)
    yield from _consent_findings(form.legal_consent_options)
    yield from _warnings(form)


def _consent_findings(consent: LegalConsent) -> Iterator[Finding]:
    try:
        mode = ConsentType(consent.type)
    except ValueError:
        yield finding("consent_unknown")
        return
    for part in CONSENT_TEXTS[mode]:
        if not getattr(consent, part):
            yield finding("consent_text_missing", text=_PART_NAMES[part])
    if mode is ConsentType.LEGITIMATE_INTEREST and consent.lawful_basis not in LAWFUL_BASES:
        yield finding("consent_text_missing", text="lawful basis")
    for box in consent.communications_checkboxes:
        if not box.label:
            yield finding("consent_text_missing", text="label for a subscription")


def _warnings(form: FormDefinition) -> Iterator[Finding]:
    if form.configuration.notify_recipients or form.configuration.notify_contact_owner:
        yield finding("notifications")
    if form.configuration.pre_populate_known_values:
        yield finding("prepopulate")
