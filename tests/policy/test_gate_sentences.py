"""What the gate says of a form, word for word, and all that its report carries."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from described import field, prop, snapshot

from gateway.domain.findings import FINDINGS, Finding, Severity, Verdict, finding
from gateway.domain.locks import Approval, Aspect, Change, FormLock
from gateway.domain.objects import APPOINTMENT, OBJECT_TYPES
from gateway.domain.reports import FieldReport, FormReport, ScopeReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.domain.validations import PlacedRules, ValidationRule
from gateway.policy.approving import Declared, proposed
from gateway.policy.gate import examine

WRITE = "crm.objects.contacts.sensitive.write"
HELD = frozenset({"forms", "crm.schemas.contacts.read", WRITE})
Known = list[tuple[str, dict[str, Any]]]
GOOD: Known = [("0-1", prop())]


def told(
    fields: list[dict[str, Any]],
    known: Known,
    held: frozenset[str] | None = HELD,
    unreadable: tuple[str, ...] = (),
    **more: Any,
) -> tuple[Finding, ...]:
    """The findings on a form of these fields, without the advice to approve it."""
    one = snapshot(fields, known, unreadable)
    report = examine(one, held, approval=Approval(required=False), **more)
    return tuple(f for f in report.findings if f.code != "not_approved")


def error(code: str, message: str, cure: str, at: str | None = "passport_number") -> Finding:
    """An error about the one field of a form."""
    return Finding(code, Severity.ERROR, message, cure, at)


SENTENCES: list[tuple[dict[str, Any], Known, Finding]] = [
    ({}, [], error("property_missing", "HubSpot has no contact property named passport_number.",
                   "Create the property, or take the field off the form.")),
    ({}, [("0-1", prop(archived=True))],
     error("property_archived", "The contact property passport_number is archived in HubSpot.",
           "Restore the property, or take the field off the form.")),
    ({}, [("0-1", prop()), ("0-1", prop(dataSensitivity="non_sensitive"))],
     error("property_ambiguous",
           "HubSpot names the contact property passport_number in more than one class.",
           "Ask HubSpot support; until then the field cannot be used.")),
    ({}, [("0-1", prop(dataSensitivity=None))],
     error("class_unknown",
           "HubSpot does not say which class the contact property passport_number has.",
           "Check the property's sensitivity in HubSpot. An unknown class is never taken for an "
           "ordinary one.")),
    ({}, [("0-1", prop(modificationMetadata={"readOnlyValue": True}))],
     error("read_only",
           "The contact property passport_number is read-only, so a form cannot fill it.",
           "Take the field off the form.")),
    ({}, [("0-1", prop(calculated=True))],
     error("calculated", "HubSpot calculates the contact property passport_number itself.",
           "Take the field off the form.")),
    ({}, [("0-1", prop(formField=False))],
     error("not_form_compatible",
           "The contact property passport_number may not be used in forms.",
           "Allow the property in forms in HubSpot, or take the field off the form.")),
    ({"fieldType": "file"}, GOOD,
     error("field_type_unsupported", "A file upload field cannot be sent yet.",
           "Take the field off the form, or collect it another way.")),
    ({"fieldType": "payment_link_radio"}, GOOD,
     error("field_type_unsupported", "A payment field cannot be sent yet.",
           "Take the field off the form, or collect it another way.")),
    ({"fieldType": "retina_scan"}, GOOD,
     error("field_type_unknown",
           "The field passport_number has a type this program does not know.",
           "Take the field off the form, or update this program.")),
    ({"objectTypeId": "0-3"}, [("0-3", prop())],
     error("object_not_allowed", "Fields of this object type (0-3) cannot be sent through forms.",
           "Take the field off the form.", "0-3/passport_number")),
    ({"objectTypeId": "9-9"}, [("9-9", prop())],
     error("object_not_allowed", "Fields of this object type (9-9) cannot be sent through forms.",
           "Take the field off the form.", "9-9/passport_number")),
    ({"label": "Your SSN"}, [("0-1", prop(dataSensitivity="non_sensitive"))],
     error("label_names_sensitive",
           "The label of passport_number asks for a social security number, but its property is "
           "not sensitive.",
           "Store it in a property created as sensitive or highly sensitive.")),
    ({}, [("0-1", prop(dataSensitivity="highly_sensitive"))],
     error("scope_missing",
           "The token lacks crm.objects.contacts.highly_sensitive.write, needed to write highly "
           "sensitive contact properties.",
           "Add the scope to the private app or service key, then restart.")),
]  # fmt: skip
"""A field's changes, the properties, and the one finding they make."""


