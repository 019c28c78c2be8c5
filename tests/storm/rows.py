"""The fault plan as a table. A row breaks something on purpose, and tells what came of it."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import os
from collections.abc import Callable

SEED = "STORM_SEED"


class Scale(enum.Enum):
    """How much of a row is run."""

    FULL = enum.auto()
    """All of it: the whole table takes less than a quarter of an hour on two cores."""
    SMALL = enum.auto()
    """A few seconds of it, for pytest."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """What came of a row: one line of the table."""

    size: str
    """How much was tried: "400 points"."""
    measured: str
    limit: str
    passed: bool


@dataclasses.dataclass(frozen=True)
class Row:
    """One way of breaking things. ``run`` raises only when it could not be tried at all."""

    name: str
    title: str
    run: Callable[[Scale], Figures]
    alone: bool = False
    """Whether it is a measurement that nothing else may disturb."""


def seed() -> int:
    """Where this run's chance begins; ``--seed`` sets it, and every child inherits it."""
    return int(os.environ.get(SEED, "1"))


def _in(module: str, function: str = "run") -> Callable[[Scale], Figures]:
    """``storm.<module>.<function>``, loaded when it is run: a row needs only its own tools."""

    def run(scale: Scale) -> Figures:
        figures = getattr(importlib.import_module(f"storm.{module}"), function)(scale)
        assert isinstance(figures, Figures)
        return figures

    return run


ROWS: tuple[Row, ...] = (
    Row("latency", "how soon a submission leaves", _in("speed"), alone=True),
    Row("drain", "how fast a backlog leaves", _in("speed", "run_drain"), alone=True),
    Row("F10", "HubSpot is away for three days", _in("outage")),
    Row("F12", "the same on PostgreSQL, which is killed too", _in("kill_storm", "run_postgres")),
    Row("F1", "everybody is killed, HubSpot is flaky", _in("kill_storm")),
    Row("F3", "killed, or refused by the disk, at every call", _in("crash_points")),
    Row("F9", "quotas and refused tokens", _in("quota")),
    Row("F5", "workers freeze and thaw", _in("pauses")),
    Row("F8", "any order of events, against a model", _in("model")),
    Row("F15", "controls: two naive policies must fail F1", _in("controls")),
    Row("F7", "the connection is cut at every byte", _in("cuts")),
    Row("F4", "the power fails", _in("power")),
    Row("F6-faketime", "a whole process whose clock jumps", _in("faketime")),
    Row("F13", "controls: later than the window, copies are seen", _in("late")),
    Row("F6", "clocks that jump", _in("clocks")),
    Row("F14", "an upgrade in the middle of a backlog", _in("upgrade")),
    Row("F4-controls", "controls: modes that are not durable must lose", _in("power", "controls")),
    Row("F11", "the disk fills up", _in("disk")),
)
"""Every row, in the order they are begun: measurements first, then the longest."""
