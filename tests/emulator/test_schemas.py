"""Object schemas: the account's own object types, and what is made of them."""

from __future__ import annotations

import pytest

from gateway.emulator.routing.editions import SCHEMAS

BASE = SCHEMAS[0]
SCOPES = [
    "crm.schemas.custom.read",
    "crm.schemas.custom.write",
    "crm.objects.custom.read",
    "crm.objects.custom.sensitive.write",
]
PET = {
    "name": "pet",
    "labels": {"singular": "Pet", "plural": "Pets"},
    "primaryDisplayProperty": "nickname",
    "requiredProperties": ["nickname"],
    "searchableProperties": ["nickname"],
    "secondaryDisplayProperties": ["species"],
    "properties": [
        {"name": "nickname", "label": "Nickname", "type": "string", "fieldType": "text"},
        {
            "name": "species",
            "label": "Species",
            "type": "enumeration",
            "fieldType": "select",
            "options": [{"label": "Cat", "value": "cat", "hidden": False, "displayOrder": 0}],
        },
    ],
    "associatedObjects": ["CONTACT", "2-41007216"],
    "allowsSensitiveProperties": True,
}


@pytest.fixture
def call(hub):
    """A writer of schemas: ``call(method, path, body)``."""
    token = hub.portal.issue_token(SCOPES)
    return lambda method, path, body=None: hub.call(method, path, token=token, json=body)


@pytest.mark.parametrize("base", SCHEMAS)
@pytest.mark.parametrize("name", ["insurance_policy", "2-41007216", "p44127903_insurance_policy"])
def test_the_seeded_schema_is_served(hub, call, base, name):
    """By each of its names, alone, in the list and in a batch, with its properties."""
    schema = call("GET", f"{base}/{name}").json()
    assert schema["objectTypeId"] == "2-41007216"
    assert {row["name"] for row in schema["properties"]} == set(hub.portal.properties["2-41007216"])
    assert call("GET", base).json()["results"] == [schema]
    every = ("PropertyDefinitions", "AssociationDefinitions", "AuditMetadata")
    body = {"inputs": [name, name, "nothing"], **{f"include{part}": True for part in every}}
    assert call("POST", f"{base}/batch/read", body).json()["results"] == [schema]


@pytest.mark.parametrize(
    ("part", "key"),
    [("PropertyDefinitions", "properties"), ("AssociationDefinitions", "associations")],
)
def test_parts_may_be_left_out(call, part, key):
    """What is not wanted is an empty list, for the key is required."""
    path = f"{BASE}/insurance_policy"
    assert call("GET", path).json()[key]
    assert call("GET", f"{path}?include{part}=false").json()[key] == []
    assert "createdByUserId" not in call("GET", f"{path}?includeAuditMetadata=false").json()


def test_hubspots_own_types_have_a_schema(hub):
    """A contact's schema is served with its properties."""
    token = hub.portal.issue_token(["crm.schemas.contacts.read"])
    schema = hub.get(f"{BASE}/contacts", token=token).json()
    assert (schema["objectTypeId"], schema["primaryDisplayProperty"]) == ("0-1", "email")


@pytest.mark.parametrize("base", SCHEMAS)
def test_an_object_type_lives(hub, call, base):
    """A created type has properties, groups and names; it is changed, archived, forgotten."""
    made = call("POST", base, PET)
    assert made.status_code == 201
    schema = made.json()
    assert schema["fullyQualifiedName"] == f"p{hub.portal.id}_pet"
    assert [row["toObjectTypeId"] for row in schema["associations"]] == ["0-1", "2-41007216"]
    for name in ("pet", schema["objectTypeId"], schema["fullyQualifiedName"]):
        rows = call("GET", f"/crm/v3/properties/{name}").json()["results"]
        assert {"nickname", "species", "hs_object_id"} <= {row["name"] for row in rows}
        assert call("GET", f"/crm/v3/objects/{name}").json() == {"results": []}
    groups = call("GET", "/crm/v3/properties/pet/groups").json()["results"]
    secret = {
        "name": "chip_number",
        "label": "Chip number",
        "type": "string",
        "fieldType": "text",
        "groupName": groups[0]["name"],
        "dataSensitivity": "sensitive",
    }
    assert call("POST", "/crm/v3/properties/pet", secret).status_code == 201
    changes = {"labels": {"plural": "Animals"}, "description": "All animals"}
    changed = call("PATCH", f"{base}/pet", changes).json()
    assert changed["labels"] == {"singular": "Pet", "plural": "Animals"}
    assert changed["portalId"] == hub.portal.id
    assert "description" not in call("PATCH", f"{base}/pet", {"clearDescription": True}).json()
    assert call("DELETE", f"{base}/pet").status_code == 204
    assert call("GET", f"{base}/pet").status_code == 400
    assert "pet" in {row["name"] for row in call("GET", f"{base}?archived=true").json()["results"]}
    assert call("POST", base, PET).status_code == 409
    path = f"{base}/{schema['objectTypeId']}?archived=true"
    assert call("DELETE", path).status_code == 204
    assert call("DELETE", path).status_code == 404
    assert call("POST", base, PET).status_code == 201


