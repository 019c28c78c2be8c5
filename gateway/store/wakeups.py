"""Hears from PostgreSQL that another process has changed something.

``NOTIFY`` reaches every session that listens once the transaction is durable
(https://www.postgresql.org/docs/15/sql-notify.html). What is told while a session is away is
told to nobody, so the callback is also called after each new connection.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

CHANNEL = "sealed_intake"
SHORTEST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0
"""How long it waits before it connects again: twice as long each time, up to this."""
END_S = 2.0
"""How long closing waits for a connection that is just being made."""


class Wakeups:
    """One connection and one thread that wait, and call ``callback()`` each time, which raises
    nothing."""

    def __init__(
        self, connect: Callable[[], PoolProxiedConnection], callback: Callable[[], None]
    ) -> None:
        self._connect = connect
        self._callback = callback
        self._closing, self._closed = socket.socketpair()
        self._pause_s = SHORTEST_PAUSE_S
        self._thread = threading.Thread(target=self._run, name="outbox-wakeups", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and its connection. More than once is no error."""
        with contextlib.suppress(OSError):
            self._closing.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join(END_S)

    def _run(self) -> None:
        with self._closing, self._closed:
            while not self._over(within_s=0):
                with contextlib.suppress(SQLAlchemyError, psycopg.Error, OSError):
                    self._listen()
                if self._over(within_s=self._pause_s):
                    return
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _listen(self) -> None:
        with contextlib.closing(self._connect()) as pooled:
            try:
                self._hear(pooled.driver_connection)
            except psycopg.Error:
                # It is dead: nobody has to say goodbye to it.
                pooled.invalidate()

    def _hear(self, raw: Any) -> None:
        raw.execute(f"LISTEN {CHANNEL}")
        self._pause_s = SHORTEST_PAUSE_S
        told: bool | None = True
        while told is not None:
            if told:
                self._callback()
            told = self._told(raw.pgconn)

    def _told(self, pgconn: Any) -> bool | None:
        """Waits; then whether something was told, or None when the connection or all is over."""
        with selectors.DefaultSelector() as ready:
            ready.register(pgconn.socket, selectors.EVENT_READ)
            ready.register(self._closed, selectors.EVENT_READ)
            if any(key.fileobj is self._closed for key, _ in ready.select()):
                return None
        pgconn.consume_input()
        told = False
        while pgconn.notifies() is not None:
            told = True
        return told

    def _over(self, within_s: float) -> bool:
        with selectors.DefaultSelector() as ready:
            ready.register(self._closed, selectors.EVENT_READ)
            return bool(ready.select(within_s))
