"""Drift on demand: one named change of a definition, as an editor in the portal might make it.

``POST /_emulator/drift {"kind", "form"?, "property"?, …}`` makes it; ``GET`` lists the kinds. A
form is named by its id or its name, a property as ``name`` or ``objectTypeId/name``.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.domain.objects import CONTACT
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.portal import Form, Portal, Property
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.fields import form_fields
from gateway.emulator.rules.values import field_of_property

Given = Mapping[str, Any]
"""The keys of the call: texts, but for ``options``."""
_ADDED = {"label": "Another answer", "value": "another_answer"}
_NOT_ON_FORMS = frozenset({"datetime"})
_HEALTH = ["HIPAA"]


@dataclasses.dataclass(frozen=True)
class Kind:
    """One change: what it does, what it must be told, what it may be told."""

    doc: str
    needs: str
    """``form`` or ``property``."""
    may: tuple[str, ...]
    make: Callable[[Portal, Given], Form | Property]


def list_drift(_: Call) -> Answer:
    """Every kind of change with what it does and what it takes."""
    rows = [
        {"kind": name, "doc": kind.doc, "needs": kind.needs, "may": list(kind.may)}
        for name, kind in KINDS.items()
    ]
    return responses.as_json({"drift": rows})


def make_drift(call: Call) -> Answer:
    """Make one change: ``{kind, form | property, …}``. The answer shows the definition."""
    given = call.json_object()
    named = given.get("kind")
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise Stop(responses.bad_request(f"kind is one of {', '.join(KINDS)}"))
    try:
        changed = drift(call.portal, str(named), {k: v for k, v in given.items() if k != "kind"})
    except KeyError:
        raise Stop(responses.not_found()) from None
    except ValueError as fault:
        raise Stop(responses.bad_request(str(fault))) from None
    return responses.as_json({"kind": named, kind.needs: changed})


def drift(portal: Portal, kind: str, given: Given) -> Form | Property:
    """Make one change and return the changed definition.

    Raises :class:`ValueError` for what the kind does not take, and :class:`KeyError` for a
    form or property that does not exist.
    """
    row = KINDS[kind]
    allowed = {row.needs, *row.may}
    if row.needs not in given or not set(given) <= allowed:
        raise ValueError(f"{kind} takes {row.needs}, and perhaps {', '.join(row.may) or 'nothing'}")
    if not all(isinstance(text, str) for key, text in given.items() if key != "options"):
        raise ValueError("each key but options is a text")
    with portal.lock:
        return row.make(portal, given)


def _recreate(portal: Portal, given: Given) -> Property:
    where = _address(portal, given["property"])
    before = portal.properties[where[0]][where[1]]
    plain = before.get("dataSensitivity") == Sensitivity.NON_SENSITIVE
    default = Sensitivity.SENSITIVE if plain else Sensitivity.NON_SENSITIVE
    wanted = Sensitivity(given.get("class", default))
    portal.archive_property(*where)
    # Taking the class away first gives even the same class a new createdAt.
    portal.amend_property(*where, {"dataSensitivity": None})
    again = {"dataSensitivity": str(wanted), "archived": False, "sensitiveDataCategories": None}
    return portal.amend_property(*where, again)


def _archive_property(portal: Portal, given: Given) -> Property:
    return portal.archive_property(*_address(portal, given["property"]))


def _change_type(portal: Portal, given: Given) -> Property:
    where = _address(portal, given["property"])
    before = portal.properties[where[0]][where[1]]
    text = before["type"] == "string" and before["fieldType"] == "text"
    pair = ("number", "number") if text else ("string", "text")
    return portal.amend_property(*where, {"type": pair[0], "fieldType": pair[1], "options": []})


def _change_categories(portal: Portal, given: Given) -> Property:
    where = _address(portal, given["property"])
    before = portal.properties[where[0]][where[1]]
    after = None if before.get("sensitiveDataCategories") else _HEALTH
    return portal.amend_property(*where, {"sensitiveDataCategories": after})


def _change_options(portal: Portal, given: Given) -> Property:
    where = _address(portal, given["property"])
    before = portal.properties[where[0]][where[1]]
    wanted = given.get("options", [*before["options"], _ADDED])
    if not isinstance(wanted, list) or not all(_is_option(row) for row in wanted):
        raise ValueError("options is a list of {label, value}")
    plain = [
        {"label": row["label"], "value": row["value"], "displayOrder": place}
        for place, row in enumerate(wanted)
    ]
    for form in list(portal.forms.values()):
        if "options" in form_fields(form).get(where, {}):
            changed = {"fieldGroups": copy.deepcopy(form["fieldGroups"])}
            form_fields(changed)[where]["options"] = plain
            portal.amend_form(form["id"], changed)
    return portal.amend_property(*where, {"options": [{**row, "hidden": False} for row in plain]})


def _add_field(portal: Portal, given: Given) -> Form:
    form = _form(portal, given["form"])
    taken = form_fields(form)
    where = _address(portal, given["property"]) if "property" in given else None
    where = where or next((w for w in _free(portal) if w not in taken), None)
    if where is None or where in taken:
        raise ValueError("the form has this field already")
    definition = portal.properties[where[0]][where[1]]
    groups = copy.deepcopy(form["fieldGroups"])
    groups.append(
        {
            "groupType": "default_group",
            "richTextType": "text",
            "fields": [_field(where[0], definition)],
        }
    )
    return portal.amend_form(form["id"], {"fieldGroups": groups})


def _remove_field(portal: Portal, given: Given) -> Form:
    form = _form(portal, given["form"])
    present = form_fields(form)
    named = given.get("property")
    last = [f for group in form["fieldGroups"] for f in group["fields"]][-1:]
    where = _address(portal, named) if named else None
    where = where or next(((f["objectTypeId"], f["name"]) for f in last), None)
    if where not in present:
        raise ValueError("the form has no such field")
    changed = {"fieldGroups": copy.deepcopy(form["fieldGroups"])}
    for group in changed["fieldGroups"]:
        group["fields"] = [f for f in group["fields"] if (f["objectTypeId"], f["name"]) != where]
    for field in form_fields(changed).values():
        field["dependentFields"] = [
            d
            for d in field["dependentFields"]
            if (d["dependentField"]["objectTypeId"], d["dependentField"]["name"]) != where
        ]
    return portal.amend_form(form["id"], changed)


def _archive_form(portal: Portal, given: Given) -> Form:
    return portal.amend_form(_form(portal, given["form"])["id"], {"archived": True})


def _recaptcha_on(portal: Portal, given: Given) -> Form:
    changes = {"configuration": {"recaptchaEnabled": True}}
    return portal.amend_form(_form(portal, given["form"])["id"], changes)


def _change_form_type(portal: Portal, given: Given) -> Form:
    changes = {"formType": given.get("type", "captured")}
    return portal.amend_form(_form(portal, given["form"])["id"], changes)


def _change_consent(portal: Portal, given: Given) -> Form:
    form = _form(portal, given["form"])
    legal = form["legalConsentOptions"]
    text = given.get("text") or f"{legal.get('privacyText', '')} (changed)".strip()
    if legal["type"] == "none":
        legal = {
            "type": "legitimate_interest",
            "lawfulBasis": "lead",
            "subscriptionTypeIds": sorted(portal.subscription_types())[:1],
        }
    return portal.amend_form(form["id"], {"legalConsentOptions": {**legal, "privacyText": text}})


KINDS: Mapping[str, Kind] = {
    "recreate_property": Kind(
        "Archive a property and create it again under its name, with another class.",
        "property", ("class",), _recreate,
    ),
    "archive_property": Kind("Archive a property.", "property", (), _archive_property),
    "change_type": Kind("Give a property another type.", "property", (), _change_type),
    "change_categories": Kind(
        "Call a property health data, or no longer.", "property", (), _change_categories
    ),
    "change_options": Kind(
        "Add an option to a property and its fields, or replace them all.",
        "property", ("options",), _change_options,
    ),
    "add_field": Kind("Add a field to a form.", "form", ("property",), _add_field),
    "remove_field": Kind(
        "Remove a field from a form, the last unless named.", "form", ("property",), _remove_field
    ),
    "archive_form": Kind("Archive a form.", "form", (), _archive_form),
    "recaptcha_on": Kind("Switch reCAPTCHA on.", "form", (), _recaptcha_on),
    "change_consent": Kind(
        "Change a form's consent text.", "form", ("text",), _change_consent
    ),
    "change_form_type": Kind(
        "Make a form one that was not made in HubSpot.", "form", ("type",), _change_form_type
    ),
}  # fmt: skip
"""kind → what it does."""


def _form(portal: Portal, named: str) -> Form:
    for form in portal.forms.values():
        if named in (form["id"], form["name"]):
            return form
    raise KeyError("form")


def _address(portal: Portal, named: str) -> tuple[str, str]:
    kind, _, name = named.rpartition("/")
    found = portal.object_type(kind or CONTACT)
    if found is None or portal.property(found.id, name) is None:
        raise KeyError("property")
    return found.id, name


def _free(portal: Portal) -> Iterator[tuple[str, str]]:
    """What a form could ask for, contacts' own properties first."""
    for kind in sorted(portal.properties, key=lambda kind: kind != CONTACT):
        for name, row in portal.properties[kind].items():
            fits = row["formField"] and field_of_property(row)["fieldType"] not in _NOT_ON_FORMS
            if fits and not row["archived"] and not row["calculated"]:
                yield kind, name


