"""A database of an earlier release becomes one of this release, and both can go on using it."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from gateway.domain.errors import SettingsError
from gateway.domain.submissions import State
from gateway.store import migrations
from gateway.store.migrations import tables
from gateway.store.schema import VERSION, metadata
from gateway.store.store import open_store

FOLDER = Path(migrations.__file__).parent

OLD_OUTBOX = (
    "sid, receipt, idempotency_key, fingerprint, portal_id, form_id, form_name, state, fence,"
    " owner, lease_until_ms, attempts, not_before_ms, accepted_at_ms, changed_at_ms,"
    " submitted_at_ms, delivered_at_ms, snapshot_hash, envelope, cause, rejected_fields,"
    " correlation_id, accepted_by, replaces, conversion_id"
)
OLD_AUDIT = "seq, at_ms, actor, action, sid, cause, fields, envelope_sha256, prev_hash, hash"


def placeholders(columns: str) -> str:
    return ", ".join(f":{name.strip()}" for name in columns.split(","))


INSERT_OUTBOX = text(
    f"INSERT INTO outbox ({OLD_OUTBOX}) VALUES ({placeholders(OLD_OUTBOX)})"  # noqa: S608  # our own names
)
INSERT_AUDIT = text(f"INSERT INTO audit ({OLD_AUDIT}) VALUES ({placeholders(OLD_AUDIT)})")  # noqa: S608  # ditto
MOVE = text(
    "UPDATE outbox SET state = :state, changed_at_ms = :now, owner = :owner, fence = :fence,"
    " attempts = attempts + 1, lease_until_ms = :until, cause = NULL, rejected_fields = '{}',"
    " correlation_id = NULL WHERE sid = :sid AND state = :source AND fence = :source_fence"
)


def old_row(n: int, **changes: Any) -> dict[str, Any]:
    """A row as the first release writes it."""
    return {
        "sid": f"{n:032x}", "receipt": f"RCPT-{n:04}", "idempotency_key": f"kéy {n}",
        "fingerprint": "f" * 64, "portal_id": 424242, "form_id": "form-1",
        "form_name": "Aufnahme \u2013 größer", "state": "QUEUED", "fence": 0, "owner": None,
        "lease_until_ms": None, "attempts": 0, "not_before_ms": 0, "accepted_at_ms": 1000 + n,
        "changed_at_ms": 1000 + n, "submitted_at_ms": 1000 + n, "delivered_at_ms": None,
        "snapshot_hash": "ab" * 32, "envelope": bytes(range(256)) * 3 + bytes([n]), "cause": None,
        "rejected_fields": '{"email": "INVALID_EMAIL"}', "correlation_id": None,
        "accepted_by": "user-1", "replaces": None, "conversion_id": None, **changes,
    }  # fmt: skip


OLD_ROWS = [
    old_row(1, state="REJECTED", cause="invalid"),
    old_row(2, replaces=f"{1:032x}", idempotency_key=None, fingerprint=None),
    old_row(3, state="SENDING", fence=2, owner="w", lease_until_ms=9, attempts=2),
    *(old_row(n + 10, state=name) for n, name in enumerate(
        ("DELIVERED", "UNKNOWN", "HELD", "DISCARDED"))),
]  # fmt: skip
OLD_ROWS[3]["delivered_at_ms"] = 5000


@pytest.fixture
def raw(system: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database behind plain SQL, as somebody else's program has it."""
    if system == "sqlite":
        folder = tmp_path / "data"
        folder.mkdir(mode=0o700)
        file = folder / "outbox.db"
        file.touch(mode=0o600)
        url, made = f"sqlite:///{file}", None
    else:
        url = made = request.getfixturevalue("server").new_database()
        url = url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    if system == "sqlite":

        @event.listens_for(engine, "connect")
        def _keep_references(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA foreign_keys=ON")

    yield engine
    engine.dispose()
    if made:
        request.getfixturevalue("server").drop_database(made)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def make_old(engine: Engine) -> None:
    """The tables and rows of the first release, which knew nothing of steps."""
    with engine.execution_options(isolation_level="SERIALIZABLE").begin() as connection:
        tables.upgrade(connection, "0001")
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(INSERT_OUTBOX, OLD_ROWS)
        for n in range(1, 4):
            connection.execute(INSERT_AUDIT, {
                "seq": n, "at_ms": n, "actor": "user-1", "action": "submission.accepted",
                "sid": f"{n:032x}", "cause": None, "fields": "[]", "envelope_sha256": "0" * 64,
                "prev_hash": "0" * 64, "hash": "1" * 64,
            })  # fmt: skip
        connection.execute(
            text("INSERT INTO snapshots VALUES ('form-1', 7, :body)"), {"body": b"\x00{}\xff"}
        )


def content(engine: Engine, table: str, columns: str) -> list[Any]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))  # noqa: S608  # our own names
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in found]


