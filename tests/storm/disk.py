"""F11: the disk fills up while people submit.

Whoever was told "received" is in the outbox afterwards, whoever was told "not received" knows
why, and with space again everything received is delivered once.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from samples import World, settled, submit

from gateway.domain.errors import GatewayError, IntakeClosed
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.usecases.gateway import Gateway
from storm.ground import (
    audit_intact,
    clocks,
    deliver_all,
    emulator,
    folder,
    keep_house,
    probed,
    put_back,
    sids,
    stored,
    world,
)
from storm.rows import Figures, Scale, seed

ROUNDS = {Scale.FULL: 20, Scale.SMALL: 2}
PEOPLE = 4
MOST_EACH = 60
DISK_MIB = 24
PADDING = "x " * 2_000
WINDOW_S = 60
SETTINGS = {"GATEWAY_UNKNOWN_WINDOW": str(WINDOW_S)}
ROUNDS_AFTER, ROUND_AFTER_S = 8, 100.0


@dataclasses.dataclass
class Round:
    """What people were told in one round."""

    received: list[str] = dataclasses.field(default_factory=list)
    refused: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    broke: list[str] = dataclasses.field(default_factory=list)


def run(scale: Scale) -> Figures:
    """Rounds with another amount of room each, with and without delivery meanwhile."""
    faults: collections.Counter[str] = collections.Counter()
    received, refused = 0, collections.Counter[str]()
    chance = random.Random(seed())
    with emulator() as running:
        for number in range(ROUNDS[scale]):
            with folder() as place, _small_disk(place) as (data, is_small):
                told = _round(running, data, is_small, chance, faults, delivers=number % 2 == 1)
            received += len(told.received)
            refused += told.refused
    kind = "tmpfs" if is_small else "max_page_count"
    return Figures(
        f"{ROUNDS[scale]} rounds on {kind}",
        ", ".join(f"{many} {what}" for what, many in faults.items())
        or f"0 wrong; {received} received, {refused['disk']} told the disk is full",
        "0 false receipts, 0 lost, 0 twice",
        not faults and refused["disk"] > 0 and received > 0,
    )


@contextlib.contextmanager
def _small_disk(place: Path) -> Iterator[tuple[Path, bool]]:
    """A folder on a disk of its own, where this process may mount one."""
    data = place / "data"
    data.mkdir(mode=0o700)
    options = f"size={DISK_MIB}m,mode=0700"
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "storm", str(data)],
            check=False, capture_output=True,
        ).returncode == 0
    )  # fmt: skip
    try:
        yield data, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(data)], check=True, capture_output=True)


def _round(
    running: Emulator, data: Path, is_small: bool, chance: random.Random,
    faults: collections.Counter[str], *, delivers: bool,
) -> Round:  # fmt: skip
    put_back(running, ())
    told = Round()
    with world(running, data, **SETTINGS) as here:
        gateway = here.open()
        probed(gateway, running, WINDOW_S)
        first = submit(gateway)
        told.received.append(first.code)
        if delivers:
            gateway.start_worker()
            settled(gateway, first)
        free = _fill(gateway, data, is_small, chance.randrange(4_096, 200_000))
        people = [threading.Thread(target=_person, args=(gateway, told)) for _ in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join(60)
        free()
        gateway.stop_worker()
    passed = [0.0]
    with clocks(lambda: (passed[0], passed[0])), world(running, data, **SETTINGS) as here:
        _judge(here, told, faults, passed)
    return told


def _fill(gateway: Gateway, data: Path, is_small: bool, room: int) -> Callable[[], object]:
    """Leaves so many bytes; what it returns gives the rest back."""
    if not is_small:
        return _fill_pages(gateway, max(1, room // 4096))
    filler = data / "filler"
    disk = os.statvfs(data)
    filler.write_bytes(b"\0" * max(0, disk.f_bavail * disk.f_frsize - room))
    return filler.unlink


def _fill_pages(gateway: Gateway, pages: int) -> Callable[[], object]:
    """Without a disk of its own: SQLite itself says that it is full."""

    def limit(connection: object, most: int | None = pages) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        allowed = 1 << 30 if most is None else used + most
        connection.exec_driver_sql(f"PRAGMA max_page_count = {allowed}")

    writer = gateway._store._writer
    writer.run(limit)
    return lambda: writer.run(lambda connection: limit(connection, None))


def _person(gateway: Gateway, told: Round) -> None:
    refusals = 0
    for _ in range(MOST_EACH):
        try:
            told.received.append(submit(gateway, diagnosis=PADDING).code)
        except IntakeClosed as closed:
            told.refused[closed.cause] += 1
            refusals += 1
        except GatewayError as error:
            told.refused[type(error).__name__] += 1
        except Exception as error:
            told.broke.append(type(error).__name__)
        if refusals == 3:
            return


def _judge(here: World, told: Round, faults: collections.Counter[str], passed: list[float]) -> None:
    gateway = here.open()
    found = sids(here.folder)
    faults["false receipts"] += len(set(told.received) - found.keys())
    faults["rows nobody was told of"] += max(
        0, len(found.keys() - set(told.received)) - sum(told.refused.values())
    )
    faults["told nothing usable"] += len(told.broke)
    faults["refused for another reason"] += sum(told.refused.values()) - told.refused["disk"]
    faults["audit broken"] += not audit_intact(gateway)
    states: dict[str, State] = {}
    for _ in range(ROUNDS_AFTER):
        keep_house(gateway)
        deliver_all(gateway)
        states = {code: gateway.status(code, by=LOCAL_OPERATOR).state for code in found}
        if set(states.values()) == {State.DELIVERED}:
            break
        # A claim that could not be settled is given up, looked for, and sent again.
        passed[0] += ROUND_AFTER_S
    arrived = stored(here.emulator)
    for code, sid in found.items():
        faults[f"left {states[code]}"] += states[code] is not State.DELIVERED
        faults["lost"] += arrived[sid] == 0
        faults["sent twice"] += arrived[sid] > 1
    for what in [what for what, many in faults.items() if not many]:
        del faults[what]
