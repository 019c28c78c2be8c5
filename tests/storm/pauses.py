"""F5: workers that freeze for longer than their lease, and then go on as if nothing had been.

A frozen worker may hold a claim that it has not sent, an answer that it has not read, or the
database's lock. When it thaws its lease is over: it must send nothing, and settle nothing.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Mapping
from typing import Any

from gateway.domain.audit import Action
from storm.checker import told
from storm.kill_storm import CALM_S, EACH_S, SETTLED, Ground, grounds, proven, settled, verdict
from storm.rows import Figures, Scale, seed
from storm.workers import QUICK, WAIT_S, opened

PAUSES = {Scale.FULL: 200, Scale.SMALL: 8}
WORKERS = {Scale.FULL: 8, Scale.SMALL: 3}
LEASE_S = 1.0
CONSTANTS: Mapping[str, Any] = {
    **QUICK,
    "gateway.hubspot.routes:ROUTES.timeout_s": 0.3,
    "gateway.hubspot.client:CONNECT_TIMEOUT_S": 0.2,
    "gateway.hubspot.client:TOTAL_TIMEOUT_S": 0.4,
    "gateway.usecases.deliver:SEND_NEEDS_S": 0.6,
    "gateway.usecases.deliver:LEASE_S": LEASE_S,
    "gateway.usecases.housekeeping:CHORES_S": 0.2,
}
FROZEN = (1.05, 2.8)
"""How many leases long a pause is: less than a lease and the window together, since who froze
between its last look at the clock and its first byte sends that byte when it thaws."""
AWAKE_S = (0.05, 0.3)
EVERY_S = 0.06
"""How often something is accepted, so that each pause finds something under way."""


def run(scale: Scale) -> Figures:
    """Every worker freezes again and again, each in its own time."""
    count, workers = PAUSES[scale], WORKERS[scale]
    each = count // workers + (count % workers > 0)
    lasting = each * (LEASE_S * sum(FROZEN) / 2 + sum(AWAKE_S) / 2)
    many = int(lasting / EVERY_S)
    with grounds() as ground:
        proven(ground)
        ground.constants = CONSTANTS
        ground.account.mix({"slow": 0.3}, {"slow": 0.1}, seed())
        log = str(ground.log(0))
        taking = ground.start("storm.kill_storm:intake", log=log, count=many, every_s=EVERY_S)
        pids = [ground.start("worker") for _ in range(workers)]
        frozen = _freeze(pids, each)
        ground.account.heal()
        ground.nursery.wait(taking, WAIT_S + many * EACH_S * 4)
        drained = settled(ground, SETTLED, time.monotonic() + CALM_S + many * EACH_S)
        for pid in pids:
            ground.nursery.stop(pid)
        faults, abandoned = verdict(ground, many), _abandoned(ground)
    faults["the backlog never reached 0"] += not drained
    faults = +faults
    return Figures(
        f"{frozen} pauses, {many:,} submissions",
        f"{told(faults)}; {abandoned} leases ran out",
        "0 lost, 0 doubled",
        not faults and abandoned > 0,
    )


def _freeze(pids: list[int], each: int) -> int:
    """Freezes and thaws every worker ``each`` times, side by side; how often in all."""
    frozen = []

    def haunt(number: int, pid: int) -> None:
        chance = random.Random(seed() * 1000 + number)
        for _ in range(each):
            time.sleep(chance.uniform(*AWAKE_S))
            os.kill(pid, signal.SIGSTOP)
            time.sleep(LEASE_S * chance.uniform(*FROZEN))
            os.kill(pid, signal.SIGCONT)
            frozen.append(pid)

    haunting = [threading.Thread(target=haunt, args=one) for one in enumerate(pids)]
    for thread in haunting:
        thread.start()
    for thread in haunting:
        thread.join()
    return len(frozen)


def _abandoned(ground: Ground) -> int:
    """How often somebody's lease ran out."""
    with opened({"environ": ground.environ}) as gateway:
        return sum(row.action is Action.ABANDONED for row in gateway._store.audit.rows())
