"""PostgreSQL: opened safely and durably or not at all, and guarded in every session."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import postgres as servers
import psycopg
import pytest
from sqlalchemy import String, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from gateway.domain.audit import Action
from gateway.domain.decisions import REASONS
from gateway.domain.errors import (
    INTAKE_CAUSES,
    GatewayError,
    IntakeClosed,
    InvalidTransition,
    SettingsError,
)
from gateway.domain.queue import Switch
from gateway.domain.submissions import CAUSES, TRANSITIONS, Event, State
from gateway.store import postgres, store
from gateway.store.duties import Duty
from gateway.store.moves import move
from gateway.store.outbox import NewSubmission
from gateway.store.schema import audit, duties, metadata, outbox, queue
from gateway.store.store import open_store

pytestmark = pytest.mark.postgres

EMPTIED = [table for table in metadata.sorted_tables if table.name != "schema_version"]


def told(error: BaseException | None) -> str:
    """Every text of an error and of those it is chained to, even where Python hides them."""
    found = ""
    while error is not None:
        found += f"{error!s} {error!r} {vars(error)} "
        error = error.__context__
    return found


def hint(url: str) -> str:
    with pytest.raises(SettingsError) as caught:
        open_store(url)
    (fault,) = caught.value.faults
    assert fault.name == "GATEWAY_DATABASE_URL"
    for secret in ("CANARY", servers.USER, "127.0.0.1", "SELECT"):
        assert secret not in told(caught.value)
    return fault.hint


def test_what_keeps_it_from_being_opened_is_told_with_a_cure(
    server: servers.PostgresServer, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    """A wrong password, a database that is not there, a server that is gone or shows no
    certificate: each is one sentence, and no text anywhere holds password, user or host."""
    caplog.set_level(logging.DEBUG)
    good = server.url()
    nobody = f"postgresql://{servers.USER}@127.0.0.1:{server.port}/gateway"
    assert "password" in hint(server.url(password="CANARY-wrong"))
    assert "database" in hint(server.url("missing"))
    assert "wants a password" in hint(nobody)
    assert "start it" in hint(good.replace(f":{server.port}/", ":1/"))
    assert "sslrootcert" in hint(good + "?sslmode=verify-full")
    assert "sslrootcert" in hint(good + "?sslmode=verify-ca")
    assert "cannot be reached" in hint(good + "?sslmode=require")
    shown = caplog.text + "".join(capfd.readouterr())
    assert "CANARY" not in shown


@pytest.mark.parametrize(
    ("ending", "named"),
    [
        ("?options=-c%20fsync%3DCANARY", "sslmode"), ("?service=CANARY", "sslmode"),
        ("?hostaddr=10.0.0.1", "sslmode"), ("?passfile=CANARY", "sslmode"),
        ("?password=CANARY", "sslmode"), ("?sslmode=require&sslmode=disable", "each once"),
        ("?host=db.CANARY.example", "unix socket"), ("?host=/CANARY", "unix socket"),
        ("?sslmode=CANARY", "sslmode is one of"), ("?connect_timeout=CANARY", "seconds"),
        ("?connect_timeout=999", "seconds"),
    ],
)  # fmt: skip
def test_no_parameter_can_undo_a_guard(ending: str, named: str) -> None:
    """Only a short list may stand behind the address; nothing of it is repeated."""
    assert named in hint(f"postgresql://u:CANARY@127.0.0.1:1/x{ending}")


@pytest.mark.parametrize(
    "url", ["postgresql://", "postgresql:///x", "postgresql://u:CANARY@db", "postgresql://u@:5432/x",
            "postgresql://u:CANARY\0@127.0.0.1:1/x", "postgresql://u:CANARY\udcff@127.0.0.1:1/x"],
)  # fmt: skip
def test_an_address_names_host_and_database(url: str) -> None:
    """Nothing is taken from the surroundings that the address leaves out."""
    assert "postgresql://user:password@host/database" in hint(url)


@pytest.mark.parametrize(
    ("address", "sslmode"),
    [
        ("localhost/x", "prefer"), ("127.0.0.1/x", "prefer"), ("[::1]:5432/x", "prefer"),
        ("/x?host=/run/postgresql", "prefer"), ("db.example/x", "verify-full"),
        ("10.0.0.7/x", "verify-full"), ("localhost.evil.example/x", "verify-full"),
        ("127.0.0.1,db.example/x", "verify-full"), ("db.example/x?sslmode=require", "require"),
        ("localhost/x?sslmode=verify-full", "verify-full"),
    ],
)  # fmt: skip
def test_another_machines_certificate_is_checked(address: str, sslmode: str) -> None:
    """Beyond loopback and a unix socket the certificate is checked unless the address says
    otherwise; nothing else of the session hangs on the address."""
    url, arguments = postgres._checked(make_url(f"postgresql://u:p@{address}"))
    assert arguments["sslmode"] == sslmode
    assert arguments["gssencmode"] == "disable"
    assert not url.query
    assert "idle_in_transaction_session_timeout=10000" in arguments["options"]


def test_the_allowed_parameters_reach_the_driver() -> None:
    """What may be said is handed on."""
    _, arguments = postgres._checked(
        make_url(
            "postgresql://u@db/x?sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem"
            "&connect_timeout=7&application_name=clinic"
        )
    )
    assert {
        "sslrootcert": "/ca.pem", "sslcert": "/c.pem", "sslkey": "/k.pem", "connect_timeout": 7,
        "application_name": "clinic", "sslmode": "verify-full",
    }.items() <= arguments.items()  # fmt: skip


def test_a_unix_socket_can_be_named(server: servers.PostgresServer, url: str) -> None:
    """The folder of the socket takes the place of the host."""
    name = url.rpartition("/")[2]
    there = f"postgresql://{servers.USER}@:{server.port}/{name}?host={server.socket_folder}"
    opened = open_store(there)
    assert opened.outbox.counts()[State.QUEUED] == 0
    opened.close()


@contextlib.contextmanager
def running_with(server: servers.PostgresServer, setting: str) -> Iterator[None]:
    server.restart_immediately(setting)
    try:
        yield
    finally:
        server.restart_immediately()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "default_transaction_read_only"])
def test_a_server_that_loses_what_it_confirmed_is_refused(
    server: servers.PostgresServer, url: str, setting: str
) -> None:
    """Without the two settings that durability rests on, and where nothing can be written, it
    is not opened; the sentence names what to switch."""
    wrong = "on" if setting.startswith("default") else "off"
    with running_with(server, f"{setting}={wrong}"):
        named = "primary" if wrong == "on" else f"{setting}=off"
        assert named in hint(url)


def test_a_server_that_confirms_too_early_is_overruled(
    server: servers.PostgresServer, url: str
) -> None:
    """A server whose sessions do not wait for the disk by themselves does for ours."""
    with running_with(server, "synchronous_commit=off"):
        opened = open_store(url)
        found = opened._writer.run(
            lambda connection: connection.exec_driver_sql("SHOW synchronous_commit").scalar()
        )
        opened.close()
    assert found == "on"


def test_a_database_that_cannot_keep_every_text_is_refused(server: servers.PostgresServer) -> None:
    """Names are Unicode: another encoding would refuse some of them later."""
    with contextlib.closing(server.connect()) as connection:
        connection.execute("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII'")
    assert "UTF-8" in hint(server.url("bytes"))


def test_another_programs_database_is_left_alone(server: servers.PostgresServer) -> None:
    """Tables are never added to somebody else's database."""
    url = server.new_database()
    with contextlib.closing(server.connect(url.rpartition("/")[2])) as connection:
        connection.execute("CREATE TABLE theirs (x int)")
        assert "another program's" in hint(url)
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert found.fetchall() == [("theirs",)]
    server.drop_database(url)


