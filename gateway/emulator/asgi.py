"""The emulator as an ASGI application: bytes in, bytes out, all rules elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import parse_qs

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
ARRIVED = "arrived"
"""The key under which the server leaves when the head of the call was read."""
_OWN_NAMES = frozenset({"127.0.0.1", "localhost"})


class _GoneError(Exception):
    """The caller left before the whole call had been read."""


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
        try:
            body = await _read(receive)
        except _GoneError:
            return
        outcome = self._outcome(scope, body)
        if outcome.delay:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), outcome.delay)
        if outcome.answer is None:
            scope["state"][CUT](outcome.cut)
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await _send(outcome.answer, send)

    def _outcome(self, scope: Scope, body: bytes | None) -> Outcome:
        # A slash at the end says nothing: HubSpot's own clients send one for some paths.
        path, query = scope["path"].removesuffix("/"), scope["query_string"].decode("latin-1")
        route, params, methods = match(scope["method"], path)
        call = Call(
            portal=self._portal,
            base=self._base,
            method=scope["method"],
            path=path,
            params=params,
            query={
                key: tuple(values)
                for key, values in parse_qs(query, keep_blank_values=True).items()
            },
            headers={
                key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
            },
            body=body or b"",
            at=scope["state"][ARRIVED],
        )
        with self._portal.lock:
            unfit = _unfit(call, len(scope["raw_path"] + scope["query_string"]), body)
            if unfit is not None:
                return turned_away(call, unfit)
            if route is None:
                told = responses.wrong_method(methods) if methods else responses.no_route()
                return turned_away(call, told)
            if route.door is Door.ADMIN and "origin" in call.headers:
                return turned_away(call, responses.error(403, "Not for web pages"))
            try:
                return carry_out(route, call)
            except Exception as bug:  # the server must answer, and its text may hold a value
                return broken(call, type(bug).__name__)


def _unfit(call: Call, address_length: int, body: bytes | None) -> Answer | None:
    """What a call gets that is for somebody else, or too large; None when it is neither."""
    if call.headers.get("host", "").partition(":")[0] not in _OWN_NAMES:
        return responses.error(421, "Misdirected Request")
    if 0 < call.portal.switches.longest_address < address_length:
        return responses.not_taken(414, "URI Too Long")
    return responses.not_taken(413, "Payload Too Large") if body is None else None


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large."""
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    return b"".join(chunks) if size <= MAX_BODY else None


async def _send(answer: Answer, send: Send) -> None:
    headers = {"Content-Type": answer.media_type, **answer.headers}
    if answer.status != 204:
        headers["Content-Length"] = str(len(answer.body))
    named = [(key.lower().encode("latin-1"), value.encode("latin-1"))
             for key, value in headers.items()]  # fmt: skip
    await send({"type": "http.response.start", "status": answer.status, "headers": named})
    await send({"type": "http.response.body", "body": answer.body})
