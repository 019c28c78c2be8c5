"""Creating, replacing, changing and archiving forms.

Source: https://developers.hubspot.com/docs/api-reference/latest/marketing/forms
"""

from __future__ import annotations

import collections
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.scopes import forms_need
from gateway.emulator import responses
from gateway.emulator.bodies import read
from gateway.emulator.calls import Call
from gateway.emulator.definitions.form_shapes import CHANGE, CONTENT_KEYS, CREATE, REPLACE
from gateway.emulator.portal import Form, Portal, now_ms
from gateway.emulator.records import iso
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.fields import every_field
from gateway.emulator.rules.messages import ASSUMED


def create_form(call: Call) -> Answer:
    """A new form, with an id of its own and the moment as its dates."""
    call.require(forms_need())
    given = read(call, CREATE)
    stamp = iso(now_ms())
    form: Form = {
        "id": str(uuid.uuid4()),
        "formType": given["formType"],
        "createdAt": stamp,
        **_content(given),
    }
    _check(call.portal, form, {})
    call.portal.forms[form["id"]] = _dated(form, stamp)
    return responses.as_json(form, 201)


def replace_form(call: Call) -> Answer:
    """A live form with another content; id, kind and first date stay."""
    call.require(forms_need())
    before = _found(call)
    given = read(call, REPLACE)
    if before["archived"]:
        raise Stop(responses.not_found())
    if given["id"] != before["id"]:
        raise Stop(responses.bad_request(f"The id is not that of the path {ASSUMED}"))
    return _kept(call, before, _content(given))


def change_form(call: Call) -> Answer:
    """Replace the parts of a form that the body names, each as a whole."""
    call.require(forms_need())
    return _kept(call, _found(call), read(call, CHANGE))


def archive_form(call: Call) -> Answer:
    """Archive a form: it takes no more submissions, and is erased after three months."""
    call.require(forms_need())
    form = _found(call)
    if form["archived"]:
        raise Stop(responses.not_found())
    if not form["configuration"]["archivable"]:
        raise Stop(responses.bad_request(f"The form cannot be archived {ASSUMED}"))
    call.portal.amend_form(form["id"], {"archived": True})
    return Answer(204)


def addresses(form: Form) -> Iterator[tuple[str, str]]:
    """(objectTypeId, name) of every field, dependent ones too, twice where one stands twice."""
    for field in every_field(form):
        yield field["objectTypeId"], field["name"]


def _kept(call: Call, before: Form, changes: Mapping[str, Any]) -> Answer:
    after: Form = {**before, **changes}
    _check(call.portal, after, before)
    call.portal.forms[after["id"]] = _dated(after, iso(now_ms()))
    return responses.as_json(after)


def _content(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in CONTENT_KEYS}


def _dated(form: Form, stamp: str) -> Form:
    form["updatedAt"] = stamp
    if form["archived"]:
        form.setdefault("archivedAt", stamp)
    else:
        form.pop("archivedAt", None)
    return form


def _found(call: Call) -> Form:
    form = call.portal.forms.get(call.params["form_id"])
    if form is None:
        raise Stop(responses.not_found())
    return form


def _check(portal: Portal, form: Form, before: Form) -> None:
    """Stop with 400 or 409 for a form that fits its shape but not the account. What stood
    on the form ``before`` is not asked again: its property may have been archived since."""
    if not form["name"].strip():
        raise Stop(responses.bad_request(f"The form needs a name {ASSUMED}"))
    others = (other for other in portal.forms.values() if other["id"] != form["id"])
    named_alike = any(o["name"] == form["name"] and not o["archived"] for o in others)
    if named_alike and not form["archived"]:
        told = f"A form of this name already exists {ASSUMED}"
        raise Stop(responses.error(409, told, "CONFLICT"))
    counted = collections.Counter(addresses(form))
    if any(count > 1 for count in counted.values()):
        raise Stop(responses.bad_request(f"A field stands twice on the form {ASSUMED}"))
    known = set(addresses(before)) if before else set()
    if not all(_usable(portal, *address) for address in counted.keys() - known):
        # HubSpot names neither the field nor the reason, as users report.
        raise Stop(responses.bad_request("internal error"))


def _usable(portal: Portal, object_type_id: str, name: str) -> bool:
    row = portal.property(object_type_id, name)
    return row is not None and not row["archived"] and row["formField"] is True
