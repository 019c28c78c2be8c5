"""Routes: the account, and what a token may do."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import account
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import ACCOUNT, OAUTH

ROUTES: Sequence[Route] = (
    *(Route("GET", base + "/details", account.account_details, Door.BEARER, Area.ACCOUNT)
      for base in ACCOUNT),
    Route("POST", "/oauth/v2/private-apps/get/access-token-info",
          account.private_app_token_info, Door.SELF, Area.TOKEN),
    *(Route("POST", base + "/token/introspect", account.introspect, Door.SELF, Area.TOKEN)
      for base in OAUTH),
)  # fmt: skip
