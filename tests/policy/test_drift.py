"""What has changed since a form was approved closes it, and is told field by field."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from described import field, prop, snapshot
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.findings import FINDINGS, Severity, Verdict
from gateway.domain.forms import MAX_DEPTH, FieldOption, FormField
from gateway.domain.locks import Approval, Aspect, Change, FormLock, GuardMode, LockFault
from gateway.domain.properties import Property
from gateway.domain.reports import FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.policy.approving import Declared, proposed
from gateway.policy.differences import MOST_CHOICES
from gateway.policy.drift import SENTENCES, changes, changes_by_field, pins, sentence
from gateway.policy.gate import examine

HELD = frozenset(
    {
        "forms", "crm.schemas.contacts.read", "crm.schemas.companies.read",
        "crm.objects.contacts.sensitive.write", "crm.objects.contacts.highly_sensitive.write",
        "crm.objects.companies.sensitive.write",
    }
)  # fmt: skip
ALLERGIES: dict[str, Any] = {
    "options": [{"value": "nuts", "label": "Nuts"}, {"value": "latex", "label": "Latex"}],
    "sensitiveDataCategories": ["HIPAA"],
}
CONSENT = {"type": "explicit_consent_to_process", "consentToProcessText": "You may."}


def fields(**more: Any) -> list[dict[str, Any]]:
    """The fields of the form, the second one with changes."""
    return [
        field("email"),
        field("allergies", **{"fieldType": "dropdown", "options": ALLERGIES["options"], **more}),
    ]


def properties(name: str = "allergies", **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """The properties behind them, the second one with changes."""
    return [
        ("0-1", prop("email", dataSensitivity="non_sensitive")),
        ("0-1", prop(name, **{**ALLERGIES, "type": "enumeration", **more})),
    ]


def form(**more: Any) -> Snapshot:
    """The form as it was approved, with changes to the form itself."""
    return snapshot(fields(), properties(), **{"legalConsentOptions": CONSENT, **more})


def described(
    on_form: list[dict[str, Any]], known: list[tuple[str, dict[str, Any]]], *unreadable: str
) -> Snapshot:
    """The form of these fields and properties."""
    return snapshot(on_form, known, unreadable, legalConsentOptions=CONSENT)


def locked(one: Snapshot, before: FormLock | None = None, **declared: Any) -> FormLock:
    """What an approval would pin."""
    made = proposed(one, before, Declared(**declared), by="local", at="2026-11-25T10:00:00Z")
    assert made is not None
    return made


def judged(
    one: Snapshot,
    lock: FormLock | None = None,
    fault: LockFault | None = None,
    *,
    required: bool = False,
) -> FormReport:
    """The gate's report under an approval."""
    return examine(one, HELD, approval=Approval(required=required, lock=lock, fault=fault))


LOCK = locked(form())

