"""What people see of the outbox: one submission, lists, counts, ages, and the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from gateway.domain.submissions import FINAL, State, Status
from gateway.store.audit import rows_of, unreadable_rows, walk
from gateway.store.books import Booked, books
from gateway.store.damage import LATEST_MS, mended, readable, state_of, status_of, whole
from gateway.store.means import Means
from gateway.store.schema import outbox

_C = outbox.c
_STATUS = (_C.sid, _C.receipt, _C.form_id, _C.form_name, _C.state, _C.attempts,
           _C.accepted_at_ms, _C.changed_at_ms, _C.delivered_at_ms, _C.cause,
           _C.rejected_fields, _C.decision, _C.resends, _C.copies,
           _C.shredded_at_ms)  # fmt: skip
_BY_RECEIPT = select(*_STATUS).where(_C.receipt == bindparam("of_receipt"))
_NEWEST_FIRST = (
    select(*_STATUS)
    .order_by(_C.accepted_at_ms.desc(), _C.submitted_at_ms.desc())
    .limit(bindparam("most"))
)
_COUNTS = select(_C.state, func.count()).group_by(_C.state)
_TIMED = _C.accepted_at_ms.between(0, LATEST_MS)
"""Whether the time of acceptance is one: a damaged one is not reckoned with."""
_OLDEST = (
    select(_C.state, func.min(_C.accepted_at_ms))
    .where(_C.state.not_in([state.value for state in FINAL]), _TIMED)
    .group_by(_C.state)
)
_ACCEPTED_AT = (
    select(_C.accepted_at_ms)
    .where(_C.accepted_at_ms >= bindparam("after"), _TIMED)
    .order_by(_C.accepted_at_ms.desc())
    .limit(bindparam("most"))
)
_DELIVERED_AT = (
    select(_C.accepted_at_ms, _C.changed_at_ms)
    .where(
        _C.state == State.DELIVERED.value,
        _C.changed_at_ms.between(bindparam("after"), LATEST_MS),
        _TIMED,
    )
    .order_by(_C.changed_at_ms.desc())
    .limit(bindparam("most"))
)
_DELIVERED = (
    select(_C.receipt, _C.form_id, _C.changed_at_ms)
    .where(
        _C.state == State.DELIVERED.value,
        _C.changed_at_ms.between(bindparam("after"), bindparam("before")),
    )
    .order_by(_C.changed_at_ms)
    .limit(bindparam("most"))
)
_ALL = select(*(column for column in _C if column is not _C.envelope))
_COPIES = select(_C.receipt, _C.copies).where(_C.copies > 1).order_by(_C.accepted_at_ms)


class Views:
    """The part of the outbox that only reads."""

    _means: Means

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

        return self._means.reader.run(question)

    def listing(
        self, limit: int = 200, state: State | None = None, form_id: str | None = None
    ) -> tuple[Status, ...]:
        """The newest submissions first, without their histories; of one ``state`` and one form
        if given. One whose state cannot be read is shown as held."""
        asked = _NEWEST_FIRST if state is None else _NEWEST_FIRST.where(_counts_as(state))
        asked = asked if form_id is None else asked.where(_C.form_id == form_id)
        return self._means.reader.run(
            lambda connection: tuple(
                status_of(row, ()) for row in connection.execute(asked, {"most": limit}).mappings()
            )
        )

    def counts(self) -> Mapping[State, int]:
        """How many submissions are in each state; every state is present. One whose state
        cannot be read counts as held."""
        counts = dict.fromkeys(State, 0)
        found = self._means.reader.run(lambda connection: connection.execute(_COUNTS).all())
        for state, count in found:
            counts[state_of(state)] += count
        return counts

    def oldest(self) -> Mapping[State, int]:
        """State → when its oldest submission was accepted (ms since the epoch), for each state
        that is not final and has any."""
        found = self._means.reader.run(lambda connection: connection.execute(_OLDEST).all())
        oldest: dict[State, int] = {}
        for text, at_ms in found:
            state = state_of(text)
            oldest[state] = min(int(at_ms), oldest.get(state, at_ms))
        return oldest

    def accepted_since(self, after_ms: int, most: int) -> Sequence[int]:
        """When the newest submissions since then were accepted, newest first."""
        asked = {"after": after_ms, "most": most}
        return self._means.reader.run(
            lambda connection: [int(at) for at in connection.execute(_ACCEPTED_AT, asked).scalars()]
        )

    def delivered_since(self, after_ms: int, most: int) -> Sequence[tuple[int, int]]:
        """(accepted, delivered) in ms of the newest deliveries since then, newest first."""
        asked = {"after": after_ms, "most": most}
        return self._means.reader.run(
            lambda connection: [
                (int(a), int(d)) for a, d in connection.execute(_DELIVERED_AT, asked)
            ]
        )

    def delivered_between(
        self, since_ms: int, until_ms: int, most: int
    ) -> Sequence[tuple[str, str, int]]:
        """(receipt, form id, delivered in ms) of what was delivered in a stretch of time."""
        asked = {"after": since_ms, "before": until_ms, "most": most}
        return self._means.reader.run(
            lambda connection: [(r, f, d) for r, f, d in connection.execute(_DELIVERED, asked)]
        )

    def books(self) -> tuple[Sequence[Booked], int]:
        """Where everything that was accepted stands: see :func:`~gateway.store.books.books`."""
        return self._means.reader.run(books)

    def sid_of(self, receipt: str) -> str | None:
        """The id, which is also the tag, of the submission with this receipt."""
        asked = select(_C.sid).where(_C.receipt == receipt)
        return self._means.reader.run(lambda connection: connection.execute(asked).scalar())

    def receipts_of(self, sids: Sequence[str]) -> Mapping[str, str]:
        """sid → receipt, of those that are ours."""
        asked = select(_C.sid, _C.receipt).where(_C.sid.in_(sids))
        return self._means.reader.run(
            lambda connection: {sid: str(receipt) for sid, receipt in connection.execute(asked)}
        )

    def sent_with(self, sids: Sequence[str]) -> Mapping[str, int]:
        """sid → the ``submittedAt`` it is sent with, ms since the epoch."""
        asked = select(_C.sid, _C.submitted_at_ms, _C.restamped_ms).where(_C.sid.in_(sids))
        return self._means.reader.run(
            lambda connection: {
                sid: submitted if restamped is None else restamped
                for sid, submitted, restamped in connection.execute(asked)
            }
        )

    def copies(self) -> tuple[tuple[str, int], ...]:
        """(receipt, how often HubSpot has it) where that is more than once, oldest first."""
        return self._means.reader.run(
            lambda connection: tuple(
                (mended("receipt", receipt), count)
                for receipt, count in connection.execute(_COPIES)
                if isinstance(count, int)
            )
        )

    def damaged(self) -> int:
        """How many submissions and audit rows hold something that cannot be read: for the
        doctor, since it looks at every row."""

        def question(connection: Connection) -> int:
            rows = connection.execute(_ALL).mappings()
            return sum(not whole(row) for row in rows) + unreadable_rows(connection)

        return self._means.reader.run(question)


def _counts_as(state: State) -> ColumnElement[bool]:
    named = _C.state == state.value
    return or_(named, _C.state.not_in(list(State))) if state is State.HELD else named
