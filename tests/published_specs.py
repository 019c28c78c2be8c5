"""HubSpot's published OpenAPI files, and what breaks them.

The files say ``"example": null`` everywhere, which is no rule; give unions without telling their
members apart, which the one-value enums of the members do; and cover one edition of each path,
which stands for its twins.
"""

from __future__ import annotations

import copy
import datetime
import functools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema

SPECS = Path(__file__).resolve().parents[2] / "shared" / "hubspot-openapi"
HERE = SPECS.is_dir()
ABSENT = "HubSpot's OpenAPI files are not here: put them into ../shared/hubspot-openapi"
METHODS = ("get", "post", "put", "patch", "delete")

TWINS = (
    (r"/marketing/forms/2026-09-beta", "/marketing/v3/forms"),
    (r"/crm/properties/(2025-09|2026-03)", "/crm/v3/properties"),
    (r"/crm/objects/(2025-09|2026-03|2026-09)", "/crm/v3/objects"),
    (r"/crm/v3/schemas", "/crm-object-schemas/v3/schemas"),
    (r"/crm-object-schemas/(2025-09|2026-03|2026-09)", "/crm-object-schemas/v3"),
    (r"/account-info/(2025-09|2026-03|2026-09)", "/account-info/v3"),
    (r"/oauth/(v3|2026-09)", "/oauth/2026-03"),
    (r"/webhooks/2026-03", "/webhooks/v3"),
    (r"/app-webhooks/(2025-09|2026-09)", "/webhooks/v3"),
    (r"/crm/v3/property-validations", "/crm/property-validations/2026-03"),
    (r"/crm/property-validations/(2025-09|2026-09)", "/crm/property-validations/2026-03"),
)
"""How a path of an edition without a file becomes that of one with a file."""
_UNION_KEYS = ("fieldType", "formType", "type")
"""By which key the members of a union are told apart."""
_INT32 = 2**31
_FORMATS = copy.deepcopy(jsonschema.Draft202012Validator.FORMAT_CHECKER)


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.datetime.fromisoformat(text).tzinfo is not None


@_FORMATS.checks("int32")
def _is_int32(number: object) -> bool:
    return not isinstance(number, int) or -_INT32 <= number < _INT32


class Operation:
    """One operation of one file."""

    def __init__(self, file: str, method: str, template: str) -> None:
        self.file, self.method, self.template = file, method, template
        self.definition: dict[str, Any] = raw(file)["paths"][template][method]
        shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        self.pattern = re.compile(shape)

    def __repr__(self) -> str:
        return f"{self.method.upper()} {self.template}"

    def response_faults(self, status: int, body: object) -> list[str]:
        """What an answer breaks. Without a body ``body`` is None."""
        answers = self.definition["responses"]
        told = answers.get(str(status)) or answers.get("default")
        if told is None:
            return [f"status {status} is not described"]
        if "$ref" in told:
            told = raw(self.file)["components"]["responses"][told["$ref"].rpartition("/")[2]]
        contents = list(told.get("content", {}).values())
        if str(status) not in answers and status < 400:
            return [f"status {status} is not described"]
        if not contents:
            return [] if body is None else ["a body where none is described"]
        return faults(self.file, contents[0]["schema"], body, strict=status < 400)

    def request_faults(
        self, query: Sequence[tuple[str, str]], body: object, content_type: str | None
    ) -> list[str]:
        """What a request breaks: each part of its query, and its body."""
        known = {p["name"]: p for p in self.definition.get("parameters", ()) if p["in"] == "query"}
        found = [f"query {name} is not described" for name, _ in query if name not in known]
        asked = {name for name, _ in query}
        required = {name for name, p in known.items() if p.get("required")}
        found += [f"query {name} is missing" for name in required - asked]
        for name, text in query:
            schema = known.get(name, {}).get("schema", {})
            schema = schema.get("items", schema)
            found += [
                f"query {name}: {fault}"
                for fault in faults(self.file, schema, _typed(schema, text), strict=False)
            ]
        contents = self.definition.get("requestBody", {}).get("content", {})
        if body is None:
            return found + (["the body is missing"] if contents else [])
        if content_type not in contents:
            return [*found, f"{content_type} is not described"]
        return found + faults(self.file, contents[content_type]["schema"], body, strict=True)