def test_a_plain_type_takes_no_sensitive_property(call):
    """Without ``allowsSensitiveProperties`` a sensitive property is refused; it can be allowed
    later, and not be forbidden again."""
    call("POST", BASE, {**PET, "allowsSensitiveProperties": False})
    secret = {
        "name": "chip_number",
        "label": "Chip number",
        "type": "string",
        "fieldType": "text",
        "groupName": "pet_information",
        "dataSensitivity": "sensitive",
    }
    refused = call("POST", "/crm/v3/properties/pet", secret)
    assert refused.json()["subCategory"].endswith("SENSITIVE_NOT_ALLOWED")
    assert call("PATCH", f"{BASE}/pet", {"allowsSensitiveProperties": True}).ok
    assert call("POST", "/crm/v3/properties/pet", secret).status_code == 201
    forbid = {"allowsSensitiveProperties": False}
    assert call("PATCH", f"{BASE}/pet", forbid).status_code == 400


def test_associations_come_and_go(call):
    """An association to another type is added once named, and removed by its id."""
    path = f"{BASE}/insurance_policy/associations"
    body = {"fromObjectTypeId": "2-41007216", "toObjectTypeId": "0-2", "name": "policy_to_company"}
    made = call("POST", path, body)
    assert (made.status_code, made.json()["name"]) == (201, "policy_to_company")
    assert made.json() in call("GET", f"{BASE}/insurance_policy").json()["associations"]
    assert call("DELETE", f"{path}/{made.json()['id']}").status_code == 204
    assert call("DELETE", f"{path}/{made.json()['id']}").status_code == 404
    assert call("POST", path, {**body, "toObjectTypeId": "9-9"}).status_code == 400
    assert call("POST", path, {**body, "fromObjectTypeId": "0-1"}).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "1pet"},
        {"name": ""},
        {"labels": {"singular": "Pet"}},
        {"labels": {}},
        {"properties": []},
        {"properties": [PET["properties"][0]] * 2},
        {"properties": [{**PET["properties"][0], "fieldType": "select"}, PET["properties"][1]]},
        {"properties": [{**PET["properties"][0], "name": "Nick"}, PET["properties"][1]]},
        {"requiredProperties": ["colour"]},
        {"primaryDisplayProperty": "colour"},
        {"associatedObjects": ["SPACESHIP"]},
        {"associatedObjects": "CONTACT"},
    ],
)
def test_bad_schemas_are_refused(hub, call, changes):
    """Each fault is a 400, and no type is made."""
    assert call("POST", BASE, {**PET, **changes}).status_code == 400
    assert list(hub.portal.schemas) == ["2-41007216"]


@pytest.mark.parametrize("name", ["contacts", "ticket", "insurance_policy"])
def test_names_are_taken(call, name):
    """A name that leads to a type already is not given again."""
    assert call("POST", BASE, {**PET, "name": name}).status_code == 409


def test_writing_needs_its_scope(hub):
    """The reading scope does not write; no scope reads nothing."""
    reader = hub.portal.issue_token(["crm.schemas.custom.read"])
    nobody = hub.portal.issue_token(["forms"])
    assert hub.get(BASE, token=reader).ok
    assert hub.get(BASE, token=nobody).status_code == 403
    for method, path in (
        ("POST", BASE),
        ("PATCH", f"{BASE}/insurance_policy"),
        ("DELETE", f"{BASE}/insurance_policy"),
        ("POST", f"{BASE}/insurance_policy/associations"),
        ("DELETE", f"{BASE}/insurance_policy/associations/410072160"),
    ):
        assert hub.call(method, path, token=reader, json=PET).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_types_are_refused(call, method):
    """What is not there is neither shown nor changed."""
    assert call(method, f"{BASE}/spaceship", {}).status_code in (400, 404)
