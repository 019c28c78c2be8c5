"""Everything that can be wrong with the set-up, each finding with its cure."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from gateway.domain.errors import (
    INTAKE_CAUSES,
    AccountRefused,
    GatewayError,
    HubSpotError,
    Unauthorized,
)
from gateway.domain.findings import Finding, finding
from gateway.domain.submissions import STATE_WORDS, State
from gateway.sealing.keyring import Keyring
from gateway.settings import Mode, Settings
from gateway.store.store import Store
from gateway.usecases.check import Check
from gateway.usecases.intake import Intake
from gateway.usecases.overview import Watch
from gateway.usecases.portal import Portal

DISK_LOW_MIB = 64
"""Room for some ten thousand submissions; below it somebody should look."""

ACCOUNT_FINDINGS = {"portal": "portal_mismatch", "region": "region_unknown"}


class Doctor:
    """Looks at settings, keys, outbox, account, clock and every form."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        keyring: Keyring,
        portal: Portal,
        check: Check,
        intake: Intake,
        watch: Watch,
        now_ms: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._store = store
        self._keyring = keyring
        self._portal = portal
        self._check = check
        self._intake = intake
        self._watch = watch
        self._now_ms = now_ms

    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order a person would put things right."""
        return (*self._mode(), *self._own(), *self._hubspot())

    def _mode(self) -> Iterator[Finding]:
        if self._settings.mode is Mode.DEMO:
            yield finding("demo_mode")
        elif self._settings.mode is Mode.EMULATED:
            yield finding("emulated", base=self._settings.api_base)
        yield finding("loopback_only")

    def _own(self) -> Iterator[Finding]:
        yield finding("keys_ready", key=self._keyring.sealing.key_id[:8])
        try:
            self._store.outbox.prove_writable()
            counts = self._store.outbox.counts()
        except GatewayError as error:
            yield finding("store_broken", cause=str(error))
            return
        yield finding("store_ready", mode=self._store.describe())
        if damaged := self._store.outbox.damaged():
            yield finding("damaged", count=damaged)
        free = shutil.disk_usage(self._settings.keys_dir).free // 2**20
        if free < DISK_LOW_MIB:
            yield finding("disk_low", free=free)
        closed = self._intake.closed()
        if closed is not None:
            yield finding("intake_closed", why=INTAKE_CAUSES[closed])
        yield from self._watch.alarms()
        if held := counts[State.HELD]:
            yield finding("attention", count=held, state=STATE_WORDS[State.HELD][0])
        probe = self._store.probes.valid()
        if probe is None:
            yield finding("not_probed")
        else:
            yield finding("probed" if probe.proves_absence else "probe_unsure")

    def _hubspot(self) -> Iterator[Finding]:
        try:
            facts = self._portal.facts(max_age_ms=0)
        except AccountRefused as error:
            yield finding(ACCOUNT_FINDINGS[error.cause])
        except Unauthorized:
            yield finding("token_refused")
        except HubSpotError:
            yield finding("hubspot_unreachable")
            yield from self._forms()
        else:
            if facts.account_type == "SANDBOX":
                yield finding("portal_sandbox", type=facts.account_type)
            if facts.clock_wrong and facts.clock_skew_ms is not None:
                yield finding("clock_skew", seconds=facts.clock_skew_ms // 1000)
            yield from self._forms()

    def _forms(self) -> Iterator[Finding]:
        try:
            reports = self._check.all()
        except HubSpotError:
            return
        if not reports:
            yield finding("no_forms")
        for report in reports:
            if report.open:
                yield finding("form_open", form=report.form_name)
            else:
                cause = " ".join(f.message for f in report.errors)
                yield finding("form_refused", form=report.form_name, cause=cause)
        for scope in sorted({scope for report in reports for scope in report.scopes.excess}):
            if all(scope in report.scopes.excess for report in reports):
                yield finding("scope_excess", scope=scope)
