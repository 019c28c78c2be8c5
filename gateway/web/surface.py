"""Every path that answers; all others do not exist.

Streamlit brings more routes than this program needs (uploads, media, components, metrics,
an agent interface, sign-in). What is not needed is closed by not being on the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import bootstrap
from gateway.domain.grants import CALLBACK
from gateway.domain.webhooks import PATH
from gateway.web import assets
from gateway.web.failures import plain_failure

PAGES: Mapping[str, str] = {
    "/": "the forms",
    "/intake": "one form",
    "/receipt": "one receipt",
    "/deliveries": "every delivery",
    "/approve": "one form to approve",
    "/inbox": "what HubSpot reported",
    "/records": "records of the account",
    "/properties": "the properties of HubSpot's objects",
    "/audit": "who did what, and when",
    "/setup": "what is wrong with the set-up",
    "/emulator": "the emulated HubSpot of a demo",
}
"""Path → what a person meets there. Each is served as the same shell."""
ONLY_IN_A_DEMO = frozenset({"/emulator"})
"""Pages that do not exist unless the emulated HubSpot runs in this process."""

_OWN = frozenset({"/healthz", "/readyz", "/metrics", PATH, CALLBACK}) | frozenset(assets.PATHS)
_STREAMLIT = frozenset({"/_stcore/health", "/_stcore/host-config", "/_stcore/stream"})


def every_path(static_folder: Path) -> frozenset[str]:
    """Every path that is served, Streamlit's own files in ``static_folder`` included (it
    would answer a file it does not have with its unchanged page)."""
    files = (static_folder / "static").rglob("*")
    static = {f"/{f.relative_to(static_folder).as_posix()}" for f in files if f.is_file()}
    return _OWN | _STREAMLIT | PAGES.keys() | static


class Surface:
    """ASGI middleware: 404 for every path that is not among ``paths``."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_there(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await plain_failure(404)(scope, receive, send)

    def _is_there(self, path: str) -> bool:
        hidden = path in ONLY_IN_A_DEMO and bootstrap.served().emulated is None
        return path in self._paths and not hidden
