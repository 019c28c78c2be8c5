"""F10: HubSpot is away for three days, and answers go on being taken in. When it is back the
backlog drains by itself, in order, each once.

The three days pass by a clock that is moved by hand: every ten minutes of it something is
accepted, and the worker tries once whether HubSpot is back. Nobody is killed here, so the folder
is in memory where there is room; what a disk does to commits is the matter of other rows.
"""

from __future__ import annotations

import contextlib
import socket
import time
import unittest.mock
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import samples

from gateway.domain.audit import Action
from gateway.domain.submissions import Payload, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.faults import Area
from gateway.intake.prepare import prepare
from gateway.sealing.envelope import Context, seal
from gateway.store.outbox import NewSubmission
from gateway.usecases import portal
from gateway.usecases.gateway import Gateway
from gateway.usecases.submit import _classes
from gateway.usecases.worker import COURIERS
from storm.checker import told
from storm.ground import clocks, deliver_one
from storm.kill_storm import CALM_S, EACH_S, SETTLED, Ground, grounds, settled, verdict
from storm.rows import Figures, Scale
from storm.workers import WAIT_S, Order, opened

SUBMISSIONS = {Scale.FULL: 50_000, Scale.SMALL: 150}
WORKERS = {Scale.FULL: 3, Scale.SMALL: 2}
DAYS = 3
STEP_S = 600.0
STEPS = int(DAYS * 86_400 / STEP_S)
DAY_MS = 86_400_000
EACH_BYTES = 10_000
"""The room that one submission takes, with its audit and everything beside it."""
TOGETHER = 32
"""So many are accepted at once, and so share a flush to the disk."""


def run(scale: Scale) -> Figures:
    """Three days away, then back."""
    count, workers = SUBMISSIONS[scale], WORKERS[scale]
    with grounds(memory_for=count * EACH_BYTES) as ground:
        # Nothing is too old to be remembered, and it is known how HubSpot describes the form.
        ground.environ = {**ground.environ, "GATEWAY_SNAPSHOT_MAX_AGE": str(30 * 86_400)}
        ground.constants = {}
        log = str(ground.log(0))
        away = ground.start("storm.outage:away", log=log, count=count)
        if ground.nursery.wait(away, WAIT_S + CALM_S + count * EACH_S * 2):
            raise RuntimeError("nothing was taken in while HubSpot was away")
        back = time.monotonic()
        pids = [ground.start("worker") for _ in range(workers)]
        drained = settled(ground, SETTLED, back + CALM_S + count * EACH_S * 2)
        took = time.monotonic() - back
        for pid in pids:
            ground.nursery.stop(pid)
        faults, (claimed, came) = verdict(ground, count), _order(ground)
    faults["the backlog never reached 0"] += not drained
    faults["claimed out of order"] += claimed > workers * COURIERS
    faults = +faults
    return Figures(
        f"{count:,} in {DAYS} days, {workers} workers",
        f"{told(faults)}; {count / took:.0f}/s, {claimed} places off when claimed, {came} on arrival",
        f"0 lost, 0 doubled, {workers * COURIERS} places off",
        not faults,
    )


def away(order: Order) -> None:
    """A child: lives through the three days, up to now."""
    passed = [-DAYS * 86_400.0]
    with contextlib.ExitStack() as stack:
        stack.enter_context(clocks(lambda: (passed[0], passed[0])))
        # HubSpot's clock, of now, would stop everything.
        stack.enter_context(unittest.mock.patch.object(portal, "CLOCK_SKEW_MS", 10**12))
        gateway = stack.enter_context(opened(order))
        form = gateway.intake(samples.PATIENT, by=LOCAL_OPERATOR)
        portal_id = gateway._worker._delivery._portal.facts().portal_id
        prepared = prepare(form.definition, samples.ANSWERS[samples.PATIENT])
        classes = _classes(form.report, prepared)
        gone = stack.enter_context(_nobody_there())
        environ = {**order["environ"], "HUBSPOT_API_BASE": gone}
        cut_off = stack.enter_context(opened({"environ": environ}))
        log = stack.enter_context(Path(order["log"]).open("w"))
        pool = stack.enter_context(ThreadPoolExecutor(TOGETHER))

        def accept(number: int) -> str:
            report = form.report
            new = NewSubmission(
                portal_id, report.form_id, report.form_name, report.snapshot_hash,
                LOCAL_OPERATOR.id, key=f"away-{number}",
            )  # fmt: skip

            def sealed(sid: str, submitted_at_ms: int) -> tuple[str, bytes]:
                address = f"http://localhost:8501/intake/~s/{sid}"
                payload = Payload(
                    prepared.fields, address, report.form_name, prepared.legal, classes
                )
                context = Context(
                    sid, portal_id, report.form_id, submitted_at_ms, report.snapshot_hash
                )
                key = cut_off._submit._keyring.sealing_on(submitted_at_ms // DAY_MS)
                return key.key_id, seal(payload, context, key)

            return f"away-{number} {cut_off._outbox.accept(new, sealed).receipt}\n"

        for step in range(STEPS):
            passed[0] = -(STEPS - step) * STEP_S
            numbers = range(order["count"] * step // STEPS, order["count"] * (step + 1) // STEPS)
            log.writelines(pool.map(accept, numbers))
            tried = deliver_one(cut_off)
            assert not tried or _sent_nothing(cut_off)
        log.flush()


def _sent_nothing(gateway: Gateway) -> bool:
    counts = gateway._outbox.counts()
    return sum(counts.values()) == counts[State.QUEUED]


@contextlib.contextmanager
def _nobody_there() -> Iterator[str]:
    """An address that refuses every connection."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}"


def _order(ground: Ground) -> tuple[int, int]:
    """By how many places a submission was claimed, and by how many it came, before or after its
    turn."""
    with opened({"environ": ground.environ}) as gateway:
        rows = gateway._store.audit.rows()
    wanted = [row.sid for row in rows if row.action is Action.ACCEPTED]
    claimed = {row.sid: row.seq for row in rows if row.action is Action.CLAIMED}
    came = [one.tag for one in ground.account.arrivals(Area.SECURE_SUBMIT) if one.tag]
    return _displaced(wanted, sorted(claimed, key=claimed.__getitem__)), _displaced(wanted, came)


def _displaced(wanted: Sequence[str], found: Sequence[str]) -> int:
    place = {sid: number for number, sid in enumerate(wanted)}
    return max((abs(place[sid] - number) for number, sid in enumerate(found)), default=0)
