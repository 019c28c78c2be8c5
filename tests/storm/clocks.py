"""F6: clocks that jump, at every moment of a submission's life.

The wall's clock is moved by hand or by a wrong server; the other one, which counts on in sleep,
is not: where both go ahead the machine slept, and time really passed, for HubSpot too. While a
clock is wrong submissions may wait; once it is right again each is in HubSpot exactly once.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import random
import unittest.mock
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from samples import submit

from gateway.domain.errors import IntakeClosed
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.received import Submission
from gateway.hubspot.api import HubSpot
from gateway.usecases.check import Check
from gateway.usecases.gateway import Gateway
from storm import ground
from storm.rows import Figures, Scale, seed

HOUR_S, DAY_S = 3600.0, 86_400.0
JUMPS_S = (-HOUR_S, 90.0, HOUR_S, 30 * DAY_S)
AND_BACK_S = (HOUR_S,)
SLEEPS_S = (HOUR_S, 26 * DAY_S)
WINDOW_S = 60
WRONG_ROUNDS, WRONG_ROUND_S = 3, 15.0
"""How long the clock stays wrong: less than the window, so that absence proves nothing yet."""
RIGHT_ROUNDS, RIGHT_ROUND_S = 15, 61.0
SMALL = 8


@dataclasses.dataclass(frozen=True)
class Case:
    """One jump at one moment; ``back`` at once, or only after a while. A sleep is no jump."""

    moment: str
    seconds: float
    back: bool = False
    sleep: bool = False


class Stage:
    """A gateway, its account, and the time."""

    def __init__(self, running: Emulator, case: Case) -> None:
        self.running = running
        self.case = case
        self.passed_s = 0.0
        self.wrong_s = 0.0
        self.hidden: Sequence[Submission] = ()

    def ahead(self) -> tuple[float, float]:
        """How far the two clocks are ahead."""
        return self.passed_s + self.wrong_s, self.passed_s

    def jump(self) -> None:
        """What the case is about."""
        if self.case.sleep:
            self.show()
            self.passed_s += self.case.seconds
        else:
            self.wrong_s = self.case.seconds

    def hide(self) -> None:
        """What HubSpot has does not show yet."""
        self.hidden = self.running.portal.submissions()
        ground.put_back(self.running, ())

    def show(self) -> None:
        """It shows now."""
        ground.put_back(self.running, (*self.running.portal.submissions(), *self.hidden))
        self.hidden = ()


def run(scale: Scale) -> Figures:
    """Every jump at every moment, each on an outbox of its own."""
    cases = [
        *(Case(moment, seconds) for moment in MOMENTS for seconds in JUMPS_S),
        *(Case(moment, seconds, back=True) for moment in MOMENTS for seconds in AND_BACK_S),
        *(Case(moment, seconds, sleep=True) for moment in MOMENTS for seconds in SLEEPS_S),
    ]
    if scale is Scale.SMALL:
        cases = random.Random(seed()).sample(cases, SMALL)
    faults: collections.Counter[str] = collections.Counter()
    with ground.emulator() as running:
        for case in cases:
            faults += _tried(running, case)
    return Figures(
        f"{len(cases)} cases",
        ", ".join(f"{many} {what}" for what, many in faults.most_common(4))
        or "0 lost, 0 twice, all delivered",
        "each once, when the clock is right",
        not faults,
    )


def _tried(running: Emulator, case: Case) -> collections.Counter[str]:
    stage = Stage(running, case)
    ground.put_back(running, ())
    running.portal.faults.clear()
    settings = {"GATEWAY_UNKNOWN_WINDOW": str(WINDOW_S)}
    with (
        ground.clocks(stage.ahead),
        ground.folder() as data,
        ground.world(running, data, **settings) as here,
    ):
        gateway = here.open()
        ground.probed(gateway, running, WINDOW_S)
        receipts = [submit(gateway, email="first@clinic-mail.example").code]
        ground.deliver_all(gateway)
        with contextlib.suppress(IntakeClosed):
            MOMENTS[case.moment](stage, gateway, here.open, receipts)
        stage.wrong_s = 0.0 if case.back else stage.wrong_s
        for _ in range(WRONG_ROUNDS):
            _round(stage, gateway, WRONG_ROUND_S)
        stage.wrong_s = 0.0
        stage.show()
        for _ in range(RIGHT_ROUNDS):
            _round(stage, gateway, RIGHT_ROUND_S)
            _decide(stage, gateway, receipts)
            if all(_state(gateway, code) is State.DELIVERED for code in receipts):
                break
        return _judged(stage, gateway, receipts, ground.sids(data))


def _round(stage: Stage, gateway: Gateway, seconds: float) -> None:
    """What a worker does, and then some time passes."""
    ground.keep_house(gateway)
    ground.deliver_all(gateway)
    stage.passed_s += seconds


def _decide(stage: Stage, gateway: Gateway, receipts: Sequence[str]) -> None:
    """A person ends what waits for one, by what they see in HubSpot."""
    (file_sids, there) = (gateway._outbox.sid_of, ground.stored(stage.running))
    for code in receipts:
        if _state(gateway, code) is not State.REVIEW:
            continue
        seen = there[file_sids(code) or ""] > 0
        decision = Event.CONFIRMED if seen else Event.RESENT
        reason = "seen_in_hubspot" if seen else "not_in_hubspot"
        gateway.decide(code, decision, reason, by=LOCAL_OPERATOR)


def _judged(
    stage: Stage, gateway: Gateway, receipts: Sequence[str], sid_of: Mapping[str, str]
) -> collections.Counter[str]:
    there = ground.stored(stage.running)
    faults: collections.Counter[str] = collections.Counter()
    for code in receipts:
        state = _state(gateway, code)
        faults[f"left {state} {_words(stage.case)}"] += state is not State.DELIVERED
        faults[f"sent twice {_words(stage.case)}"] += there[sid_of[code]] > 1
        faults[f"lost {_words(stage.case)}"] += there[sid_of[code]] == 0
    faults["rows without a receipt"] += len(sid_of) != len(receipts)
    faults["audit broken"] += not ground.audit_intact(gateway)
    return +faults


def _words(case: Case) -> str:
    kind = "asleep" if case.sleep else "back" if case.back else "stays"
    return f"[{case.moment} {case.seconds:+.0f} s {kind}]"


def _state(gateway: Gateway, code: str) -> State:
    return gateway.status(code, by=LOCAL_OPERATOR).state


Open = Callable[[], Gateway]


def _accepting(stage: Stage, gateway: Gateway, _: Open, receipts: list[str]) -> None:
    stage.jump()
    receipts.append(submit(gateway).code)


def _queued(stage: Stage, gateway: Gateway, _: Open, receipts: list[str]) -> None:
    receipts.append(submit(gateway).code)
    stage.jump()


def _claimed(stage: Stage, gateway: Gateway, _: Open, receipts: list[str]) -> None:
    receipts.append(submit(gateway).code)
    passes = Check.still_passes

    def later(check: Check, *told: Any) -> bool:
        stage.jump()
        return passes(check, *told)

    with unittest.mock.patch.object(Check, "still_passes", later):
        ground.deliver_one(gateway)


def _sending(
    stage: Stage, gateway: Gateway, open_one: Open, receipts: list[str], *, watched: bool
) -> None:
    """While the call is under way; another worker may keep house meanwhile."""
    receipts.append(submit(gateway).code)
    send, other = HubSpot.submit, open_one() if watched else None

    def slow(hubspot: HubSpot, *told: Any, **more: Any) -> Any:
        if not stage.case.sleep:
            stage.jump()
        for _ in range(2 if other is not None else 0):
            assert other is not None
            ground.keep_house(other)
        answer = send(hubspot, *told, **more)
        if stage.case.sleep:
            stage.jump()
        return answer

    with unittest.mock.patch.object(HubSpot, "submit", slow):
        ground.deliver_one(gateway)


def _unclear(stage: Stage, gateway: Gateway, _: Open, receipts: list[str], *, fault: str) -> None:
    receipts.append(submit(gateway).code)
    stage.running.portal.faults.add("secure_submit", fault, 1)
    ground.deliver_one(gateway)
    if fault == "drop_after_store":
        stage.hide()
    stage.jump()


def _abandoned(
    stage: Stage, gateway: Gateway, _: Open, receipts: list[str], *, jumps_first: bool
) -> None:
    receipts.append(submit(gateway).code)
    if jumps_first:
        stage.jump()
    gateway._outbox.claim("a worker that died", limit=1, lease_s=180.0, per_window=0)
    if not jumps_first:
        stage.jump()


MOMENTS: Mapping[str, Callable[[Stage, Gateway, Open, list[str]], None]] = {
    "before acceptance": _accepting,
    "queued": _queued,
    "claimed": _claimed,
    "sending": functools.partial(_sending, watched=False),
    "sending, watched": functools.partial(_sending, watched=True),
    "unclear, stored": functools.partial(_unclear, fault="drop_after_store"),
    "unclear, lost": functools.partial(_unclear, fault="drop_before"),
    "abandoned": functools.partial(_abandoned, jumps_first=False),
    "abandoned in the jump": functools.partial(_abandoned, jumps_first=True),
}
"""Every moment at which the clock may jump."""
