"""The validation rules of properties: read per object type, property and kind of rule, set one
kind at a time.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations
"""

from __future__ import annotations

from typing import Any

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import definition_need, property_need
from gateway.domain.validations import RuleType
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.portal import RuleRows
from gateway.emulator.properties import asked_object_type
from gateway.emulator.responses import Answer, Stop


def list_rules(call: Call) -> Answer:
    """Every property of an object type that has rules."""
    kind = _readable(call)
    rows = call.portal.validations.get(kind.id, {})
    found = [
        {"propertyName": name, "propertyValidationRules": list(rules.values())}
        for name, rules in rows.items()
        if rules
    ]
    return responses.as_json({"results": found})


def list_property_rules(call: Call) -> Answer:
    """The rules of one property; none is an empty list."""
    return responses.as_json({"results": list(_rules(call, _readable(call)).values())})


def get_rule(call: Call) -> Answer:
    """One rule. 404 while the property has none of that kind."""
    found = _rules(call, _readable(call)).get(_asked_kind(call))
    if found is None:
        raise Stop(responses.not_found("The property has no validation rule of this type."))
    return responses.as_json(found)


def put_rule(call: Call) -> Answer:
    """Set the rule of one kind: ``{ruleArguments, shouldApplyNormalization?}``. What was there
    of that kind is replaced."""
    kind = asked_object_type(call)
    call.require(property_need(kind))
    rules, rule_type = _rules(call, kind), _asked_kind(call)
    rules[rule_type] = _rule(call.json_object(), rule_type)
    return Answer(204)


def amend_rules(call: Call) -> Answer:
    """From outside: all rules of a property, ``{rules: [{ruleType, ruleArguments, …}]}``, as
    odd as a test wants them."""
    kind = call.portal.object_type(call.params["object_type"])
    given = call.json_object().get("rules")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Stop(responses.bad_request("rules is a list of rules"))
    name = call.params["property_name"]
    if kind is None or call.portal.property(kind.id, name) is None:
        raise Stop(responses.not_found())
    call.portal.amend_rules(kind.id, name, given)
    return Answer(204)


def _readable(call: Call) -> ObjectType:
    kind = asked_object_type(call)
    call.require(definition_need(kind))
    return kind


def _rules(call: Call, kind: ObjectType) -> RuleRows:
    """The rules of the property the path names. Stops with 404 for no property."""
    name = call.params["property_name"]
    definition = call.portal.property(kind.id, name)
    if definition is None or definition["archived"]:
        raise Stop(responses.not_found("The property does not exist."))
    return call.portal.validations.setdefault(kind.id, {}).setdefault(name, {})


def _asked_kind(call: Call) -> str:
    asked = call.params["rule_type"]
    if asked not in set(RuleType):
        raise Stop(responses.bad_request(f"ruleType is one of {', '.join(RuleType)}"))
    return asked


def _rule(given: dict[str, Any], rule_type: str) -> dict[str, Any]:
    arguments = given.get("ruleArguments")
    if not isinstance(arguments, list) or not all(isinstance(one, str) for one in arguments):
        raise Stop(responses.bad_request("ruleArguments is a list of texts"))
    shaped = given.get("shouldApplyNormalization", False)
    if not isinstance(shaped, bool):
        raise Stop(responses.bad_request("shouldApplyNormalization is true or false"))
    return {"ruleType": rule_type, "ruleArguments": arguments, "shouldApplyNormalization": shaped}
