"""One POST to an address on this machine, and to nowhere else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import h11

from gateway.emulator.webhooks.subscriptions import is_loopback

ANSWER_WITHIN_S = 5.0
"""Seconds a receiver has for its answer, as documented."""
_CHUNK = 65_536
_BOTH_LOOPBACKS = ("127.0.0.1", "::1")


def request_target(parts: SplitResult) -> str:
    """Path and query of an address, as the request line has them."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def called_uri(url: str) -> str:
    """The address as the receiver sees it called, which is what is signed."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{request_target(parts)}"


async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """The status of the answer; 0 when there was none in time. Redirects are not followed.

    Raises :class:`ValueError` for an address that is not on this machine.
    """
    parts = urlsplit(url)
    if not is_loopback(parts):
        raise ValueError("the emulator posts to this machine only")
    try:
        return await asyncio.wait_for(_post(parts, headers, body), ANSWER_WITHIN_S)
    except (OSError, TimeoutError, h11.ProtocolError):
        return 0


async def _post(parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
    reader, writer = await _connected(parts)
    try:
        connection = h11.Connection(our_role=h11.CLIENT)
        told = {
            "Host": parts.netloc,
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        request = h11.Request(
            method="POST", target=request_target(parts), headers=list(told.items())
        )
        writer.write(connection.send(request) or b"")
        writer.write(connection.send(h11.Data(data=body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                return event.status_code
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(_CHUNK))
            elif isinstance(event, h11.ConnectionClosed):
                return 0
    finally:
        writer.close()


async def _connected(parts: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection; ``localhost`` is never looked up, so it cannot lead elsewhere."""
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    context = _context() if secure else None
    addresses = _BOTH_LOOPBACKS if host == "localhost" else (host,)
    for address in addresses[:-1]:
        try:
            return await asyncio.open_connection(address, port, ssl=context)
        except OSError:
            continue
    return await asyncio.open_connection(addresses[-1], port, ssl=context)


def _context() -> ssl.SSLContext:
    """On this machine certificates are home-made."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
