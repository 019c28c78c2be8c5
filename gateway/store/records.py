"""What crosses the outbox's border: what comes in, and what the worker gets."""

from __future__ import annotations

import dataclasses

from gateway.domain.kinds import Guarded
from gateway.domain.submissions import State


@dataclasses.dataclass(frozen=True)
class NewSubmission:
    """All that the outbox keeps in clear of a submission. The answers are not among it."""

    portal_id: int
    form_id: str
    form_name: str
    snapshot_hash: str
    """SHA-256 (hex) of what the gate's verdict rested on."""
    accepted_by: str
    """The id of the user who submitted."""
    key: str | None = None
    """The caller's idempotency key, 1 to 255 characters."""
    fingerprint: str | None = None
    """The ring's keyed digest of the answers: tells whether a key came back with others."""
    replaces: str | None = None
    """The receipt of the rejected submission that this one corrects, as typed."""
    confirmed: tuple[Guarded, ...] = ()
    """What the content guard asked about, and the person confirmed."""


@dataclasses.dataclass(frozen=True)
class Accepted:
    """A submission that is durable now, or was before (``created`` is False)."""

    sid: str
    receipt: str
    """The code for people."""
    accepted_at_ms: int
    submitted_at_ms: int
    created: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sealed:
    """A stored submission as it is needed to open its envelope."""

    sid: str
    receipt: str
    portal_id: int
    form_id: str
    form_name: str
    snapshot_hash: str
    accepted_at_ms: int
    submitted_at_ms: int
    envelope: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claimed(Sealed):
    """A submission that one worker holds until ``lease_until_ms``. ``fence`` rises with each
    claim, so that a worker that lost its lease cannot settle."""

    fence: int
    attempts: int
    """How many times it was claimed, this one included."""
    lease_until_ms: int
    restamped_ms: int | None
    """The ``submittedAt`` to send instead, after a person let a very old one go again."""


@dataclasses.dataclass(frozen=True)
class Claims:
    """What a worker got, and if nothing, why, and when to ask again."""

    items: tuple[Claimed, ...]
    cause: str | None = None
    """A key of ``CAUSES`` while the queue rests or is paused."""
    again_s: float | None = None
    """Seconds until something may be possible; None when nobody can tell."""


@dataclasses.dataclass(frozen=True)
class Unclear:
    """A submission to look for in HubSpot, by its tag."""

    sid: str
    receipt: str
    form_id: str
    state: State
    submitted_at_ms: int
    """What it was sent with."""
    accepted_at_ms: int
    unclear_since_ms: int
    resends: int
    fence: int
    """Which sending became unclear: it rises with each claim."""
    cause: str | None
    """Why it is unclear, a key of ``CAUSES``."""
