"""Approving forms: what would be pinned, the approval itself, and telling the audit of drift."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Callable

import msgspec

from gateway.domain.errors import ChangedSinceShown, PolicyViolation, UnknownFields
from gateway.domain.findings import Finding, finding
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.locks import FormLock
from gateway.domain.reports import FormReport
from gateway.domain.users import WORKER, Permission, User
from gateway.intake.number_checks import NUMBER_CHECKS
from gateway.policy.approving import Declared, proposed
from gateway.policy.permissions import require
from gateway.store.approval_rows import ApprovalRows
from gateway.store.lockfile import LockStore
from gateway.usecases.check import Check
from gateway.usecases.portal import Portal

OWN_CODES = frozenset({"drift", "not_approved"})
"""Findings that an approval puts right."""
NOBODY = Declared()


@dataclasses.dataclass(frozen=True)
class Preview:
    """What an approval of a form would do."""

    report: FormReport
    """The gate's report as it is now, with the lock that counts and what has changed since."""
    lock: FormLock
    """What would be pinned, without its seal."""
    hindrances: tuple[Finding, ...]
    """Why the form cannot be approved; empty when it can."""
    new_fields: frozenset[str]
    """The fields that would be pinned otherwise than now."""

    @property
    def expected(self) -> str:
        """What :meth:`Approvals.approve` is to be given, so that it approves just this."""
        return self.report.snapshot_hash

    @property
    def news(self) -> bool:
        """Whether the approval would change anything."""
        return bool(self.new_fields) or self.report.lock is None or bool(self.report.drift)


class Approvals:
    """Lets people approve forms. The approval is in the lock file, and who gave it in the
    audit."""

    def __init__(
        self,
        check: Check,
        portal: Portal,
        locks: LockStore,
        rows: ApprovalRows,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        self._check = check
        self._portal = portal
        self._locks = locks
        self._rows = rows
        self._now_ms = now_ms

    def preview(self, form: str, *, by: User, declared: Declared = NOBODY) -> Preview:
        """What would be pinned of the form with this id or exact name, and what has changed
        since the last approval.

        Raises :class:`UnknownForm`, :class:`UnknownFields` for a declaration of a field that
        would not be pinned, :class:`PolicyViolation` for a form that cannot be read, what asking
        HubSpot raised, and :class:`ValueError` for check digits that are no row of
        ``NUMBER_CHECKS``.
        """
        require(by, Permission.CHECK_FORMS)
        return self._previewed(form, by, declared, fresh=False)

    def approve(
        self, form: str, *, by: User, expected: str, declared: Declared = NOBODY
    ) -> FormReport:
        """Pins the form as HubSpot describes it now, and as it was shown: ``expected`` is
        :attr:`Preview.expected`. What was declared of fields before stays, unless ``declared``
        says otherwise. The report with the new lock.

        Raises as :meth:`preview` does, :class:`ChangedSinceShown`, :class:`PolicyViolation` with
        every hindrance, and :class:`LockNotWritten`.
        """
        require(by, Permission.APPROVE_FORMS)
        shown = self._previewed(form, by, declared, fresh=True)
        if shown.expected != expected:
            raise ChangedSinceShown
        if shown.hindrances:
            raise PolicyViolation(shown.report.form_name, shown.hindrances)
        form_id = shown.report.form_id
        self._locks.save(
            self._portal.facts().portal_id,
            form_id,
            shown.lock,
            # Told first: an approval that nobody gave must not be found in the file.
            before=lambda: self._rows.approved(
                form_id, sorted(shown.new_fields), digest(shown.lock), actor=by.id
            ),
        )
        return self._check.form(form_id)[1]

    def note_drift(self) -> int:
        """Tells the audit of every approved form that is no longer what was approved, once for
        each change of it; how many were told of now."""
        if not self._locks.form_ids(self._portal.known_id()):
            return 0
        try:
            reports = self._check.all()
        except HubSpotError:
            return 0
        drifted = [report for report in reports if report.drift]
        return sum(
            self._rows.drifted(
                report.form_id,
                sorted({change.field for change in report.drift if change.field is not None}),
                digest(report.drift),
                actor=WORKER.id,
            )
            for report in drifted
        )

    def _previewed(self, form: str, by: User, declared: Declared, *, fresh: bool) -> Preview:
        if not {name for name in declared.checks.values() if name is not None} <= set(
            NUMBER_CHECKS
        ):
            raise ValueError("there is no such check")
        snapshot, report = self._check.form_now(form) if fresh else self._check.form(form)
        at = datetime.datetime.fromtimestamp(self._now_ms() / 1000, datetime.UTC)
        stamp = at.isoformat(timespec="seconds").replace("+00:00", "Z")
        lock = proposed(snapshot, report.lock, declared, by=by.id, at=stamp)
        if lock is None:
            raise PolicyViolation(report.form_name, report.errors)
        if unknown := declared.keys() - lock.fields.keys():
            raise UnknownFields(sorted(unknown))
        errors = list(self._check.under(snapshot, lock).errors)
        if (fault := self._locks.fault(self._portal.known_id())) is not None:
            errors.append(finding(fault))
        kept = report.lock.fields if report.lock is not None else {}
        return Preview(
            report,
            lock,
            tuple(found for found in errors if found.code not in OWN_CODES),
            frozenset(
                key
                for key in {*lock.fields, *kept}
                if key not in kept or lock.fields.get(key) != kept[key]
            ),
        )


def digest(told: object) -> str:
    """What the audit knows an approval or a drift by: SHA-256 (hex) over all of it."""
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
