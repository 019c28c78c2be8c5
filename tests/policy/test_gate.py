"""The class gate fails closed: only what is shown to be safe is open."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from described import field, prop, snapshot
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.findings import FINDINGS, Severity, Verdict, finding
from gateway.domain.forms import SENDABLE, FieldType
from gateway.domain.locks import Approval
from gateway.domain.reports import FieldReport, FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.domain.validations import PlacedRules, ValidationRule
from gateway.policy.gate import UNSUPPORTED, examine
from gateway.policy.labels import KINDS, kind_named

HELD = frozenset(
    {
        "forms", "crm.schemas.contacts.read", "crm.schemas.companies.read", "tickets",
        "crm.objects.contacts.sensitive.write", "crm.objects.contacts.highly_sensitive.write.v2",
        "tickets.sensitive.v2",
    }
)  # fmt: skip


def judged(one: Snapshot, held: frozenset[str] | None = HELD, **more: Any) -> FormReport:
    """The gate's report on a form that nobody has approved, without the advice to approve it."""
    report = examine(one, held, **{"approval": Approval(required=False), **more})
    said = tuple(f for f in report.findings if f.code != "not_approved")
    return dataclasses.replace(report, findings=said)


def only(report: FormReport) -> FieldReport:
    """The one field of a report."""
    (row,) = report.fields
    return row


def test_a_good_form_is_open() -> None:
    """A field on a form-compatible property of a known class, with its scope, passes."""
    report = judged(snapshot([field()], [("0-1", prop())]))
    row = only(report)
    assert report.open
    assert (row.verdict, row.code, row.sensitivity) == (Verdict.OK, "ok", Sensitivity.SENSITIVE)
    assert row.scope_needed == (
        "crm.objects.contacts.sensitive.write",
        "crm.objects.contacts.sensitive.write.v2",
    )
    assert row.scope_held is True
    assert report.findings == ()


FIELD_FAULTS: list[tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    ("property_missing", {}, []),
    ("property_missing", {}, [("0-2", prop())]),
    ("property_missing", {}, [("0-1", prop("passport_numbers"))]),
    ("property_archived", {}, [("0-1", prop(archived=True))]),
    ("property_ambiguous", {}, [("0-1", prop()), ("0-1", prop(dataSensitivity="non_sensitive"))]),
    ("class_unknown", {}, [("0-1", prop(dataSensitivity=None))]),
    ("class_unknown", {}, [("0-1", prop(dataSensitivity="secret"))]),
    ("class_unknown", {}, [("0-1", {k: v for k, v in prop().items() if k != "dataSensitivity"})]),
    ("read_only", {}, [("0-1", prop(modificationMetadata={"readOnlyValue": True}))]),
    ("calculated", {}, [("0-1", prop(calculated=True))]),
    ("not_form_compatible", {}, [("0-1", prop(formField=False))]),
    ("not_form_compatible", {}, [("0-1", prop(formField=None))]),
    ("field_type_unsupported", {"fieldType": "file"}, [("0-1", prop())]),
    ("field_type_unsupported", {"fieldType": "payment_link_radio"}, [("0-1", prop())]),
    ("field_type_unknown", {"fieldType": "retina_scan"}, [("0-1", prop())]),
    ("object_not_allowed", {"objectTypeId": "0-3"}, [("0-3", prop())]),
    ("object_not_allowed", {"objectTypeId": "0-421"}, [("0-421", prop())]),
    ("object_not_allowed", {"objectTypeId": "9-9"}, [("9-9", prop())]),
    ("label_names_sensitive", {"label": "Social security number"},
     [("0-1", prop(dataSensitivity="non_sensitive"))]),
    ("label_names_sensitive", {}, [("0-1", prop(dataSensitivity="non_sensitive", label="Your SSN"))]),
    ("scope_missing", {"objectTypeId": "0-2"}, [("0-2", prop())]),
    ("scope_missing", {"objectTypeId": "0-5"}, [("0-5", prop(dataSensitivity="highly_sensitive"))]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "properties"), FIELD_FAULTS)
