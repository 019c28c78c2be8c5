"""The class gate over live definitions: one form, or all of them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping

from gateway.domain.errors import (
    AccountRefused,
    GatewayError,
    IntakeClosed,
    PolicyViolation,
    UnknownForm,
)
from gateway.domain.findings import finding
from gateway.domain.forms import FormDefinition
from gateway.domain.hubspot_errors import HubSpotError, NotFound, NotInstalled, Unauthorized
from gateway.domain.locks import Approval, Aspect, Change, FormLock, LockFault
from gateway.domain.reports import FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.domain.submissions import Payload
from gateway.domain.validations import ValidationRule
from gateway.intake.property_rules import rule_findings
from gateway.policy.drift import GONE, IN_USE
from gateway.policy.gate import examine
from gateway.policy.scopes import scope_report
from gateway.store.lockfile import LockStore
from gateway.usecases.definitions import Definitions, Described
from gateway.usecases.portal import Portal


@dataclasses.dataclass(frozen=True)
class IntakeForm:
    """A form that may be filled in: its definition, and the report that opened it."""

    definition: FormDefinition
    report: FormReport

    def sensitivity(self, key: str) -> Sensitivity:
        """The class of the field ``key``. Raises :class:`KeyError` for another form's field."""
        for field in self.report.fields:
            if field.key == key and field.sensitivity is not None:
                return field.sensitivity
        raise KeyError(key)

    def rules(self, key: str) -> tuple[ValidationRule, ...]:
        """The validation rules of the property behind the field ``key``."""
        return tuple(rule for one in self.report.rules if one.key == key for rule in one.rules)


@dataclasses.dataclass(frozen=True)
class _Judged:
    """The gate's last report before a sending, and all that it looked at."""

    snapshot: Snapshot
    held: frozenset[str] | None
    approval: Approval
    at_least: Mapping[str, str]
    report: FormReport


