"""The composition root: the one place where the stations meet their settings."""

from __future__ import annotations

import dataclasses
import os
import secrets
import socket
import time
from contextlib import ExitStack

from gateway.bootstrap.account import account_of
from gateway.bootstrap.desk import Shared, open_desk
from gateway.domain.answers import Secret
from gateway.domain.errors import ForeignOutbox, OutboxGone
from gateway.domain.webhooks import PATH
from gateway.emulator import Emulator
from gateway.emulator.webhooks.everything import report_everything
from gateway.sealing.keyring import open_keyring
from gateway.settings import Mode, Settings, load_settings
from gateway.store.lockfile import LockStore
from gateway.store.store import open_store
from gateway.usecases.approvals import Approvals
from gateway.usecases.audit_trail import AuditTrail
from gateway.usecases.breaker import Breaker
from gateway.usecases.check import Check
from gateway.usecases.continuity import Continuity
from gateway.usecases.definitions import Definitions
from gateway.usecases.deliver import Delivery
from gateway.usecases.doctor import Doctor
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.gateway import Gateway
from gateway.usecases.guarding import Guarding
from gateway.usecases.housekeeping import Housekeeping
from gateway.usecases.instruments import Instruments
from gateway.usecases.intake import Intake
from gateway.usecases.oauth import OAuth, app_of
from gateway.usecases.overview import Watch
from gateway.usecases.portal import Portal
from gateway.usecases.probe import ProbeRun
from gateway.usecases.readiness import Readiness
from gateway.usecases.receive import Webhooks
from gateway.usecases.reconcile import Reconcile
from gateway.usecases.retention import Retention
from gateway.usecases.scope_plan import Scopes
from gateway.usecases.submit import Submit
from gateway.usecases.withdrawals import Withdrawals
from gateway.usecases.worker import Worker

PROBE = b"probe "
"""Before a probe's bytes when they are signed, so that no other digest of the ring's is one."""
WINDOW_S = 10.0
"""HubSpot's window of calls, which reading back keeps to as sending does."""


def open_gateway(settings: Settings | None = None, *, pages_at: str | None = None) -> Gateway:
    """Opens the gateway the settings describe (default: environment and ``.env``).

    Without a token it starts an emulator inside, for a demo; that one sends its webhooks to
    ``pages_at``, the address this process serves its pages under, if it does. Nothing is
    delivered until :meth:`Gateway.start_worker`. Raises :class:`SettingsError`
    (:class:`ForeignOutbox` for an outbox of another key folder, :class:`OutboxGone` where the one
    these keys had was lost), :class:`KeyringBroken`, or :class:`IntakeClosed` when the outbox
    cannot be opened; what was started is stopped again.
    """
    settings = settings if settings is not None else load_settings()
    with ExitStack() as resources:
        emulator: Emulator | None = None
        if settings.mode is Mode.DEMO:
            emulator = resources.enter_context(Emulator())
            settings = _with_emulator(settings, emulator, pages_at)
        return _assemble(settings, emulator, resources)


def _with_emulator(settings: Settings, emulator: Emulator, pages_at: str | None) -> Settings:
    if pages_at is not None:
        report_everything(emulator.portal, pages_at + PATH)
    return dataclasses.replace(
        settings,
        token=Secret(emulator.intake_token),
        records_token=Secret(emulator.desk_token),
        api_base=emulator.api_base,
        forms_base=emulator.forms_base,
        client_secret=Secret(emulator.client_secret),
        public_url=pages_at or settings.public_url,
    )


