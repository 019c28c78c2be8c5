"""F7: the connection breaks at every byte of one secure submission, there and back.

Each cut has one right verdict. What HubSpot's whole answer did not reach us for is unclear:
never "delivered", and never "queued", which would send it again blindly. In the end
everything is in HubSpot exactly once, or was never there.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import random
import time
import unittest.mock
from collections.abc import Iterator, Sequence

from samples import PATIENT, World, submit

from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.hubspot import client, connecting, deadline
from gateway.store import queue
from gateway.usecases.gateway import Gateway
from storm.ground import deliver_one, emulator, folder, look_up, sids, stored, world
from storm.proxy import Cut, How, Passage, Proxy, Side
from storm.rows import Figures, Scale, seed

CUTS = {Scale.FULL: 2_000, Scale.SMALL: 60}
BATCH = 40
"""So many are accepted before they are sent, so that the form is not read for each."""
PATIENCE_S = 1.0
"""How long an answer may take in this row."""
SLOW = (Cut(wait_s=0.3), Cut(pause_s=0.001), Cut(pause_s=0.02))
"""Latency, and answers that drip: the last one for longer than the row's patience."""

ANSWERED = {200: State.DELIVERED, 400: State.REJECTED}
"""What an answer means that came whole."""


@dataclasses.dataclass
class Case:
    """One submission, what was done to its connection, and what was told of it at once."""

    cut: Cut
    receipt: str
    passage: Passage
    told: State
    seconds: float


def run(scale: Scale) -> Figures:
    """Every byte with one way of cutting, and then others by chance."""
    with (
        emulator() as running,
        folder() as data,
        Proxy(running.api_base) as proxy,
        _quick(),
        world(running, data, HUBSPOT_FORMS_BASE=proxy.base) as here,
    ):
        gateway = here.open()
        request, response = _sizes(gateway, proxy)
        cuts = _chosen(request, response, CUTS[scale])
        cases: list[Case] = []
        for start in range(0, len(cuts), BATCH):
            cases += _deliver(gateway, proxy, cuts[start : start + BATCH])
        for _ in range(len(cases)):
            if not look_up(gateway):
                break
        faults = _judge(here, gateway, cases)
    told = collections.Counter(case.told for case in cases)
    return Figures(
        f"{len(cases):,} cuts of {request}+{response} B",
        ", ".join(f"{many} {what}" for what, many in faults.items())
        or f"0 wrong; {told[State.DELIVERED]} delivered, {told[State.UNKNOWN]} unclear",
        "the table's verdict each, stored once",
        not faults,
    )


@contextlib.contextmanager
def _quick() -> Iterator[None]:
    """No rest after a failure, a short patience, and a new connection for each call."""
    with (
        unittest.mock.patch.object(queue, "LONGEST_REST_S", 0.0),
        unittest.mock.patch.object(client, "TOTAL_TIMEOUT_S", PATIENCE_S),
        unittest.mock.patch.object(deadline, "ANSWER_S", PATIENCE_S),
        unittest.mock.patch.object(connecting, "IDLE_S", -1.0),
    ):
        yield


def _sizes(gateway: Gateway, proxy: Proxy) -> tuple[int, int]:
    """How many bytes an uncut submission and its answer have."""
    (case,) = _deliver(gateway, proxy, [Cut()])
    assert case.told is State.DELIVERED
    return len(case.passage.request), len(case.passage.response)


def _chosen(request: int, response: int, count: int) -> Sequence[Cut]:
    chance = random.Random(seed())
    places = [(Side.REQUEST, at) for at in range(request + 1)]
    places += [(Side.RESPONSE, at) for at in range(response + 1)]
    ways = list(How)
    cuts = [Cut(side, at, ways[(number + seed()) % 3]) for number, (side, at) in enumerate(places)]
    cuts += [Cut(*chance.choice(places), chance.choice(ways)) for _ in range(count - len(cuts))]
    if count < len(cuts):
        edges = [Cut(Side.REQUEST, at, how) for at in (0, 1, request) for how in How]
        edges += [Cut(Side.RESPONSE, at, how) for at in (0, response - 1, response) for how in How]
        cuts = [*edges, *chance.sample(cuts, count - len(edges))]
    return [*cuts, *SLOW]


def _deliver(gateway: Gateway, proxy: Proxy, cuts: Sequence[Cut]) -> list[Case]:
    """Accepts one submission per cut, then sends them in the same order."""
    receipts = [submit(gateway, PATIENT).code for _ in cuts]
    cases = []
    for cut, receipt in zip(cuts, receipts, strict=True):
        proxy.cut = cut
        before, started = len(proxy.passages), time.monotonic()
        assert deliver_one(gateway)
        seconds = time.monotonic() - started
        (passage,) = proxy.passages[before:]
        assert passage.over.wait(30)
        told = gateway.status(receipt, by=LOCAL_OPERATOR).state
        cases.append(Case(cut, receipt, passage, told, seconds))
        if told is State.QUEUED:
            # It would be the first again when the next one is meant.
            proxy.cut = Cut()
            assert deliver_one(gateway)
    return cases


def _judge(here: World, gateway: Gateway, cases: Sequence[Case]) -> collections.Counter[str]:
    time.sleep(0.5)
    sid_of, times = sids(here.folder), stored(here.emulator)
    faults: collections.Counter[str] = collections.Counter()
    for case in cases:
        arrived = times[sid_of[case.receipt]]
        now = gateway.status(case.receipt, by=LOCAL_OPERATOR).state
        slow = case.cut.at is None
        right = _verdicts(case)
        if case.told not in right and not slow:
            faults[f"{case.told} instead of {' or '.join(right)}"] += 1
        faults["told delivered, not stored"] += case.told is State.DELIVERED and not arrived
        faults["stored twice"] += arrived > 1
        faults["stored, not found"] += arrived == 1 and now is not State.DELIVERED
        faults["not stored, left unclear for nothing"] += not arrived and now is State.DELIVERED
        faults["given up too late"] += slow and case.seconds > PATIENCE_S * 3
    return +faults


def _verdicts(case: Case) -> tuple[State, ...]:
    """The outcome table's: an answer that came whole is believed, all else is unclear. Only a
    connection that broke while it was made proves that nothing was sent."""
    if case.passage.answered is not None:
        return (ANSWERED[case.passage.answered],)
    unsent = () if case.passage.request else (State.QUEUED,)
    return (State.UNKNOWN, *unsent)
