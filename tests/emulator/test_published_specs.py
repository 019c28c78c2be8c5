"""What the emulator serves, against HubSpot's published OpenAPI files: every definition of
every seed, what writing makes of it, and every refusal."""

from __future__ import annotations

import copy
import sys
from typing import Any

import published_specs
import pytest
from published_specs import Operation, operations

from gateway.emulator.exchange import Door
from gateway.emulator.portal import Portal
from gateway.emulator.routes import ROUTES
from gateway.emulator.routing.editions import ACCOUNT, FORMS, OAUTH, PROPERTIES, SCHEMAS
from gateway.emulator.seed import SEEDS, load
from gateway.emulator.switches import Switches

if not published_specs.HERE:
    pytest.skip(published_specs.ABSENT, allow_module_level=True)

INTAKE = "Patient intake"
CLASSES = ("non_sensitive", "sensitive", "highly_sensitive")
NOBODY = "00000000-0000-4000-8000-000000000000"
BLOOD: dict[str, Any] = {
    "name": "blood_group",
    "label": "Blood group",
    "type": "enumeration",
    "fieldType": "radio",
    "groupName": "health",
    "dataSensitivity": "highly_sensitive",
    "options": [{"label": "A", "value": "a", "hidden": False, "displayOrder": 0}],
}
PET: dict[str, Any] = {
    "name": "pet",
    "labels": {"singular": "Pet", "plural": "Pets"},
    "requiredProperties": ["nickname"],
    "properties": [
        {"name": "nickname", "label": "Nickname", "type": "string", "fieldType": "text"}
    ],
    "associatedObjects": ["CONTACT"],
}
EVERY_SCOPE = [
    "forms",
    "tickets",
    "crm.schemas.custom.read",
    "crm.schemas.custom.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.schemas.companies.read",
    "crm.objects.contacts.sensitive.write",
    "crm.objects.contacts.highly_sensitive.write",
]


