"""What the audit tells of records: that a change was asked for and made, and that a person had a
value shown. Types, ids, property names and purposes; never a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from gateway.domain.audit import Action
from gateway.domain.records import CHANGE_ACTIONS, Change
from gateway.domain.reveals import MAX_REVEALS, REVEAL_WINDOW_MS, Purpose
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import audit

_C = audit.c
_LAST = select(func.max(_C.seq))
_AT = select(_C.at_ms)


class RecordRows:
    """Adds rows of records to the audit. All calls raise :class:`IntakeClosed`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def asked(self, place: str, change: Change, fields: Iterable[str], *, actor: str) -> None:
        """A change was asked for; ``place`` is the record's, or the object type's for new ones
        and for many."""
        names = tuple(fields)

        def work(connection: Connection) -> None:
            append(
                connection,
                at_ms=self._means.clock(connection),
                actor=actor,
                action=Action.RECORD_ASKED,
                sid=place,
                cause=str(change),
                fields=names,
            )

        self._means.writer.run(work)

    def made(
        self, change: Change, places: Sequence[tuple[str, Sequence[str]]], *, actor: str
    ) -> None:
        """HubSpot has made the change of each of ``places``, with the names of its properties."""

        def work(connection: Connection) -> None:
            at_ms = self._means.clock(connection)
            for place, fields in places:
                append(connection, at_ms=at_ms, actor=actor, action=CHANGE_ACTIONS[change],
                       sid=place, fields=fields)  # fmt: skip

        self._means.writer.run(work)

    def revealed(self, place: str, field: str, purpose: Purpose, *, actor: str) -> bool:
        """A value is about to be shown. False, and no row, when this person has had as many
        shown as an hour allows: the rows themselves are counted, in the transaction that adds
        one, so that it holds for all processes together."""
        since = self._means.reader.run(self._an_hour_ago)

        def work(connection: Connection) -> bool:
            at_ms = self._means.clock(connection)
            shown = connection.execute(
                select(func.count()).where(
                    _C.seq >= since,
                    _C.action == Action.RECORD_REVEALED.value,
                    _C.actor == actor,
                    _C.at_ms > at_ms - REVEAL_WINDOW_MS,
                )
            ).scalar_one()
            if shown >= MAX_REVEALS:
                return False
            append(connection, at_ms=at_ms, actor=actor, action=Action.RECORD_REVEALED, sid=place,
                   cause=str(purpose), fields=(field,))  # fmt: skip
            return True

        return self._means.writer.run(work)

    def _an_hour_ago(self, connection: Connection) -> int:
        """The number of the first row of the last hour, found by halving: the chain has no index
        by time, and may be millions of rows long."""
        low, high = 1, (connection.execute(_LAST).scalar_one() or 0) + 1
        oldest = self._means.clock(connection) - REVEAL_WINDOW_MS
        while low < high:
            middle = (low + high) // 2
            at_ms = connection.execute(_AT.where(_C.seq == middle)).scalar_one_or_none()
            if isinstance(at_ms, int) and at_ms <= oldest:
                low = middle + 1
            else:
                high = middle
        return low
