"""The audit: a chain of rows, each written in the transaction of the change it tells of.

Row n carries ``h_n = SHA-256(0x00 || h_{n-1} || JSON)``, where the JSON is canonical (sorted
keys, no spaces, ASCII) and holds every other column; ``h_0`` is 32 zero bytes. An edit, a
swap or a removal breaks the chain. Taking rows off its end does not, so the check also walks
every submission through ``TRANSITIONS`` and compares where it stands with the outbox, and
the stored envelope with the digest that was told last. Whoever owns the file and knows this
text can still rewrite all of it: keep exported copies elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from gateway.domain.audit import (
    EVENT_ACTIONS,
    NOT_OF_A_SUBMISSION,
    WITHOUT_A_MOVE,
    Action,
    AuditRow,
)
from gateway.domain.submissions import TRANSITIONS, Event, State
from gateway.store.damage import readable
from gateway.store.reader import Reader
from gateway.store.schema import ENVELOPE, audit, outbox

FIRST_HASH = "00" * 32
PAGE = 2_000
"""Rows of the chain that are read in one transaction."""
ACTION_EVENTS: Mapping[Action, Event] = {action: event for event, action in EVENT_ACTIONS.items()}

_DIGESTS = frozenset({Action.RESEALED, Action.SHREDDED})
"""Actions after which another envelope is expected, or none."""
_HASH = re.compile(r"[0-9a-f]{64}")
_KNOWN = frozenset(Action)
_NO_MOVE = re.compile(r"(?!submission\.)[a-z_]{1,32}\.[a-z_]{1,32}")
_TOLD = ("seq", "at_ms", "actor", "action", "sid", "cause", "fields", "envelope_sha256")
_HEAD = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_HASH_AT = select(audit.c.hash).where(audit.c.seq == bindparam("at"))
_INSERT = insert(audit)
_ALL = select(audit).order_by(audit.c.seq)
_STANDING = select(outbox.c.sid, outbox.c.state, ENVELOPE)


def append(
    connection: Connection,
    *,
    at_ms: int,
    actor: str,
    action: Action,
    sid: str,
    cause: str | None = None,
    fields: Sequence[str] = (),
    envelope_sha256: str | None = None,
) -> None:
    """Adds one row to the chain, in the caller's transaction."""
    head = connection.execute(_HEAD).one_or_none()
    seq, previous = (head.seq + 1, head.hash) if head is not None else (1, FIRST_HASH)
    if not isinstance(previous, str) or not _HASH.fullmatch(previous):
        # The chain is broken there, and verify() says so; nobody's answers wait for that.
        previous = FIRST_HASH
    row: dict[str, Any] = {
        "seq": seq,
        "at_ms": at_ms,
        "actor": actor,
        "action": action.value,
        "sid": sid,
        "cause": cause,
        "fields": json.dumps(sorted(fields)),
        "envelope_sha256": envelope_sha256,
    }
    row |= {"prev_hash": previous, "hash": _link(previous, row)}
    connection.execute(_INSERT, row)


def walk(rows: Sequence[AuditRow]) -> Iterator[tuple[AuditRow, State, str]]:
    """One submission's rows with the state each led to, and the event's name; it ends where
    a row that fits is missing."""
    state = State.QUEUED
    for row in rows:
        if row.action is Action.ACCEPTED:
            yield row, state, "accepted"
            continue
        if row.action in WITHOUT_A_MOVE:
            yield row, state, row.action.value.rpartition(".")[2]
            continue
        event = ACTION_EVENTS[row.action]
        target = TRANSITIONS.get((state, event))
        if target is None:
            return
        state = target
        yield row, state, event.value


def rows_of(connection: Connection, sid: str) -> tuple[AuditRow, ...]:
    """One submission's rows, oldest first; what cannot be read is left out."""
    return read_rows(connection.execute(_ALL.where(audit.c.sid == sid)).mappings())


def unreadable_rows(connection: Connection) -> int:
    """How many rows of the chain cannot be read; what a newer program did is not among them."""
    rows = connection.execute(_ALL).mappings()
    return sum(_row(row) is None and not _newer(row) for row in rows)


class Audit:
    """Reads and checks the chain. Only the outbox's own moves can add to it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def rows(self, sid: str | None = None) -> tuple[AuditRow, ...]:
        """Every row, or one submission's, oldest first. One that cannot be read is left out:
        :meth:`verify` names the first."""
        if sid is not None:
            return self._reader.run(lambda connection: rows_of(connection, sid))
        return self._reader.run(lambda connection: read_rows(connection.execute(_ALL).mappings()))

    def head(self) -> tuple[int, str] | None:
        """The last row's number and hash; None while there is none."""

        def question(connection: Connection) -> tuple[int, str] | None:
            found = connection.execute(_HEAD).one_or_none()
            return (found.seq, found.hash) if found is not None else None

        return self._reader.run(question)

    def holds(self, seq: int, digest: str) -> bool:
        """Whether the row of that number is there with that hash."""
        return self._reader.run(
            lambda connection: connection.execute(_HASH_AT, {"at": seq}).scalar() == digest
        )

    def verify(self) -> tuple[bool, int | None]:
        """Whether chain and outbox agree, and the number of the first row that is wrong;
        where rows are missing at the end, the number of the first that is missing."""
        walk = _Walk()
        while self._reader.run(walk.page):
            pass
        return walk.fault is None, walk.fault


