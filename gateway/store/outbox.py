"""The outbox: what was accepted, until HubSpot has it. Each call is one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    func,
    or_,
    select,
    update,
)

from gateway.domain.errors import IntakeClosed, OutboxUnreadable
from gateway.domain.submissions import Event, State, Status
from gateway.domain.users import WORKER
from gateway.store.accepting import Clock, Seal, accept
from gateway.store.audit import rows_of, unreadable_rows, walk
from gateway.store.damage import readable, sound_rows, state_of, status_of, whole
from gateway.store.moves import Outcome, move
from gateway.store.reader import Reader
from gateway.store.records import Accepted, Claimed, NewSubmission, Sealed, Unclear
from gateway.store.schema import ENVELOPE, outbox, schema_version
from gateway.store.writer import Writer

__all__ = ["Accepted", "Claimed", "NewSubmission", "Outbox", "Sealed", "Unclear"]

_C = outbox.c
_SEALED = (_C.sid, _C.receipt, _C.portal_id, _C.form_id, _C.form_name, _C.snapshot_hash,
           _C.accepted_at_ms, _C.submitted_at_ms, ENVELOPE)  # fmt: skip
_STATUS = (_C.sid, _C.receipt, _C.form_id, _C.form_name, _C.state, _C.attempts,
           _C.accepted_at_ms, _C.changed_at_ms, _C.delivered_at_ms, _C.cause,
           _C.rejected_fields)  # fmt: skip
_OLDEST_FIRST = (_C.accepted_at_ms, _C.submitted_at_ms)
_MOST: BindParameter[int] = bindparam("most")
_SKIP: BindParameter[int] = bindparam("skip")

_DUE = (
    select(*_SEALED, _C.fence, _C.attempts)
    .where(_C.state == State.QUEUED.value, _C.not_before_ms <= bindparam("now"))
    .order_by(*_OLDEST_FIRST)
    .limit(_MOST)
    .offset(_SKIP)
    # Other databases let several claim at once; SQLite has one writer and leaves this out.
    .with_for_update(skip_locked=True)
)
_OVERDUE = select(_C.sid, _C.fence).where(
    _C.state == State.SENDING.value, _C.lease_until_ms < bindparam("now")
)
_HELD = (
    select(*_SEALED)
    .where(_C.state == State.HELD.value)
    .order_by(_C.changed_at_ms, _C.submitted_at_ms)
    .limit(_MOST)
    .offset(_SKIP)
)
_UNKNOWN = (
    select(
        _C.sid, _C.receipt, _C.portal_id, _C.form_id, _C.submitted_at_ms, _C.accepted_at_ms,
        _C.changed_at_ms, _C.attempts,
    )
    .where(_C.state == State.UNKNOWN.value, _C.changed_at_ms >= bindparam("after"))
    .order_by(_C.changed_at_ms.desc(), _C.submitted_at_ms.desc())
    .limit(_MOST)
    .offset(_SKIP)
)  # fmt: skip
_BY_RECEIPT = select(*_STATUS).where(_C.receipt == bindparam("of_receipt"))
_NEWEST_FIRST = (
    select(*_STATUS)
    .order_by(_C.accepted_at_ms.desc(), _C.submitted_at_ms.desc())
    .limit(bindparam("most"))
)
_SAME_AGAIN = update(schema_version).values(version=schema_version.c.version)
_COUNTS = select(_C.state, func.count()).group_by(_C.state)
_ALL = select(*(column for column in _C if column is not _C.envelope))


class Outbox:
    """Keeps submissions and moves them along ``TRANSITIONS``; every move writes its audit row
    in the same transaction, and applies only if nobody else moved the row first.

    Changing calls raise :class:`IntakeClosed` (``disk``, ``busy``, ``store``) when the storage
    fails; nothing has changed then. Reading calls raise
    :class:`OutboxUnreadable`. A damaged row stops no other: see :mod:`gateway.store.damage`.
    """

    def __init__(self, writer: Writer, reader: Reader, now_ms: Callable[[], int]) -> None:
        self._writer = writer
        self._reader = reader
        self._now_ms = now_ms
        self._clock = Clock(reader, now_ms)
        self._on_accept: list[Callable[[], None]] = []

    def on_accept(self, callback: Callable[[], None]) -> None:
        """Has ``callback()`` called after each new submission is durable, in the thread that
        accepted it: ``threading.Event.set``, to wake a worker."""
        self._on_accept.append(callback)

    def accept(self, new: NewSubmission, seal: Seal) -> Accepted:
        """Makes a submission durable. ``seal(sid, submitted_at_ms)`` gives its envelope; it is
        called outside every transaction, and again when another process took the time.

        A key that was used before gives the earlier receipt (``created`` False) for the same
        fingerprint, else :class:`KeyConflict`; :class:`UnusableKey` for one that cannot be
        kept. With ``new.replaces`` the rejected submission
        of that receipt is discarded in the same transaction: :class:`UnknownReceipt`, or
        :class:`InvalidTransition` when it is not rejected any more.
        """
        try:
            accepted = accept(self._writer, self._clock, new, seal, self._now_ms)
        except OutboxUnreadable:
            raise IntakeClosed("store") from None
        if accepted.created:
            for callback in self._on_accept:
                # It is durable: no fault of who listens may turn that into an error.
                with contextlib.suppress(Exception):
                    callback()
        return accepted

    def claim(self, owner: str, *, limit: int, lease_s: float) -> tuple[Claimed, ...]:
        """Takes up to ``limit`` due submissions for ``owner``, oldest first, and holds them
        for ``lease_s`` seconds. The claim is durable before this returns, and no other
        process has the same ones."""

        def work(connection: Connection) -> tuple[Claimed, ...]:
            now = self._now_ms()
            until = now + int(lease_s * 1000)
            claimed = []
            for row in sound_rows(connection, _DUE, limit, now=now):
                held = {"fence": row["fence"] + 1, "attempts": row["attempts"] + 1,
                        "lease_until_ms": until}  # fmt: skip
                move(connection, row["sid"], State.QUEUED, Event.CLAIMED, actor=WORKER.id,
                     at_ms=now, fence=row["fence"], also={**held, "owner": owner})  # fmt: skip
                claimed.append(Claimed(**{**row, **held}))
            return tuple(claimed)

        return self._writer.run(work)

    def settle(
        self,
        claimed: Claimed,
        event: Event,
        *,
        cause: str | None = None,
        rejected: Mapping[str, str] | None = None,
        not_before_ms: int | None = None,
        correlation_id: str | None = None,
        conversion_id: str | None = None,
    ) -> State:
        """Ends a claim and returns the state it led to. ``cause`` is a key of ``CAUSES``;
        ``rejected`` is field key → errorType; ``not_before_ms`` holds a requeued one back.

        Raises :class:`InvalidTransition` when the claim is no longer ours: stop, never retry.
        """
        outcome = Outcome(cause, rejected or {}, correlation_id, conversion_id)

        def work(connection: Connection) -> State:
            return move(connection, claimed.sid, State.SENDING, event, actor=WORKER.id,
                        at_ms=self._now_ms(), fence=claimed.fence, outcome=outcome,
                        also={"not_before_ms": not_before_ms or 0})  # fmt: skip

        return self._writer.run(work)

    def expire_leases(self) -> int:
        """Takes every submission whose lease has run out for unclear, and returns how many:
        whoever held it may have sent it."""

        def work(connection: Connection) -> int:
            now = self._now_ms()
            found = connection.execute(_OVERDUE, {"now": now}).all()
            overdue = [
                (sid, fence) for sid, fence in found if readable(sid) and isinstance(fence, int)
            ]
            for sid, fence in overdue:
                move(connection, sid, State.SENDING, Event.LEASE_EXPIRED, actor=WORKER.id,
                     at_ms=now, fence=fence, outcome=Outcome("worker_stopped"))  # fmt: skip
            return len(overdue)

        return self._writer.run(work)

    def held(self, limit: int, *, start: int = 0) -> tuple[Sealed, ...]:
        """Up to ``limit`` held submissions, longest held first, from the one numbered ``start``
        on, to ask the gate about again."""
        return self._reader.run(
            lambda connection: tuple(
                Sealed(**row) for row in sound_rows(connection, _HELD, limit, start=start)
            )
        )

    def release(self, sid: str) -> None:
        """Puts a held submission back into the queue. Raises :class:`InvalidTransition` when
        it is not held any more."""
        self._writer.run(
            lambda connection: move(
                connection, sid, State.HELD, Event.GATE_PASSES_AGAIN,
                actor=WORKER.id, at_ms=self._now_ms(), also={"not_before_ms": 0},
            )
        )  # fmt: skip

    def unknown(self, limit: int, *, unclear_after_ms: int = 0) -> tuple[Unclear, ...]:
        """Submissions to look up in HubSpot: of those unclear since ``unclear_after_ms`` (ms
        since the epoch) or later the ``limit`` that became unclear last, the newest first, so
        that any number of old ones nobody finds any more cannot hide a new one."""

        def question(connection: Connection) -> tuple[Unclear, ...]:
            found = sound_rows(connection, _UNKNOWN, limit, after=unclear_after_ms)
            return tuple(Unclear(unclear_since_ms=r.pop("changed_at_ms"), **r) for r in found)

        return self._reader.run(question)

    def confirm(self, sid: str, conversion_id: str | None) -> None:
        """Marks an unclear submission as delivered: it was found in HubSpot. Raises
        :class:`InvalidTransition` when it is not unclear any more."""
        outcome = Outcome(conversion_id=conversion_id)
        self._writer.run(
            lambda connection: move(
                connection, sid, State.UNKNOWN, Event.FOUND_IN_HUBSPOT,
                actor=WORKER.id, at_ms=self._now_ms(), outcome=outcome,
            )
        )  # fmt: skip

    def status(self, receipt: str) -> Status | None:
        """Where the submission of this receipt is, with its history; None when there is none."""

        def question(connection: Connection) -> Status | None:
            found = connection.execute(_BY_RECEIPT, {"of_receipt": receipt})
            row = found.mappings().one_or_none()
            if row is None:
                return None
            if not readable(row["sid"]):
                return status_of(row, ())
            steps = walk(rows_of(connection, row["sid"]))
            return status_of(row, tuple((told.at_ms, state, event) for told, state, event in steps))

        return self._reader.run(question)

    def listing(self, limit: int = 200, state: State | None = None) -> tuple[Status, ...]:
        """The newest submissions first, without their histories; of one ``state`` if given.
        One whose state cannot be read is shown as held."""
        asked = _NEWEST_FIRST if state is None else _NEWEST_FIRST.where(_counts_as(state))
        return self._reader.run(
            lambda connection: tuple(
                status_of(row, ()) for row in connection.execute(asked, {"most": limit}).mappings()
            )
        )

    def counts(self) -> Mapping[State, int]:
        """How many submissions are in each state; every state is present. One whose state
        cannot be read counts as held."""
        counts = dict.fromkeys(State, 0)
        for state, count in self._reader.run(lambda connection: connection.execute(_COUNTS).all()):
            counts[state_of(state)] += count
        return counts

    def prove_writable(self) -> None:
        """Writes something that changes nothing, durably: reading alone would not notice a full
        disk, or a file that was moved away. Raises :class:`IntakeClosed` as accepting would."""
        self._writer.run(lambda connection: connection.execute(_SAME_AGAIN))

    def damaged(self) -> int:
        """How many submissions and audit rows hold something that cannot be read: for the
        doctor, since it looks at every row."""

        def question(connection: Connection) -> int:
            rows = connection.execute(_ALL).mappings()
            return sum(not whole(row) for row in rows) + unreadable_rows(connection)

        return self._reader.run(question)


def _counts_as(state: State) -> ColumnElement[bool]:
    named = _C.state == state.value
    return or_(named, _C.state.not_in(list(State))) if state is State.HELD else named
