"""Creating, changing and archiving properties.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties; the answers to
a taken name, an archived one, a property in use and a group with properties were captured by
third parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import Access, definition_need, property_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import batches, responses
from gateway.emulator.bodies import Flaw, read, refusal
from gateway.emulator.calls import Call
from gateway.emulator.definitions.property_rules import (
    MAX_UNIQUE,
    Problem,
    changed_problems,
    made,
    ordered,
    problem,
    problems,
)
from gateway.emulator.definitions.property_shapes import (
    BATCH_NAMES,
    BATCH_READ,
    FIXED_KEYS,
    WRITTEN,
)
from gateway.emulator.portal import Property, now_ms
from gateway.emulator.properties import asked_object_type, shown
from gateway.emulator.records import iso
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.fields import form_fields
from gateway.emulator.tokens import in_v2_spelling

_ERRORS = "PropertyValidationError"
_TAKEN = "Properties.PROPERTY_WITH_NAME_EXISTS"
_NO_PROPERTY = "The property does not exist."


def create_property(call: Call) -> Answer:
    """A new property, or an archived one of this name brought back with this definition."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    given = read(call, WRITTEN[call.edition].create)
    require_class(call, kind, given.get("dataSensitivity"))
    found = _definition(call, kind, given)
    if isinstance(found, _Refused):
        raise Stop(found.answer())
    return responses.as_json(shown(call, _kept(call, kind, found)), 201)


def update_property(call: Call) -> Answer:
    """Change a definition. Options are replaced as a whole; the class stays what it is."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    given = read(call, WRITTEN[call.edition].update)
    before = _live(call, kind)
    require_class(call, kind, before["dataSensitivity"])
    if call.portal.switches.fixed_keys_refused and set(FIXED_KEYS) & set(call.json_object()):
        raise Stop(_invalid([problem("FIXED_AT_CREATION")]))
    if before["modificationMetadata"]["readOnlyDefinition"]:
        raise Stop(_invalid([problem("READ_ONLY_DEFINITION")]))
    after = _changed(before, given)
    if found := list(changed_problems(after, call.portal.groups.get(kind.id, {}))):
        raise Stop(_invalid(found))
    after["updatedAt"] = iso(now_ms())
    call.portal.properties[kind.id][before["name"]] = after
    return responses.as_json(shown(call, after))


def archive_property(call: Call) -> Answer:
    """Archive a property; HubSpot deletes it for good after 90 days."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    found = _live(call, kind)
    require_class(call, kind, found["dataSensitivity"])
    if why := _kept_because(call, kind, found):
        raise Stop(_invalid([why]))
    call.portal.archive_property(kind.id, found["name"])
    return Answer(204)


def batch_read(call: Call) -> Answer:
    """Definitions of one class by name, non-sensitive unless asked; a name without one is a
    fault of its own."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    given = read(call, BATCH_READ)
    if "dataSensitivity" not in given and call.portal.switches.batch_read_names_class:
        raise Stop(refusal(BATCH_READ.name, [Flaw("dataSensitivity", "is missing", missing=True)]))
    names = dict.fromkeys(row["name"] for row in given["inputs"])
    asked = (given["archived"], given.get("dataSensitivity", Sensitivity.NON_SENSITIVE))
    rows = {name: call.portal.property(kind.id, name) for name in names}
    found = {
        name: row
        for name, row in rows.items()
        if row is not None and (row["archived"], row["dataSensitivity"]) == asked
    }
    missing = [name for name in names if name not in found]
    faults = [batches.fault("OBJECT_NOT_FOUND", _NO_PROPERTY, name=missing)] if missing else []
    return batches.answer(call, [shown(call, row) for row in found.values()], faults)


def batch_create(call: Call) -> Answer:
    """New properties, each on its own: what is wrong with one does not stop the others."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    inputs = read(call, WRITTEN[call.edition].batch_create)["inputs"]
    for given in inputs:
        require_class(call, kind, given.get("dataSensitivity"))
    results, faults = [], []
    for given in inputs:
        found = _definition(call, kind, given)
        if isinstance(found, _Refused):
            faults.append(found.fault(given["name"]))
        else:
            results.append(shown(call, _kept(call, kind, found)))
    return batches.answer(call, results, faults, created=True)


