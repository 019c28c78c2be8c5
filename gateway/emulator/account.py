"""The account a token belongs to.

Source: https://developers.hubspot.com/docs/api-reference/latest/account/account-info
"""

from __future__ import annotations

import datetime
import zoneinfo

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Answer

REGION = "na1"
"""Where the account's data is kept, in HubSpot's word."""


def account_details(call: Call) -> Answer:
    """The account of the token. Every token may read it."""
    call.token()
    seed = call.portal.seed
    offset_ms = _utc_offset_ms(call)
    return responses.as_json(
        {
            "portalId": call.portal.id,
            "accountType": "STANDARD",
            "timeZone": call.portal.time_zone,
            "companyCurrency": seed.currency,
            "additionalCurrencies": [],
            "utcOffset": _as_offset(offset_ms),
            "utcOffsetMilliseconds": offset_ms,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": REGION,
        }
    )


def _utc_offset_ms(call: Call) -> int:
    """How far the account's clock is ahead of UTC now; the seed's own word where this
    machine does not know the zone."""
    try:
        zone = zoneinfo.ZoneInfo(call.portal.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return call.portal.seed.utc_offset_ms
    ahead = datetime.datetime.now(zone).utcoffset() or datetime.timedelta()
    return round(ahead.total_seconds() * 1000)


def _as_offset(ms: int) -> str:
    hours, minutes = divmod(abs(ms) // 60_000, 60)
    return f"{'-' if ms < 0 else '+'}{hours:02d}:{minutes:02d}"