DRIFT: list[tuple[str, Snapshot, str | None, Aspect, str, str, str]] = [
    ("lower class", described(fields(), properties(dataSensitivity="non_sensitive")),
     "allergies", Aspect.CLASS, "sensitive", "not sensitive",
     "the class of allergies was sensitive, and is not sensitive"),
    ("higher class", described(fields(), properties(dataSensitivity="highly_sensitive")),
     "allergies", Aspect.CLASS, "sensitive", "highly sensitive",
     "the class of allergies was sensitive, and is highly sensitive"),
    ("no class", described(fields(), properties(dataSensitivity=None)),
     "allergies", Aspect.CLASS, "sensitive", "not known",
     "the class of allergies was sensitive, and is not known"),
    ("odd class", described(fields(), properties(dataSensitivity="secret")),
     "allergies", Aspect.CLASS, "sensitive", "not known",
     "the class of allergies was sensitive, and is not known"),
    ("categories", described(fields(), properties(sensitiveDataCategories=["b", "a"])),
     "allergies", Aspect.CATEGORIES, "HIPAA", "a, b",
     "the categories of allergies were HIPAA, and are a, b"),
    ("no categories", described(fields(), properties(sensitiveDataCategories=[])),
     "allergies", Aspect.CATEGORIES, "HIPAA", "none",
     "the categories of allergies were HIPAA, and are none"),
    ("type", described(fields(), properties(type="string")),
     "allergies", Aspect.TYPE, "enumeration", "string",
     "the property type of allergies was enumeration, and is string"),
    ("no type", described(fields(), properties(type="")),
     "allergies", Aspect.TYPE, "enumeration", "not named",
     "the property type of allergies was enumeration, and is not named"),
    ("field type", described(fields(fieldType="radio"), properties()),
     "allergies", Aspect.FIELD_TYPE, "dropdown", "radio",
     "the field type of allergies was dropdown, and is radio"),
    ("created", described(fields(), properties(createdAt="2026-02-02T00:00:00Z")),
     "allergies", Aspect.CREATED_AT, "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z",
     "the property of allergies was created 2026-01-01T00:00:00Z; now there is one created "
     "2026-02-02T00:00:00Z"),
    ("created at no time", described(fields(), properties(createdAt=None)),
     "allergies", Aspect.CREATED_AT, "2026-01-01T00:00:00Z", "at a time nobody named",
     "the property of allergies was created 2026-01-01T00:00:00Z; now there is one created at a "
     "time nobody named"),
    ("choice added", described(fields(options=[*ALLERGIES["options"], {"value": "milk"}]), properties()),
     "allergies", Aspect.OPTIONS, "2 choices", "3 choices, with milk",
     "allergies had 2 choices, and has 3 choices, with milk"),
    ("choice replaced", described(fields(options=[{"value": "nuts"}, {"value": "milk"}]), properties()),
     "allergies", Aspect.OPTIONS, "2 choices, with latex", "2 choices, with milk",
     "allergies had 2 choices, with latex, and has 2 choices, with milk"),
    ("property's choice", described(fields(), properties(options=[{"value": "nuts"}])),
     "allergies", Aspect.OPTIONS, "2 choices", "2 choices (changed)",
     "allergies had 2 choices, and has 2 choices (changed)"),
    ("labels swapped", described(fields(options=[{"value": "nuts", "label": "Latex"},
                                                 {"value": "latex", "label": "Nuts"}]), properties()),
     "allergies", Aspect.OPTIONS, "2 choices, with “Latex” for latex, “Nuts” for nuts",
     "2 choices, with “Nuts” for latex, “Latex” for nuts",
     "allergies had 2 choices, with “Latex” for latex, “Nuts” for nuts, and has 2 choices, with "
     "“Nuts” for latex, “Latex” for nuts"),
    ("no choices", described(fields(options=[]), properties(options=[])),
     "allergies", Aspect.OPTIONS, "2 choices", "none", "allergies had 2 choices, and has none"),
    ("field added", described([*fields(), field("phone")], [*properties(), ("0-1", prop("phone"))]),
     "phone", Aspect.FIELD_ADDED, "not on the form", "on the form",
     "phone was not on the form, and is on the form"),
    ("field removed", described(fields()[:1], properties()),
     "allergies", Aspect.FIELD_REMOVED, "on the form", "not on the form",
     "allergies was on the form, and is not on the form"),
    ("property archived", described(fields(), properties(archived=True)),
     "allergies", Aspect.PROPERTY_GONE, "in HubSpot", "archived",
     "the property of allergies was in HubSpot, and is archived"),
    ("property missing", described(fields(), properties("another")),
     "allergies", Aspect.PROPERTY_GONE, "in HubSpot", "not there",
     "the property of allergies was in HubSpot, and is not there"),
    ("recaptcha", form(configuration={"recaptchaEnabled": True}),
     None, Aspect.RECAPTCHA, "off", "on", "reCAPTCHA was off, and is on"),
    ("archived", form(archived=True),
     None, Aspect.ARCHIVED, "in use", "archived", "the form was in use, and is archived"),
    ("form type", form(formType="captured"),
     None, Aspect.FORM_TYPE, "hubspot", "captured", "the form's type was hubspot, and is captured"),
    ("consent text", form(legalConsentOptions={**CONSENT, "consentToProcessText": "You must."}),
     None, Aspect.CONSENT, "text on processing “You may.”", "text on processing “You must.”",
     "the consent was text on processing “You may.”, and is text on processing “You must.”"),
    ("consent box", form(legalConsentOptions={**CONSENT, "communicationsCheckboxes":
                                              [{"subscriptionTypeId": 1, "label": "News"}]}),
     None, Aspect.CONSENT, "no checkbox 1", "checkbox 1 “News”",
     "the consent was no checkbox 1, and is checkbox 1 “News”"),
    ("consent mode", form(legalConsentOptions={"type": "none"}),
     None, Aspect.CONSENT, "explicit consent to process", "none",
     "the consent was explicit consent to process, and is none"),
]  # fmt: skip
"""A name, what HubSpot says now, and the one change it makes: field, aspect, was, is, in words."""


