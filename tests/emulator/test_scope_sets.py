"""Tokens with a named set of scopes, and what each may do."""

from __future__ import annotations

import pytest

from gateway.emulator.scope_sets import SCOPE_SETS, scope_set

INTAKE = "Patient intake"
SUBMITS = {"none": 403, "forms": 403, "least": 200, "least_v2": 200, "without_sensitive": 403,
           "reading": 403, "least_and_reading": 200, "desk": 403}  # fmt: skip
READS = {"reading", "least_and_reading", "desk"}


def test_every_set_is_tried():
    """The table of this file names every set."""
    assert SUBMITS.keys() == SCOPE_SETS.keys()


@pytest.mark.parametrize(("name", "status"), SUBMITS.items())
def test_what_a_set_opens(hub, name, status):
    """Submitting takes the write scopes in either spelling, reading a value the read scope."""
    issued = hub.admin("POST", "tokens", {"set": name})
    assert issued.status_code == 201
    body = issued.json()
    assert body["scopes"] == list(scope_set(name, hub.portal.seed))
    assert len(set(body["scopes"])) == len(body["scopes"])
    token = body["access_token"]
    assert hub.submit(INTAKE, hub.good(INTAKE), token=token).status_code == status
    read = hub.get("/crm/v3/objects/contacts?properties=diagnosis", token=token)
    assert read.status_code == (200 if name in READS else 403)


@pytest.mark.parametrize("name", ["", "everything", 1, None, ["least"]])
def test_a_set_that_does_not_exist(hub, name):
    """400, with the names there are."""
    answer = hub.admin("POST", "tokens", {"set": name})
    assert answer.status_code == 400
    assert "least_and_reading" in answer.json()["message"]


def test_a_desk_changes_records_and_definitions(hub):
    """The desk's token writes values of every class and defines properties, and sees no form."""
    token = hub.emulator.desk_token
    values = {"properties": {"email": "a@b.example", "diagnosis": "x", "passport_number": "x"}}
    made = hub.call("POST", "/crm/v3/objects/contacts", json=values, token=token)
    assert made.status_code == 201
    wish = {"name": "blood_group", "label": "Blood", "type": "string", "fieldType": "text",
            "groupName": "contactinformation", "dataSensitivity": "highly_sensitive"}  # fmt: skip
    defined = hub.call("POST", "/crm/v3/properties/contacts", json=wish, token=token)
    assert defined.status_code == 201
    assert hub.get("/marketing/v3/forms", token=token).status_code == 403
    assert hub.emulator.banner()["records_token"] == token
