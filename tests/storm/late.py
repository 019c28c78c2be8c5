"""F13: HubSpot carries out a submission long after its connection died.

Within the window W that is waited for, nothing comes of it. Beyond W the one assumption of the
whole guarantee is broken: then submissions are doubled, and every single one is reported.
"""

from __future__ import annotations

import dataclasses
import time
import unittest.mock

import samples
from samples import PATIENT, submit

from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.faults import Area
from gateway.store import queue
from gateway.usecases import probe
from gateway.usecases.gateway import Gateway
from storm.ground import clocks, deliver_all, emulator, folder, look_up, sids, stored, world
from storm.rows import Figures, Scale, seed

SUBMISSIONS = {Scale.FULL: 700, Scale.SMALL: 80}
SHARE = 0.5
"""So many of them are carried out late."""
WINDOW_S = 60
LATE_S = 3600.0
"""How late: whenever the row says so, since nobody waits for it."""


@dataclasses.dataclass(frozen=True)
class Half:
    """What came of one half: how many were late, how many HubSpot has twice, and how many of
    those the gateway tells of in each of its ways."""

    late: int
    doubled: int
    in_status: int
    in_report: int
    false: int


def run(scale: Scale) -> Figures:
    """Half of them late within W, the other half beyond it."""
    half = SUBMISSIONS[scale] // 2
    inside, beyond = _half(half, beyond=False), _half(half, beyond=True)
    reported = min(beyond.in_status, beyond.in_report)
    return Figures(
        f"{inside.late} late within W, {beyond.late} beyond",
        f"{inside.doubled} doubled; beyond W {beyond.doubled} doubled, {reported} reported",
        "0 within W; beyond, all reported",
        inside.late > 0
        and inside.doubled == inside.false == beyond.false == 0
        and 0 < beyond.doubled == reported,
    )


def _half(count: int, *, beyond: bool) -> Half:
    passed = [0.0]
    with (
        clocks(lambda: (passed[0], passed[0])),
        unittest.mock.patch.object(queue, "LONGEST_REST_S", 0.0),
        emulator() as running,
        folder() as data,
        world(running, data, GATEWAY_UNKNOWN_WINDOW=str(WINDOW_S)) as here,
    ):
        gateway = here.open()
        _probe(gateway)
        codes = [submit(gateway, PATIENT).code for _ in range(count)]
        late = _deliver_late(running, gateway)
        look_up(gateway)
        if not beyond:
            _carry_out(running)
        passed[0] = WINDOW_S + 1.0
        look_up(gateway)
        deliver_all(gateway)
        if beyond:
            _carry_out(running)
        # What a worker does once a day.
        gateway._housekeeping._reconcile.copies(0)
        times, sid_of = stored(running), sids(data)
        doubled = {sid for sid, many in times.items() if many > 1}
        statuses = [gateway.status(code, by=LOCAL_OPERATOR) for code in codes]
        books = gateway.balance(by=LOCAL_OPERATOR).copies
        in_status = {sid_of[s.code] for s in statuses if s.copies == times[sid_of[s.code]] > 1}
        in_report = {sid_of[code] for code, many in books if many == times[sid_of[code]]}
        false = sum(s.copies > 1 for s in statuses) + len(books)
        return Half(
            late,
            len(doubled),
            len(doubled & in_status),
            len(doubled & in_report),
            false - len(in_status) - len(in_report),
        )


def _probe(gateway: Gateway) -> None:
    with unittest.mock.patch.object(probe, "SENT", 1):
        measured = gateway.probe(
            PATIENT, by=LOCAL_OPERATOR, answers=samples.ANSWERS[samples.PATIENT]
        )
    assert measured.proves_absence
    gateway._worker._delivery.go_on()


def _deliver_late(running: Emulator, gateway: Gateway) -> int:
    """Sends everything once; how many of it HubSpot has not carried out yet."""
    before = len(running.portal.received.all())
    running.portal.faults.mix(
        Area.SECURE_SUBMIT, {"late_store": SHARE}, seed=seed(), seconds={"late_store": LATE_S}
    )
    sent = deliver_all(gateway)
    running.portal.faults.clear()
    return sent - (len(running.portal.received.all()) - before)


def _carry_out(running: Emulator) -> None:
    """Everything late is carried out now, and shows at once."""
    with running.portal.lock:
        then = time.monotonic() + LATE_S * 2
        running.portal.settle(then)
        for form in running.forms:
            running.portal.received.visible(form["id"], then)
