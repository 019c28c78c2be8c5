"""The one HTML document of all pages: Streamlit's own, without its inline script, its
pointers elsewhere and its texts, and with our script and style."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from gateway.web.assets import MODULES, SCRIPT, STYLES, address
from gateway.web.surface import PAGES

_INLINE_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_COMMENT = re.compile(r"<!--(?!\[).*?-->", re.DOTALL)
_LINK_WE_DROP = re.compile(
    r"<link\b[^>]*\b(?:rel=\"(?:service-desc|shortcut icon)\"|as=\"font\")[^>]*>", re.DOTALL
)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_LANG = re.compile(r"<html[^>]*>")

LANGUAGE = "en"
"""The language of this program's own texts. A form in another language is marked as such
by the page that draws it."""


def rewrite(document: str) -> str:
    """Streamlit's ``index.html`` as we serve it.

    Raises :class:`ValueError` when the document is not the shape we know: a new Streamlit
    version must be looked at, not served half-changed.
    """
    styles = "\n".join(f'<link rel="stylesheet" href="{address(name)}">' for name in STYLES)
    # From far away, each module that is found only in another one would come a way later.
    modules = "\n".join(f'<link rel="modulepreload" href="{address(name)}">' for name in MODULES)
    ours = (
        f'<link rel="icon" type="image/svg+xml" href="{address("icon.svg")}">\n{styles}\n'
        f'{modules}\n<script type="module" src="{address(SCRIPT)}"></script>\n</head>'
    )
    for pattern, replacement in (
        (_COMMENT, ""),
        (_INLINE_SCRIPT, ""),
        (_LINK_WE_DROP, ""),
        (_LANG, f'<html lang="{LANGUAGE}">'),
        (_TITLE, "<title>Sealed Intake</title>"),
        (_NOSCRIPT, "<noscript><p>Please switch JavaScript on to fill in forms.</p></noscript>"),
        (re.compile("</head>"), ours),
    ):
        document, found = pattern.subn(replacement, document)
        if not found:
            raise ValueError(f"Streamlit's page has no {pattern.pattern!r}")
    return document


def shell_routes(static_folder: Path) -> list[Route]:
    """A route per page, all serving the rewritten ``index.html`` of ``static_folder``."""
    document = rewrite((static_folder / "index.html").read_text(encoding="utf-8"))

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(document)

    return [Route(path, page) for path in PAGES]
