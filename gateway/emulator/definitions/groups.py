"""Property groups.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import definition_need, property_need
from gateway.emulator import responses
from gateway.emulator.bodies import read
from gateway.emulator.calls import Call
from gateway.emulator.definitions.property_rules import NAME
from gateway.emulator.definitions.property_shapes import GROUP_CREATE, GROUP_UPDATE
from gateway.emulator.portal import Group
from gateway.emulator.properties import asked_object_type
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.messages import ASSUMED

_ERRORS = "PropertyGroupError"


def list_groups(call: Call) -> Answer:
    """Every group of one object type."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    return responses.as_json({"results": list(_groups(call, kind).values())})


def get_group(call: Call) -> Answer:
    """One group."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    return responses.as_json(_found(call, kind))


def create_group(call: Call) -> Answer:
    """A new group."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    given = read(call, GROUP_CREATE)
    groups = _groups(call, kind)
    if given["name"] in groups:
        raise Stop(
            responses.error(
                409,
                f"A property group named '{given['name']}' already exists.",
                "OBJECT_ALREADY_EXISTS",
                subCategory=f"{_ERRORS}.GROUP_WITH_NAME_EXISTS",
            )
        )
    if not NAME.match(given["name"]):
        raise Stop(_invalid("INVALID_NAME", "The name of the group is not valid"))
    made: Group = {"displayOrder": -1, **given, "archived": False}
    _checked(made)
    groups[made["name"]] = made
    return responses.as_json(made, 201)


def update_group(call: Call) -> Answer:
    """Another label or place."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    given = read(call, GROUP_UPDATE)
    changed: Group = {**_found(call, kind), **given}
    _checked(changed)
    _groups(call, kind)[changed["name"]] = changed
    return responses.as_json(changed)


def archive_group(call: Call) -> Answer:
    """Archive a group that no live property is in."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    name = _found(call, kind)["name"]
    rows = call.portal.properties.get(kind.id, {}).values()
    if any(row["groupName"] == name and not row["archived"] for row in rows):
        raise Stop(_invalid("GROUP_WITH_ACTIVE_PROPERTIES", "The group has active properties"))
    del _groups(call, kind)[name]
    return Answer(204)


def _groups(call: Call, kind: ObjectType) -> dict[str, Group]:
    return call.portal.groups.setdefault(kind.id, {})


def _found(call: Call, kind: ObjectType) -> Group:
    found = _groups(call, kind).get(call.params["group_name"])
    if found is None:
        raise Stop(responses.not_found("The property group does not exist."))
    return found


def _checked(group: Group) -> None:
    if not group["label"].strip():
        raise Stop(_invalid("EMPTY_LABEL", "The label of the group is empty"))


def _invalid(code: str, text: str) -> Answer:
    return responses.bad_request(f"{text} {ASSUMED}", subCategory=f"{_ERRORS}.{code}")
