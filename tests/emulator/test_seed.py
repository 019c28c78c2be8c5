"""The seeded clinic: rich, consistent, and refused where it should be."""

from __future__ import annotations

import re
import uuid

import pytest

from gateway.emulator.seed import SEEDS, load
from gateway.emulator.seed.account import scopes_for
from gateway.emulator.seed.clinic import GOOD_FORMS

CLINIC = load("clinic")
SENDABLE = {
    "email", "phone", "mobile_phone", "single_line_text", "multi_line_text", "number",
    "single_checkbox", "multiple_checkboxes", "dropdown", "radio", "datepicker",
}  # fmt: skip
PAIRS = {
    ("string", "text"): {"single_line_text", "email"},
    ("string", "textarea"): {"multi_line_text"},
    ("string", "phonenumber"): {"phone", "mobile_phone"},
    ("string", "file"): {"file"},
    ("number", "number"): {"number"},
    ("bool", "booleancheckbox"): {"single_checkbox"},
    ("enumeration", "checkbox"): {"multiple_checkboxes"},
    ("enumeration", "select"): {"dropdown"},
    ("enumeration", "radio"): {"radio", "payment_link_radio"},
    ("date", "date"): {"datepicker"},
    ("datetime", "date"): set(),
}
PROPERTIES = {(kind, p["name"]): p for kind, rows in CLINIC.properties.items() for p in rows}


def _fields(form):
    """(field, depth) of every field of a form."""
    waiting = [(f, 0) for group in form["fieldGroups"] for f in group["fields"]]
    while waiting:
        field, depth = waiting.pop()
        yield field, depth
        waiting += [(d["dependentField"], depth + 1) for d in field["dependentFields"]]


ALL_FIELDS = [(form, field) for form in CLINIC.forms for field, _ in _fields(form)]
IDS = [f"{form['name']}-{field['name']}" for form, field in ALL_FIELDS]


def test_the_clinic_is_the_only_seed():
    """Every seed has an id space of its own, and a real-looking account number."""
    assert list(SEEDS) == ["clinic"]
    assert 10**6 <= CLINIC.portal_id < 2**31


def test_ids_are_fixed_guids():
    """Form ids are distinct random GUIDs that never change."""
    ids = [form["id"] for form in CLINIC.forms]
    assert len(set(ids)) == 5
    assert all(uuid.UUID(i).version == 4 and i == i.lower() for i in ids)
    assert ids[0] == "3f6c2a51-8d0e-4b7a-9c41-5e2f7a1b6d30"


@pytest.mark.parametrize(("form", "field"), ALL_FIELDS, ids=IDS)
def test_every_field_stands_on_a_property(form, field):
    """A field's property exists, has the right type and the same options."""
    found = PROPERTIES[field["objectTypeId"], field["name"]]
    assert field["fieldType"] in PAIRS[found["type"], found["fieldType"]]
    if "options" in field:
        theirs = [(o["value"], o["label"]) for o in found["options"]]
        assert [(o["value"], o["label"]) for o in field["options"]] == theirs
        assert set(field["defaultValues"]) <= {o["value"] for o in field["options"]}


@pytest.mark.parametrize("address", PROPERTIES, ids="/".join)
def test_every_property_is_a_valid_pair(address):
    """Type and field type are a pair HubSpot allows; names and classes are well formed."""
    row = PROPERTIES[address]
    assert (row["type"], row["fieldType"]) in PAIRS
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row["name"])
    assert row["dataSensitivity"] in ("non_sensitive", "sensitive", "highly_sensitive")
    assert bool(row["options"]) == (row["type"] in ("enumeration", "bool"))
    assert not (row["hubspotDefined"] and row["dataSensitivity"] != "non_sensitive")


def test_the_good_forms_show_everything():
    """Together they have all sendable kinds, depth, several objects and classes, and
    three ways of consent."""
    fields = [(field, depth) for form in GOOD_FORMS for field, depth in _fields(form)]
    assert {field["fieldType"] for field, _ in fields} == SENDABLE
    assert max(depth for _, depth in fields) == 2
    assert {field["objectTypeId"] for field, _ in fields} == {"0-1", "0-2", "0-5"}
    classes = {PROPERTIES[f["objectTypeId"], f["name"]]["dataSensitivity"] for f, _ in fields}
    assert classes == {"non_sensitive", "sensitive", "highly_sensitive"}
    assert [form["legalConsentOptions"]["type"] for form in GOOD_FORMS] == [
        "explicit_consent_to_process", "legitimate_interest", "implicit_consent_to_process",
    ]  # fmt: skip
    assert any(field["hidden"] and field["defaultValue"] for field, _ in fields)


@pytest.mark.parametrize("form", GOOD_FORMS, ids=lambda f: f["name"])
def test_a_good_form_is_good(form):
    """No archived, read-only or incompatible property, no captcha, no mail, at most three
    fields in a group, no field twice."""
    addresses = [(f["objectTypeId"], f["name"]) for f, _ in _fields(form)]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        row = PROPERTIES[address]
        assert row["formField"]
        assert not row["archived"]
        assert not row["modificationMetadata"]["readOnlyValue"]
    configuration = form["configuration"]
    assert not configuration["recaptchaEnabled"]
    assert not configuration["notifyContactOwner"]
    assert not configuration["notifyRecipients"]
    assert not configuration["prePopulateKnownValues"]
    assert all(len(group["fields"]) <= 3 for group in form["fieldGroups"])
    assert sum("richText" in group for group in form["fieldGroups"]) >= 2


def test_the_intake_token_holds_the_least():
    """Its scopes are what the good forms need: nothing that reads values."""
    assert CLINIC.scopes == scopes_for(GOOD_FORMS, CLINIC.properties)
    assert set(CLINIC.scopes) == {
        "forms",
        "crm.schemas.contacts.read",
        "crm.schemas.companies.read",
        "crm.schemas.tickets.read",
        "crm.objects.contacts.sensitive.write",
        "crm.objects.contacts.highly_sensitive.write",
        "tickets.sensitive",
    }


def test_the_bad_forms_are_bad():
    """One has captcha, an archived property and a secret in an ordinary one; the other two
    kinds of field that cannot be sent."""
    visitors, documents = CLINIC.forms[3:]
    assert visitors["configuration"]["recaptchaEnabled"]
    rows = {f["label"]: PROPERTIES["0-1", f["name"]] for f, _ in _fields(visitors)}
    assert rows["Badge colour"]["archived"]
    assert rows["Social security number"]["dataSensitivity"] == "non_sensitive"
    kinds = {f["fieldType"] for f, _ in _fields(documents)}
    assert kinds - SENDABLE == {"file", "payment_link_radio"}
