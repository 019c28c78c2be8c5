"""Merging two records into one, and deleting a contact for good.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts
"""

from __future__ import annotations

from gateway.domain.objects import CONTACT
from gateway.domain.scopes import Access
from gateway.emulator import bodies, responses
from gateway.emulator.calls import Call
from gateway.emulator.objects import access, inputs
from gateway.emulator.objects.reading import find, settled
from gateway.emulator.objects.refusals import no_record
from gateway.emulator.objects.shape import as_json, shown
from gateway.emulator.objects.uniqueness import unique_property
from gateway.emulator.objects.writing import origin
from gateway.emulator.properties import asked_object_type
from gateway.emulator.responses import Answer, Stop


def merge_objects(call: Call) -> Answer:
    """Merge one record into another, which keeps its id and its own values."""
    kind = asked_object_type(call)
    body = bodies.read(call, inputs.merge())
    access.require(call, kind, (), Access.WRITE)
    into = find(call, kind, body["primaryObjectId"], None)
    other = find(call, kind, body["objectIdToMerge"], None)
    if into is other:
        raise Stop(responses.bad_request("A record cannot be merged with itself"))
    call.portal.records.merge(kind.id, into, other, origin(call))
    return responses.as_json(as_json(kind, into, shown(call.portal, kind, ())))


def gdpr_delete(call: Call) -> Answer:
    """Delete a contact for good, live or archived, with its history and associations. An e-mail
    nobody has is 204 too; HubSpot keeps it on a block list, which is not emulated."""
    kind = asked_object_type(call)
    if kind.id != CONTACT:
        raise Stop(responses.no_route())
    body = bodies.read(call, inputs.gdpr_delete())
    access.require(call, kind, (), Access.WRITE)
    by = unique_property(call.portal, kind, body.get("idProperty"))
    settled(call)
    records, named = call.portal.records, body["objectId"]
    found = records.find(kind.id, named, by) or records.find(kind.id, named, by, archived=True)
    if found is not None:
        records.erase(kind.id, found, origin(call))
    elif by is None:
        raise no_record(named)
    return Answer(204)
