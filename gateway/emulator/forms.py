"""Form definitions.

Source: https://developers.hubspot.com/docs/api-reference/latest/marketing/forms
"""

from __future__ import annotations

from gateway.domain.scopes import forms_need
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.paging import page
from gateway.emulator.responses import Answer, Stop

_FORM_TYPES = frozenset({"hubspot", "captured", "flow", "blog_comment", "all"})
_EVERY = "all"
_DEFAULT_LIMIT, _MAX_LIMIT = 20, 500


def list_forms(call: Call) -> Answer:
    """One page of definitions; those made in HubSpot only, unless ``formTypes`` says more."""
    call.require(forms_need())
    wanted = set(call.texts("formTypes")) or {"hubspot"}
    if not wanted <= _FORM_TYPES:
        raise Stop(responses.bad_request("formTypes names a type that does not exist"))
    archived = call.flag("archived")
    limit = call.number("limit", _DEFAULT_LIMIT, 1, _MAX_LIMIT)
    found = [
        form
        for form in call.portal.forms.values()
        if form["archived"] == archived and (_EVERY in wanted or form["formType"] in wanted)
    ]
    results, paging = page(call, found, limit)
    return responses.as_json({"results": list(results), **paging})


def get_form(call: Call) -> Answer:
    """One definition. An archived one shows only to ``archived=true``."""
    call.require(forms_need())
    form = call.portal.forms.get(call.params["form_id"])
    if form is None or form["archived"] != call.flag("archived"):
        raise Stop(responses.not_found())
    return responses.as_json(form)
