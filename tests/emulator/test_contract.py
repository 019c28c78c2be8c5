"""What the emulator serves, against HubSpot's published OpenAPI files."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SPECS = Path(__file__).resolve().parents[3] / "shared" / "hubspot-openapi"
if not SPECS.is_dir():
    pytest.skip(
        "HubSpot's OpenAPI files are not here: put them into ../shared/hubspot-openapi",
        allow_module_level=True,
    )

FORMS, PROPERTIES, ACCOUNT = "forms-v3.json", "properties-v3.json", "account-info-v3.json"
OBJECTS, OAUTH, DATED = "objects-v3.json", "oauth-2026-03.json", "properties-2026-09.json"
INTAKE = "Patient intake"


@functools.cache
def spec(name: str) -> dict[str, Any]:
    """One file; the ``"example": null`` it carries everywhere is no rule and stays unread."""
    return json.loads((SPECS / name).read_text(encoding="utf-8"))


def faults(file: str, schema: str, instance: object) -> list[str]:
    """What ``instance`` breaks of one schema. Unions of fields are left to the caller, for
    the specs do not say how to tell their members apart."""
    document = {
        **_without_unions(spec(file)),
        "$ref": f"#/components/schemas/{schema}",
    }
    checker = jsonschema.Draft202012Validator(
        document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{e.json_path}: {e.validator}" for e in checker.iter_errors(instance)]


def _without_unions(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_unions(v) for k, v in node.items() if k != "oneOf"}
    return [_without_unions(v) for v in node] if isinstance(node, list) else node


@functools.cache
def schema_of(file: str, union: str, key: str) -> dict[str, str]:
    """Which schema describes which value of ``key``, from the schemas' own one-value enums."""
    found = {}
    for name, schema in spec(file)["components"]["schemas"].items():
        values = schema.get("properties", {}).get(key, {}).get("enum", [])
        if name.startswith(union) or name.endswith(union):
            found.update({value: name for value in values if len(values) == 1})
    return found


def all_fields(form: dict[str, Any]) -> list[dict[str, Any]]:
    waiting = [f for group in form["fieldGroups"] for f in group["fields"]]
    found = []
    while waiting:
        field = waiting.pop()
        found.append(field)
        waiting += [d["dependentField"] for d in field["dependentFields"]]
    return found


def test_the_specs_describe_thirteen_kinds_of_field():
    """The table from fieldType to schema is complete."""
    assert len(schema_of(FORMS, "Field", "fieldType")) == 13
    assert len(schema_of(FORMS, "LegalConsentOptions", "type")) == 4


@pytest.mark.parametrize("base", ["/marketing/v3/forms", "/marketing/forms/2026-09-beta"])
def test_forms_are_as_the_spec_says(hub, base):
    """Every form, group, field, condition and consent fits its one schema."""
    page = hub.get(base).json()
    assert faults(FORMS, "CollectionResponseFormDefinitionBaseForwardPaging", page) == []
    for form in page["results"]:
        assert faults(FORMS, "HubSpotFormDefinition", form) == []
        legal = form["legalConsentOptions"]
        schema = schema_of(FORMS, "LegalConsentOptions", "type")[legal["type"]]
        assert faults(FORMS, schema, legal) == []
        assert set(legal) <= set(spec(FORMS)["components"]["schemas"][schema]["properties"])
        for field in all_fields(form):
            schema = schema_of(FORMS, "Field", "fieldType")[field["fieldType"]]
            assert faults(FORMS, schema, field) == [], field["name"]
            known = spec(FORMS)["components"]["schemas"][schema]["properties"]
            assert set(field) <= set(known), field["name"]
            for dependant in field["dependentFields"]:
                assert faults(FORMS, "DependentField", dependant) == []


@pytest.mark.parametrize("file", [PROPERTIES, DATED])
@pytest.mark.parametrize("kind", ["0-1", "0-2", "0-5", "2-41007216"])
def test_properties_are_as_the_spec_says(hub, file, kind):
    """Every property of every class, live and archived, has only known keys of known types."""
    token = hub.portal.issue_token(["crm.schemas.custom.read", *hub.portal.seed.scopes])
    edition = "v3/properties" if file == PROPERTIES else "properties/2026-09"
    count = 0
    for word in ("non_sensitive", "sensitive", "highly_sensitive"):
        for archived in ("false", "true"):
            params = {"dataSensitivity": word, "archived": archived}
            page = hub.get(f"/crm/{edition}/{kind}", token=token, params=params).json()
            assert faults(file, "CollectionResponsePropertyNoPaging", page) == []
            for row in page["results"]:
                count += 1
                assert faults(file, "Property", row) == [], row["name"]
                known = spec(file)["components"]["schemas"]["Property"]["properties"]
                assert set(row) <= set(known), row["name"]
    assert count == len(hub.portal.properties[kind])


def test_the_account_is_as_the_spec_says(hub):
    """The nine keys of the account are there and right."""
    body = hub.get("/account-info/v3/details").json()
    assert faults(ACCOUNT, "PortalInformationResponse", body) == []


def test_records_are_as_the_spec_says(hub):
    """A record whose named properties are all filled fits; null is what live answers add."""
    hub.submit(INTAKE, hub.good(INTAKE))
    (contact,) = hub.portal.contacts()
    token = hub.portal.issue_token(["crm.objects.contacts.read"])
    row = hub.get(f"/crm/v3/objects/contacts/{contact.id}", token=token).json()
    assert faults(OBJECTS, "SimplePublicObjectWithAssociations", row) == []
    page = hub.get("/crm/v3/objects/contacts", token=token).json()
    schema = "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"
    assert faults(OBJECTS, schema, page) == []


def test_introspection_is_as_the_spec_says(hub):
    """An active token's description has every required key."""
    data = {
        "client_id": hub.emulator.client_id,
        "client_secret": hub.emulator.client_secret,
        "token": hub.emulator.access_token,
    }
    answer = hub.call("POST", "/oauth/2026-03/token/introspect", token=None, data=data)
    assert faults(OAUTH, "PublicAccessTokenInfoResponse", answer.json()) == []


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/marketing/v3/forms", None),
        ("/marketing/v3/forms", "garbage"),
        ("/marketing/v3/forms/none", "main"),
        ("/marketing/v3/forms?limit=x", "main"),
        ("/crm/v3/objects/contacts?limit=x", "main"),
    ],
)
def test_errors_are_as_the_spec_says(hub, path, token):
    """The general error body has the three keys the specs require."""
    assert faults(FORMS, "Error", hub.get(path, token=token).json()) == []


def test_the_check_itself_can_fail(hub):
    """A form without its configuration, and a property with a wrong class, are found."""
    form = hub.get("/marketing/v3/forms").json()["results"][0]
    del form["configuration"]["language"]
    assert faults(FORMS, "HubSpotFormDefinition", form) == ["$.configuration: required"]
    row = hub.get("/crm/v3/properties/contacts/email").json()
    assert faults(PROPERTIES, "Property", {**row, "dataSensitivity": "x"}) == [
        "$.dataSensitivity: enum"
    ]
