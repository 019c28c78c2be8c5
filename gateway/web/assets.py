"""The program's own scripts, styles and icon, served under ``/assets/``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent / "assets"
SCRIPT = "intake.js"
"""The pages' script; it loads the others."""
MODULES = (
    "buttons.js",
    "deliveries.js",
    "dom.js",
    "enter.js",
    "fields.js",
    "focus.js",
    "loss.js",
    "records.js",
    "targets.js",
    "waiting.js",
)
STYLES = (
    "intake.css",
    "deliveries.css",
    "inbox.css",
    "audit.css",
    "setup.css",
    "records.css",
    "properties.css",
    "approval.css",
    "emulator.css",
)
"""The pages' style sheets; of two rules for the same thing the later one counts."""
_NAMES = (SCRIPT, *MODULES, *STYLES, "failure.css", "icon.svg")
"""What is not here is not served."""
_TYPES: Mapping[str, str] = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
"""Ending of a file → media type."""

_YEAR = "public, max-age=31536000, immutable"
_CONTENT = {name: (_FOLDER / name).read_bytes() for name in _NAMES}
_MARK = hashlib.sha256(b"".join(_CONTENT.values())).hexdigest()[:12]


def address(name: str) -> str:
    """Where asset ``name`` is served. A mark of the content of all assets is part of the path, so
    that a browser never keeps an old one, also where one asset calls another by its mere name."""
    return f"/assets/{_MARK}/{name}"


PATHS = tuple(map(address, _NAMES))
"""Where the files are served."""


def _route(name: str) -> Route:
    async def serve(request: Request) -> Response:
        media_type = _TYPES[Path(name).suffix]
        return Response(_CONTENT[name], media_type=media_type, headers={"Cache-Control": _YEAR})

    return Route(address(name), serve)


ROUTES = [_route(name) for name in _NAMES]