def test_the_tables_are_complete() -> None:
    """Every aspect has a sentence and an example."""
    assert set(SENTENCES) == set(Aspect)
    assert {row[3] for row in DRIFT} == set(Aspect)


def test_what_is_as_it_was_is_open() -> None:
    """An approved form that has not changed has no finding at all, and carries its lock."""
    report = judged(form(), LOCK, required=True)
    assert report.open
    assert (report.findings, report.drift, report.lock) == ((), (), LOCK)


@pytest.mark.parametrize(
    ("now", "key", "aspect", "was", "is_now", "words"), [r[1:] for r in DRIFT], ids=[r[0] for r in DRIFT]
)  # fmt: skip
def test_each_change_closes_the_form(
    now: Snapshot, key: str | None, aspect: Aspect, was: str, is_now: str, words: str
) -> None:
    """Each change is told by itself, with what was approved and what it is now."""
    report = judged(now, LOCK)
    change = Change(key, aspect, was, is_now)
    assert report.drift == (change,)
    assert sentence(change) == words
    (found,) = [f for f in report.errors if f.code == "drift"]
    assert (found.field, found.severity) == (key, Severity.ERROR)
    assert found.message == f"Changed since the form was approved: {words}."
    assert found.cure == FINDINGS["drift"].cure
    assert not report.open
    assert report.lock is LOCK


@pytest.mark.parametrize("key", ["allergies", "phone"])
def test_a_changed_field_is_refused(key: str) -> None:
    """A field whose only fault is that it changed is refused for it; the others pass."""
    now = described(
        [*fields(fieldType="radio"), field("phone")], [*properties(), ("0-1", prop("phone"))]
    )
    report = judged(now, LOCK)
    verdicts = {row.key: (row.verdict, row.code) for row in report.fields}
    assert verdicts[key] == (Verdict.REFUSED, "drift")
    assert verdicts["email"] == (Verdict.OK, "ok")


def test_a_graver_fault_is_told_first() -> None:
    """What would close the form anyway stands before what has changed."""
    report = judged(described(fields(), properties(archived=True)), LOCK)
    row = next(row for row in report.fields if row.key == "allergies")
    assert row.code == "property_archived"
    assert [f.code for f in report.errors] == ["property_archived", "drift"]


def test_an_approval_that_kept_no_texts() -> None:
    """Where the lock names neither choices nor texts, what changed is told by number and mode."""
    bare = msgspec.structs.replace(
        LOCK,
        consent_texts={},
        fields={
            key: msgspec.structs.replace(pinned, values={}) for key, pinned in LOCK.fields.items()
        },
    )
    assert judged(form(), bare).drift == ()
    milk = described(fields(options=[{"value": "nuts"}, {"value": "milk"}]), properties())
    assert [(one.was, one.now) for one in changes(milk, bare)] == [
        ("2 choices", "2 choices (changed)")
    ]
    must = form(legalConsentOptions={**CONSENT, "consentToProcessText": "You must."})
    assert [(one.was, one.now) for one in changes(must, bare)] == [
        ("explicit consent to process", "explicit consent to process (changed)")
    ]


