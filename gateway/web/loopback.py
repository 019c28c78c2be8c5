"""Who may connect while there is no sign-in: a browser on this very machine, and nobody else,
but for HubSpot's webhooks, which are known by their signature, and a browser that HubSpot sent
back from an installation, which is known by the secret of its link.

A page elsewhere can still make the browser call us (DNS rebinding, cross-site websockets),
so the peer's address alone proves nothing: Host, Origin and the traces of a proxy count too.
Source: https://owasp.org/www-community/attacks/Cross_Site_WebSocket_Hijacking
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.grants import CALLBACK
from gateway.domain.webhooks import PATH
from gateway.settings.options import OWN_NAMES

KNOWN_OTHERWISE = frozenset({("POST", PATH), ("GET", CALLBACK)})
"""What may be asked through a proxy: each request shows by itself whose it is."""
_PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "x-original-host"})
_POLICY_VIOLATION = 1008

REFUSAL = (
    "Refused. Sealed Intake has no sign-in yet and answers this machine only. "
    "Open it at its own address, http://127.0.0.1, without a proxy.\n"
)


def refusal(scope: Scope) -> str | None:
    """Why the connection in ``scope`` (an ASGI ``http`` or ``websocket`` scope) is refused:
    ``peer``, ``proxy``, ``host`` or ``origin``; None when it may go on.

    A websocket must name its origin. A plain request may leave it out, as a typed address does.
    What is known otherwise may come through a proxy on this machine and under any host: a
    signature or a link's secret tells who sent it, and its route checks the host itself. No
    page's script has any business there, so it may name no origin at all.
    """
    headers = Headers(scope=scope)
    if scope["type"] == "http" and ((scope.get("method"), scope["path"]) in KNOWN_OTHERWISE):
        # The server itself takes the client's address from what a proxy on this machine says.
        return "origin" if headers.getlist("origin") else None
    return _refusal_of_pages(scope, headers)


def _refusal_of_pages(scope: Scope, headers: Headers) -> str | None:
    client = scope.get("client")
    if client is None or not _is_loopback(client[0]):
        return "peer"
    if any(n in _PROXY_HEADERS or n.startswith("x-forwarded-") for n in headers):
        return "proxy"
    hosts = headers.getlist("host")
    if len(hosts) != 1 or host_name(hosts[0]) not in OWN_NAMES:
        return "host"
    origins = headers.getlist("origin")
    if scope["type"] == "websocket" and not origins:
        return "origin"
    secure = scope.get("scheme") in {"https", "wss"}
    own_origin = f"{'https' if secure else 'http'}://{hosts[0].lower()}"
    if any(origin.lower() != own_origin for origin in origins):
        return "origin"
    return None


class LoopbackGuard:
    """ASGI middleware: 403 (or a closed websocket) for every connection :func:`refusal` names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or refusal(scope) is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(REFUSAL, 403)(scope, receive, send)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """The name in a Host header, without its port; "" when the header has no clean shape."""
    name, colon, port = host.lower().rpartition(":")
    if colon and port.isascii() and port.isdigit():
        host = name
    return host.lower().removeprefix("[").removesuffix("]")


def is_ours(request: Request, public_url: str) -> bool:
    """Whether the request names the public address's host, or this machine as a proxy does."""
    hosts = request.headers.getlist("host")
    public = urlsplit(public_url).hostname or ""
    return len(hosts) == 1 and host_name(hosts[0]) in {*OWN_NAMES, public.lower()}
