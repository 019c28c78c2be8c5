"""What comes back about definitions of properties and groups: values, or a named error.

A refusal keeps HubSpot's category and known sub-categories, never its message: that may repeat
what was sent.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties; the sub-categories
were captured by third parties.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.objects import object_type
from gateway.domain.properties import ModificationMetadata
from gateway.domain.property_definitions import DefinedProperty, PropertyGroup, SchemaRow
from gateway.domain.property_faults import DefinitionRejected, PropertyFault
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.replies import converted, decoded
from gateway.hubspot.wire import Response

DONE = frozenset({200, 201, 204})
BATCH_DONE = frozenset({200, 201, 207})
"""207 tells faults beside results; from 2026-09 a 200 may, too."""

SUB_CATEGORIES: Mapping[str, PropertyFault] = {
    "PROPERTY_WITH_NAME_EXISTS": PropertyFault.NAME_TAKEN,
    "CANNOT_DELETE_PROPERTY_IN_USE": PropertyFault.IN_USE,
    "GROUP_WITH_ACTIVE_PROPERTIES": PropertyFault.GROUP_IN_USE,
    "GROUP_WITH_NAME_EXISTS": PropertyFault.GROUP_TAKEN,
}
"""The last word of a sub-category → what it means; any other is dropped."""
CATEGORIES: Mapping[str, PropertyFault] = {
    "OBJECT_ALREADY_EXISTS": PropertyFault.NAME_TAKEN,
    "CONFLICT": PropertyFault.NAME_TAKEN,
    "OBJECT_NOT_FOUND": PropertyFault.NO_SUCH_PROPERTY,
}
"""A category → what it means where no sub-category says more."""
_REFUSALS = frozenset({400, 409})


@dataclasses.dataclass(frozen=True)
class BatchReply:
    """What a batch brought: the definitions, and what is wrong by the name HubSpot told."""

    definitions: tuple[DefinedProperty, ...]
    faults: Mapping[str, PropertyFault]


class _Named(msgspec.Struct, frozen=True):
    name: str


class _Told(msgspec.Struct, frozen=True, rename="camel"):
    category: Any = None
    sub_category: Any = None


class _Fault(msgspec.Struct, frozen=True, rename="camel"):
    category: Any = None
    sub_category: Any = None
    context: Any = None


class _Batch(msgspec.Struct, frozen=True):
    results: list[Any] = []
    errors: list[Any] = []


class _Results(msgspec.Struct, frozen=True):
    results: list[Any]


class _Labels(msgspec.Struct, frozen=True):
    plural: str = ""
    singular: str = ""


class _Schema(msgspec.Struct, frozen=True, rename="camel"):
    object_type_id: str
    name: str = ""
    fully_qualified_name: str = ""
    labels: _Labels = _Labels()
    primary_display_property: str | None = None
    secondary_display_properties: tuple[str, ...] = ()
    allows_sensitive_properties: bool | None = None
    # A table of HubSpot's documentation spells it without the s.
    allow_sensitive_properties: bool | None = None


def listed(response: Response, asked: Sensitivity) -> tuple[DefinedProperty, ...]:
    """The properties of the class that was ``asked`` for; one that names another class, or
    none, is given the class None: a disagreement is unknown. One without a name is passed over."""
    read = (_definition(one) for one in _rows(response))
    return tuple(
        one if one.sensitivity is asked else msgspec.structs.replace(one, data_sensitivity=None)
        for one in read
        if one is not None
    )


def one(response: Response) -> DefinedProperty:
    """One property. Raises :class:`NotFound` when there is none, and
    :class:`DefinitionRejected` when HubSpot does not do what was asked."""
    read = _definition(_told(response))
    if read is None:
        raise unreadable(response)
    return read


def done(response: Response) -> None:
    """A yes without a body. Raises as :func:`one` does."""
    if response.status not in DONE:
        raise _refusal(response)


def batch(response: Response) -> BatchReply:
    """The definitions a batch brought, and the faults it told of others."""
    if response.status not in BATCH_DONE:
        raise _refusal(response)
    read = converted(decoded(response), _Batch)
    if read is None:
        raise unreadable(response)
    found = tuple(one for row in read.results if (one := _definition(row)) is not None)
    return BatchReply(found, _faults(read.errors))


def groups(response: Response) -> tuple[PropertyGroup, ...]:
    """Every group, as HubSpot orders them; archived ones and odd ones are passed over."""
    read = (converted(one, PropertyGroup) for one in _rows(response))
    found = [one for one in read if one is not None and not one.archived]
    return tuple(sorted(found, key=lambda one: (one.display_order < 0, one.display_order)))


def group(response: Response) -> PropertyGroup:
    """One group."""
    read = converted(_told(response), PropertyGroup)
    if read is None:
        raise unreadable(response)
    return read


def schemas(response: Response) -> tuple[SchemaRow, ...]:
    """The account's own object types; one whose id cannot be used is passed over."""
    found = []
    for row in _rows(response):
        read = converted(row, _Schema)
        kind = object_type(read.object_type_id) if read is not None else None
        if read is not None and kind is not None:
            label = read.labels.plural or read.labels.singular or read.name or kind.id
            names = (read.name, read.fully_qualified_name)
            found.append(
                SchemaRow(
                    kind,
                    label,
                    _allows_sensitive(read),
                    read.labels.singular,
                    names,
                    (read.primary_display_property or "", *read.secondary_display_properties),
                )
            )
    return tuple(found)


def _allows_sensitive(schema: _Schema) -> bool:
    told = (schema.allows_sensitive_properties, schema.allow_sensitive_properties)
    return next((one for one in told if one is not None), True)


def _rows(response: Response) -> list[Any]:
    read = converted(_told(response), _Results)
    if read is None:
        raise unreadable(response)
    return read.results


def _told(response: Response) -> Any:
    if response.status not in DONE:
        raise _refusal(response)
    told = decoded(response)
    if told is None:
        raise unreadable(response)
    return told


def _definition(row: Any) -> DefinedProperty | None:
    read = converted(row, DefinedProperty)
    if read is not None:
        return read if read.name else None
    named = converted(row, _Named)
    if named is None or not named.name:
        return None
    # It must not look as if HubSpot had none of that name; nothing else is claimed of it.
    unreadable_one = ModificationMetadata(archivable=False, read_only_definition=True)
    return DefinedProperty(name=named.name, modification_metadata=unreadable_one)


def _refusal(response: Response) -> HubSpotError:
    told = converted(decoded(response), _Told) or _Told()
    fault = _fault(told.category, told.sub_category)
    usual = failure(response)
    if response.status not in _REFUSALS:
        return usual
    return DefinitionRejected(fault, status=response.status, correlation_id=usual.correlation_id)


def _faults(errors: list[Any]) -> dict[str, PropertyFault]:
    faults: dict[str, PropertyFault] = {}
    for row in errors:
        read = converted(row, _Fault)
        context = read.context if read is not None else None
        names = context.get("name") if isinstance(context, dict) else None
        if read is None or not isinstance(names, list):
            continue
        fault = _fault(read.category, read.sub_category)
        faults |= {name: fault for name in names if isinstance(name, str)}
    return faults


def _fault(category: Any, sub_category: Any) -> PropertyFault:
    word = sub_category.rpartition(".")[2] if isinstance(sub_category, str) else ""
    if word in SUB_CATEGORIES:
        return SUB_CATEGORIES[word]
    known = category if isinstance(category, str) else ""
    return CATEGORIES.get(known, PropertyFault.HUBSPOT_REFUSED)
