"""The emulator as an ASGI application: bytes in, bytes out, all rules elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.exchange import Door, Outcome, broken, carry_out, turned_away
from gateway.emulator.portal import Portal
from gateway.emulator.responses import Answer
from gateway.emulator.routes import match

MAX_BODY = 8 * 1024 * 1024
"""Bytes; a submission of 1000 fields fits many times over."""
CUT = "cut"
"""The key of the connection's state under which the server leaves the means to cut it."""
_OWN_NAMES = frozenset({"127.0.0.1", "localhost"})


class EmulatorApp:
    """Serves one portal. ``base`` is the address it answers at."""

    def __init__(self, portal: Portal, base: str) -> None:
        self._portal = portal
        self._base = base
        self.stopping = asyncio.Event()
        """Set it to end every wait at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return
        outcome = self._outcome(request, body)
        if outcome.delay:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), outcome.delay)
        if outcome.answer is None:
            scope["state"][CUT]()
            while not await request.is_disconnected():
                await asyncio.sleep(0)
            return
        await _response(outcome.answer)(scope, receive, send)

    def _outcome(self, request: Request, body: bytes | None) -> Outcome:
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        route, params, exists = match(request.method, path)
        call = Call(
            portal=self._portal,
            base=self._base,
            method=request.method,
            path=path,
            params=params,
            query={
                key: tuple(values)
                for key, values in parse_qs(query, keep_blank_values=True).items()
            },
            headers={key.lower(): value for key, value in request.headers.items()},
            body=body or b"",
        )
        with self._portal.lock:
            if call.headers.get("host", "").partition(":")[0] not in _OWN_NAMES:
                return turned_away(call, responses.error(421, "Misdirected Request"))
            if body is None:
                return turned_away(call, responses.error(413, "Payload Too Large"))
            if route is None:
                return turned_away(
                    call,
                    responses.error(405, "Method Not Allowed") if exists else responses.no_route(),
                )
            if route.door is Door.ADMIN and "origin" in call.headers:
                return turned_away(call, responses.error(403, "Not for web pages"))
            try:
                return carry_out(route, call)
            except Exception as bug:  # the server must answer, and its text may hold a value
                return broken(call, type(bug).__name__)


async def _read(request: Request) -> bytes | None:
    """The whole body, or None when it is too large."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    return b"".join(chunks) if size <= MAX_BODY else None


def _response(answer: Answer) -> Response:
    return Response(
        answer.body, answer.status, headers=dict(answer.headers), media_type=answer.media_type
    )
