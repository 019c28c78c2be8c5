"""Routes: object schemas."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator.definitions import schema_writes, schemas
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import SCHEMAS

_ONE = "/{object_type}"
_ASSOCIATIONS = _ONE + "/associations"

ROUTES: Sequence[Route] = tuple(
    Route(method, base + path, handler, Door.BEARER, Area.SCHEMAS)
    for base in SCHEMAS
    for method, path, handler in (
        ("GET", "", schemas.list_schemas),
        ("POST", "", schema_writes.create_schema),
        ("POST", "/batch/read", schemas.batch_read),
        ("GET", _ONE, schemas.get_schema),
        ("PATCH", _ONE, schema_writes.change_schema),
        ("DELETE", _ONE, schema_writes.delete_schema),
        ("POST", _ASSOCIATIONS, schema_writes.create_association),
        ("DELETE", _ASSOCIATIONS + "/{association_id}", schema_writes.delete_association),
    )
)
