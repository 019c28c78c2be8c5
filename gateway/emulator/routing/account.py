"""Routes: the account."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import account, usage
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import ACCOUNT

ROUTES: Sequence[Route] = (
    *(Route("GET", base + "/details", account.account_details, Door.BEARER, Area.ACCOUNT)
      for base in ACCOUNT),
    *(Route("GET", base + "/api-usage/daily/private-apps", usage.daily_usage, Door.BEARER,
            Area.ACCOUNT)
      for base in ACCOUNT),
)  # fmt: skip
