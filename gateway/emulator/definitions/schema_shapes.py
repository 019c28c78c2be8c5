"""The bodies that define object types, as HubSpot's published specs have them.

Source: the OpenAPI file of the schemas API, v3.
"""

from __future__ import annotations

from gateway.emulator.batches import MAX_INPUTS
from gateway.emulator.bodies import Body, Choice, Flag, ListOf, Shape, Text, Whole
from gateway.emulator.definitions.property_shapes import (
    DATED_OPTION,
    NUMBER_HINTS,
    TEXT_HINTS,
    TYPES,
)

_LABELS = Body("ObjectTypeDefinitionLabels", {}, {"plural": Text(), "singular": Text()})
_PROPERTY = Body(
    "ObjectTypePropertyCreate",
    {"name": Text(), "label": Text(), "type": Choice(TYPES), "fieldType": Text()},
    {
        "description": Text(),
        "displayOrder": Whole(),
        "formField": Flag(),
        "groupName": Text(),
        "hasUniqueValue": Flag(),
        "hidden": Flag(),
        "numberDisplayHint": Choice(NUMBER_HINTS),
        "options": ListOf(DATED_OPTION),
        "referencedObjectType": Text(),
        "showCurrencySymbol": Flag(),
        "textDisplayHint": Choice(TEXT_HINTS),
    },
)
_NAMES = ListOf(Text())
_SHOWN: dict[str, Shape] = {
    "allowsSensitiveProperties": Flag(),
    "description": Text(),
    "primaryDisplayProperty": Text(),
    "searchableProperties": _NAMES,
    "secondaryDisplayProperties": _NAMES,
}
CREATE = Body(
    "ObjectSchemaEgg",
    {"name": Text(), "labels": _LABELS, "properties": ListOf(_PROPERTY),
     "requiredProperties": _NAMES, "associatedObjects": _NAMES},
    {**_SHOWN, "shouldCreateSameObjectAssociation": Flag()},
)  # fmt: skip
CHANGE = Body(
    "ObjectTypeDefinitionPatch",
    {},
    {**_SHOWN, "labels": _LABELS, "requiredProperties": _NAMES, "clearDescription": Flag()},
)
BATCH_READ = Body(
    "ObjectSchemaBatchReadRequest",
    {
        "includeAssociationDefinitions": Flag(),
        "includeAuditMetadata": Flag(),
        "includePropertyDefinitions": Flag(),
        "inputs": ListOf(Text(), MAX_INPUTS),
    },
)
ASSOCIATION = Body(
    "AssociationDefinitionEgg",
    {"fromObjectTypeId": Text(), "toObjectTypeId": Text()},
    {"name": Text()},
)
