"""The security headers of every answer this program gives.

Sources: https://www.w3.org/TR/CSP3/, https://owasp.org/www-project-secure-headers/
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "script-src 'self'",
        # Streamlit's own components write style elements; scripts stay strict.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
    )
)

_SWITCHED_OFF = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
    "usb",
)

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Copying a receipt code writes to the clipboard; nothing ever reads from it.
    "Permissions-Policy": ", ".join(
        (*(f"{feature}=()" for feature in _SWITCHED_OFF), "clipboard-write=(self)")
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Header → value, on every answer of every route."""

_CACHEABLE = ("/static/", "/assets/")
_NO_STORE = "no-store"


def secure(headers: MutableHeaders, path: str) -> None:
    """Put the security headers on ``headers`` of an answer to ``path``.

    Everything but the program's own scripts, styles and fonts is ``no-store``, so that no
    page stays on a shared machine's disk.
    """
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    if not path.startswith(_CACHEABLE) or "cache-control" not in headers:
        headers["Cache-Control"] = _NO_STORE


class SecurityHeaders:
    """ASGI middleware: no answer leaves without the headers, whoever made it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                secure(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_secured)
