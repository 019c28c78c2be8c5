"""What goes out about definitions of properties and groups: each function builds one request.

The bodies fit every edition: options always carry their place, which the dated editions require,
and the display hints that 2026-09 dropped are never sent.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.domain.property_definitions import PropertyWish, WishedOption
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot.routes import Operation
from gateway.hubspot.wire import Request, build, json_body

_SPELT: Mapping[str, str] = dict(
    zip(PropertyWish.__struct_fields__, PropertyWish.__struct_encode_fields__, strict=True)
)
"""Our names of a wish's parts → HubSpot's."""
FIXED = frozenset({"data_sensitivity", "has_unique_value"})
"""Parts of a wish that only a new property takes."""


def get_property(
    object_type: str, name: str, sensitivity: Sensitivity | None, *, archived: bool = False
) -> Request:
    """One property; without a class HubSpot's documentation finds any."""
    query = [("archived", str(archived).lower())]
    if sensitivity is not None:
        query.append(("dataSensitivity", str(sensitivity)))
    return build(Operation.GET_PROPERTY, query=query, object_type=object_type, property_name=name)


def create_property(object_type: str, name: str, wish: PropertyWish) -> Request:
    """A new property, or an archived one of this name brought back under this definition."""
    body = json_body(_created(name, wish))
    return build(Operation.CREATE_PROPERTY, body=body, object_type=object_type)


def update_property(object_type: str, name: str, wish: PropertyWish) -> Request:
    """Change what is said. Options are replaced as a whole."""
    parts = {key: value for key, value in _parts(wish).items() if key not in FIXED}
    body = json_body({_SPELT[key]: value for key, value in parts.items()})
    return build(Operation.UPDATE_PROPERTY, body=body, object_type=object_type, property_name=name)


def archive_property(object_type: str, name: str) -> Request:
    """Archive one property."""
    return build(Operation.ARCHIVE_PROPERTY, object_type=object_type, property_name=name)


def read_properties(
    object_type: str, names: Iterable[str], sensitivity: Sensitivity, *, archived: bool = False
) -> Request:
    """Up to a hundred properties of one class by name."""
    body = {
        "archived": archived,
        "dataSensitivity": str(sensitivity),
        "inputs": [{"name": name} for name in names],
    }
    return build(Operation.READ_PROPERTIES, body=json_body(body), object_type=object_type)


def create_properties(object_type: str, wishes: Mapping[str, PropertyWish]) -> Request:
    """Up to a hundred new properties, each on its own."""
    body = {"inputs": [_created(name, wish) for name, wish in wishes.items()]}
    return build(Operation.CREATE_PROPERTIES, body=json_body(body), object_type=object_type)


def archive_properties(object_type: str, names: Iterable[str]) -> Request:
    """Archive up to a hundred properties by name."""
    body = {"inputs": [{"name": name} for name in names]}
    return build(Operation.ARCHIVE_PROPERTIES, body=json_body(body), object_type=object_type)


def list_groups(object_type: str) -> Request:
    """Every group of an object type."""
    return build(Operation.LIST_GROUPS, object_type=object_type)


def create_group(object_type: str, name: str, label: str) -> Request:
    """A new group, shown after the others."""
    body = json_body({"name": name, "label": label, "displayOrder": -1})
    return build(Operation.CREATE_GROUP, body=body, object_type=object_type)


def update_group(object_type: str, name: str, label: str) -> Request:
    """Another label for a group."""
    body = json_body({"label": label})
    return build(Operation.UPDATE_GROUP, body=body, object_type=object_type, group_name=name)


def archive_group(object_type: str, name: str) -> Request:
    """Archive a group, which must have no property."""
    return build(Operation.ARCHIVE_GROUP, object_type=object_type, group_name=name)


def list_schemas() -> Request:
    """The account's own object types."""
    return build(Operation.LIST_SCHEMAS)


def _created(name: str, wish: PropertyWish) -> dict[str, Any]:
    return {"name": name, **{_SPELT[key]: value for key, value in _parts(wish).items()}}


def _parts(wish: PropertyWish) -> dict[str, Any]:
    """What is said, by our names."""
    parts = {key: getattr(wish, key) for key in _SPELT}
    told = {key: value for key, value in parts.items() if value is not None}
    if wish.options is not None:
        told["options"] = [_option(one, place) for place, one in enumerate(wish.options)]
    if wish.data_sensitivity is not None:
        told["data_sensitivity"] = str(wish.data_sensitivity)
    return told


def _option(option: WishedOption, place: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "value": option.value,
        "label": option.label or option.value,
        "hidden": option.hidden,
        "displayOrder": place,
    }
    if option.description:
        told["description"] = option.description
    return told
