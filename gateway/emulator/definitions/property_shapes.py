"""The bodies that define properties and groups, as HubSpot's published specs have them.

Source: the OpenAPI files of the properties API, v3 and 2026-09.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.batches import MAX_INPUTS
from gateway.emulator.bodies import Body, Choice, Flag, ListOf, Shape, Text, Whole

TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = (
    "booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number",
    "phonenumber", "radio", "select", "text", "textarea",
)  # fmt: skip
NUMBER_HINTS = ("currency", "duration", "formatted", "percentage", "probability", "unformatted")
TEXT_HINTS = (
    "domain_name", "email", "ip_address", "multi_line", "phone_number", "physical_address",
    "postal_code", "unformatted_single_line",
)  # fmt: skip

_OPTION: dict[str, Shape] = {"hidden": Flag(), "label": Text(), "value": Text()}
OPTION = Body("OptionInput", _OPTION, {"description": Text(), "displayOrder": Whole()})
DATED_OPTION = Body("OptionInput", {**_OPTION, "displayOrder": Whole()}, {"description": Text()})
"""An option as the dated editions want it: its place must be told."""

_CLASS: Shape = Choice(tuple(Sensitivity))
_CHANGEABLE: dict[str, Shape] = {
    "description": Text(),
    "displayOrder": Whole(),
    "hidden": Flag(),
    "formField": Flag(),
    "calculationFormula": Text(),
}
_HINTS: dict[str, Shape] = {
    "currencyPropertyName": Text(),
    "numberDisplayHint": Choice(NUMBER_HINTS),
    "showCurrencySymbol": Flag(),
    "textDisplayHint": Choice(TEXT_HINTS),
}
_FIRST: dict[str, Shape] = {
    "groupName": Text(),
    "label": Text(),
    "type": Choice(TYPES),
    "fieldType": Choice(FIELD_TYPES),
}
_FIXED: dict[str, Shape] = {
    "dataSensitivity": _CLASS,
    "hasUniqueValue": Flag(),
    "externalOptions": Flag(),
    "referencedObjectType": Text(),
}
FIXED_KEYS = ("name", *_FIXED)
"""What is told once, when a property is created."""


@dataclasses.dataclass(frozen=True)
class Written:
    """What one edition takes."""

    create: Body
    update: Body
    batch_create: Body


def _written(option: Body, hints: Mapping[str, Shape]) -> Written:
    shared = {**_CHANGEABLE, "options": ListOf(option), **hints}
    create = Body("PropertyCreate", {"name": Text(), **_FIRST}, {**_FIXED, **shared})
    update = Body("PropertyUpdate", {}, {**_FIRST, **shared})
    batch = Body("BatchInputPropertyCreate", {"inputs": ListOf(create, MAX_INPUTS)})
    return Written(create, update, batch)


_DATED = _written(DATED_OPTION, _HINTS)
WRITTEN: Mapping[str, Written] = {
    "v3": _written(OPTION, _HINTS),
    "2025-09": _DATED,
    "2026-03": _DATED,
    "2026-09": _written(DATED_OPTION, {}),
}
"""edition → its bodies."""
NOT_SHOWN: Mapping[str, frozenset[str]] = {
    "2026-09": frozenset({"currencyPropertyName", "numberDisplayHint", "textDisplayHint"})
}
"""edition → the keys of a property it no longer shows."""

_NAMES = ListOf(Body("PropertyName", {"name": Text()}), MAX_INPUTS)
BATCH_NAMES = Body("BatchInputPropertyName", {"inputs": _NAMES})
BATCH_READ = Body(
    "BatchReadInputPropertyName",
    {"archived": Flag(), "inputs": _NAMES},
    {"dataSensitivity": _CLASS},
)
"""The published specs require the class, too; HubSpot's own clients cannot say it (the switch
``batch_read_names_class``)."""

GROUP_CREATE = Body(
    "PropertyGroupCreate", {"label": Text(), "name": Text()}, {"displayOrder": Whole()}
)
GROUP_UPDATE = Body("PropertyGroupUpdate", {}, {"label": Text(), "displayOrder": Whole()})
