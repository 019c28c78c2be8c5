"""Everything that can be wrong with the set-up, each finding with its cure."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator

from gateway.domain.errors import (
    INTAKE_CAUSES,
    AccountRefused,
    IntakeClosed,
    KeyringBroken,
    OutboxUnreadable,
)
from gateway.domain.findings import Finding, Severity, finding
from gateway.domain.hubspot_errors import AppRefused, HubSpotError, NotInstalled, Unauthorized
from gateway.domain.locks import LockFault
from gateway.domain.record_errors import ForeignRecordsToken, RecordsTokenRefused
from gateway.domain.reports import FormReport
from gateway.domain.submissions import STATE_WORDS, State
from gateway.hubspot.api import HubSpot
from gateway.policy.public_url import public_url_finding
from gateway.sealing.keyring import Keyring
from gateway.settings import Mode, Settings
from gateway.settings.options import OPTION_FILE, Option, file_findings, unsafe_options
from gateway.store.store import Store
from gateway.usecases.account_health import account_findings
from gateway.usecases.check import Check
from gateway.usecases.desk import Desk
from gateway.usecases.oauth import OAuth
from gateway.usecases.overview import Watch
from gateway.usecases.portal import CLOCK_SKEW_MS, Portal

DISK_LOW_MIB = 64
"""Room for some ten thousand submissions; below it somebody should look."""

_CLOCK_GRAIN_S = CLOCK_SKEW_MS // 1000
"""Within so many seconds the clocks agree."""

ACCOUNT_FINDINGS = {"portal": "portal_mismatch", "region": "region_unknown"}


class Doctor:
    """Looks at settings, options, keys, outbox, account, clock and every form."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        keyring: Keyring,
        hubspot: HubSpot,
        portal: Portal,
        check: Check,
        watch: Watch,
        desk: Desk,
        oauth: OAuth,
        now_ms: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._store = store
        self._keyring = keyring
        self._hubspot_calls = hubspot
        self._portal = portal
        self._check = check
        self._watch = watch
        self._desk = desk
        self._oauth = oauth
        self._now_ms = now_ms

    def findings(self, option: Option | None = None) -> tuple[Finding, ...]:
        """Every finding, in the order a person would put things right. ``option`` gives the
        Streamlit options in effect; without it the project's own option file is looked at."""
        of_hubspot = (*self._hubspot(), *self._records_token())
        return (*self._mode(), *_options(option), *self._own(), *of_hubspot)

    def _mode(self) -> Iterator[Finding]:
        if self._settings.mode is Mode.DEMO:
            yield finding("demo_mode")
        elif self._settings.mode is Mode.EMULATED:
            yield finding("emulated", base=self._settings.api_base)
        yield finding("loopback_only")
        yield public_url_finding(self._settings.public_url)
        if not self._settings.client_secret:
            yield finding("webhook_secret_missing")
        if self._settings.webhook_legacy:
            yield finding("webhook_legacy")

    def _own(self) -> Iterator[Finding]:
        try:
            self._keyring.refresh()
        except KeyringBroken as error:
            yield finding("keys_broken", cause=error.cause)
        else:
            count = len(self._keyring.epochs())
            yield finding("keys_ready", key=self._keyring.sealing.key_id[:8], count=count)
        try:
            self._store.outbox.prove_writable()
            counts = self._store.outbox.counts()
        except IntakeClosed as refused:
            yield finding("store_broken", why=INTAKE_CAUSES[refused.cause])
            return
        except OutboxUnreadable as error:
            yield finding("store_broken", why=str(error))
            return
        yield finding("store_ready", mode=self._store.describe())
        if damaged := self._store.outbox.damaged():
            yield finding("damaged", count=damaged)
        folder = self._settings.database_folder or self._settings.keys_dir
        free = shutil.disk_usage(folder).free // 2**20
        if free < DISK_LOW_MIB:
            yield finding("disk_low", free=free)
        yield from self._watch.alarms()
        if held := counts[State.HELD]:
            yield finding("attention", count=held, state=STATE_WORDS[State.HELD][0])
        if (fault := self._check.lock_fault()) is not None:
            yield finding(str(fault))
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
        except NotInstalled:
            yield from self._oauth.findings()
            yield from _forms(self._reports())
        except AppRefused:
            yield finding("app_refused")
        except Unauthorized:
            yield finding("token_refused")
        except HubSpotError:
            yield finding("hubspot_unreachable")
            yield from _forms(self._reports())
        else:
            yield from self._oauth.findings()
            reports = self._reports()
            yield from account_findings(self._hubspot_calls, facts, reports or ())
            if facts.clock_skew_ms is not None:
                code = "clock_skew" if facts.clock_wrong else "clock_ready"
                seconds = facts.clock_skew_ms // 1000 if facts.clock_wrong else _CLOCK_GRAIN_S
                yield finding(code, seconds=seconds)
            yield from _forms(reports)

    def _records_token(self) -> Iterator[Finding]:
        """Whose the token for records is; nothing where HubSpot cannot be asked."""
        if not self._desk.separate:
            yield finding("records_token_same")
            return
        with contextlib.suppress(HubSpotError, AccountRefused):
            try:
                self._desk.held(max_age_ms=0)
                yield finding("records_token_ready")
            except ForeignRecordsToken:
                yield finding("records_token_foreign")
            except RecordsTokenRefused:
                yield finding("records_token_refused")

    def _reports(self) -> tuple[FormReport, ...] | None:
        """The report on every form; None when HubSpot cannot be asked for them."""
        try:
            return self._check.all()
        except HubSpotError:
            return None


def _options(option: Option | None) -> Iterator[Finding]:
    found = unsafe_options(option) if option is not None else file_findings(OPTION_FILE)
    yield from found or (finding("streamlit_ready"),)


def _forms(reports: tuple[FormReport, ...] | None) -> Iterator[Finding]:
    if reports is None:
        return
    if not reports:
        yield finding("no_forms")
    for report in reports:
        if not report.open:
            cause = _messages(report.errors)
            # What nobody ever wanted open is no fault; what a person had opened is one.
            code = "form_closed" if _was_approved(report) else "form_refused"
            yield finding(code, form=report.form_name, cause=cause)
            continue
        yield finding("form_open", form=report.form_name)
        warnings = tuple(f for f in report.findings if f.severity is Severity.WARNING)
        if warnings:
            yield finding("form_warnings", form=report.form_name, cause=_messages(warnings))
    everywhere = [set(report.scopes.excess) for report in reports]
    excess = sorted(set.intersection(*everywhere)) if everywhere else []
    if excess:
        yield finding("scope_excess", scopes=", ".join(excess))


def _was_approved(report: FormReport) -> bool:
    edited = str(LockFault.EDITED)
    return report.lock is not None or any(error.code == edited for error in report.errors)


def _messages(findings: Iterable[Finding]) -> str:
    return " ".join(dict.fromkeys(one.message for one in findings))
