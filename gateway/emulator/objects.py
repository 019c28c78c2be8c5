"""Reading CRM records; sensitive values only by name and with the scope.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT, TICKET, ObjectType
from gateway.domain.scopes import Access, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.paging import page
from gateway.emulator.properties import asked_object_type
from gateway.emulator.records import Record, iso
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.tokens import in_v2_spelling

_DEFAULT_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    CONTACT: ("email", "firstname", "lastname"),
    COMPANY: ("domain", "name"),
    TICKET: ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category",
             "hs_ticket_priority", "subject"),
}  # fmt: skip
"""What a read shows when it names nothing."""
_MODIFIED = {CONTACT: "lastmodifieddate"}
_DEFAULT_LIMIT, _MAX_LIMIT = 10, 100


def list_objects(call: Call) -> Answer:
    """One page of records."""
    kind = asked_object_type(call)
    shown = _asked_properties(call, kind)
    archived = call.flag("archived")
    limit = call.number("limit", _DEFAULT_LIMIT, 1, _MAX_LIMIT)
    call.portal.records.settle(time.monotonic())
    found = [r for r in call.portal.records.all(kind.id) if r.archived == archived]
    rows, paging = page(call, found, limit)
    results = [_as_json(kind, record, shown) for record in rows]
    return responses.as_json({"results": results, **paging})


def get_object(call: Call) -> Answer:
    """One record, by its id or by the property ``idProperty`` names."""
    kind = asked_object_type(call)
    shown = _asked_properties(call, kind)
    call.portal.records.settle(time.monotonic())
    by = call.text("idProperty")
    found = call.portal.records.find(kind.id, call.params["object_id"], by)
    if found is None or found.archived != call.flag("archived"):
        raise Stop(responses.not_found())
    return responses.as_json(_as_json(kind, found, shown))


def _asked_properties(call: Call, kind: ObjectType) -> tuple[str, ...]:
    """The names to show. Stops with 403 when the token may not read the object, or one of
    the named properties: the whole call fails, not just the property."""
    held = call.token().scopes
    ordinary = _ordinary_read(kind)
    if not any(scope in held for scope in ordinary):
        raise Stop(responses.missing_scopes(ordinary))
    names = call.texts("properties")
    for name in names:
        sensitivity = call.portal.sensitivity(kind.id, name)
        if sensitivity in (None, Sensitivity.NON_SENSITIVE):
            continue
        need = sensitive_need(kind, sensitivity, Access.READ)
        if need is None:
            raise Stop(responses.missing_scopes([]))
        if not need.met_by(held):
            scopes = [ordinary[0], *in_v2_spelling(need.spellings)]
            raise Stop(responses.missing_scopes(scopes))
    known = tuple(n for n in names if call.portal.property(kind.id, n) is not None)
    return known if names else _DEFAULT_PROPERTIES.get(kind.id, ())


def _ordinary_read(kind: ObjectType) -> list[str]:
    granular = f"crm.objects.{kind.scope_stem}.read"
    return ["tickets", granular] if kind.id == TICKET else [granular]


def _as_json(kind: ObjectType, record: Record, shown: tuple[str, ...]) -> dict[str, Any]:
    created, updated = iso(record.created_ms), iso(record.updated_ms)
    own = {
        "createdate": created,
        "hs_object_id": record.id,
        _MODIFIED.get(kind.id, "hs_lastmodifieddate"): updated,
    }
    return {
        "id": record.id,
        "properties": {name: record.values.get(name) for name in shown} | own,
        "createdAt": created,
        "updatedAt": updated,
        "archived": record.archived,
    }
