"""Property definitions: one class per list, no paging.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import Access, definition_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.definitions.property_shapes import NOT_SHOWN
from gateway.emulator.portal import Property
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.tokens import in_v2_spelling


def list_properties(call: Call) -> Answer:
    """Every property of one object type and one class, non-sensitive unless asked."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    asked = _asked_class(call) or Sensitivity.NON_SENSITIVE
    if call.portal.switches.sensitive_definitions_need_scope:
        _require_reading(call, kind, asked)
    archived = call.flag("archived")
    rows = call.portal.properties.get(kind.id, {}).values()
    found = [shown(call, r) for r in rows if r["archived"] == archived and _is_of(r, asked)]
    return responses.as_json({"results": found})


def get_property(call: Call) -> Answer:
    """One property. Without ``dataSensitivity`` any class is found, as HubSpot's own example
    has it; a switch gives the strict reading."""
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    asked = _asked_class(call)
    if asked is None and not call.portal.switches.get_property_any_class:
        asked = Sensitivity.NON_SENSITIVE
    found = call.portal.property(kind.id, call.params["property_name"])
    if found is None or found["archived"] != call.flag("archived"):
        raise Stop(responses.not_found("The property does not exist."))
    if asked is not None and not _is_of(found, asked):
        raise Stop(responses.not_found("The property does not exist."))
    return responses.as_json(shown(call, found))


def shown(call: Call, definition: Property) -> Property:
    """The definition as the edition of ``call`` shows it."""
    hidden = NOT_SHOWN.get(call.edition, ())
    return {key: value for key, value in definition.items() if key not in hidden}


def asked_object_type(call: Call) -> ObjectType:
    """The object type the path names. Stops with 400 for an unknown one."""
    kind = call.portal.object_type(call.params["object_type"])
    if kind is None:
        raise Stop(responses.bad_request("Unable to infer object type from the path"))
    return kind


def _asked_class(call: Call) -> Sensitivity | None:
    text = call.text("dataSensitivity")
    asked = Sensitivity.parse(text)
    if text is not None and asked is None:
        raise Stop(responses.bad_request(f"dataSensitivity is one of {', '.join(Sensitivity)}"))
    return asked


def _require_reading(call: Call, kind: ObjectType, asked: Sensitivity) -> None:
    """Stop with 403 unless the token may read values of the class."""
    if asked is Sensitivity.NON_SENSITIVE:
        return
    need = sensitive_need(kind, asked, Access.READ)
    if need is None or not need.met_by(call.token().scopes):
        spellings = need.spellings if need is not None else ()
        raise Stop(responses.missing_scopes(in_v2_spelling(spellings)))


def _is_of(definition: dict[str, object], asked: Sensitivity) -> bool:
    return definition.get("dataSensitivity") == asked
