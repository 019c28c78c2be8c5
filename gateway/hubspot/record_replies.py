"""What comes back about records: each function turns one response into values, or raises the one
named error.

Of a property whose value may not be shown only its presence leaves this file. HubSpot's messages
repeat values: known codes, our own names and ids are taken from them, and nothing else.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gateway.domain.answers import Secret
from gateway.domain.errors import Reason
from gateway.domain.record_errors import RecordFault, RecordRejected, reason
from gateway.domain.records import Presence
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.replies import converted, decoded
from gateway.hubspot.wire import Response

DONE = frozenset({200, 201, 204, 207})
"""The statuses of a call about records that did all, or some, of what was asked."""

INNER_CODES: Mapping[str, RecordFault] = {
    "PROPERTY_DOESNT_EXIST": RecordFault.UNKNOWN_PROPERTY,
    "READ_ONLY_VALUE": RecordFault.READ_ONLY,
    "INVALID_OPTION": RecordFault.NOT_AN_OPTION,
    "INVALID_INTEGER": RecordFault.NOT_A_NUMBER,
    "INVALID_NUMBER": RecordFault.NOT_A_NUMBER,
    "INVALID_DATE": RecordFault.NOT_A_DATE,
    "INVALID_LONG": RecordFault.NOT_A_DATE,
    "INVALID_EMAIL": RecordFault.NOT_AN_EMAIL,
    "VALUE_TOO_LONG": RecordFault.TOO_LONG,
    "VALIDATION_RULE_BROKEN": RecordFault.RULE_BROKEN,
    "MISSING_REQUIRED_PROPERTY": RecordFault.REQUIRED,
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY": RecordFault.REQUIRED,
}
"""HubSpot's codes for one property; any other is ``REJECTED``."""

_LISTED = "Property values were not valid: "
_EXISTS = re.compile(r"already exists\. Existing ID: ([0-9]{1,19})")
_TAKEN = re.compile(r"Coordinates\{.{0,200}?propertyName=([A-Za-z0-9_.-]{1,128}), value=")
_HOLDER = re.compile(r"\. ([0-9]{1,19}) already has that value\.?\Z")
_ASSOCIATION = re.compile(r"associat", re.IGNORECASE)
_TRACE = "objectWriteTraceId"


class SeenRecord(msgspec.Struct, frozen=True):
    """One record of an answer. ``values`` has only what may be shown; ``presence`` every name
    that was asked for."""

    id: str
    presence: Mapping[str, Presence]
    values: Mapping[str, Secret]
    created_at: str = ""
    updated_at: str = ""
    archived: bool = False
    trace: str | None = None


class SeenBatch(msgspec.Struct, frozen=True):
    """The answer to a batch: what was done, and why the rest was not, by trace id. ``elsewhere``
    is what belongs to no single input, None when there is no such fault; ``missing`` are the ids
    HubSpot has no record of."""

    records: tuple[SeenRecord, ...]
    refused: Mapping[str, Mapping[str, Reason]]
    elsewhere: Mapping[str, Reason] | None
    missing: frozenset[str]


class _Row(msgspec.Struct, rename="camel"):
    id: str
    properties: dict[str, Any]
    created_at: Any = None
    updated_at: Any = None
    archived: Any = None
    object_write_trace_id: Any = None


class _Fault(msgspec.Struct, rename="camel"):
    """An error, or one entry of a batch's errors."""

    message: Any = None
    category: Any = None
    context: Any = None
    errors: Any = None
    correlation_id: Any = None


class _Entry(msgspec.Struct):
    code: Any = None
    context: Any = None


class _Listed(msgspec.Struct):
    """One entry of the list inside HubSpot's sentence."""

    name: str
    error: Any = None


class _Batch(msgspec.Struct, rename="camel"):
    results: list[Any] = []
    errors: list[Any] = []


def record(response: Response, names: Collection[str], shown: Collection[str]) -> SeenRecord:
    """One record with the properties ``names``; of those in ``shown`` the values, too."""
    seen = _seen(_body(response, names, shown), names, shown)
    if seen is None:
        raise unreadable(response)
    return seen


def revealed(response: Response, name: str) -> Secret:
    """The value of the one property that was asked for; an empty text when it has none."""
    seen = record(response, (name,), (name,))
    return seen.values.get(name, Secret(""))


def batch(
    response: Response,
    names_by_trace: Mapping[str, Collection[str]],
    names: Collection[str],
    shown: Collection[str],
) -> SeenBatch:
    """The answer to a batch. ``names_by_trace`` are the properties each input carried, ``names``
    those whose presence is told."""
    body = converted(_body(response, names, shown), _Batch)
    if body is None:
        raise unreadable(response)
    seen = tuple(_seen(row, names, shown) for row in body.results)
    found = tuple(one for one in seen if one is not None)
    if len(found) != len(seen):
        raise unreadable(response)
    refused: dict[str, Mapping[str, Reason]] = {}
    elsewhere: dict[str, Reason] = {}
    missing: set[str] = set()
    for entry in body.errors:
        fault = converted(entry, _Fault) or _Fault()
        traces = [one for one in _texts(fault, _TRACE) if one in names_by_trace]
        gone = _texts(fault, "ids") if fault.category == "OBJECT_NOT_FOUND" else ()
        missing.update(gone)
        for trace in traces:
            refused[trace] = _reasons(fault, names_by_trace[trace])[0]
        if not traces and not gone:
            elsewhere |= _reasons(fault, ())[0]
    return SeenBatch(found, refused, elsewhere or None, frozenset(missing))


