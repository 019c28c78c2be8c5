"""F15: the same storm with the two policies that everybody writes first. Both must fail, or the
storm cannot see what it is there to see.

They are driven around the program, straight into its tables: the program itself has neither.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.domain.submissions import State
from storm.checker import Faults
from storm.kill_storm import LATE_S, MIX, RESTART_S, Ground, Storm, grounds, verdict
from storm.rows import Figures, Scale, seed

SUBMISSIONS = {Scale.FULL: 300, Scale.SMALL: 120}
KILLING_S = {Scale.FULL: 10.0, Scale.SMALL: 3.0}
CALM_S = 120.0
LOOK_S = 0.02
NEVER_S = 86_400
"""A window that never passes: nobody else settles what is unclear."""

AGAIN, DONE = State.QUEUED, State.DELIVERED
POLICIES: Mapping[str, State] = {"sent again at once": AGAIN, "taken for sent": DONE}
"""What becomes of an unclear submission: at least once, and at most once."""


@dataclasses.dataclass(frozen=True)
class Came:
    """What one policy led to."""

    doubled: int
    lost: int


def run(scale: Scale) -> Figures:
    """Both policies, on the storm of F1."""
    again, done = (_stormed(scale, target) for target in (AGAIN, DONE))
    return Figures(
        f"2 x {SUBMISSIONS[scale]:,}",
        f"sent again at once: {again.doubled} doubled; taken for sent: {done.lost} lost",
        "duplicates, and losses",
        again.doubled > 0 and not again.lost and done.lost > 0,
    )


def _stormed(scale: Scale, target: State) -> Came:
    count = SUBMISSIONS[scale]
    with grounds() as ground:
        ground.environ = {**ground.environ, "GATEWAY_UNKNOWN_WINDOW": str(NEVER_S)}
        # The program looks, and sees nothing.
        ground.account.fault("submissions", "500")
        ground.account.mix(MIX, {"slow": LATE_S}, seed())
        with _policy(ground, target):
            storm = Storm(ground, count, 2, RESTART_S[scale])
            storm.rage(until=time.monotonic() + KILLING_S[scale])
            rested = storm.send_the_rest(CALM_S) and storm.calm(CALM_S)[0] is not None
        if not rested:
            raise RuntimeError("the control never came to rest")
        faults: Faults = verdict(ground, count)
    return Came(faults["doubled"], faults["delivered, but not stored"])


@contextlib.contextmanager
def _policy(ground: Ground, target: State) -> Iterator[None]:
    """Moves what becomes unclear at once, until the end."""
    over = threading.Event()
    file = ground.data / "emulated" / "outbox.db"
    thread = threading.Thread(target=_apply, args=(file, target, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _apply(file: Path, target: State, over: threading.Event) -> None:
    move = "UPDATE outbox SET state = ?, not_before_ms = 0 WHERE state = 'UNKNOWN'"
    while not over.wait(LOOK_S):
        # It is not there yet, or busy: the next time.
        with contextlib.suppress(sqlite3.Error):
            if file.exists():
                _once(file, move, target)


def _once(file: Path, move: str, target: State) -> None:
    with contextlib.closing(sqlite3.connect(file, timeout=1.0)) as database, database:
        if database.execute("SELECT 1 FROM outbox WHERE state = 'UNKNOWN'").fetchone():
            database.execute(move, (target.value,))
