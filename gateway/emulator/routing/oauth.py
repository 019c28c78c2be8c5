"""Routes: installing the app, its tokens, and what a token may do."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.oauth import controls, granting, install, introspection
from gateway.emulator.routing.editions import OAUTH

_INSTALL = ("/oauth/authorize", "/oauth/{portal_id}/authorize")

ROUTES: Sequence[Route] = (
    *(Route("GET", path, install.authorize, Door.SELF, Area.TOKEN) for path in _INSTALL),
    *(Route("POST", path, install.answer_consent, Door.SELF, Area.TOKEN) for path in _INSTALL),
    Route("POST", "/oauth/v1/token", granting.token_v1, Door.SELF, Area.TOKEN),
    *(Route("POST", base + "/token", granting.token, Door.SELF, Area.TOKEN) for base in OAUTH),
    *(Route("POST", base + "/token/introspect", introspection.introspect, Door.SELF, Area.TOKEN)
      for base in OAUTH),
    *(Route("POST", base + "/token/revoke", introspection.revoke, Door.SELF, Area.TOKEN)
      for base in OAUTH),
    Route("GET", "/oauth/v1/access-tokens/{token}", introspection.show_access_token,
          Door.SELF, Area.TOKEN),
    Route("GET", "/oauth/v1/refresh-tokens/{token}", introspection.show_refresh_token,
          Door.SELF, Area.TOKEN),
    Route("DELETE", "/oauth/v1/refresh-tokens/{token}", introspection.delete_refresh_token,
          Door.SELF, Area.TOKEN),
    Route("POST", "/oauth/v2/private-apps/get/access-token-info",
          introspection.private_app_token_info, Door.SELF, Area.TOKEN),
    Route("GET", "/_emulator/oauth", controls.show_app, Door.ADMIN),
    Route("PATCH", "/_emulator/oauth", controls.amend_app, Door.ADMIN),
    Route("POST", "/_emulator/oauth/install", controls.install, Door.ADMIN),
    Route("POST", "/_emulator/oauth/uninstall", controls.uninstall, Door.ADMIN),
)  # fmt: skip
