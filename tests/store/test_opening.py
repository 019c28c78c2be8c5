"""A database is opened durable and private, or not at all."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import SettingsError
from gateway.store import sqlite
from gateway.store.schema import VERSION, metadata
from gateway.store.store import open_store


def hint(url: str) -> str:
    with pytest.raises(SettingsError) as caught:
        open_store(url)
    (fault,) = caught.value.faults
    assert fault.name == "GATEWAY_DATABASE_URL"
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return fault.hint


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:CANARY@db/x", "postgresql+psycopg2://u:CANARY@db/x", "mysql://u:CANARY@db/x", "CANARY", "", "sqlite://",
        "sqlite:///:memory:", "sqlite:///file.db?mode=memory&CANARY=1", "CANARY://x", "://",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_and_not_repeated(url: str) -> None:
    """Only a SQLite file and a PostgreSQL are taken; the address may hold a password, so it is not shown."""
    assert "sqlite:///folder/outbox.db" in hint(url)
    assert "CANARY" not in hint(url)


@pytest.mark.sqlite
def test_file_and_folders_are_for_the_owner_only(desk: Any) -> None:
    """The file, its journal and the folders made for it shut everybody else out."""
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (desk.file, desk.file.parent)}
    assert modes == {"outbox.db": 0o600, "data": 0o700}
    seen = []

    def work(connection: Any) -> None:
        connection.exec_driver_sql("INSERT INTO snapshots VALUES ('f', 1, x'00')")
        seen.extend(stat.S_IMODE(p.stat().st_mode) for p in desk.file.parent.iterdir())

    desk.store._writer.run(work)
    assert set(seen) == {0o600}


def test_wide_permissions_are_refused(tmp_path: Path) -> None:
    """A folder or file that others can open is named, not repaired."""
    folder = tmp_path / "data"
    open_store(f"sqlite:///{folder}/outbox.db").close()
    (folder / "outbox.db").chmod(0o640)
    assert hint(f"sqlite:///{folder}/outbox.db").startswith("outbox.db can be opened")
    folder.chmod(0o755)
    assert hint(f"sqlite:///{folder}/outbox.db").startswith("data and outbox.db can be opened")
    folder.chmod(0o700)
    (folder / "outbox.db").chmod(0o600)
    open_store(f"sqlite:///{folder}/outbox.db").close()


def test_a_place_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A folder or a file in the way is named by what is wrong."""
    (tmp_path / "file").write_text("some notes\n" * 50)
    (tmp_path / "file").chmod(0o600)
    assert "cannot be made" in hint(f"sqlite:///{tmp_path}/file/outbox.db")
    assert "not a database" in hint(f"sqlite:///{tmp_path}/file")
    (tmp_path / "folder").mkdir(mode=0o700)
    assert "not a database" in hint(f"sqlite:///{tmp_path}/folder")


