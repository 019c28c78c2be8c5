"""Connections to HubSpot: kept for the next call, and never used again once they were idle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.domain.answers import Secret
from gateway.hubspot import connecting, wire
from gateway.hubspot.client import Client
from gateway.hubspot.routes import Host


class Counting(ThreadingHTTPServer):
    """Keeps connections open, and notes which one each call came by. Where ``together`` is set,
    a call is answered once so many are there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.came_by: list[int] = []
        self.together: threading.Barrier | None = None


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Counting)
        self.server.came_by.append(self.client_address[1])
        if self.server.together is not None:
            self.server.together.wait(10)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def client(server: Counting) -> Iterator[Client]:
    base = f"http://127.0.0.1:{server.server_address[1]}"
    made = Client(Secret("token"), {Host.API: base}, emulated=True)
    yield made
    made.close()


def test_a_connection_is_used_again(server: Counting, client: Client) -> None:
    """Call after call goes by the same connection."""
    for _ in range(3):
        client.send(wire.account_details())
    assert len(set(server.came_by)) == 1


def test_an_idle_connection_is_not_used_again(
    server: Counting, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two connections one is used all the time; the other has been idle meanwhile, and is
    replaced: its own rest counts, not that of the client."""
    now = [100.0]
    monkeypatch.setattr(connecting, "monotonic", lambda: now[0])

    def both() -> set[int]:
        server.together = threading.Barrier(2)
        before = len(server.came_by)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: client.send(wire.account_details()), range(2)))
        server.together = None
        return set(server.came_by[before:])

    first = both()
    assert len(first) == 2
    for _ in range(4):
        now[0] += connecting.IDLE_S * 0.6
        client.send(wire.account_details())
    busy = server.came_by[-1]
    assert set(server.came_by[2:]) == {busy}
    assert busy in first
    assert both() & first == {busy}
