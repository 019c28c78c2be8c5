"""Makes the tables of a new database, and brings those of an earlier release up to date."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from gateway.store.schema import VERSION, metadata, schema_version

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every step there is, oldest first; the last makes the tables of ``gateway.store.schema``. They
stand here too, since loading Alembic takes longer than opening a database that needs none."""
FIRST, HEAD = REVISIONS[0], REVISIONS[-1]

_alembic = MetaData()
alembic_version = Table(
    "alembic_version",
    _alembic,
    Column("version_num", String(32), primary_key=True),
)
alembic_version.primary_key.name = "alembic_version_pkc"


@dataclasses.dataclass(frozen=True)
class Standing:
    """What a database holds."""

    version: int | None
    """What a program must know to use it; None when it is another program's."""
    behind: bool
    """Whether a step is still to be taken. A newer program may have taken steps unknown here:
    as long as the version is ours, they only added."""


def find_or_make(connection: Connection) -> Standing:
    """How the database stands; in an empty one the tables are made first."""
    tables = inspect(connection).get_table_names()
    if not tables:
        for made in (metadata, _alembic):
            made.create_all(connection, checkfirst=False)
        connection.execute(insert(schema_version), {"version": VERSION})
        connection.execute(insert(alembic_version), {"version_num": HEAD})
        return Standing(VERSION, behind=False)
    if schema_version.name not in tables:
        return Standing(None, behind=False)
    version = connection.execute(select(schema_version.c.version)).scalar()
    revision = FIRST
    if alembic_version.name in tables:
        revision = connection.execute(select(alembic_version.c.version_num)).scalar() or FIRST
    return Standing(version, behind=revision in REVISIONS[:-1])


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Takes every step up to ``revision`` that was not taken yet, in the caller's transaction.
    The first release knew no steps: its tables count as those of the first."""
    from alembic import command  # noqa: PLC0415  # see REVISIONS
    from alembic.config import Config  # noqa: PLC0415  # see REVISIONS

    config = Config(attributes={"connection": connection})
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    tables = inspect(connection).get_table_names()
    if schema_version.name in tables and alembic_version.name not in tables:
        command.stamp(config, FIRST)
    command.upgrade(config, revision)