@pytest.mark.sqlite
def test_another_version_of_the_schema_is_refused(desk: Any) -> None:
    """A newer or older database is left alone, in one clear sentence."""
    desk.accept()
    desk.store.close()
    for version in (VERSION + 1, 0):
        with closing(sqlite3.connect(desk.file)) as connection:
            connection.execute("UPDATE schema_version SET version = ?", (version,))
            connection.commit()
        said = hint(desk.url)
        assert f"schema {version}" in said
        assert f"schema {VERSION}" in said
    with closing(sqlite3.connect(desk.file)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


@pytest.mark.parametrize(
    "made", ["CREATE TABLE theirs (x)", "CREATE TABLE schema_version (version)"]
)
def test_another_programs_database_is_refused(tmp_path: Path, made: str) -> None:
    """Tables are never added to somebody else's file."""
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(made)
        connection.commit()
    file.chmod(0o600)
    before = file.read_bytes()
    assert "another program" in hint(f"sqlite:///{file}")
    assert file.read_bytes() == before


@pytest.mark.sqlite
@pytest.mark.sqlite
def test_every_connection_is_set_up(desk: Any) -> None:
    """Durability and hardening hold for each connection, reading or writing."""
    wanted = {"synchronous": 3, "secure_delete": 1, "trusted_schema": 0, "foreign_keys": 1,
              "busy_timeout": 5000, "journal_mode": "delete"}  # fmt: skip
    if sqlite3.sqlite_version_info >= (3, 51, 3):
        wanted |= {"synchronous": 2, "journal_mode": "wal"}
    for engine in (desk.store._database.writing, desk.store._database.reading):
        with engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert found == wanted


def test_the_mode_follows_the_version() -> None:
    """A write-ahead log only where its reset fault is corrected; always durable."""
    assert sqlite.mode_for((3, 40, 1)) is sqlite.ROLLBACK
    assert sqlite.mode_for((3, 51, 2)) is sqlite.ROLLBACK
    assert sqlite.mode_for((3, 51, 3)) is sqlite.WRITE_AHEAD
    assert sqlite.mode_for((4, 0, 0)) is sqlite.WRITE_AHEAD
    assert (sqlite.ROLLBACK.synchronous, sqlite.WRITE_AHEAD.synchronous) == ("EXTRA", "FULL")


@pytest.mark.sqlite
def test_the_write_ahead_mode_works_too(
    open_desk: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other mode opens, writes and reads; a program of the first mode then refuses to
    mix, and says so."""
    with monkeypatch.context() as newer:
        newer.setattr(sqlite, "mode_for", lambda _: sqlite.WRITE_AHEAD)
        desk = open_desk()
        desk.accept()
        assert "write-ahead log, synchronous=FULL" in desk.store.describe()
        assert {stat.S_IMODE(p.stat().st_mode) for p in desk.file.parent.iterdir()} == {0o600}
    monkeypatch.setattr(sqlite, "mode_for", lambda _: sqlite.ROLLBACK)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    with desk.store._database.reading.connect() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM outbox")
        assert "stop it" in hint(desk.url)


@pytest.mark.sqlite
@pytest.mark.sqlite
def test_the_description_names_the_mode(desk: Any) -> None:
    """The doctor can tell version, journal and synchronous from it."""
    assert desk.store.describe() == (
        f"SQLite {sqlite3.sqlite_version}, {sqlite.mode_for(sqlite3.sqlite_version_info).words}"
    )


def test_no_column_is_for_answers() -> None:
    """The schema has no place for an answer in clear: its columns are exactly these."""
    columns = {
        table.name: [column.name for column in table.columns] for table in metadata.sorted_tables
    }
    assert columns == {
        "schema_version": ["version"],
        "snapshots": ["form_id", "read_at_ms", "body"],
        "audit": ["seq", "at_ms", "actor", "action", "sid", "cause", "fields",
                  "envelope_sha256", "prev_hash", "hash"],
        "outbox": ["sid", "receipt", "idempotency_key", "fingerprint", "portal_id", "form_id",
                   "form_name", "state", "fence", "owner", "lease_until_ms", "attempts",
                   "not_before_ms", "accepted_at_ms", "changed_at_ms", "submitted_at_ms",
                   "delivered_at_ms", "snapshot_hash", "envelope", "cause", "rejected_fields",
                   "correlation_id", "accepted_by", "replaces", "conversion_id", "key_id",
                   "resends", "restamped_ms", "decision", "copies", "shredded_at_ms"],
        "installation": ["ring_id", "mark"],
        "queue": ["id", "switch", "since_ms", "until_ms", "token", "rest_cause",
                  "rest_until_ms", "failures", "lowered_to", "lowered_ms"],
        "turns": ["sid", "fence", "claimed_ms", "until_ms"],
        "duties": ["name", "owner", "until_ms", "done_ms"],
        "epochs": ["key_id", "closed_ms", "destroyed_ms"],
        "probes": ["portal_id", "measured_ms", "body", "signature"],
        "paused_forms": ["form_id", "until_ms"],
        "inbox": ["event_id", "subscription_id", "object_id", "property_name", "occurred_at_ms",
                  "received_at_ms", "portal_id", "kind", "object_type_id", "source", "user_id",
                  "other_id"],
        "grants": ["id", "generation", "version", "portal_id", "scopes", "sealed",
                   "installed_ms", "issued_ms", "expires_ms", "ended", "adopted", "owner",
                   "until_ms"],
        "install_links": ["id", "digest", "asked_by", "made_ms", "until_ms"],
    }  # fmt: skip


@pytest.mark.sqlite
def test_deleted_bytes_are_overwritten(desk: Any) -> None:
    """What is removed from the file is gone from it, not only unlinked."""
    desk.store.snapshots.save("f", 1, b"CANARY" * 900)
    desk.store.snapshots.save("f", 2, b"x")
    desk.store.close()
    assert b"CANARY" not in desk.file.read_bytes()


@pytest.mark.sqlite
def test_a_file_tells_nobody(desk: Any) -> None:
    """Asking a file to tell of changes is no error; it just never does."""
    calls: list[int] = []
    desk.store.on_change(lambda: calls.append(1))
    desk.accept()
    assert not calls
