"""Where the rows happen: an emulated HubSpot, folders of their own, and gateways on them.
Nothing of it is left behind."""

from __future__ import annotations

import contextlib
import functools
import shutil
import sqlite3
import tempfile
import unittest.mock
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from samples import ANSWERS, PATIENT, World

from gateway import bootstrap
from gateway.bootstrap import open_gateway
from gateway.domain.overview import Probe
from gateway.domain.submissions import Receipt
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.received import Received, Submission
from gateway.hubspot import replies
from gateway.hubspot.wire import Response
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own in it


@contextlib.contextmanager
def folder(memory_for: int = 0) -> Iterator[Path]:
    """A folder that is gone afterwards; in memory where ``memory_for`` bytes are given and twice
    as many are free there. That is for rows in which neither a process nor the power fails: they
    need not wait for a disk that the others keep busy."""
    with tempfile.TemporaryDirectory(prefix="storm-", dir=_place(memory_for)) as name:
        yield Path(name)


def _place(memory_for: int) -> Path | None:
    if not memory_for or not MEMORY.is_dir():
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > 2 * memory_for else None


@contextlib.contextmanager
def emulator() -> Iterator[Emulator]:
    """A running account that never asks anybody to slow down."""
    with Emulator() as running:
        running.portal.amend_switches(rate_limit=0, public_limit=0)
        yield running


@contextlib.contextmanager
def world(running: Emulator, data: Path, **settings: str) -> Iterator[World]:
    """Gateways on one data folder; all are closed at the end."""
    with contextlib.ExitStack() as opened:

        def open_one(**more: str) -> Gateway:
            environ = here.environ(**{"GATEWAY_RATE_LIMIT": "0", **settings, **more})
            return opened.enter_context(open_gateway(load_settings(environ, None)))

        here = World(running, data, open_one)
        yield here


@contextlib.contextmanager
def clocks(ahead: Callable[[], tuple[float, float]]) -> Iterator[None]:
    """Gateways opened meanwhile live ``ahead()``: seconds by the wall's clock, and seconds by
    the one that nobody can set. HubSpot's clock is always right, and goes with the second."""
    now_ms, boot_s, opened = bootstrap._now_ms, bootstrap._boot_s, bootstrap.open_store
    date_ms, patched = replies.date_ms, unittest.mock.patch.object

    def wall() -> int:
        return now_ms() + int(ahead()[0] * 1000)

    def told(response: Response) -> int | None:
        date = date_ms(response)
        return None if date is None else date + int(ahead()[1] * 1000)

    with (
        patched(bootstrap, "_now_ms", wall),
        patched(bootstrap, "_boot_s", lambda: boot_s() + ahead()[1]),
        patched(bootstrap, "open_store", functools.partial(opened, now_ms=wall)),
        patched(replies, "date_ms", told),
    ):
        yield


def hand_in(gateway: Gateway, form_id: str, **more: str) -> Receipt:
    """Good answers to the patients' form, by its id: its name would be looked up in all."""
    return gateway.submit(form_id, ANSWERS[PATIENT], by=LOCAL_OPERATOR, **more)


def deliver_one(gateway: Gateway) -> bool:
    """Sends the oldest submission that is due, in this thread; whether there was one."""
    return gateway._worker._delivery.deliver_next().worked


def deliver_all(gateway: Gateway, most: int = 10_000) -> int:
    """Sends until nothing is due; how many."""
    return next(number for number in range(most) if not deliver_one(gateway))


def look_up(gateway: Gateway) -> int:
    """One look for unclear submissions in HubSpot; how many were found there."""
    return int(gateway.reconcile_now(by=LOCAL_OPERATOR)["present"])


def expire_leases(gateway: Gateway) -> int:
    """Takes what nobody holds any more for unclear; how many."""
    return gateway._outbox.expire_leases()


def keep_house(gateway: Gateway) -> None:
    """Everything a worker does beside delivering, whether or not it is time for it."""
    gateway._housekeeping._next.clear()
    gateway._housekeeping.run()


def probed(gateway: Gateway, running: Emulator, window_s: int) -> None:
    """Notes a measurement by which absence is proven after ``window_s``."""
    probe = Probe(
        portal_id=running.portal_id, form_id="", measured_ms=0, sent=1, seen=1, uri_kept=True,
        time_kept=True, slowest_s=window_s / 10, window_s=window_s,
    )  # fmt: skip
    # The account is known once a form was asked for.
    gateway.forms(by=LOCAL_OPERATOR)
    gateway._store.probes.save(probe, actor=LOCAL_OPERATOR.id)


def shred(gateway: Gateway) -> int:
    """Destroys what has been delivered for long enough, and the keys of days that are over."""
    return gateway._housekeeping._retention.sweep()


def audit_intact(gateway: Gateway) -> bool:
    """Whether the chain of the audit agrees with the outbox."""
    return gateway._store.audit.verify() == (True, None)


def keys_open_all(gateway: Gateway, data: Path) -> bool:
    """Whether the ring opens every envelope that was not shredded."""
    (file,) = data.rglob("*.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        kept = "SELECT key_id, count(*) FROM outbox WHERE shredded_at_ms IS NULL GROUP BY 1"
        keys = database.execute(kept).fetchall()
    for key_id, many in keys:
        rows = gateway._store.epochs.sealed_with(key_id, many)
        try:
            opened = [gateway._worker._delivery._open(row) for row in rows]
        except Exception:
            return False
        if len(opened) != many:
            return False
    return True


def sids(data: Path) -> dict[str, str]:
    """receipt → sid of every row in the outbox of this folder, read past the program."""
    (file,) = data.rglob("*.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        return dict(database.execute("SELECT receipt, sid FROM outbox"))


def stored(running: Emulator) -> Counter[str]:
    """sid → how often HubSpot has it."""
    return Counter(
        (one.page_uri or "").partition("/~s/")[2] for one in running.portal.submissions()
    )


def put_back(running: Emulator, held: Sequence[Submission]) -> None:
    """Has the account hold exactly these submissions."""
    with running.portal.lock:
        running.portal.received = Received()
        for one in held:
            running.portal.received.add(one)
