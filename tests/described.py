"""Forms and properties as HubSpot describes them, made up for a test."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from gateway.domain.forms import FormDefinition
from gateway.domain.properties import Property
from gateway.domain.snapshots import PlacedProperty, Snapshot


def field(name: str = "passport_number", **more: Any) -> dict[str, Any]:
    """One field of a form, as HubSpot describes it."""
    return {"objectTypeId": "0-1", "name": name, "fieldType": "single_line_text", "label": "Label",
            "required": False, "hidden": False, "dependentFields": [], **more}  # fmt: skip


def prop(name: str = "passport_number", **more: Any) -> dict[str, Any]:
    """One property, as HubSpot describes it."""
    return {"name": name, "label": "Label", "type": "string", "fieldType": "text", "options": [],
            "dataSensitivity": "sensitive", "formField": True, "calculated": False, "archived": False,
            "createdAt": "2026-01-01T00:00:00Z",
            "modificationMetadata": {"readOnlyValue": False}, **more}  # fmt: skip


def snapshot(
    fields: list[dict[str, Any]],
    properties: list[tuple[str, dict[str, Any]]],
    unreadable: tuple[str, ...] = (),
    **more: Any,
) -> Snapshot:
    """A form of these fields, and the properties HubSpot knows."""
    form = {"id": "f", "name": "Form", "fieldGroups": [{"fields": fields}], **more}
    return Snapshot(
        "f",
        "Form",
        msgspec.json.decode(json.dumps(form), type=FormDefinition),
        tuple(
            PlacedProperty(type_id, msgspec.convert(one, Property)) for type_id, one in properties
        ),
        unreadable,
        1,
    )
