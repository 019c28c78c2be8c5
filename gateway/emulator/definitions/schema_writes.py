"""Creating, changing and deleting the account's own object types.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.scopes import property_need
from gateway.emulator import responses
from gateway.emulator.bodies import read
from gateway.emulator.calls import Call
from gateway.emulator.definitions import schema_shapes
from gateway.emulator.definitions.property_rules import made, problems
from gateway.emulator.definitions.schemas import ANY_CUSTOM, Parts, as_json
from gateway.emulator.portal import Portal, Property, Schema, now_ms
from gateway.emulator.records import iso
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.messages import ASSUMED
from gateway.emulator.seed.groups import group
from gateway.emulator.seed.schemas import association, schema
from gateway.emulator.seed.shapes import kept_by_hubspot

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}\Z", re.ASCII)
_FIRST_NUMBER = 41_007_217
"""The number of the first type that is created here, past those of any seed."""


def create_schema(call: Call) -> Answer:
    """A new object type: its properties, a group for them, and its associations."""
    _require_writing(call)
    given = read(call, schema_shapes.CREATE)
    portal, stamp = call.portal, iso(now_ms())
    archived = any(row["name"] == given["name"] for row in portal.schemas.values())
    if archived or portal.object_type(given["name"]) is not None:
        raise Stop(
            responses.error(
                409, f"Object type '{given['name']}' already exists {ASSUMED}", "CONFLICT"
            )
        )
    own_group = group(f"{given['name'].lower()}_information", given["labels"].get("singular", ""))
    groups = {own_group["name"]: own_group}
    for row in given["properties"]:
        name = row.setdefault("groupName", own_group["name"])
        groups.setdefault(name, group(name, name))
    rows = [made(row, stamp) for row in given["properties"]]
    linked = [portal.object_type(name.lower()) or portal.object_type(name)
              for name in given["associatedObjects"]]  # fmt: skip
    found = [text for row in rows for _, text in problems(row, groups, allows_sensitive=True)]
    found += _name_problems(given, {row["name"] for row in rows})
    if None in linked:
        found.append(f"An associated object does not exist {ASSUMED}")
    if len({row["name"] for row in rows}) < len(rows):
        found.append(f"Two properties have one name {ASSUMED}")
    _stop_for(found)
    number = _next_number(portal)
    fresh = schema(
        portal.id,
        number,
        given["name"],
        (given["labels"]["singular"], given["labels"]["plural"]),
        display=given.get("primaryDisplayProperty") or rows[0]["name"],
        required=given["requiredProperties"],
        searchable=given.get("searchableProperties", ()),
        secondary=given.get("secondaryDisplayProperties", ()),
        associated=[kind.id for kind in linked if kind is not None],
        sensitive=given.get("allowsSensitiveProperties", False),
        description=given.get("description"),
        at=stamp,
    )
    if given.get("shouldCreateSameObjectAssociation"):
        own_id = fresh["objectTypeId"]
        fresh["associations"].append(_link(fresh, own_id, own_id, None, stamp))
    _keep(portal, fresh, rows, groups)
    return responses.as_json(as_json(portal, fresh, Parts()), 201)


def change_schema(call: Call) -> Answer:
    """Change what may be changed of an object type; its name is not among it."""
    _require_writing(call)
    before = _found(call)
    given = read(call, schema_shapes.CHANGE)
    after: Schema = {**before, **given, "labels": {**before["labels"], **given.get("labels", {})}}
    if after.pop("clearDescription", False):
        after.pop("description", None)
    rows = call.portal.properties.get(before["objectTypeId"], {})
    _stop_for(list(_name_problems(after, {n for n, row in rows.items() if not row["archived"]})))
    if before["allowsSensitiveProperties"] and not after["allowsSensitiveProperties"]:
        _stop_for([f"Sensitive properties cannot be forbidden again {ASSUMED}"])
    after["updatedAt"] = iso(now_ms())
    call.portal.schemas[after["objectTypeId"]] = after
    shown = {key: value for key, value in after.items() if key != "associations"}
    return responses.as_json({**shown, "portalId": call.portal.id})


def delete_schema(call: Call) -> Answer:
    """Archive an object type that has no records, or with ``archived=true`` forget an
    archived one, so that its name is free again."""
    _require_writing(call)
    portal = call.portal
    if call.flag("archived"):
        found = _archived(call)
        for table in (portal.schemas, portal.properties, portal.groups):
            table.pop(found["objectTypeId"], None)
        return Answer(204)
    found = _found(call)
    if any(not record.archived for record in portal.records.all(found["objectTypeId"])):
        _stop_for([f"The object type still has records {ASSUMED}"])
    found["archived"] = True
    found["updatedAt"] = iso(now_ms())
    return Answer(204)


def create_association(call: Call) -> Answer:
    """A further association between two object types, one of them the path's."""
    _require_writing(call)
    found = _found(call)
    given = read(call, schema_shapes.ASSOCIATION)
    ends = [call.portal.object_type(given[key]) for key in ("fromObjectTypeId", "toObjectTypeId")]
    source, target = (kind.id if kind else "" for kind in ends)
    if found["objectTypeId"] not in (source, target) or not source or not target:
        _stop_for([f"The association does not join this object type to another {ASSUMED}"])
    row = _link(found, source, target, given.get("name"), iso(now_ms()))
    found["associations"] = [*found["associations"], row]
    return responses.as_json(row, 201)


