"""``worker --metrics-port``: the worker's numbers for Prometheus, on this machine only.

A web page can make a browser call 127.0.0.1 under a name of its own (DNS rebinding), so a call
under any other host name than this machine's is refused.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gateway.cli.usage import UsageError
from gateway.domain.errors import GatewayError

HOST = "127.0.0.1"
PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PATIENCE_S = 5.0
"""How long a caller may take to say what it wants."""


@contextlib.contextmanager
def metrics_served(port: int, read: Callable[[], bytes]) -> Iterator[str]:
    """Serves what ``read`` gives under ``GET /metrics`` within the block, and nothing else; gives
    the address. Raises :class:`UsageError` when the port is not free."""
    try:
        server = _Server((HOST, port), _handler(read))
    except (OSError, OverflowError):
        raise UsageError(
            f"Port {port} cannot be used for the metrics. Choose another, or 0 for any."
        ) from None
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is nobody's fault, and a traceback is for nobody's eyes."""


def _handler(read: Callable[[], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            port = self.connection.getsockname()[1]
            if self.headers.get_all("Host") not in ([f"{HOST}:{port}"], [f"localhost:{port}"]):
                self._answer(403, b"This answers on this machine only.\n")
            elif self.path != PATH:
                self._answer(404, b"There is only /metrics.\n")
            else:
                self._read()

        def _read(self) -> None:
            try:
                body = read()
            except GatewayError:
                self._answer(503, b"The numbers cannot be read at the moment.\n")
            else:
                self._answer(200, body)

        def version_string(self) -> str:
            return "sealed-intake"

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged: a path may hold anything."""

        def send_error(
            self, code: int, message: str | None = None, explain: str | None = None
        ) -> None:
            """The base class would repeat what was asked."""
            self._answer(code, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

    return Handler
