"""``GET /oauth/callback``: where HubSpot leads a browser back to that opened an install link.

The answer is known by the secret of the link (``state``), which is believed once; that is why it
may come through a proxy, as webhooks may. It is a plain page: code and secret are in its address,
so nothing else is loaded from there but our own style, and nothing of the address is written
anywhere.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import bootstrap
from gateway.domain.errors import GatewayError, InstallRefused
from gateway.domain.grants import CALLBACK, InstallRefusal
from gateway.domain.hubspot_errors import HubSpotError
from gateway.usecases.gateway import Gateway
from gateway.web.failures import plain_page
from gateway.web.loopback import is_ours

STATUSES: Mapping[InstallRefusal, int] = {
    InstallRefusal.NOT_OAUTH: 404,
    InstallRefusal.NO_ACCOUNT: 409,
    InstallRefusal.LINK: 403,
    InstallRefusal.DENIED: 403,
    InstallRefusal.CODE: 400,
    InstallRefusal.REDIRECT: 409,
    InstallRefusal.ACCOUNT: 403,
    InstallRefusal.NOT_KEPT: 503,
    InstallRefusal.NOTHING: 409,
}
"""Refusal → HTTP status (RFC 9110)."""
SETUP = ("/setup", "Set-up")
REFUSED = "The app was not installed."
DONE = (
    "The app is installed.",
    "Its tokens are kept sealed and renewed by themselves. What waits is sent now.",
)


class Callback(HTTPEndpoint):
    """Any other method is answered here too: Streamlit would show a page for it."""

    async def get(self, request: Request) -> Response:
        """The page that says whether the app is installed."""
        gateway = bootstrap.served()
        if not is_ours(request, gateway.webhooks.public_url):
            raise HTTPException(404)
        told = {
            name: values[-1] if len(values := request.query_params.getlist(name)) == 1 else ""
            for name in ("state", "code", "error")
        }
        return await run_in_threadpool(_complete, gateway, told)

    async def head(self, request: Request) -> Response:
        """A look ahead must not use the link up."""
        raise HTTPException(405)


def _complete(gateway: Gateway, told: Mapping[str, str]) -> Response:
    try:
        if told["error"] or not told["code"]:
            gateway.oauth.decline(told["state"])
        gateway.oauth.complete(told["state"], told["code"])
    except InstallRefused as error:
        return plain_page(REFUSED, str(error), STATUSES[error.refusal], SETUP)
    except HubSpotError as error:
        return plain_page(REFUSED, f"{error} Then make a new link and open that.", 502, SETUP)
    except GatewayError as error:
        return plain_page(REFUSED, str(error), 503, SETUP)
    return plain_page(*DONE, 200, SETUP)


ROUTES = [Route(CALLBACK, Callback)]
