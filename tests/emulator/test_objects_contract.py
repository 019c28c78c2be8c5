"""What the emulator answers about records, against HubSpot's published OpenAPI file."""

from __future__ import annotations

import published_specs
import pytest
from published_specs import raw

from gateway.emulator.routing.editions import OBJECTS
from gateway.emulator.routing.objects import ROUTES

if not published_specs.HERE:
    pytest.skip(published_specs.ABSENT, allow_module_level=True)

FILE = "objects-v3.json"
CONTACTS = "/crm/v3/objects/contacts"
SCOPES = [f"crm.objects.{kind}.{way}" for kind in ("contacts", "companies")
          for way in ("read", "write")]  # fmt: skip
OUR_OWN = {"/merge", "/gdpr-delete"}
"""Served as the files of contacts have it; the file of objects does not know them."""


@pytest.fixture
def call(hub):
    """Calls with every scope, holds each answer against the file, and gives its status and
    body. Nulls are left out: the file knows none, and live answers have them for what is asked
    for and empty."""
    hub.portal.amend_switches(search_limit=0)
    token = hub.portal.issue_token(SCOPES)

    def send(method, path, body=None, **query):
        answer = hub.call(method, f"{CONTACTS}{path}", token=token, json=body, params=query)
        content = _without_nulls(answer.json()) if answer.content else None
        if path not in OUR_OWN:
            described = published_specs.operation(method, f"{CONTACTS}{path}".partition("?")[0])
            assert described.response_faults(answer.status_code, content) == []
        if answer.status_code >= 400:
            assert published_specs.schema_faults(FILE, "Error", content) == []
        return answer.status_code, content

    return send


def _without_nulls(node):
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return [_without_nulls(one) for one in node] if isinstance(node, list) else node


def _given(name, **keys):
    return {"properties": {"email": f"{name}@mail.example"}, "associations": [], **keys}


def test_every_operation_of_the_file_is_served():
    """Each path and method of the file has its route, in every edition."""
    ours = {(r.method, r.path.replace("object_type", "objectType").replace("object_id", "objectId"))
            for r in ROUTES}  # fmt: skip
    theirs = {(method.upper(), path) for path, ways in raw(FILE)["paths"].items()
              for method in ways}  # fmt: skip
    assert len(theirs) == 11
    for base in OBJECTS:
        wanted = {(method, path.replace("/crm/v3/objects", base)) for method, path in theirs}
        extra = {("POST", f"{base}/{{objectType}}{path}") for path in OUR_OWN}
        assert {row for row in ours if row[1].startswith(base + "/")} == wanted | extra


def test_answers_are_as_the_file_says(call):
    """Every call that succeeds, with histories and associations."""
    status, made = call("POST", "", _given("ada"))
    assert status == 201
    path = f"/{made['id']}"
    assert call("PATCH", path, {"properties": {"city": "Graz"}})[0] == 200
    link = {"to": {"id": made["id"]},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 449}]}  # fmt: skip
    status, other = call("POST", "", _given("bo", associations=[link]))
    assert status == 201
    query = {"propertiesWithHistory": "email,city", "associations": "contacts"}
    assert "associations" in call("GET", path, **query)[1]
    assert "paging" in call("GET", "", limit=1, **query)[1]
    body = {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ", "value": "graz"}]}],
            "sorts": ["email"], "properties": ["city"], "limit": 1, "after": ""}  # fmt: skip
    assert call("POST", "/search", body)[1]["total"] == 1
    body = {"primaryObjectId": made["id"], "objectIdToMerge": other["id"]}
    status, merged = call("POST", "/merge", body)
    assert status == 200
    assert published_specs.schema_faults(FILE, "SimplePublicObject", merged) == []
    assert call("DELETE", path) == (204, None)
    assert "archivedAt" in call("GET", path, archived="true")[1]


def test_batches_are_as_the_file_says(call):
    """Whole and mixed answers of every batch."""
    wrong = {"properties": {"nothing": "x"}, "associations": [], "objectWriteTraceId": "two"}
    status, made = call("POST", "/batch/create", {"inputs": [_given("ada"), _given("bo")]})
    assert status == 201
    inputs = [_given("cy", objectWriteTraceId="one"), wrong]
    assert call("POST", "/batch/create", {"inputs": inputs})[0] == 207
    ids = [row["id"] for row in made["results"]]
    updates = [{"id": i, "properties": {"city": "Graz"}} for i in ids]
    assert call("POST", "/batch/update", {"inputs": updates})[0] == 200
    traced = [{"id": ids[0], "properties": {}, "objectWriteTraceId": "one"},
              {"id": "1", "properties": {}, "objectWriteTraceId": "two"}]  # fmt: skip
    assert call("POST", "/batch/update", {"inputs": traced})[0] == 207
    new = {"id": "di@mail.example", "idProperty": "email", "properties": {}}
    assert call("POST", "/batch/upsert", {"inputs": [new]})[0] == 200
    traced = [{**new, "objectWriteTraceId": "one"}, {**wrong, "id": "1"}]
    assert call("POST", "/batch/upsert", {"inputs": traced})[0] == 207
    keys = {"properties": ["city"], "propertiesWithHistory": ["email"]}
    assert call("POST", "/batch/read", {"inputs": [{"id": ids[0]}, {"id": "1"}], **keys})[0] == 207
    assert call("POST", "/batch/archive", {"inputs": [{"id": ids[0]}]}) == (204, None)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {"properties": {"nothing": "x"}}, 400),
        ("POST", "", {}, 400),
        ("POST", "", {"properties": {"passport_number": "x"}}, 403),
        ("GET", "?properties=diagnosis", None, 403),
        ("GET", "/1", None, 404),
        ("PATCH", "/1", {"properties": {}}, 404),
        ("POST", "/search", {"limit": 999}, 400),
        ("POST", "/batch/create", {"inputs": [{"properties": {"nothing": "x"}}]}, 400),
        ("POST", "/batch/update", {"inputs": [{"id": "1", "properties": {}}]}, 400),
    ],
)
def test_errors_are_as_the_file_says(call, method, path, body, status):
    """Each refusal fits the general error."""
    assert call(method, path, body)[0] == status


def test_a_conflict_is_as_the_file_says(call):
    """409 for a contact that exists."""
    call("POST", "", _given("ada"))
    assert call("POST", "", _given("ada"))[0] == 409
