"""Withdrawing the approval of a form: what there is to withdraw, and what holds afterwards."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

from gateway.domain.locks import FormLock, GuardMode, LockEntry


class Afterwards(enum.StrEnum):
    """What becomes of a form without its approval. The values are stable."""

    CLOSES = "closes"
    """Approval is required."""
    STAYS_OPEN = "stays_open"
    OPENS = "opens"
    """Only the approval kept it closed."""
    STAYS_CLOSED = "stays_closed"
    """The gate finds another fault."""
    UNTOLD = "untold"
    """HubSpot cannot be asked."""
    ARCHIVED = "archived"
    GONE = "gone"
    """HubSpot has the form no more."""


@dataclasses.dataclass(frozen=True)
class _Row:
    before: str
    """What is said with the question."""
    after: str
    """What is said when it is done."""


AFTERWARDS: Mapping[Afterwards, _Row] = {
    Afterwards.CLOSES: _Row(
        "Approval is required here: intake of the form is closed until somebody approves it again, "
        "and what is queued for it is held until then.",
        "The form is closed until somebody approves it again.",
    ),
    Afterwards.STAYS_OPEN: _Row(
        "No approval is required here: the form stays open and goes by the gate alone. A change in "
        "HubSpot then closes it only where the gate finds a fault; what is queued for it is sent "
        "by the same rule.",
        "The form is open, and goes by the gate alone.",
    ),
    Afterwards.OPENS: _Row(
        "Only its approval keeps the form closed now, and no approval is required here: without "
        "one it opens as it is in HubSpot, and goes by the gate alone. What is queued or held for "
        "it is sent where the gate finds no fault.",
        "The form is open as it is in HubSpot, and goes by the gate alone.",
    ),
    Afterwards.STAYS_CLOSED: _Row(
        "The form stays closed, and what is queued for it is held, until the other faults are put "
        "right in HubSpot. Then it opens by itself: no approval is required here.",
        "The form stays closed until its other faults are put right in HubSpot.",
    ),
    Afterwards.UNTOLD: _Row(
        "HubSpot cannot be asked about the form now. No approval is required here: it goes by the "
        "gate alone, and so does what is queued for it.",
        "The form goes by the gate alone.",
    ),
    Afterwards.ARCHIVED: _Row(
        "The form is archived in HubSpot: it leaves the lists and the checks here. What is still "
        "queued for it is held, for a person to decide.",
        "The form has left the lists and the checks.",
    ),
    Afterwards.GONE: _Row(
        "HubSpot has the form no more: it leaves the lists and the checks here. What is still "
        "queued for it is held, for a person to decide.",
        "The form has left the lists and the checks.",
    ),
}
"""What holds then, for the form and for what is queued."""
DECLARED_GOES = (
    "What was said of single fields (least classes, guard, check digits) goes with the approval."
)


@dataclasses.dataclass(frozen=True)
class Withdrawal:
    """What withdrawing the approval of a form would do."""

    form_name: str
    """As HubSpot has it; where it has the form no more, as it was approved."""
    entry: LockEntry
    """What would be taken out of the lock file; :meth:`Withdrawals.withdraw` is to be given it."""
    lock: FormLock | None
    """The approval; None when its entry does not count."""
    afterwards: Afterwards

    @property
    def words(self) -> str:
        """What holds then, as the question says it."""
        said = AFTERWARDS[self.afterwards].before
        return f"{said} {DECLARED_GOES}" if self._declared else said

    @property
    def outcome(self) -> str:
        """What holds now that it is done."""
        return AFTERWARDS[self.afterwards].after

    @property
    def _declared(self) -> bool:
        fields = self.lock.fields.values() if self.lock is not None else ()
        return any(
            one.guard is not GuardMode.BLOCK or one.check or one.minimum is not one.sensitivity
            for one in fields
        )
