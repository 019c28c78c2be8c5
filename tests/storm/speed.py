"""Speed: how soon a submission leaves once it was accepted, and how fast a backlog leaves that
may only leave so fast.

Both are read at the emulator, a process of its own, in the moment a call's head arrives: on
Linux the monotonic clock is one for all processes.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import samples

from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.faults import Area
from storm.checker import most_within
from storm.kill_storm import Ground, grounds
from storm.rows import Figures, Scale
from storm.workers import WAIT_S, Order, opened

SAMPLES = {Scale.FULL: 50, Scale.SMALL: 12}
EVERY_S = 0.3
P50_MS = {Scale.FULL: 15.0, Scale.SMALL: 150.0}
"""The small version runs beside other tests."""
LIMIT = 90
SPAN_S = 10.0
WINDOWS = {Scale.FULL: 3, Scale.SMALL: 1}
"""So many times ten seconds long the backlog is drained."""
SHARE = {Scale.FULL: 0.98, Scale.SMALL: 0.5}
WORKERS = 3


def run(scale: Scale) -> Figures:
    """From ``Gateway.submit`` that returned to the head of the POST, with nothing else to do."""
    with grounds() as ground:
        ground.constants = {}
        pid = ground.start("storm.speed:typist", log=str(ground.log(0)), count=SAMPLES[scale])
        if ground.nursery.wait(pid, WAIT_S + SAMPLES[scale] * EVERY_S * 4):
            raise RuntimeError("the typist failed")
        took = _latencies(ground)
    p50, p95 = statistics.median(took), sorted(took)[int(len(took) * 0.95)]
    return Figures(
        f"{len(took)} submissions",
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
        f"p50 below {P50_MS[scale]:.0f} ms",
        len(took) == SAMPLES[scale] and p50 < P50_MS[scale],
    )


def typist(order: Order) -> None:
    """A child: accepts one after the other, delivers, and notes when each receipt was given."""
    with opened(order) as gateway, Path(order["log"]).open("w") as log:
        gateway.start_worker()
        # The first one reads everything for the first time.
        for number in range(order["count"] + 1):
            time.sleep(EVERY_S)
            receipt = gateway.submit(
                samples.PATIENT, samples.ANSWERS[samples.PATIENT], by=LOCAL_OPERATOR
            )
            at = time.monotonic()
            if number:
                log.write(f"{receipt.code} {at!r}\n")
        time.sleep(EVERY_S * 3)


def _latencies(ground: Ground) -> list[float]:
    """Milliseconds of each; one that never came is missing."""
    came = {one.tag: one.at for one in ground.account.arrivals(Area.SECURE_SUBMIT)}
    with opened({"environ": ground.environ}) as gateway:
        noted = [line.split() for line in ground.log(0).read_text().splitlines()]
        sids = {receipt: gateway._outbox.sid_of(receipt) for receipt, _ in noted}
    return [
        (came[sids[receipt]] - float(at)) * 1000 for receipt, at in noted if sids[receipt] in came
    ]


def run_drain(scale: Scale) -> Figures:
    """A backlog, three workers, and a limit of 90 in any ten seconds."""
    windows = WINDOWS[scale]
    with grounds() as ground:
        ground.constants = {}
        ground.environ = {**ground.environ, "GATEWAY_RATE_LIMIT": str(LIMIT)}
        ground.fill((windows + 1) * LIMIT)
        pids = [ground.start("worker") for _ in range(WORKERS)]
        deadline = time.monotonic() + windows * SPAN_S * 2 + WAIT_S
        came: list[float] = []
        while len(came) <= windows * LIMIT and time.monotonic() < deadline:
            time.sleep(0.5)
            came = sorted(one.at for one in ground.account.arrivals(Area.SECURE_SUBMIT))
        for pid in pids:
            ground.nursery.stop(pid)
    # With the limit used to the full, this one comes when the last window has just passed.
    took = came[windows * LIMIT] - came[0] if len(came) > windows * LIMIT else float("inf")
    share, most = windows * SPAN_S / took, most_within(came, SPAN_S)
    return Figures(
        f"{windows * LIMIT} by {WORKERS} workers",
        f"{share:.1%} of the limit; at most {most} in {SPAN_S:.0f} s",
        f"at least {SHARE[scale]:.0%}; never over {LIMIT}",
        share >= SHARE[scale] and most <= LIMIT,
    )