def operations() -> list[Operation]:
    """Every operation of every file."""
    return [
        Operation(path.name, method, template)
        for path in sorted(SPECS.glob("*.json"))
        for template, item in raw(path.name)["paths"].items()
        for method in METHODS
        if method in item
    ]


def operation(method: str, path: str) -> Operation | None:
    """The operation of a call, or of the file that stands for its edition; the more literal
    path goes first. None when no file describes it."""
    for candidate in (path, *(re.sub(f"^{old}(?=/|$)", new, path) for old, new in TWINS)):
        for one in _literal_first():
            if one.method == method.lower() and one.pattern.fullmatch(candidate):
                return one
    return None


def faults(file: str, schema: dict[str, Any], instance: object, *, strict: bool) -> list[str]:
    """What ``instance`` breaks of a schema: where, and which rule. ``strict`` counts keys that
    are not described, too. No value is shown."""
    document = {**_told_apart(file, strict), "allOf": [_rewritten(schema, file, strict)]}
    checker = jsonschema.Draft202012Validator(document, format_checker=_FORMATS)
    return [f"{e.json_path}: {e.validator}" for e in _innermost(checker.iter_errors(instance))]


def schema_faults(file: str, name: str, instance: object) -> list[str]:
    """What ``instance`` breaks of the schema ``name`` of a file; further keys are allowed."""
    return faults(file, {"$ref": f"#/components/schemas/{name}"}, instance, strict=False)


@functools.cache
def raw(file: str) -> dict[str, Any]:
    """One file as it is."""
    found: dict[str, Any] = json.loads((SPECS / file).read_text(encoding="utf-8"))
    return found


@functools.cache
def members(file: str) -> dict[str, tuple[str, str]]:
    """schema → (key, the one value of that key), for the schemas that have such a key."""
    found = {}
    for name, schema in raw(file)["components"]["schemas"].items():
        for key in _UNION_KEYS:
            values = schema.get("properties", {}).get(key, {}).get("enum", ())
            if len(values) == 1:
                found[name] = (key, values[0])
                break
    return found


@functools.cache
def _literal_first() -> list[Operation]:
    return sorted(operations(), key=lambda one: one.template.count("{"))


@functools.cache
def _told_apart(file: str, strict: bool) -> dict[str, Any]:
    """The file with its unions told apart, and closed objects when ``strict``."""
    return {"components": {"schemas": _rewritten(raw(file)["components"]["schemas"], file, strict)}}


def _rewritten(node: Any, file: str, strict: bool) -> Any:
    if isinstance(node, list):
        return [_rewritten(one, file, strict) for one in node]
    if not isinstance(node, dict):
        return node
    if "oneOf" in node:
        return _told(node["oneOf"], file)
    made = {key: _rewritten(value, file, strict) for key, value in node.items()}
    described = made.get("properties")
    if strict and isinstance(described, dict) and described and "type" in made:
        made.setdefault("additionalProperties", False)
    return made


def _told(union: Sequence[dict[str, str]], file: str) -> dict[str, Any]:
    if len(union) == 1:
        return dict(union[0])
    known = members(file)
    names = {ref["$ref"]: ref["$ref"].rpartition("/")[2] for ref in union}
    if not set(names.values()) <= known.keys():
        return {"anyOf": [dict(ref) for ref in union]}
    rows = {ref: known[name] for ref, name in names.items()}
    (key,) = {key for key, _ in rows.values()}
    cases = [
        {"if": {"properties": {key: {"const": value}}}, "then": {"$ref": ref}}
        for ref, (_, value) in rows.items()
    ]
    values = [value for _, value in rows.values()]
    return {"required": [key], "properties": {key: {"enum": values}}, "allOf": cases}


def _typed(schema: dict[str, Any], text: str) -> object:
    """What a text of a query stands for."""
    kind = schema.get("type")
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer":
        return int(text) if re.fullmatch("-?[0-9]+", text) else text
    return text


def _innermost(found: Iterator[jsonschema.ValidationError]) -> Iterator[jsonschema.ValidationError]:
    for error in found:
        if error.context:
            yield from _innermost(iter(error.context))
        else:
            yield error
