"""The emulator as a server: a thread of its own, on loopback and nowhere else."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.domain.errors import GatewayError
from gateway.emulator.asgi import ARRIVED, CUT, EmulatorApp
from gateway.emulator.faults import Cut
from gateway.emulator.grants import APP_ID
from gateway.emulator.portal import Portal
from gateway.emulator.responses import Stop
from gateway.emulator.seed import load
from gateway.emulator.state.keeper import Keeper
from gateway.emulator.state.sealed_file import StateUnusable
from gateway.emulator.switches import Switches
from gateway.emulator.webhooks.filing import set_up
from gateway.emulator.webhooks.sender import Sender

_HOST = "127.0.0.1"
_PATIENCE = 10.0
"""Seconds a start or a stop may take."""
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Makes the kernel reset a connection instead of closing it in order."""


class PortBusy(GatewayError):  # noqa: N818 - a state, named as the domain names its errors
    """The port is not free."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} cannot be used: another program listens there, or this machine "
            "reserves it. Choose another port, or 0 for any."
        )
        self.port = port


class NotStarted(GatewayError):  # noqa: N818 - as above
    """The server did not come up, or did not go down, in time."""

    def __init__(self) -> None:
        super().__init__("The emulator did not start or stop in time. Try again.")


class Emulator:
    """A HubSpot account on 127.0.0.1, for demos and tests.

    The port is held from construction on, so the addresses are known before
    :meth:`start`. Values live in memory and are gone when the process ends; after
    :meth:`stop` the same account can be started again on the same port. ``time_zone`` is the
    account's, an IANA name; the seed's own by default. With ``state`` the account is kept in
    that file, sealed, and is there again after the end of the process.

    Raises :class:`PortBusy`, ``gateway.emulator.seed.UnknownSeed``, and :class:`StateUnusable`.
    """

    def __init__(
        self,
        port: int = 0,
        seed: str = "clinic",
        switches: Switches | None = None,
        access_token: str | None = None,
        time_zone: str | None = None,
        state: Path | None = None,
    ) -> None:
        self.portal = Portal(load(seed), switches or Switches(), access_token, time_zone)
        self._socket: socket.socket | None = _bound(port)
        try:
            self._keeper = Keeper(state, self.portal) if state else None
        except StateUnusable:
            self._socket.close()
            raise
        self._port: int = self._socket.getsockname()[1]
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app: EmulatorApp | None = None

    @property
    def api_base(self) -> str:
        """Where the CRM, forms and account APIs answer."""
        return f"http://{_HOST}:{self._port}"

    @property
    def forms_base(self) -> str:
        """Where submissions go: the same server."""
        return self.api_base

    @property
    def portal_id(self) -> int:
        """The account's number (HubID)."""
        return self.portal.id

    @property
    def access_token(self) -> str:
        """The main token: it may submit to the seed's good forms, and read every record, so
        that one token shows what arrived."""
        return self.portal.access_token

    @property
    def intake_token(self) -> str:
        """A token with the least a gateway needs: it can submit, and read no value back."""
        return self.portal.intake_token

    @property
    def desk_token(self) -> str:
        """A token that reads and changes records and definitions of every class, and can do
        nothing with forms."""
        return self.portal.desk_token

    @property
    def refresh_token(self) -> str:
        """The OAuth refresh token of an installation with the least a gateway needs."""
        return self.portal.refresh_token

    @property
    def client_id(self) -> str:
        """The app's id, for introspection."""
        return self.portal.client_id

    @property
    def client_secret(self) -> str:
        """The app's secret, new with each emulator."""
        return self.portal.client_secret

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that are not archived, as ``{id, name}``."""
        with self.portal.lock:
            live = [form for form in self.portal.forms.values() if not form["archived"]]
            return [{"id": form["id"], "name": form["name"]} for form in live]

    def banner(self) -> dict[str, Any]:
        """What another program needs to use this emulator."""
        return {
            "api_base": self.api_base,
            "forms_base": self.forms_base,
            "portal_id": self.portal_id,
            "access_token": self.access_token,
            "records_token": self.desk_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "app_id": APP_ID,
            "developer_key": self.portal.developer_key,
            "forms": self.forms,
        }

    def subscribe(self, url: str, types: Iterable[str]) -> None:
        """Send webhooks to ``url``, an address on this machine: each of ``types`` is
        ``contact.creation``, ``contact.propertyChange:email`` or
        ``object.propertyChange:2-123/name``.

        Raises :class:`ValueError` naming what is wrong.
        """
        with self.portal.lock:
            try:
                set_up(self.portal, url, types)
            except Stop as stop:
                raise ValueError(json.loads(stop.answer.body)["message"]) from None

    def start(self) -> None:
        """Serve, and return once the first call can be answered.

        Raises :class:`PortBusy` when the port was taken since the last :meth:`stop`.
        """
        if self._thread is not None:
            return
        listener = self._socket or _bound(self._port)
        self._socket = None
        if self._keeper is not None:
            self._keeper.hold()
        up = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, up)), name="emulator", daemon=True
        )
        self._thread.start()
        if not up.wait(_PATIENCE):
            raise NotStarted

    def stop(self) -> None:
        """Answer what is under way, stop listening, and keep the account where there is a file
        for it. A second call does nothing. Raises :class:`StateUnusable`."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            if self._keeper is not None:
                self._keeper.release()
        if self._thread is None or self._server is None or self._loop is None:
            return
        self._server.should_exit = True
        if self._app is not None:
            self._loop.call_soon_threadsafe(self._app.stopping.set)
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            raise NotStarted
        self._thread = self._server = self._loop = self._app = None
        if self._keeper is not None:
            try:
                self._keeper.save()
            finally:
                self._keeper.release()

    async def _serve(self, listener: socket.socket, up: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._app = EmulatorApp(self.portal, self.api_base)
        server = _Server(
            uvicorn.Config(
                self._app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                proxy_headers=False,
                log_config=None,
                log_level=None,
                server_header=False,
                timeout_graceful_shutdown=2,
            ),
            up,
        )
        self._server = server
        beside = [asyncio.create_task(Sender(self.portal).run())]
        if self._keeper is not None:
            beside.append(asyncio.create_task(self._keeper.run()))
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """Tells when it is up."""

    def __init__(self, config: uvicorn.Config, up: threading.Event) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()


class _Protocol(H11Protocol):
    """HTTP/1.1 that can be cut off mid-call, and keeps paths out of every log."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.access_log = False
        self.app_state = {CUT: self._cut}

    def data_received(self, data: bytes) -> None:
        self.app_state[ARRIVED] = time.monotonic()
        super().data_received(data)

    def _cut(self, how: Cut) -> None:
        if how is Cut.RESET:
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
            )
        self.transport.abort()


def _bound(port: int) -> socket.socket:
    # asyncio sends small answers at once only on sockets whose protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
        listener.listen()
    except (OSError, OverflowError):
        listener.close()
        raise PortBusy(port) from None
    return listener