def test_what_an_approval_keeps_of_choices_and_texts() -> None:
    """The form's own labels where it has choices, else the property's; none of very many."""
    assert LOCK.consent_texts == {"text on processing": "You may."}
    assert LOCK.fields["allergies"].values == {"latex": "Latex", "nuts": "Nuts"}
    assert LOCK.fields["email"].values == {}
    of_property = locked(described(fields(options=[]), properties()))
    assert of_property.fields["allergies"].values == {"latex": "Latex", "nuts": "Nuts"}
    assert len(locked(large(1, MOST_CHOICES)).fields["p0"].values) == MOST_CHOICES
    assert locked(large(1, MOST_CHOICES + 1)).fields["p0"].values == {}


UNTOUCHED: list[tuple[str, Snapshot]] = [
    ("order of choices", described(fields(options=ALLERGIES["options"][::-1]),
                                   properties(options=ALLERGIES["options"][::-1]))),
    ("a choice twice", described(fields(options=ALLERGIES["options"] * 2), properties())),
    ("labels of choices", described(fields(options=[{"value": "nuts", "label": "N"}, {"value": "latex"}]),
                                    properties())),
    ("label", described(fields(label="Another"), properties(label="Another"))),
    ("required", described(fields(required=True), properties())),
    ("order of fields", described(fields()[::-1], properties())),
    ("groups", described(fields(), properties(groupName="another"))),
    ("name", form(name="Another")),
    ("notification", form(configuration={"notifyContactOwner": True})),
    ("an archived namesake", described(fields(), [*properties(), *properties(archived=True)[1:]])),
    ("nobody may read it", described(fields(), [], "0-1")),
    ("two classes", described(fields(), [*properties(), *properties(dataSensitivity="non_sensitive")[1:]])),
    ("nobody can read the form", Snapshot("f", "Form", None, (), (), 1)),
]  # fmt: skip


@pytest.mark.parametrize("now", [r[1] for r in UNTOUCHED], ids=[r[0] for r in UNTOUCHED])
def test_what_is_no_drift(now: Snapshot) -> None:
    """Order, labels and what nobody can tell are no drift; where it matters another finding
    closes the form."""
    assert changes(now, LOCK) == ()


def test_the_order_of_categories_is_none() -> None:
    """HubSpot may list categories in any order."""
    lock = locked(described(fields(), properties(sensitiveDataCategories=["b", "a"])))
    assert lock.fields["allergies"].categories == ("a", "b")
    assert changes(described(fields(), properties(sensitiveDataCategories=["a", "b"])), lock) == ()


def test_several_changes_come_in_order() -> None:
    """The form's own changes first, then the fields' in their order, then the fields gone."""
    now = snapshot(
        [field("phone"), field("email", fieldType="number")],
        [("0-1", prop("email", dataSensitivity="sensitive", createdAt="x"))],
        archived=True, formType="flow", configuration={"recaptchaEnabled": True},
    )  # fmt: skip
    assert [(c.field, c.aspect) for c in changes(now, LOCK)] == [
        (None, Aspect.ARCHIVED), (None, Aspect.FORM_TYPE), (None, Aspect.RECAPTCHA),
        (None, Aspect.CONSENT), ("phone", Aspect.FIELD_ADDED), ("email", Aspect.FIELD_TYPE),
        ("email", Aspect.CLASS), ("email", Aspect.CREATED_AT), ("allergies", Aspect.FIELD_REMOVED),
    ]  # fmt: skip


def test_a_new_field_nobody_may_read_is_still_new() -> None:
    """A field of an object the token may not read is told as added."""
    now = described([*fields(), field("name", objectTypeId="0-2")], properties(), "0-2")
    assert [(c.field, c.aspect) for c in changes(now, LOCK)] == [("0-2/name", Aspect.FIELD_ADDED)]