def test_each_fault_closes_the_form(
    code: str, changes: dict[str, Any], properties: list[tuple[str, dict[str, Any]]]
) -> None:
    """Everything the design lists refuses the field, and closes its form, with a reason."""
    report = judged(snapshot([field(**changes)], properties))
    assert only(report).verdict is Verdict.REFUSED
    assert code in {f.code for f in report.errors}
    assert not report.open


@pytest.mark.parametrize(("code", "changes", "properties"), FIELD_FAULTS)
def test_a_dependent_field_is_judged_alike(
    code: str, changes: dict[str, Any], properties: list[tuple[str, dict[str, Any]]]
) -> None:
    """A field hidden behind two conditions is refused for the same faults."""
    hidden = field(**changes)
    for name in ("inner", "outer"):
        condition = {"operator": "set_any", "values": ["x"]}
        dependent = [{"dependentCondition": condition, "dependentField": hidden}]
        hidden = field(name, dependentFields=dependent)
    properties = [*properties, ("0-1", prop("inner")), ("0-1", prop("outer"))]
    report = judged(snapshot([hidden], properties))
    assert [row.conditional for row in report.fields] == [False, True, True]
    assert code in {f.code for f in report.errors}


FORM_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("form_archived", {"archived": True}),
    ("form_type", {"formType": "captured"}),
    ("recaptcha", {"configuration": {"recaptchaEnabled": True}}),
    ("consent_unknown", {"legalConsentOptions": {"type": "telepathy"}}),
    ("consent_text_missing", {"legalConsentOptions": {"type": "explicit_consent_to_process"}}),
    ("consent_text_missing", {"legalConsentOptions": {"type": "legitimate_interest",
                                                      "privacyText": "x", "lawfulBasis": "lead"}}),
    ("consent_text_missing", {"legalConsentOptions": {"type": "legitimate_interest", "lawfulBasis": "hunch",
                                                      "privacyText": "x", "subscriptionTypeIds": [1]}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "more"), FORM_FAULTS)
def test_each_fault_of_the_form_closes_it(code: str, more: dict[str, Any]) -> None:
    """A form HubSpot would refuse is closed before anybody types."""
    report = judged(snapshot([field()], [("0-1", prop())], **more))
    assert [f.code for f in report.errors] == [code]


def test_the_form_as_a_whole() -> None:
    """An unreadable form, an empty one, and one that is too large are closed."""
    unreadable = Snapshot("f", "Form", None, (), (), 1)
    empty = snapshot([], [])
    many = [field(f"p{i}") for i in range(1001)]
    large = snapshot(many, [("0-1", prop(f"p{i}")) for i in range(1001)])
    for one, code in (
        (unreadable, "form_unreadable"),
        (empty, "form_empty"),
        (large, "form_too_large"),
    ):
        assert code in {f.code for f in judged(one).errors}


def test_one_field_twice_is_refused() -> None:
    """The same property twice on a form could be filled twice: refused."""
    report = judged(snapshot([field(), field()], [("0-1", prop())]))
    assert {row.code for row in report.fields} == {"field_duplicate"}


def test_definitions_that_may_not_be_read_are_refused() -> None:
    """When the token may not read an object's properties, its fields are refused by scope."""
    report = judged(snapshot([field(objectTypeId="0-2")], [], ("0-2",)))
    assert only(report).code == "scope_missing"
    assert "crm.schemas.companies.read" in only(report).reason


def test_the_forms_scope_is_needed() -> None:
    """Without the scope forms nothing is open."""
    report = judged(snapshot([field()], [("0-1", prop())]), HELD - {"forms"})
    assert not report.open
    assert "forms" in report.scopes.missing