def delete_association(call: Call) -> Answer:
    """Remove an association from an object type."""
    _require_writing(call)
    found = _found(call)
    left = [row for row in found["associations"] if row["id"] != call.params["association_id"]]
    if len(left) == len(found["associations"]):
        raise Stop(responses.not_found("The association does not exist."))
    found["associations"] = left
    return Answer(204)


def _require_writing(call: Call) -> None:
    if ANY_CUSTOM is not None:
        call.require(property_need(ANY_CUSTOM))


def _found(call: Call) -> Schema:
    kind = call.portal.object_type(call.params["object_type"])
    found = call.portal.schemas.get(kind.id) if kind else None
    if found is None:
        raise Stop(responses.not_found("The object type does not exist."))
    return found


def _archived(call: Call) -> Schema:
    named = call.params["object_type"]
    for row in call.portal.schemas.values():
        if row["archived"] and named in (row["objectTypeId"], row["fullyQualifiedName"]):
            return row
    raise Stop(responses.not_found("The object type does not exist."))


def _name_problems(given: Mapping[str, Any], names: set[str]) -> Iterator[str]:
    if not _NAME.match(given["name"]):
        yield f"The name of the object type is not valid {ASSUMED}"
    if not all(given["labels"].get(key, "").strip() for key in ("singular", "plural")):
        yield f"An object type needs a label for one and for many {ASSUMED}"
    if not names:
        yield f"An object type needs a property {ASSUMED}"
    told = [
        *given["requiredProperties"],
        *given.get("searchableProperties", ()),
        *given.get("secondaryDisplayProperties", ()),
        *([given["primaryDisplayProperty"]] if given.get("primaryDisplayProperty") else ()),
    ]
    if not set(told) <= names:
        yield f"A required, searchable or displayed property does not exist {ASSUMED}"


def _stop_for(found: list[str]) -> None:
    if found:
        errors = [{"message": text} for text in found[:100]]
        raise Stop(responses.bad_request(found[0], errors=errors))


def _next_number(portal: Portal) -> int:
    used = (int(schema_id.removeprefix("2-")) for schema_id in portal.schemas)
    return max(_FIRST_NUMBER - 1, *used, 0) + 1


def _link(found: Schema, source: str, target: str, name: str | None, stamp: str) -> dict[str, Any]:
    numbers = [int(row["id"]) for row in found["associations"]]
    number = str(max((int(found["id"]) * 10 - 1, *numbers)) + 1)
    return association(number, source, target, name or f"{source}_to_{target}", stamp)


def _keep(
    portal: Portal, fresh: Schema, rows: list[Property], groups: dict[str, dict[str, Any]]
) -> None:
    kind = fresh["objectTypeId"]
    portal.schemas[kind] = fresh
    portal.groups[kind] = groups
    own = kept_by_hubspot(next(iter(groups)))
    portal.properties[kind] = {row["name"]: row for row in (*rows, *own)}