def _link(previous: str, row: Mapping[str, Any] | RowMapping) -> str:
    told = json.dumps({name: row[name] for name in _TOLD}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(b"\0" + bytes.fromhex(previous) + told.encode("ascii")).hexdigest()


class _Walk:
    """A walk along the chain, a page at a time, so that a long chain does not keep writers
    waiting; where it ends, the outbox is compared in the same moment."""

    def __init__(self) -> None:
        self.fault: int | None = None
        self._seq = 0
        self._previous = FIRST_HASH
        self._standing: dict[str, tuple[State, str | None, int]] = {}

    def page(self, connection: Connection) -> bool:
        """Takes the next page; False when the walk is over."""
        asked = _ALL.limit(PAGE)
        if self._seq:
            asked = asked.where(audit.c.seq > self._seq)
        rows = connection.execute(asked).mappings().all()
        for row in rows:
            self._seq += 1
            if not _fits(row, self._seq, self._previous) or not _step(self._standing, row):
                self.fault = self._seq
                return False
            self._previous = row["hash"]
        if len(rows) == PAGE:
            return True
        self.fault = self._disagreement(connection)
        return False

    def _disagreement(self, connection: Connection) -> int | None:
        faults = []
        for sid, state, envelope in connection.execute(_STANDING):
            told = self._standing.pop(sid, None)
            if told is None or told[0] != state:
                faults.append(self._seq + 1)
            elif told[1] != _digest(envelope):
                faults.append(told[2])
        faults += [accepted_seq for _, _, accepted_seq in self._standing.values()]
        return min(faults, default=None)


def _digest(envelope: bytes | None) -> str | None:
    """What the chain tells of an envelope: None once it is destroyed."""
    return hashlib.sha256(envelope).hexdigest() if envelope else None


def _fits(row: RowMapping, seq: int, previous: str) -> bool:
    try:
        told = (row["seq"], row["prev_hash"], row["hash"])
        return told == (seq, previous, _link(previous, row))
    except (TypeError, ValueError):
        return False


def _step(standing: dict[str, tuple[State, str | None, int]], row: RowMapping) -> bool:
    """Takes the row's submission one step further; False when there is no such step."""
    sid = row["sid"]
    if _newer(row) and sid not in standing:
        return True
    try:
        action = Action(row["action"])
        if action in NOT_OF_A_SUBMISSION:
            return True
        if action is Action.ACCEPTED:
            if sid in standing:
                return False
            standing[sid] = (State.QUEUED, row["envelope_sha256"], row["seq"])
            return True
        state, digest, accepted_seq = standing[sid]
        if action in _DIGESTS:
            digest = row["envelope_sha256"]
        elif action not in WITHOUT_A_MOVE:
            state = TRANSITIONS[state, ACTION_EVENTS[action]]
    except (KeyError, ValueError):
        return False
    standing[sid] = (state, digest, accepted_seq)
    return True


def _newer(row: RowMapping) -> bool:
    """Whether its action is none of ours and moves no submission: only the program that wrote it
    knows it. While two releases share a database the newer one's rows are no damage; that they
    are as they were written, the chain shows."""
    action = row["action"]
    if action in _KNOWN or not isinstance(action, str) or not _NO_MOVE.fullmatch(action):
        return False
    return _row({**row, "action": Action.PROBED.value}) is not None


def read_rows(rows: Iterable[RowMapping]) -> tuple[AuditRow, ...]:
    """Rows of the table as the domain knows them; one that cannot be read is left out."""
    return tuple(read for row in rows if (read := _row(row)) is not None)


def _row(row: Mapping[str, Any] | RowMapping) -> AuditRow | None:
    told = dict(row)
    numbers = isinstance(told["seq"], int) and isinstance(told["at_ms"], int)
    words = [told[name] for name in ("actor", "action", "sid", "fields", "prev_hash", "hash")]
    words += [told[name] for name in ("cause", "envelope_sha256") if told[name] is not None]
    if not numbers or not all(map(readable, words)):
        return None
    try:
        told["action"] = Action(told["action"])
        told["fields"] = tuple(json.loads(told["fields"]))
    except (TypeError, ValueError, RecursionError):
        return None
    return AuditRow(**told)
