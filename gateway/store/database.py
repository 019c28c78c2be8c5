"""What the store needs to know of a database system: one record per dialect fills it in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine

from gateway.domain.errors import SettingFault, SettingsError
from gateway.store.faults import Classify

SETTING = "GATEWAY_DATABASE_URL"


class Closeable(Protocol):
    """Something that runs until it is closed."""

    def close(self) -> None:
        """Ends it, and waits until it has ended."""


@dataclasses.dataclass(frozen=True, repr=False)
class Database:
    """An opened database: one engine whose transactions write, one whose only read."""

    writing: Engine
    """Its transactions come one after the other, whichever process begins them: two never read
    the same head of the audit, and no order of locks can stop them."""
    reading: Engine
    """Its transactions see one moment each, and cannot write."""
    description: str
    """Which system this is, and how a commit reaches the disk."""
    opening: Mapping[str, str]
    """A cause of failure, as ``cause_of`` names it → what to do about it when it happens while
    the database is being opened."""
    cause_of: Classify
    now_ms: Callable[[Connection], int]
    """The clock that all who share the database go by, in ms since the epoch."""
    upgrading: Callable[[], AbstractContextManager[Connection]]
    """A writing transaction in which tables may be changed."""
    notify: Callable[[Connection], None]
    """Tells the other processes that something has changed, once the transaction is durable."""
    listen: Callable[[Callable[[], None]], Closeable | None]
    """Has the callback called after each such telling, from a thread of its own; None where a
    database cannot tell: ask from time to time."""

    def dispose(self) -> None:
        """Closes every connection."""
        self.writing.dispose()
        self.reading.dispose()


def refused(hint: str) -> SettingsError:
    """The one error of opening; ``hint`` says what to do and holds no part of the address."""
    return SettingsError([SettingFault(SETTING, hint)])
