"""The program's own script, styles and icon, served under ``/assets/``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent / "assets"
_TYPES: Mapping[str, str] = {
    "intake.js": "text/javascript",
    "intake.css": "text/css",
    "deliveries.css": "text/css",
    "inbox.css": "text/css",
    "audit.css": "text/css",
    "setup.css": "text/css",
    "records.css": "text/css",
    "properties.css": "text/css",
    "approval.css": "text/css",
    "emulator.css": "text/css",
    "failure.css": "text/css",
    "icon.svg": "image/svg+xml",
}
"""File → media type. What is not here is not served."""

PATHS = tuple(f"/assets/{name}" for name in _TYPES)
"""Where the files are served."""

_YEAR = "public, max-age=31536000, immutable"
_CONTENT = {name: (_FOLDER / name).read_bytes() for name in _TYPES}


def versioned(name: str) -> str:
    """The address of asset ``name`` with a mark of its content, so that a browser never
    keeps an old one."""
    return f"/assets/{name}?v={hashlib.sha256(_CONTENT[name]).hexdigest()[:12]}"


def _route(name: str) -> Route:
    async def serve(request: Request) -> Response:
        return Response(_CONTENT[name], media_type=_TYPES[name], headers={"Cache-Control": _YEAR})

    return Route(f"/assets/{name}", serve)


ROUTES = [_route(name) for name in _TYPES]
