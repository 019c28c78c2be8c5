"""Many records at once: all or nothing, unless every input can be told apart.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects (batch)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import Access
from gateway.emulator import batches, bodies, responses
from gateway.emulator.calls import Call
from gateway.emulator.objects import access, inputs
from gateway.emulator.objects.reading import find, settled
from gateway.emulator.objects.refusals import Refusal
from gateway.emulator.objects.uniqueness import Claims, unique_property
from gateway.emulator.objects.writing import (
    Planned,
    archive,
    carry_out,
    plan_create,
    plan_update,
)
from gateway.emulator.properties import asked_object_type
from gateway.emulator.responses import Answer, Stop

Json = Mapping[str, Any]
Plan = Callable[[Json, Claims], Planned]


def batch_create(call: Call) -> Answer:
    """Create up to a hundred records."""
    kind, given = _begun(call, inputs.batch_create(call))

    def plan(one: Json, claims: Claims) -> Planned:
        return plan_create(call.portal, kind, one, claims)

    results, faults = _done(call, kind, given, plan)
    return batches.answer(call, [row for row, _ in results], faults, created=True)


def batch_update(call: Call) -> Answer:
    """Change up to a hundred records."""
    kind, given = _begun(call, inputs.batch_update(call))
    _each_once(given)

    def plan(one: Json, claims: Claims) -> Planned:
        found = find(call, kind, one["id"], one.get("idProperty"))
        return plan_update(call.portal, kind, found, one, claims)

    results, faults = _done(call, kind, given, plan)
    return batches.answer(call, [row for row, _ in results], faults)


def batch_upsert(call: Call) -> Answer:
    """Change up to a hundred records, or create those that do not exist: each is known by
    the unique property its input names."""
    kind, given = _begun(call, inputs.batch_update(call))
    _each_once(given)

    def plan(one: Json, claims: Claims) -> Planned:
        by = unique_property(call.portal, kind, one.get("idProperty"))
        if by in (None, "hs_object_id"):
            return plan_update(call.portal, kind, find(call, kind, one["id"], by), one, claims)
        found = call.portal.records.find(kind.id, one["id"], by)
        if found is not None:
            return plan_update(call.portal, kind, found, one, claims)
        known = {**one, "properties": {by: one["id"], **one["properties"]}}
        return plan_create(call.portal, kind, known, claims)

    results, faults = _done(call, kind, given, plan)
    return batches.answer(call, [{**row, "new": new} for row, new in results], faults)


def batch_archive(call: Call) -> Answer:
    """Archive up to a hundred records; ids of none are passed over."""
    kind = asked_object_type(call)
    body = bodies.read(call, inputs.batch_archive())
    access.require(call, kind, (), Access.WRITE)
    settled(call)
    for one in body["inputs"]:
        archive(call, kind, one["id"])
    return Answer(204)


def _begun(call: Call, shape: bodies.Body) -> tuple[ObjectType, Sequence[Json]]:
    """The object type and the inputs. Stops with 400 for a body of another shape, and with
    403 where the token may not write what one of the inputs names."""
    kind = asked_object_type(call)
    given: Sequence[Json] = bodies.read(call, shape)["inputs"]
    written = dict.fromkeys(name for one in given for name in one["properties"])
    known_by = dict.fromkeys(one["idProperty"] for one in given if "idProperty" in one)
    access.require(call, kind, (*written, *known_by), Access.WRITE)
    settled(call)
    return kind, given


def _done(
    call: Call, kind: ObjectType, given: Sequence[Json], plan: Plan
) -> tuple[Sequence[tuple[dict[str, Any], bool]], Sequence[dict[str, Any]]]:
    """(record, whether it is new) for what was written, and a row for what was refused. Stops
    with 400 or 409 at the first refusal when the inputs cannot be told apart."""
    partial, claims = _can_be_told_apart(given), Claims()
    planned, faults = [], []
    for one in given:
        try:
            planned.append(plan(one, claims))
        except Refusal as refusal:
            if not partial:
                raise Stop(refusal.of_batch()) from None
            faults.append(refusal.as_row(one["objectWriteTraceId"]))
    rows = [(carry_out(call, kind, one), one.record is None) for one in planned]
    return rows, faults


def _can_be_told_apart(given: Sequence[Json]) -> bool:
    traces = [one.get("objectWriteTraceId") for one in given]
    return all(traces) and len(set(traces)) == len(traces)


def _each_once(given: Sequence[Json]) -> None:
    """Stop with 400 where two inputs name the same record."""
    named = [(one.get("idProperty"), one["id"].casefold()) for one in given]
    if len(set(named)) < len(named):
        raise Stop(responses.bad_request("Duplicate IDs found in batch input"))
