"""Routes: properties."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import properties
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import PROPERTIES

ROUTES: Sequence[Route] = tuple(
    Route(method, base + path, handler, Door.BEARER, Area.PROPERTIES)
    for base in PROPERTIES
    for method, path, handler in (
        ("GET", "/{object_type}", properties.list_properties),
        ("GET", "/{object_type}/{property_name}", properties.get_property),
    )
)
