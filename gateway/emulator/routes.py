"""Every path the emulator serves, in every edition, as one table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.emulator import account, admin, forms, objects, properties, submissions, submit
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import REDIRECT_TARGET, Area

_DATED = ("2025-09", "2026-03", "2026-09")
_SUBMIT = "/submissions/v3/integration"

_FORMS = ("/marketing/v3/forms", "/marketing/forms/2026-09-beta")
_PROPERTIES = ("/crm/v3/properties", *(f"/crm/properties/{edition}" for edition in _DATED))
_OBJECTS = ("/crm/v3/objects", *(f"/crm/objects/{edition}" for edition in _DATED))
_ACCOUNT = ("/account-info/v3", *(f"/account-info/{edition}" for edition in _DATED))
_OAUTH = ("/oauth/v3", "/oauth/2026-03", "/oauth/2026-09")

ROUTES: Sequence[Route] = (
    Route("POST", _SUBMIT + "/secure/submit/{portal_id}/{form_id}", submit.secure_submit,
          Door.BEARER, Area.SECURE_SUBMIT),
    Route("POST", _SUBMIT + "/submit/{portal_id}/{form_id}", submit.public_submit,
          Door.PUBLIC, Area.PUBLIC_SUBMIT),
    Route("OPTIONS", _SUBMIT + "/submit/{portal_id}/{form_id}", submit.public_preflight,
          Door.PUBLIC, Area.PUBLIC_SUBMIT),
    Route("GET", "/form-integrations/v1/submissions/forms/{form_id}",
          submissions.list_submissions, Door.BEARER, Area.SUBMISSIONS),
    *(Route("GET", base, forms.list_forms, Door.BEARER, Area.FORMS) for base in _FORMS),
    *(Route("GET", base + "/{form_id}", forms.get_form, Door.BEARER, Area.FORMS)
      for base in _FORMS),
    *(Route("GET", base + "/{object_type}", properties.list_properties, Door.BEARER,
            Area.PROPERTIES) for base in _PROPERTIES),
    *(Route("GET", base + "/{object_type}/{property_name}", properties.get_property,
            Door.BEARER, Area.PROPERTIES) for base in _PROPERTIES),
    *(Route("GET", base + "/{object_type}", objects.list_objects, Door.BEARER, Area.OBJECTS)
      for base in _OBJECTS),
    *(Route("GET", base + "/{object_type}/{object_id}", objects.get_object, Door.BEARER,
            Area.OBJECTS) for base in _OBJECTS),
    *(Route("GET", base + "/details", account.account_details, Door.BEARER, Area.ACCOUNT)
      for base in _ACCOUNT),
    Route("POST", "/oauth/v2/private-apps/get/access-token-info",
          account.private_app_token_info, Door.SELF, Area.TOKEN),
    *(Route("POST", base + "/token/introspect", account.introspect, Door.SELF, Area.TOKEN)
      for base in _OAUTH),
    Route("POST", "/_emulator/faults", admin.add_fault, Door.ADMIN),
    Route("GET", "/_emulator/faults", admin.list_faults, Door.ADMIN),
    Route("DELETE", "/_emulator/faults", admin.clear_faults, Door.ADMIN),
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


def match(method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
    """The route of a call, what its path names, and whether the path exists at all."""
    exists = False
    for pattern, route in _PATTERNS:
        if found := pattern.fullmatch(path):
            if route.method == method:
                return route, found.groupdict(), True
            exists = True
    return None, {}, exists


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


_PATTERNS = tuple((_pattern(route.path), route) for route in ROUTES)