def test_dependent_fields_are_pinned() -> None:
    """A field under a condition drifts as any other."""

    def nested(**more: Any) -> Snapshot:
        condition = {"operator": "set_any", "values": ["x"]}
        below = {"dependentCondition": condition, "dependentField": field("below")}
        return described(
            [field("above", dependentFields=[below])],
            [("0-1", prop("above")), ("0-1", prop("below", **more))],
        )

    lock = locked(nested())
    assert set(lock.fields) == {"above", "below"}
    assert [c.field for c in changes(nested(createdAt="x"), lock)] == ["below"]


def test_one_name_on_two_objects_is_two_fields() -> None:
    """A contact's and a company's field of one name are compared each with its own property."""
    both = [field("name"), field("name", objectTypeId="0-2")]
    before = described(both, [("0-1", prop("name")), ("0-2", prop("name", type="number"))])
    lock = locked(before)
    assert set(lock.fields) == {"name", "0-2/name"}
    after = described(both, [("0-1", prop("name")), ("0-2", prop("name"))])
    assert changes(after, lock) == (Change("0-2/name", Aspect.TYPE, "number", "string"),)


MINIMUM: list[tuple[str, str, bool]] = [
    (least, now, Sensitivity(now).rank >= Sensitivity(least).rank)
    for least in Sensitivity
    for now in Sensitivity
]


@pytest.mark.parametrize(("least", "now", "passes"), MINIMUM)
def test_the_least_class(least: str, now: str, passes: bool) -> None:
    """A property of a lower class than was declared refuses its field, and says both."""
    one = described(fields(), properties(dataSensitivity=now))
    report = judged(one, locked(one, minimum={"allergies": Sensitivity(least)}))
    assert report.open is passes
    if not passes:
        (found,) = report.errors
        assert (found.code, found.field) == ("class_below_minimum", "allergies")
        assert found.message == (
            f"The answers of allergies must be at least {Sensitivity(least).label.lower()}, "
            f"and its property is {Sensitivity(now).label.lower()}."
        )
        row = next(row for row in report.fields if row.key == "allergies")
        assert (row.verdict, row.code) == (Verdict.REFUSED, "class_below_minimum")


@pytest.mark.parametrize(
    ("required", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)]
)
def test_a_form_nobody_approved(required: bool, severity: Severity) -> None:
    """Where approval is required it closes the form; elsewhere it is an advice."""
    report = judged(form(), required=required)
    (found,) = report.findings
    assert (found.code, found.severity, found.field) == ("not_approved", severity, None)
    assert found.message == FINDINGS["not_approved"].message
    assert report.open is not required
    assert (report.lock, report.drift) == (None, ())


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("fault", LockFault)
def test_an_approval_that_does_not_count(fault: LockFault, required: bool) -> None:
    """A lock nobody can trust closes the form whether or not approval is required."""
    report = judged(form(), fault=fault, required=required)
    assert [(f.code, f.severity) for f in report.findings] == [(fault.value, Severity.ERROR)]
    assert report.findings[0].message == FINDINGS[fault].message
    assert report.lock is None


def test_the_least_class_follows_the_class() -> None:
    """Without a declaration the least class is the class; an approval raises it with the
    class, and never lowers it by itself."""

    def at(sensitivity: str) -> Snapshot:
        return described(fields(), properties(dataSensitivity=sensitivity))

    def least(lock: FormLock) -> Sensitivity:
        return lock.fields["allergies"].minimum

    first = locked(at("sensitive"))
    assert least(first) is Sensitivity.SENSITIVE
    assert least(locked(at("highly_sensitive"), first)) is Sensitivity.HIGHLY_SENSITIVE
    assert least(locked(at("non_sensitive"), first)) is Sensitivity.SENSITIVE
    lowered = locked(at("sensitive"), first, minimum={"allergies": Sensitivity.NON_SENSITIVE})
    assert least(lowered) is Sensitivity.NON_SENSITIVE
    assert least(locked(at("highly_sensitive"), lowered)) is Sensitivity.NON_SENSITIVE
    raised = locked(at("sensitive"), lowered, minimum={"allergies": Sensitivity.HIGHLY_SENSITIVE})
    assert least(locked(at("sensitive"), raised)) is Sensitivity.HIGHLY_SENSITIVE


