"""Reading records: sensitive values by name, with the scope, and not otherwise."""

from __future__ import annotations

import pytest

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
PATHS = ["/crm/v3/objects", *(f"/crm/objects/{e}" for e in ("2025-09", "2026-03", "2026-09"))]
READ = "crm.objects.contacts.read"
SENSITIVE = "crm.objects.contacts.sensitive.read"
HIGHLY = "crm.objects.contacts.highly_sensitive.read"


@pytest.fixture
def contact(hub):
    hub.submit(INTAKE, hub.good(INTAKE))
    return hub.portal.contacts()[0]


@pytest.mark.parametrize("base", PATHS)
@pytest.mark.parametrize("kind", ["contacts", "0-1"])
def test_a_plain_read_shows_the_default_set(hub, contact, base, kind):
    """Nothing sensitive comes without being asked for."""
    token = hub.portal.issue_token([READ, SENSITIVE, HIGHLY])
    row = hub.get(f"{base}/{kind}/{contact.id}", token=token).json()
    assert set(row) == {"id", "properties", "createdAt", "updatedAt", "archived"}
    assert set(row["properties"]) == {
        "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname",
    }  # fmt: skip


def test_named_properties_come_with_nulls(hub, contact):
    """Asked-for empty properties are null; unknown ones are left out."""
    token = hub.portal.issue_token([READ, SENSITIVE, HIGHLY])
    query = {"properties": ["diagnosis,passport_number", "nothing"]}
    row = hub.get(f"/crm/v3/objects/contacts/{contact.id}", token=token, params=query).json()
    assert row["properties"]["diagnosis"] == "A cough since March"
    assert row["properties"]["passport_number"] is None
    assert "nothing" not in row["properties"]


@pytest.mark.parametrize(
    ("scopes", "name", "named"),
    [
        ([], "email", [READ]),
        ([READ], "date_of_birth", [READ, f"{SENSITIVE}.v2"]),
        ([READ, SENSITIVE], "diagnosis", [READ, f"{HIGHLY}.v2"]),
    ],
)
def test_one_property_without_its_scope_fails_the_call(hub, contact, scopes, name, named):
    """The whole call is 403 and names the scopes as the live service spells them."""
    answer = hub.get(
        f"/crm/v3/objects/contacts/{contact.id}",
        token=hub.portal.issue_token(scopes),
        params={"properties": f"email,{name}"},
    )
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == named


@pytest.mark.parametrize("spelling", [SENSITIVE, f"{SENSITIVE}.v2"])
def test_both_spellings_open(hub, contact, spelling):
    """The scope counts in either spelling."""
    answer = hub.get(
        f"/crm/v3/objects/contacts/{contact.id}",
        token=hub.portal.issue_token([READ, spelling]),
        params={"properties": "date_of_birth"},
    )
    assert answer.json()["properties"]["date_of_birth"] == "1990-02-28"


def test_a_record_is_found_by_a_property(hub, contact):
    """``idProperty`` finds by e-mail, whatever its case."""
    token = hub.portal.issue_token([READ])
    path = "/crm/v3/objects/contacts/ADA.probe@mail.example"
    assert hub.get(path, token=token, params={"idProperty": "email"}).json()["id"] == contact.id
    assert hub.get(path, token=token).status_code == 404


def test_an_archived_read_finds_no_live_record(hub, contact):
    """``archived=true`` looks among the archived only."""
    token = hub.portal.issue_token([READ])
    path = f"/crm/v3/objects/contacts/{contact.id}"
    assert hub.get(path, token=token, params={"archived": "true"}).status_code == 404


def test_records_come_in_pages(hub):
    """Ten by default, a hundred at most."""
    for i in range(12):
        hub.submit(INTAKE, hub.good(INTAKE, email=f"ada{i}@mail.example"))
    token = hub.portal.issue_token([READ])
    first = hub.get("/crm/v3/objects/contacts", token=token).json()
    rest = hub.get("/crm/v3/objects/contacts", token=token, params=first["paging"]["next"]).json()
    assert (len(first["results"]), len(rest["results"])) == (10, 2)
    assert "paging" not in rest
    path = "/crm/v3/objects/contacts?limit=101"
    assert hub.get(path, token=token).status_code == 400


def test_tickets_have_one_scope_for_both_ways(hub):
    """``tickets`` reads tickets; ``tickets.sensitive`` reads and writes sensitive values."""
    hub.submit(IDENTITY, hub.good(IDENTITY, **{"0-5/identity_note": "torn page"}))
    (ticket,) = hub.portal.records_of("0-5")
    path, query = f"/crm/v3/objects/tickets/{ticket.id}", {"properties": "subject,identity_note"}
    refused = hub.get(path, token=hub.portal.issue_token(["tickets"]), params=query)
    assert refused.status_code == 403
    token = hub.portal.issue_token(["tickets", "tickets.sensitive"])
    row = hub.get(path, token=token, params=query).json()
    assert row["properties"]["identity_note"] == "torn page"
    assert "hs_lastmodifieddate" in row["properties"]


def test_the_intake_token_reads_no_values(hub, contact):
    """The token for submitting cannot read records; the main token reads every value."""
    path = f"/crm/v3/objects/contacts/{contact.id}?properties=diagnosis"
    assert hub.get(path, token=hub.emulator.intake_token).status_code == 403
    assert hub.get(path).status_code == 200


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("sensitive", ["crm.objects.appointments.read",
                       "crm.objects.appointments.sensitive.read.v2"]),
        ("highly_sensitive", []),
    ],
)  # fmt: skip
def test_highly_sensitive_appointments_cannot_be_opened(hub, word, named):
    """No scope opens a highly sensitive appointment; a sensitive one has its own."""
    diagnosis = {**hub.portal.properties["0-1"]["diagnosis"], "dataSensitivity": word}
    hub.portal.properties["0-421"] = {"diagnosis": diagnosis}
    token = hub.portal.issue_token(["crm.objects.appointments.read"])
    answer = hub.get("/crm/v3/objects/appointments?properties=diagnosis", token=token)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == named
