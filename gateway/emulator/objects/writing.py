"""Writing records: everything is checked first, then written; a refused call changes nothing.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.objects import APPOINTMENT, COMPANY, DEAL, PROJECT, TICKET, ObjectType
from gateway.domain.scopes import Access
from gateway.emulator import bodies, responses
from gateway.emulator.calls import Call
from gateway.emulator.changes import ChangeSource
from gateway.emulator.objects import access, associations, inputs, values
from gateway.emulator.objects.associations import Wanted
from gateway.emulator.objects.reading import find, settled
from gateway.emulator.objects.refusals import missing_values, no_record, wrong_values
from gateway.emulator.objects.shape import Shown, as_json, default_names
from gateway.emulator.objects.uniqueness import Claims
from gateway.emulator.portal import Portal
from gateway.emulator.properties import asked_object_type
from gateway.emulator.records import Origin, Record
from gateway.emulator.responses import Answer

_REQUIRED: Mapping[str, Sequence[Sequence[str]]] = {
    COMPANY: (("domain", "name"),),
    DEAL: (("dealname",), ("dealstage",)),
    TICKET: (("subject",), ("hs_pipeline",), ("hs_pipeline_stage",)),
    APPOINTMENT: (("hs_appointment_name",),),
    PROJECT: (("hs_name",), ("hs_pipeline",), ("hs_pipeline_stage",)),
}
"""What a new record must have: of each group one. A contact may be empty; a custom object's
schema says what it demands."""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A write that has passed every check."""

    record: Record | None
    """What is changed; None for a new record."""
    values: Mapping[str, str] = dataclasses.field(repr=False)
    links: Sequence[Wanted] = ()
    trace_id: str | None = None


def create_object(call: Call) -> Answer:
    """Create one record, with its associations."""
    kind = asked_object_type(call)
    body = bodies.read(call, inputs.create(call))
    access.require(call, kind, body["properties"], Access.WRITE)
    settled(call)
    planned = plan_create(call.portal, kind, body, Claims())
    return responses.as_json(carry_out(call, kind, planned), 201)


def update_object(call: Call) -> Answer:
    """Change one record; an empty text clears a value."""
    kind = asked_object_type(call)
    body = bodies.read(call, inputs.update(call))
    access.require(call, kind, body["properties"], Access.WRITE)
    found = find(call, kind, call.params["object_id"], call.text("idProperty"))
    planned = plan_update(call.portal, kind, found, body, Claims())
    return responses.as_json(carry_out(call, kind, planned))


def archive_object(call: Call) -> Answer:
    """Archive one record; it may be archived already."""
    kind = asked_object_type(call)
    access.require(call, kind, (), Access.WRITE)
    settled(call)
    record_id = call.params["object_id"]
    was_archived = call.portal.records.find(kind.id, record_id, archived=True) is not None
    if not archive(call, kind, record_id) and not was_archived:
        raise no_record(record_id)
    return Answer(204)


def archive(call: Call, kind: ObjectType, record_id: str) -> bool:
    """Archive the live record of this id; False when there is none."""
    found = call.portal.records.find(kind.id, record_id)
    if found is not None:
        call.portal.records.archive(kind.id, found, origin(call))
    return found is not None


def plan_create(
    portal: Portal, kind: ObjectType, body: Mapping[str, Any], claims: Claims
) -> Planned:
    """What creating a record comes to. Raises ``Refusal``."""
    given = _checked(portal, kind, None, body["properties"])
    missing = [
        " or ".join(group)
        for group in _demanded(portal, kind)
        if not any(given.get(name) for name in group)
    ]
    if missing:
        raise missing_values(kind, missing)
    links = associations.wanted(portal, kind, body.get("associations", ()))
    claims.take(portal, kind, None, given)
    return Planned(None, given, links, body.get("objectWriteTraceId"))


def plan_update(
    portal: Portal, kind: ObjectType, record: Record, body: Mapping[str, Any], claims: Claims
) -> Planned:
    """What changing a record comes to. Raises ``Refusal``."""
    given = _checked(portal, kind, record, body["properties"])
    claims.take(portal, kind, record, given)
    return Planned(record, given, (), body.get("objectWriteTraceId"))


def carry_out(call: Call, kind: ObjectType, planned: Planned) -> dict[str, Any]:
    """Write what was planned; the record as the answer shows it: what was written, less the
    sensitive values the token may not read."""
    records, by = call.portal.records, origin(call)
    record = planned.record
    if record is None:
        record = records.create(kind.id, planned.values, by)
    else:
        records.update(kind.id, record, planned.values, by)
    associations.join(call.portal, kind, record, planned.links, by)
    written = [*default_names(kind), *access.readable(call, kind, planned.values)]
    names = tuple(dict.fromkeys(name for name in written if name in record.values))
    row = as_json(kind, record, Shown(names))
    return row | ({"objectWriteTraceId": planned.trace_id} if planned.trace_id else {})


def origin(call: Call) -> Origin:
    """A write by the API, now."""
    return Origin(ChangeSource.API, call.at_ms)


def _checked(
    portal: Portal, kind: ObjectType, record: Record | None, given: Mapping[str, str]
) -> dict[str, str]:
    definitions = portal.properties.get(kind.id, {})
    checked = portal.switches.records_check_validations
    rules = portal.validations.get(kind.id, {}) if checked else {}
    if flaws := values.flaws(portal.id, definitions, given, rules):
        raise wrong_values(flaws)
    before = record.values if record else {}
    return {
        name: values.kept(definitions[name], value, before.get(name, ""))
        for name, value in given.items()
    }


def _demanded(portal: Portal, kind: ObjectType) -> Sequence[Sequence[str]]:
    schema = portal.schemas.get(kind.id)
    if schema is not None:
        return [(name,) for name in schema.get("requiredProperties", ())]
    return _REQUIRED.get(kind.id, ())