class Checked:
    """A caller that finds each answer in the published files, and fails where it breaks them."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self._token = hub.portal.issue_token(EVERY_SCOPE)
        self.seen: set[str] = set()

    def __call__(self, status: int, method: str, path: str, body: object = None) -> Any:
        operation = published_specs.operation(method, path.partition("?")[0])
        assert operation is not None, f"{method} {path} is in no file"
        answer = self._hub.call(method, path, token=self._token, json=body)
        assert answer.status_code == status, answer.text
        content = answer.json() if answer.content else None
        assert operation.response_faults(status, content) == [], f"{method} {path}"
        if status < 400:
            self.seen.add(repr(operation))
        return content


def described_in(*files: str) -> set[str]:
    return {repr(operation) for operation in operations() if operation.file in files}


def walk_forms(call: Checked, hub: Any, base: str) -> None:
    form_id = hub.form_id(INTAKE)
    call(200, "GET", base)
    call(200, "GET", f"{base}?limit=2&formTypes=all&archived=false")
    form = call(200, "GET", f"{base}/{form_id}")
    made = call(201, "POST", base, {**form, "name": "A new form"})
    path = f"{base}/{made['id']}"
    call(200, "PATCH", path, {"name": "Another name"})
    call(200, "PUT", path, {**made, "name": "A third name"})
    call(204, "DELETE", path)
    call(200, "GET", f"{path}?archived=true")
    call(200, "GET", f"{base}?archived=true")
    call(404, "GET", path)
    call(404, "DELETE", f"{base}/{NOBODY}")
    call(400, "POST", base, {})
    call(400, "POST", base, {**form, "fieldGroups": []} | {"name": " "})
    call(409, "POST", base, form)


def walk_properties(call: Checked, hub: Any, base: str) -> None:
    one = base.endswith("2026-09")
    for kind in ("contacts", "0-2", "tickets", "2-41007216"):
        for word in CLASSES:
            for archived in ("false", "true"):
                query = f"dataSensitivity={word}&archived={archived}&locale=de"
                call(200, "GET", f"{base}/{kind}?{query}")
    path = f"{base}/contacts"
    call(200, "GET", f"{path}/email?locale=de&archived=false")
    call(201, "POST", path, BLOOD)
    call(409, "POST", path, BLOOD)
    call(200, "PATCH", f"{path}/blood_group", {"label": "Blood"})
    call(204, "DELETE", f"{path}/blood_group")
    call(201, "POST", path, BLOOD)
    call(404, "GET", f"{path}/none")
    call(400, "DELETE", f"{path}/email")
    call(400, "DELETE", f"{path}/passport_number")
    call(400, "POST", path, {**BLOOD, "name": "Bad Name"})
    inputs = [{**BLOOD, "name": "further"}, BLOOD]
    call(200 if one else 207, "POST", f"{path}/batch/create", {"inputs": inputs})
    call(200 if one else 201, "POST", f"{path}/batch/create",
         {"inputs": [{**BLOOD, "name": "last"}]})  # fmt: skip
    asked = {"archived": False, "dataSensitivity": "highly_sensitive"}
    names = [{"name": "further"}, {"name": "none"}]
    call(200 if one else 207, "POST", f"{path}/batch/read", {**asked, "inputs": names})
    call(200, "POST", f"{path}/batch/read?locale=de", {**asked, "inputs": names[:1]})
    call(204, "POST", f"{path}/batch/archive", {"inputs": names})
    call(400, "POST", f"{path}/batch/read", {})
    call(200, "GET", f"{path}/groups?locale=de")
    call(201, "POST", f"{path}/groups", {"name": "blood", "label": "Blood"})
    call(409, "POST", f"{path}/groups", {"name": "blood", "label": "Blood"})
    call(200, "GET", f"{path}/groups/blood")
    call(200, "PATCH", f"{path}/groups/blood", {"displayOrder": 2})
    call(204, "DELETE", f"{path}/groups/blood")
    call(404, "GET", f"{path}/groups/blood")
    call(400, "DELETE", f"{path}/groups/health")
    call(400, "GET", f"{base}/spaceships")


def walk_schemas(call: Checked, hub: Any, base: str) -> None:
    call(200, "GET", base)
    call(200, "GET", f"{base}?archived=true&includePropertyDefinitions=false")
    call(200, "GET", f"{base}/contacts?includeAuditMetadata=false")
    made = call(201, "POST", base, PET)
    path = f"{base}/{made['fullyQualifiedName']}"
    call(409, "POST", base, PET)
    call(400, "POST", base, {**PET, "name": "0"})
    call(200, "GET", path)
    call(200, "PATCH", path, {"allowsSensitiveProperties": True, "description": "Animals"})
    ends = {"fromObjectTypeId": made["objectTypeId"], "toObjectTypeId": "0-2"}
    link = call(201, "POST", f"{path}/associations", ends)
    call(204, "DELETE", f"{path}/associations/{link['id']}")
    call(404, "DELETE", f"{path}/associations/{link['id']}")
    parts = ("PropertyDefinitions", "AssociationDefinitions", "AuditMetadata")
    wanted = {f"include{part}": True for part in parts}
    call(200, "POST", f"{base}/batch/read", {"inputs": ["pet", "2-41007216"], **wanted})
    call(204, "DELETE", path)
    call(200, "GET", f"{base}?archived=true")
    call(204, "DELETE", f"{path}?archived=true")


def walk_account(call: Checked, hub: Any, base: str) -> None:
    call(200, "GET", f"{base}/details")


WALKS = [
    *((walk_forms, base) for base in FORMS),
    *((walk_properties, base) for base in PROPERTIES),
    *((walk_schemas, base) for base in SCHEMAS),
    *((walk_account, base) for base in ACCOUNT),
]
"""Every part of the API that defines data, in every edition."""


@pytest.mark.parametrize(("walk", "base"), WALKS, ids=[base for _, base in WALKS])
def test_answers_are_as_published(hub, walk, base):
    """Reads, writes and refusals: each answer is described, with every key it has."""
    walk(Checked(hub), hub, base)


def test_the_walks_reach_every_operation(hub):
    """No operation of the files for forms, properties and schemas is left out."""
    call = Checked(hub)
    for walk, base in WALKS:
        hub.portal.reset()
        hub.portal.amend_switches(rate_limit=0)
        walk(call, hub, base)
    files = ("forms-v3.json", "properties-v3.json", "properties-2026-09.json", "schemas-v3.json")
    assert described_in(*files) <= call.seen


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_is_as_published(seed):
    """Each form, property of each class, group and schema of each seed."""
    forms, properties, groups, schema = (
        next(o for o in operations() if repr(o) == named)
        for named in (
            "GET /marketing/v3/forms",
            "GET /crm/v3/properties/{objectType}",
            "GET /crm/v3/properties/{objectType}/groups",
            "GET /crm-object-schemas/v3/schemas",
        )
    )
    portal = Portal(load(seed), Switches())
    assert forms.response_faults(200, {"results": list(portal.forms.values())}) == []
    for kind, rows in portal.properties.items():
        assert properties.response_faults(200, {"results": list(rows.values())}) == [], kind
        found = {"results": list(portal.groups[kind].values())}
        assert groups.response_faults(200, found) == [], kind
    rows = [{**row, "properties": []} for row in portal.schemas.values()]
    assert schema.response_faults(200, {"results": rows}) == []


def test_records_are_as_published(hub):
    """A record whose shown properties are all filled, alone and in a list."""
    hub.submit(INTAKE, hub.good(INTAKE))
    (contact,) = hub.portal.contacts()
    for path in ("/crm/v3/objects/contacts", f"/crm/v3/objects/contacts/{contact.id}"):
        operation = published_specs.operation("GET", path)
        assert operation is not None
        assert operation.response_faults(200, hub.get(path).json()) == []


def test_introspection_is_as_published(hub):
    """What an active token may do is described, in each edition."""
    data = {
        "client_id": hub.emulator.client_id,
        "client_secret": hub.emulator.client_secret,
        "token": hub.emulator.access_token,
    }
    for base in OAUTH:
        path = f"{base}/token/introspect"
        operation = published_specs.operation("POST", path)
        assert operation is not None
        answer = hub.call("POST", path, token=None, data=data)
        assert operation.response_faults(200, answer.json()) == []


NOT_CLAIMED: set[str] = set()
"""Published operations the emulator does not serve. docs/emulator.md says that there are none."""


def test_every_published_operation_is_claimed():
    """What the files describe and the emulator serves, serves not, or serves beyond: printed."""
    served = {(route.method, _plain(route.path)) for route in ROUTES}
    claimed = {repr(found) for call in served if (found := published_specs.operation(*call))}
    published = {repr(operation) for operation in operations()}
    unknown = {f"{m} {path}" for m, path in served if not published_specs.operation(m, path)}
    lists = {"claimed": claimed, "not claimed": published - claimed, "in no file": unknown}
    for title, rows in lists.items():
        sys.stdout.write("\n  ".join([f"{title} ({len(rows)}):", *sorted(rows)]) + "\n")
    assert published - claimed == NOT_CLAIMED


def _plain(path: str) -> str:
    return path.replace("{", "").replace("}", "")


def every_served() -> list[tuple[str, str]]:
    """Method and path of each published operation in each edition the emulator serves."""
    return [
        (route.method, _plain(route.path))
        for route in ROUTES
        if route.door is Door.BEARER and published_specs.operation(route.method, _plain(route.path))
    ]


@pytest.mark.parametrize("token", [None, "garbage", "forms only"])
def test_refusals_are_as_published(hub, token):
    """Without a token, with a wrong one, and with one that may do nothing, each operation
    answers as the files describe an error."""
    text = hub.portal.issue_token(["none"]) if token == "forms only" else token
    for method, path in every_served():
        answer = hub.call(method, path, token=text, json={})
        operation = published_specs.operation(method, path)
        assert operation is not None
        assert 400 <= answer.status_code < 500 or token == "forms only", f"{method} {path}"
        content = answer.json() if answer.content else None
        assert operation.response_faults(answer.status_code, content) == [], f"{method} {path}"


BROKEN = [
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b"null"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b'"' + b"x" * 1024 * 1024 + b'"'),
    ("application/json", b'{"a":' * 3000),
    ("application/json", b"9" * 5000),
    ("text/plain", b"{}"),
    ("application/xml", b"<a/>"),
    ("", b"{}"),
]


@pytest.mark.parametrize(("content_type", "text"), BROKEN, ids=range(len(BROKEN)))
def test_broken_bodies_are_refused(hub, content_type, text):
    """Whatever is no JSON object gets a described 4xx from each operation with a body."""
    token = hub.emulator.access_token
    for method, path in every_served():
        if method not in ("POST", "PUT", "PATCH"):
            continue
        headers = {"Content-Type": content_type} if content_type else {}
        answer = hub.call(method, path, token=token, data=text, headers=headers)
        operation = published_specs.operation(method, path)
        assert operation is not None
        assert 400 <= answer.status_code < 500, f"{method} {path}"
        content = answer.json() if answer.content else None
        assert operation.response_faults(answer.status_code, content) == [], f"{method} {path}"


@pytest.mark.parametrize("size", [65_536, 65_537, 1024 * 1024])
def test_long_texts_are_taken_or_refused(hub, size):
    """A description of 65,536 characters is kept whole, a longer one is refused."""
    call = Checked(hub)
    body = {**BLOOD, "description": "ß" * size}
    made = call(201 if size == 65_536 else 400, "POST", f"{PROPERTIES[0]}/contacts", body)
    assert size > 65_536 or made["description"] == body["description"]


def test_the_check_itself_can_fail(hub):
    """A form without its language, a field of no type, a class that does not exist, a key that
    is not described: each is found."""
    form = copy.deepcopy(hub.get(FORMS[0]).json()["results"][0])
    forms = Operation("forms-v3.json", "get", "/marketing/v3/forms/{formId}")
    properties = Operation(
        "properties-v3.json", "get", PROPERTIES[0] + "/{objectType}/{propertyName}"
    )
    assert forms.response_faults(200, form) == []
    del form["configuration"]["language"]
    assert forms.response_faults(200, form) == ["$.configuration: required"]
    form = hub.get(FORMS[0]).json()["results"][0]
    form["fieldGroups"][0]["fields"][0]["fieldType"] = "hologram"
    assert "$.fieldGroups[0].fields[0].fieldType: enum" in forms.response_faults(200, form)
    row = hub.get(f"{PROPERTIES[0]}/contacts/email").json()
    spoiled = {**row, "dataSensitivity": "x", "createdAt": "today", "more": 1}
    assert sorted(properties.response_faults(200, spoiled)) == [
        "$.createdAt: format",
        "$.dataSensitivity: enum",
        "$: additionalProperties",
    ]
