"""The tables, in terms every SQL database knows. No column can hold an answer in clear.

Times are milliseconds since the epoch (UTC). Digests and ids are lower-case hex.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

VERSION = 1
"""What a program must know to use these tables. Migrations only add, so that an old program
and a new one work side by side; raise this when one cannot."""

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
)

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
    Column("state", String(16), nullable=False),
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
    Column("key_id", String(32)),
    Column("resends", Integer, nullable=False, server_default="0"),
    Column("restamped_ms", BigInteger),
    Column("decision", String(32)),
    Column("copies", Integer, nullable=False, server_default="0"),
    Column("shredded_at_ms", BigInteger),
    UniqueConstraint("form_id", "submitted_at_ms"),
    Index("outbox_due", "state", "accepted_at_ms", "submitted_at_ms"),
    Index("outbox_accepted", "accepted_at_ms", "submitted_at_ms"),
    Index("outbox_changed", "state", "changed_at_ms"),
    Index("outbox_epoch", "key_id", "shredded_at_ms"),
)
Index(
    "outbox_kept",
    outbox.c.changed_at_ms,
    sqlite_where=outbox.c.shredded_at_ms.is_(None),
    postgresql_where=outbox.c.shredded_at_ms.is_(None),
)
Index(
    "outbox_copies",
    outbox.c.copies,
    sqlite_where=outbox.c.copies > 1,
    postgresql_where=outbox.c.copies > 1,
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

installation = Table(
    "installation",
    metadata,
    Column("ring_id", String(32), primary_key=True),
    Column("mark", String(16), nullable=False),
)
"""Whose outbox this is: one row, the key ring of the first program that opened it."""

queue = Table(
    "queue",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("switch", String(16), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    Column("token", String(64), nullable=False),
    Column("rest_cause", String(32)),
    Column("rest_until_ms", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("lowered_to", Integer),
    Column("lowered_ms", BigInteger, nullable=False),
)
"""The queue's switch and speed: one row, shared by all workers. ``token`` is the ring's digest
of the token that was refused."""

turns = Table(
    "turns",
    metadata,
    Column("sid", String(32), primary_key=True),
    Column("fence", Integer, primary_key=True, autoincrement=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Index("turns_until", "until_ms"),
)
"""The places of the sliding window that are taken: each from the claim until ten seconds after
its call has ended, when ``claimed_ms`` becomes 0."""

duties = Table(
    "duties",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("owner", String(128)),
    Column("until_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger, nullable=False),
)
"""Work that one worker does for all: who has it, until when, and when it was last done."""

epochs = Table(
    "epochs",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("closed_ms", BigInteger),
    Column("destroyed_ms", BigInteger),
)
"""The keys that have sealed a submission. A closed one seals no more."""

probes = Table(
    "probes",
    metadata,
    Column("portal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("measured_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("signature", String(64), nullable=False),
)
"""What was measured of how an account shows submissions, signed with the ring."""

paused_forms = Table(
    "paused_forms",
    metadata,
    Column("form_id", String(64), primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
)
"""Forms HubSpot refused too often in a row: one submission is tried when the time has come."""

grants = Table(
    "grants",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("portal_id", BigInteger, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("installed_ms", BigInteger, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("ended", String(32)),
    Column("adopted", String(64), nullable=False),
    Column("owner", String(128)),
    Column("until_ms", BigInteger, nullable=False),
)
"""What the account has granted to our app by OAuth: one row. ``sealed`` holds the tokens, bound to
account, generation and version; ``owner`` is who renews them, until ``until_ms``."""

install_links = Table(
    "install_links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""The install links that wait for an answer, each with the ring's digest of its secret."""

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subscription_id", BigInteger, primary_key=True, autoincrement=False),
    Column("object_id", BigInteger, primary_key=True, autoincrement=False),
    Column("property_name", String(255), primary_key=True),
    Column("occurred_at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("portal_id", BigInteger, nullable=False),
    Column("kind", String(80), nullable=False),
    Column("object_type_id", String(40), nullable=False),
    Column("source", String(64), nullable=False),
    Column("user_id", BigInteger),
    Column("other_id", BigInteger),
    Index("inbox_occurred", "occurred_at_ms", "event_id"),
    Index("inbox_property", "object_type_id", "property_name", "occurred_at_ms"),
    Index("inbox_record", "object_id", "object_type_id", "property_name", "occurred_at_ms"),
    Index("inbox_received", "received_at_ms"),
)
"""What HubSpot reported by webhook, each event once: which property of which record changed, and
when. There is no column for what it changed to."""