@pytest.mark.parametrize(("more", "known", "expected"), SENTENCES)
def test_each_fault_says_what_and_where(
    more: dict[str, Any], known: Known, expected: Finding
) -> None:
    """A fault is told once, with its field, what is so, and what to do about it; the field
    itself tells the same."""
    report = examine(snapshot([field(**more)], known), HELD, approval=Approval(required=False))
    assert report.errors == (expected,)
    (row,) = report.fields
    assert (row.key, row.verdict, row.code, row.reason) == (
        expected.field, Verdict.REFUSED, expected.code, expected.message,
    )  # fmt: skip


def test_a_field_that_stands_twice() -> None:
    """Both are refused, and it is told once."""
    assert told([field(), field()], GOOD) == (
        error("field_duplicate", "The field passport_number stands on the form more than once.",
              "Keep it once."),
    )  # fmt: skip


def test_properties_nobody_may_read() -> None:
    """The scope that is missing is named, with what it is for."""
    assert told([field()], [], HELD - {"crm.schemas.contacts.read"}, ("0-1",)) == (
        error("scope_missing",
              "The token lacks crm.schemas.contacts.read, needed to read the definitions of "
              "contact properties.",
              "Add the scope to the private app or service key, then restart."),
    )  # fmt: skip


def test_a_token_without_forms() -> None:
    """That the token cannot use forms at all is a fault of no field."""
    assert told([field()], GOOD, HELD - {"forms"}) == (
        error("scope_missing",
              "The token lacks forms, needed to read forms and submit to them.",
              "Add the scope to the private app or service key, then restart.", None),
    )  # fmt: skip