def shape(engine: Engine) -> dict[str, Any]:
    """Everything about the tables that statements can meet; a constraint's own name cannot be
    met, where the database made it up."""
    with engine.connect() as connection:
        found = inspect(connection)
        return {
            table: {
                "columns": [
                    (c["name"], repr(c["type"]), c["nullable"], c["default"])
                    for c in found.get_columns(table)
                ],
                "key": found.get_pk_constraint(table)["constrained_columns"],
                "unique": sorted(
                    tuple(u["column_names"]) for u in found.get_unique_constraints(table)
                ),
                "indexes": sorted(
                    (i["name"], tuple(i["column_names"]), bool(i["unique"]))
                    for i in found.get_indexes(table)
                    if not i.get("duplicates_constraint")
                ),
                "refers": [
                    (f["constrained_columns"], f["referred_table"], f["referred_columns"])
                    for f in found.get_foreign_keys(table)
                ],
                "checks": [c["sqltext"] for c in found.get_check_constraints(table)],
            }
            for table in sorted(found.get_table_names())
        }


def test_every_step_is_known_where_alembic_is_not_loaded() -> None:
    """The list of steps is the folder's, in its order, and has one end."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    steps = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [step.revision for step in reversed(steps)] == list(tables.REVISIONS)


def test_no_step_takes_anything_away() -> None:
    """A step only adds, so that no program of the release before misses anything. (A rule that
    refused rows may go.)"""
    for path in (FOLDER / "versions").glob("*.py"):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"drop_column", "drop_table", "alter_column", "rename_table", "execute"}


def test_steps_lead_to_the_same_tables_as_a_new_database(raw: Engine) -> None:
    """Columns, nullability, defaults, keys, indexes and constraints are the same either way."""
    make_old(raw)
    assert "restamped_ms" not in str(shape(raw))
    open_store(address(raw)).close()
    stepped = shape(raw)
    with raw.connect() as connection:
        for table in [*reversed(metadata.sorted_tables), tables.alembic_version]:
            table.drop(connection)
    open_store(address(raw)).close()
    made = shape(raw)
    assert set(made) == {*metadata.tables, "alembic_version"}
    assert stepped == made


def test_every_row_survives_byte_for_byte(raw: Engine) -> None:
    """What was there before is there after, and is shown; new columns have their defaults."""
    make_old(raw)
    kept = {
        "outbox": OLD_OUTBOX, "audit": OLD_AUDIT, "snapshots": "form_id, read_at_ms, body",
        "schema_version": "version",
    }  # fmt: skip
    before = {table: content(raw, table, columns) for table, columns in kept.items()}
    assert len(before["outbox"]) == len(OLD_ROWS)
    store = open_store(address(raw))
    try:
        assert {table: content(raw, table, columns) for table, columns in kept.items()} == before
        added = content(
            raw, "outbox", "sid, key_id, resends, restamped_ms, decision, copies, shredded_at_ms"
        )
        assert {row[1:] for row in added} == {(None, 0, None, None, 0, None)}
        counts = store.outbox.counts()
        assert {state: n for state, n in counts.items() if n} == {
            State(row["state"]): 1 for row in OLD_ROWS
        }
        assert store.snapshots.load("form-1") == (7, b"\x00{}\xff")
        assert store.outbox.damaged() == 0
    finally:
        store.close()


def test_a_program_of_the_release_before_goes_on(raw: Engine) -> None:
    """Its statements, on a connection from before, work after: it accepts, claims and settles;
    references and uniqueness still hold, and new states are let in."""
    make_old(raw)
    moved = {"state": "SENDING", "now": 5, "owner": "old", "until": 9, "source": "QUEUED"}
    with raw.connect() as connection:
        connection.execute(MOVE, {**moved, "sid": "none", "fence": 1, "source_fence": 0})
        open_store(address(raw)).close()
        connection.execute(INSERT_OUTBOX, old_row(50, replaces=f"{3:032x}"))
        told = {**moved, "sid": f"{50:032x}", "fence": 1, "source_fence": 0}
        assert connection.execute(MOVE, told).rowcount == 1
        done = {**told, "state": "DELIVERED", "source": "SENDING", "source_fence": 1}
        assert connection.execute(MOVE, done).rowcount == 1
        for wrong in (old_row(50), old_row(51, submitted_at_ms=1050), old_row(52, replaces="none")):
            with pytest.raises(Exception, match=r"(?i)unique|foreign key"):
                connection.execute(INSERT_OUTBOX, wrong)
        connection.execute(INSERT_OUTBOX, old_row(53, state="A STATE TO COME"))
    with raw.connect() as connection:
        version = connection.execute(text("SELECT version FROM schema_version")).scalars().all()
    assert version == [1] == [VERSION]


def test_references_are_kept_after_an_upgrade(raw: Engine) -> None:
    """The store that upgraded writes with the same guards as any other."""
    make_old(raw)
    store = open_store(address(raw))
    try:
        for _ in range(3):
            with pytest.raises(Exception, match="Not received"):
                store._writer.run(
                    lambda connection: connection.execute(INSERT_OUTBOX, old_row(60, replaces="x"))
                )
        if raw.dialect.name == "sqlite":
            held = store._writer.run(
                lambda connection: connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
            )
            assert held == 1
    finally:
        store.close()


def test_many_may_start_at_once(raw: Engine) -> None:
    """Of several programs that find an old database, one takes the steps and all go on."""
    make_old(raw)
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(open_store, [address(raw)] * 4):
            store.close()
    assert content(raw, "alembic_version", "version_num") == [(tables.HEAD,)]
    assert len(content(raw, "outbox", OLD_OUTBOX)) == len(OLD_ROWS)


def test_a_step_that_fails_leaves_everything_as_it_was(raw: Engine) -> None:
    """All steps are one transaction: the old tables stay, and the next start tries again."""
    make_old(raw)
    with raw.connect() as connection:
        connection.execute(text("CREATE TABLE paused_forms (theirs INTEGER)"))
    before = shape(raw), content(raw, "outbox", OLD_OUTBOX)
    with pytest.raises(SettingsError, match="GATEWAY_DATABASE_URL"):
        open_store(address(raw))
    assert (shape(raw), content(raw, "outbox", OLD_OUTBOX)) == before
    with raw.connect() as connection:
        connection.execute(text("DROP TABLE paused_forms"))
    open_store(address(raw)).close()


def test_a_newer_database_of_our_version_is_taken(raw: Engine) -> None:
    """Steps unknown here have only added; a version that is not ours is refused."""
    open_store(address(raw)).close()
    with raw.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("ALTER TABLE outbox ADD COLUMN to_come INTEGER"))
    store = open_store(address(raw))
    assert sum(store.outbox.counts().values()) == 0
    store.close()
    assert content(raw, "alembic_version", "version_num") == [("9999",)]
    with raw.connect() as connection:
        connection.execute(text("UPDATE schema_version SET version = version + 1"))
    with pytest.raises(SettingsError, match=f"schema {VERSION + 1}"):
        open_store(address(raw))


def test_nothing_to_do_costs_nothing(
    open_desk: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Opening a database that is up to date does not even load Alembic's command."""
    open_desk()

    def refuse(_connection: Connection, _revision: str = "") -> None:
        raise AssertionError

    monkeypatch.setattr("gateway.store.store.upgrade", refuse)
    caplog.set_level(logging.INFO)
    for _ in range(5):
        open_desk()
    assert not [record for record in caplog.records if record.name.startswith("alembic")]
