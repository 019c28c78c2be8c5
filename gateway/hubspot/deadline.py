"""An answer that comes a byte at a time is cut off: a socket's own time-out begins anew with
every byte, and one such answer could keep a thread for hours."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

ANSWER_S = 30.0
"""How long an answer may take, from the last byte of the request to its own last byte."""


class BoundedResponse(http.client.HTTPResponse):
    """HTTP's own reading of an answer, over a stream that ends at its deadline."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        bounded: Any = _Bounded(sock)
        super().__init__(bounded, *arguments, **options)


class _Bounded:
    """As much of a socket as an answer needs: something to read from."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self._sock))


class _Stream(io.RawIOBase):
    """Reads until the deadline; then each read times out."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._patience_s = sock.gettimeout()
        # The socket's own stream keeps it open until the answer is read, as HTTP expects.
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + ANSWER_S

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Reads what is there. Raises :class:`TimeoutError` after the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        patience = left if self._patience_s is None else min(left, self._patience_s)
        self._sock.settimeout(patience)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Lets go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()
