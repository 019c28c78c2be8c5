"""A real PostgreSQL of its own for tests: on a free loopback port, durable, gone afterwards."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

USER = "intake"
PASSWORD = "CANARY-p@ss/w:rd%?&#"
"""Has every character that an address has to escape, and can be looked for in what leaks."""
WAIT_S = 60.0
_HOMES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt")
_CONFIG = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=32MB",
    "max_wal_senders=0",
    "log_min_messages=warning",
)


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest there is; None without one."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("postgres") is not None:
        return Path(found).resolve().parent
    folders = [initdb.parent for home in _HOMES for initdb in Path(home).glob("*/bin/initdb")]
    return max(folders, key=lambda folder: folder.parent.name.rjust(30), default=None)


class PostgresServer:
    """One cluster with the user ``USER``, who may do everything, and signs in by password."""

    def __init__(self, bin_folder: Path, cluster: Path, log: Path) -> None:
        self._bin = bin_folder
        self._cluster = cluster
        self._log = log
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        # The server refuses to run as root; Debian's package brings a user for it.
        self._user: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(cluster, "postgres", "postgres")
        self.port = _free_port()

    @property
    def socket_folder(self) -> Path:
        """Where the server's unix socket is; nobody needs a password there."""
        return self._cluster

    def url(self, database: str = "gateway", *, password: str = PASSWORD) -> str:
        """The address of one of its databases, password included."""
        return f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of its own, which commits each statement."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database,
            autocommit=True, connect_timeout=5,
        )  # fmt: skip

    def new_database(self, template: str = "template0") -> str:
        """The address of a new database, empty or a copy of ``template``."""
        name = f"db{next(self._numbers)}"
        with contextlib.closing(self.connect()) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Takes a database away, whoever is still connected to it."""
        name = url.rpartition("/")[2]
        with contextlib.closing(self.connect()) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def empty(self, url: str, tables: Iterable[str]) -> None:
        """Takes every row out of ``tables``, and whoever is still connected away."""
        name = url.rpartition("/")[2]
        with contextlib.closing(self.connect(name)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("; ".join(f"DELETE FROM {table}" for table in tables).encode())  # noqa: S608  # our own names

    def create(self) -> None:
        """Makes the cluster and the database ``gateway``."""
        password = self._cluster / "password"
        password.write_text(PASSWORD)
        if self._user:
            shutil.chown(password, "postgres", "postgres")
        subprocess.run(
            [self._bin / "initdb", "-D", self._data, "-U", USER, f"--pwfile={password}", "-E",
             "UTF8", "--locale=C", "--auth-host=scram-sha-256", "--auth-local=trust", "--no-sync"],
            check=True, capture_output=True, timeout=WAIT_S * 2, cwd=self._cluster, **self._user,
        )  # fmt: skip
        password.unlink()
        self.start()
        with contextlib.closing(self.connect()) as connection:
            connection.execute("CREATE DATABASE gateway")

    def start(self, *more: str) -> None:
        """Starts it on its port; ``more`` are settings as ``name=value``."""
        settings = [*_CONFIG, f"unix_socket_directories={self._cluster}", *more]
        arguments = [word for setting in settings for word in ("-c", setting)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, "-p", str(self.port), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._cluster,
                start_new_session=True, **self._user,
            )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Ends it as a power cut would for its processes: nothing is flushed, no goodbye."""
        self._end(signal.SIGQUIT)

    def restart_immediately(self, *more: str) -> None:
        """``pg_ctl restart -m immediate``: it recovers from its log when it starts again."""
        self.kill()
        self.start(*more)

    def stop(self) -> None:
        """Ends it, whoever is still connected."""
        self._end(signal.SIGINT)

    @property
    def _data(self) -> Path:
        return self._cluster / "data"

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(WAIT_S)


@contextlib.contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """A running server; its log is ``folder/postgres.log``. Raises :class:`RuntimeError` when
    there is no PostgreSQL on this machine."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("no PostgreSQL on this machine: install the package postgresql")
    # Not below ``folder``: the server's user may not be able to enter that.
    cluster = Path(tempfile.mkdtemp(prefix="intake-pg-"))
    try:
        server = PostgresServer(bin_folder, cluster, folder / "postgres.log")
        try:
            server.create()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(cluster, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