class Check:
    """Puts definitions, scopes and what people approved before the gate."""

    def __init__(
        self,
        definitions: Definitions,
        portal: Portal,
        locks: LockStore,
        *,
        approval_required: bool,
        now_ms: Callable[[], int],
    ) -> None:
        self._definitions = definitions
        self._portal = portal
        self._locks = locks
        self._approval_required = approval_required
        self._now_ms = now_ms
        self._judged: _Judged | None = None

    def form(self, form: str) -> tuple[Snapshot, FormReport]:
        """The report on one form, and the description it rests on.

        Raises :class:`UnknownForm`, or what asking HubSpot raised when no good description is
        remembered.
        """
        described = self._definitions.best(self._definitions.find(form))
        return described.snapshot, self._report(described, self._held())

    def lock_fault(self) -> LockFault | None:
        """Why the whole lock file does not count; None when it does, or when there is none."""
        return self._locks.fault(self._portal.known_id())

    def form_now(self, form: str) -> tuple[Snapshot, FormReport]:
        """As :meth:`form`, on a description read now. Raises :class:`UnknownForm`, and what
        asking HubSpot raised: nothing remembered is good enough here."""
        form_id = self._definitions.find(form)
        try:
            snapshot = self._definitions.current(form_id, after_ms=self._now_ms())
        except NotFound:
            raise UnknownForm from None
        held = self._portal.facts().held
        return snapshot, examine(
            snapshot, held, approval=self.approval(form_id), beside=rule_findings(snapshot)
        )

    def under(self, snapshot: Snapshot, lock: FormLock | None) -> FormReport:
        """The report on a description, if ``lock`` were what people approved of it; None for no
        approval."""
        approval = Approval(required=self._approval_required, lock=lock)
        return examine(snapshot, self._held(), approval=approval, beside=rule_findings(snapshot))

    def open_form(self, form: str) -> tuple[FormDefinition, FormReport]:
        """The form, if it may take answers now.

        Raises :class:`UnknownForm`, :class:`PolicyViolation` with every reason, and
        :class:`IntakeClosed` when nobody can tell.
        """
        try:
            snapshot, report = self.form(form)
        except NotInstalled:
            raise IntakeClosed("not_installed") from None
        except Unauthorized:
            raise IntakeClosed("unauthorized") from None
        except HubSpotError:
            raise IntakeClosed("unreachable") from None
        except AccountRefused as error:
            raise IntakeClosed(error.cause) from None
        if not report.open or snapshot.definition is None:
            raise PolicyViolation(report.form_name, report.errors)
        return snapshot.definition, report

    def all(self) -> tuple[FormReport, ...]:
        """The report on every form of the account, and on those that were approved and are
        archived or gone."""
        described = self._definitions.all()
        held = self._held()
        reports = [self._report(one, held) for one in described]
        if not any(one.stale for one in described):
            known = {one.form_id for one in reports}
            gone = self._locks.form_ids(self._portal.known_id()) - known
            reports += [self._gone(form_id, held) for form_id in sorted(gone)]
        return tuple(reports)

    def thank_you(self, form_id: str) -> str:
        """What the form says to a person whose answers arrived: markup from HubSpot, to be
        cleaned before it is shown. Empty when there is none, or nobody can be asked."""
        try:
            definition = self._definitions.best(form_id).snapshot.definition
        except (HubSpotError, UnknownForm):
            return ""
        action = definition.configuration.post_submit_action if definition is not None else None
        return action.value if action is not None and action.type == "thank_you" else ""

    def still_passes(self, form_id: str, payload: Payload, sealed_ms: int) -> bool:
        """Whether these answers may still be sent, on a description read after they were
        sealed: the form is open, every field is on it, no class is lower than it was, and it is
        what a person approved, if one did.

        Raises the :class:`HubSpotError` of asking: nothing old is good enough here.
        """
        report = self._judge(
            self._definitions.current(form_id, after_ms=sealed_ms),
            self._portal.facts().held,
            self.approval(form_id),
            dict(payload.classes),
        )
        return report.open and payload.keys() <= {field.key for field in report.fields}

    def _judge(
        self,
        snapshot: Snapshot,
        held: frozenset[str] | None,
        approval: Approval,
        at_least: Mapping[str, str],
    ) -> FormReport:
        """The gate's report. A backlog asks the same of it again and again: where all it looks
        at is what it was, so is its answer."""
        last, rest = self._judged, (held, approval, at_least)
        if (
            last is not None
            and last.snapshot is snapshot
            and (last.held, last.approval, last.at_least) == rest
        ):
            return last.report
        report = examine(snapshot, held, approval=approval, at_least=at_least)
        self._judged = _Judged(snapshot, held, approval, at_least, report)
        return report

    def read_again(self, form_id: str, sealed_ms: int) -> None:
        """Reads the form's description again, if nobody has since answers were sealed: begun
        at once, it is there when they are about to be sent."""
        with contextlib.suppress(GatewayError):
            self._definitions.current(form_id, after_ms=sealed_ms)

    def approval(self, form_id: str) -> Approval:
        """What is known of a form's approval."""
        found = self._locks.of(form_id, self._portal.known_id())
        return Approval(
            required=self._approval_required,
            lock=found if isinstance(found, FormLock) else None,
            fault=found if isinstance(found, LockFault) else None,
        )

    def _gone(self, form_id: str, held: frozenset[str] | None) -> FormReport:
        """The report on a form that was approved, and that HubSpot has no more."""
        lock = self.approval(form_id).lock
        return FormReport(
            form_id=form_id,
            form_name=lock.name if lock is not None else form_id,
            fields=(),
            findings=(finding("form_gone"),),
            scopes=scope_report((), held),
            snapshot_hash="",
            read_at_ms=self._now_ms(),
            lock=lock,
            drift=(Change(None, Aspect.ARCHIVED, IN_USE, GONE),) if lock is not None else (),
        )

    def _report(self, described: Described, held: frozenset[str] | None) -> FormReport:
        approval = self.approval(described.snapshot.form_id)
        return examine(
            described.snapshot,
            held,
            approval=approval,
            stale=described.stale,
            beside=rule_findings(described.snapshot),
        )

    def _held(self) -> frozenset[str] | None:
        try:
            return self._portal.last_known().held
        except HubSpotError:
            return None
