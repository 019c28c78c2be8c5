"""Several processes, a server that dies and comes back, and a process that freezes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import postgres as servers
import pytest
from sqlalchemy import text

from gateway.domain.errors import GatewayError, IntakeClosed, OutboxUnreadable
from gateway.domain.submissions import Event, State
from gateway.store import postgres
from gateway.store.outbox import NewSubmission
from gateway.store.store import Store, open_store

pytestmark = pytest.mark.postgres

PROJECT = Path(__file__).resolve().parents[2]

DRAIN = """
import json, sys
from gateway.domain.submissions import Event
from gateway.store.store import open_store
store = open_store(sys.argv[1])
taken = []
print("ready", flush=True)
sys.stdin.readline()
while batch := store.outbox.claim(sys.argv[2], limit=5, lease_s=60).items:
    for claimed in batch:
        taken.append((claimed.sid, claimed.fence))
        store.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
print(json.dumps(taken))
store.close()
"""

WITHIN = """
import sys, threading, time
from gateway.domain.errors import IntakeClosed
from gateway.store import postgres
from sqlalchemy import text
postgres.IDLE_IN_TRANSACTION_MS = int(sys.argv[2])
from gateway.store.store import open_store
store = open_store(sys.argv[1])
def work(connection):
    connection.execute(text("INSERT INTO snapshots VALUES ('half', 1, '')"))
    print("within", flush=True)
    sys.stdin.readline()
try:
    store._writer.run(work)
    print("kept", flush=True)
except IntakeClosed as error:
    print(error.cause, flush=True)
print("again", store._writer.run(lambda connection: 7), flush=True)
store.close()
"""


@contextlib.contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.communicate(timeout=60)


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def go(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


def until(true: Callable[[], Any], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(found)


def accept(store: Store, n: int = 0) -> str:
    new = NewSubmission(1, f"form-{n}", "F", "ab" * 32, "u")
    return store.outbox.accept(new, lambda _, __: ("00" * 16, b"e" * 1500)).receipt


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def test_two_processes_never_claim_the_same(store: Store, url: str) -> None:
    """Of 200 submissions each is claimed once, by one of two processes that drain together."""
    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(lambda n: accept(store, n % 7), range(200)))
    assert len(receipts) == 200
    with process(DRAIN, url, "w1") as one, process(DRAIN, url, "w2") as two:
        assert (said(one), said(two)) == ("ready", "ready")
        go(one)
        go(two)
        shares = [json.loads(said(one)), json.loads(said(two))]
    taken = [tuple(claim) for share in shares for claim in share]
    assert len(taken) == len({sid for sid, _ in taken}) == 200
    assert {fence for _, fence in taken} == {1}
    assert all(shares)
    assert store.outbox.counts()[State.DELIVERED] == 200
    assert store.audit.verify() == (True, None)


def test_processes_that_open_a_new_database_at_once_agree(server: servers.PostgresServer) -> None:
    """Whoever comes first makes the tables; nobody fails, and all see the same."""
    url = server.new_database()
    with contextlib.ExitStack() as stack:
        opening = [stack.enter_context(process(DRAIN, url, f"w{n}")) for n in range(3)]
        assert [said(one) for one in opening] == ["ready"] * 3
        for one in opening:
            go(one)
        assert [said(one) for one in opening] == ["[]"] * 3
        assert [one.wait(60) for one in opening] == [0] * 3
    server.drop_database(url)


def test_a_process_killed_within_a_transaction_leaves_nothing(store: Store, url: str) -> None:
    """kill -9 in the middle of writing: what it had begun is undone, and the others go on at
    once, without waiting for any limit."""
    with process(WITHIN, url, "60000") as killed:
        assert said(killed) == "within"
        os.kill(killed.pid, signal.SIGKILL)
        started = time.monotonic()
        assert accept(store)
        assert time.monotonic() - started < 30
    assert store.snapshots.all() == {}
    assert store.audit.verify() == (True, None)


def test_a_frozen_process_keeps_nobody_waiting_for_long(store: Store, url: str) -> None:
    """SIGSTOP of a process that holds the writers' lock: the server ends its session, the
    others go on, and when it wakes up it learns that nothing of it was kept; then it goes on."""
    with process(WITHIN, url, "1000") as frozen:
        assert said(frozen) == "within"
        os.kill(frozen.pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            assert accept(store)
            assert 0.2 < time.monotonic() - started < 30
        finally:
            os.kill(frozen.pid, signal.SIGCONT)
        go(frozen)
        assert said(frozen) == "store"
        assert said(frozen) == "again 7"
    assert store.snapshots.all() == {}


def test_a_lock_that_stays_is_busy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long for another writer hears that the outbox is busy, and can go on
    later; readers do not wait at all."""
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_MS", 100)
    store = open_store(url)
    try:
        with process(WITHIN, url, "10000") as holder:
            assert said(holder) == "within"
            with pytest.raises(IntakeClosed) as caught:
                accept(store)
            assert caught.value.cause == "busy"
            assert sum(store.outbox.counts().values()) == 0
            go(holder)
            assert said(holder) == "kept"
        assert accept(store)
    finally:
        store.close()