def test_every_session_guards_itself(desk: Any) -> None:
    """Limits, durability and isolation hold for each connection, reading or writing."""
    wanted = {
        "idle_in_transaction_session_timeout": "10s", "lock_timeout": "5s",
        "statement_timeout": "15s", "synchronous_commit": "on",
        "application_name": "sealed-intake", "client_encoding": "UTF8",
    }  # fmt: skip
    database = desk.store._database
    for engine, isolation, read_only in (
        (database.writing, "read committed", "off"),
        (database.reading, "repeatable read", "on"),
    ):
        more = {"transaction_isolation": isolation, "transaction_read_only": read_only}
        with engine.begin() as connection:
            found = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in (*wanted, *more)
            }
        assert found == wanted | more
    with pytest.raises(SQLAlchemyError), database.reading.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")


def test_nothing_shows_the_password(desk: Any) -> None:
    """What is printed of a store and its parts names no password."""
    database = desk.store._database
    for thing in (desk.store, database, database.writing, database.reading, database.writing.url):
        assert "CANARY" not in f"{thing!r} {thing!s}"
    assert "CANARY" not in f"{vars(desk.store)}"
    assert desk.store.describe().startswith("PostgreSQL 1")
    assert "fsync=on, full_page_writes=on, synchronous_commit=on" in desk.store.describe()


