"""A line between gateway and emulator that can be cut at any byte, in either direction."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import enum
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Self

LONGEST_S = 0.15
"""How long a connection may outlive its cut."""
_RESET = struct.pack("ii", 1, 0)


class Side(enum.Enum):
    """Which way the bytes go that are counted."""

    REQUEST = enum.auto()
    RESPONSE = enum.auto()


class How(enum.Enum):
    """How the line is cut."""

    CLOSE = enum.auto()
    """Both ends see an orderly end."""
    RESET = enum.auto()
    """Both ends see a reset."""
    HALF = enum.auto()
    """Only this direction ends; the other stays open."""


@dataclasses.dataclass(frozen=True)
class Cut:
    """After byte ``at`` of ``side`` the line is cut; None never cuts. ``pause_s`` is how long
    each byte of the response takes, ``wait_s`` how late the response begins."""

    side: Side = Side.REQUEST
    at: int | None = None
    how: How = How.CLOSE
    pause_s: float = 0.0
    wait_s: float = 0.0


@dataclasses.dataclass
class Passage:
    """What went over one connection."""

    request: bytearray = dataclasses.field(default_factory=bytearray)
    response: bytearray = dataclasses.field(default_factory=bytearray)
    over: threading.Event = dataclasses.field(default_factory=threading.Event)

    @property
    def answered(self) -> int | None:
        """The status of a response that was passed on whole, else None."""
        head, gap, body = bytes(self.response).partition(b"\r\n\r\n")
        if not gap:
            return None
        lines = head.lower().split(b"\r\n")
        sizes = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
        return int(lines[0].split()[1]) if sizes == [len(body)] else None


class Proxy:
    """Listens on a port of its own. Every connection follows the ``cut`` of the moment it
    was opened, and is found in ``passages``."""

    def __init__(self, upstream: str) -> None:
        host, _, port = upstream.removeprefix("http://").partition(":")
        self._upstream = (host, int(port))
        self.cut = Cut()
        self.passages: list[Passage] = []
        self.base = ""
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._end: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._up.set()
        await self._end.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage, cut = Passage(), self.cut
        self.passages.append(passage)
        try:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(LONGEST_S + cut.wait_s + cut.pause_s * 2_000):
                    await _line(passage, cut, reader, writer, self._upstream)
        finally:
            writer.transport.abort()
            passage.over.set()


async def _line(
    passage: Passage, cut: Cut, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    upstream: tuple[str, int],
) -> None:  # fmt: skip
    up_reader, up_writer = await asyncio.open_connection(*upstream)
    both = (writer, up_writer)
    try:
        await asyncio.gather(
            _forward(Side.REQUEST, cut, passage.request, reader, up_writer, both),
            _forward(Side.RESPONSE, cut, passage.response, up_reader, writer, both),
        )
    finally:
        up_writer.transport.abort()


async def _forward(
    side: Side, cut: Cut, passed: bytearray, source: asyncio.StreamReader,
    sink: asyncio.StreamWriter, both: tuple[asyncio.StreamWriter, ...],
) -> None:  # fmt: skip
    limit = cut.at if side is cut.side else None
    if side is Side.REQUEST and limit == 0:
        _cut(cut.how, sink, both)
        return
    slow = side is Side.RESPONSE
    while data := await source.read(65536):
        if slow and not passed:
            await asyncio.sleep(cut.wait_s)
        for piece in _pieces(data if limit is None else data[: limit - len(passed)], slow, cut):
            # Counted before it is written: the other end may act on it at once.
            passed += piece
            sink.write(piece)
            await sink.drain()
            await asyncio.sleep(cut.pause_s if slow else 0)
        if limit is not None and len(passed) >= limit:
            _cut(cut.how, sink, both)
            return
    sink.close()


def _pieces(data: bytes, slow: bool, cut: Cut) -> Iterator[bytes]:
    size = 1 if slow and cut.pause_s else len(data)
    return (data[at : at + size] for at in range(0, len(data), max(1, size)))


def _cut(how: How, sink: asyncio.StreamWriter, both: tuple[asyncio.StreamWriter, ...]) -> None:
    if how is How.HALF:
        sink.write_eof()
        return
    for writer in both:
        if how is How.RESET:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        else:
            writer.close()
