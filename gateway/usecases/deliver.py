"""From the outbox to HubSpot: claim, open, check once more, send, settle.

The claim is durable before the first byte leaves. What happened is settled once; an unclear
outcome is never sent again from here, because the endpoint has no idempotency key.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping

from gateway.domain.errors import (
    Ambiguous,
    Forbidden,
    ForbiddenDestination,
    HubSpotError,
    IntakeClosed,
    InvalidTransition,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Tampered,
    Unauthorized,
    Unavailable,
    UnknownForm,
    WrongKey,
)
from gateway.domain.submissions import Event, Payload
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S
from gateway.sealing.envelope import Context, unseal
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import Claimed, Outbox, Sealed
from gateway.usecases.check import Check
from gateway.usecases.pace import Pace
from gateway.usecases.portal import Portal

LEASE_S = 180.0
"""How long a claim lasts. After it, the submission is taken for unclear."""
SEND_NEEDS_S = CONNECT_TIMEOUT_S + TOTAL_TIMEOUT_S + 25.0
"""How much of the lease must be left before the first byte: one whole call, with room."""
BATCH = 4
HELD_BATCH = 200
AUTH_PAUSE_S = 300.0
"""While HubSpot refuses the token, one call in this time asks whether it still does."""


@dataclasses.dataclass(frozen=True)
class _Row:
    """What an outcome means: what becomes of the submission, why it waits or stopped, and
    how long the whole queue rests (seconds)."""

    event: Event
    cause: str | None
    rest: Callable[[HubSpotError, int], float]


def _none(_: HubSpotError, __: int) -> float:
    return 0.0


def _auth(_: HubSpotError, __: int) -> float:
    return AUTH_PAUSE_S


def _backoff(_: HubSpotError, failures: int) -> float:
    """1 s, doubling to a minute, with full jitter."""
    return random.uniform(0.5, 1.0) * min(60.0, 2.0 ** min(failures, 6))  # noqa: S311  # spreading, not secrecy


def _asked(error: HubSpotError, failures: int) -> float:
    """As long as HubSpot asked for, or 10 s more each time as its own client does."""
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return asked if asked is not None else min(600.0, 10.0 * (failures + 1))


OUTCOMES: Mapping[type[Exception], _Row] = {
    NotSent: _Row(Event.PROVEN_UNSENT, "unreachable", _backoff),
    RateLimited: _Row(Event.PROVEN_UNSENT, "rate_limited", _asked),
    Unauthorized: _Row(Event.PROVEN_UNSENT, "unauthorized", _auth),
    Forbidden: _Row(Event.PROVEN_UNSENT, "forbidden", _auth),
    Rejected: _Row(Event.REFUSED_BY_HUBSPOT, "invalid", _none),
    NotFound: _Row(Event.REFUSED_BY_HUBSPOT, "not_found", _none),
    Ambiguous: _Row(Event.OUTCOME_UNCLEAR, "no_answer", _backoff),
}
"""Every way a send can fail → what it means. Any other error is unclear, never a retry."""

CHECK_FAILED: Mapping[type[Exception], _Row] = {
    NotSent: OUTCOMES[NotSent],
    RateLimited: OUTCOMES[RateLimited],
    Unauthorized: OUTCOMES[Unauthorized],
    Forbidden: OUTCOMES[Forbidden],
    Unavailable: _Row(Event.PROVEN_UNSENT, "definitions_old", _backoff),
    NotFound: _Row(Event.GATE_REFUSED, "not_found", _none),
}
"""What it means when the check right before the send cannot be made: nothing has left yet."""


class Delivery:
    """Takes submissions out of the outbox and brings them to HubSpot, one batch at a time."""

    def __init__(
        self,
        owner: str,
        outbox: Outbox,
        keyring: Keyring,
        check: Check,
        portal: Portal,
        hubspot: HubSpot,
        *,
        rate_limit: int,
        boot_s: Callable[[], float],
    ) -> None:
        self._owner = owner
        self._outbox = outbox
        self._keyring = keyring
        self._check = check
        self._portal = portal
        self._hubspot = hubspot
        self._boot_s = boot_s
        self.pace = Pace(rate_limit, boot_s)
        """The queue's speed, and whether it rests."""
        self._failures = 0

    def run_batch(self) -> int:
        """Delivers what is due, and returns how many submissions were settled. Returns 0 at
        once while the queue rests."""
        if self.pace.resting():
            return 0
        claimed_at = self._boot_s()
        batch = self._outbox.claim(self._owner, limit=BATCH, lease_s=LEASE_S)
        for claimed in batch:
            try:
                self._deliver(claimed, claimed_at + LEASE_S)
            except InvalidTransition:
                continue  # somebody else decided while we were away: theirs stands
        return len(batch)

    def release_held(self) -> int:
        """Queues again every held submission that passes the gate now; returns how many."""
        released = 0
        for held in self._outbox.held(HELD_BATCH):
            opened = self._open(held)
            try:
                if isinstance(opened, Payload) and self._passes(held, opened):
                    self._outbox.release(held.sid)
                    released += 1
            except (HubSpotError, UnknownForm, InvalidTransition):
                continue  # it stays held until it can be checked
        return released

    def _deliver(self, claimed: Claimed, lease_ends: float) -> None:
        if not self._may_send(claimed, lease_ends):
            return
        opened = self._open(claimed)
        if not isinstance(opened, Payload):
            self._outbox.settle(claimed, Event.GATE_REFUSED, cause=opened)
            return
        if not self._still_passes(claimed, opened):
            return
        self.pace.wait_for_turn()
        if not self._may_send(claimed, lease_ends):
            return
        try:
            self._hubspot.submit(
                claimed.portal_id, claimed.form_id, opened, submitted_at_ms=claimed.submitted_at_ms
            )
        except (HubSpotError, ForbiddenDestination) as error:
            self._settle_failure(claimed, error, OUTCOMES)
            return
        self._failures = 0
        self._outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)

    def _open(self, sealed: Sealed) -> Payload | str:
        """The payload, or the cause for which the submission is held."""
        context = Context(
            sealed.sid,
            sealed.portal_id,
            sealed.form_id,
            sealed.submitted_at_ms,
            sealed.snapshot_hash,
        )
        try:
            return unseal(sealed.envelope, context, self._keyring.opening)
        except WrongKey:
            return "wrong_key"
        except Tampered:
            return "tampered"

    def _passes(self, sealed: Sealed, payload: Payload) -> bool:
        """The gate once more, on a description read after these answers were accepted."""
        try:
            ours = self._portal.facts().portal_id == sealed.portal_id
        except IntakeClosed:
            ours = False
        return ours and self._check.still_passes(sealed.form_id, payload, sealed.accepted_at_ms)

    def _still_passes(self, claimed: Claimed, payload: Payload) -> bool:
        try:
            passes, cause = self._passes(claimed, payload), "gate"
        except UnknownForm:
            passes, cause = False, "not_found"
        except HubSpotError as error:
            self._settle_failure(claimed, error, CHECK_FAILED)
            return False
        if not passes:
            self._outbox.settle(claimed, Event.GATE_REFUSED, cause=cause)
        return passes

    def _may_send(self, claimed: Claimed, lease_ends: float) -> bool:
        """Whether the queue goes on and a whole call fits into the lease; if not, the claim is
        given back before a byte has left."""
        cause = self.pace.resting()
        if cause is None and self._boot_s() + SEND_NEEDS_S >= lease_ends:
            cause = "lease_lost"
        if cause is not None:
            self._outbox.settle(claimed, Event.PROVEN_UNSENT, cause=cause)
        return cause is None

    def _settle_failure(
        self, claimed: Claimed, error: Exception, table: Mapping[type[Exception], _Row]
    ) -> None:
        fallback = OUTCOMES[Ambiguous] if table is OUTCOMES else CHECK_FAILED[Unavailable]
        row = table.get(type(error), fallback)
        known = error if isinstance(error, HubSpotError) else Ambiguous()
        rest = row.rest(known, self._failures)
        self._failures = self._failures + 1 if rest else 0
        if rest:
            self.pace.rest(rest, row.cause)
        cause = "migrating" if getattr(error, "policy", None) == "MIGRATION" else row.cause
        self._outbox.settle(
            claimed,
            row.event,
            cause=cause,
            rejected=error.errors if isinstance(error, Rejected) else None,
            correlation_id=known.correlation_id,
        )
