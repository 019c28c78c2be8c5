"""What HubSpot says of the calls that are left, turned into what the queue does about it."""

from __future__ import annotations

import datetime
import random
import zoneinfo

from gateway.domain.queue import Switch
from gateway.hubspot.rates import Rates
from gateway.store.queue import WINDOW_MS, Effect

MARGIN = 0.98
"""How much of a limit that HubSpot names is used: its counting and ours differ a little."""
KEPT_SHARE = 0.05
"""How much of a day's calls is kept for looking up what is unclear."""
FEW = 1
"""With so few calls left in the window, the queue waits for it to move on."""
WAIT_S = 1.0
AFTER_MIDNIGHT_S = (5.0, 60.0)
_DAY_S = 86_400.0


def effect_of(rates: Rates, *, limit: int, until_midnight_s: float) -> Effect:
    """What the headers of an answer ask for. ``limit`` is the setting (0: none)."""
    if used_up(rates):
        return Effect(pause=Switch.PAUSED_QUOTA, pause_s=until_midnight_s)
    if rates.interval_ms != WINDOW_MS or rates.most is None:
        return Effect()
    ceiling = max(1, int(rates.most * MARGIN))
    few = rates.left is not None and rates.left <= FEW
    return Effect(
        ceiling=ceiling if limit == 0 or ceiling < limit else None,
        setting=limit,
        rest_cause="rate_limited" if few else None,
        rest_s=WAIT_S if few else None,
    )


def used_up(rates: Rates) -> bool:
    """Whether what is left of the day is to be kept."""
    if rates.daily is None or rates.daily_left is None or rates.daily == 0:
        return False
    return rates.daily_left <= rates.daily * KEPT_SHARE


def until_midnight_s(now_ms: int, time_zone: str) -> float:
    """Seconds until a little after midnight in ``time_zone`` (IANA), when HubSpot counts a new
    day; in UTC where the zone is not known."""
    try:
        zone: datetime.tzinfo = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        zone = datetime.UTC
    now = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)
    day = now.astimezone(zone).date() + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(day, datetime.time(), zone)
    left = (midnight - now).total_seconds()
    return min(left, 2 * _DAY_S) + random.uniform(*AFTER_MIDNIGHT_S)  # noqa: S311  # spreading, not secrecy
