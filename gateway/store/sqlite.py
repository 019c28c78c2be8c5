"""Everything that is true of SQLite only: how it is opened, locked, made durable, and how
it fails.

Durability (https://www.sqlite.org/pragma.html#pragma_synchronous): a rollback journal with
``synchronous=EXTRA``, because FULL may lose a commit when the power fails right after the
journal is removed. From SQLite 3.51.3 on, where the WAL-reset fault is corrected, a
write-ahead log with ``synchronous=FULL``.
"""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.store.database import Database, refused

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process's lock."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_WAL_SOUND_FROM = (3, 51, 3)


@dataclasses.dataclass(frozen=True)
class Mode:
    """How commits reach the disk."""

    journal: str
    synchronous: str
    words: str


ROLLBACK = Mode("delete", "EXTRA", "rollback journal, synchronous=EXTRA")
WRITE_AHEAD = Mode("wal", "FULL", "write-ahead log, synchronous=FULL")

_CAUSES: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: "disk",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
}
"""Primary result code → cause; any other is "store"."""


def mode_for(version: tuple[int, ...]) -> Mode:
    """The durable mode of this SQLite version."""
    return WRITE_AHEAD if version >= _WAL_SOUND_FROM else ROLLBACK


def open_database(url: URL, now_ms: Callable[[], int]) -> Database:
    """Opens the file, 0600 in a folder of 0700, and makes it if there is none. Everybody who
    shares a file is on one machine, so ``now_ms``, its clock, is the database's.

    Raises :class:`SettingsError` when the place cannot be used.
    """
    if not url.database or url.database == ":memory:" or url.query:
        raise refused("give a file, as sqlite:///folder/outbox.db")
    _prepare_file(Path(url.database))
    mode = mode_for(sqlite3.sqlite_version_info)
    writing = _engine(url, mode, "BEGIN IMMEDIATE")
    database = Database(
        writing=writing,
        reading=_engine(url, mode, "BEGIN"),
        description=f"SQLite {sqlite3.sqlite_version}, {mode.words}",
        opening=OPENING,
        cause_of=cause_of,
        now_ms=lambda _: now_ms(),
        upgrading=lambda: _upgrading(writing),
        notify=lambda _: None,
        listen=lambda _: None,
    )
    fault = None
    try:
        with database.writing.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            held = raw.execute(f"PRAGMA journal_mode={mode.journal}").fetchone()[0]
        if held != mode.journal:
            fault = "another program holds the file open in another mode; stop it, then start again"
    except SQLAlchemyError as error:
        fault = OPENING[cause_of(error)]
    except sqlite3.Error as error:
        fault = OPENING[_cause(error)]
    if fault is not None:
        database.dispose()
        raise refused(fault)
    return database


OPENING: Mapping[str, str] = {
    "disk": "the disk is full; free some space, then start again",
    "busy": "another program keeps the file locked; stop it, then start again",
    "store": "the file is not a database of this program, or cannot be read; "
    "name another file, or restore its backup",
}


def cause_of(error: SQLAlchemyError) -> str:
    """``disk``, ``busy`` or ``store``."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return _cause(original)


def _cause(error: BaseException | None) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    return _CAUSES.get(code & 0xFF, "store") if isinstance(code, int) else "store"


def _prepare_file(file: Path) -> None:
    folder = file.absolute().parent
    try:
        for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
            missing.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            # SQLite gives its journals the mode of the file, so that one call decides for all.
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | _NO_LINKS, 0o600))
        checked = (folder, file) if os.name == "posix" else ()
        wide = [p.name for p in checked if p.stat().st_mode & _OTHERS]
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise refused(f"the file cannot be made or opened ({reason})") from None
    if wide:
        raise refused(
            f"{' and '.join(wide)} can be opened by other users; "
            "make the folder 0700 and the file 0600, then start again"
        )


@contextmanager
def _upgrading(engine: Engine) -> Iterator[Connection]:
    """SQLite changes a table by making it anew, and would take the old one's end for the end of
    all it refers to: https://www.sqlite.org/lang_altertable.html#otheralter."""
    with engine.connect() as connection:
        # Never given back to those who write: it enforces no foreign keys.
        connection.detach()
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            yield connection


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _engine(url: URL, mode: Mode, begin: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_up(raw: Any, _record: Any) -> None:
        # The driver must not begin or commit by itself: savepoints and BEGIN IMMEDIATE are ours.
        raw.isolation_level = None
        # By default one text that is not UTF-8 fails the whole question that meets it.
        raw.text_factory = _text
        for pragma in (
            f"synchronous={mode.synchronous}",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