def test_unknown_scopes_warn_and_claim_nothing() -> None:
    """When HubSpot does not say what the token holds, that is told, and nothing is claimed."""
    report = judged(snapshot([field()], [("0-1", prop())]), None)
    assert report.open
    assert only(report).scope_held is None
    assert report.scopes.held is None
    assert [f.code for f in report.findings] == ["scope_unknown"]


def test_a_read_scope_is_in_excess() -> None:
    """A token that can also read sensitive values opens more than forms need."""
    excess = "crm.objects.contacts.sensitive.read"
    report = judged(snapshot([field()], [("0-1", prop())]), HELD | {excess})
    assert excess in report.scopes.excess


def test_a_class_below_the_accepted_one_is_refused() -> None:
    """A property re-created as ordinary refuses answers that were accepted as sensitive."""
    lowered = snapshot([field()], [("0-1", prop(dataSensitivity="non_sensitive"))])
    assert judged(lowered).open
    report = judged(lowered, at_least={"passport_number": "sensitive"})
    assert [f.code for f in report.errors] == ["class_lowered"]
    raised = snapshot([field()], [("0-1", prop(dataSensitivity="highly_sensitive"))])
    assert judged(raised, at_least={"passport_number": "sensitive"}).open


def test_the_hash_tells_every_change() -> None:
    """The snapshot's hash changes with anything the gate looks at, and not with the time."""
    base = snapshot([field()], [("0-1", prop())])
    changed = [
        snapshot([field(label="Other")], [("0-1", prop())]),
        snapshot([field()], [("0-1", prop(dataSensitivity="highly_sensitive"))]),
        snapshot([field()], [("0-1", prop(createdAt="2026-02-02T00:00:00Z"))]),
        snapshot([field()], [("0-1", prop(options=[{"value": "a"}]))]),
        snapshot([field()], [("0-1", prop(sensitiveDataCategories=["HIPAA"]))]),
        snapshot([field()], [("0-1", prop())], configuration={"recaptchaEnabled": True}),
    ]
    assert len({one.hash for one in (base, *changed)}) == 7
    assert msgspec.structs.replace(base, read_at_ms=999).hash == base.hash


def test_a_snapshot_survives_being_stored() -> None:
    """What is remembered on disk gives the same verdict and the same hash."""
    base = snapshot([field()], [("0-1", prop())])
    again = msgspec.json.decode(msgspec.json.encode(base), type=Snapshot)
    assert again.hash == base.hash
    assert judged(again) == judged(base)


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_recognised(kind: str) -> None:
    """Every kind of the table has an example that it finds, and none of these ordinary ones."""
    examples = {
        "a social security number": "Social Security number", "a passport number": "Passport No.",
        "a national identity number": "National ID", "a tax number": "Taxpayer ID number",
        "a driving licence number": "Driver's license #", "a card number": "Credit card number",
        "a bank account number": "IBAN", "a diagnosis": "Diagnosis", "a salary": "Annual salary",
        "a password": "Password",
    }  # fmt: skip
    assert kind_named(examples[kind]) == kind
    for ordinary in ("Passport photo received?", "First name", "Phone number", "Company name",
                     "Country of residence", "National holidays taken", "Card type", "Mission"):  # fmt: skip
        assert kind_named(ordinary) is None


CLASSES = st.sampled_from([*Sensitivity, None, "x"])


