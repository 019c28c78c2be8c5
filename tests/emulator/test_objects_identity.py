"""Which record is which: unique values, histories, merging, and deleting for good."""

from __future__ import annotations

import pytest

CONTACTS = "/crm/v3/objects/contacts"
ORDINARY = ["crm.objects.contacts.read", "crm.objects.contacts.write"]


@pytest.fixture
def token(hub):
    return hub.portal.issue_token([
        *ORDINARY, "crm.objects.companies.read", "crm.objects.companies.write",
        "crm.objects.deals.write", "crm.objects.contacts.sensitive.read",
    ])  # fmt: skip


def create(hub, token, values, kind="contacts"):
    body = {"properties": values, "associations": []}
    return hub.call("POST", f"/crm/v3/objects/{kind}", token=token, json=body)


def test_two_contacts_never_share_an_email(hub, token):
    """A create is told who has it (409); a change to it is refused (400)."""
    first = create(hub, token, {"email": "ada@mail.example"}).json()
    again = create(hub, token, {"email": "ADA@mail.example"})
    assert again.status_code == 409
    assert again.json()["category"] == "CONFLICT"
    assert again.json()["message"] == f"Contact already exists. Existing ID: {first['id']}"
    other = create(hub, token, {"email": "bo@mail.example"}).json()
    path = f"{CONTACTS}/{other['id']}"
    body = {"properties": {"email": "ada@mail.example"}}
    taken = hub.call("PATCH", path, token=token, json=body)
    assert taken.status_code == 400
    assert "ada@mail.example" not in taken.text
    assert f"{first['id']} already has that value" in taken.json()["message"]
    same = hub.call("PATCH", f"{CONTACTS}/{first['id']}", token=token, json=body)
    assert same.status_code == 200


def test_an_archived_contact_frees_its_email(hub, token):
    """Another contact may have it then, and a form makes a new one."""
    first = create(hub, token, {"email": "ada@mail.example"}).json()
    hub.call("DELETE", f"{CONTACTS}/{first['id']}", token=token)
    assert create(hub, token, {"email": "ada@mail.example"}).status_code == 201


def test_a_unique_property_is_one_and_finds(hub, token):
    """``hasUniqueValue`` keeps values apart, and ``idProperty`` finds by them."""
    hub.portal.properties["0-2"]["cost_center"]["hasUniqueValue"] = True
    made = create(hub, token, {"name": "A", "cost_center": "K7"}, "companies").json()
    assert create(hub, token, {"name": "B", "cost_center": "k7"}, "companies").status_code == 400
    path = "/crm/v3/objects/companies/K7"
    query = {"idProperty": "cost_center"}
    assert hub.get(path, token=token, params=query).json()["id"] == made["id"]
    changed = hub.call(
        "PATCH", path, token=token, params=query, json={"properties": {"city": "Graz"}}
    )
    assert changed.json()["id"] == made["id"]
    refused = hub.get(path, token=token, params={"idProperty": "name"})
    assert refused.status_code == 400


def test_histories_tell_who_wrote_and_when(hub, token):
    """A form's value, the API's correction and the clearing, the latest first."""
    hub.submit("Patient intake", hub.good("Patient intake", email="ada@mail.example"))
    (contact,) = hub.portal.contacts()
    path = f"{CONTACTS}/{contact.id}"
    for value in ("Adah", "Adah", ""):
        hub.call("PATCH", path, token=token, json={"properties": {"firstname": value}})
    query = {"propertiesWithHistory": "firstname,date_of_birth,createdate,nothing"}
    row = hub.get(path, token=token, params=query).json()
    history = row["propertiesWithHistory"]
    assert set(history) == {"firstname", "date_of_birth", "createdate"}
    told = [(v["value"], v["sourceType"]) for v in history["firstname"]]
    assert told == [("", "API"), ("Adah", "API"), ("Ada", "FORM")]
    assert history["firstname"][-1]["sourceId"] == hub.form_id("Patient intake")
    assert row["properties"]["date_of_birth"] == "1990-02-28"
    plain = hub.portal.issue_token(ORDINARY)
    assert hub.get(path, token=plain, params=query).status_code == 403


def test_two_contacts_become_one(hub, token):
    """The first keeps its id and values and takes what it lacks; the other id finds it."""
    one = create(hub, token, {"email": "ada@mail.example", "firstname": "Ada"}).json()["id"]
    two = create(hub, token, {"email": "bo@mail.example", "city": "Graz"}).json()["id"]
    body = {"primaryObjectId": one, "objectIdToMerge": two}
    merged = hub.call("POST", f"{CONTACTS}/merge", token=token, json=body)
    assert merged.status_code == 200
    row = hub.get(f"{CONTACTS}/{two}", token=token, params={"properties": "email,city"}).json()
    assert row["id"] == merged.json()["id"] == one
    assert row["properties"]["email"] == "ada@mail.example"
    assert row["properties"]["city"] == "Graz"
    assert len(hub.portal.contacts()) == 1
    assert hub.call("POST", f"{CONTACTS}/merge", token=token, json=body).status_code == 400


def test_a_contact_is_deleted_for_good(hub, token):
    """By id or by e-mail; nothing finds it then, and only contacts can be."""
    made = create(hub, token, {"email": "ada@mail.example"}).json()
    path = f"{CONTACTS}/gdpr-delete"
    body = {"objectId": "ADA@mail.example", "idProperty": "email"}
    assert hub.call("POST", path, token=token, json=body).status_code == 204
    query = {"archived": "true"}
    assert hub.get(f"{CONTACTS}/{made['id']}", token=token, params=query).status_code == 404
    assert hub.call("POST", path, token=token, json=body).status_code == 204
    assert hub.call("POST", path, token=token, json={"objectId": made["id"]}).status_code == 404
    deals = "/crm/v3/objects/deals/gdpr-delete"
    assert hub.call("POST", deals, token=token, json=body).status_code == 404
