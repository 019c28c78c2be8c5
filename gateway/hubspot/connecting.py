"""Tells a failure to connect from a failure after it: only the first proves that no byte of a
request has left. Name look-up, TCP and the TLS handshake all belong to connecting.
"""

from __future__ import annotations

import ssl
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from gateway.hubspot.deadline import BoundedResponse

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


class _Pool(HTTPConnectionPool):
    ConnectionCls = _ProvenConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _ProvenSecureConnection


class ProvingAdapter(requests.adapters.HTTPAdapter):
    """An adapter whose failures to connect all say so."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As requests does it, with our connections."""
        super().init_poolmanager(*arguments, **options)
        manager: urllib3.PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
