"""The processes of a storm: an emulated HubSpot, workers, intakes. Each is forked from one that
has loaded the program already, so that a killed worker is replaced in milliseconds.

That first process has no threads, and takes its orders as lines of JSON; when its input ends it
kills what it started. Roles that a row defines itself are ``module:function``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import samples

from gateway.bootstrap import open_gateway
from gateway.domain.errors import GatewayError
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

PROJECT = Path(__file__).resolve().parents[2]
WAIT_S = 30.0
"""How long anything here may take to start."""
AGAIN_S = 0.05
Order = Mapping[str, Any]

WARM = (
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "storm.kill_storm",
)
"""What a child would load by itself, each one again."""
WINDOW_S = 2
"""The storm's W. It is far longer than the emulator ever takes over what it was sent."""
PATIENCE_S = 1.0
"""How long an answer to a submission may take."""
QUICK: Mapping[str, Any] = {
    "gateway.hubspot.routes:ROUTES.timeout_s": PATIENCE_S,
    "gateway.hubspot.client:CONNECT_TIMEOUT_S": PATIENCE_S,
    "gateway.hubspot.client:TOTAL_TIMEOUT_S": PATIENCE_S * 2,
    "gateway.usecases.deliver:SEND_NEEDS_S": PATIENCE_S * 4,
    "gateway.usecases.deliver:LEASE_S": PATIENCE_S * 6,
    "gateway.usecases.deliver:SETTLE_AGAIN_S": 0.05,
    "gateway.usecases.worker:HOUSEKEEPING_S": 0.1,
    "gateway.usecases.housekeeping:CHORES_S": 0.5,
    "gateway.usecases.housekeeping:UNKNOWN_LOOK_S": (0.5, 2.0),
    "gateway.usecases.housekeeping:DUTY_LEASE_S": 3.0,
    "gateway.usecases.reconcile:LOOK_BACK_MS": 2_000,
    "gateway.usecases.outcomes:POLICIES.rest_s": 0.05,
    "gateway.usecases.outcomes:A_TURN_S": 0.0,
    "gateway.usecases.breaker:BREAK_S": 0.1,
    "gateway.usecases.breaker:LIMITED_S": 0.1,
    "gateway.store.queue:LONGEST_REST_S": 0.05,
    "gateway.store.queue:WINDOW_MS": 100,
    "gateway.store.queue:UNLIMITED_BASE": 10_000,
    "gateway.store.queue:YOUNG_MS": int(PATIENCE_S * 2_000),
}
"""``module:constant`` → its value in a storm, where hours pass in seconds; ``module:table.field``
sets that field of every row, ``module:table.row.field`` of one."""