def _field(object_type_id: str, definition: Property) -> dict[str, Any]:
    fitting = field_of_property(definition)
    field: dict[str, Any] = {
        "objectTypeId": object_type_id,
        "name": definition["name"],
        "label": definition["label"],
        "required": False,
        "hidden": False,
        "fieldType": fitting["fieldType"],
        "dependentFields": [],
    }
    extra = _EXTRA.get(fitting["fieldType"])
    return {**field, **(extra(definition) if extra else {})}


def _choices(definition: Property) -> dict[str, Any]:
    keys = ("label", "value", "displayOrder")
    rows = [{key: row[key] for key in keys} for row in definition["options"]]
    return {"defaultValues": [], "options": rows}


_EXTRA: Mapping[str, Callable[[Property], dict[str, Any]]] = {
    "email": lambda _: {"validation": {"blockedEmailDomains": [], "useDefaultBlockList": False}},
    "phone": lambda _: {
        "useCountryCodeSelect": False,
        "validation": {"minAllowedDigits": 7, "maxAllowedDigits": 20},
    },
    "file": lambda _: {"allowMultipleFiles": False},
    "dropdown": _choices,
    "radio": _choices,
    "multiple_checkboxes": _choices,
}
"""form fieldType → the keys only it has."""


def _is_option(row: object) -> bool:
    return isinstance(row, Mapping) and all(
        isinstance(row.get(key), str) for key in ("label", "value")
    )
