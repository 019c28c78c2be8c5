"""Reading records: one, a page, or a hundred by id; sensitive values only by name and with
the scope."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import Access
from gateway.emulator import batches, bodies, responses
from gateway.emulator.calls import Call
from gateway.emulator.objects import access, associations, inputs
from gateway.emulator.objects.refusals import no_record, type_name
from gateway.emulator.objects.shape import Shown, as_json, shown
from gateway.emulator.objects.uniqueness import unique_property
from gateway.emulator.paging import bad_cursor, cursor, next_page
from gateway.emulator.properties import asked_object_type
from gateway.emulator.records import Record
from gateway.emulator.responses import Answer

_DEFAULT_LIMIT, _MAX_LIMIT = 10, 100


def list_objects(call: Call) -> Answer:
    """One page of records, oldest first."""
    kind = asked_object_type(call)
    asked = _asked(call, kind)
    types = associations.asked_types(call)
    archived = call.flag("archived")
    limit = call.number("limit", _DEFAULT_LIMIT, 1, _MAX_LIMIT)
    after = _last_id(call)
    settled(call)
    found = [
        record
        for record in call.portal.records.all(kind.id)
        if record.archived == archived and int(record.id) > after
    ]
    results = [
        as_json(kind, record, asked) | associations.as_json(call.portal, kind, record, types)
        for record in found[:limit]
    ]
    more = next_page(call, limit, found[limit - 1].id) if len(found) > limit else {}
    return responses.as_json({"results": results, **more})


def get_object(call: Call) -> Answer:
    """One record, by its id or by the unique property ``idProperty`` names."""
    kind = asked_object_type(call)
    asked = _asked(call, kind)
    types = associations.asked_types(call)
    found = find(call, kind, call.params["object_id"], call.text("idProperty"),
                 archived=call.flag("archived"))  # fmt: skip
    row = as_json(kind, found, asked) | associations.as_json(call.portal, kind, found, types)
    return responses.as_json(row)


def batch_read(call: Call) -> Answer:
    """Many records by id, or by a unique property; what is missing is told beside them."""
    kind = asked_object_type(call)
    body = bodies.read(call, inputs.batch_read())
    names, histories = body.get("properties", []), body.get("propertiesWithHistory", [])
    access.require(call, kind, (*names, *histories), Access.READ)
    asked = shown(call.portal, kind, names, histories)
    by = unique_property(call.portal, kind, body.get("idProperty"))
    archived = call.flag("archived")
    settled(call)
    ids = dict.fromkeys(one["id"] for one in body["inputs"])
    found = {one: call.portal.records.find(kind.id, one, by, archived=archived) for one in ids}
    results = {record.id: as_json(kind, record, asked) for record in found.values() if record}
    missing = [one for one, record in found.items() if record is None]
    return batches.answer(call, list(results.values()), not_got(kind, missing))


def find(
    call: Call, kind: ObjectType, value: str, by: str | None, *, archived: bool = False
) -> Record:
    """The record a path or an input names. Raises ``Refusal``: 404 where there is none, 400
    where ``by`` is no unique property."""
    unique_property(call.portal, kind, by)
    settled(call)
    found = call.portal.records.find(kind.id, value, by, archived=archived)
    if found is None:
        raise no_record(value)
    return found


def settled(call: Call) -> None:
    """Carry out the submissions that are due, so that a read sees them."""
    call.portal.records.settle(time.monotonic())


def not_got(kind: ObjectType, ids: Sequence[str]) -> list[dict[str, object]]:
    """The rows of a batch's answer for records that do not exist."""
    message = (
        f"Could not get some {type_name(kind)} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return [batches.fault("OBJECT_NOT_FOUND", message, ids=ids)] if ids else []


def _asked(call: Call, kind: ObjectType) -> Shown:
    """What to show. Stops with 403 when the token may not read it."""
    names, histories = call.texts("properties"), call.texts("propertiesWithHistory")
    access.require(call, kind, (*names, *histories), Access.READ)
    return shown(call.portal, kind, names, histories)


def _last_id(call: Call) -> int:
    """The id after which the page starts. Stops with 400 for a cursor not made here."""
    text = cursor(call)
    if text is None:
        return 0
    if not text.isdigit() or len(text) > 18:
        raise bad_cursor()
    return int(text)
