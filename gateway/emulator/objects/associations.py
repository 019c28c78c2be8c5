"""Associations of records: made while a record is created, shown where a read asks for them.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.objects import ObjectType
from gateway.emulator.calls import Call
from gateway.emulator.links import Kind
from gateway.emulator.objects.refusals import Refusal, type_name
from gateway.emulator.portal import Portal
from gateway.emulator.records import Origin, Record
from gateway.emulator.rules.messages import ASSUMED

_SHOWN = 500
"""How many associated records of one type a read shows."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One association a new record is to have."""

    to_type: str
    to_id: str
    kind: Kind


def wanted(portal: Portal, kind: ObjectType, given: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    """The associations a body asks for. Raises :class:`Refusal` (400) where the other record
    does not exist, or the type of association joins other objects."""
    found = []
    for one in given:
        to_id = one["to"]["id"]
        if not one["types"]:
            raise _refused(f"An association has no type {ASSUMED}")
        for word in one["types"]:
            how = Kind(word["associationCategory"], word["associationTypeId"])
            found.append(Wanted(_to_type(portal, kind, how, to_id), to_id, how))
    return found


def join(
    portal: Portal, kind: ObjectType, record: Record, joined: Sequence[Wanted], origin: Origin
) -> None:
    """Make the associations of a new record."""
    for one in joined:
        portal.records.links.join((kind.id, record.id), (one.to_type, one.to_id), one.kind)
        defined = one.kind.defined
        details = {
            "associationType": (defined.name if defined else one.kind.category).upper(),
            "associationCategory": one.kind.category,
            "associationTypeId": one.kind.type_id,
            "fromObjectId": record.id,
            "fromObjectTypeId": kind.id,
            "toObjectId": one.to_id,
            "toObjectTypeId": one.to_type,
            "associationRemoved": False,
            "isPrimaryAssociation": False,
        }
        portal.records.link(kind.id, record, origin, details)


def asked_types(call: Call) -> tuple[ObjectType, ...]:
    """The object types whose associations a read asks for. Stops with 400 for an unknown one."""
    found = []
    for named in call.texts("associations"):
        kind = call.portal.object_type(named)
        if kind is None:
            raise _refused("Unable to infer object type from: associations")
        found.append(kind)
    return tuple(dict.fromkeys(found))


def as_json(
    portal: Portal, kind: ObjectType, record: Record, types: Sequence[ObjectType]
) -> dict[str, Any]:
    """The ``associations`` key of a record; empty when it has none of the types asked for."""
    shown = {}
    for to_kind in types:
        rows = [
            {"id": to_id, "type": _name(portal, kind, to_kind, how)}
            for to_id, hows in portal.records.links.of((kind.id, record.id), to_kind.id)
            if portal.records.find(to_kind.id, to_id) is not None
            for how in hows
        ]
        if rows:
            shown[_plural(portal, to_kind)] = {"results": rows[:_SHOWN]}
    return {"associations": shown} if shown else {}


def linked(portal: Portal, kind: ObjectType, record: Record, to_kind: ObjectType) -> list[str]:
    """The ids of the living records of a type that a record is associated with."""
    return [
        to_id
        for to_id, _ in portal.records.links.of((kind.id, record.id), to_kind.id)
        if portal.records.find(to_kind.id, to_id) is not None
    ]


def _to_type(portal: Portal, kind: ObjectType, how: Kind, to_id: str) -> str:
    defined = how.defined
    if defined is not None and defined.from_type != kind.id:
        raise _refused(
            f"The association type {how.type_id} does not start at {type_name(kind)} {ASSUMED}"
        )
    types = [defined.to_type] if defined else portal.records.types()
    for type_id in types:
        if portal.records.find(type_id, to_id) is not None:
            return type_id
    raise _refused(f"No record with the id {to_id} to associate with exists {ASSUMED}")


def _refused(message: str) -> Refusal:
    return Refusal(400, "VALIDATION_ERROR", message)


def _name(portal: Portal, kind: ObjectType, to_kind: ObjectType, how: Kind) -> str:
    if how.defined is not None:
        return how.defined.name
    return f"{_singular(portal, kind)}_to_{_singular(portal, to_kind)}"


def _singular(portal: Portal, kind: ObjectType) -> str:
    schema = portal.schemas.get(kind.id)
    return str(schema["name"]) if schema else kind.label.replace(" ", "_")


def _plural(portal: Portal, kind: ObjectType) -> str:
    schema = portal.schemas.get(kind.id)
    return str(schema["fullyQualifiedName"]) if schema else kind.plural
