"""Routes: CRM records."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import objects
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import OBJECTS

ROUTES: Sequence[Route] = tuple(
    Route(method, base + path, handler, Door.BEARER, Area.OBJECTS)
    for base in OBJECTS
    for method, path, handler in (
        ("GET", "/{object_type}", objects.list_objects),
        ("GET", "/{object_type}/{object_id}", objects.get_object),
    )
)
