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
from gateway.store.audit import append
from gateway.store.damage import readable, state_of
from gateway.store.faults import Clash
from gateway.store.moves import move
from gateway.store.reader import Reader
from gateway.store.records import Accepted, NewSubmission
from gateway.store.schema import outbox
from gateway.store.writer import Writer

Seal = Callable[[str, int], bytes]
"""(sid, submitted_at_ms) → the envelope bound to them."""
TRIES = 8
"""How often a clash with another process is resolved by sealing anew."""

MAX_KEY = 255
"""The longest idempotency key, in characters."""
_END_OF_TIME_MS = 253_402_300_800_000
"""The year 10000. A time that is none, text included, sorts above it and is passed over."""

_LAST_TIME = select(func.max(outbox.c.submitted_at_ms)).where(
    outbox.c.form_id == bindparam("of_form"), outbox.c.submitted_at_ms < _END_OF_TIME_MS
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
        with self._lock:
            known = form_id in self._last
        stored = None if known else self._stored(form_id)
        with self._lock:
            last = max(self._last.get(form_id, -1), stored if stored is not None else -1)
            self._last[form_id] = max(self._now_ms(), last + 1)
            return self._last[form_id]

    def catch_up(self, form_id: str) -> None:
        """Takes over what other processes have used, after a clash."""
        stored = self._stored(form_id)
        with self._lock:
            self._last[form_id] = max(self._last.get(form_id, -1), stored or -1)

    def _stored(self, form_id: str) -> int | None:
        last = self._reader.run(
            lambda connection: connection.execute(_LAST_TIME, {"of_form": form_id}).scalar()
        )
        return None if last is None else int(last)


def accept(
    writer: Writer, clock: Clock, new: NewSubmission, seal: Seal, now_ms: Callable[[], int]
) -> Accepted:
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
        envelope = seal(sid, submitted_at_ms)
        row = _row(new, sid, submitted_at_ms, envelope)
        try:
            return writer.run(partial(_insert, new=new, row=row, now_ms=now_ms))
        except Clash:
            clock.catch_up(new.form_id)
    raise IntakeClosed("busy")


def _usable(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY and readable(key)


def _row(new: NewSubmission, sid: str, submitted_at_ms: int, envelope: bytes) -> dict[str, Any]:
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
        "rejected_fields": "{}",
        "accepted_by": new.accepted_by,
    }


def _insert(
    connection: Connection, *, new: NewSubmission, row: dict[str, Any], now_ms: Callable[[], int]
) -> Accepted:
    if new.key is not None:
        earlier = connection.execute(_BY_KEY, {"of_key": new.key}).one_or_none()
        if earlier is not None:
            if earlier.fingerprint != new.fingerprint:
                raise KeyConflict
            return Accepted(
                sid=earlier.sid,
                receipt=earlier.receipt,
                accepted_at_ms=earlier.accepted_at_ms,
                submitted_at_ms=earlier.submitted_at_ms,
                created=False,
            )
    at_ms = now_ms()
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
    if replaced is not None:
        sid, state = replaced
        move(connection, sid, state, Event.CORRECTED, actor=new.accepted_by, at_ms=at_ms)
    return Accepted(row["sid"], row["receipt"], at_ms, row["submitted_at_ms"], created=True)


def _replaced(connection: Connection, receipt: str | None) -> tuple[str, State] | None:
    if receipt is None:
        return None
    found = connection.execute(_BY_RECEIPT, {"of_receipt": receipt}).one_or_none()
    if found is None:
        raise UnknownReceipt
    return found.sid, state_of(found.state)
