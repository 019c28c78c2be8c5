"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STATES = ("QUEUED", "SENDING", "DELIVERED", "REJECTED", "UNKNOWN", "HELD", "DISCARDED")


def upgrade() -> None:
    """Makes them in an empty database."""
    version = op.create_table(
        "schema_version", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
    )
    op.bulk_insert(version, [{"version": 1}])
    op.create_table(
        "outbox",
        sa.Column("sid", sa.String(32), primary_key=True),
        sa.Column("receipt", sa.String(16), nullable=False, unique=True),
        sa.Column("idempotency_key", sa.String(255), unique=True),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("portal_id", sa.BigInteger, nullable=False),
        sa.Column("form_id", sa.String(64), nullable=False),
        sa.Column("form_name", sa.Text, nullable=False),
        sa.Column(
            "state",
            sa.String(16),
            sa.CheckConstraint("state IN (" + ", ".join(f"'{name}'" for name in STATES) + ")"),
            nullable=False,
        ),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(128)),
        sa.Column("lease_until_ms", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before_ms", sa.BigInteger, nullable=False),
        sa.Column("accepted_at_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("submitted_at_ms", sa.BigInteger, nullable=False),
        sa.Column("delivered_at_ms", sa.BigInteger),
        sa.Column("snapshot_hash", sa.String(64), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("rejected_fields", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.String(64)),
        sa.Column("accepted_by", sa.String(128), nullable=False),
        sa.Column("replaces", sa.String(32), sa.ForeignKey("outbox.sid")),
        sa.Column("conversion_id", sa.String(64)),
        sa.UniqueConstraint("form_id", "submitted_at_ms"),
    )
    op.create_index("outbox_due", "outbox", ["state", "accepted_at_ms", "submitted_at_ms"])
    op.create_index("outbox_accepted", "outbox", ["accepted_at_ms", "submitted_at_ms"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("sid", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("envelope_sha256", sa.String(64)),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_sid", "audit", ["sid", "seq"])
    op.create_table(
        "snapshots",
        sa.Column("form_id", sa.String(64), primary_key=True),
        sa.Column("read_at_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