class _Failed(psycopg.OperationalError):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("text of the server")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "cause"),
    [
        ("53100", "disk"), ("55P03", "busy"), ("40P01", "busy"), ("57014", "busy"),
        ("53300", "busy"), ("57P01", "store"), ("25P03", "store"), ("42P01", "store"),
        ("XX001", "store"), ("08006", "store"), (None, "store"),
    ],
)  # fmt: skip
def test_every_code_has_a_cause(sqlstate: str | None, cause: str) -> None:
    """A SQLSTATE becomes one of the closed causes, and each of those has its cure at the start."""
    assert postgres.cause_of(OperationalError("SELECT", {}, _Failed(sqlstate))) == cause
    assert cause in INTAKE_CAUSES
    assert set(postgres._CAUSES.values()) | {"store"} == set(postgres.OPENING)


def test_leases_and_times_are_the_servers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose own clock is an hour off claims and holds like all others."""
    plain = store._wall_ms
    monkeypatch.setattr(store, "_wall_ms", lambda: plain() + 3_600_000)
    opened = open_store(url)
    try:
        new = NewSubmission(1, "f", "F", "ab" * 32, "u")
        accepted = opened.outbox.accept(new, lambda _, __: ("00" * 16, b"e"))
        (claimed,) = opened.outbox.claim("w", limit=5, lease_s=30).items
    finally:
        opened.close()
    assert abs(accepted.accepted_at_ms - plain()) < 60_000
    assert abs(claimed.lease_until_ms - 30_000 - plain()) < 60_000


@pytest.mark.parametrize("text", ["k\0", "\ud800", "k\udcff"])
def test_text_that_no_database_keeps_is_refused(desk: Any, text: str) -> None:
    """NUL and half a character are refused with one of our errors, which does not repeat them,
    whether they come as a key, as a name, or in a question; and nothing is stored."""
    for changes in ({"key": text}, {"form_id": text}, {"form_name": text}, {"accepted_by": text}):
        with pytest.raises(GatewayError) as caught:
            desk.accept(**changes)
        assert text not in told(caught.value)
    for ask in (desk.outbox.status, desk.store.snapshots.load, desk.store.audit.rows):
        with contextlib.suppress(GatewayError):
            assert not ask(text)
    assert sum(desk.outbox.counts().values()) == 0
    assert desk.accept().created


def test_what_is_too_long_is_refused_and_not_repeated(desk: Any) -> None:
    """A server keeps to the length of a column; what does not fit closes intake for it only."""
    with pytest.raises(IntakeClosed) as caught:
        desk.accept(accepted_by="CANARY" * 99)
    assert caught.value.cause == "store"
    assert "CANARY" not in told(caught.value)
    assert desk.accept().created


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (State, outbox.c.state), (CAUSES, outbox.c.cause), (REASONS, outbox.c.decision),
        (Action, audit.c.action), (CAUSES, audit.c.cause), (REASONS, audit.c.cause),
        (Switch, queue.c.switch), (CAUSES, queue.c.rest_cause), (Duty, duties.c.name),
    ],
    ids=str,
)  # fmt: skip
def test_every_word_of_a_closed_list_fits_its_column(words: Any, column: Any) -> None:
    """SQLite keeps a longer one, a server does not."""
    assert isinstance(column.type, String)
    assert max(len(str(word)) for word in words) <= column.type.length


def test_every_question_is_understood(open_desk: Callable[[], Any]) -> None:
    """Each reading call of the store is answered by the server as it is by a file."""
    desk = open_desk()
    for state in (State.DELIVERED, State.UNKNOWN, State.HELD, State.REJECTED, State.QUEUED):
        desk.one_in(state)
    box, day = desk.outbox, desk.clock() // 86_400_000
    rows, accepted = box.books()
    assert accepted == 5
    assert {one.day for one in rows} == {day}
    assert sum(one.accepted for one in rows) == 5
    assert sum(one.counts[State.HELD] for one in rows) == 1
    assert set(box.oldest()) == {State.UNKNOWN, State.HELD, State.REJECTED, State.QUEUED}
    assert len(box.accepted_since(0, 9)) == 5
    assert len(box.delivered_since(0, 9)) == 1
    assert len(box.sent_since(0)) == 4
    assert box.copies() == ()
    assert box.note_copies({one.sid: 2 for one in box.unknown(5)}) == 1
    assert len(box.copies()) == 1
    assert [len(box.listing(state=state)) for state in (State.HELD, State.QUEUED)] == [1, 1]
    assert len(box.held(5)) == len(box.unknown(5)) == 1
    assert box.damaged() == 0
    box.prove_writable()
    assert desk.store.audit.verify() == (True, None)


def test_every_pair_moves_by_the_table_or_not_at_all(desk: Any) -> None:
    """All (state, event) pairs on one server: the table's target, or a refusal."""

    def empty(connection: Any) -> None:
        for table in EMPTIED:
            connection.execute(table.delete())

    for state, event in itertools.product(State, Event):
        sid = desk.one_in(state)

        def work(
            connection: Any, sid: str = sid, state: State = state, event: Event = event
        ) -> Any:
            return move(connection, sid, state, event, actor="worker", at_ms=desk.clock())

        target = TRANSITIONS.get((state, event))
        if target is None:
            with pytest.raises(InvalidTransition):
                desk.store._writer.run(work)
        else:
            assert desk.store._writer.run(work) is target
        assert desk.outbox.counts()[target or state] > 0
        assert desk.store.audit.verify() == (True, None)
        desk.store._writer.run(empty)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'someone' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit SET hash = 'short' WHERE seq = 2",
        "UPDATE outbox SET state = 'QUEUED'",
        "UPDATE outbox SET envelope = '\\x00'",
        "UPDATE outbox SET sid = 'another'",
    ],
)
def test_a_change_behind_the_audits_back_is_found(
    desk: Any, server: servers.PostgresServer, statement: str
) -> None:
    """What somebody with a SQL shell edits, removes or moves is found here too."""
    desk.one_in(State.DELIVERED)
    with contextlib.closing(server.connect(desk.url.rpartition("/")[2])) as connection:
        connection.execute(statement.encode())
    ok, fault = desk.store.audit.verify()
    assert not ok
    assert fault in (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "LOST"), ("cause", "whim"), ("rejected_fields", "{not json"), ("receipt", "odd")],
)
def test_a_spoilt_row_stops_no_other(
    desk: Any, server: servers.PostgresServer, column: str, value: str
) -> None:
    """Types are the server's care; what still can be spoilt is shown safely and counted."""
    spoilt, sound = desk.accept(), desk.accept()
    with contextlib.closing(server.connect(desk.url.rpartition("/")[2])) as connection:
        spoil = f"UPDATE outbox SET {column} = %s WHERE sid = %s"  # noqa: S608  # our own names
        connection.execute(spoil.encode(), (value, spoilt.sid))
    assert desk.outbox.damaged() == (column != "receipt")
    assert len(desk.outbox.listing()) == 2
    assert sum(desk.outbox.counts().values()) == 2
    assert sound.sid in {claimed.sid for claimed in desk.claim(limit=5)}
