"""The tables, in terms every SQL database knows. No column can hold an answer in clear.

Times are milliseconds since the epoch (UTC). Digests and ids are lower-case hex.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    cast,
)

from gateway.domain.submissions import State

VERSION = 1
"""The schema this program writes and reads. Raise it with every change of a table."""

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
)

_STATES = ", ".join(f"'{state}'" for state in State)

outbox = Table(
    "outbox",
    metadata,
    Column("sid", String(32), primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("idempotency_key", String(255), unique=True),
    Column("fingerprint", String(64)),
    Column("portal_id", BigInteger, nullable=False),
    Column("form_id", String(64), nullable=False),
    Column("form_name", Text, nullable=False),
    Column("state", String(16), CheckConstraint(f"state IN ({_STATES})"), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", String(128)),
    Column("lease_until_ms", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("accepted_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Column("submitted_at_ms", BigInteger, nullable=False),
    Column("delivered_at_ms", BigInteger),
    Column("snapshot_hash", String(64), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("cause", String(32)),
    Column("rejected_fields", Text, nullable=False),
    Column("correlation_id", String(64)),
    Column("accepted_by", String(128), nullable=False),
    Column("replaces", ForeignKey("outbox.sid")),
    Column("conversion_id", String(64)),
    UniqueConstraint("form_id", "submitted_at_ms"),
    Index("outbox_due", "state", "accepted_at_ms", "submitted_at_ms"),
    Index("outbox_accepted", "accepted_at_ms", "submitted_at_ms"),
)

ENVELOPE = cast(outbox.c.envelope, LargeBinary).label("envelope")
"""The envelope as bytes even where somebody put text in its place: one spoilt row must not
stop the queue, and is found when it does not open."""

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("sid", String(32), nullable=False),
    Column("cause", String(32)),
    Column("fields", Text, nullable=False),
    Column("envelope_sha256", String(64)),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_sid", "sid", "seq"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("form_id", String(64), primary_key=True),
    Column("read_at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
