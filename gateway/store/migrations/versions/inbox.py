"""The inbox: what HubSpot reports by webhook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds one table; a program that does not know it is not asked to fill it."""
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subscription_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("object_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("property_name", sa.String(255), primary_key=True),
        sa.Column("occurred_at_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("portal_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("object_type_id", sa.String(40), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("other_id", sa.BigInteger),
    )
    op.create_index("inbox_occurred", "inbox", ["occurred_at_ms", "event_id"])
    op.create_index(
        "inbox_property", "inbox", ["object_type_id", "property_name", "occurred_at_ms"]
    )
    op.create_index(
        "inbox_record", "inbox", ["object_id", "object_type_id", "property_name", "occurred_at_ms"]
    )
    op.create_index("inbox_received", "inbox", ["received_at_ms"])
