"""The keys that have sealed what is kept here, and the destruction of what they sealed.

A key is closed before it is destroyed: from then on no acceptance with it is durable, in
whatever process it began, so that nobody can lose answers to a key that dies meanwhile.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from gateway.domain.audit import Action
from gateway.domain.submissions import FINAL
from gateway.domain.users import WORKER
from gateway.store.audit import append
from gateway.store.damage import sound_rows
from gateway.store.means import Means
from gateway.store.records import Sealed
from gateway.store.schema import ENVELOPE, epochs, outbox

_C = outbox.c
_FINAL = [state.value for state in FINAL]
_KEPT = _C.shredded_at_ms.is_(None)
_ONE = select(epochs).where(epochs.c.key_id == bindparam("of_key"))
_SET = update(epochs).where(epochs.c.key_id == bindparam("of_key"))
_SEALED = (_C.sid, _C.receipt, _C.portal_id, _C.form_id, _C.form_name, _C.snapshot_hash,
           _C.accepted_at_ms, _C.submitted_at_ms, ENVELOPE)  # fmt: skip
_PAGE = (bindparam("most", type_=_C.attempts.type), bindparam("skip", type_=_C.attempts.type))
_OF_KEY = (
    select(*_SEALED)
    .where(_C.key_id == bindparam("of_key"), _KEPT)
    .order_by(_C.accepted_at_ms, _C.submitted_at_ms)
    .limit(_PAGE[0])
    .offset(_PAGE[1])
)
_UNNAMED = select(_C.sid, ENVELOPE).where(_C.key_id.is_(None), _KEPT).limit(bindparam("most"))
_OVER = (
    select(_C.sid)
    .where(_C.state.in_(_FINAL), _C.changed_at_ms <= bindparam("before"), _KEPT)
    .limit(bindparam("most"))
)
_SHRED = (
    update(outbox)
    .where(_C.sid == bindparam("of_sid"), _C.state.in_(_FINAL), _KEPT)
    .values(envelope=b"", fingerprint=None, shredded_at_ms=bindparam("at_ms"))
)
_RESEAL = (
    update(outbox)
    .where(_C.sid == bindparam("of_sid"), _C.key_id == bindparam("of_key"), _KEPT)
    .values(envelope=bindparam("sealed"), key_id=bindparam("new_key"))
)
_NAME = (
    update(outbox)
    .where(_C.sid == bindparam("of_sid"), _C.key_id.is_(None))
    .values(key_id=bindparam("found"))
)


class KeyClosed(Exception):  # noqa: N818  # it ends one try; the next seals with another key
    """The key that sealed these answers seals no more: seal them again."""


@dataclasses.dataclass(frozen=True)
class Resealed:
    """One submission's new envelope."""

    sid: str
    key_id: str
    envelope: bytes = dataclasses.field(repr=False)


def use(connection: Connection, key_id: str) -> None:
    """Notes, in the transaction of an acceptance, that ``key_id`` sealed it. Raises
    :class:`KeyClosed`."""
    row = connection.execute(_ONE, {"of_key": key_id}).one_or_none()
    if row is None:
        connection.execute(insert(epochs), {"key_id": key_id})
    elif row.closed_ms is not None:
        raise KeyClosed


