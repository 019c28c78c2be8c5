"""F1 and F12: everybody dies, again and again, and HubSpot is flaky. Nothing is lost, nothing is
doubled.

Workers and intakes are killed at random moments (SIGKILL), a PostgreSQL server is restarted as
after a power cut, and 15 % of all submissions are spoilt. Each receipt an intake was given is
written down and flushed to disk before the next answers are taken, as a person would.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import samples
from postgres import PostgresServer, postgres_server

from gateway.domain.errors import GatewayError
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases.gateway import Gateway
from storm.account import Account, account
from storm.checker import MOST, Faults, judge, receipts, told
from storm.ground import folder
from storm.rows import Figures, Scale, seed
from storm.workers import (
    AGAIN_S,
    PATIENCE_S,
    QUICK,
    WAIT_S,
    WINDOW_S,
    Nursery,
    Order,
    opened,
)

SUBMISSIONS = {Scale.FULL: 10_000, Scale.SMALL: 60}
INTAKES = 2
INTAKE_THREADS = 4
MIX: Mapping[str, float] = {
    "drop_before": 0.03,
    "drop_after_store": 0.05,
    "500": 0.02,
    "502_after_store": 0.02,
    "429": 0.02,
    "slow": 0.01,
}
"""The share of submissions that each fault strikes: 15 % together."""
LATE_S = PATIENCE_S * 2
"""How late a slow answer comes: long after the sender has given up."""
KILL_S = (0.1, 0.5)
RESTART_S = {Scale.FULL: (2.0, 5.0), Scale.SMALL: (0.5, 1.0)}
INTAKE_EVERY = 4
"""Among so many killed processes one is an intake, as long as there are any."""
STORM_S = {Scale.FULL: 60.0, Scale.SMALL: 6.0}
"""For how long processes are killed, at the most; what is left by then meets HubSpot's faults
only."""
CALM_S = 60.0
"""How long what is unclear may take to be settled once the faults have stopped."""
PERSON_SHARE = 1_000
"""One in so many may have met a fault four times, and wait for a person."""
EACH_S = 0.1
"""How long one submission may take, on a machine that has others to serve."""

FASTEST = 2_000
"""More than this leave in a second nowhere: a backlog is not looked at more often than it can be
gone."""
SELDOM_S = 5.0

SETTLED = frozenset({State.DELIVERED, State.REVIEW, State.REJECTED, State.HELD, State.DISCARDED})
"""Where nothing happens any more by itself."""


@dataclasses.dataclass
class Ground:
    """What a kill storm happens on."""

    nursery: Nursery
    account: Account
    data: Path
    environ: Mapping[str, str]
    server: PostgresServer | None = None
    constants: Mapping[str, Any] = dataclasses.field(default_factory=lambda: dict(QUICK))

    def start(self, role: str, **order: Any) -> int:
        """A child that has this ground's settings."""
        settings = {"constants": self.constants, "environ": self.environ}
        return self.nursery.start(role, **{**settings, **order})

    def fill(self, count: int, **order: Any) -> None:
        """Has ``count`` submissions taken in, while nobody delivers."""
        told_to = {"log": str(self.log(0)), "count": count, **order}
        pid = self.start("storm.kill_storm:intake", **told_to)
        if self.nursery.wait(pid, WAIT_S + count / 10):
            raise RuntimeError("the intake failed")

    def log(self, number: int) -> Path:
        """Where the intake ``number`` notes its receipts."""
        return self.data / f"receipts-{number}"

    def promised(self) -> dict[str, str]:
        """key → receipt of everything that was ever acknowledged."""
        found: dict[str, str] = {}
        for log in self.data.glob("receipts-*"):
            for key, receipt in receipts(log.read_text().splitlines()).items():
                found[f"{log.name} {key}"] = receipt
        return found


@contextlib.contextmanager
def grounds(*, postgres: bool = False, memory_for: int = 0, **switches: Any) -> Iterator[Ground]:
    """An emulator, a data folder (see :func:`folder`), and a database that nobody has used yet."""
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(folder(memory_for))
        server, more = None, {}
        if postgres:
            server = stack.enter_context(postgres_server(data))
            more["GATEWAY_DATABASE_URL"] = server.url()
        nursery = stack.enter_context(Nursery())
        running = account(nursery, data, **switches)
        yield Ground(nursery, running, data, running.environ(data, **more), server)


