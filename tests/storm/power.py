"""F4: the power fails at any write, any flush, any removal, and the disk forgets.

The transactions are the gateway's own, recorded on a real run and written again through an
SQLite whose disk is :mod:`storm.platters`. After each loss the file must be sound and hold
exactly what was committed, or that and the transaction under way.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import random
import sqlite3
from collections.abc import Iterator

import apsw
from samples import settled, submit

from gateway.domain.submissions import State
from gateway.store.sqlite import ROLLBACK, WRITE_AHEAD, Mode, mode_for
from storm.ground import emulator, folder, world
from storm.platters import Disk, ForgetfulVFS
from storm.rows import Figures, Scale, seed
from storm.tape import Transaction, recording

FILE = "outbox.db"
SUPPORTED = (ROLLBACK, WRITE_AHEAD)
CONTROLS = (Mode("delete", "FULL", "default mode"), Mode("wal", "NORMAL", "WAL, not flushed"))
LOSSES = {Scale.FULL: 5_000, Scale.SMALL: 250}
CONTROL_LOSSES = {Scale.FULL: 1_500, Scale.SMALL: 400}
FAULTS = (None, None, "404", None, "drop_after_store", None, None, None)
"""What strikes each submission of the recorded run."""


@dataclasses.dataclass
class Tally:
    """What was found after the losses."""

    losses: int = 0
    lost: int = 0
    """A transaction that was committed is gone."""
    corrupt: int = 0
    """The file is unsound, or holds what never was."""

    @property
    def sound(self) -> bool:
        """Nothing is amiss."""
        return not self.lost and not self.corrupt

    def words(self, mode: Mode) -> str:
        """The tally of one mode in a line."""
        return f"{mode.journal}+{mode.synchronous} {self.lost} lost {self.corrupt} corrupt"


def run(scale: Scale) -> Figures:
    """The supported modes lose nothing; one of them is the mode of the linked SQLite."""
    assert mode_for(sqlite3.sqlite_version_info) in SUPPORTED
    tallies = [_storm(mode, LOSSES[scale]) for mode in SUPPORTED]
    return Figures(
        f"{sum(tally.losses for tally in tallies):,} losses",
        ", ".join(tally.words(mode) for mode, tally in zip(SUPPORTED, tallies, strict=True)),
        "0 lost, 0 corrupt",
        all(tally.sound for tally in tallies),
    )


def controls(scale: Scale) -> Figures:
    """The test of the test: modes known not to be durable must be seen to lose."""
    tallies = [_storm(mode, CONTROL_LOSSES[scale]) for mode in CONTROLS]
    return Figures(
        f"{sum(tally.losses for tally in tallies):,} losses",
        ", ".join(tally.words(mode) for mode, tally in zip(CONTROLS, tallies, strict=True)),
        "each loses some",
        all(tally.lost > 0 for tally in tallies),
    )


@functools.cache
def _tape() -> tuple[tuple[Transaction, ...], int]:
    """The transactions of a real run, and how many of them only prepare it."""
    with emulator() as running, folder() as data, recording() as tape, world(running, data) as here:
        gateway = here.open()
        gateway.start_worker()
        settled(gateway, submit(gateway))
        prepared, code = len(tape), None
        for number, fault in enumerate(FAULTS):
            if fault is not None:
                running.portal.faults.add("secure_submit", fault, 1)
            notes = (
                {"allergies": ["nuts"]} if number % 2 else {"diagnosis": "x " * 450 * (number + 1)}
            )
            receipt = submit(gateway, key=f"key-{number}", replaces=code, **notes)
            state = settled(gateway, receipt).state
            code = receipt.code if state is State.REJECTED else None
        gateway.stop_worker()
        return tuple(tape), prepared


def _storm(mode: Mode, losses: int) -> Tally:
    tape, prepared = _tape()
    tally, vfs = Tally(), ForgetfulVFS()
    numbers = itertools.count()
    for turn in range(10_000):
        if tally.losses >= losses:
            break
        chance = random.Random(f"{seed()} {mode.words} {turn}")
        _replay(mode, tape, prepared, vfs, numbers, chance, tally, losses)
    vfs.unregister()
    return tally


def _replay(
    mode: Mode, tape: tuple[Transaction, ...], prepared: int, vfs: ForgetfulVFS,
    numbers: Iterator[int], chance: random.Random, tally: Tally, losses: int,
) -> None:  # fmt: skip
    """One replay of the tape; the power fails once at each change that meets the disk."""
    disk, found = Disk(), []
    database = _open(mode, disk, vfs, next(numbers))
    for number, transaction in enumerate(tape):
        if number == prepared:
            _write(database, ())
            before = _content(database)
            disk.on_change = lambda: found.append(disk.left(chance))
        _write(database, transaction)
        if number < prepared:
            continue
        committed = len(found)
        disk.on_change()
        after = _content(database)
        for place, image in enumerate(found):
            allowed = {before, after} if place < committed else {after}
            _judge(mode, image, vfs, numbers, chance, before, allowed, tally)
        found.clear()
        before = after
        if tally.losses >= losses:
            break
    disk.on_change = lambda: None
    database.close()


def _judge(
    mode: Mode, image: Disk, vfs: ForgetfulVFS, numbers: Iterator[int], chance: random.Random,
    before: str, allowed: set[str], tally: Tally,
) -> None:  # fmt: skip
    """What a program finds that opens the file now; sometimes the power fails again while
    SQLite repairs it, and what is found then must be as good."""
    tally.losses += 1
    again: list[Disk] = []
    if chance.random() < 0.1:
        image.on_change = lambda: again.append(image.left(chance))
    content = _found(mode, image, vfs, next(numbers))
    second = chance.choice(again) if again else None
    if second is not None and content in allowed:
        content = _found(mode, second, vfs, next(numbers))
    if content is None:
        tally.corrupt += 1
    elif content not in allowed:
        tally.lost += 1


def _found(mode: Mode, image: Disk, vfs: ForgetfulVFS, number: int) -> str | None:
    """The content; None when the file is unsound."""
    try:
        database = _open(mode, image, vfs, number)
        try:
            sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return _content(database) if sound else None
        finally:
            image.on_change = lambda: None
            database.close()
    except apsw.Error:
        return None
    finally:
        del vfs.disks[str(number)]


def _open(mode: Mode, disk: Disk, vfs: ForgetfulVFS, number: int) -> apsw.Connection:
    vfs.disks[str(number)] = disk
    database = apsw.Connection(f"/{number}/{FILE}", vfs=vfs.name)
    # A write-ahead log without shared memory, which a VFS in Python cannot give.
    if mode.journal == "wal":
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
    database.execute(f"PRAGMA journal_mode={mode.journal}")
    database.execute(f"PRAGMA synchronous={mode.synchronous}")
    database.execute("PRAGMA secure_delete=ON")
    database.execute("PRAGMA foreign_keys=ON")
    return database


def _write(database: apsw.Connection, transaction: Transaction) -> None:
    database.execute("BEGIN IMMEDIATE")
    for statement, parameters in transaction:
        database.execute(statement, parameters).fetchall()
    database.execute("COMMIT")


def _content(database: apsw.Connection) -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    tables = database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY 1")
    for (table,) in tables.fetchall():
        rows = database.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608  # our own names
        digest.update(repr((table, rows)).encode())
    return digest.hexdigest()
