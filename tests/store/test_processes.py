"""Real processes on one file: killed at any moment, or all claiming at once."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.submissions import Event, State
from gateway.store.store import open_store

ACCEPT = """
import sys, threading
from gateway.store.outbox import NewSubmission
from gateway.store.store import open_store
outbox = open_store(sys.argv[1]).outbox
lock = threading.Lock()
def go(n):
    while True:
        new = NewSubmission(1, f"form-{n % 2}", "F", "ab" * 32, "u")
        receipt = outbox.accept(new, lambda sid, ms: ("00" * 16, b"e" * 1500)).receipt
        with lock:
            print(receipt, flush=True)
threads = [threading.Thread(target=go, args=(n,)) for n in range(4)]
[t.start() for t in threads]
"""

DRAIN = """
import json, sys, time
from gateway.domain.errors import InvalidTransition
from gateway.domain.submissions import Event
from gateway.store.store import open_store
outbox = open_store(sys.argv[1]).outbox
taken = []
sys.stdin.readline()
while batch := outbox.claim(sys.argv[2], limit=5, lease_s=60).items:
    for claimed in batch:
        taken.append((claimed.sid, claimed.fence))
        outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
print(json.dumps(taken))
"""

OPEN = """
import sys
from gateway.store.outbox import NewSubmission
from gateway.store.store import open_store
store = open_store(sys.argv[1])
for _ in range(5):
    store.outbox.accept(NewSubmission(1, "f", "F", "ab" * 32, "u"), lambda sid, ms: ("00" * 16, b"e"))
"""


def start(code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_keeps_every_receipt_it_gave(tmp_path: Path, seed: int) -> None:
    """kill -9 in the middle of accepting: every receipt that was given is in the file, the
    file is sound, the audit holds, and the next process goes on."""
    url = f"sqlite:///{tmp_path}/data/outbox.db"
    process = start(ACCEPT, url)
    assert process.stdout is not None
    printed = [process.stdout.readline().strip() for _ in range(4)]
    time.sleep(random.Random(seed).uniform(0.05, 0.25))
    os.kill(process.pid, signal.SIGKILL)
    # The last line may be cut: it was given only if its end was.
    printed += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait(60)
    process.stdout.close()
    store = open_store(url)
    try:
        stored = {status.code for status in store.outbox.listing(limit=100_000)}
        assert set(printed) <= stored
        assert len(stored) - len(set(printed)) <= 4
        assert store.audit.verify() == (True, None)
        assert len(store.audit.rows()) == len(stored)
        assert len(store.outbox.claim("next", limit=5, lease_s=1).items) >= 4
    finally:
        store.close()
    with closing(sqlite3.connect(tmp_path / "data" / "outbox.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_processes_never_claim_the_same(desk: Any) -> None:
    """Three processes drain one outbox: each submission is claimed once, by one of them."""
    sids = {desk.accept().sid for _ in range(45)}
    running = [start(DRAIN, desk.url, f"w{n}", stdin=subprocess.PIPE) for n in range(3)]
    taken = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        taken += json.loads(out)
    assert len(taken) == 45
    assert {sid for sid, _ in taken} == sids
    assert {fence for _, fence in taken} == {1}
    assert desk.outbox.counts()[State.DELIVERED] == 45
    assert desk.store.audit.verify() == (True, None)


def test_processes_that_open_a_new_database_at_once_agree(tmp_path: Path) -> None:
    """Whoever comes first makes the tables; nobody fails, nothing is lost."""
    url = f"sqlite:///{tmp_path}/data/outbox.db"
    running = [start(OPEN, url) for _ in range(3)]
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    store = open_store(url)
    assert store.outbox.counts()[State.QUEUED] == 15
    assert store.audit.verify() == (True, None)
    store.close()


def test_a_killed_worker_leaves_its_claim_to_the_lease(desk: Any) -> None:
    """A claim of a process that died stays its own until the lease is over; then the
    submission is unclear, and never claimed again by itself."""
    desk.accept()
    code = DRAIN.replace("outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)",
                         "print('claimed', flush=True); time.sleep(60)")  # fmt: skip
    process = start(code, desk.url, "dead", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "claimed\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert desk.claim() == ()
    assert desk.outbox.counts()[State.SENDING] == 1
    desk.clock.now_ms = int(time.time() * 1000) + 120_000
    assert desk.outbox.expire_leases() == 1
    assert desk.claim() == ()
    (unclear,) = desk.outbox.unknown(5)
    desk.outbox.confirm(unclear.sid, None)
    told = [row.action.value for row in desk.store.audit.rows(sid=unclear.sid)]
    assert told == ["submission.accepted", "submission.claimed", "submission.abandoned",
                    "submission.confirmed"]  # fmt: skip
    assert Event.FOUND_IN_HUBSPOT.value == desk.outbox.status(unclear.receipt).history[-1][2]
