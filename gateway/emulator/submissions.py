"""Reading submissions back: newest first, and blind to whatever is sensitive.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/get-submissions
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gateway.domain.scopes import forms_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.paging import page
from gateway.emulator.portal import Portal, Submission, SubmittedValue
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.switches import PageUri

_DEFAULT_LIMIT, _MAX_LIMIT = 20, 50


def list_submissions(call: Call) -> Answer:
    """One page of a form's submissions, without contact ids."""
    call.require(forms_need())
    portal, form_id = call.portal, call.params["form_id"]
    if form_id not in portal.forms:
        raise Stop(responses.not_found())
    limit = call.number("limit", _DEFAULT_LIMIT, 1, _MAX_LIMIT)
    now = time.monotonic()
    found = [s for s in portal.submitted if s.form_id == form_id and s.visible_at <= now]
    by_age = sorted(enumerate(found), key=lambda row: (row[1].submitted_at, row[0]), reverse=True)
    rows, paging = page(call, by_age, limit)
    return responses.as_json({"results": [_as_json(portal, row) for _, row in rows], **paging})


def _as_json(portal: Portal, submission: Submission) -> dict[str, Any]:
    step = max(1, portal.switches.submitted_at_step_ms)
    shown = {
        "conversionId": submission.conversion_id,
        "submittedAt": submission.submitted_at // step * step,
        "values": [
            {"name": v.name, "value": v.value, "objectTypeId": v.object_type_id}
            for v in submission.values
            if _is_shown(portal, v)
        ],
    }
    page_url = submission.page_uri and _REWRITES[portal.switches.page_uri](submission.page_uri)
    return shown | ({"pageUrl": page_url} if page_url else {})


def _is_shown(portal: Portal, value: SubmittedValue) -> bool:
    """Neither sensitive when it came nor sensitive now."""
    now = portal.sensitivity(value.object_type_id, value.name)
    return value.shown and now in (None, Sensitivity.NON_SENSITIVE)


def _without(uri: str, *parts: str) -> str:
    return urlunsplit(urlsplit(uri)._replace(**dict.fromkeys(parts, "")))


_REWRITES: Mapping[PageUri, Callable[[str], str]] = {
    PageUri.AS_SENT: lambda uri: uri,
    PageUri.NO_FRAGMENT: lambda uri: _without(uri, "fragment"),
    PageUri.NO_QUERY: lambda uri: _without(uri, "query", "fragment"),
    PageUri.LOWER_CASE: str.lower,
    PageUri.ABSENT: lambda _: "",
}
