"""Opens the database and hands out what is kept in it.

Any number of processes may open the same one: the pages, the commands, the worker.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gateway.domain.errors import GatewayError, IntakeClosed
from gateway.store import postgres, sqlite
from gateway.store.approval_rows import ApprovalRows
from gateway.store.audit import Audit
from gateway.store.audit_pages import AuditPages
from gateway.store.database import Closeable, Database, refused
from gateway.store.duties import Duties
from gateway.store.epochs import Epochs
from gateway.store.grants import Grants
from gateway.store.guard_rows import GuardRows
from gateway.store.inbox import Inbox
from gateway.store.installation import Installation
from gateway.store.means import Means
from gateway.store.migrations.tables import find_or_make, upgrade
from gateway.store.outbox import Outbox
from gateway.store.probes import Probes
from gateway.store.property_rows import PropertyRows
from gateway.store.queue import Queue
from gateway.store.reader import Reader
from gateway.store.record_rows import RecordRows
from gateway.store.schema import VERSION
from gateway.store.searches import Searches
from gateway.store.snapshots import Snapshots
from gateway.store.writer import Writer

Clock = Callable[[], int]
"""The time in milliseconds since the epoch."""


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


_SYSTEMS: Mapping[str, Callable[[URL, Clock | None], Database]] = {
    "sqlite": lambda url, now_ms: sqlite.open_database(url, now_ms or _wall_ms),
    "postgresql": postgres.open_database,
}
_DRIVERS = ("sqlite", "postgresql", "postgresql+psycopg")
ADDRESSES = f"write sqlite:///folder/outbox.db or {postgres.ADDRESS}"


class Store:
    """The outbox, its audit, and the last good form descriptions, in one database."""

    def __init__(self, database: Database, now_ms: Clock) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._listening: Closeable | None = None
        self._on_change: list[Callable[[], None]] = []
        writer = Writer(database.writing, database.cause_of)
        reader = Reader(database.reading)
        self._writer = writer
        means = Means(writer, reader, database.now_ms, now_ms, database.notify)
        self.outbox = Outbox(means)
        self.queue = Queue(means)
        self.duties = Duties(means)
        self.searches = Searches(means)
        self.epochs = Epochs(means)
        self.grants = Grants(means)
        self.probes = Probes(means)
        self.approvals = ApprovalRows(means)
        self.installation = Installation(means)
        self.property_rows = PropertyRows(means)
        self.inbox = Inbox(means)
        self.guard_rows = GuardRows(means)
        self.record_rows = RecordRows(means)
        self.audit = Audit(reader)
        self.audit_pages = AuditPages(reader)
        self.snapshots = Snapshots(writer, reader)

    def prepare(self) -> None:
        """Makes the tables in a new database, and brings those of an earlier release up to
        date; raises :class:`SettingsError` when those found are another program's, or need a
        newer version of this one."""
        standing = self._writer.run(find_or_make)
        if standing.version is None:
            raise refused("the tables there are another program's; name another database")
        if standing.version != VERSION:
            raise refused(
                f"the database has schema {standing.version} and this program writes schema "
                f"{VERSION}; start the version of the program that made it, or name another one"
            )
        if standing.behind:
            self._upgrade()

    def _upgrade(self) -> None:
        try:
            with self._database.upgrading() as connection:
                upgrade(connection)
        except SQLAlchemyError as error:
            raise IntakeClosed(self._database.cause_of(error)) from None

    def on_change(self, callback: Callable[[], None]) -> None:
        """Has ``callback()`` called, in the thread that listens, each time that any process has
        made something durable that may be sent, and whenever that may have been missed. A
        SQLite file tells nobody: ask it from time to time."""
        with self._lock:
            self._on_change.append(callback)
            if self._listening is None:
                self._listening = self._database.listen(self._changed)

    def _changed(self) -> None:
        for callback in tuple(self._on_change):
            # A fault of who listens is not the others'.
            with contextlib.suppress(Exception):
                callback()

    def describe(self) -> str:
        """Which database this is, and how a commit reaches the disk, for the doctor."""
        return self._database.description

    def close(self) -> None:
        """Finishes what is being written and closes every connection."""
        with self._lock:
            listening, self._listening = self._listening, None
            self._on_change.clear()
        if listening is not None:
            listening.close()
        self._writer.close()
        self._database.dispose()


def open_store(url: str, *, now_ms: Clock | None = None) -> Store:
    """The store at ``url``: ``sqlite:///folder/outbox.db``, made if there is none, or
    ``postgresql://user:password@host/database``, which has to be there.

    ``now_ms`` takes the place of every clock, the database server's included. Raises
    :class:`SettingsError`, naming ``GATEWAY_DATABASE_URL``, when the place cannot be used.
    """
    parsed = _parsed(url)
    database = _SYSTEMS[parsed.get_backend_name()](parsed, now_ms)
    store = Store(database, now_ms or _wall_ms)
    fault: GatewayError | None = None
    try:
        store.prepare()
    except IntakeClosed as error:
        fault = refused(database.opening[error.cause])
    except GatewayError as error:
        fault = error
    if fault is not None:
        store.close()
        raise fault
    return store


def _parsed(url: str) -> URL:
    parsed = None
    with contextlib.suppress(ArgumentError, ValueError):
        parsed = make_url(url) if url.isprintable() else None
    # Raised outside the handler: an address may hold a password.
    if parsed is None:
        raise refused(f"this is no database address; {ADDRESSES}")
    if parsed.drivername not in _DRIVERS:
        raise refused(f"only SQLite and PostgreSQL are supported; {ADDRESSES}")
    return parsed
