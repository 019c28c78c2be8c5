"""What must hold of the form as a whole, beside its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from gateway.domain.consent import consent_parts
from gateway.domain.findings import Finding, finding
from gateway.domain.forms import FormDefinition, LegalConsent
from gateway.domain.snapshots import Snapshot

DOCUMENTED_BASES = frozenset({"CUSTOMER", "LEAD"})
"""The legal bases HubSpot documents for a submission; a form may name another."""

MAX_FIELDS = 1000
"""HubSpot takes at most this many values in one submission."""


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
    parts = consent_parts(consent)
    if parts is None:
        yield finding("consent_unknown")
        return
    for text in parts.missing:
        yield finding("consent_text_missing", text=text)
    if parts.legal_basis not in (None, *DOCUMENTED_BASES):
        yield finding("lawful_basis_other")


def _warnings(form: FormDefinition) -> Iterator[Finding]:
    if form.configuration.notify_recipients or form.configuration.notify_contact_owner:
        yield finding("notifications")
    if form.configuration.pre_populate_known_values:
        yield finding("prepopulate")
