"""Routes: properties and their groups."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import properties
from gateway.emulator.definitions import groups, property_counts, property_writes
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import PROPERTIES, PROPERTY_LIMITS

_ONE = "/{object_type}/{property_name}"
_BATCH = "/{object_type}/batch"
_GROUPS = "/{object_type}/groups"
_GROUP = _GROUPS + "/{group_name}"

_DEFINITIONS = tuple(
    Route(method, base + path, handler, Door.BEARER, Area.PROPERTIES)
    for base in PROPERTIES
    for method, path, handler in (
        ("GET", "/{object_type}", properties.list_properties),
        ("POST", "/{object_type}", property_writes.create_property),
        ("GET", _ONE, properties.get_property),
        ("PATCH", _ONE, property_writes.update_property),
        ("DELETE", _ONE, property_writes.archive_property),
        ("POST", _BATCH + "/read", property_writes.batch_read),
        ("POST", _BATCH + "/create", property_writes.batch_create),
        ("POST", _BATCH + "/archive", property_writes.batch_archive),
        ("GET", _GROUPS, groups.list_groups),
        ("POST", _GROUPS, groups.create_group),
        ("GET", _GROUP, groups.get_group),
        ("PATCH", _GROUP, groups.update_group),
        ("DELETE", _GROUP, groups.archive_group),
    )
)
ROUTES: Sequence[Route] = (
    *_DEFINITIONS,
    *(
        Route("GET", base + "/custom-properties", property_counts.count_properties,
              Door.BEARER, Area.PROPERTIES)
        for base in PROPERTY_LIMITS
    ),
)  # fmt: skip