def test_a_server_that_dies_keeps_every_receipt(
    server: servers.PostgresServer, store: Store
) -> None:
    """``pg_ctl restart -m immediate`` in the middle of accepting, twice: every receipt that was
    given is there, whoever got none was told so, and it goes on by itself."""
    given: list[str] = []
    refused: list[str] = []
    over = threading.Event()

    def take(n: int) -> None:
        while not over.is_set():
            try:
                given.append(accept(store, n))
            except IntakeClosed as error:
                refused.append(error.cause)
                time.sleep(0.01)

    with ThreadPoolExecutor(4) as pool:
        taking = [pool.submit(take, n) for n in range(4)]
        try:
            for _ in range(2):
                before = len(given)
                assert until(lambda before=before: len(given) > before + 20)
                server.restart_immediately()
            before = len(given)
            assert until(lambda: len(given) > before + 20)
        finally:
            over.set()
        for one in taking:
            one.result(60)
    assert set(refused) <= {"store", "busy"}
    stored = {status.code for status in store.outbox.listing(limit=100_000)}
    assert set(given) <= stored
    assert len(given) == len(set(given))
    # A commit whose answer was lost may have been kept: at most one batch for each restart.
    assert len(stored) - len(given) <= 8
    assert store.audit.verify() == (True, None)


def test_a_connection_that_died_unseen_is_replaced(
    server: servers.PostgresServer, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """After a restart the very next call succeeds, writing and reading."""
    for _ in range(2):
        assert accept(store)
        assert store.outbox.counts()[State.QUEUED] > 0
        server.restart_immediately()
    assert accept(store)
    server.restart_immediately()
    assert store.outbox.counts()[State.QUEUED] == 3
    assert "CANARY" not in caplog.text


def test_a_server_that_is_gone_is_told(server: servers.PostgresServer, store: Store) -> None:
    """While there is no server nothing is received and nothing can be read; no text names
    the password; when it is back, it goes on."""
    accept(store)
    server.stop()
    try:
        with pytest.raises(IntakeClosed) as caught:
            accept(store)
        assert caught.value.cause == "store"
        with pytest.raises(OutboxUnreadable) as unread:
            store.outbox.counts()
    finally:
        server.start()
    for error in (caught.value, unread.value):
        assert error.__context__ is None
        assert "CANARY" not in repr(error)
    assert accept(store)


def test_a_commit_without_an_answer_is_never_done_again(
    server: servers.PostgresServer, store: Store
) -> None:
    """The session ends after a piece of work has begun: the caller hears that nothing was
    received, and the work ran once."""
    runs: list[int] = []

    def cut(connection: Any) -> None:
        runs.append(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        with contextlib.closing(server.connect()) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", (runs[-1],))

    with pytest.raises(IntakeClosed) as caught:
        store._writer.run(cut)
    assert caught.value.cause == "store"
    assert len(runs) == 1
    assert store._writer.run(lambda _: 7) == 7


def listening(store: Store) -> tuple[threading.Event, Callable[[], None]]:
    """An event that is set by each wake-up, and what makes one and waits for it."""
    woken = threading.Event()
    store.on_change(woken.set)
    assert woken.wait(60)
    time.sleep(0.05)

    def wakes() -> None:
        woken.clear()
        accept(store)
        assert woken.wait(60)

    return woken, wakes


def test_a_change_wakes_other_processes(
    server: servers.PostgresServer, store: Store, url: str
) -> None:
    """What one process has made durable is heard by another, and again after the server was
    restarted: connecting again counts as a change, since one may have been missed."""
    other = open_store(url)
    try:
        heard, _ = listening(other)
        _, wakes = listening(store)
        wakes()
        assert until(heard.is_set)
        heard.clear()
        server.restart_immediately()
        assert heard.wait(60)
        wakes()
        heard.clear()
        accept(store)
        assert heard.wait(60)
    finally:
        other.close()


def test_a_change_that_is_undone_wakes_nobody(store: Store) -> None:
    """Telling is part of the transaction: what was not kept is not told."""
    woken, wakes = listening(store)
    woken.clear()

    def fail(connection: Any) -> None:
        store._database.notify(connection)
        raise KeyError

    with pytest.raises(KeyError):
        store._writer.run(fail)
    assert not woken.wait(0.2)
    wakes()


def test_a_fault_of_who_listens_ends_nothing(store: Store) -> None:
    """The next change is told nevertheless, and closing ends thread and connection."""
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise ValueError

    before = threading.active_count()
    heard = threading.Event()
    store.on_change(fail)
    store.on_change(heard.set)
    assert until(lambda: calls)
    time.sleep(0.05)
    accept(store)
    assert until(lambda: len(calls) > 1)
    assert heard.wait(60)
    store.close()
    assert threading.active_count() < before
    accepted = len(calls)
    with pytest.raises(GatewayError):
        accept(store)
    assert len(calls) == accepted


def test_settling_and_expiring_go_by_the_servers_clock(store: Store) -> None:
    """A lease that ran out by the server's clock is over for everybody."""
    accept(store)
    (claimed,) = store.outbox.claim("w", limit=1, lease_s=0.001).items
    time.sleep(0.05)
    assert store.outbox.expire_leases() == 1
    with pytest.raises(GatewayError):
        store.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    assert store.outbox.counts()[State.UNKNOWN] == 1
