"""What the content guard recognised, in the audit: kinds and field names, never an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from gateway.domain.audit import Action
from gateway.domain.kinds import Guarded, GuardOutcome
from gateway.store.audit import append
from gateway.store.means import Means

GUARD_ACTIONS: Mapping[GuardOutcome, Action] = {
    GuardOutcome.BLOCKED: Action.GUARD_BLOCKED,
    GuardOutcome.ASKED: Action.GUARD_ASKED,
    GuardOutcome.CONFIRMED: Action.GUARD_CONFIRMED,
}
"""The audit action of each outcome. What was confirmed belongs to a submission; what was
refused never became one."""


class GuardRows:
    """Adds the audit's rows on submissions that the guard refused."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def refused(self, form_id: str, told: Iterable[Guarded], *, actor: str) -> None:
        """Notes, durably, what was recognised in answers that were not taken. Raises
        :class:`IntakeClosed`."""
        rows = tuple(told)

        def work(connection: Connection) -> None:
            note(connection, form_id.replace("-", "")[:32], rows, actor=actor,
                 at_ms=self._means.clock(connection))  # fmt: skip

        self._means.writer.run(work)


def note(
    connection: Connection, sid: str, told: Iterable[Guarded], *, actor: str, at_ms: int
) -> None:
    """Adds a row for each, in the caller's transaction."""
    for one in told:
        append(connection, at_ms=at_ms, actor=actor, action=GUARD_ACTIONS[one.outcome], sid=sid,
               cause=one.cause, fields=one.fields)  # fmt: skip
