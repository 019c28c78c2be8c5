"""Cursors of HubSpot's paged lists: opaque, forward only, absent on the last page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Stop

Row = TypeVar("Row")


def page(call: Call, rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], dict[str, Any]]:
    """The rows of the page ``call`` asks for, and its ``paging`` key, empty on the last.

    The link leads to the emulator itself, never to a host of HubSpot's. Stops with 400 for
    a cursor that was not made here.
    """
    start = _position(call.text("after"))
    end = start + limit
    if end >= len(rows):
        return rows[start:end], {}
    after = base64.b64encode(str(end).encode()).decode()
    link = f"{call.base}{call.path}?limit={limit}&after={quote(after)}"
    return rows[start:end], {"paging": {"next": {"after": after, "link": link}}}


def _position(after: str | None) -> int:
    if after is None:
        return 0
    try:
        position = int(base64.b64decode(after, validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        position = -1
    if not 0 <= position <= 10**9:
        raise Stop(responses.bad_request("after is not a valid cursor"))
    return position
