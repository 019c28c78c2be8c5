"""Tells a failure to connect from a failure after it: only the first proves that no byte of a
request has left. Name look-up, TCP and the TLS handshake all belong to connecting. A connection
that has been idle is not used again: the other side may be closing it at this very moment, and
a send that breaks for that is our own doing.
"""

from __future__ import annotations

import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from gateway.hubspot.deadline import BoundedResponse

if TYPE_CHECKING:
    from urllib3._base_connection import BaseHTTPConnection

IDLE_S = 3.0
"""Servers close a connection after five idle seconds and more."""
NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError)
"""What a call that never had a connection ends with (a failed name look-up is one, too)."""


class _ProvenConnection(HTTPConnection):
    response_class = BoundedResponse

    def connect(self) -> None:
        """Connects, or raises one of ``NOT_CONNECTED``."""
        try:
            super().connect()
        except NOT_CONNECTED:
            raise
        except (HTTPError, OSError):
            raise NewConnectionError(self, "not connected") from None


class _ProvenSecureConnection(HTTPSConnection):
    response_class = BoundedResponse

    def connect(self) -> None:
        """Connects and completes the handshake, or raises one of ``NOT_CONNECTED``."""
        try:
            super().connect()
        except NOT_CONNECTED:
            raise
        except (HTTPError, OSError, ssl.SSLError, ssl.CertificateError):
            raise NewConnectionError(self, "not connected") from None


class _Fresh(HTTPConnectionPool):
    """A pool of connections, each closed before it is used again once it has been idle."""

    def _get_conn(self, timeout: float | None = None) -> BaseHTTPConnection:
        conn = super()._get_conn(timeout)
        now = monotonic()
        if now - getattr(conn, "idle_since", now) > IDLE_S:
            conn.close()
        return conn

    def _put_conn(self, conn: BaseHTTPConnection | None) -> None:
        if conn is not None:
            conn.idle_since = monotonic()  # type: ignore[attr-defined]  # ours
        super()._put_conn(conn)


class _Pool(_Fresh):
    ConnectionCls = _ProvenConnection


class _SecurePool(_Fresh, HTTPSConnectionPool):
    ConnectionCls = _ProvenSecureConnection


class ProvingAdapter(requests.adapters.HTTPAdapter):
    """An adapter whose failures to connect all say so."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As requests does it, with our connections."""
        super().init_poolmanager(*arguments, **options)
        manager: urllib3.PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
