"""The unclear ones: listed to be looked up in HubSpot, and settled by what was seen there."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select, update

from gateway.domain.audit import Action
from gateway.domain.errors import InvalidTransition
from gateway.domain.submissions import Event, State
from gateway.domain.users import WORKER
from gateway.store.audit import append
from gateway.store.damage import sound_rows
from gateway.store.means import Means
from gateway.store.moves import Outcome, move
from gateway.store.records import Unclear
from gateway.store.schema import outbox

_C = outbox.c
_SOUGHT = or_(
    _C.state.in_([State.UNKNOWN.value, State.REVIEW.value]),
    # It went back because it was not there; should it turn up late, it must not go again.
    and_(_C.state == State.QUEUED.value, _C.resends > 0),
)
_UNCLEAR = (
    select(
        _C.sid, _C.receipt, _C.form_id, _C.state, _C.submitted_at_ms, _C.restamped_ms,
        _C.accepted_at_ms, _C.changed_at_ms, _C.resends, _C.fence, _C.cause,
    )
    .where(_SOUGHT, _C.changed_at_ms >= bindparam("after"))
    # What waits for a person stays, in any number: it must not hide what can still be settled.
    .order_by(
        case((_C.state == State.UNKNOWN.value, 0), else_=1),
        _C.changed_at_ms.desc(),
        _C.submitted_at_ms.desc(),
    )
    .limit(bindparam("most", type_=_C.attempts.type))
    .offset(bindparam("skip", type_=_C.attempts.type))
)  # fmt: skip
_SENT_FORMS = select(_C.form_id, func.min(_C.submitted_at_ms), func.max(_C.submitted_at_ms)).where(
    _C.attempts > 0, _C.accepted_at_ms >= bindparam("after")
).group_by(_C.form_id)  # fmt: skip
_UNSENT = select(_C.sid, _C.state).where(
    _C.state.in_([State.QUEUED.value, State.HELD.value])
).order_by(_C.accepted_at_ms).limit(bindparam("most", type_=_C.attempts.type))  # fmt: skip
_KNOWN = select(_C.sid, _C.copies).where(_C.sid.in_(bindparam("sids", expanding=True)))
_COPIES = update(outbox).where(_C.sid == bindparam("of_sid")).values(copies=bindparam("seen"))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a look into HubSpot says of one submission."""

    unclear: Unclear
    event: Event
    cause: str | None = None
    conversion_id: str | None = None


class Unclears:
    """The part of the outbox that waits for evidence."""

    def __init__(self, means: Means) -> None:
        self._means = means
        super().__init__()

    def unknown(self, limit: int, *, unclear_after_ms: int = 0) -> tuple[Unclear, ...]:
        """Submissions to look up in HubSpot: of those unclear since ``unclear_after_ms`` (ms
        since the epoch) or later the ``limit`` that became unclear last, the newest first, so
        that any number of old ones nobody finds any more cannot hide a new one. Behind them come
        those that wait for a person, or went back because they were absent: presence counts
        at any time."""

        def question(connection: Connection) -> tuple[Unclear, ...]:
            found = sound_rows(connection, _UNCLEAR, limit, after=unclear_after_ms)
            return tuple(_unclear(row) for row in found)

        return self._means.reader.run(question)

    def decide_unclear(self, verdicts: Sequence[Verdict]) -> int:
        """Moves submissions by what was seen, together; returns how many. One that moved
        meanwhile is left alone, also when it was sent since and is unclear once more: a look
        that began before says nothing of that sending."""

        def work(connection: Connection) -> int:
            now, moved = self._means.clock(connection), 0
            for one in verdicts:
                also: dict[str, Any] = {"not_before_ms": 0}
                if one.event is Event.ABSENCE_PROVEN:
                    also["resends"] = one.unclear.resends + 1
                outcome = Outcome(one.cause, conversion_id=one.conversion_id)
                with contextlib.suppress(InvalidTransition):
                    move(connection, one.unclear.sid, one.unclear.state, one.event,
                         actor=WORKER.id, at_ms=now, fence=one.unclear.fence, outcome=outcome,
                         also=also)  # fmt: skip
                    moved += 1
            if moved:
                self._means.notify(connection)
            return moved

        return self._means.writer.run(work)

    def doubt(self, most: int) -> int:
        """Makes up to ``most`` of what waits to be sent unclear, the oldest first, because this
        is an older outbox and they may have left since; returns how many."""

        def work(connection: Connection) -> int:
            now = self._means.clock(connection)
            rows = connection.execute(_UNSENT, {"most": most}).all()
            for sid, state in rows:
                move(connection, sid, State(state), Event.OUTBOX_RESTORED, actor=WORKER.id,
                     at_ms=now, outcome=Outcome("outbox_restored"))  # fmt: skip
            return len(rows)

        return self._means.writer.run(work)

    def confirm(self, sid: str, conversion_id: str | None) -> None:
        """Marks an unclear submission as delivered: it was found in HubSpot. Raises
        :class:`InvalidTransition` when it is not unclear any more."""
        outcome = Outcome(conversion_id=conversion_id)
        self._means.writer.run(
            lambda connection: move(
                connection, sid, State.UNKNOWN, Event.FOUND_IN_HUBSPOT,
                actor=WORKER.id, at_ms=self._means.clock(connection), outcome=outcome,
            )
        )  # fmt: skip

    def sent_since(self, after_ms: int) -> Mapping[str, tuple[int, int]]:
        """form id → (earliest, latest ``submittedAt``) of what was accepted since then and sent
        at least once."""
        return self._means.reader.run(
            lambda connection: {
                form_id: (first, last)
                for form_id, first, last in connection.execute(_SENT_FORMS, {"after": after_ms})
            }
        )

    def note_copies(self, seen: Mapping[str, int]) -> int:
        """Notes sid → how often HubSpot has it, where that is more than was known, each with an
        audit row; returns how many are new."""

        def work(connection: Connection) -> int:
            now, noted = self._means.clock(connection), 0
            for sid, known in connection.execute(_KNOWN, {"sids": list(seen)}).all():
                if seen[sid] > known:
                    connection.execute(_COPIES, {"of_sid": sid, "seen": seen[sid]})
                    append(connection, at_ms=now, actor=WORKER.id, action=Action.COPIES_SEEN,
                           sid=sid)  # fmt: skip
                    noted += 1
            return noted

        return self._means.writer.run(work) if seen else 0


def _unclear(row: dict[str, Any]) -> Unclear:
    restamped = row.pop("restamped_ms")
    sent_with = row.pop("submitted_at_ms") if restamped is None else restamped
    row.pop("submitted_at_ms", None)
    return Unclear(
        unclear_since_ms=row.pop("changed_at_ms"),
        state=State(row.pop("state")),
        submitted_at_ms=sent_with,
        **row,
    )