def run(scale: Scale) -> Figures:
    """F1: one SQLite file, two workers."""
    with grounds() as ground:
        return _stormed(ground, scale, workers=2)


def run_postgres(scale: Scale) -> Figures:
    """F12: PostgreSQL, four workers, and a server that falls over every few seconds."""
    with grounds(postgres=True) as ground:
        return _stormed(ground, scale, workers=4)


def _stormed(ground: Ground, scale: Scale, *, workers: int) -> Figures:
    count = SUBMISSIONS[scale]
    proven(ground)
    ground.account.mix(MIX, {"slow": LATE_S}, seed())
    storm = Storm(ground, count, workers, RESTART_S[scale])
    started = time.monotonic()
    storm.rage(until=started + STORM_S[scale])
    sent = storm.send_the_rest(within_s=CALM_S + count * EACH_S)
    raged = time.monotonic() - started
    ground.account.heal()
    calm, decided = storm.calm(CALM_S + WINDOW_S)
    faults = verdict(ground, count)
    faults["too many needed a person"] += decided > max(1, count // PERSON_SHARE)
    faults["the backlog was not sent"] += not sent
    faults["the unclear ones were not settled"] += calm is None
    faults = +faults
    took = "endless" if calm is None else f"{calm:.0f} s"
    restarts = f", {storm.restarts} restarts" if ground.server else ""
    return Figures(
        f"{count:,}, {storm.kills} kills{restarts}",
        f"{told(faults)}; {decided} by a person; {raged:.0f} s storm, then {took}",
        "0 lost, 0 doubled, 0.1 % by a person",
        not faults,
    )


def proven(ground: Ground) -> None:
    """Measures the account, so that absence may be proven. Raises :class:`RuntimeError`."""
    if ground.nursery.wait(ground.start("probe")):
        raise RuntimeError("the probe failed")


def verdict(ground: Ground, count: int, *, delivered: bool = True) -> Faults:
    """The checker's, and that every one of ``count`` was acknowledged in the end."""
    promised = ground.promised()
    with opened({"environ": ground.environ}) as gateway:
        tags, arrivals = ground.account.tags(), ground.account.arrivals()
        faults = judge(gateway, promised.values(), tags, arrivals, delivered=delivered)
    faults["never acknowledged"] += count - len(promised)
    return +faults


class Storm:
    """The processes, and who kills them."""

    def __init__(
        self, ground: Ground, count: int, workers: int, restart_s: tuple[float, float]
    ) -> None:
        self._ground = ground
        self._restart_s = restart_s
        self._chance = random.Random(seed())
        self._workers = [ground.start("worker") for _ in range(workers)]
        self._share = count // INTAKES
        self._intakes = {n: self._intake(n) for n in range(INTAKES)}
        self.kills = 0
        self.restarts = 0

    def _intake(self, number: int) -> int:
        log = str(self._ground.log(number))
        return self._ground.start("storm.kill_storm:intake", log=log, count=self._share)

    def rage(self, until: float) -> None:
        """Kills until everything was accepted, and nothing waits to be sent any more."""
        over = threading.Event()
        falling = threading.Thread(target=self._fall_over, args=(over,))
        falling.start()
        try:
            with opened({"environ": self._ground.environ}) as watch:
                while time.monotonic() < until and not self._idle(watch):
                    time.sleep(self._chance.uniform(*KILL_S))
                    self._kill()
        finally:
            over.set()
            falling.join()

    def _idle(self, watch: Gateway) -> bool:
        """Everything was taken in, and what is left waits for evidence."""
        with contextlib.suppress(GatewayError):
            return not self._intakes and not watch._outbox.counts()[State.QUEUED]
        return False

    def _kill(self) -> None:
        nursery = self._ground.nursery
        for number, pid in list(self._intakes.items()):
            if (code := nursery.ended(pid)) is not None:
                del self._intakes[number]
                if code != 0:
                    self._intakes[number] = self._intake(number)
        if self._intakes and self._chance.randrange(INTAKE_EVERY) == 0:
            number = self._chance.choice(sorted(self._intakes))
            nursery.stop(self._intakes[number], signal.SIGKILL)
            self._intakes[number] = self._intake(number)
        else:
            place = self._chance.randrange(len(self._workers))
            nursery.stop(self._workers[place], signal.SIGKILL)
            self._workers[place] = self._ground.start("worker")
        self.kills += 1

    def _fall_over(self, over: threading.Event) -> None:
        server, chance = self._ground.server, random.Random(seed() + 1)
        while server is not None and not over.wait(chance.uniform(*self._restart_s)):
            server.restart_immediately()
            self.restarts += 1

    def send_the_rest(self, within_s: float) -> bool:
        """Kills nobody any more; whether everything was taken in and sent by then."""
        for pid in self._intakes.values():
            self._ground.nursery.wait(pid, within_s)
        sent = set(State) - {State.QUEUED, State.SENDING}
        return settled(self._ground, sent, time.monotonic() + within_s)

    def calm(self, seconds: float) -> tuple[float | None, int]:
        """Lets the workers settle what is left; how long that took, None when it was longer
        than ``seconds``; and how many were sent again three times in vain and needed a person,
        who looks in HubSpot and sends them again."""
        started = time.monotonic()
        done = settled(self._ground, SETTLED, started + seconds)
        took = time.monotonic() - started
        decided = self._decide()
        if decided:
            done = settled(self._ground, SETTLED - {State.REVIEW}, time.monotonic() + seconds)
        for pid in self._workers:
            self._ground.nursery.stop(pid)
        return took if done else None, decided

    def _decide(self) -> int:
        """What a person does with those that are given to them."""
        tags = self._ground.account.tags()
        with opened({"environ": self._ground.environ}) as gateway:
            asked = gateway._outbox.listing(MOST, State.REVIEW)
            thrice = [one for one in asked if one.cause == "resent_thrice"]
            for one in thrice:
                if gateway._outbox.sid_of(one.code) not in tags:
                    gateway.decide(one.code, Event.RESENT, "not_in_hubspot", by=LOCAL_OPERATOR)
        return len(thrice)


def settled(ground: Ground, over: Collection[State], deadline: float) -> bool:
    """Waits until every submission is in one of the states ``over``; whether all are. While many
    are left it seldom looks: counting them takes the database's lock from those who deliver."""
    with opened({"environ": ground.environ}) as gateway:
        while time.monotonic() < deadline:
            left = 0
            with contextlib.suppress(GatewayError):
                counts = gateway._outbox.counts()
                left = sum(many for state, many in counts.items() if state not in over)
                if not left:
                    return True
            time.sleep(max(AGAIN_S, min(SELDOM_S, left / FASTEST)))
    return False


def intake(order: Order) -> None:
    """A child: takes in its share, each submission with a key of its own, and notes every
    receipt. One that was killed before it noted a receipt asks for the same again. ``every_s``
    lets time pass between them."""
    log = Path(order["log"])
    written = log.read_text() if log.exists() else ""
    noted = receipts(written.splitlines())
    told_to = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    if written and not written.endswith("\n"):
        os.write(told_to, b"\n")
    gateway = opened(order)
    left = [n for n in range(order["count"]) if f"{log.name}-{n}" not in noted]

    every_s = order.get("every_s", 0.0)

    def take_in(number: int) -> None:
        time.sleep(every_s * INTAKE_THREADS)
        key = f"{log.name}-{number}"
        receipt = _received(lambda: _submitted(gateway, key))
        os.write(told_to, f"{key} {receipt}\n".encode())
        os.fsync(told_to)

    with ThreadPoolExecutor(INTAKE_THREADS) as pool:
        for _ in pool.map(take_in, left):
            pass
    gateway.close()


def _submitted(gateway: Gateway, key: str) -> str:
    return gateway.submit(
        samples.PATIENT, samples.ANSWERS[samples.PATIENT], by=LOCAL_OPERATOR, key=key
    ).code


def _received(ask: Callable[[], str]) -> str:
    """The receipt, once the database takes it: people press the button again."""
    while True:
        try:
            return ask()
        except GatewayError:
            time.sleep(AGAIN_S)
