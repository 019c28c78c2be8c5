"""Which definitions of a property HubSpot takes, and what it makes of one.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/properties (types and
pairs, ten unique properties per object), and bodies that third parties captured. What nobody
has published ends in :data:`ASSUMED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.portal import Group, Property
from gateway.emulator.rules.messages import ASSUMED

PAIRS: Mapping[str, tuple[str, ...]] = {
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("booleancheckbox", "checkbox", "radio", "select", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "string": ("file", "text", "textarea", "calculation_equation", "html", "phonenumber"),
    "number": ("number", "calculation_equation"),
    "phone_number": ("phonenumber",),
}
"""type → the fieldTypes it goes with. That of ``phone_number`` is a guess."""
MAX_UNIQUE = 10
"""How many properties of one object may have ``hasUniqueValue``."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z", re.ASCII)
_RESERVED = "hs_"
_CALCULATED = "calculation_equation"
_TRUTH = ({"label": "Yes", "value": "true"}, {"label": "No", "value": "false"})
_NO_FORM_FIELD = frozenset({"html", _CALCULATED})

Problem = tuple[str, str]
"""A code and a sentence."""

SENTENCES: Mapping[str, str] = {
    "INVALID_NAME": "The name begins with a letter and has lower-case letters, digits and "
    "underscores only, at most 100 of them, and does not begin with hs_",
    "EMPTY_LABEL": "The label is empty",
    "INVALID_TYPE_PAIR": "The fieldType does not go with the type",
    "GROUP_DOES_NOT_EXIST": "The property group does not exist",
    "OPTIONS_MISSING": "An enumeration needs options",
    "OPTIONS_NOT_ALLOWED": "Only an enumeration and a bool have options",
    "OPTIONS_NOT_BOOLEAN": "The options of a bool are true and false",
    "DUPLICATE_OPTION_VALUE": "Two options have one value",
    "DUPLICATE_OPTION_LABEL": "Two options have one label",
    "EMPTY_OPTION": "An option needs a label and a value",
    "FORMULA_MISSING": "A calculation needs a calculationFormula",
    "REFERENCE_MISSING": "External options need a referencedObjectType",
    "TOO_MANY_UNIQUE": "An object has at most 10 unique properties",
    "SENSITIVE_NOT_ALLOWED": "The object type does not allow sensitive properties",
    "FIXED_AT_CREATION": "This is fixed when a property is created",
    "READ_ONLY_DEFINITION": "The definition is HubSpot's own and cannot be changed",
    "NOT_ARCHIVABLE": "The property is HubSpot's own and cannot be archived",
    "CANNOT_DELETE_PROPERTY_IN_USE": "The property is in use",
}
"""code → what is wrong, in our words: HubSpot's own are known for none of them."""


def problem(code: str) -> Problem:
    """The code with its sentence."""
    return code, f"{SENTENCES[code]} {ASSUMED}"


def problems(
    definition: Property, groups: Mapping[str, Group], *, allows_sensitive: bool
) -> Iterator[Problem]:
    """What is wrong with a whole definition among ``groups`` of its object type."""
    if not NAME.match(definition["name"]) or definition["name"].startswith(_RESERVED):
        yield problem("INVALID_NAME")
    yield from changed_problems(definition, groups)
    if definition["externalOptions"] and not definition.get("referencedObjectType"):
        yield problem("REFERENCE_MISSING")
    if definition["dataSensitivity"] != Sensitivity.NON_SENSITIVE and not allows_sensitive:
        yield problem("SENSITIVE_NOT_ALLOWED")


def changed_problems(definition: Property, groups: Mapping[str, Group]) -> Iterator[Problem]:
    """What is wrong with the parts of a definition that a change can reach."""
    if not definition["label"].strip():
        yield problem("EMPTY_LABEL")
    if definition["fieldType"] not in PAIRS.get(definition["type"], ()):
        yield problem("INVALID_TYPE_PAIR")
    if definition["groupName"] not in groups:
        yield problem("GROUP_DOES_NOT_EXIST")
    if definition["fieldType"] == _CALCULATED and not definition.get("calculationFormula"):
        yield problem("FORMULA_MISSING")
    yield from _option_problems(definition)


def _option_problems(definition: Property) -> Iterator[Problem]:
    options = definition["options"]
    kind = definition["type"]
    values = [option["value"] for option in options]
    labels = [option["label"] for option in options]
    free = definition["externalOptions"] or definition["fieldType"] == _CALCULATED
    if kind == "enumeration" and not options and not free:
        yield problem("OPTIONS_MISSING")
    if kind == "bool" and sorted(values) != ["false", "true"]:
        yield problem("OPTIONS_NOT_BOOLEAN")
    if options and kind not in ("bool", "enumeration"):
        yield problem("OPTIONS_NOT_ALLOWED")
    if not all(text.strip() for text in (*values, *labels)):
        yield problem("EMPTY_OPTION")
    if len(set(values)) < len(values):
        yield problem("DUPLICATE_OPTION_VALUE")
    if len(set(labels)) < len(labels):
        yield problem("DUPLICATE_OPTION_LABEL")


def made(given: Mapping[str, Any], stamp: str) -> Property:
    """The definition that ``given`` makes at ``stamp``, checked or not."""
    calculated = given["fieldType"] == _CALCULATED
    no_field = given["fieldType"] in _NO_FORM_FIELD or given["type"] == "datetime"
    definition: Property = {
        "description": "",
        "displayOrder": -1,
        "externalOptions": False,
        "hasUniqueValue": False,
        "hidden": False,
        "formField": not no_field,
        "dataSensitivity": str(Sensitivity.NON_SENSITIVE),
        **given,
        "options": ordered(given.get("options", _TRUTH if given["type"] == "bool" else ())),
        "calculated": calculated,
        "hubspotDefined": False,
        "archived": False,
        "createdAt": stamp,
        "updatedAt": stamp,
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": False,
            "readOnlyOptions": False,
            "readOnlyValue": calculated,
        },
    }
    return definition


def ordered(options: Any) -> list[dict[str, Any]]:
    """Options as they are served: each with its place and whether it is hidden."""
    return [{"displayOrder": i, "hidden": False, **option} for i, option in enumerate(options)]
