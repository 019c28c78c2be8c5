"""Routes: CRM records."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.objects import batch, merging, reading, search, writing
from gateway.emulator.routing.editions import OBJECTS

ROUTES: Sequence[Route] = tuple(
    Route(method, base + "/{object_type}" + path, handler, Door.BEARER, Area.OBJECTS,
          tells_limits=handler is not search.search_objects)
    for base in OBJECTS
    for method, path, handler in (
        ("GET", "", reading.list_objects),
        ("POST", "", writing.create_object),
        ("GET", "/{object_id}", reading.get_object),
        ("PATCH", "/{object_id}", writing.update_object),
        ("DELETE", "/{object_id}", writing.archive_object),
        ("POST", "/batch/read", reading.batch_read),
        ("POST", "/batch/create", batch.batch_create),
        ("POST", "/batch/update", batch.batch_update),
        ("POST", "/batch/upsert", batch.batch_upsert),
        ("POST", "/batch/archive", batch.batch_archive),
        ("POST", "/search", search.search_objects),
        ("POST", "/merge", merging.merge_objects),
        ("POST", "/gdpr-delete", merging.gdpr_delete),
    )
)  # fmt: skip
"""Only a search hides the limits from its answers: it has one of its own."""
