"""Everything that is true of PostgreSQL only: how it is reached, guarded, made durable, and how
it fails.

Durability is the server's (https://www.postgresql.org/docs/15/runtime-config-wal.html): one that
may lose a commit when the power fails is refused. Each session limits itself, so that a process
that froze, or a machine that went away, keeps nobody waiting for long.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.store.database import Database, refused
from gateway.store.wakeups import CHANNEL, Wakeups

ADDRESS = "postgresql://user:password@host/database"
IDLE_IN_TRANSACTION_MS = 10_000
"""After so long the server ends the session of a process that froze inside a transaction."""
LOCK_TIMEOUT_MS = 5_000
"""How long a statement waits for another session's lock."""
STATEMENT_TIMEOUT_MS = 15_000
UPGRADE_TIMEOUT_MS = 600_000
"""How long one statement of an upgrade may take: it may have to look at every row."""
CONNECT_TIMEOUT_S = 5
READERS = 4
"""How many sessions of one process read at once: a server has about a hundred for everybody."""
POOL_TIMEOUT_S = 5.0

PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name")
"""What may stand behind the ``?`` of the address, beside ``host`` with the folder of a unix
socket. What could undo a guard, such as ``options``, is not among them."""

_KEPT_ALIVE = {
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}  # fmt: skip
"""Seconds, and milliseconds: a server that is gone without a word is missed after so long
(https://www.postgresql.org/docs/15/libpq-connect.html)."""

_WRITING_LOCK = int.from_bytes(b"s-intake", "big")
"""The advisory lock that everyone who writes takes first."""
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({_WRITING_LOCK})"
_NOW_MS = text("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', '')")
_SERVER = """
SELECT current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('server_encoding') AS server_encoding,
       current_setting('transaction_read_only') AS transaction_read_only,
       current_setting('server_version') AS server_version
"""

_WANTED: tuple[tuple[str, str, str], ...] = (
    ("fsync", "on", "the server runs with fsync=off and may lose what it confirmed; switch it on"),
    ("full_page_writes", "on", "the server runs with full_page_writes=off and may lose what it "
     "confirmed; switch it on"),
    ("synchronous_commit", "on", "something before the server drops the settings of a session; "
     "name the server itself"),
    ("server_encoding", "UTF8", "the database is not in UTF-8; make one with ENCODING 'UTF8'"),
    ("transaction_read_only", "off", "the server only lets itself be read; name the primary"),
)  # fmt: skip
"""(what the server is asked for, what it has to say, the cure when it says something else)."""

_CAUSES: Mapping[str, str] = {
    "53100": "disk",  # disk_full
    "55P03": "busy",  # lock_not_available
    "40P01": "busy",  # deadlock_detected
    "57014": "busy",  # query_canceled, by statement_timeout
    "53300": "busy",  # too_many_connections
}
"""SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html) → cause; any other is
"store"."""

OPENING: Mapping[str, str] = {
    "disk": "the database server's disk is full; free some space, then start again",
    "busy": "the database server is busy; start again in a moment",
    "store": "the database cannot be used; check that this user owns it, and read the server's log",
}


