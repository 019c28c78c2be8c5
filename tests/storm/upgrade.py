"""F14: a new release starts on an outbox that one of the release before is working through.

The release before is taken out of the repository and run as it was. Where its history is not at
hand, as in a shallow clone, its tables and the statements it sends stand in for it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import samples

from storm import first_release
from storm.checker import told
from storm.kill_storm import CALM_S, EACH_S, SETTLED, Ground, grounds, settled, verdict
from storm.rows import Figures, Scale
from storm.workers import AGAIN_S, PROJECT, WAIT_S

SUBMISSIONS = {Scale.FULL: 1_000, Scale.SMALL: 200}
RELEASE = "dfaa372404ac2dc7abd6d24ed3f508fab221a225"
"""The release before: the last one that knew one set of tables only."""
ALONE = 0.2
"""What share of the backlog it works through before the new release comes."""

INTAKE = """
import json, sys
from gateway.bootstrap import open_gateway
from gateway.domain.users import LOCAL_OPERATOR
from gateway.settings import load_settings
order = json.load(sys.stdin)
with open_gateway(load_settings(order["environ"], None)) as gateway:
    for number in range(order["count"]):
        key = f"old-{number}"
        receipt = gateway.submit(order["form"], order["answers"], by=LOCAL_OPERATOR, key=key)
        print(key, receipt.code, flush=True)
"""
WORKER = """
import json, signal, sys
from gateway.bootstrap import open_gateway
from gateway.settings import load_settings
order = json.load(sys.stdin)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with open_gateway(load_settings(order["environ"], None)) as gateway:
    gateway.start_worker()
    signal.sigwait({signal.SIGTERM})
"""
"""Both are run by the release before, and know only what it knew."""


class Before(Protocol):
    """The release before, at work."""

    def fill(self, count: int) -> None:
        """Takes ``count`` submissions in, and notes their receipts."""

    def work(self) -> contextlib.AbstractContextManager[int]:
        """Delivers meanwhile; the id of the process that does."""


def run(scale: Scale) -> Figures:
    """One worker of each release, together, from the middle of a backlog on."""
    count = SUBMISSIONS[scale]
    with grounds() as ground, contextlib.ExitStack() as stack:
        archived = stack.enter_context(_archived(ground.data))
        before: Before = Program(ground, archived) if archived else Statements(ground)
        before.fill(count)
        old = stack.enter_context(before.work())
        _wait(lambda: len(ground.account.tags()) >= count * ALONE)
        stepped_before = _stepped(ground)
        new = ground.start("worker", constants={})
        seen = _together(ground, time.monotonic() + CALM_S + count * EACH_S)
        drained = settled(ground, SETTLED, time.monotonic() + CALM_S)
        ground.nursery.stop(new)
        stack.close()
        faults = verdict(ground, count)
    faults["the backlog never reached 0"] += not drained
    faults["the steps were not taken in the middle"] += stepped_before
    faults["the old worker did nothing afterwards"] += old not in seen
    faults["the new worker did nothing"] += new not in seen
    faults = +faults
    name = "the release before" if archived else "the statements of the release before"
    return Figures(f"{count:,}, {name}", told(faults), "0 lost, 0 doubled", not faults)


@contextlib.contextmanager
def _archived(folder: Path) -> Iterator[Path | None]:
    """The program of the release before; None where its history is not at hand."""
    place = folder / "release"
    try:
        packed = subprocess.run(
            ["git", "-C", str(PROJECT), "archive", RELEASE, "gateway"],
            capture_output=True, check=True, timeout=WAIT_S,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        yield None
        return
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(place, filter="data")
    yield place


class Program:
    """The release before, run as it was."""

    def __init__(self, ground: Ground, place: Path) -> None:
        self._ground = ground
        self._place = place

    def fill(self, count: int) -> None:
        """Takes ``count`` submissions in, and notes their receipts."""
        with self._ground.log(0).open("w") as log:
            process = self._run(INTAKE, log.fileno(), count=count)
            if process.wait(WAIT_S + count):
                raise RuntimeError("the release before took nothing in")

    @contextlib.contextmanager
    def work(self) -> Iterator[int]:
        """Delivers meanwhile; the id of the process that does."""
        process = self._run(WORKER, subprocess.DEVNULL)
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _run(self, script: str, output: int, count: int = 0) -> subprocess.Popen[bytes]:
        ground = self._ground
        unknown = ("GATEWAY_BACKLOG",)
        order = {
            "environ": {k: v for k, v in ground.environ.items() if k not in unknown},
            "count": count,
            "form": samples.PATIENT,
            "answers": samples.ANSWERS[samples.PATIENT],
        }
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE, stdout=output, cwd=self._place,
            env={**os.environ, "PYTHONPATH": str(self._place)},
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
        return process


class Statements:
    """Its tables, and its statements in plain SQL."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def fill(self, count: int) -> None:
        """Takes ``count`` submissions in, and notes their receipts."""
        first_release.fill(_file(self._ground), self._ground.environ, self._ground.log(0), count)

    @contextlib.contextmanager
    def work(self) -> Iterator[int]:
        """Delivers meanwhile; the id of the process that does."""
        pid = self._ground.start("storm.first_release:deliver", file=str(_file(self._ground)))
        try:
            yield pid
        finally:
            self._ground.nursery.stop(pid)


def _file(ground: Ground) -> Path:
    return ground.data / "emulated" / "outbox.db"


def _stepped(ground: Ground) -> bool:
    """Whether the tables are those of this release."""
    with contextlib.closing(sqlite3.connect(_file(ground), timeout=WAIT_S)) as database:
        names = {row[1] for row in database.execute("PRAGMA table_info(outbox)")}
    return "resends" in names


def _together(ground: Ground, deadline: float) -> set[int]:
    """Watches who holds submissions once the steps were taken, until nothing is left."""
    seen: set[int] = set()
    with contextlib.closing(sqlite3.connect(_file(ground), timeout=WAIT_S)) as database:
        while time.monotonic() < deadline:
            asked = "SELECT state, owner FROM outbox WHERE state IN ('QUEUED', 'SENDING')"
            held = database.execute(asked).fetchall()
            if not held:
                break
            if _stepped(ground):
                seen |= {int(owner.split(":")[1]) for _, owner in held if owner}
            time.sleep(AGAIN_S / 5)
    return seen


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + CALM_S * 2
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("the release before does not deliver")
        time.sleep(AGAIN_S)
