"""The façade: everything the pages, the commands and other programs may ask of the gateway.

Each method names who asks, and asks the table of permissions first.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType

from gateway.domain.decisions import DECISION_PERMISSIONS
from gateway.domain.errors import UnknownReceipt
from gateway.domain.findings import Finding
from gateway.domain.overview import Balance, OutboxListing, Overview, Probe
from gateway.domain.queue import OPERATOR_TURNS, QueueState, Switch
from gateway.domain.reports import FormReport
from gateway.domain.submissions import Event, Receipt, State, Status, read_receipt
from gateway.domain.users import Permission, User
from gateway.policy.permissions import require
from gateway.settings import Mode
from gateway.settings.options import Option
from gateway.store.store import Store
from gateway.usecases.approvals import Approvals
from gateway.usecases.audit_trail import AuditTrail
from gateway.usecases.check import Check, IntakeForm
from gateway.usecases.deliver import OLDEST_SENT_MS
from gateway.usecases.doctor import Doctor
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.housekeeping import Housekeeping
from gateway.usecases.instruments import Instruments
from gateway.usecases.oauth import OAuth
from gateway.usecases.overview import Watch
from gateway.usecases.probe import ProbeRun
from gateway.usecases.properties import Properties
from gateway.usecases.readiness import Readiness
from gateway.usecases.receive import Webhooks
from gateway.usecases.records import Records
from gateway.usecases.scope_plan import Scopes
from gateway.usecases.search import RecordSearch
from gateway.usecases.submit import Submit
from gateway.usecases.withdrawals import Withdrawals
from gateway.usecases.worker import Worker

LONG_RESTS = frozenset(
    {"unauthorized", "not_installed", "forbidden", "unreachable", "migrating", "daily_quota",
     "ip_block", "clock", "policy", "operator"}
)  # fmt: skip
"""Causes for which the queue rests longer than anybody should wait at a screen."""
SETTLED = frozenset(State) - {State.QUEUED, State.SENDING}
"""States in which waiting longer tells a person nothing new."""


class Gateway:
    """One gateway to one HubSpot account. Open it with :func:`gateway.open_gateway`; it is a
    context manager, and may be used by many threads."""

    def __init__(
        self,
        mode: Mode,
        *,
        delivers_here: bool,
        rate_limit: int,
        check: Check,
        approvals: Approvals,
        withdrawals: Withdrawals,
        submit: Submit,
        store: Store,
        worker: Worker,
        housekeeping: Housekeeping,
        watch: Watch,
        probe: ProbeRun,
        instruments: Instruments,
        doctor: Doctor,
        readiness: Readiness,
        scopes: Scopes,
        oauth: OAuth,
        webhooks: Webhooks,
        properties: Properties,
        records: Records,
        search: RecordSearch,
        audit: AuditTrail,
        emulated: EmulatedAccount | None,
        now_ms: Callable[[], int],
        resources: ExitStack,
    ) -> None:
        self.mode = mode
        self.delivers_here = delivers_here
        """Whether the pages' process is to deliver too (GATEWAY_WORKER)."""
        self._rate_limit = rate_limit
        self._check = check
        self.approvals = approvals
        self.withdrawals = withdrawals
        self._submit = submit
        self._store = store
        self._outbox = store.outbox
        self._worker = worker
        self._housekeeping = housekeeping
        self._watch = watch
        self._probe = probe
        self._instruments = instruments
        self._doctor = doctor
        self.ready = readiness
        self.scopes = scopes
        self.oauth = oauth
        self.webhooks = webhooks
        self.properties = properties
        self.records = records
        self.search = search
        self.audit = audit
        self.emulated = emulated
        """The emulated HubSpot of a demo; None in every other mode."""
        self._now_ms = now_ms
        self._resources = resources
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="read-again")

    def forms(self, *, by: User) -> tuple[FormReport, ...]:
        """Every form of the account, by name, with the gate's report."""
        require(by, Permission.VIEW_FORMS)
        return self._check.all()

    def check(self, form: str, *, by: User) -> FormReport:
        """The gate's report on the form with this id or exact name."""
        require(by, Permission.CHECK_FORMS)
        return self._check.form(form)[1]

    def intake(self, form: str, *, by: User) -> IntakeForm:
        """A form to fill in. Raises :class:`PolicyViolation` when the gate refuses it, and
        :class:`IntakeClosed` when it cannot be told."""
        require(by, Permission.SUBMIT)
        return IntakeForm(*self._check.open_form(form))

    def submit(
        self,
        form: str,
        answers: Mapping[str, object],
        *,
        by: User,
        key: str | None = None,
        replaces: str | None = None,
        confirmed: Collection[str] = (),
    ) -> Receipt:
        """Accepts answers durably and gives a receipt: see :class:`Submit`."""
        sure, told = confirmed, self._about_to_send
        return self._submit(
            form, answers, by=by, key=key, replaces=replaces, confirmed=sure, on_sealed=told
        )

    def _about_to_send(self, form_id: str, sealed_ms: int) -> None:
        """The form is read again while the answers are made durable, when they leave right after:
        of a backlog the reading before its sending is enough."""
        if self._worker.sends_at_once:
            self._reading.submit(self._check.read_again, form_id, sealed_ms)

    def row_key(self, form_id: str, row: Mapping[str, object], occurrence: int) -> str:
        """The idempotency key of one row of a file: see :meth:`Submit.row_key`."""
        return self._submit.row_key(form_id, row, occurrence)

    def status(self, receipt: str, *, by: User) -> Status:
        """Where the submission with this receipt is. Raises :class:`UnknownReceipt`."""
        require(by, Permission.VIEW_RECEIPTS)
        code = read_receipt(receipt)
        status = self._outbox.status(code) if code is not None else None
        if status is None:
            raise UnknownReceipt
        if status.state is State.QUEUED and status.cause is None:
            # It waits for the same reason as the whole queue.
            return dataclasses.replace(status, cause=self._worker.resting())
        return status

    def wait(self, receipt: str, *, seconds: float, by: User) -> Status:
        """The status, as soon as it is settled, the queue rests, or the ``seconds`` are over."""
        deadline = time.monotonic() + seconds
        status = self.status(receipt, by=by)
        while status.state not in SETTLED and time.monotonic() < deadline:
            if status.state is State.QUEUED and self._worker.resting() in LONG_RESTS:
                break
            time.sleep(0.03)
            status = self.status(receipt, by=by)
        return status

    def thank_you(self, status: Status, *, by: User) -> str:
        """What the form says to a person once the answers have arrived: markup from HubSpot,
        uncleaned. Empty before that."""
        require(by, Permission.VIEW_RECEIPTS)
        return self._check.thank_you(status.form_id) if status.state is State.DELIVERED else ""

    def outbox(
        self,
        *,
        by: User,
        limit: int = 200,
        state: State | None = None,
        form_id: str | None = None,
    ) -> OutboxListing:
        """The newest submissions, of one state and one form if given, and how many there are in
        each state."""
        require(by, Permission.VIEW_OUTBOX)
        return OutboxListing(self._outbox.listing(limit, state, form_id), self._outbox.counts())

    def overview(self, *, by: User) -> Overview:
        """Every delivery at a glance."""
        require(by, Permission.VIEW_OUTBOX)
        return self._watch.overview()

    def balance(self, *, by: User) -> Balance:
        """The books: for each form and day where everything accepted is."""
        require(by, Permission.VIEW_OUTBOX)
        return self._watch.balance()

    def decide(self, receipt: str, decision: Event, reason: str, *, by: User) -> Status:
        """Moves a submission as a person decided, and tells where it is then. ``reason`` is one
        of ``REASONS_FOR[decision]``; a correction is a new submission that replaces it.

        Raises :class:`UnknownReceipt`, :class:`InvalidTransition` when somebody else decided
        first, and :class:`ValueError` for a reason that does not fit.
        """
        require(by, DECISION_PERMISSIONS[decision])
        if decision is Event.CORRECTED:
            raise ValueError("a correction is a new submission that replaces this one")
        code = read_receipt(receipt)
        if code is None:
            raise UnknownReceipt
        now = self._now_ms()
        self._outbox.decide(
            code,
            decision,
            reason,
            actor=by.id,
            stale_before_ms=now - OLDEST_SENT_MS,
            restamp_ms=now,
        )
        self._worker.wake()
        self._watch.forget()
        return self.status(code, by=by)

    def queue(self, *, by: User) -> QueueState:
        """Where the queue's switch stands."""
        require(by, Permission.VIEW_OUTBOX)
        return self._store.queue.state(self._rate_limit)

    def turn(self, switch: Switch, *, by: User) -> QueueState:
        """Turns the queue's switch to one of ``OPERATOR_TURNS``; running ends every pause."""
        require(by, Permission.SWITCH_QUEUE)
        if switch not in OPERATOR_TURNS:
            raise ValueError("a person cannot turn the switch there")
        self._store.queue.turn(switch, actor=by.id)
        self._worker.wake()
        self._watch.forget()
        return self._store.queue.state(self._rate_limit)

    def reconcile_now(self, *, by: User) -> Mapping[str, int | bool]:
        """Looks every unclear submission up in HubSpot, once; how many were looked for, found,
        proven absent, given to a person, and whether the look was complete."""
        require(by, Permission.DELIVER)
        return self._housekeeping.look_up()

    def probe(
        self,
        form: str,
        *,
        by: User,
        answers: Mapping[str, object] | None = None,
        on_step: Callable[[str], None] | None = None,
    ) -> Probe:
        """Measures how HubSpot shows submissions, with test submissions to ``form``: see
        :class:`ProbeRun`. It delivers in this process meanwhile."""
        require(by, Permission.PROBE)
        ours = not self._worker.running
        if ours:
            self._worker.start()
        try:
            return self._probe(form, answers, by=by, tell=on_step or (lambda _: None))
        finally:
            if ours:
                self._worker.stop()

    def last_probe(self, *, by: User) -> Probe | None:
        """The last measurement of this account, None when there is none."""
        require(by, Permission.VIEW_OUTBOX)
        return self._store.probes.valid()

    def metrics(self) -> bytes:
        """Everything counted, in Prometheus' text format: no answer, no form."""
        return self._instruments.exposition()

    def latest(self, *, by: User, limit: int = 5) -> tuple[Status, ...]:
        """The newest submissions: a receipt nobody wrote down is found again here."""
        require(by, Permission.VIEW_RECEIPTS)
        return self._outbox.listing(limit=limit)

    def waiting(self, *, by: User) -> Mapping[State, int]:
        """How many submissions there are in each state: what a home page shows."""
        require(by, Permission.VIEW_FORMS)
        return self._outbox.counts()

    def doctor(self, *, by: User, option: Option | None = None) -> tuple[Finding, ...]:
        """Every finding about the set-up: see :meth:`Doctor.findings`."""
        require(by, Permission.DIAGNOSE)
        return self._doctor.findings(option)

    def start_worker(self) -> None:
        """Starts delivering in the background."""
        self._worker.start()

    def stop_worker(self) -> None:
        """Stops delivering, after the call under way."""
        self._worker.stop()

    def deliver_until_empty(self, *, by: User) -> bool:
        """Delivers until nothing is queued, or nothing more can be done now; tells whether all
        of it left."""
        require(by, Permission.DELIVER)
        return self._worker.until_empty()

    def resting(self) -> str | None:
        """Why the queue rests now, as a key of ``CAUSES``; None when it does not."""
        return self._worker.resting()

    def close(self) -> None:
        """Stops everything and closes every file and connection."""
        self._worker.stop()
        self._reading.shutdown(wait=False, cancel_futures=True)
        self._resources.close()

    def __enter__(self) -> Gateway:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
