"""A form is open exactly when its consent can be sent: gate and intake read it alike."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.domain.consent import LEGAL_BASES, PARTS, consent_parts
from gateway.domain.findings import Severity
from gateway.domain.forms import (
    CommunicationCheckbox,
    ConsentType,
    FieldGroup,
    FormDefinition,
    FormField,
    LegalConsent,
)
from gateway.domain.snapshots import Snapshot
from gateway.emulator.rules.consent import consent_flaws
from gateway.intake.consent import ConsentChoice, legal_options, validate_consent
from gateway.policy.form_rules import form_findings

TEXTS = st.sampled_from(
    ["", " ", "I agree", "<p></p>", "<b>Yes</b>", "<script>x</script>", "&nbsp;", "&#8203;",
     "<img src=x>", "\u200b", "<p>a", "\n\t"]
) | st.text(max_size=6)  # fmt: skip
BOXES = st.builds(CommunicationCheckbox, st.integers(1, 3), TEXTS, st.booleans())
CONSENTS = st.builds(
    LegalConsent,
    type=st.sampled_from([*ConsentType, "telepathy", ""]),
    privacy_text=TEXTS,
    lawful_basis=st.sampled_from(["client", "lead", "other", "Lead", "hunch", ""]),
    subscription_type_ids=st.lists(st.integers(1, 9), max_size=2).map(tuple),
    communications_checkboxes=st.lists(BOXES, max_size=3).map(tuple),
    communication_consent_text=TEXTS,
    consent_to_process_text=TEXTS,
    consent_to_process_checkbox_label=TEXTS,
    consent_to_process_footer_text=TEXTS,
)
MODES = (ConsentType.EXPLICIT, ConsentType.IMPLICIT)
BARE_BOX = (CommunicationCheckbox(1, "", True),)


def form_with(consent: LegalConsent) -> FormDefinition:
    """A sound form but for its consent."""
    groups = (FieldGroup(fields=(FormField("0-1", "email", "email"),)),)
    return FormDefinition("f", "Form", groups, legal_consent_options=consent)


def is_open(form: FormDefinition) -> bool:
    """Whether the gate finds no error in the form itself."""
    found = form_findings(Snapshot("f", "Form", form, (), (), 1), stale=False)
    return all(one.severity is not Severity.ERROR for one in found)


def can_be_sent(form: FormDefinition) -> bool:
    """Whether a person who agrees to everything gets a consent an emulated HubSpot takes."""
    boxes = form.legal_consent_options.communications_checkboxes
    willing = ConsentChoice(True, {box.subscription_type_id: True for box in boxes})
    if form.legal_consent_options.type not in MODES:
        willing = ConsentChoice(True)
    if validate_consent(form, willing):
        return False
    sent = legal_options(form, willing)
    demanded = form.legal_consent_options.type != "none"
    assert list(consent_flaws(sent, demanded=demanded, other_basis=True)) == []
    return True


@settings(deadline=None, max_examples=300)  # the machine may be busy
@given(CONSENTS)
@example(LegalConsent(ConsentType.IMPLICIT))
@example(LegalConsent(ConsentType.IMPLICIT, privacy_text="<p></p>"))
@example(LegalConsent(ConsentType.EXPLICIT, consent_to_process_text="<p></p>"))
@example(
    LegalConsent(
        ConsentType.EXPLICIT, privacy_text="Privacy", consent_to_process_checkbox_label="Yes"
    )
)
@example(
    LegalConsent(
        ConsentType.EXPLICIT, privacy_text="Privacy", communications_checkboxes=BARE_BOX,
        communication_consent_text="News",
    )
)  # fmt: skip
@example(LegalConsent(ConsentType.LEGITIMATE_INTEREST, "Privacy", "LEAD", (1,)))
def test_a_form_is_open_exactly_when_its_consent_can_be_sent(consent: LegalConsent) -> None:
    """No form stands open that refuses everybody, and none is closed that could be sent."""
    form = form_with(consent)
    assert is_open(form) is can_be_sent(form)


@pytest.mark.parametrize(
    ("consent", "missing"),
    [
        (LegalConsent(ConsentType.NONE), ()),
        (LegalConsent(ConsentType.IMPLICIT), ("text about processing",)),
        (LegalConsent(ConsentType.IMPLICIT, consent_to_process_text="<p></p>"), ("text about processing",)),
        (LegalConsent(ConsentType.EXPLICIT, privacy_text="Privacy"), ()),
        (LegalConsent(ConsentType.EXPLICIT, consent_to_process_checkbox_label="Yes"), ()),
        (LegalConsent(ConsentType.EXPLICIT, privacy_text="x", communications_checkboxes=BARE_BOX),
         ("text for a subscription",)),
        (LegalConsent(ConsentType.EXPLICIT, privacy_text="x", communications_checkboxes=BARE_BOX,
                      communication_consent_text="News"), ()),
        (LegalConsent(ConsentType.LEGITIMATE_INTEREST),
         ("privacy text", "subscription type", "lawful basis")),
        (LegalConsent(ConsentType.LEGITIMATE_INTEREST, "x", " Client ", (1,)), ()),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(consent: LegalConsent, missing: tuple[str, ...]) -> None:
    """Each text HubSpot demands is named in words, and only when nothing stands in for it."""
    parts = consent_parts(consent)
    assert parts is not None
    assert parts.missing == missing
    found = form_findings(Snapshot("f", "Form", form_with(consent), (), (), 1), stale=False)
    assert [one.code for one in found] == ["consent_text_missing"] * len(missing)


def test_each_subscription_is_sent_once() -> None:
    """A subscription the form names twice is offered once, with the first one's text."""
    boxes = tuple(CommunicationCheckbox(7, label) for label in ("first", "second"))
    parts = consent_parts(
        LegalConsent(ConsentType.EXPLICIT, privacy_text="x", communications_checkboxes=boxes)
    )
    assert parts is not None
    assert [(one.subscription_type_id, one.text) for one in parts.communications] == [(7, "first")]


def test_the_tables_are_complete() -> None:
    """Every mode has its parts, every documented basis its word."""
    assert set(PARTS) == set(ConsentType)
    assert set(LEGAL_BASES) == {"client", "lead", "other"}
    assert consent_parts(msgspec.structs.replace(LegalConsent(), type="telepathy")) is None