class Epochs:
    """Closes keys, shreds what is over, and keeps the books of both. Changing calls raise
    :class:`IntakeClosed`, reading ones :class:`OutboxUnreadable`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def unnamed(self, most: int) -> Sequence[tuple[str, bytes]]:
        """(sid, envelope) of submissions that a program of an earlier release accepted without
        noting their key."""
        return self._means.reader.run(
            lambda connection: [
                (row.sid, row.envelope) for row in connection.execute(_UNNAMED, {"most": most})
            ]
        )

    def name(self, found: Sequence[tuple[str, str]]) -> None:
        """Notes (sid, key id) of such submissions."""

        def work(connection: Connection) -> None:
            for sid, key_id in found:
                connection.execute(_NAME, {"of_sid": sid, "found": key_id})

        self._means.writer.run(work)

    def shred(self, *, older_than_s: float, most: int) -> int:
        """Destroys the envelopes of submissions that ended at least so long ago; each with its
        audit row. Returns how many."""

        def work(connection: Connection) -> int:
            now = self._means.clock(connection)
            asked = {"before": now - int(older_than_s * 1000), "most": most}
            sids = connection.execute(_OVER, asked).scalars().all()
            for sid in sids:
                connection.execute(_SHRED, {"of_sid": sid, "at_ms": now})
                append(connection, at_ms=now, actor=WORKER.id, action=Action.SHREDDED, sid=sid)
            return len(sids)

        return self._means.writer.run(work)

    def close(self, key_id: str) -> int:
        """From now on nothing sealed with ``key_id`` is accepted; since when, ms since the
        epoch."""

        def work(connection: Connection) -> int:
            row = connection.execute(_ONE, {"of_key": key_id}).one_or_none()
            if row is not None and row.closed_ms is not None:
                return int(row.closed_ms)
            now = self._means.clock(connection)
            if row is None:
                connection.execute(insert(epochs), {"key_id": key_id, "closed_ms": now})
            else:
                connection.execute(_SET, {"of_key": key_id, "closed_ms": now})
            append(connection, at_ms=now, actor=WORKER.id, action=Action.KEY_CLOSED, sid=key_id)
            return now

        return self._means.writer.run(work)

    def closed(self) -> Sequence[str]:
        """The keys that are closed and not known to be destroyed."""
        asked = select(epochs.c.key_id).where(
            epochs.c.closed_ms.is_not(None), epochs.c.destroyed_ms.is_(None)
        )
        return self._means.reader.run(lambda connection: connection.execute(asked).scalars().all())

    def sealed_with(self, key_id: str, most: int, *, start: int = 0) -> tuple[Sealed, ...]:
        """Up to ``most`` submissions that are still sealed with ``key_id``, oldest first."""
        return self._means.reader.run(
            lambda connection: tuple(
                Sealed(**row)
                for row in sound_rows(connection, _OF_KEY, most, start=start, of_key=key_id)
            )
        )

    def kept(self, key_id: str) -> int:
        """How many submissions only ``key_id`` opens, those not yet named included."""
        asked = select(func.count()).where(_KEPT, (_C.key_id == key_id) | _C.key_id.is_(None))
        return self._means.reader.run(
            lambda connection: int(connection.execute(asked).scalar_one())
        )

    def reseal(self, key_id: str, resealed: Sequence[Resealed]) -> int:
        """Puts new envelopes in the place of those sealed with ``key_id``, each with an audit
        row that carries the new digest. One that changed meanwhile is left out."""

        def work(connection: Connection) -> int:
            now, done = self._means.clock(connection), 0
            for one in resealed:
                told: dict[str, Any] = {"of_sid": one.sid, "of_key": key_id,
                                        "sealed": one.envelope, "new_key": one.key_id}  # fmt: skip
                use(connection, one.key_id)
                if connection.execute(_RESEAL, told).rowcount != 1:
                    continue
                done += 1
                append(connection, at_ms=now, actor=WORKER.id, action=Action.RESEALED, sid=one.sid,
                       envelope_sha256=hashlib.sha256(one.envelope).hexdigest())  # fmt: skip
            return done

        return self._means.writer.run(work)

    def destroyed(self, key_id: str) -> None:
        """Notes that ``key_id`` is gone."""
        self._means.writer.run(partial(self._destroyed, key_id))

    def _destroyed(self, key_id: str, connection: Connection) -> None:
        row = connection.execute(_ONE, {"of_key": key_id}).one_or_none()
        if row is None or row.destroyed_ms is not None:
            return
        now = self._means.clock(connection)
        connection.execute(_SET, {"of_key": key_id, "destroyed_ms": now})
        append(connection, at_ms=now, actor=WORKER.id, action=Action.KEY_DESTROYED, sid=key_id)
