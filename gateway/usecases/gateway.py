"""The façade: everything the pages, the commands and other programs may ask of the gateway.

Each method names who asks, and asks the table of permissions first.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType

from gateway.domain.errors import (
    GatewayError,
    HubSpotError,
    IntakeClosed,
    UnknownReceipt,
)
from gateway.domain.findings import Finding
from gateway.domain.reports import FormReport
from gateway.domain.submissions import Receipt, State, Status, read_receipt
from gateway.domain.users import Permission, User
from gateway.policy.permissions import require
from gateway.settings import Mode
from gateway.store.outbox import Outbox
from gateway.usecases.check import Check, IntakeForm
from gateway.usecases.doctor import Doctor
from gateway.usecases.submit import Submit
from gateway.usecases.worker import Worker

LONG_RESTS = frozenset({"unauthorized", "forbidden", "unreachable", "migrating"})
"""Causes for which the queue rests longer than anybody should wait at a screen."""
SETTLED = frozenset({State.DELIVERED, State.REJECTED, State.HELD, State.UNKNOWN, State.DISCARDED})
"""States in which waiting longer tells a person nothing new."""


@dataclasses.dataclass(frozen=True)
class OutboxListing:
    """Submissions, newest first, and how many there are in each state."""

    items: tuple[Status, ...]
    counts: Mapping[State, int]


class Gateway:
    """One gateway to one HubSpot account. Open it with :func:`gateway.open_gateway`; it is a
    context manager, and may be used by many threads."""

    def __init__(
        self,
        mode: Mode,
        *,
        check: Check,
        submit: Submit,
        outbox: Outbox,
        worker: Worker,
        doctor: Doctor,
        resources: ExitStack,
    ) -> None:
        self.mode = mode
        self._check = check
        self._submit = submit
        self._outbox = outbox
        self._worker = worker
        self._doctor = doctor
        self._resources = resources

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
    ) -> Receipt:
        """Accepts answers durably and gives a receipt: see :class:`Submit`."""
        return self._submit(form, answers, by=by, key=key, replaces=replaces)

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

    def outbox(self, *, by: User, limit: int = 200) -> OutboxListing:
        """The newest submissions, and how many there are in each state."""
        require(by, Permission.VIEW_OUTBOX)
        return OutboxListing(self._outbox.listing(limit=limit), self._outbox.counts())

    def latest(self, *, by: User, limit: int = 5) -> tuple[Status, ...]:
        """The newest submissions: a receipt nobody wrote down is found again here."""
        require(by, Permission.VIEW_RECEIPTS)
        return self._outbox.listing(limit=limit)

    def waiting(self, *, by: User) -> Mapping[State, int]:
        """How many submissions there are in each state: what a home page shows."""
        require(by, Permission.VIEW_FORMS)
        return self._outbox.counts()

    def doctor(self, *, by: User) -> tuple[Finding, ...]:
        """Every finding about the set-up."""
        require(by, Permission.DIAGNOSE)
        return self._doctor.findings()

    def ready(self) -> tuple[bool, str]:
        """Whether answers can be accepted now, and if not why: for a health probe."""
        try:
            self._outbox.prove_writable()
            self._check.all()
        except IntakeClosed as closed:
            return False, closed.cause
        except HubSpotError:
            return False, "unreachable"
        except GatewayError as error:
            return False, type(error).__name__
        return True, "ready"

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
