"""The composition root: the one place where the stations meet their settings."""

from __future__ import annotations

import dataclasses
import os
import secrets
import socket
import time
from contextlib import ExitStack

from gateway.domain.answers import Secret
from gateway.emulator import Emulator
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import Client
from gateway.hubspot.routes import Host
from gateway.sealing.keyring import open_keyring
from gateway.settings import Mode, Settings, load_settings
from gateway.store.store import open_store
from gateway.usecases.breaker import Breaker
from gateway.usecases.check import Check
from gateway.usecases.definitions import Definitions
from gateway.usecases.deliver import Delivery
from gateway.usecases.doctor import Doctor
from gateway.usecases.gateway import Gateway
from gateway.usecases.portal import Portal
from gateway.usecases.reconcile import Reconcile
from gateway.usecases.submit import Submit
from gateway.usecases.worker import Worker


def open_gateway(settings: Settings | None = None) -> Gateway:
    """Opens the gateway the settings describe (default: environment and ``.env``).

    Without a token it starts an emulator inside, for a demo. Nothing is delivered until
    :meth:`Gateway.start_worker`. Raises :class:`SettingsError`, :class:`KeyringBroken`, or
    :class:`IntakeClosed` when the outbox cannot be opened; what was started is stopped again.
    """
    settings = settings if settings is not None else load_settings()
    with ExitStack() as resources:
        if settings.mode is Mode.DEMO:
            settings = _with_emulator(settings, resources.enter_context(Emulator()))
        return _assemble(settings, resources)


def _with_emulator(settings: Settings, emulator: Emulator) -> Settings:
    return dataclasses.replace(
        settings,
        token=Secret(emulator.intake_token),
        api_base=emulator.api_base,
        forms_base=emulator.forms_base,
    )


def _assemble(settings: Settings, resources: ExitStack) -> Gateway:
    keyring = open_keyring(settings.keys_dir, settings.mode)
    store = open_store(settings.database_url)
    resources.callback(store.close)
    hubspot = _hubspot(settings)
    resources.callback(hubspot.close)
    breaker = Breaker()
    portal = Portal(
        hubspot,
        store.snapshots,
        expected=settings.portal_id,
        forms_hosts=settings.forms_hosts if settings.forms_base is None else None,
        token_fingerprint=keyring.fingerprint(settings.token.reveal().encode()),
        keep_age_ms=settings.snapshot_max_age * 1000,
        now_ms=_now_ms,
        breaker=breaker,
    )
    definitions = Definitions(
        hubspot,
        store.snapshots,
        max_age_ms=settings.definition_max_age * 1000,
        keep_age_ms=settings.snapshot_max_age * 1000,
        now_ms=_now_ms,
        breaker=breaker,
    )
    check = Check(definitions, portal)
    delivery = Delivery(
        f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        store.outbox,
        keyring,
        check,
        portal,
        hubspot,
        rate_limit=settings.rate_limit,
        boot_s=_boot_s,
        now_ms=_now_ms,
    )
    return Gateway(
        settings.mode,
        check=check,
        submit=Submit(check, portal, keyring, store.outbox, settings.public_url),
        outbox=store.outbox,
        worker=Worker(
            store.outbox,
            delivery,
            Reconcile(store.outbox, hubspot),
            unknown_window_s=settings.unknown_window,
            now_ms=_now_ms,
        ),
        doctor=Doctor(settings, store, keyring, portal, check, _now_ms),
        resources=resources.pop_all(),
    )


def _hubspot(settings: Settings) -> HubSpot:
    emulated = settings.mode is not Mode.LIVE
    bases = {Host.API: settings.api_base}
    if settings.forms_base is not None:
        bases[Host.FORMS] = settings.forms_base
    client = Client(settings.token, bases, emulated=emulated)
    return HubSpot(
        client,
        settings.token,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _boot_s() -> float:
    """Seconds that keep counting while the machine sleeps, so that a lease cannot outlive a
    closed lid; elsewhere than on Linux the nearest there is."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class _Serving:
    """The one gateway of a serving process: Streamlit runs page scripts by itself, so they
    have to find it here."""

    gateway: Gateway | None = None


def serve(gateway: Gateway | None) -> None:
    """Makes ``gateway`` the one that pages of this process use; None takes it away."""
    _Serving.gateway = gateway


def served() -> Gateway:
    """The gateway of this process. Raises :class:`RuntimeError` before :func:`serve`."""
    if _Serving.gateway is None:
        raise RuntimeError("no gateway is being served in this process")
    return _Serving.gateway
