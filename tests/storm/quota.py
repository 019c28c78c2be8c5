"""F9: every way HubSpot has of saying "not so fast", "not you" and "not today", to three workers.

Ten seconds of HubSpot's are one here, and the minutes until a refused token is tried again are
three seconds. The day's end is told by a clock that is moved by hand.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import time
import unittest.mock
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from samples import PATIENT, submit

from gateway.domain.hubspot_errors import Forbidden, Unauthorized
from gateway.domain.queue import Switch
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.faults import REDIRECT_TARGET, Area
from gateway.usecases import outcomes, portal, quota
from storm.account import Arrival
from storm.checker import Faults, most_within, shortest_gap, told
from storm.ground import clocks, deliver_one, emulator, folder, stored, world
from storm.kill_storm import CALM_S, SETTLED, Ground, grounds, proven, settled, verdict
from storm.rows import Figures, Scale
from storm.workers import QUICK, ROLES, Order

WORKERS = 3
WINDOW_S = 1.0
LIMIT = 20
AGAIN_S = 3.0
"""How often a refused token, a missing scope and another address are tried again."""
GRACE_S = 0.7
"""What was under way when the first refusal came may still arrive."""
MOST_REFUSALS = 9
"""429s in a second: the tenth has the address blocked."""
BLOCK_S = 2.0

CONSTANTS: Mapping[str, Any] = {
    **QUICK,
    "gateway.store.queue:WINDOW_MS": int(WINDOW_S * 1000),
    "gateway.usecases.quota:WINDOW_MS": int(WINDOW_S * 1000),
    "gateway.usecases.quota:WAIT_S": WINDOW_S / 10,
    "gateway.usecases.outcomes:POLICIES.rest_s": WINDOW_S,
    "gateway.hubspot.failures:IP_BLOCK_S": BLOCK_S,
    "gateway.usecases.breaker:LIMITED_S": WINDOW_S,
    "gateway.domain.queue:POSITIONS.PAUSED_AUTH.again_s": AGAIN_S,
    "gateway.domain.queue:POSITIONS.PAUSED_SCOPE.again_s": AGAIN_S,
    "gateway.domain.queue:POSITIONS.PAUSED_POLICY.again_s": AGAIN_S,
}

REFUSALS = {Unauthorized: Switch.PAUSED_AUTH, Forbidden: Switch.PAUSED_SCOPE}


@dataclasses.dataclass(frozen=True)
class Script:
    """One thing HubSpot does for a while, and what follows for those who call."""

    name: str
    fault: str | None = None
    on: str = Area.SECURE_SUBMIT
    times: int | None = None
    seconds: float = 0.0
    switches: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    every_s: float = 0.0
    """Once refused, no two calls of ``on`` may be closer."""
    quiet_s: float = 0.0
    """After the last refusal nothing of ``on`` may come for so long."""
    lasts_s: float = 2.0


SCRIPTS = (
    Script("429 at a lower limit", switches={"submit_limit": LIMIT // 2}, lasts_s=3.0),
    Script("429", "429", times=12, lasts_s=4.0),
    Script("429 with Retry-After", "429_retry_after", times=2, seconds=2.0, quiet_s=1.5),
    Script("429 while reading", "429", on=Area.FORMS, times=6),
    Script("error code: 1015", "ip_block", times=2, quiet_s=BLOCK_S * 0.75),
    Script("401", "401_expired", on="*", every_s=AGAIN_S * 0.9, lasts_s=AGAIN_S * 2.5),
    Script("401 to submissions only", "401_missing", every_s=AGAIN_S * 0.9, lasts_s=AGAIN_S * 2.5),
    Script("403 in mid-run", "403", every_s=AGAIN_S * 0.9, lasts_s=AGAIN_S * 2.5),
    Script("redirect", "redirect", every_s=AGAIN_S * 0.9, lasts_s=AGAIN_S * 1.5),
    Script("423", "423", times=4),
    Script("477", "477", times=2, seconds=1.0, quiet_s=0.5),
)
SMALL = ("429", "error code: 1015", "401")
BATCH = {Scale.FULL: 60, Scale.SMALL: 24}
DAILY = ("DAILY", "what is left of the day")


def run(scale: Scale) -> Figures:
    """Each script, with submissions waiting; then the day's end, by the clock."""
    scripts = [one for one in SCRIPTS if scale is Scale.FULL or one.name in SMALL]
    with grounds() as ground:
        proven(ground)
        ground.environ = {**ground.environ, "GATEWAY_RATE_LIMIT": str(LIMIT)}
        ground.constants = CONSTANTS
        faults, most = _played(ground, scripts, BATCH[scale])
        refusals = most_within(
            [one.at for one in ground.account.arrivals() if one.status == 429], 1.0
        )
    for name in DAILY:
        faults.update(f"{name}: {what}" for what in _day_ends(name))
    faults["ten 429s in a second"] += refusals > MOST_REFUSALS
    faults["over the limit"] += most > LIMIT
    faults = +faults
    return Figures(
        f"{len(scripts) + len(DAILY)} scripts, {WORKERS} workers",
        f"{told(faults)}; at most {most} in {WINDOW_S:.0f} s, {refusals} 429s in a second",
        f"{LIMIT}; {MOST_REFUSALS}; resumes by itself",
        not faults,
    )


