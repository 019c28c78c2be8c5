"""Withdrawing the approval of a form, also of one that HubSpot has archived or erased. It needs
the lock file and the audit only, so that it works while HubSpot cannot be asked."""

from __future__ import annotations

import msgspec

from gateway.domain.errors import (
    AccountRefused,
    LockNotWritten,
    NothingToWithdraw,
    SeveralApproved,
    UnknownForm,
)
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.locks import LockEntry
from gateway.domain.users import Permission, User
from gateway.domain.withdrawals import Afterwards, Withdrawal
from gateway.policy.permissions import require
from gateway.store.approval_rows import ApprovalRows
from gateway.store.lockfile import LockStore
from gateway.usecases.approvals import digest
from gateway.usecases.check import Check
from gateway.usecases.portal import Portal


class Withdrawals:
    """Lets people withdraw approvals."""

    def __init__(self, check: Check, portal: Portal, locks: LockStore, rows: ApprovalRows) -> None:
        self._check = check
        self._portal = portal
        self._locks = locks
        self._rows = rows

    def preview(self, form: str, *, by: User) -> Withdrawal:
        """What withdrawing the approval of the form with this id or name would do. The name is
        the one it was approved under, else the one it has in HubSpot now.

        Raises :class:`NothingToWithdraw`, :class:`SeveralApproved`, :class:`UnknownForm`, what
        asking HubSpot raised where only it could tell, and :class:`LockNotWritten` when the lock
        file does not count.
        """
        require(by, Permission.CHECK_FORMS)
        return self._shown(self._find(form))

    def of(self, form_id: str, *, by: User) -> Withdrawal | None:
        """As :meth:`preview`, of a form's id; None when there is nothing that could be
        withdrawn."""
        require(by, Permission.CHECK_FORMS)
        try:
            entry = self._locks.entries(self._portal.known_id()).get(form_id)
        except LockNotWritten:
            return None
        return self._shown(entry) if entry is not None else None

    def withdraw(self, entry: LockEntry, *, by: User) -> Withdrawal:
        """Withdraws the approval that was shown: ``entry`` is :attr:`Withdrawal.entry`. What was
        withdrawn, and what holds now.

        Raises :class:`NothingToWithdraw` when somebody else was faster, :class:`ApprovedAnew`
        when the form was approved since, and :class:`LockNotWritten`.
        """
        require(by, Permission.APPROVE_FORMS)
        shown = self._shown(entry)
        lock = shown.lock
        fields = sorted(lock.fields) if lock is not None else []
        # The digest of the approval's own row, which is made before the lock is sealed.
        told = digest(msgspec.structs.replace(lock, seal="")) if lock is not None else entry.digest
        self._locks.remove(
            self._portal.known_id(),
            entry,
            # Told first: an approval must not be gone without anybody having withdrawn it.
            before=lambda: self._rows.withdrawn(entry.form_id, fields, told, actor=by.id),
        )
        return shown

    def _find(self, form: str) -> LockEntry:
        entries = self._locks.entries(self._portal.known_id())
        wanted = form.strip()
        if (entry := entries.get(wanted.lower())) is not None:
            return entry
        named = [one for one in entries.values() if one.name == wanted]
        if len(named) > 1:
            raise SeveralApproved(wanted, sorted(one.form_id for one in named))
        if named:
            return named[0]
        report = self._check.form(form)[1]
        if (entry := entries.get(report.form_id)) is None:
            raise NothingToWithdraw(report.form_name)
        return entry

    def _shown(self, entry: LockEntry) -> Withdrawal:
        approval = self._check.approval(entry.form_id)
        name, afterwards = self._afterwards(entry, required=approval.required)
        return Withdrawal(name, entry, approval.lock, afterwards)

    def _afterwards(self, entry: LockEntry, *, required: bool) -> tuple[str, Afterwards]:
        """The form's name, and what becomes of it."""
        try:
            snapshot, report = self._check.form(entry.form_id)
        except UnknownForm:
            return entry.name, Afterwards.GONE
        except (HubSpotError, AccountRefused):
            return entry.name, Afterwards.CLOSES if required else Afterwards.UNTOLD
        if snapshot.archived:
            return report.form_name, Afterwards.ARCHIVED
        if required:
            return report.form_name, Afterwards.CLOSES
        if not self._check.under(snapshot, None).open:
            return report.form_name, Afterwards.STAYS_CLOSED
        return report.form_name, Afterwards.STAYS_OPEN if report.open else Afterwards.OPENS
