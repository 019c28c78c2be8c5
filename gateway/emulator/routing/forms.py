"""Routes: form definitions."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import forms
from gateway.emulator.definitions import form_writes
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import FORMS

ROUTES: Sequence[Route] = tuple(
    Route(method, base + path, handler, Door.BEARER, Area.FORMS)
    for base in FORMS
    for method, path, handler in (
        ("GET", "", forms.list_forms),
        ("POST", "", form_writes.create_form),
        ("GET", "/{form_id}", forms.get_form),
        ("PUT", "/{form_id}", form_writes.replace_form),
        ("PATCH", "/{form_id}", form_writes.change_form),
        ("DELETE", "/{form_id}", form_writes.archive_form),
    )
)