def done(response: Response) -> None:
    """That it was done, and nothing more is told."""
    if response.status not in DONE:
        raise record_failure(response, ())
    if response.status == 207:
        # Some of it was not, and the answer has no place that says which.
        raise unreadable(response)


def record_failure(
    response: Response, names: Collection[str], shown: Collection[str] = ()
) -> Exception:
    """The one named error for an answer that is not a success; ``names`` are the properties that
    were sent: no other name is believed. Who has a value already is told of those in ``shown``:
    of another it would tell whose a sensitive value is."""
    if response.status not in (400, 409):
        return failure(response)
    fault = converted(decoded(response), _Fault) or _Fault()
    reasons, other_id = _reasons(fault, names, shown)
    told = failure(response)
    return RecordRejected(
        reasons, status=response.status, other_id=other_id, correlation_id=told.correlation_id
    )


def _body(response: Response, names: Collection[str], shown: Collection[str]) -> Any:
    if response.status not in DONE:
        raise record_failure(response, names, shown)
    body = decoded(response)
    if body is None:
        raise unreadable(response)
    return body


def _seen(row: Any, names: Collection[str], shown: Collection[str]) -> SeenRecord | None:
    read = converted(row, _Row)
    if read is None:
        return None
    held = {name: value for name, value in read.properties.items() if value not in (None, "")}
    trace = read.object_write_trace_id
    return SeenRecord(
        read.id,
        {name: Presence.SET if name in held else Presence.EMPTY for name in names},
        {name: Secret(str(held[name])) for name in names if name in held and name in shown},
        _moment(read.created_at),
        _moment(read.updated_at),
        read.archived is True,
        trace if isinstance(trace, str) else None,
    )


def _reasons(
    fault: _Fault, names: Collection[str], shown: Collection[str] = ()
) -> tuple[dict[str, Reason], str | None]:
    """Why something was refused, by property, and the id of the record that is in the way."""
    message = fault.message if isinstance(fault.message, str) else ""
    if (exists := _EXISTS.search(message)) is not None:
        return {"": reason(RecordFault.TAKEN)}, exists[1]
    if (taken := _TAKEN.search(message)) is not None:
        name = taken[1] if taken[1] in names else ""
        holder = _HOLDER.search(message) if name in shown else None
        return {name: reason(RecordFault.TAKEN)}, holder[1] if holder is not None else None
    found = {
        name: reason(why)
        for name, why in (*_listed(message), *_entries(fault))
        if name in names or (why is RecordFault.REQUIRED and _NAME.match(name))
    }
    if found:
        return found, None
    if fault.category == "OBJECT_NOT_FOUND":
        return {"": reason(RecordFault.NO_RECORD)}, None
    other = RecordFault.NO_ASSOCIATION if _ASSOCIATION.search(message) else RecordFault.REJECTED
    return {"": reason(other)}, None


def _listed(message: str) -> Iterator[tuple[str, RecordFault]]:
    """The entries of the JSON list inside HubSpot's sentence."""
    _, found, listed = message.partition(_LISTED)
    rows = _inner(listed) if found else None
    for row in rows if isinstance(rows, list) else ():
        entry = converted(row, _Listed)
        if entry is not None:
            yield entry.name, _fault_of(entry.error)


def _entries(fault: _Fault) -> Iterator[tuple[str, RecordFault]]:
    for one in fault.errors if isinstance(fault.errors, list) else ():
        entry = converted(one, _Entry) or _Entry()
        context = entry.context if isinstance(entry.context, dict) else {}
        for name in _names(context.get("propertyName")):
            yield name, _fault_of(entry.code)


def _fault_of(code: object) -> RecordFault:
    return (
        INNER_CODES.get(code, RecordFault.REJECTED)
        if isinstance(code, str)
        else (RecordFault.REJECTED)
    )


def _texts(fault: _Fault, key: str) -> Sequence[str]:
    context = fault.context if isinstance(fault.context, dict) else {}
    found = context.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")


def _names(found: Any) -> Iterator[str]:
    """Property names as HubSpot has them; a demanded one was not sent, so its shape is all that
    can be looked at."""
    for one in found if isinstance(found, list) else ():
        for part in one.split(" or ") if isinstance(one, str) else ():
            if _NAME.match(part):
                yield part


_MOMENT = re.compile(r"[0-9T:.Z+-]{10,40}\Z")


def _moment(text: Any) -> str:
    return text if isinstance(text, str) and _MOMENT.match(text) else ""


def _inner(listed: str) -> Any | None:
    try:
        return msgspec.json.decode(listed.encode(errors="replace"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
