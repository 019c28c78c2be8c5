"""When the storage fails, nobody gets a receipt, everyone is told why, and it recovers."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.domain.errors import INTAKE_CAUSES, GatewayError, IntakeClosed, OutboxUnreadable
from gateway.domain.submissions import Event, State
from gateway.store import sqlite
from gateway.store.faults import Clash
from gateway.store.outbox import Accepted


def pages(desk: Any, limit: int | None) -> None:
    """Lets the file grow no further than it is plus ``limit`` pages; None lifts that."""

    def work(connection: Any) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        most = used + limit if limit is not None else 1 << 30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    desk.store._writer.run(work)


def texts(error: BaseException | None) -> str:
    """Every text of an error and of those it is chained to, even where Python hides them."""
    found = ""
    while error is not None:
        found += f"{error!s} {error!r} {vars(error)} "
        error = error.__context__
    return found


@pytest.mark.sqlite
@pytest.mark.parametrize("room", [0, 1, 2, 5])
def test_a_full_disk_closes_intake_and_loses_nothing(desk: Any, room: int) -> None:
    """Without room there is no receipt and no half row; with room again it goes on."""
    kept = desk.accept()
    pages(desk, room)
    received = []
    with pytest.raises(IntakeClosed) as caught:
        for _ in range(100):
            received.append(desk.outbox.accept(desk.new(), lambda _, __: ("0f" * 16, b"e" * 9000)))
    assert caught.value.cause == "disk"
    assert "INSERT" not in texts(caught.value)
    stored = {status.code for status in desk.outbox.listing()}
    assert stored == {kept.receipt, *(one.receipt for one in received)}
    assert desk.store.audit.verify() == (True, None)
    pages(desk, None)
    assert desk.outbox.accept(desk.new(), lambda _, __: ("0f" * 16, b"e" * 9000)).created
    assert desk.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_a_full_disk_under_many_threads_tells_no_lie(desk: Any) -> None:
    """Whoever shares a failed commit has no receipt; whoever has one is in the file."""
    pages(desk, 30)

    def one(_: int) -> Accepted | str:
        try:
            accepted: Accepted = desk.outbox.accept(
                desk.new(), lambda _, __: ("0f" * 16, b"e" * 5000)
            )
        except IntakeClosed as error:
            return error.cause
        return accepted

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(60)))
    receipts = {a.receipt for a in found if isinstance(a, Accepted)}
    assert {a for a in found if isinstance(a, str)} == {"disk"}
    assert receipts
    assert receipts == {status.code for status in desk.outbox.listing()}
    assert desk.store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_delivery_goes_on_with_a_full_disk(desk: Any) -> None:
    """What is stored can often still be settled, or fails with a cause; it is never lost."""
    claimed = desk.claimed()
    pages(desk, 0)
    assert desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT) is State.DELIVERED


@contextmanager
def locked(desk: Any) -> Iterator[None]:
    """Another process that holds the database's write lock."""
    with closing(sqlite3.connect(desk.file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.sqlite
def test_a_locked_database_is_busy(
    open_desk: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that stays is named after a bounded wait, for writing and for reading; then it
    goes on as if nothing had been."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    desk = open_desk()
    desk.accept(form_id="known")
    with locked(desk):
        with pytest.raises(IntakeClosed) as caught:
            desk.accept(form_id="known")
        assert caught.value.cause == "busy"
        with pytest.raises(OutboxUnreadable) as unread:
            desk.outbox.counts()
        with pytest.raises(IntakeClosed):
            desk.accept(form_id="never seen")
        with pytest.raises(IntakeClosed):
            desk.store.snapshots.save("f", 1, b"{}")
    assert "SELECT" not in texts(unread.value) + texts(caught.value)
    assert desk.accept(form_id="known").created
    assert desk.outbox.counts()[State.QUEUED] == 2


@pytest.mark.sqlite
def test_a_short_lock_is_waited_for(desk: Any) -> None:
    """A lock that goes away in time is not even noticed."""
    released = threading.Event()

    def hold() -> None:
        with locked(desk):
            released.wait(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    assert desk.accept().created
    released.set()
    holder.join()


@pytest.mark.sqlite
def test_a_damaged_file_is_named_and_shows_no_sql(desk: Any) -> None:
    """Neither the statement nor a parameter is in any text of the error."""
    for _ in range(40):
        desk.accept(key=None)
    size = desk.file.stat().st_size
    with desk.file.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(IntakeClosed) as caught:
        desk.accept(key="CANARY-key", form_id="never seen")
    assert caught.value.cause == "store"
    for ask in (desk.outbox.counts, desk.outbox.listing, desk.store.audit.verify):
        with pytest.raises(OutboxUnreadable) as unread:
            ask()
        assert not [w for w in ("SELECT", "outbox.", "CANARY") if w in texts(unread.value)]
    assert not [w for w in ("INSERT", "SELECT", "CANARY") if w in texts(caught.value)]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (sqlite3.SQLITE_FULL, "disk"),
        (sqlite3.SQLITE_BUSY, "busy"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "busy"),
        (sqlite3.SQLITE_LOCKED, "busy"),
        (sqlite3.SQLITE_IOERR_WRITE, "store"),
        (sqlite3.SQLITE_READONLY, "store"),
        (sqlite3.SQLITE_CORRUPT, "store"),
        (None, "store"),
    ],
)
def test_every_code_has_a_cause(code: int | None, cause: str) -> None:
    """A result code, extended or not, becomes one of the closed causes."""
    error = sqlite3.OperationalError("SQL text")
    if code is not None:
        error.sqlite_errorcode = code
    assert sqlite.cause_of(OperationalError("SELECT", {}, error)) == cause
    assert cause in INTAKE_CAUSES
    assert set(sqlite._CAUSES.values()) | {"store"} == set(sqlite.OPENING)


def test_a_failed_piece_undoes_only_itself(desk: Any) -> None:
    """Of pieces that share a commit, one that fails leaves the others' changes alone."""
    writer, gate = desk.store._writer, threading.Event()

    def piece(n: int) -> Callable[[Any], int]:
        def work(connection: Any) -> int:
            connection.execute(text("INSERT INTO snapshots VALUES (:f, 1, '')"), {"f": f"form-{n}"})
            if n % 3 == 0:
                raise KeyError(n)
            if n % 3 == 1:
                connection.execute(text("INSERT INTO snapshots VALUES ('taken', 1, '')"))
            return n

        return work

    desk.store.snapshots.save("taken", 1, b"")
    with ThreadPoolExecutor(13) as pool:
        blocker = pool.submit(writer.run, lambda _: gate.wait(5))
        waiting = [pool.submit(writer.run, piece(n)) for n in range(12)]
        gate.set()
        blocker.result()
        for n, one in enumerate(waiting):
            error = one.exception()
            assert [type(error), KeyError, Clash][1 + n % 3 if n % 3 < 2 else 0] is type(error)
            assert "INSERT" not in texts(error)
    assert set(desk.store.snapshots.all()) == {"taken", "form-2", "form-5", "form-8", "form-11"}


@pytest.mark.sqlite
def test_a_failed_commit_fails_everyone_in_it(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody learns a result before the commit that makes it true."""
    writer, engine = desk.store._writer, desk.store._database.writing

    def refuse(_connection: Any) -> None:
        raise DBAPIError("COMMIT", {}, sqlite3.OperationalError("no"))

    with monkeypatch.context() as patched:
        patched.setattr(engine.dialect, "do_commit", refuse)
        with pytest.raises(IntakeClosed) as caught:
            desk.store.snapshots.save("a", 1, b"")
        assert caught.value.cause == "store"
    assert desk.store.snapshots.all() == {}
    assert writer.run(lambda _: 7) == 7


def test_many_waiting_share_few_commits(desk: Any) -> None:
    """Those who wait at the same moment are committed together."""
    commits = []
    writer, gate = desk.store._writer, threading.Event()
    dialect = desk.store._database.writing.dialect
    plain = dialect.do_commit
    dialect.do_commit = lambda connection: commits.append(1) or plain(connection)
    with ThreadPoolExecutor(17) as pool:
        begun = threading.Event()
        blocker = pool.submit(writer.run, lambda _: begun.set() or gate.wait(30))
        assert begun.wait(30)
        waiting = [pool.submit(desk.accept) for _ in range(16)]
        while writer._waiting.qsize() < 16:
            time.sleep(0.001)
        gate.set()
        blocker.result()
        assert len({one.result().receipt for one in waiting}) == 16
    assert len(commits) <= 3


def test_a_closed_store_takes_nothing(desk: Any) -> None:
    """After closing, nothing is received, and closing twice is no error."""
    desk.store.close()
    desk.store.close()
    with pytest.raises(GatewayError):
        desk.accept(form_id="form-1")
