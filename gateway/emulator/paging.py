"""Cursors of HubSpot's paged lists: opaque, forward only, absent on the last page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Stop

Row = TypeVar("Row")


def page(call: Call, rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], dict[str, Any]]:
    """The rows of the page ``call`` asks for, and its ``paging`` key, empty on the last.

    Stops with 400 for a cursor that was not made here.
    """
    start = position(call)
    end = start + limit
    return rows[start:end], next_page(call, limit, str(end)) if end < len(rows) else {}


def position(call: Call) -> int:
    """How many rows the cursor of ``call`` leaves behind. Stops with 400 for a bad one."""
    text = cursor(call)
    if text is None:
        return 0
    if not text.isdigit() or len(text) > 9:
        raise bad_cursor()
    return int(text)


def cursor(call: Call) -> str | None:
    """What the cursor of ``call`` hides, None for the first page. Stops with 400 when it
    hides nothing."""
    after = call.text("after")
    if after is None:
        return None
    try:
        return base64.b64decode(after, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise bad_cursor() from None


def next_page(call: Call, limit: int, hidden: str) -> dict[str, Any]:
    """The ``paging`` key for a cursor that hides ``hidden``. The link asks for the same once more,
    and leads to the emulator itself, never to a host of HubSpot's."""
    after = base64.b64encode(hidden.encode()).decode()
    same = {name: given for name, given in call.query.items() if name not in ("limit", "after")}
    query = urlencode({"limit": limit, **same, "after": after}, doseq=True, safe=",")
    link = f"{call.base}{call.path}?{query}"
    return {"paging": {"next": {"after": after, "link": link}}}


def bad_cursor() -> Stop:
    """The refusal of a cursor that was not made here."""
    return Stop(responses.bad_request("after is not a valid cursor"))
