"""What every part of the store works with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlalchemy import Connection

from gateway.store.reader import Reader
from gateway.store.writer import Writer


@dataclasses.dataclass(frozen=True)
class Means:
    """The two ways to the database, and its clock."""

    writer: Writer
    reader: Reader
    clock: Callable[[Connection], int]
    """The time that leases and rests are counted in, ms since the epoch: one clock for all who
    share the database."""
    now_ms: Callable[[], int]
    """This machine's clock, for what must not wait for the database."""
    notify: Callable[[Connection], None]
    """Tells the other processes, once the transaction is durable, that something may be sent."""