@given(
    sensitivity=CLASSES,
    field_type=st.sampled_from([*FieldType, "odd"]),
    object_type=st.sampled_from(["0-1", "0-2", "0-3", "0-5", "0-421", "2-7", "x"]),
    scopes=st.frozensets(st.sampled_from(sorted(HELD))),
    form_field=st.sampled_from([True, False, None]),
    archived=st.booleans(),
    calculated=st.booleans(),
    read_only=st.booleans(),
)
def test_the_gate_agrees_with_a_naive_reading(
    sensitivity: str | None, field_type: str, object_type: str, scopes: frozenset[str],
    form_field: bool | None, archived: bool, calculated: bool, read_only: bool,
) -> None:  # fmt: skip
    """Over every combination, the gate opens exactly what a plain reading of the rules does."""
    one = prop(dataSensitivity=sensitivity, formField=form_field, archived=archived,
               calculated=calculated, modificationMetadata={"readOnlyValue": read_only})  # fmt: skip
    report = judged(
        snapshot([field(fieldType=field_type, objectTypeId=object_type)], [(object_type, one)]),
        scopes,
    )
    write: dict[tuple[str, str | None], set[str]] = {
        ("0-1", "sensitive"): {"crm.objects.contacts.sensitive.write"},
        ("0-1", "highly_sensitive"): {"crm.objects.contacts.highly_sensitive.write.v2"},
        ("0-5", "sensitive"): {"tickets.sensitive.v2"},
    }
    may_write = sensitivity == "non_sensitive" or bool(
        write.get((object_type, sensitivity), set()) & scopes
    )
    expected = (
        field_type in {str(t) for t in SENDABLE}
        and object_type in ("0-1", "0-2", "0-5", "2-7")
        and sensitivity in {str(s) for s in Sensitivity}
        and form_field is True
        and not (archived or calculated or read_only)
        and may_write
        and "forms" in scopes
    )
    assert report.open is expected


def test_codes_come_from_the_table() -> None:
    """Every code the gate can give is documented in the table of findings."""
    given_codes = {code for code, *_ in (*FIELD_FAULTS, *FORM_FAULTS)}
    assert given_codes <= set(FINDINGS)
    errors = {code for code in given_codes if FINDINGS[code].severity is Severity.ERROR}
    assert errors == given_codes


def test_unsupported_types_have_names() -> None:
    """Every field type that cannot be sent is named in words."""
    assert set(UNSUPPORTED) == set(FieldType) - SENDABLE


def test_a_large_form_is_examined_in_linear_time() -> None:
    """Every property is looked at a fixed number of times, however many fields there are."""
    count = 900
    one = snapshot(
        [field(f"p{i}") for i in range(count)], [("0-1", prop(f"p{i}")) for i in range(count)]
    )
    started = time.process_time()
    assert judged(one).open
    small = snapshot([field("p0")], [("0-1", prop("p0"))])
    base = time.process_time()
    for _ in range(count):
        judged(small)
    assert base - started < 3 * (time.process_time() - base) + 0.5


def test_reports_hold_no_callables() -> None:
    """A report is plain data: it can be compared, stored and sent."""
    report = judged(snapshot([field()], [("0-1", prop())]))
    assert not any(isinstance(v, Callable) for v in dataclasses.asdict(report).values())  # type: ignore[arg-type]


def test_what_others_found_stands_in_the_report() -> None:
    """A warning about a field shows at the field, one about the form among its findings; a
    field's own fault stays the first to be told."""
    beside = (
        finding("rule_unchecked", field="date_of_birth", name="date_of_birth", rule="REGEX"),
        finding("rules_unknown", object="contact", scope="crm.schemas.contacts.read"),
    )
    good = snapshot([field(name="date_of_birth")], [("0-1", prop(name="date_of_birth"))])
    report = judged(good, beside=beside)
    assert report.open
    assert (only(report).verdict, only(report).code) == (Verdict.WARN, "rule_unchecked")
    assert {f.code for f in report.findings} == {"rule_unchecked", "rules_unknown"}
    archived = snapshot(
        [field(name="date_of_birth")], [("0-1", prop(name="date_of_birth", archived=True))]
    )
    assert only(judged(archived, beside=beside)).code == "property_archived"


def test_the_report_carries_the_rules_of_the_properties() -> None:
    """Whoever takes answers in finds the rules beside the verdict."""
    rules = (PlacedRules("0-1", "email", (ValidationRule("EMAIL"),)),)
    one = msgspec.structs.replace(snapshot([field()], [("0-1", prop())]), validations=rules)
    assert judged(one).rules == rules
