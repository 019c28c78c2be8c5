"""Reading object schemas: the account's own object types, and HubSpot's by name.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT, ObjectType, object_type
from gateway.domain.scopes import definition_need
from gateway.emulator import responses
from gateway.emulator.bodies import read
from gateway.emulator.calls import Call
from gateway.emulator.definitions.schema_shapes import BATCH_READ
from gateway.emulator.portal import Portal, Schema
from gateway.emulator.properties import asked_object_type
from gateway.emulator.responses import Answer

ANY_CUSTOM = object_type("2-0")
"""Any custom object: they share one family of scopes."""
_AUDIT = {"createdByUserId": 9_586_504, "updatedByUserId": 9_586_504}


@dataclasses.dataclass(frozen=True)
class Parts:
    """Which parts of a schema a call wants to see."""

    properties: bool = True
    associations: bool = True
    audit: bool = True


def list_schemas(call: Call) -> Answer:
    """The account's own object types, or the archived ones of them."""
    require_reading(call)
    parts, archived = _asked_parts(call), call.flag("archived")
    found = [row for row in call.portal.schemas.values() if row["archived"] == archived]
    return responses.as_json({"results": [as_json(call.portal, row, parts) for row in found]})


def get_schema(call: Call) -> Answer:
    """One schema; that of an object type of HubSpot's own as well."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    schema = call.portal.schemas.get(kind.id) or _built_in(call.portal, kind)
    return responses.as_json(as_json(call.portal, schema, _asked_parts(call)))


def batch_read(call: Call) -> Answer:
    """Schemas by the names or ids of their types; one that does not exist is left out."""
    require_reading(call)
    given = read(call, BATCH_READ)
    parts = Parts(
        properties=given["includePropertyDefinitions"],
        associations=given["includeAssociationDefinitions"],
        audit=given["includeAuditMetadata"],
    )
    kinds = {kind.id: kind for n in given["inputs"] if (kind := call.portal.object_type(n))}
    portal = call.portal
    found = [portal.schemas.get(kind.id) or _built_in(portal, kind) for kind in kinds.values()]
    return responses.as_json({"results": [as_json(portal, row, parts) for row in found]})


def require_reading(call: Call) -> None:
    """Stop with 403 unless the token may read the account's own object types."""
    if ANY_CUSTOM is not None:
        call.require(definition_need(ANY_CUSTOM))


def as_json(portal: Portal, schema: Schema, parts: Parts) -> dict[str, Any]:
    """The schema with the parts that were asked for; the others are empty lists, which the
    published specs require."""
    rows = portal.properties.get(schema["objectTypeId"], {}).values()
    live = [row for row in rows if not row["archived"]]
    return {
        **schema,
        "properties": live if parts.properties else [],
        "associations": schema["associations"] if parts.associations else [],
        **(_AUDIT if parts.audit else {}),
    }


def _asked_parts(call: Call) -> Parts:
    def wanted(name: str) -> bool:
        return call.text(name) is None or call.flag(name)

    return Parts(
        properties=wanted("includePropertyDefinitions"),
        associations=wanted("includeAssociationDefinitions"),
        audit=wanted("includeAuditMetadata"),
    )


_DISPLAY: Mapping[str, str] = {CONTACT: "email", COMPANY: "name"}


def _built_in(portal: Portal, kind: ObjectType) -> Schema:
    """The schema of one of HubSpot's own object types, shown by its first property."""
    display = _DISPLAY.get(kind.id) or next(iter(portal.properties.get(kind.id, {"name": {}})))
    return {
        "id": kind.id,
        "objectTypeId": kind.id,
        "fullyQualifiedName": kind.label.upper(),
        "name": kind.label.upper(),
        "labels": {"singular": kind.label.capitalize(), "plural": kind.plural.capitalize()},
        "primaryDisplayProperty": display,
        "secondaryDisplayProperties": [],
        "requiredProperties": [],
        "searchableProperties": [display],
        "allowsSensitiveProperties": True,
        "archived": False,
        "associations": [],
    }
