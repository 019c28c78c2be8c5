"""What a browser shows when there is no page, or the page broke: a sentence, never a trace."""

from __future__ import annotations

import html
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.web.assets import address
from gateway.web.headers import secure

SENTENCES: Mapping[int, tuple[str, str]] = {
    404: ("There is nothing here.", "Go back to the forms and choose one."),
    405: ("That cannot be done here.", "Go back to the forms and choose one."),
    500: (
        "Something went wrong on our side.",
        "Nothing that has a receipt is lost. Go back to the forms and try again; "
        "if it stays, tell your administrator.",
    ),
}
"""HTTP status → what happened, and what to do next."""
_OTHER = ("This request cannot be answered.", "Go back to the forms and choose one.")

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sealed Intake</title>
<link rel="icon" href="{icon}"><link rel="stylesheet" href="{style}">
</head><body><main><h1>{what}</h1><p>{next}</p>
<p><a href="{path}">{word}</a></p></main></body></html>
"""
FORMS = ("/", "All forms")
"""Where a plain page leads, and the link's words."""


def plain_failure(status: int) -> Response:
    """The whole page for ``status``; it holds nothing from the request."""
    what, then = SENTENCES.get(status, _OTHER)
    return plain_page(what, then, status)


def plain_page(what: str, then: str, status: int, leads: tuple[str, str] = FORMS) -> Response:
    """A page without Streamlit: what happened, what to do next, and where to go from there."""
    words = {
        "what": what, "next": then, "path": leads[0], "word": leads[1],
        "icon": address("icon.svg"), "style": address("failure.css"),
    }  # fmt: skip
    return HTMLResponse(
        _PAGE.format_map({name: html.escape(text) for name, text in words.items()}), status
    )


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's handler for refusals of its router."""
    return plain_failure(error.status_code if isinstance(error, HTTPException) else 500)


async def on_failure(request: Request, error: Exception) -> Response:
    """Starlette's handler for anything unforeseen. It answers outside the middleware, so it
    secures its own headers."""
    response = plain_failure(500)
    secure(response.headers, request.url.path)
    return response
