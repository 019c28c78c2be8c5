"""Reading submissions back: newest first, and blind to whatever is sensitive.

HubSpot's cursor is opaque, and nobody has published what it does while submissions arrive at
the front. Here it names the last row that was shown, so the pages of one sweep neither repeat
nor skip a row; whatever arrives, or becomes visible with an earlier ``submittedAt``, in front of
the cursor is seen by the next sweep only. The switch ``cursor_counts_rows`` gives the other
reading: each arrival pushes rows back, and the next page repeats as many.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/get-submissions
"""

from __future__ import annotations

import bisect
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gateway.domain.scopes import forms_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.paging import bad_cursor, cursor, next_page, position
from gateway.emulator.portal import Portal
from gateway.emulator.received import Row, Submission, SubmittedValue
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.switches import PageUri

_DEFAULT_LIMIT, _MAX_LIMIT = 20, 50
_CURSOR = re.compile(r"(-?[0-9]{1,40})\.([0-9]{1,9})")
"""(submittedAt, arrival) of the last row shown."""


def list_submissions(call: Call) -> Answer:
    """One page of a form's submissions, without contact ids."""
    call.require(forms_need())
    portal, form_id = call.portal, call.params["form_id"]
    if form_id not in portal.forms:
        raise Stop(responses.not_found())
    limit = call.number("limit", _DEFAULT_LIMIT, 1, _MAX_LIMIT)
    rows, paging = _page(call, portal.received.visible(form_id, time.monotonic()), limit)
    return responses.as_json({"results": [_as_json(portal, row.submission) for row in rows],
                              **paging})  # fmt: skip


def _page(call: Call, rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], dict[str, Any]]:
    """One page of ``rows``, which come oldest first and leave newest first."""
    counting = call.portal.switches.cursor_counts_rows
    left = max(0, len(rows) - position(call)) if counting else _older(call, rows)
    shown = rows[max(0, left - limit) : left][::-1]
    if left <= limit:
        return shown, {}
    last = shown[-1]
    hidden = f"{len(rows) - left + limit}" if counting else f"{last.submitted_at}.{last.order}"
    return shown, next_page(call, limit, hidden)


def _older(call: Call, rows: Sequence[Row]) -> int:
    """How many rows are older than the one the cursor names; all of them without a cursor."""
    text = cursor(call)
    if text is None:
        return len(rows)
    named = _CURSOR.fullmatch(text)
    if named is None:
        raise bad_cursor()
    place = (int(named[1]), int(named[2]))
    return bisect.bisect_left(rows, place, key=lambda row: (row.submitted_at, row.order))


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
