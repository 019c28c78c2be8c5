"""What goes out about records: each function builds one request.

A value, and whatever a record is known by beside its id, stands in a body and never in an
address: addresses end in logs.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.records import Association, RecordRef, UniqueKey, Values
from gateway.hubspot.routes import Operation
from gateway.hubspot.wire import Request, build, json_body


def create_record(object_type: str, values: Values, joined: Sequence[Association]) -> Request:
    """A new record, with its associations."""
    return build(
        Operation.CREATE_RECORD, body=json_body(_new(values, joined)), object_type=object_type
    )


def get_record(
    object_type: str, record_id: str, names: Iterable[str], *, archived: bool = False
) -> Request:
    """One record, with the properties ``names``."""
    query = [("properties", name) for name in names]
    if archived:
        query.append(("archived", "true"))
    return build(Operation.GET_RECORD, query=query, object_type=object_type, record_id=record_id)


def update_record(object_type: str, record_id: str, values: Values) -> Request:
    """Change a record; an empty text clears."""
    body = json_body({"properties": _texts(values)})
    return build(Operation.UPDATE_RECORD, body=body, object_type=object_type, record_id=record_id)


def archive_record(object_type: str, record_id: str) -> Request:
    """Archive a record."""
    return build(Operation.ARCHIVE_RECORD, object_type=object_type, record_id=record_id)


def read_records(
    object_type: str,
    known_by: Iterable[str],
    names: Iterable[str],
    *,
    id_property: str | None = None,
    archived: bool = False,
) -> Request:
    """Up to a hundred records by id, or by the unique property ``id_property``."""
    body: dict[str, Any] = {
        "inputs": [{"id": one} for one in known_by],
        "properties": list(names),
        "propertiesWithHistory": [],
    }
    if id_property is not None:
        body["idProperty"] = id_property
    query = [("archived", "true")] if archived else []
    return build(Operation.READ_RECORDS, query=query, body=json_body(body), object_type=object_type)


def create_records(
    object_type: str, inputs: Mapping[str, tuple[Values, Sequence[Association]]]
) -> Request:
    """Up to a hundred new records. Each carries its key as trace id: only then does HubSpot do
    what it can and tell the rest apart."""
    body = {
        "inputs": [
            {**_new(values, joined), "objectWriteTraceId": trace}
            for trace, (values, joined) in inputs.items()
        ]
    }
    return build(Operation.CREATE_RECORDS, body=json_body(body), object_type=object_type)


def update_records(object_type: str, inputs: Mapping[str, tuple[RecordRef, Values]]) -> Request:
    """Change up to a hundred records, each under its key as trace id."""
    body = {
        "inputs": [
            {**_known_by(which), "properties": _texts(values), "objectWriteTraceId": trace}
            for trace, (which, values) in inputs.items()
        ]
    }
    return build(Operation.UPDATE_RECORDS, body=json_body(body), object_type=object_type)


def archive_records(object_type: str, ids: Iterable[str]) -> Request:
    """Archive up to a hundred records."""
    body = json_body({"inputs": [{"id": one} for one in ids]})
    return build(Operation.ARCHIVE_RECORDS, body=body, object_type=object_type)


def _known_by(which: RecordRef) -> dict[str, str]:
    if isinstance(which, UniqueKey):
        return {"id": which.value.reveal(), "idProperty": which.property_name}
    return {"id": which}


def _new(values: Values, joined: Sequence[Association]) -> dict[str, Any]:
    return {
        "properties": _texts(values),
        "associations": [
            {
                "to": {"id": one.to_id},
                "types": [
                    {"associationCategory": str(one.category), "associationTypeId": one.type_id}
                ],
            }
            for one in joined
        ],
    }


def _texts(values: Values) -> dict[str, str]:
    return {name: value.reveal() for name, value in values.items()}
