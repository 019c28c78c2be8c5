"""From new answers to a durable row: reserve, seal, insert; then, and only then, a receipt."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from gateway.domain.audit import Action
from gateway.domain.errors import IntakeClosed, KeyConflict, UnknownReceipt, UnusableKey
from gateway.domain.submissions import Event, State, new_receipt, new_sid, read_receipt
from gateway.store import epochs
from gateway.store.audit import append
from gateway.store.damage import readable, state_of
from gateway.store.faults import Clash
from gateway.store.guard_rows import note
from gateway.store.means import Means
from gateway.store.moves import PLAIN, move
from gateway.store.reader import Reader
from gateway.store.records import Accepted, NewSubmission
from gateway.store.schema import outbox

Seal = Callable[[str, int], tuple[str, bytes]]
"""(sid, submitted_at_ms) → the id of the key that seals now, and the envelope bound to them."""
TRIES = 8
"""How often a clash with another process is resolved by sealing anew."""

MAX_KEY = 255
"""The longest idempotency key, in characters."""
AHEAD_MS = 86_400_000
"""A time further ahead than this was given while the clock was wrong, and is not followed."""

_LAST_TIME = select(func.max(outbox.c.submitted_at_ms)).where(
    outbox.c.form_id == bindparam("of_form"), outbox.c.submitted_at_ms < bindparam("before")
)
_BY_KEY = select(
    outbox.c.sid,
    outbox.c.receipt,
    outbox.c.fingerprint,
    outbox.c.accepted_at_ms,
    outbox.c.submitted_at_ms,
).where(outbox.c.idempotency_key == bindparam("of_key"))
_BY_RECEIPT = select(outbox.c.sid, outbox.c.state).where(
    outbox.c.receipt == bindparam("of_receipt")
)
_INSERT = insert(outbox)


class Clock:
    """Gives each submission of a form a time of its own, in milliseconds: the endpoint has
    no idempotency key, so the pair (form, time) is one of the two tags to find it by.

    The database's UNIQUE decides; this only makes a clash rare, and needs no transaction.
    """

    def __init__(self, reader: Reader, now_ms: Callable[[], int]) -> None:
        self._reader = reader
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._last: dict[str, int] = {}

    def reserve(self, form_id: str) -> int:
        """max(now, last + 1) of the form."""
        now = self._now_ms()
        with self._lock:
            known = self._last.get(form_id)
        if known is None or known > now + AHEAD_MS:
            known = self._stored(form_id, now)
        with self._lock:
            last = self._last.get(form_id, known)
            last = known if last > now + AHEAD_MS else max(last, known)
            self._last[form_id] = max(now, last + 1)
            return self._last[form_id]

    def catch_up(self, form_id: str) -> None:
        """Takes over what other processes have used, after a clash."""
        stored = self._stored(form_id, self._now_ms())
        with self._lock:
            self._last[form_id] = max(self._last.get(form_id, -1), stored)

    def _stored(self, form_id: str, now: int) -> int:
        asked = {"of_form": form_id, "before": now + AHEAD_MS}
        last = self._reader.run(lambda connection: connection.execute(_LAST_TIME, asked).scalar())
        return -1 if last is None else int(last)


def accept(means: Means, clock: Clock, new: NewSubmission, seal: Seal) -> Accepted:
    """The accepted submission, durable. Errors as :meth:`Outbox.accept` tells them."""
    if new.key is not None and not _usable(new.key):
        raise UnusableKey
    if new.replaces is not None:
        code = read_receipt(new.replaces)
        if code is None:
            raise UnknownReceipt
        new = dataclasses.replace(new, replaces=code)
    for _ in range(TRIES):
        sid, submitted_at_ms = new_sid(), clock.reserve(new.form_id)
        key_id, envelope = seal(sid, submitted_at_ms)
        row = _row(new, sid, submitted_at_ms, key_id, envelope)
        try:
            return means.writer.run(partial(_insert, means=means, new=new, row=row))
        except Clash:
            clock.catch_up(new.form_id)
        except epochs.KeyClosed:
            continue
    raise IntakeClosed("busy")


def _usable(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY and readable(key) and "\0" not in key


def _row(
    new: NewSubmission, sid: str, submitted_at_ms: int, key_id: str, envelope: bytes
) -> dict[str, Any]:
    return {
        "sid": sid,
        "receipt": new_receipt(),
        "idempotency_key": new.key,
        "fingerprint": new.fingerprint,
        "portal_id": new.portal_id,
        "form_id": new.form_id,
        "form_name": new.form_name,
        "state": State.QUEUED.value,
        "fence": 0,
        "attempts": 0,
        "not_before_ms": 0,
        "submitted_at_ms": submitted_at_ms,
        "snapshot_hash": new.snapshot_hash,
        "envelope": envelope,
        "key_id": key_id,
        "rejected_fields": "{}",
        "accepted_by": new.accepted_by,
    }


def _insert(
    connection: Connection, *, means: Means, new: NewSubmission, row: dict[str, Any]
) -> Accepted:
    if new.key is not None:
        earlier = connection.execute(_BY_KEY, {"of_key": new.key}).one_or_none()
        if earlier is not None:
            # What is shredded has lost its fingerprint: the key alone tells the repeat.
            if earlier.fingerprint not in (None, new.fingerprint):
                raise KeyConflict
            return Accepted(
                sid=earlier.sid,
                receipt=earlier.receipt,
                accepted_at_ms=earlier.accepted_at_ms,
                submitted_at_ms=earlier.submitted_at_ms,
                created=False,
            )
    epochs.use(connection, row["key_id"])
    at_ms = means.clock(connection)
    replaced = _replaced(connection, new.replaces)
    timed = {"accepted_at_ms": at_ms, "changed_at_ms": at_ms}
    connection.execute(_INSERT, row | timed | {"replaces": replaced and replaced[0]})
    append(
        connection,
        at_ms=at_ms,
        actor=new.accepted_by,
        action=Action.ACCEPTED,
        sid=row["sid"],
        envelope_sha256=hashlib.sha256(row["envelope"]).hexdigest(),
    )
    note(connection, row["sid"], new.confirmed, actor=new.accepted_by, at_ms=at_ms)
    if replaced is not None:
        sid, state = replaced
        move(connection, sid, state, Event.CORRECTED, actor=new.accepted_by, at_ms=at_ms,
             outcome=PLAIN.because("corrected"))  # fmt: skip
    means.notify(connection)
    return Accepted(row["sid"], row["receipt"], at_ms, row["submitted_at_ms"], created=True)


def _replaced(connection: Connection, receipt: str | None) -> tuple[str, State] | None:
    if receipt is None:
        return None
    found = connection.execute(_BY_RECEIPT, {"of_receipt": receipt}).one_or_none()
    if found is None:
        raise UnknownReceipt
    return found.sid, state_of(found.state)