def worker(order: Order) -> None:
    """A child: a worker whose pauses after a refusal are as short as the row's."""
    for table, counts in ((outcomes.SENDING, True), (outcomes.CHECKING, False)):
        rows: Any = table
        for error, switch in REFUSALS.items():
            works = outcomes._pausing(switch, counts=counts)
            rows[error] = dataclasses.replace(rows[error], works=works)
    ROLES["worker"](order)


def _played(ground: Ground, scripts: Sequence[Script], batch: int) -> tuple[Faults, int]:
    """What was violated, and the most submissions that came in one window."""
    faults: Faults = Faults()
    pids = [ground.start("storm.quota:worker") for _ in range(WORKERS)]
    for number, script in enumerate(scripts):
        began = time.monotonic()
        if script.fault is not None:
            ground.account.fault(script.on, script.fault, script.times, script.seconds)
        ground.account.amend(rate_window=WINDOW_S, **script.switches)
        ground.fill(batch, log=str(ground.log(number)))
        time.sleep(script.lasts_s)
        came = [one for one in ground.account.arrivals() if one.at >= began]
        ground.account.heal()
        ground.account.amend(**dict.fromkeys(script.switches, 0))
        faults.update(f"{script.name}: {what}" for what in _kept(script, came))
        if not settled(ground, SETTLED, time.monotonic() + CALM_S):
            faults[f"{script.name}: does not resume"] += 1
    for pid in pids:
        ground.nursery.stop(pid)
    faults.update(verdict(ground, batch * len(scripts)))
    asked = ground.account.ask("GET", "requests")["requests"]
    faults["a redirect was followed"] += sum(REDIRECT_TARGET in one["path"] for one in asked)
    sent = [one.at for one in ground.account.arrivals(Area.SECURE_SUBMIT)]
    return faults, most_within(sent, WINDOW_S)


def _kept(script: Script, came: Sequence[Arrival]) -> list[str]:
    """What is wrong with the calls that came during a script."""
    ours = [one for one in came if script.on in ("*", one.area)]
    refused = [one.at for one in ours if one.status not in (0, 200)]
    if not refused:
        # Where the headers tell the limit, it may be kept to before anything is refused.
        return ["nothing was refused"] * (script.fault is not None)
    wrong = []
    after = [one.at for one in ours if one.at > refused[0] + GRACE_S]
    # Who asks for the account asks two questions at once.
    asked = [at for at, before in zip(after, [0.0, *after], strict=False) if at - before > GRACE_S]
    if script.every_s and (len(after) > 2 * len(asked) or shortest_gap(asked) < script.every_s):
        wrong.append("called too often")
    if script.every_s and len(asked) > 1 + script.lasts_s / script.every_s:
        wrong.append("called again and again")
    if script.quiet_s:
        last = refused[-1]
        wrong += ["did not wait"] * any(last + 0.3 < at < last + script.quiet_s for at in after)
    return wrong


def _day_ends(name: str) -> list[str]:
    """The day's calls are used up, told by a 429 or by the headers: nothing leaves before the
    account's midnight, and everything soon after."""
    passed = [0.0]
    with (
        clocks(lambda: (passed[0], passed[0])),
        # HubSpot's clock is not moved.
        unittest.mock.patch.object(portal, "CLOCK_SKEW_MS", 10**12),
        emulator() as running,
        folder() as data,
        world(running, data, GATEWAY_SNAPSHOT_MAX_AGE=str(30 * 86_400)) as here,
    ):
        zone = "America/St_Johns"
        running.portal.time_zone = zone
        gateways = [here.open() for _ in range(WORKERS)]
        for _ in range(6):
            submit(gateways[0], PATIENT)
        if name == DAILY[0]:
            running.portal.faults.add(Area.SECURE_SUBMIT, "429_daily")
        else:
            running.portal.amend_switches(daily_limit=1_000)
            running.portal.limits.calls_today = 1_000 - int(1_000 * quota.KEPT_SHARE)
        left = _seconds_to_midnight(zone)
        turns = itertools.cycle(gateways)
        wrong = []
        deliver_one(next(turns))
        before = len(running.portal.arrivals())
        state = gateways[0].queue(by=LOCAL_OPERATOR)
        if state.switch is not Switch.PAUSED_QUOTA:
            wrong.append("goes on")
        for share in (0.0, 0.5, 0.9, 1.0):
            passed[0] = max(0.0, left * share - 2.0)
            wrong += ["called before midnight"] * any(deliver_one(next(turns)) for _ in range(3))
        wrong += ["called before midnight"] * (len(running.portal.arrivals()) > before)
        running.portal.limits.new_day()
        passed[0] = left + quota.AFTER_MIDNIGHT_S[1] + 2.0
        for _ in range(12):
            deliver_one(next(turns))
        wrong += ["does not resume after midnight"] * (sorted(stored(running).values()) != [1] * 6)
    return wrong


def _seconds_to_midnight(zone: str) -> float:
    now = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    day = now.date() + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(day, datetime.time(), now.tzinfo)
    return midnight.timestamp() - now.timestamp()