def open_database(url: URL, now_ms: Callable[[], int] | None) -> Database:
    """Reaches the server, whose clock is the database's unless ``now_ms`` is given.

    Raises :class:`SettingsError` when it cannot be reached, refuses us, or is not durable.
    """
    bare, arguments = _checked(url)
    writing = _engine(
        bare, arguments, isolation_level="READ COMMITTED", pool_size=1, max_overflow=1
    )
    # A reader may meet a connection that died unseen; a writer replaces it at the beginning.
    reading = _engine(
        bare, arguments, isolation_level="REPEATABLE READ", pool_pre_ping=True,
        pool_size=READERS, max_overflow=0, pool_timeout=POOL_TIMEOUT_S,
    )  # fmt: skip
    listening = _engine(bare, arguments, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    @event.listens_for(writing, "begin")
    def _take_turn(connection: Connection) -> None:
        connection.exec_driver_sql(_TAKE_TURN)

    @event.listens_for(reading, "connect")
    def _only_read(raw: Any, _record: Any) -> None:
        raw.read_only = True

    try:
        with writing.connect() as connection:
            found = connection.exec_driver_sql(_SERVER).mappings().one()
        hint = next((cure for name, right, cure in _WANTED if found[name] != right), None)
    except SQLAlchemyError as error:
        hint = _unreached(error, checks_certificate=arguments["sslmode"] in _CHECKING)
    # Raised outside the handler: the driver's error names user, host and database.
    if hint is not None:
        writing.dispose()
        raise refused(hint)
    version = found["server_version"].partition(" ")[0]
    return Database(
        writing=writing,
        reading=reading,
        description=f"PostgreSQL {version}, fsync=on, full_page_writes=on, synchronous_commit=on",
        opening=OPENING,
        cause_of=cause_of,
        now_ms=_server_clock if now_ms is None else lambda _: now_ms(),
        upgrading=lambda: _upgrading(writing),
        notify=_notify,
        listen=lambda callback: Wakeups(listening.raw_connection, callback),
    )


def cause_of(error: SQLAlchemyError) -> str:
    """``disk``, ``busy`` or ``store``."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return _CAUSES.get(getattr(original, "sqlstate", None) or "", "store")


def _unreached(error: SQLAlchemyError, *, checks_certificate: bool) -> str:
    """What to do when no session could be had. The driver tells no code, only how far it came:
    https://www.psycopg.org/psycopg3/docs/api/errors.html#psycopg.Error.pgconn."""
    cause = cause_of(error)
    if cause != "store":
        return OPENING[cause]
    way = getattr(error.orig, "pgconn", None) if isinstance(error, DBAPIError) else None
    if way is not None and way.needs_password:
        return f"the server wants a password; write {ADDRESS}"
    if way is not None and way.used_password:
        return "the server does not take this user, password and database; correct them"
    if checks_certificate:
        return (
            "the server cannot be reached, or shows no certificate that can be checked; start it, "
            "correct host and port, or name its authority's file with ?sslrootcert="
        )
    return (
        "the server cannot be reached, or has no such user or database; start it, "
        "or correct the address"
    )


def _server_clock(connection: Connection) -> int:
    now: int = connection.execute(_NOW_MS).scalar_one()
    return now


def _notify(connection: Connection) -> None:
    connection.execute(_NOTIFY)


@contextmanager
def _upgrading(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {UPGRADE_TIMEOUT_MS}")
        yield connection


_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_CHECKING = ("verify-ca", "verify-full")


def _checked(url: URL) -> tuple[URL, dict[str, Any]]:
    """The address without its parameters, and what the driver is given beside it."""
    told = dict(url.query)
    folder = told.pop("host", None)
    if not set(told) <= set(PARAMETERS) or not all(isinstance(v, str) for v in told.values()):
        raise refused(f"behind the ? only these may stand, each once: {', '.join(PARAMETERS)}")
    if folder is not None and (url.host or not str(folder).startswith("/")):
        raise refused("?host= takes the folder of a unix socket, and then no host stands before it")
    if not url.database or (folder is None and not url.host):
        raise refused(f"it names no host or no database; write {ADDRESS}")
    sslmode = told.pop("sslmode", "prefer" if folder or _on_loopback(url.host) else "verify-full")
    if sslmode not in _SSL_MODES:
        raise refused(f"sslmode is one of {', '.join(_SSL_MODES)}")
    seconds = str(told.pop("connect_timeout", CONNECT_TIMEOUT_S))
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 3):
        raise refused("connect_timeout is a number of seconds below 100")
    guards = {
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "synchronous_commit": "on",
    }
    arguments: dict[str, Any] = {
        "application_name": "sealed-intake",
        **told,
        **_KEPT_ALIVE,
        "client_encoding": "utf8",
        "sslmode": sslmode,
        # It would be tried first, and knows nothing of the certificate.
        "gssencmode": "disable",
        "connect_timeout": int(seconds),
        "options": " ".join(f"-c {name}={value}" for name, value in guards.items()),
    }
    if folder is not None:
        arguments["host"] = folder
    return url.set(drivername="postgresql+psycopg", query={}), arguments


def _on_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _engine(url: URL, arguments: Mapping[str, Any], **options: Any) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        connect_args=dict(arguments),
        use_native_hstore=False,
        **options,
    )
