"""The outbox: what was accepted, until HubSpot has it. Each call is one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, or_, select, update

from gateway.domain.errors import IntakeClosed, InvalidTransition, OutboxUnreadable
from gateway.domain.submissions import Event, State
from gateway.domain.users import WORKER
from gateway.store import queue
from gateway.store.accepting import Clock, Seal, accept
from gateway.store.damage import readable, sound_rows
from gateway.store.decided import Decided
from gateway.store.means import Means
from gateway.store.moves import Outcome, move
from gateway.store.queue import Effect
from gateway.store.records import Accepted, Claimed, Claims, NewSubmission, Sealed, Unclear
from gateway.store.schema import ENVELOPE, outbox, paused_forms, schema_version
from gateway.store.unclear import Unclears
from gateway.store.views import Views

__all__ = ["Accepted", "Claimed", "Claims", "Effect", "NewSubmission", "Outbox", "Outcome",
           "Sealed", "Unclear"]  # fmt: skip

_C = outbox.c
_SEALED = (_C.sid, _C.receipt, _C.portal_id, _C.form_id, _C.form_name, _C.snapshot_hash,
           _C.accepted_at_ms, _C.submitted_at_ms, ENVELOPE)  # fmt: skip
_OLDEST_FIRST = (_C.accepted_at_ms, _C.submitted_at_ms)
_MOST: BindParameter[int] = bindparam("most")
_SKIP: BindParameter[int] = bindparam("skip")

_RESTING_FORMS = select(paused_forms.c.form_id).where(paused_forms.c.until_ms > bindparam("now"))
_DUE = (
    select(*_SEALED, _C.fence, _C.attempts, _C.restamped_ms)
    .where(
        _C.state == State.QUEUED.value,
        or_(_C.not_before_ms <= bindparam("now"), _C.not_before_ms > bindparam("farthest")),
        _C.form_id.not_in(_RESTING_FORMS),
    )
    .order_by(*_OLDEST_FIRST)
    .limit(_MOST)
    .offset(_SKIP)
    # Other databases let several claim at once; SQLite has one writer and leaves this out.
    .with_for_update(skip_locked=True)
)
_OVERDUE = select(_C.sid, _C.fence).where(
    _C.state == State.SENDING.value,
    or_(_C.lease_until_ms < bindparam("now"), _C.lease_until_ms > bindparam("farthest")),
)
_HELD = (
    select(*_SEALED)
    .where(_C.state == State.HELD.value)
    .order_by(_C.changed_at_ms, _C.submitted_at_ms)
    .limit(_MOST)
    .offset(_SKIP)
)
_LATEST_OF_FORM = (
    select(_C.state)
    .where(
        _C.form_id == bindparam("of_form"),
        _C.state.in_([State.DELIVERED.value, State.REJECTED.value]),
    )
    .order_by(_C.changed_at_ms.desc())
    .limit(bindparam("most"))
)
_PUT_OFF = update(paused_forms).where(paused_forms.c.form_id == bindparam("of_form"))
_PAUSED = select(paused_forms).where(paused_forms.c.form_id == bindparam("of_form"))
_SAME_AGAIN = update(schema_version).values(version=schema_version.c.version)

LONGEST_LEASE_MS = 10 * 60_000
FARTHEST_MS = 2 * 3_600_000
"""No lease, and no wait, is longer: a time further off was set while the clock was ahead."""
REJECTED_OF_LAST = (5, 20)
"""So many refusals among the last so many answers about a form pause it: its definition and
ours no longer agree, and the rest would be refused as well."""
FORM_PAUSE_MS = 900_000
"""How long a form is paused before one more submission of it is tried."""


class Outbox(Views, Unclears, Decided):
    """Keeps submissions and moves them along ``TRANSITIONS``; every move writes its audit row
    in the same transaction, and applies only if nobody else moved the row first.

    Changing calls raise :class:`IntakeClosed` (``disk``, ``busy``, ``store``) when the storage
    fails; nothing has changed then. Reading calls raise
    :class:`OutboxUnreadable`. A damaged row stops no other: see :mod:`gateway.store.damage`.
    """

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._clock = Clock(means.reader, means.now_ms)
        self._on_accept: list[Callable[[], None]] = []

    def on_accept(self, callback: Callable[[], None]) -> None:
        """Has ``callback()`` called after each new submission is durable, in the thread that
        accepted it: ``threading.Event.set``, to wake a worker."""
        self._on_accept.append(callback)

    def accept(self, new: NewSubmission, seal: Seal) -> Accepted:
        """Makes a submission durable. ``seal(sid, submitted_at_ms)`` gives its key's id and
        its envelope; it is called outside every transaction, and again when another process
        took the time or its key seals no more.

        A key that was used before gives the earlier receipt (``created`` False) for the same
        fingerprint, else :class:`KeyConflict`; :class:`UnusableKey` for one that cannot be
        kept. With ``new.replaces`` the rejected submission
        of that receipt is discarded in the same transaction: :class:`UnknownReceipt`, or
        :class:`InvalidTransition` when it is not rejected any more.
        """
        try:
            accepted = accept(self._means, self._clock, new, seal)
        except OutboxUnreadable:
            raise IntakeClosed("store") from None
        if accepted.created:
            for callback in self._on_accept:
                # It is durable: no fault of who listens may turn that into an error.
                with contextlib.suppress(Exception):
                    callback()
        return accepted

    def claim(self, owner: str, *, limit: int, lease_s: float, per_window: int = 0) -> Claims:
        """Takes up to ``limit`` due submissions for ``owner``, oldest first, and holds them
        for ``lease_s`` seconds, as far as the queue's switch and the window of ``per_window``
        submissions in ten seconds allow (0: no limit). The claim is durable before this
        returns, and no other process has the same ones."""

        def work(connection: Connection) -> Claims:
            now = self._means.clock(connection)
            room = queue.room(connection, now, limit, per_window)
            if not room.places:
                again = None if room.again_ms is None else max(0, room.again_ms - now) / 1000
                return Claims((), room.cause, again)
            until = now + int(lease_s * 1000)
            claimed = []
            asked = {"now": now, "farthest": now + FARTHEST_MS}
            for row in sound_rows(connection, _DUE, room.places, **asked):
                held = {"fence": row["fence"] + 1, "attempts": row["attempts"] + 1,
                        "lease_until_ms": until}  # fmt: skip
                move(connection, row["sid"], State.QUEUED, Event.CLAIMED, actor=WORKER.id,
                     at_ms=now, fence=row["fence"], also={**held, "owner": owner})  # fmt: skip
                claimed.append(Claimed(**{**row, **held}))
            if claimed:
                places = [(one.sid, one.fence) for one in claimed]
                queue.took(connection, now, places, until)
                _put_off(connection, {one.form_id for one in claimed}, now)
            return Claims(tuple(claimed))

        return self._means.writer.run(work)

    def settle(
        self,
        claimed: Claimed,
        event: Event,
        *,
        outcome: Outcome | None = None,
        not_before_s: float = 0.0,
        effect: Effect | None = None,
    ) -> State:
        """Ends a claim and returns the state it led to; ``not_before_s`` holds a requeued one
        back. ``effect`` is what the call did to the whole queue, in the same transaction.

        Raises :class:`InvalidTransition` when the claim is no longer ours: stop, never retry.
        The effect on the queue holds even then, because the call was made.
        """
        told = outcome or Outcome()
        does = effect or Effect()

        def work(connection: Connection) -> State | InvalidTransition:
            now = self._means.clock(connection)
            queue.ended(connection, now, claimed.sid, claimed.fence, does)
            waits = {"not_before_ms": now + int(not_before_s * 1000) if not_before_s else 0}
            try:
                state = move(connection, claimed.sid, State.SENDING, event, actor=WORKER.id,
                             at_ms=now, fence=claimed.fence, outcome=told, also=waits)  # fmt: skip
            except InvalidTransition as error:
                return error.with_traceback(None)
            _answered(connection, claimed.form_id, state, now)
            return state

        result = self._means.writer.run(work)
        if isinstance(result, InvalidTransition):
            raise result
        return result

    def expire_leases(self) -> int:
        """Takes every submission whose lease has run out for unclear, and returns how many:
        whoever held it may have sent it. A lease further off than any was given while the clock
        was ahead."""

        def work(connection: Connection) -> int:
            now = self._means.clock(connection)
            asked = {"now": now, "farthest": now + LONGEST_LEASE_MS}
            found = connection.execute(_OVERDUE, asked).all()
            overdue = [
                (sid, fence) for sid, fence in found if readable(sid) and isinstance(fence, int)
            ]
            for sid, fence in overdue:
                move(connection, sid, State.SENDING, Event.LEASE_EXPIRED, actor=WORKER.id,
                     at_ms=now, fence=fence, outcome=Outcome("worker_stopped"))  # fmt: skip
            return len(overdue)

        return self._means.writer.run(work)

    def held(self, limit: int, *, start: int = 0) -> tuple[Sealed, ...]:
        """Up to ``limit`` held submissions, longest held first, from the one numbered ``start``
        on, to ask the gate about again."""
        return self._means.reader.run(
            lambda connection: tuple(
                Sealed(**row) for row in sound_rows(connection, _HELD, limit, start=start)
            )
        )

    def release(self, sid: str) -> None:
        """Puts a held submission back into the queue. Raises :class:`InvalidTransition` when
        it is not held any more."""

        def work(connection: Connection) -> None:
            move(connection, sid, State.HELD, Event.GATE_PASSES_AGAIN, actor=WORKER.id,
                 at_ms=self._means.clock(connection), also={"not_before_ms": 0})  # fmt: skip
            self._means.notify(connection)

        self._means.writer.run(work)

    def prove_writable(self) -> None:
        """Writes something that changes nothing, durably: reading alone would not notice a full
        disk, or a file that was moved away. Raises :class:`IntakeClosed` as accepting would."""
        self._means.writer.run(lambda connection: connection.execute(_SAME_AGAIN))


def _put_off(connection: Connection, form_ids: set[str], now: int) -> None:
    """A paused form whose time has come lets one submission through, and then waits again."""
    for form_id in form_ids:
        connection.execute(_PUT_OFF, {"of_form": form_id, "until_ms": now + FORM_PAUSE_MS})


def _answered(connection: Connection, form_id: str, state: State, now: int) -> None:
    """Pauses a form that HubSpot refuses again and again, and lets it go on once HubSpot has
    taken a submission."""
    paused = {"of_form": form_id}
    if state is State.DELIVERED:
        if connection.execute(_PAUSED, paused).one_or_none() is not None:
            connection.execute(delete(paused_forms).where(paused_forms.c.form_id == form_id))
    elif state is State.REJECTED:
        most, last = REJECTED_OF_LAST
        answers = connection.execute(_LATEST_OF_FORM, {**paused, "most": last}).scalars().all()
        if answers.count(State.REJECTED.value) < most:
            return
        if connection.execute(_PAUSED, paused).one_or_none() is None:
            connection.execute(
                insert(paused_forms), {"form_id": form_id, "until_ms": now + FORM_PAUSE_MS}
            )
