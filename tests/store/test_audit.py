"""Whatever is changed in the audit, or behind its back, is found, and where."""

from __future__ import annotations

import enum
import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.submissions import Event, State
from gateway.store import audit

COLUMNS = {
    "at_ms": 1, "actor": "someone", "action": "submission.held", "sid": "ff" * 16,
    "cause": "gate", "fields": '["ssn"]', "envelope_sha256": "00" * 32,
    "prev_hash": "11" * 32, "hash": "22" * 32,
}  # fmt: skip


@pytest.fixture
def lived(desk: Any) -> Any:
    """A store in which something of everything has happened."""
    for state in State:
        if state is not State.QUEUED:
            desk.one_in(state)
    desk.one_in(State.QUEUED)
    return desk


def edit(desk: Any, *statements: str) -> None:
    """What somebody with the file and a SQL shell does."""
    with closing(sqlite3.connect(desk.file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def count(desk: Any) -> int:
    return len(desk.store.audit.rows())


@pytest.fixture(autouse=True, params=[5, audit.PAGE])
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here holds for a chain of several pages as for one."""
    monkeypatch.setattr(audit, "PAGE", request.param)


def test_the_chain_is_as_documented(lived: Any) -> None:
    """Anyone can recompute it from its columns with the standard library."""
    previous = "00" * 32
    for seq, row in enumerate(lived.store.audit.rows(), start=1):
        told = {
            "seq": seq, "at_ms": row.at_ms, "actor": row.actor, "action": row.action.value,
            "sid": row.sid, "cause": row.cause, "fields": json.dumps(list(row.fields)),
            "envelope_sha256": row.envelope_sha256,
        }  # fmt: skip
        body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        link = hashlib.sha256(b"\0" + bytes.fromhex(previous) + body).hexdigest()
        assert (row.seq, row.prev_hash, row.hash) == (seq, previous, link)
        previous = link
    assert lived.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_every_edit_of_every_row_is_found(lived: Any) -> None:
    """Each column of each row: the edit is found at that row."""
    with closing(sqlite3.connect(lived.file)) as connection:
        for column, other in COLUMNS.items():
            for seq in range(1, count(lived) + 1):
                select = f"SELECT {column} FROM audit WHERE seq = {seq}"  # noqa: S608  # our own names
                (kept,) = connection.execute(select).fetchone()
                if kept == other:
                    continue
                update = f"UPDATE audit SET {column} = ? WHERE seq = {seq}"  # noqa: S608  # ditto
                connection.execute(update, (other,))
                connection.commit()
                assert lived.store.audit.verify() == (False, seq)
                connection.execute(update, (kept,))
                connection.commit()
    assert lived.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_every_removal_is_found(lived: Any) -> None:
    """A row taken out anywhere, the last one included, is missed at its place."""
    columns = ", ".join("?" * 10)
    with closing(sqlite3.connect(lived.file)) as connection:
        for row in connection.execute("SELECT * FROM audit").fetchall():
            connection.execute("DELETE FROM audit WHERE seq = ?", row[:1])
            connection.commit()
            assert lived.store.audit.verify() == (False, row[0])
            connection.execute(f"INSERT INTO audit VALUES ({columns})", row)  # noqa: S608  # question marks
            connection.commit()
    assert lived.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_rows_taken_off_the_end_are_missed(lived: Any) -> None:
    """Truncation leaves a sound chain, but the outbox remembers what happened since."""
    last = count(lived)
    for seq in range(last, 0, -1):
        edit(lived, f"DELETE FROM audit WHERE seq = {seq}")  # noqa: S608  # a number of ours
        ok, fault = lived.store.audit.verify()
        assert not ok
        assert fault is not None
        assert fault <= seq


@pytest.mark.sqlite
def test_every_swap_is_found(lived: Any) -> None:
    """Two rows that changed places are found at the first of them."""
    last = count(lived)
    for first in range(1, last):
        swap = [
            f"UPDATE audit SET seq = -1 WHERE seq = {first}",  # noqa: S608  # a number of ours
            f"UPDATE audit SET seq = {first} WHERE seq = {last}",  # noqa: S608  # ditto
            f"UPDATE audit SET seq = {last} WHERE seq = -1",  # noqa: S608  # ditto
        ]
        edit(lived, *swap)
        assert lived.store.audit.verify() == (False, first)
        edit(lived, *swap)
    assert lived.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_a_row_before_the_first_is_found(lived: Any) -> None:
    """A row that was moved or put in front of the chain does not hide."""
    copy = "at_ms, actor, action, sid, cause, fields, envelope_sha256, prev_hash, hash"
    edit(lived, f"INSERT INTO audit SELECT -7, {copy} FROM audit WHERE seq = 3")  # noqa: S608  # our own names
    assert lived.store.audit.verify() == (False, 1)


@pytest.mark.sqlite
def test_an_inserted_row_is_found(lived: Any) -> None:
    """A row that nobody wrote does not fit."""
    after = count(lived) + 1
    copy = "at_ms, actor, action, sid, cause, fields, envelope_sha256, prev_hash, hash"
    edit(lived, f"INSERT INTO audit SELECT {after}, {copy} FROM audit WHERE seq = 3")  # noqa: S608  # our own names
    assert lived.store.audit.verify() == (False, after)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outbox SET state = 'DELIVERED' WHERE state = 'UNKNOWN'",
        "UPDATE outbox SET state = 'QUEUED' WHERE state = 'DELIVERED'",
        "UPDATE outbox SET envelope = x'00' WHERE state = 'QUEUED'",
        "DELETE FROM outbox WHERE state = 'HELD'",
        "UPDATE outbox SET sid = 'another' WHERE state = 'SENDING'",
        "INSERT INTO outbox SELECT 'new', 'RCPT', NULL, NULL, portal_id, 'form-x', form_name,"
        " state, fence, owner, lease_until_ms, attempts, not_before_ms, accepted_at_ms,"
        " changed_at_ms, submitted_at_ms, delivered_at_ms, snapshot_hash, envelope, cause,"
        " rejected_fields, correlation_id, accepted_by, NULL, NULL, NULL, 0, NULL, NULL, 0, NULL FROM outbox"
        " WHERE state = 'QUEUED'",
    ],
)
def test_a_change_behind_the_audits_back_is_found(lived: Any, statement: str) -> None:
    """A submission moved, removed, added or re-sealed without its row is found."""
    edit(lived, statement)
    ok, fault = lived.store.audit.verify()
    assert not ok
    assert fault is not None
    assert 1 <= fault <= count(lived) + 1


@pytest.mark.sqlite
def test_two_envelopes_that_changed_places_are_found(desk: Any) -> None:
    """Each envelope belongs to the row it was accepted with."""
    first = desk.outbox.accept(desk.new(), lambda _, __: ("0f" * 16, b"one"))
    second = desk.outbox.accept(desk.new(), lambda _, __: ("0f" * 16, b"two"))
    edit(desk, f"UPDATE outbox SET envelope = x'74776f' WHERE sid = '{first.sid}'",  # noqa: S608  # our ids
         f"UPDATE outbox SET envelope = x'6f6e65' WHERE sid = '{second.sid}'")  # noqa: S608  # ditto  # fmt: skip
    assert desk.store.audit.verify() == (False, 1)


def test_rows_of_one_submission(lived: Any) -> None:
    """One submission's rows are its own, in order."""
    for row in lived.store.audit.rows():
        own = lived.store.audit.rows(sid=row.sid)
        assert row in own
        assert {told.sid for told in own} == {row.sid}
        assert [told.seq for told in own] == sorted(told.seq for told in own)
    assert lived.store.audit.rows(sid="none") == ()


def test_two_processes_share_one_chain(open_desk: Callable[[], Any]) -> None:
    """Rows written in turn by two processes link into one chain."""
    desks = [open_desk(), open_desk()]
    for n in range(12):
        desks[n % 2].accept()
    for claimed in desks[1].claim(limit=12):
        desks[0].outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    assert desks[0].store.audit.verify() == (True, None)
    assert count(desks[1]) == 36


def test_what_a_newer_release_did_is_no_damage(desk: Any) -> None:
    """While two releases share a database the older one does not know every action of the newer:
    the chain still holds, and an edit of such a row is found."""
    desk.accept()
    row = {"at_ms": 1, "actor": "u", "sid": "0-1/7", "fields": ()}

    class Newer(enum.StrEnum):
        MERGED = "record.merged_by_hand"

    desk.store._writer.run(lambda c: audit.append(c, action=Newer.MERGED, **row))
    desk.accept()
    assert desk.store.audit.verify() == (True, None)
    assert desk.outbox.damaged() == 0
    assert len(desk.store.audit.rows()) == 2
    edit = "UPDATE audit SET action = 'record.unmerged' WHERE seq = 2"
    desk.store._writer.run(lambda c: c.execute(text(edit)))
    assert desk.store.audit.verify() == (False, 2)


def test_the_audit_has_no_way_to_write(desk: Any) -> None:
    """Rows come from moves only: what is handed out can read and check."""
    public = {name for name in vars(type(desk.store.audit)) if not name.startswith("_")}
    assert public == {"rows", "head", "holds", "verify"}