class Nursery:
    """Starts and signals processes. They end with it."""

    def __init__(self) -> None:
        paths = [str(PROJECT / "tests"), str(PROJECT)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HUBSPOT_", "GATEWAY_"))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "storm.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**kept, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=PROJECT,
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()

    def start(self, role: str, **order: Any) -> int:
        """Forks a child that plays ``role``; its process id."""
        return int(self._ask(do="start", role=role, order=order))

    def send(self, pid: int, number: int) -> None:
        """Sends a signal to a child; nothing where it has ended."""
        self._ask(do="signal", pid=pid, number=number)

    def ended(self, pid: int) -> int | None:
        """The exit code of a child (negative for a signal); None while it runs."""
        code: int | None = self._ask(do="ended", pid=pid)
        return code

    def stop(self, pid: int, number: int = signal.SIGTERM, within_s: float = WAIT_S) -> int:
        """Signals a child and waits for its end; its exit code."""
        self.send(pid, number)
        return self.wait(pid, within_s)

    def wait(self, pid: int, within_s: float = WAIT_S) -> int:
        """Waits until a child ends by itself; its exit code. Raises :class:`TimeoutError`."""
        started = time.monotonic()
        while (code := self.ended(pid)) is None:
            waited = time.monotonic() - started
            if waited > within_s:
                raise TimeoutError("a child did not end in time")
            time.sleep(AGAIN_S if waited > AGAIN_S else AGAIN_S / 5)
        return code

    def _ask(self, **asked: Any) -> Any:
        self._stdin.write(json.dumps(asked) + "\n")
        self._stdin.flush()
        return json.loads(self._stdout.readline())

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    @property
    def _stdout(self) -> Any:
        return self._process.stdout


def opened(order: Order, within_s: float = WAIT_S) -> Gateway:
    """The gateway of ``order["environ"]``; it is tried again while the database is away."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return open_gateway(load_settings(order["environ"], None))
        except GatewayError:
            if time.monotonic() > deadline:
                raise
            time.sleep(AGAIN_S)


def quicken(constants: Mapping[str, Any]) -> None:
    """Sets constants of this process before anything uses them."""
    for name, value in constants.items():
        module, _, constant = name.partition(":")
        table, *inside = constant.split(".")
        held = importlib.import_module(module)
        found: Any = getattr(held, table)
        if inside:
            *only, field = inside
            found |= {
                key: dataclasses.replace(row, **{field: value})
                for key, row in found.items()
                if str(key) in (only or [str(key)])
            }
        else:
            setattr(held, table, type(found)(value))


def _emulator(order: Order) -> None:
    with Emulator() as running:
        running.portal.amend_switches(**order["switches"])
        banner = Path(order["banner"])
        fresh = banner.with_suffix(".new")
        fresh.write_text(json.dumps(running.banner()))
        fresh.rename(banner)
        signal.pause()


def _worker(order: Order) -> None:
    gateway = opened(order)
    gateway.start_worker()
    signal.sigwait({signal.SIGTERM})
    gateway.close()


def _probe(order: Order) -> None:
    """Measures until absence is proven: on a busy machine the first look may come late."""
    quicken({"gateway.usecases.probe:LOOK_S": 0.005, "gateway.usecases.probe:SENT": 1})
    answers = samples.ANSWERS[samples.PATIENT]
    with opened(order) as gateway:
        for _ in range(20):
            probe = gateway.probe(samples.PATIENT, by=LOCAL_OPERATOR, answers=answers)
            if probe.proves_absence:
                return
    raise RuntimeError("the probe proves nothing")


ROLES: Mapping[str, Callable[[Order], None]] = {
    "emulator": _emulator,
    "worker": _worker,
    "probe": _probe,
}


def main() -> None:
    """Takes orders until its input ends."""
    logging.disable(logging.CRITICAL)
    # Ended by the harness, whatever the terminal says.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in WARM:
        importlib.import_module(module)
    running: dict[int, int | None] = {}
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            _reap(running)
            answer: int | None = None
            if asked["do"] == "start":
                answer = _forked(asked["role"], asked["order"])
                running[answer] = None
            elif asked["do"] == "signal":
                if running[asked["pid"]] is None:
                    os.kill(asked["pid"], asked["number"])
            else:
                answer = running[asked["pid"]]
            sys.stdout.write(f"{json.dumps(answer)}\n")
            sys.stdout.flush()
    finally:
        left = [pid for pid, code in running.items() if code is None]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for pid in left:
            os.waitpid(pid, 0)


def _reap(running: dict[int, int | None]) -> None:
    while any(code is None for code in running.values()):
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        running[pid] = os.waitstatus_to_exitcode(status)


def _forked(role: str, order: Order) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        if role.endswith("worker"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        quicken(order.get("constants", {}))
        _role(role)(order)
        code = 0
    except BaseException as error:
        os.write(2, f"{role}: {type(error).__name__} {error}\n".encode())
    finally:
        os._exit(code)


def _role(name: str) -> Callable[[Order], None]:
    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function) if function else ROLES[module]
    role: Callable[[Order], None] = found
    return role


if __name__ == "__main__":
    main()
