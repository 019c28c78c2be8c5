"""Each drift of a definition is one call, and changes exactly what it says."""

from __future__ import annotations

import copy

import pytest

from gateway.emulator.definitions.drift import KINDS
from gateway.emulator.rules.fields import form_fields

INTAKE = "Patient intake"


def make(hub, kind, **given):
    return hub.admin("POST", "drift", {"kind": kind, **given})


def changed(before, after):
    """The keys of a definition that differ, but for the date of the change."""
    keys = before.keys() | after.keys()
    return {k for k in keys if before.get(k) != after.get(k)} - {"updatedAt"}


@pytest.mark.parametrize(
    ("kind", "name", "keys"),
    [
        ("recreate_property", "phone", {"dataSensitivity", "createdAt"}),
        (
            "recreate_property",
            "diagnosis",
            {"dataSensitivity", "createdAt", "sensitiveDataCategories"},
        ),
        ("archive_property", "passport_number", {"archived", "archivedAt"}),
        ("change_type", "passport_number", {"type", "fieldType"}),
        ("change_type", "sex_at_birth", {"type", "fieldType", "options"}),
        ("change_categories", "passport_number", {"sensitiveDataCategories"}),
        ("change_categories", "diagnosis", {"sensitiveDataCategories"}),
        ("change_options", "sex_at_birth", {"options"}),
    ],
)
def test_a_property_drifts(hub, kind, name, keys):
    """One change of a property changes these keys, and no other property."""
    before = copy.deepcopy(hub.portal.properties)
    answer = make(hub, kind, property=name)
    assert answer.status_code == 200
    after = hub.portal.properties
    assert answer.json() == {"kind": kind, "property": after["0-1"][name]}
    assert changed(before["0-1"][name], after["0-1"][name]) == keys
    assert all(before["0-1"][n] == after["0-1"][n] for n in before["0-1"] if n != name)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("add_field", {"fieldGroups"}),
        ("remove_field", {"fieldGroups"}),
        ("archive_form", {"archived", "archivedAt"}),
        ("recaptcha_on", {"configuration"}),
        ("change_consent", {"legalConsentOptions"}),
        ("change_form_type", {"formType"}),
    ],
)
def test_a_form_drifts(hub, kind, keys):
    """One change of a form, by its name or its id, changes these keys, and no other form."""
    form_id = hub.form_id(INTAKE)
    for named in (INTAKE, form_id):
        hub.portal.reset()
        before = copy.deepcopy(hub.portal.forms)
        assert make(hub, kind, form=named).status_code == 200
        after = hub.portal.forms
        assert changed(before[form_id], after[form_id]) == keys
        assert all(before[i] == after[i] for i in before if i != form_id)


def test_every_kind_is_tried():
    """The two tables above and the list of kinds agree."""
    tables = (test_a_property_drifts, test_a_form_drifts)
    rows = [row for table in tables for row in table.pytestmark[0].args[1]]
    assert {row[0] for row in rows} == set(KINDS)


def test_the_kinds_are_listed(hub):
    """The list tells each kind, what it does and what it takes."""
    rows = hub.admin("GET", "drift").json()["drift"]
    assert [row["kind"] for row in rows] == list(KINDS)
    assert all(row["doc"].endswith(".") and row["needs"] in ("form", "property") for row in rows)


@pytest.mark.parametrize("word", ["non_sensitive", "sensitive", "highly_sensitive"])
def test_a_class_may_be_named(hub, word):
    """The new class is the one asked for, even the same, and always with a new date."""
    before = hub.portal.property("0-1", "passport_number")["createdAt"]
    made = make(hub, "recreate_property", property="0-1/passport_number", **{"class": word}).json()
    assert made["property"]["dataSensitivity"] == word
    assert made["property"]["createdAt"] > before
    assert made["property"]["archived"] is False


def test_a_field_may_be_named(hub):
    """A named field comes and goes, one of another object and a dependent one too."""
    form = hub.portal.forms[hub.form_id(INTAKE)]
    make(hub, "add_field", form=INTAKE, property="0-2/cost_center")
    assert ("0-2", "cost_center") in form_fields(form)
    make(hub, "remove_field", form=INTAKE, property="0-2/cost_center")
    assert ("0-2", "cost_center") not in form_fields(form)
    assert ("0-1", "allergies") in form_fields(form)
    make(hub, "remove_field", form=INTAKE, property="allergies")
    assert ("0-1", "allergies") not in form_fields(form)


def test_every_addable_field_is_a_good_field(hub):
    """Whatever property is added as a field, the form can still be written as it is."""
    for name, row in list(hub.portal.properties["0-1"].items()):
        if row["archived"] or not row["formField"] or row["type"] == "datetime":
            continue
        hub.portal.reset()
        if ("0-1", name) in form_fields(hub.portal.forms[hub.form_id(INTAKE)]):
            continue
        form = make(hub, "add_field", form=INTAKE, property=name).json()["form"]
        path = f"/marketing/v3/forms/{form['id']}"
        assert hub.call("PUT", path, json=form).status_code == 200, name


def test_options_reach_the_fields(hub):
    """New options of a property show on every form that asks for it."""
    options = [{"label": "One", "value": "one"}]
    make(hub, "change_options", property="sex_at_birth", options=options)
    field = form_fields(hub.portal.forms[hub.form_id(INTAKE)])["0-1", "sex_at_birth"]
    assert field["options"] == [{"label": "One", "value": "one", "displayOrder": 0}]


def test_a_form_without_consent_gets_one(hub):
    """A consent text comes where there was none."""
    made = make(hub, "change_consent", form="Visitor sign-in (2019)", text="Read this.").json()
    legal = made["form"]["legalConsentOptions"]
    assert (legal["type"], legal["privacyText"]) == ("legitimate_interest", "Read this.")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"kind": "earthquake"}, 400),
        ({"kind": ["archive_form"]}, 400),
        ({"kind": "archive_form"}, 400),
        ({"kind": "archive_form", "property": "email"}, 400),
        ({"kind": "archive_form", "form": 5}, 400),
        ({"kind": "archive_form", "form": "none"}, 404),
        ({"kind": "archive_property", "property": "none"}, 404),
        ({"kind": "archive_property", "property": "9-9/email"}, 404),
        ({"kind": "recreate_property", "property": "phone", "class": "secret"}, 400),
        ({"kind": "add_field", "form": INTAKE, "property": "firstname"}, 400),
        ({"kind": "remove_field", "form": INTAKE, "property": "city"}, 400),
        ({"kind": "change_options", "property": "sex_at_birth", "options": ["x"]}, 400),
        ({"kind": "change_options", "property": "sex_at_birth", "options": "x"}, 400),
    ],
)
def test_bad_drift_is_refused(hub, body, status):
    """What cannot be changed is told, and nothing changes."""
    before = copy.deepcopy((hub.portal.forms, hub.portal.properties))
    assert hub.admin("POST", "drift", body).status_code == status
    assert (hub.portal.forms, hub.portal.properties) == before
