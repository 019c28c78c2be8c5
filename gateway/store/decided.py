"""What a person decides about a submission, with a reason from a closed list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from gateway.domain.decisions import REASONS_FOR
from gateway.domain.errors import UnknownReceipt
from gateway.domain.submissions import Event, State
from gateway.store.damage import state_of
from gateway.store.means import Means
from gateway.store.moves import PLAIN, move
from gateway.store.schema import outbox

_C = outbox.c
_BY_RECEIPT = select(_C.sid, _C.state, _C.submitted_at_ms).where(
    _C.receipt == bindparam("of_receipt")
)


class Decided:
    """The part of the outbox that people move."""

    _means: Means

    def decide(
        self,
        receipt: str,
        event: Event,
        reason: str,
        *,
        actor: str,
        stale_before_ms: int = 0,
        restamp_ms: int = 0,
    ) -> State:
        """Moves the submission of ``receipt`` as a person decided; one that is sent again and
        was accepted before ``stale_before_ms`` is sent with the time ``restamp_ms``, because
        HubSpot refuses very old ones.

        Raises :class:`UnknownReceipt`, :class:`InvalidTransition` when it is not where that
        can be decided any more, and :class:`ValueError` for a reason that does not fit.
        """
        if reason not in REASONS_FOR.get(event, ()):
            raise ValueError("the reason does not belong to this decision")

        def work(connection: Connection) -> State:
            row = connection.execute(_BY_RECEIPT, {"of_receipt": receipt}).one_or_none()
            if row is None:
                raise UnknownReceipt
            now = self._means.clock(connection)
            also: dict[str, Any] = {"not_before_ms": 0}
            if event is Event.RESENT:
                also["resends"] = 0
                if row.submitted_at_ms < stale_before_ms:
                    also["restamped_ms"] = restamp_ms
            state = move(connection, row.sid, state_of(row.state), event, actor=actor, at_ms=now,
                         outcome=PLAIN.because(reason), also=also)  # fmt: skip
            self._means.notify(connection)
            return state

        return self._means.writer.run(work)
