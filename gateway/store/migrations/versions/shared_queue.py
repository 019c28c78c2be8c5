"""What several workers share, what keys have sealed, and states that are no longer a fixed list:
the program knows them, and two releases of it may know different ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds columns and tables. On SQLite a constraint goes only with the table, which is
    therefore made anew."""
    if op.get_bind().dialect.name == "sqlite":
        anew: dict[str, Any] = {"recreate": "always", "copy_from": _without_check()}
    else:
        anew = {"recreate": "never"}
        op.drop_constraint("outbox_state_check", "outbox", type_="check")
    with op.batch_alter_table("outbox", **anew) as outbox:
        outbox.add_column(sa.Column("key_id", sa.String(32)))
        outbox.add_column(sa.Column("resends", sa.Integer, nullable=False, server_default="0"))
        outbox.add_column(sa.Column("restamped_ms", sa.BigInteger))
        outbox.add_column(sa.Column("decision", sa.String(32)))
        outbox.add_column(sa.Column("copies", sa.Integer, nullable=False, server_default="0"))
        outbox.add_column(sa.Column("shredded_at_ms", sa.BigInteger))
    op.create_index("outbox_changed", "outbox", ["state", "changed_at_ms"])
    op.create_index("outbox_epoch", "outbox", ["key_id", "shredded_at_ms"])
    _create_part_index("outbox_kept", "changed_at_ms", "shredded_at_ms IS NULL")
    _create_part_index("outbox_copies", "copies", "copies > 1")
    op.create_table(
        "installation",
        sa.Column("ring_id", sa.String(32), primary_key=True),
        sa.Column("mark", sa.String(16), nullable=False),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("switch", sa.String(16), nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("rest_cause", sa.String(32)),
        sa.Column("rest_until_ms", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("lowered_to", sa.Integer),
        sa.Column("lowered_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("sid", sa.String(32), primary_key=True),
        sa.Column("fence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("claimed_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("turns_until", "turns", ["until_ms"])
    op.create_table(
        "duties",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(128)),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "epochs",
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("closed_ms", sa.BigInteger),
        sa.Column("destroyed_ms", sa.BigInteger),
    )
    op.create_table(
        "probes",
        sa.Column("portal_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("measured_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
    )
    op.create_table(
        "paused_forms",
        sa.Column("form_id", sa.String(64), primary_key=True),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )


def _create_part_index(name: str, column: str, where: str) -> None:
    part = sa.text(where)
    op.create_index(name, "outbox", [column], sqlite_where=part, postgresql_where=part)


def _without_check() -> sa.Table:
    """The table as it is but for its list of states."""
    outbox = sa.Table("outbox", sa.MetaData(), autoload_with=op.get_bind())
    outbox.constraints = {
        kept for kept in outbox.constraints if not isinstance(kept, sa.CheckConstraint)
    }
    return outbox