@pytest.mark.parametrize("sensitivity", ["sensitive", "highly_sensitive"])
def test_a_class_without_a_scope(sensitivity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were appointments ever let onto forms, highly sensitive ones stayed refused: HubSpot has
    no permission to write them, whatever the token holds. Sensitive ones have one."""
    allowed = dataclasses.replace(OBJECT_TYPES[APPOINTMENT], on_forms=True)
    monkeypatch.setitem(OBJECT_TYPES, APPOINTMENT, allowed)
    held = HELD | {"crm.objects.appointments.sensitive.write"}
    found = told(
        [field(objectTypeId=APPOINTMENT)], [(APPOINTMENT, prop(dataSensitivity=sensitivity))], held
    )
    refused = error(
        "no_scope_exists",
        "HubSpot has no permission that lets a program write highly sensitive appointment "
        "properties.",
        "Move the field to a contact, company, deal, ticket or custom object.",
        "0-421/passport_number",
    )
    assert found == ((refused,) if sensitivity == "highly_sensitive" else ())


@pytest.mark.parametrize("now", Sensitivity)
@pytest.mark.parametrize("was", Sensitivity)
def test_a_class_is_lowered_only_when_it_is_lower(was: Sensitivity, now: Sensitivity) -> None:
    """Answers are refused under a lower class than they were accepted under, never under the
    same or a higher one; the class they had is named in small letters."""
    held = HELD | {"crm.objects.contacts.highly_sensitive.write"}
    known = [("0-1", prop(dataSensitivity=now.value))]
    found = told([field()], known, held, at_least={"passport_number": was.value})
    words = {"sensitive": "sensitive", "highly_sensitive": "highly sensitive"}
    order = ["non_sensitive", "sensitive", "highly_sensitive"]
    expected = ()
    if order.index(now) < order.index(was):
        expected = (
            error("class_lowered",
                  f"The contact property passport_number was {words[was]} when these answers were "
                  "accepted; now it is not.",
                  "Put the property back into its class, or discard the submission."),
        )  # fmt: skip
    assert found == expected


def test_the_class_of_another_field_lowers_nothing() -> None:
    """Each field is held to the class of its own answers; a class nobody knows holds to none."""
    known = [("0-1", prop(dataSensitivity="non_sensitive"))]
    assert told([field()], known, at_least={"another": "sensitive"}) == ()
    assert told([field()], known, at_least={"passport_number": "secret"}) == ()


DEFAULTS: list[dict[str, Any]] = [
    {},
    {"defaultValue": "x"},
    {"defaultValues": ["x"]},
    {"defaultValue": "x", "defaultValues": ["x"]},
]


@pytest.mark.parametrize("default", DEFAULTS)
@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("hidden", [True, False])
def test_a_hidden_field_has_to_have_its_answer(
    hidden: bool, required: bool, default: dict[str, Any]
) -> None:
    """Only a field that is hidden and required and has neither default is warned of."""
    found = told([field(hidden=hidden, required=required, **default)], GOOD)
    warned = Finding(
        "hidden_required",
        Severity.WARNING,
        "The field passport_number is hidden and required but has no default, so HubSpot will "
        "refuse submissions.",
        "Give the hidden field a default value.",
        "passport_number",
    )
    assert found == ((warned,) if hidden and required and not default else ())


def test_others_findings_stand_at_their_fields() -> None:
    """Several findings of others about one field all count at that field and at no other, the
    gravest first; one about no field counts for the form."""
    fields = [field("a"), field("b")]
    known = [("0-1", prop("a")), ("0-1", prop("b"))]
    rule = finding("rule_unchecked", field="a", name="a", rule="REGEX")
    grave = finding("property_missing", field="a", object="contact", name="a")
    unknown = finding("rules_unknown", object="contact", scope="x")
    stale = finding("definitions_stale", when="noon")
    assert told(fields, known, beside=(rule, grave, unknown, stale)) == (
        grave, rule, unknown, stale,
    )  # fmt: skip
    report = examine(
        snapshot(fields, known), HELD, approval=Approval(required=False), beside=(rule, grave)
    )
    assert [(row.key, row.verdict, row.code) for row in report.fields] == [
        ("a", Verdict.REFUSED, "property_missing"),
        ("b", Verdict.OK, "ok"),
    ]


def described(**more: Any) -> Snapshot:
    """A form with a hidden company field under a condition, and rules for its properties."""
    below = {
        "dependentCondition": {"operator": "is_not_empty"},
        "dependentField": field("tier", objectTypeId="0-2", label="Tier", hidden=True,
                                fieldType="dropdown"),
    }  # fmt: skip
    one = snapshot(
        [field(label="Passport", dependentFields=[below])],
        [("0-1", prop(sensitiveDataCategories=["HIPAA"])),
         ("0-2", prop("tier", dataSensitivity="non_sensitive"))],
        **more,
    )  # fmt: skip
    return msgspec.structs.replace(
        one,
        form_id="form-7",
        form_name="Travel",
        read_at_ms=1_700_000_000_000,
        validations=(PlacedRules("0-1", "passport_number", (ValidationRule("EMAIL"),)),),
    )


def approved(one: Snapshot) -> FormLock:
    """What an approval pins."""
    lock = proposed(one, None, Declared(), by="local", at="2026-11-25T10:00:00Z")
    assert lock is not None
    return lock


PASSPORT = FieldReport(
    key="passport_number",
    label="Passport",
    object_type_id="0-1",
    name="passport_number",
    field_type="single_line_text",
    sensitivity=Sensitivity.SENSITIVE,
    categories=("HIPAA",),
    verdict=Verdict.OK,
    code="ok",
    reason="May be collected, and is sent by secure submit only.",
    scope_needed=(WRITE, f"{WRITE}.v2"),
    scope_held=True,
    conditional=False,
    hidden=False,
)
TIER = FieldReport(
    key="0-2/tier",
    label="Tier",
    object_type_id="0-2",
    name="tier",
    field_type="dropdown",
    sensitivity=Sensitivity.NON_SENSITIVE,
    categories=(),
    verdict=Verdict.OK,
    code="ok",
    reason="May be collected, as ordinary data.",
    scope_needed=(),
    scope_held=None,
    conditional=True,
    hidden=True,
)


def test_the_whole_report() -> None:
    """A stale description of a form that changed since it was approved, read with a token that
    lacks nothing: everything the report says of it."""
    lock = approved(described())
    now = described(configuration={"recaptchaEnabled": True})
    held = HELD | {"crm.schemas.companies.read"}
    report = examine(now, held, approval=Approval(required=True, lock=lock), stale=True)
    assert report == FormReport(
        form_id="form-7",
        form_name="Travel",
        fields=(PASSPORT, TIER),
        findings=(
            finding("recaptcha"),
            finding("drift", change="reCAPTCHA was off, and is on"),
            finding("definitions_stale", when="14 November 2023, 22:13 UTC"),
        ),
        scopes=ScopeReport(
            needed=("crm.objects.contacts.sensitive.write", "crm.schemas.companies.read",
                    "crm.schemas.contacts.read", "forms"),
            held=("crm.objects.contacts.sensitive.write", "crm.schemas.companies.read",
                  "crm.schemas.contacts.read", "forms"),
            missing=(),
            excess=(),
        ),
        snapshot_hash=now.hash,
        read_at_ms=1_700_000_000_000,
        stale=True,
        lock=lock,
        drift=(Change(None, Aspect.RECAPTCHA, "off", "on"),),
        rules=(PlacedRules("0-1", "passport_number", (ValidationRule("EMAIL"),)),),
    )  # fmt: skip
    assert not report.open


def test_a_scope_that_is_not_held() -> None:
    """A field says that its scope is missing; when HubSpot does not tell, it says neither."""
    one = described()
    for held, says in ((HELD - {WRITE}, False), (None, None)):
        report = examine(one, held, approval=Approval(required=False))
        assert [row.scope_held for row in report.fields] == [says, None]


def test_what_this_file_tells_comes_from_the_table() -> None:
    """Each sentence above belongs to a row of the table of findings."""
    assert {expected.code for *_, expected in SENTENCES} <= set(FINDINGS)
