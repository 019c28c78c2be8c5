"""What the release before did to the database, in plain SQL: the tables of the first step, and
the statements with which it accepted, claimed and settled. It stands in for the program itself
where that is not at hand."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from samples import ANSWERS, PATIENT
from sqlalchemy import Connection, make_url, text

from gateway.bootstrap import open_gateway
from gateway.bootstrap.account import account_of
from gateway.domain.audit import Action
from gateway.domain.submissions import Payload, new_receipt, new_sid
from gateway.domain.users import LOCAL_OPERATOR, WORKER
from gateway.intake.prepare import prepare
from gateway.sealing.envelope import Context, seal, unseal
from gateway.sealing.keyring import open_keyring
from gateway.settings import load_settings
from gateway.store.audit import append
from gateway.store.migrations import tables
from gateway.store.sqlite import open_database
from storm.ground import folder
from storm.workers import AGAIN_S, Order

DAY_MS = 86_400_000
LEASE_MS = 180_000
ROW = {
    "state": "QUEUED", "fence": 0, "attempts": 0, "not_before_ms": 0, "rejected_fields": "{}",
    "accepted_by": LOCAL_OPERATOR.id,
}  # fmt: skip
COLUMNS = (
    "sid", "receipt", "idempotency_key", "portal_id", "form_id", "form_name", "accepted_at_ms",
    "changed_at_ms", "submitted_at_ms", "snapshot_hash", "envelope", *ROW,
)  # fmt: skip
INSERT = text(
    f"INSERT INTO outbox ({', '.join(COLUMNS)})"  # noqa: S608  # our own names
    f" VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
)
OLDEST = text(
    "SELECT sid, portal_id, form_id, submitted_at_ms, snapshot_hash, envelope, fence FROM outbox"
    " WHERE state = 'QUEUED' AND not_before_ms <= :now ORDER BY accepted_at_ms, submitted_at_ms"
    " LIMIT 1"
)
CLAIM = text(
    "UPDATE outbox SET state = 'SENDING', changed_at_ms = :now, owner = :owner, fence = :fence + 1,"
    " attempts = attempts + 1, lease_until_ms = :until, cause = NULL, rejected_fields = '{}',"
    " correlation_id = NULL WHERE sid = :sid AND state = 'QUEUED' AND fence = :fence"
)
SETTLE = text(
    "UPDATE outbox SET state = 'DELIVERED', changed_at_ms = :now, delivered_at_ms = :now,"
    " owner = NULL, lease_until_ms = NULL, not_before_ms = 0, cause = NULL, conversion_id = NULL"
    " WHERE sid = :sid AND state = 'SENDING' AND fence = :fence + 1"
)


@contextmanager
def _transaction(file: Path) -> Iterator[Connection]:
    database = open_database(make_url(f"sqlite:///{file}"), _now_ms)
    try:
        with database.writing.begin() as connection:
            yield connection
    finally:
        database.dispose()


def fill(file: Path, environ: Mapping[str, str], log: Path, count: int) -> None:
    """Makes the tables, and accepts ``count`` submissions; their receipts go into ``log``."""
    settings = load_settings(environ, None)
    with folder() as other:
        elsewhere = load_settings({**environ, "GATEWAY_DATA_DIR": str(other)}, None)
        with open_gateway(elsewhere) as gateway:
            form = gateway.intake(PATIENT, by=LOCAL_OPERATOR)
            portal_id = gateway._worker._delivery._portal.facts().portal_id
    fields = prepare(form.definition, ANSWERS[PATIENT])
    key = open_keyring(settings.keys_dir, settings.mode).sealing_on(_now_ms() // DAY_MS)
    lines = []
    with _transaction(file) as connection:
        tables.upgrade(connection, tables.FIRST)
        connection.execute(text("DROP TABLE alembic_version"))
        for number in range(count):
            now = _now_ms() - count + number
            context = Context(new_sid(), portal_id, form.report.form_id, now,
                              form.report.snapshot_hash)  # fmt: skip
            address = f"{settings.public_url}/intake/~s/{context.sid}"
            payload = Payload(fields.fields, address, form.report.form_name, fields.legal)
            envelope = seal(payload, context, key)
            row = {
                **ROW, "sid": context.sid, "receipt": new_receipt(),
                "idempotency_key": f"old-{number}", "portal_id": portal_id,
                "form_id": context.form_id, "form_name": form.report.form_name,
                "accepted_at_ms": now, "changed_at_ms": now, "submitted_at_ms": now,
                "snapshot_hash": context.snapshot_hash, "envelope": envelope,
            }  # fmt: skip
            connection.execute(INSERT, row)
            append(connection, at_ms=now, actor=LOCAL_OPERATOR.id, action=Action.ACCEPTED,
                   sid=context.sid,
                   envelope_sha256=hashlib.sha256(envelope).hexdigest())  # fmt: skip
            lines.append(f"{row['idempotency_key']} {row['receipt']}\n")
    log.write_text("".join(lines))


def deliver(order: Order) -> None:
    """A child: delivers one after the other, until it is told to stop."""
    settings = load_settings(order["environ"], None)
    keyring = open_keyring(settings.keys_dir, settings.mode)
    hubspot = account_of(settings, settings.token)
    owner = f"{socket.gethostname()}:{os.getpid()}:0"
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    while not stopped:
        with _transaction(Path(order["file"])) as connection:
            row = connection.execute(OLDEST, {"now": _now_ms()}).one_or_none()
            if row is not None:
                told = {**row._mapping, "now": _now_ms(), "owner": owner,
                        "until": _now_ms() + LEASE_MS}  # fmt: skip
                _one(connection.execute(CLAIM, told).rowcount)
                append(connection, at_ms=_now_ms(), actor=WORKER.id, action=Action.CLAIMED,
                       sid=row.sid)  # fmt: skip
        if row is None:
            time.sleep(AGAIN_S)
            continue
        context = Context(row.sid, row.portal_id, row.form_id, row.submitted_at_ms,
                          row.snapshot_hash)  # fmt: skip
        payload = unseal(row.envelope, context, keyring.opening)
        hubspot.submit(row.portal_id, row.form_id, payload, submitted_at_ms=row.submitted_at_ms)
        with _transaction(Path(order["file"])) as connection:
            _one(connection.execute(SETTLE, {**told, "now": _now_ms()}).rowcount)
            append(connection, at_ms=_now_ms(), actor=WORKER.id, action=Action.DELIVERED,
                   sid=row.sid)  # fmt: skip
    hubspot.close()


def _one(changed: int) -> None:
    if changed != 1:
        raise RuntimeError("somebody else had it")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