def test_declarations_outlive_approvals() -> None:
    """Guard and check digits stay until something else is said of them."""
    first = locked(form(), guard={"email": GuardMode.WARN}, checks={"email": "luhn"})
    second = locked(form(), first)
    assert (second.fields["email"].guard, second.fields["email"].check) == (GuardMode.WARN, "luhn")
    third = locked(form(), second, guard={"email": GuardMode.BLOCK}, checks={"email": None})
    assert (third.fields["email"].guard, third.fields["email"].check) == (GuardMode.BLOCK, None)
    assert third.fields["allergies"] == first.fields["allergies"]
    assert (first.fields["allergies"].guard, first.fields["allergies"].check) == (
        GuardMode.BLOCK,
        None,
    )


def test_declared_names_every_field() -> None:
    """Each of the three ways of saying something of a field counts."""
    one = Declared({"a": Sensitivity.SENSITIVE}, {"b": GuardMode.WARN}, {"c": None})
    assert one.keys() == {"a", "b", "c"}


def test_what_nobody_can_tell_is_not_pinned() -> None:
    """A field whose property is missing, archived, doubled or of no class has no pin."""
    for known in (
        [], properties(archived=True), properties(dataSensitivity=None), properties("other"),
        [*properties(), *properties(type="string")],
    ):  # fmt: skip
        assert "allergies" not in locked(described(fields(), known)).fields
    unread = Snapshot("f", "Form", None, (), (), 1)
    assert proposed(unread, None, Declared(), by="x", at="y") is None


def test_the_lock_names_who_and_what() -> None:
    """The lock tells by whom, when, of which form, and its consent in HubSpot's word."""
    assert (LOCK.name, LOCK.form_type) == ("Form", "hubspot")
    assert (LOCK.consent_mode, LOCK.seal) == ("explicit_consent_to_process", "")
    assert (LOCK.approved_by, LOCK.approved_at) == ("local", "2026-11-25T10:00:00Z")
    pinned = LOCK.fields["allergies"]
    assert (pinned.field_type, pinned.type, pinned.choices) == ("dropdown", "enumeration", 2)
    assert (LOCK.fields["email"].choices, LOCK.fields["email"].options) == (0, None)


OPTION = st.fixed_dictionaries(
    {
        "value": st.text("ab", max_size=2) | st.text(max_size=4),
        "label": st.text("xy", max_size=1) | st.text(max_size=4),
    }
)


def read(options: list[dict[str, str]]) -> dict[str, str]:
    """What each value is read as; of two labels the one that sorts last."""
    return {
        value: max(o["label"] for o in options if o["value"] == value)
        for value in {o["value"] for o in options}
    }


@given(st.lists(OPTION, max_size=8), st.lists(OPTION, max_size=8), st.randoms())
def test_choices_agree_with_a_naive_reading(
    before: list[dict[str, str]], after: list[dict[str, str]], chance: random.Random
) -> None:
    """Choices have drifted exactly when the sets of their values differ, or when a label that
    was read for one of them is now read for another."""
    shuffled = chance.sample(before, len(before))
    lock = locked(described(fields(options=before), properties()))
    assert changes(described(fields(options=shuffled), properties()), lock) == ()
    drifted = changes(described(fields(options=after), properties()), lock)
    was, now = read(before), read(after)
    moved = any(
        was[one] != now[one] and label and label == there[one]
        for here, there in ((was, now), (now, was))
        for other, label in here.items()
        for one in (was.keys() & now.keys()) - {other}
    )
    assert bool(drifted) is (was.keys() != now.keys() or moved)
    assert {c.aspect for c in drifted} <= {Aspect.OPTIONS}


