"""F3: killed, or refused by the disk or the network, at every single system call.

Each point is one child that does one operation on a folder of its own. Afterwards the folder
is opened as it would be after a crash, and everything that was promised must be kept.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

from samples import PATIENT, World, settled

from gateway.bootstrap import open_gateway
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.received import Submission
from gateway.usecases.gateway import Gateway
from storm.crash_server import KEY, LEASE_S, OPERATIONS, PROJECT, server_command
from storm.ground import (
    audit_intact,
    clocks,
    deliver_all,
    emulator,
    expire_leases,
    hand_in,
    keys_open_all,
    look_up,
    put_back,
    shred,
    sids,
    stored,
    world,
)
from storm.rows import Figures, Scale, seed
from storm.strace import FAULTS, INJECTED, Point, counted, there_is_strace, traced

MOST = {Scale.FULL: 1_000, Scale.SMALL: 10}
WORKERS = {Scale.FULL: 2, Scale.SMALL: 1}
Faults = collections.Counter[str]


def run(scale: Scale) -> Figures:
    """Every call of every operation, by every fault there is for it."""
    if not there_is_strace():
        return Figures("-", "strace is not installed", "0 violations", passed=False)
    context = multiprocessing.get_context("spawn")
    everyone = context.Barrier(WORKERS[scale])
    with context.Pool(WORKERS[scale], _begin, (everyone,)) as pool:
        points = [p for found in pool.map(_points, OPERATIONS, chunksize=1) for p in found]
        if len(points) > MOST[scale]:
            step = len(points) / MOST[scale]
            points = [points[int(n * step + seed()) % len(points)] for n in range(MOST[scale])]
        results = pool.map(_strike, points, chunksize=4)
        pool.map(_end, range(WORKERS[scale]), chunksize=1)
        pool.close()
        pool.join()
    hit = sum(result.hit for result in results)
    faults = sum((result.faults for result in results), collections.Counter())
    first = {what: result.point for result in reversed(results) for what in result.faults}
    return Figures(
        f"{len(points)} points, {hit} hit",
        ", ".join(f"{many} {what} (first: {_words(first[what])})" for what, many in faults.items())
        or "0 violations",
        "0 violations, four in five hit",
        not faults and hit >= 0.8 * len(points),
    )


@dataclasses.dataclass
class Result:
    """What came of one point."""

    point: Point
    hit: bool
    faults: Faults


@dataclasses.dataclass(frozen=True)
class Template:
    """A folder just before an operation, what the account holds then, the receipt the operation
    is about where it was accepted before, and how many rows there are."""

    data: Path
    held: Sequence[Submission]
    receipt: str | None
    rows: int


class Bench:
    """What one worker process needs: an account, a warm server of children, and a folder per
    operation that is copied for each point."""

    def __init__(self, running: Emulator, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self._numbers = itertools.count()
        self.form = self._here(folder).form_id(PATIENT)
        self._server = subprocess.Popen(
            server_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": f"{PROJECT / 'tests'}:{PROJECT}"},
        )  # fmt: skip
        self.templates = {name: self._template(name) for name in OPERATIONS}

    def close(self) -> None:
        """Ends the server and everything it may have left."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(10)
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()

    def _template(self, operation: str) -> Template:
        """The folder just before ``operation``."""
        data = self.folder / f"template-{operation}"
        data.mkdir(mode=0o700)
        put_back(self.running, ())
        receipt = None
        with world(self.running, data) as here:
            gateway = here.open()
            gateway.start_worker()
            settled(gateway, hand_in(gateway, self.form))
            # One that was stopped sends nothing more.
            gateway = here.open()
            if operation != "accept":
                receipt = hand_in(gateway, self.form, key=KEY).code
            if operation == "find":
                self.running.portal.faults.add("secure_submit", "drop_after_store", 1)
                deliver_all(gateway)
        if operation == "shred":
            _a_day_older(data)
            with world(self.running, data) as here:
                # It is sealed with a key of today, so that yesterday's may be destroyed.
                hand_in(here.open(), self.form)
        return Template(data, self.running.portal.submissions(), receipt, len(sids(data)))

    def do(self, operation: str, point: Point | None) -> tuple[Path, list[str], str, int]:
        """Does the operation once: the folder, the report, strace's output, how it ended."""
        template = self.templates[operation]
        place = self.folder / f"p{next(self._numbers)}"
        data = place / "data"
        shutil.copytree(template.data, data)
        place.chmod(0o700)
        put_back(self.running, template.held)
        report, output = place / "report", place / "strace"
        report.touch()
        order = {
            "operation": operation,
            "report": str(report),
            "environ": self._here(data).environ(GATEWAY_RATE_LIMIT="0", GATEWAY_HOLD="0"),
            "form": self.form,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        child = int(self._server.stdout.readline())
        try:
            with traced(child, output, point):
                ended = int(self._server.stdout.readline())
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            raise
        return data, report.read_text().splitlines(), output.read_text(), ended

    def _here(self, data: Path) -> World:
        return World(self.running, data, open_gateway)


class _Here:
    """What this worker process has."""

    bench: Bench | None = None
    everyone: Barrier | None = None
    resources = contextlib.ExitStack()


def _begin(everyone: Barrier) -> None:
    _Here.everyone = everyone
    running = _Here.resources.enter_context(emulator())
    folder = Path(_Here.resources.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
    _Here.bench = Bench(running, folder)
    _Here.resources.callback(_Here.bench.close)


def _end(_: int) -> None:
    """Once in each worker process: none takes a second turn before all have had one."""
    assert _Here.everyone is not None
    _Here.everyone.wait(60)
    _Here.resources.close()


def _bench() -> Bench:
    assert _Here.bench is not None
    return _Here.bench


def _points(operation: str) -> list[Point]:
    """Every place to crash at, counted on a run that is not disturbed."""
    data, report, _, ended = _bench().do(operation, None)
    assert ended == 0, report
    assert not [line for line in report if line.startswith(("refused", "broke"))], report
    counts = counted(data.parent / "strace")
    shutil.rmtree(data.parent)
    return [
        Point(operation, call, number, fault)
        for call, many in counts.items()
        for number in range(1, many + 1)
        for fault in _faults(call, number)
    ]


def _faults(call: str, number: int) -> Sequence[str]:
    """Every fault there is for the call; of those that only differ in what the disk says, one
    at each place in turn."""
    killed, *said = FAULTS[call]
    return (killed, said[number % len(said)]) if call == "pwrite64" else FAULTS[call]


def _strike(point: Point) -> Result:
    bench = _bench()
    data, report, trace, ended = bench.do(point.operation, point)
    hit = ended == -signal.SIGKILL or INJECTED in trace
    ahead = LEASE_S + 5
    with clocks(lambda: (ahead, ahead)), world(bench.running, data, GATEWAY_HOLD="0") as here:
        faults = _judged(here, report, bench.templates[point.operation])
    shutil.rmtree(data.parent)
    return Result(point, hit, faults)


def _words(point: Point) -> str:
    return f"{point.operation} {point.fault} {point.call}#{point.number}"


def _judged(here: World, report: Sequence[str], before: Template) -> Faults:
    """Opens the folder as after a crash, lets everything be delivered, and compares."""
    faults: Faults = collections.Counter()
    told = [line.split()[1] for line in report if line.startswith("received")]
    receipts = {*told, *([before.receipt] if before.receipt else [])}
    sent_before = stored(here.emulator)
    gateway = here.open()
    found = sids(here.folder)
    faults["a receipt without a row"] += bool(receipts - found.keys())
    faults["not sound"] += not _sound(here.folder)
    faults["audit broken"] += not audit_intact(gateway)
    states = _states(gateway, found)
    for receipt, sid in found.items():
        sent = sent_before[sid] > 0
        faults["queued although it was sent"] += sent and states[receipt] is State.QUEUED
    # The person tries again with the same key, as a page does.
    hand_in(gateway, here.form_id(PATIENT), key=KEY)
    rows = len(sids(here.folder))
    faults["a second row for one key"] += rows != before.rows + (before.receipt is None)
    expire_leases(gateway)
    deliver_all(gateway)
    look_up(gateway)
    after = _states(gateway, sids(here.folder))
    arrived = stored(here.emulator)
    for receipt, sid in sids(here.folder).items():
        faults["sent twice"] += arrived[sid] > 1
        faults["delivered but not there"] += after[receipt] is State.DELIVERED and arrived[sid] == 0
        faults["there but not found"] += arrived[sid] == 1 and after[receipt] is not State.DELIVERED
        lost = arrived[sid] == 0 and after[receipt] not in (State.UNKNOWN, State.REVIEW)
        faults["neither there nor unclear"] += lost
    shred(gateway)
    faults["a key is gone that is needed"] += not keys_open_all(gateway, here.folder)
    faults["a destroyed key is not in the books"] += _unbooked(here.folder)
    faults["audit broken at the end"] += not audit_intact(gateway)
    return +faults


def _states(gateway: Gateway, receipts: Mapping[str, str]) -> dict[str, State]:
    return {code: gateway.status(code, by=LOCAL_OPERATOR).state for code in receipts}


def _unbooked(data: Path) -> int:
    """Keys that left the ring for ever, and are not noted as destroyed."""
    (ring,) = data.rglob("keyring.json")
    gone = {note["id"] for note in json.loads(ring.read_text())["destroyed"]}
    (file,) = data.rglob("*.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        noted = "SELECT key_id FROM epochs WHERE destroyed_ms IS NOT NULL"
        return len(gone - {key_id for (key_id,) in database.execute(noted)})


def _a_day_older(data: Path) -> None:
    """Makes the key that seals now one of yesterday."""
    (ring,) = data.rglob("keyring.json")
    told = json.loads(ring.read_text())
    for key in told["keys"]:
        key["day"] -= 1
    ring.write_text(json.dumps(told))


def _sound(data: Path) -> bool:
    (file,) = data.rglob("*.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
