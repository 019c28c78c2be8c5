"""``POST /webhooks/hubspot``: HubSpot reports what changed. The only path that may be reached from
outside, because each request is known by its signature.

A request is read to its end, checked, kept in one transaction, and then answered; nothing else is
done for it. HubSpot sends again whatever was not answered with 200 within five seconds.

Source: https://developers.hubspot.com/docs/guides/api/app-management/webhooks
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway import bootstrap
from gateway.domain.webhooks import LARGEST_BODY, PATH, REFUSAL_SENTENCES, UNSIGNED, Refusal
from gateway.hubspot.webhooks import Arrived
from gateway.usecases.receive import Outcome
from gateway.web.loopback import is_ours

PATIENCE_S = 5.0
"""How long a request may take to arrive: HubSpot itself gives up after as long."""
MOST_READ = 8 * LARGEST_BODY
"""Bytes of a request that are read before it is cut off. What is over ``LARGEST_BODY`` is thrown
away as it comes, so that the sender can hear why."""

STATUSES: Mapping[Refusal, int] = {
    **dict.fromkeys(UNSIGNED, 401),
    Refusal.HOST: 421,
    Refusal.SLOW: 408,
    Refusal.TOO_LARGE: 413,
    Refusal.NOT_JSON: 400,
    Refusal.NOT_A_LIST: 400,
    Refusal.TOO_MANY: 413,
    Refusal.UNREADABLE: 400,
    Refusal.PORTAL: 403,
    Refusal.UNKNOWN_PORTAL: 503,
    Refusal.STORE: 503,
}
"""Refusal → HTTP status (RFC 9110). HubSpot sends again after any of them, for a day."""
TOLD_APART = {Refusal.OFF: Refusal.SIGNATURE, Refusal.TIME: Refusal.SIGNATURE}
"""Refusals that look like another from outside."""


class Receive(HTTPEndpoint):
    """Any other method is answered here too: Streamlit would show a page for it."""

    async def post(self, request: Request) -> Response:
        """200 once every event is kept; else why none of them is."""
        webhooks = bootstrap.served().webhooks
        if not is_ours(request, webhooks.public_url):
            return _answer(webhooks.turn_away(Refusal.HOST))
        body = await _body(request)
        if isinstance(body, Refusal):
            return _answer(webhooks.turn_away(body))
        arrived = Arrived(
            method=request.method.encode(),
            target=_target(request),
            headers=request.headers.raw,
            body=body,
        )
        return _answer(await run_in_threadpool(webhooks.receive, arrived))


def _target(request: Request) -> bytes:
    """Path and query as they came, escapes and all."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return path + (b"?" + query if query else b"")


async def _body(request: Request) -> bytes | Refusal:
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MOST_READ:
                    break
                if size <= LARGEST_BODY:
                    chunks.append(chunk)
    except (TimeoutError, ClientDisconnect):
        return Refusal.SLOW
    return b"".join(chunks) if size <= LARGEST_BODY else Refusal.TOO_LARGE


def _answer(outcome: Outcome) -> Response:
    refusal = outcome.refusal
    if refusal is None:
        return JSONResponse({"stored": outcome.stored, "repeated": outcome.repeated})
    code = TOLD_APART.get(refusal, refusal)
    error = {"code": code.value, "message": REFUSAL_SENTENCES[refusal]}
    told = error if outcome.position is None else {**error, "event": outcome.position}
    closing = {"Connection": "close"} if refusal in (Refusal.SLOW, Refusal.TOO_LARGE) else {}
    return JSONResponse({"error": told}, STATUSES[refusal], headers=closing)


ROUTES = [Route(PATH, Receive)]