def _assemble(settings: Settings, emulator: Emulator | None, resources: ExitStack) -> Gateway:
    keyring = open_keyring(settings.keys_dir, settings.mode)
    store = open_store(settings.database_url)
    resources.callback(store.close)
    if keyring.served_an_outbox and store.installation.is_nobodys():
        raise OutboxGone
    if not store.installation.claim(keyring.ring_id, keyring.mark):
        raise ForeignOutbox
    keyring.begin_outbox()
    continuity = Continuity(store.audit, store.outbox, keyring)
    continuity.prove()
    resources.callback(continuity.close)
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    app = app_of(settings, store, keyring, resources, owner=owner, boot_s=_boot_s, now_ms=_now_ms)
    fixed = keyring.fingerprint(settings.token.reveal().encode())
    token = app.installation.identity if app is not None else lambda: fixed
    store.queue.new_token(token())
    hubspot = account_of(settings, app.token if app is not None else settings.token)
    resources.callback(hubspot.close)
    breaker = Breaker(store.queue, token)
    portal = Portal(
        hubspot,
        store.snapshots,
        expected=settings.portal_id,
        forms_hosts=settings.forms_hosts if settings.forms_base is None else None,
        token_fingerprint=token,
        keep_age_ms=settings.snapshot_max_age * 1000,
        now_ms=_now_ms,
        breaker=breaker,
    )
    locks = LockStore(settings.lock_file, keyring.fingerprint)
    definitions = Definitions(
        hubspot,
        store.snapshots,
        approved=lambda: locks.form_ids(portal.known_id()),
        max_age_ms=settings.definition_max_age * 1000,
        keep_age_ms=settings.snapshot_max_age * 1000,
        now_ms=_now_ms,
        breaker=breaker,
    )
    resources.callback(definitions.close)
    store.probes.trust(
        lambda body: keyring.fingerprint(PROBE + body), portal.known_id, settings.unknown_window
    )
    check = Check(
        definitions,
        portal,
        locks,
        approval_required=settings.approval_required,
        now_ms=_now_ms,
    )
    approvals = Approvals(check, portal, locks, store.approvals, now_ms=_now_ms)
    instruments = Instruments(store.outbox, store.queue, _now_ms)
    intake = Intake(
        store.outbox,
        store.queue,
        portal,
        keyring,
        folder=settings.database_folder,
        backlog=settings.backlog,
    )
    submit = Submit(
        check,
        portal,
        keyring,
        store.outbox,
        intake,
        Guarding(store.guard_rows, instruments),
        instruments,
        settings.public_url,
        phone_region=settings.phone_region,
        now_ms=_now_ms,
    )
    webhooks = Webhooks(
        store.inbox,
        store.outbox,
        portal,
        definitions,
        instruments,
        secret=settings.client_secret,
        public_url=settings.public_url,
        legacy=settings.webhook_legacy,
        expected_portal=settings.portal_id,
        now_ms=_now_ms,
    )
    resources.callback(webhooks.close)
    delivery = Delivery(
        owner,
        store.outbox,
        keyring,
        check,
        portal,
        hubspot,
        instruments,
        rate_limit=settings.rate_limit,
        token=token,
        boot_s=_boot_s,
        now_ms=_now_ms,
    )
    housekeeping = Housekeeping(
        owner,
        store.outbox,
        store.queue,
        store.duties,
        delivery,
        Reconcile(
            store.outbox,
            hubspot,
            store.probes,
            window_s=settings.unknown_window,
            page_pause_s=WINDOW_S / settings.rate_limit if settings.rate_limit else 0.0,
            boot_s=_boot_s,
            now_ms=_now_ms,
        ),
        Retention(store.epochs, keyring, hold_s=settings.hold, now_ms=_now_ms),
        continuity,
        approvals,
        store.inbox,
        portal,
        unknown_window_s=settings.unknown_window,
        now_ms=_now_ms,
    )
    worker = Worker(
        store.outbox,
        store.queue,
        delivery,
        housekeeping,
        instruments,
        on_change=store.on_change,
    )
    watch = Watch(
        store.outbox,
        store.audit,
        store.queue,
        intake,
        owner=settings.owner,
        alarm_age_s=settings.alarm_age,
        rate_limit=settings.rate_limit,
        now_ms=_now_ms,
    )
    probe = ProbeRun(
        check,
        portal,
        submit,
        store.outbox,
        hubspot,
        store.probes,
        window_s=settings.unknown_window,
        public_url=settings.public_url,
        now_ms=_now_ms,
    )
    scopes = Scopes(check, portal, public_url=settings.public_url)
    oauth = OAuth(app, scopes)
    desk = open_desk(
        settings,
        Shared(store, portal, definitions, locks, instruments, owner, _now_ms, _boot_s),
        hubspot,
        resources,
    )
    return Gateway(
        settings.mode,
        delivers_here=settings.delivers,
        rate_limit=settings.rate_limit,
        check=check,
        approvals=approvals,
        withdrawals=Withdrawals(check, portal, locks, store.approvals),
        submit=submit,
        store=store,
        worker=worker,
        housekeeping=housekeeping,
        watch=watch,
        probe=probe,
        instruments=instruments,
        doctor=Doctor(
            settings,
            store,
            keyring,
            hubspot,
            portal,
            check,
            watch,
            desk.account,
            oauth,
            _now_ms,
        ),
        readiness=Readiness(store, intake, check),
        webhooks=webhooks,
        properties=desk.properties,
        records=desk.records,
        search=desk.search,
        audit=AuditTrail(store, now_ms=_now_ms),
        scopes=scopes,
        oauth=oauth,
        emulated=EmulatedAccount(emulator, store.outbox.receipts_of) if emulator else None,
        now_ms=_now_ms,
        resources=resources.pop_all(),
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
