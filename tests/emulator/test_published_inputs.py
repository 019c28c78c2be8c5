"""Inputs made from HubSpot's published OpenAPI files, fitting and spoiled, sent to every
operation: no 5xx, and each answer is as the files say."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, urlencode

import published_specs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_specs import Operation, operations

from gateway.emulator.oauth.scopes import known_scopes

if not published_specs.HERE:
    pytest.skip(published_specs.ABSENT, allow_module_level=True)

REAL = {
    "objectType": ["contacts", "0-2", "tickets", "2-41007216", "deals"],
    "objectTypeId": ["0-1", "2-41007216"],
    "propertyName": ["email", "passport_number", "internal_rating", "made_up"],
    "groupName": ["health", "contactinformation"],
    "name": ["made_up", "email"],
    "label": ["Made up"],
    "type": ["string", "enumeration", "bool"],
    "fieldType": ["text", "radio"],
    "email": ["ada.probe@mail.example"],
    "operator": ["EQ", "eq", "set_any"],
}
"""What makes an input mean something, where a random text would only ever be unknown."""
SPOILT: list[Any] = [None, 0, -1, 2**40, 1.5, True, "", "\x00", "x" * 300, [], {}, [[]], [None]]
_LETTERS = string.ascii_letters + string.digits + " _-.;:<>\"'\\\u00e9\u4e2d\u202e"


def texts(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(REAL.get(name, ["1"])) | st.text(_LETTERS, max_size=12)


def fitting(file: str, schema: dict[str, Any], name: str, depth: int) -> st.SearchStrategy[Any]:
    """Values of a schema, ever smaller ones further inside."""
    while "$ref" in schema:
        schema = published_specs.raw(file)["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "oneOf" in schema:
        members = schema["oneOf"] if depth < 5 else schema["oneOf"][:1]
        return st.one_of(*(fitting(file, one, name, depth) for one in members))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "object":
        return _objects(file, schema, name, depth)
    if schema.get("type") == "array":
        inside = depth > 5 or fitting(file, schema["items"], name, depth + 1)
        return st.just([]) if inside is True else st.lists(inside, max_size=2)
    return _simple(schema, name)


def _objects(
    file: str, schema: dict[str, Any], name: str, depth: int
) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" not in schema:
        return st.dictionaries(texts(name), texts("value"), max_size=2)
    keys = {key: fitting(file, row, key, depth + 1) for key, row in schema["properties"].items()}
    must = {key: keys[key] for key in schema.get("required", ())}
    may = {} if depth > 4 else {key: row for key, row in keys.items() if key not in must}
    return st.fixed_dictionaries(must, optional=may)


def _simple(schema: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(-3, 2**31 - 1),
        "number": st.floats(-1e6, 1e6),
        "date-time": st.just("2026-11-01T10:00:00.000Z"),
    }
    kind = schema.get("format") if schema.get("format") in kinds else schema.get("type", "string")
    return kinds.get(str(kind), texts(name))


@st.composite
def calls(draw: st.DrawFn, operation: Operation) -> tuple[str, str | None, str | None]:
    """Path with query, body and content type of one call."""
    definition, path = operation.definition, operation.template
    query: list[tuple[str, str]] = []
    for row in definition.get("parameters", ()):
        if row["in"] == "path":
            text = draw(texts(row["name"]).filter(lambda t: t.strip(". ") != ""))
            path = path.replace(f"{{{row['name']}}}", quote(text, safe=""))
        elif row["in"] == "query" and draw(st.booleans()):
            schema = row["schema"]
            schema = schema.get("items", schema)
            value = draw(fitting(operation.file, schema, row["name"], 0) | st.sampled_from(SPOILT))
            query.append((row["name"], value if isinstance(value, str) else json.dumps(value)))
    if query:
        path += "?" + urlencode(query, errors="replace")
    contents = definition.get("requestBody", {}).get("content", {})
    for media, content in contents.items():
        body = draw(fitting(operation.file, content["schema"], "", 0))
        if isinstance(body, dict) and body and draw(st.integers(0, 3)) == 0:
            body = {**body, draw(st.sampled_from(sorted(body))): draw(st.sampled_from(SPOILT))}
        if media == "application/json":
            return path, json.dumps(body), media
        return path, urlencode({k: str(v) for k, v in body.items()}), media
    return path, None, None


def without_nulls(node: Any) -> Any:
    """Live answers say null for what is empty; the files know no null."""
    if isinstance(node, dict):
        return {key: without_nulls(value) for key, value in node.items() if value is not None}
    return [without_nulls(one) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize("operation", operations(), ids=repr)
def test_no_input_breaks_an_operation(hub, operation):
    """Fitting and spoiled inputs alike are answered below 500, as the files say."""
    hub.portal.amend_switches(search_limit=0, property_in_use_kept=False)
    token = hub.portal.issue_token(known_scopes())

    @settings(
        max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(call=calls(operation))
    def run(call: tuple[str, str | None, str | None]) -> None:
        path, body, media = call
        headers = {"Content-Type": media} if media else {}
        answer = hub.call(operation.method.upper(), path, token=token, data=body, headers=headers)
        assert answer.status_code < 500, (path, body, answer.text)
        content = without_nulls(answer.json()) if answer.content else None
        assert operation.response_faults(answer.status_code, content) == [], (path, body)

    run()
