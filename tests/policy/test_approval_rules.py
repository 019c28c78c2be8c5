"""What must hold because a person approved the form, each rule by itself."""

from __future__ import annotations

import pytest

from gateway.domain.findings import FINDINGS, Finding, Severity
from gateway.domain.locks import Approval, Aspect, Change, FieldLock, FormLock, LockFault
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.approval_rules import approval_findings, field_findings

LOCK = FormLock(
    name="Form", form_type="hubspot", consent="", consent_mode="none",
    approved_by="local", approved_at="2026-11-25T10:00:00Z", fields={},
)  # fmt: skip
RECAPTCHA = Change(None, Aspect.RECAPTCHA, "off", "on")
REMOVED = Change("gone", Aspect.FIELD_REMOVED, "on the form", "not on the form")
RETYPED = Change("email", Aspect.TYPE, "string", "number")
LOOK = "Look at what changed. Then approve the form again, or undo the change in HubSpot."


def drift(at: str | None, words: str) -> Finding:
    """The finding of one change."""
    told = f"Changed since the form was approved: {words}."
    return Finding("drift", Severity.ERROR, told, LOOK, at)


def lock_of(least: Sensitivity) -> FieldLock:
    """A field approved with this least class."""
    return FieldLock(field_type="email", type="string", sensitivity=least, minimum=least)


@pytest.mark.parametrize("required", [True, False])
def test_an_approval_that_counts(required: bool) -> None:
    """An approved form without a change has no finding."""
    assert list(approval_findings(Approval(required, LOCK), ())) == []


@pytest.mark.parametrize(
    ("required", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)]
)
def test_nobody_has_approved(required: bool, severity: Severity) -> None:
    """An approval that is missing closes the form only where one is required."""
    assert list(approval_findings(Approval(required), ())) == [
        Finding(
            "not_approved",
            severity,
            "The form is not approved, or its approval was withdrawn. Where approval is required, that closes it.",
            "Look at its fields, then approve it on its page or with `python -m gateway approve`.",
        )
    ]


@pytest.mark.parametrize("fault", LockFault)
def test_a_fault_of_the_file(fault: LockFault) -> None:
    """What is wrong with the file is told instead, and always closes the form."""
    row = FINDINGS[fault]
    assert list(approval_findings(Approval(required=False, fault=fault), ())) == [
        Finding(fault.value, Severity.ERROR, row.message, row.cure)
    ]


def test_changes_no_field_can_tell() -> None:
    """The form's own changes and the fields gone are told here; a field that is still on the
    form tells its own."""
    assert list(approval_findings(Approval(True, LOCK), (RECAPTCHA, RETYPED, REMOVED))) == [
        drift(None, "reCAPTCHA was off, and is on"),
        drift("gone", "gone was on the form, and is not on the form"),
    ]


def test_changes_of_a_field() -> None:
    """Each change of a field is told, in order, whether or not its class is known."""
    created = Change("email", Aspect.CREATED_AT, "x", "y")
    expected = [
        drift("email", "the property type of email was string, and is number"),
        drift("email", "the property of email was created x; now there is one created y"),
    ]
    for sensitivity in (None, Sensitivity.SENSITIVE):
        for approved in (None, lock_of(Sensitivity.NON_SENSITIVE)):
            found = field_findings("email", sensitivity, approved, (RETYPED, created))
            assert list(found) == expected


LOWER: dict[tuple[Sensitivity, Sensitivity], str] = {
    (Sensitivity.SENSITIVE, Sensitivity.NON_SENSITIVE): "sensitive, and its property is not sensitive",
    (Sensitivity.HIGHLY_SENSITIVE, Sensitivity.NON_SENSITIVE):
        "highly sensitive, and its property is not sensitive",
    (Sensitivity.HIGHLY_SENSITIVE, Sensitivity.SENSITIVE):
        "highly sensitive, and its property is sensitive",
}  # fmt: skip


@pytest.mark.parametrize("now", Sensitivity)
@pytest.mark.parametrize("least", Sensitivity)
def test_below_the_least_class(least: Sensitivity, now: Sensitivity) -> None:
    """A class below the least is told before the changes, at the field, in small letters; the
    least class itself is enough."""
    changed = drift("email", "the property type of email was string, and is number")
    expected = [changed]
    if words := LOWER.get((least, now)):
        expected = [
            Finding(
                "class_below_minimum",
                Severity.ERROR,
                f"The answers of email must be at least {words}.",
                "Put the property back into its class. If the lower class is meant, approve the "
                "form again with a lower least class for the field.",
                "email",
            ),
            changed,
        ]
    assert list(field_findings("email", now, lock_of(least), (RETYPED,))) == expected
