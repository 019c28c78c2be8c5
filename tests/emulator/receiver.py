"""A small real HTTP receiver of webhooks, and patience for what arrives."""

from __future__ import annotations

import dataclasses
import http.server
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

PATIENCE_S = 60.0


@dataclasses.dataclass(frozen=True)
class Arrived:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        return json.loads(self.body)


class Receiver:
    """Listens on a free port of 127.0.0.1. ``answers`` gives the statuses of the next calls,
    then 204 for ever; 0 cuts the connection."""

    def __init__(self, *answers: int, address: str = "127.0.0.1") -> None:
        self.arrived: list[Arrived] = []
        self.answers = list(answers)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.arrived.append(Arrived(self.path, dict(self.headers), body))
                status = outer.answers.pop(0) if outer.answers else 204
                if status:
                    self.send_response(status)
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://{address}:{self._server.server_port}/webhooks/hubspot"

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event that arrived, in order."""
        return [event for arrived in list(self.arrived) for event in arrived.events]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def until(ask: Callable[[], Any]) -> Any:
    """What ``ask`` answers once it is true."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := ask()):
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.02)
    return answer
