"""The fields of a submission against the form and the properties behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.objects import object_type
from gateway.emulator.rules.conditions import shows
from gateway.emulator.rules.messages import Flaw
from gateway.emulator.rules.payload import SentField
from gateway.emulator.rules.values import field_of_property, value_error
from gateway.emulator.switches import Stray, Switches

Json = Mapping[str, Any]
Address = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Standing:
    """What becomes of one submitted field."""

    flaw: Flaw | None = None
    written: bool = False
    """Whether it reaches the record."""


def every_field(form: Json) -> Iterator[dict[str, Any]]:
    """Every field of the form, dependent ones included."""
    waiting = [field for group in form["fieldGroups"] for field in group["fields"]]
    while waiting:
        field = waiting.pop()
        yield field
        waiting += [d["dependentField"] for d in field["dependentFields"]]


def form_fields(form: Json) -> dict[Address, dict[str, Any]]:
    """Every field of the form by (objectTypeId, name), dependent ones included."""
    return {(field["objectTypeId"], field["name"]): field for field in every_field(form)}


def standing(
    sent: SentField,
    listed: Json | None,
    definition: Json | None,
    switches: Switches,
    *,
    open_door: bool,
) -> Standing:
    """What becomes of ``sent``: ``listed`` is its field on the form, ``definition`` its
    property. ``open_door`` is the rule of the public endpoint: nothing that is not listed."""
    path = f"fields.{sent.key}"
    if listed is None and open_door:
        return Standing(Flaw("FIELD_NOT_IN_FORM_DEFINITION", path))
    if definition is None or definition["archived"]:
        return _stray(switches.unknown_property, Flaw("FIELD_NOT_IN_FORM_DEFINITION", path))
    if not _forms_may_set(sent.object_type_id, definition, switches):
        return _stray(switches.incompatible_property, Flaw("FIELD_NOT_IN_FORM_DEFINITION", path))
    if not sent.value:
        return Standing(written=switches.empty_clears)
    error_type = value_error(sent.value, listed or field_of_property(definition))
    if error_type is None:
        return Standing(written=True)
    flaw = Flaw(error_type, path, sent.value)
    return Standing(flaw) if listed else _stray(switches.wrong_value, flaw)


def missing_fields(
    form: Json, values: Mapping[Address, str], *, hidden_too: bool
) -> Iterator[Flaw]:
    """A flaw for every required field without a value. A dependent field counts while its
    condition holds, or always when ``hidden_too``."""
    waiting = [
        field for group in reversed(form["fieldGroups"]) for field in reversed(group["fields"])
    ]
    while waiting:
        field = waiting.pop()
        address = (field["objectTypeId"], field["name"])
        value = values.get(address)
        if field["required"] and not value:
            yield Flaw("REQUIRED_FIELD", f"fields.{SentField(*address, '').key}")
        waiting += [
            dependant["dependentField"]
            for dependant in reversed(field["dependentFields"])
            if hidden_too or shows(dependant["dependentCondition"], value)
        ]


def _stray(what: Stray, flaw: Flaw) -> Standing:
    return Standing(flaw) if what is Stray.REJECT else Standing()


def _forms_may_set(object_type_id: str, definition: Json, switches: Switches) -> bool:
    kind = object_type(object_type_id)
    return (
        kind is not None
        and (kind.on_forms or switches.more_form_objects)
        and definition.get("formField") is True
        and not definition.get("calculated")
        and not definition["modificationMetadata"]["readOnlyValue"]
    )
