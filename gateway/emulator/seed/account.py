"""The account a seed describes, and the scopes its forms need."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.domain.objects import object_type
from gateway.domain.scopes import (
    Access,
    definition_need,
    forms_need,
    property_need,
    record_need,
    sensitive_need,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.seed.validations import Rules

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Seed:
    """An account before its first call."""

    portal_id: int
    client_id: str
    domain: str
    time_zone: str
    utc_offset_ms: int
    """Of that zone, for a machine that does not know it."""
    currency: str
    schemas: Sequence[Json]
    """The account's own object types, as raw JSON without their properties."""
    properties: Mapping[str, Sequence[Json]]
    """objectTypeId → property definitions, as raw JSON."""
    forms: Sequence[Json]
    """Form definitions, as raw JSON."""
    validations: Mapping[str, Rules]
    """objectTypeId → the validation rules of its properties."""
    scopes: tuple[str, ...]
    """The least a gateway needs: what the intake token holds."""


def scopes_for(forms: Iterable[Json], properties: Mapping[str, Sequence[Json]]) -> tuple[str, ...]:
    """The least scopes that let a gateway read and submit ``forms``, in base names."""
    classes = {
        (kind, row["name"]): Sensitivity(row["dataSensitivity"])
        for kind, rows in properties.items()
        for row in rows
    }
    found = {forms_need().name}
    for form in forms:
        for object_type_id, name in _addresses(form):
            kind = object_type(object_type_id)
            if kind is None:
                raise ValueError("a seeded form has a field of an unknown object type")
            found.add(definition_need(kind).name)
            sensitivity = classes[object_type_id, name]
            if sensitivity is not Sensitivity.NON_SENSITIVE:
                need = sensitive_need(kind, sensitivity, Access.WRITE)
                found |= {need.name} if need else set()
    return tuple(sorted(found))


def reading_scopes_for(properties: Mapping[str, Sequence[Json]]) -> tuple[str, ...]:
    """What reading every record takes, in base names: for whoever looks at what arrived."""
    found: set[str] = set()
    for object_type_id in properties:
        kind = object_type(object_type_id)
        if kind is None:
            raise ValueError("a seeded object type is not known")
        found.add("tickets" if kind.plural == "tickets" else f"crm.objects.{kind.scope_stem}.read")
        for sensitivity in (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE):
            need = sensitive_need(kind, sensitivity, Access.READ)
            found |= {need.name} if need else set()
    return tuple(sorted(found))


def desk_scopes_for(properties: Mapping[str, Sequence[Json]]) -> tuple[str, ...]:
    """What a desk takes, in base names: reading and changing every record and every property
    definition, of each class, and nothing about forms."""
    found: set[str] = set()
    for object_type_id in properties:
        kind = object_type(object_type_id)
        if kind is None:
            raise ValueError("a seeded object type is not known")
        found |= {definition_need(kind).name, property_need(kind).name}
        found |= {record_need(kind, access).name for access in Access}
        for sensitivity in (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE):
            needs = (sensitive_need(kind, sensitivity, access) for access in Access)
            found |= {need.name for need in needs if need is not None}
    return tuple(sorted(found))


def _addresses(form: Json) -> Iterator[tuple[str, str]]:
    waiting = [field for group in form["fieldGroups"] for field in group["fields"]]
    while waiting:
        field = waiting.pop()
        yield field["objectTypeId"], field["name"]
        waiting += [dependant["dependentField"] for dependant in field["dependentFields"]]
