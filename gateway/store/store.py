"""Opens the database and hands out what is kept in it.

Any number of processes may open the same one: the pages, the commands, the worker.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import URL, Connection, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError

from gateway.domain.errors import GatewayError, IntakeClosed
from gateway.store import sqlite
from gateway.store.audit import Audit
from gateway.store.outbox import Outbox
from gateway.store.reader import Reader
from gateway.store.schema import VERSION, metadata, schema_version
from gateway.store.snapshots import Snapshots
from gateway.store.writer import Writer


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Store:
    """The outbox, its audit, and the last good form descriptions, in one database."""

    def __init__(self, database: sqlite.Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._writer = Writer(database.writing, sqlite.cause_of)
        reader = Reader(database.reading)
        self.outbox = Outbox(self._writer, reader, now_ms)
        self.audit = Audit(reader)
        self.snapshots = Snapshots(self._writer, reader)

    def prepare(self) -> None:
        """Makes the tables in a new database; raises :class:`SettingsError` when those found
        were made by another program, or another version of this one."""
        found = self._writer.run(_version)
        if found is None:
            raise sqlite.refused("the file is a database of another program; name another file")
        if found != VERSION:
            raise sqlite.refused(
                f"the database has schema {found} and this program writes schema {VERSION}; "
                "start the version of the program that made it, or name another file"
            )

    def describe(self) -> str:
        """Which database this is, and how a commit reaches the disk, for the doctor."""
        return self._database.description

    def close(self) -> None:
        """Finishes what is being written and closes every connection."""
        self._writer.close()
        self._database.dispose()


def open_store(url: str, *, now_ms: Callable[[], int] = _wall_ms) -> Store:
    """The store at ``url`` (``sqlite:///folder/outbox.db``), made if there is none.

    ``now_ms`` tells the time in milliseconds since the epoch. Raises :class:`SettingsError`,
    naming ``GATEWAY_DATABASE_URL``, when the place cannot be used.
    """
    store = Store(sqlite.open_database(_parsed(url)), now_ms)
    fault: GatewayError | None = None
    try:
        store.prepare()
    except IntakeClosed as error:
        fault = sqlite.refused(sqlite.OPENING[error.cause])
    except GatewayError as error:
        fault = error
    if fault is not None:
        store.close()
        raise fault
    return store


def _parsed(url: str) -> URL:
    parsed = None
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    # Raised outside the handler: an address may hold a password.
    if parsed is None:
        raise sqlite.refused("this is no database address; write sqlite:///folder/outbox.db")
    if parsed.get_backend_name() != "sqlite":
        raise sqlite.refused(
            "only SQLite is supported yet; write sqlite:///folder/outbox.db or leave it empty"
        )
    return parsed


def _version(connection: Connection) -> int | None:
    """The version of the tables, made now if there is none; None when they are not ours."""
    tables = inspect(connection).get_table_names()
    if not tables:
        metadata.create_all(connection)
        connection.execute(insert(schema_version), {"version": VERSION})
    elif schema_version.name not in tables:
        return None
    found: int | None = connection.execute(select(schema_version.c.version)).scalar()
    return found
