"""Routes of the emulator's own, under ``/_emulator``."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import admin
from gateway.emulator.definitions import drift
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import REDIRECT_TARGET

ROUTES: Sequence[Route] = (
    Route("POST", "/_emulator/faults", admin.add_fault, Door.ADMIN),
    Route("GET", "/_emulator/faults", admin.list_faults, Door.ADMIN),
    Route("DELETE", "/_emulator/faults", admin.clear_faults, Door.ADMIN),
    Route("DELETE", "/_emulator/faults/{fault_id}", admin.remove_fault, Door.ADMIN),
    Route("GET", "/_emulator/requests", admin.list_requests, Door.ADMIN),
    Route("DELETE", "/_emulator/requests", admin.clear_requests, Door.ADMIN),
    Route("GET", "/_emulator/arrivals", admin.list_arrivals, Door.ADMIN),
    Route("GET", "/_emulator/tags", admin.list_tags, Door.ADMIN),
    Route("GET", "/_emulator/submissions/count", admin.count_submissions, Door.ADMIN),
    Route("GET", "/_emulator/limits", admin.show_limits, Door.ADMIN),
    Route("PATCH", "/_emulator/limits", admin.amend_limits, Door.ADMIN),
    Route("POST", "/_emulator/limits/new_day", admin.new_day, Door.ADMIN),
    Route("PATCH", "/_emulator/account", admin.amend_account, Door.ADMIN),
    Route("GET", "/_emulator/switches", admin.list_switches, Door.ADMIN),
    Route("PATCH", "/_emulator/switches", admin.amend_switches, Door.ADMIN),
    Route("GET", "/_emulator/drift", drift.list_drift, Door.ADMIN),
    Route("POST", "/_emulator/drift", drift.make_drift, Door.ADMIN),
    Route("POST", "/_emulator/tokens", admin.issue_token, Door.ADMIN),
    Route("PATCH", "/_emulator/forms/{form_id}", admin.amend_form, Door.ADMIN),
    Route("PATCH", "/_emulator/properties/{object_type}/{property_name}",
          admin.amend_property, Door.ADMIN),
    Route("POST", "/_emulator/properties/{object_type}/{property_name}/archive",
          admin.archive_property, Door.ADMIN),
    Route("POST", "/_emulator/reset", admin.reset, Door.ADMIN),
    Route("GET", REDIRECT_TARGET, admin.redirected, Door.SELF),
    Route("POST", REDIRECT_TARGET, admin.redirected, Door.SELF),
)  # fmt: skip