def batch_archive(call: Call) -> Answer:
    """Archive properties by name, all or none. A name without a property is passed over."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    names = dict.fromkeys(row["name"] for row in read(call, BATCH_NAMES)["inputs"])
    rows = [call.portal.property(kind.id, name) for name in names]
    live = [row for row in rows if row is not None and not row["archived"]]
    for row in live:
        require_class(call, kind, row["dataSensitivity"])
    if found := [why for row in live if (why := _kept_because(call, kind, row))]:
        raise Stop(_invalid(found))
    for row in live:
        call.portal.archive_property(kind.id, row["name"])
    return Answer(204)


def require_class(call: Call, kind: ObjectType, named: str | None) -> None:
    """Stop with 403 unless the token may write values of the class it wants to define."""
    sensitivity = Sensitivity.parse(named)
    if sensitivity in (None, Sensitivity.NON_SENSITIVE):
        return
    need = sensitive_need(kind, sensitivity, Access.WRITE)
    if need is None:
        raise Stop(responses.missing_scopes([]))
    if not need.met_by(call.token().scopes):
        raise Stop(responses.missing_scopes(in_v2_spelling(need.spellings)))


class _Refused:
    """Why a property is not created: its name is taken, or its definition is wrong."""

    def __init__(self, taken: str | None, found: Iterable[Problem] = ()) -> None:
        self._taken = taken
        self._found = list(found)

    def answer(self) -> Answer:
        """The answer to a single call."""
        if self._taken is not None:
            return responses.error(
                409, _taken_text(self._taken), "OBJECT_ALREADY_EXISTS", subCategory=_TAKEN
            )
        return _invalid(self._found)

    def fault(self, name: str) -> dict[str, Any]:
        """The fault of one input of a batch."""
        if self._taken is not None:
            return batches.fault("OBJECT_ALREADY_EXISTS", _taken_text(self._taken), name=[name])
        return batches.fault("VALIDATION_ERROR", self._found[0][1], name=[name])


def _taken_text(name: str) -> str:
    return f"A property named '{name}' already exists."


def _definition(call: Call, kind: ObjectType, given: Mapping[str, Any]) -> Property | _Refused:
    portal = call.portal
    old = portal.property(kind.id, given["name"])
    if old is not None and not old["archived"]:
        return _Refused(given["name"])
    schema = portal.schemas.get(kind.id)
    definition = made(given, iso(now_ms()))
    found = list(
        problems(
            definition,
            portal.groups.get(kind.id, {}),
            allows_sensitive=schema is None or schema["allowsSensitiveProperties"],
        )
    )
    others = portal.properties.get(kind.id, {}).values()
    unique = sum(row["hasUniqueValue"] for row in others if not row["archived"])
    if definition["hasUniqueValue"] and unique >= MAX_UNIQUE:
        found.append(problem("TOO_MANY_UNIQUE"))
    return _Refused(None, found) if found else definition


def _kept(call: Call, kind: ObjectType, definition: Property) -> Property:
    rows = call.portal.properties.setdefault(kind.id, {})
    rows.pop(definition["name"], None)
    rows[definition["name"]] = definition
    return definition


def _changed(before: Property, given: Mapping[str, Any]) -> Property:
    after: Property = {**before, **given}
    if "options" in given:
        after["options"] = ordered(given["options"])
    elif given.get("type", before["type"]) != before["type"]:
        after["options"] = made({"name": "", **given, "fieldType": ""}, "")["options"]
    return after


def _live(call: Call, kind: ObjectType) -> Property:
    found = call.portal.property(kind.id, call.params["property_name"])
    if found is None or found["archived"]:
        raise Stop(responses.not_found(_NO_PROPERTY))
    return found


def _kept_because(call: Call, kind: ObjectType, definition: Property) -> Problem | None:
    """Why a property cannot be archived, None when it can."""
    portal = call.portal
    if not definition["modificationMetadata"]["archivable"]:
        return problem("NOT_ARCHIVABLE")
    if not portal.switches.property_in_use_kept:
        return None
    name = definition["name"]
    schema = portal.schemas.get(kind.id)
    shows = schema is not None and name in (
        schema["primaryDisplayProperty"], *schema["requiredProperties"]
    )  # fmt: skip
    on_form = any(
        (kind.id, name) in form_fields(form)
        for form in portal.forms.values()
        if not form["archived"]
    )
    return problem("CANNOT_DELETE_PROPERTY_IN_USE") if shows or on_form else None


def _invalid(found: Iterable[Problem]) -> Answer:
    """400 that tells every problem; the first gives the sub-category."""
    rows = list(found)
    return responses.bad_request(
        rows[0][1],
        subCategory=f"{_ERRORS}.{rows[0][0]}",
        errors=[{"message": text, "code": code} for code, text in rows],
    )
