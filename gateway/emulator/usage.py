"""How many of the day's calls are used, as HubSpot tells a private app.

Source: https://developers.hubspot.com/docs/api-reference/latest/account/account-info
"""

from __future__ import annotations

import datetime
import zoneinfo

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Answer

NAME = "private-apps-api-calls-daily"


def daily_usage(call: Call) -> Answer:
    """The day's calls of all private apps of the account; every token may read it."""
    call.token()
    portal = call.portal
    now = datetime.datetime.now(datetime.UTC)
    row = {
        "name": NAME,
        "usageLimit": portal.switches.daily_limit,
        "currentUsage": portal.limits.calls_today,
        "collectedAt": _stamp(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": _stamp(_midnight_after(now, portal.time_zone)),
    }
    return responses.as_json({"results": [row]})


def _midnight_after(now: datetime.datetime, time_zone: str) -> datetime.datetime:
    """The account's next midnight; UTC's where this machine does not know its zone."""
    try:
        zone: datetime.tzinfo = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        zone = datetime.UTC
    day = now.astimezone(zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time(), zone).astimezone(datetime.UTC)


def _stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