def large(count: int, options: int = 0) -> Snapshot:
    """A form of ``count`` fields, each with so many choices."""
    choices = [{"value": f"v{i}"} for i in range(options)]
    return described(
        [field(f"p{i}", options=choices) for i in range(count)],
        [("0-1", prop(f"p{i}", options=choices)) for i in range(count)],
    )


def used(work: Callable[[], object]) -> float:
    """The processor's time of it, in seconds."""
    started = time.process_time()
    work()
    return time.process_time() - started


def test_a_thousand_fields_are_compared_in_linear_time() -> None:
    """Ten times the fields take about ten times as long, not a hundred."""
    small, big = large(100), large(1000)
    small_lock, big_lock = locked(small), locked(big)
    assert changes(big, big_lock) == ()
    several = used(lambda: [changes(small, small_lock) for _ in range(10)])
    assert used(lambda: changes(big, big_lock)) < 5 * several + 0.5
    nothing = msgspec.structs.replace(big_lock, fields={})
    assert len(changes(big, nothing)) == 1000


def test_ten_thousand_choices() -> None:
    """One choice among ten thousand that differs is found."""
    lock = locked(large(1, 10_000))
    assert lock.fields["p0"].choices == 10_000
    assert changes(large(1, 10_000), lock) == ()
    assert changes(large(1, 9_999), lock)[0].now == "9999 choices"


def test_a_field_twice_is_one_change() -> None:
    """A field that stands on the form twice is refused, and told once."""
    twice = described([*fields(fieldType="radio"), *fields(fieldType="radio")], properties())
    report = judged(twice, LOCK)
    assert [c.field for c in report.drift] == ["allergies"]
    assert {f.code for f in report.errors} == {"field_duplicate", "drift"}


def test_deep_dependants() -> None:
    """Fields nested as deep as is allowed are each pinned."""
    inner = field(f"p{MAX_DEPTH}")
    for depth in reversed(range(MAX_DEPTH)):
        condition = {"operator": "set_any", "values": ["x"]}
        inner = field(
            f"p{depth}",
            dependentFields=[{"dependentCondition": condition, "dependentField": inner}],
        )
    one = described([inner], [("0-1", prop(f"p{i}")) for i in range(MAX_DEPTH + 1)])
    assert len(locked(one).fields) == MAX_DEPTH + 1


def test_hostile_names_stay_texts() -> None:
    """Braces and markup in what HubSpot says are told as they are, and fill nothing in."""
    odd = "{name}{0}<script>%s$was"
    report = judged(described(fields(), properties(sensitiveDataCategories=[odd])), LOCK)
    (found,) = report.errors
    assert found.message == (
        "Changed since the form was approved: the categories of allergies were HIPAA, and are "
        f"{odd}."
    )
    assert dataclasses.asdict(report)


def test_several_changes_of_one_field() -> None:
    """All changes of a field are found under its key, in order; the form's own under none."""
    of_form = Change(None, Aspect.RECAPTCHA, "off", "on")
    one = Change("a", Aspect.TYPE, "string", "number")
    other = Change("b", Aspect.TYPE, "string", "number")
    more = Change("a", Aspect.CREATED_AT, "x", "y")
    assert changes_by_field((one, of_form, other, more)) == {"a": (one, more), "b": (other,)}


@pytest.mark.parametrize(
    ("on_form", "known", "choices"),
    [((), (), 0), (("a", "b"), (), 2), ((), ("a",), 1), (("a", "b"), ("a",), 2)],
)
def test_choices_are_pinned_wherever_they_stand(
    on_form: tuple[str, ...], known: tuple[str, ...], choices: int
) -> None:
    """Choices of the field or of its property alone are pinned too; the field's are counted
    first. A class HubSpot does not tell is pinned as none."""
    one = pins(
        FormField("0-1", "p", "dropdown", options=tuple(FieldOption(v) for v in on_form)),
        msgspec.convert(
            prop("p", dataSensitivity=None, options=[{"value": v, "label": v} for v in known]),
            Property,
        ),
    )
    assert (one.choices, one.options is None, one.sensitivity) == (choices, choices == 0, "")
