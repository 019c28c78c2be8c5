"""Tokens with a named set of scopes, and what each may do."""

from __future__ import annotations

import pytest

from gateway.domain.objects import OBJECT_TYPES
from gateway.emulator.scope_sets import SCOPE_SETS, scope_set
from gateway.emulator.seed.further import ENGAGEMENTS, FURTHER

INTAKE = "Patient intake"
SUBMITS = {"none": 403, "forms": 403, "least": 200, "least_v2": 200, "without_sensitive": 403,
           "reading": 403, "least_and_reading": 200, "desk": 403, "all": 200}  # fmt: skip
READS = {"reading", "least_and_reading", "desk", "all"}


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


def test_one_token_for_everything(hub):
    """The set ``all`` reaches every object type there is, HubSpot's further ones too."""
    token = hub.admin("POST", "tokens", {"set": "all"}).json()["access_token"]
    for kind in (*OBJECT_TYPES.values(), *FURTHER.values()):
        for area in ("objects", "properties"):
            assert hub.get(f"/crm/v3/{area}/{kind.plural}", token=token).status_code == 200


def test_who_reads_contacts_reads_what_was_said_to_them(hub):
    """HubSpot opens notes, calls and the like by the scopes of contacts, and nothing else."""
    token = hub.portal.issue_token(["crm.objects.contacts.read"])
    answers = {kind.plural: hub.get(f"/crm/v3/objects/{kind.plural}", token=token).status_code
               for kind in FURTHER.values()}  # fmt: skip
    opened = {FURTHER[kind].plural for kind in ENGAGEMENTS}
    assert {name for name, status in answers.items() if status == 200} == opened
    note = {"properties": {"hs_note_body": "x", "hs_timestamp": "2026-11-25T10:00:00Z"}}
    path = "/crm/v3/objects/notes"
    assert hub.call("POST", path, token=token, json=note).status_code == 403
    writer = hub.portal.issue_token(["crm.objects.contacts.write"])
    assert hub.call("POST", path, token=writer, json=note).status_code == 201
