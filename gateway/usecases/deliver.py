"""From the outbox to HubSpot: claim, open, check once more, send, settle.

The claim is durable before the first byte leaves. What happened is settled once; an unclear
outcome is never sent again from here, because the endpoint has no idempotency key.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping

from gateway.domain.errors import (
    AccountRefused,
    Ambiguous,
    GatewayError,
    HubSpotError,
    IntakeClosed,
    InvalidTransition,
    RateLimited,
    Rejected,
    Tampered,
    WrongKey,
)
from gateway.domain.submissions import Event, Payload
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S
from gateway.sealing.envelope import Context, unseal
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import Claimed, Outbox, Sealed
from gateway.usecases.check import Check
from gateway.usecases.outcomes import CHECKING, SENDING, Outcome, outcome_of
from gateway.usecases.pace import Pace
from gateway.usecases.portal import Portal

LEASE_S = 180.0
"""How long a claim lasts. After it, the submission is taken for unclear."""
SEND_NEEDS_S = CONNECT_TIMEOUT_S + TOTAL_TIMEOUT_S + 25.0
"""How much of the lease must be left before the first byte: one whole call, with room."""
HELD_BATCH = 50
OLDEST_SENT_MS = 25 * 86_400_000
"""HubSpot refuses a ``submittedAt`` older than a month; well before that a person decides."""
SETTLE_AGAIN_S = 1.0

ACCOUNT_CAUSES = {"portal": "wrong_portal", "region": "no_destination"}

log = logging.getLogger("gateway.delivery")


class Delivery:
    """Takes submissions out of the outbox and brings them to HubSpot, one at a time."""

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
        now_ms: Callable[[], int],
    ) -> None:
        self._owner = owner
        self._outbox = outbox
        self._keyring = keyring
        self._check = check
        self._portal = portal
        self._hubspot = hubspot
        self._boot_s = boot_s
        self._now_ms = now_ms
        self.pace = Pace(rate_limit, boot_s)
        """The queue's speed, and whether it rests."""
        self._failures = 0
        self._held_start = 0
        self._lease_ends = 0.0

    def deliver_next(self) -> bool:
        """Delivers the oldest submission that is due; False when there is none, or while the
        queue rests.

        One is claimed at a time, so that a crash leaves at most one whose sending is unclear.
        """
        if self.pace.resting():
            return False
        self._lease_ends = self._boot_s() + LEASE_S
        batch = self._outbox.claim(self._owner, limit=1, lease_s=LEASE_S)
        for claimed in batch:
            # Somebody else decided while we were away: theirs stands.
            with contextlib.suppress(InvalidTransition):
                payload = self._ready(claimed)
                if payload is not None:
                    self._send(claimed, payload)
        return bool(batch)

    def release_held(self) -> int:
        """Queues again the held submissions that could be sent now; returns how many. It looks
        at some each time and goes round, so that no number of hopeless ones hides the rest."""
        batch = self._outbox.held(HELD_BATCH, start=self._held_start)
        released = 0
        for held in batch:
            if self.pace.resting():
                break
            opened = self._open(held)
            with contextlib.suppress(GatewayError):
                if isinstance(opened, Payload) and self._obstacle(held, opened) is None:
                    self._outbox.release(held.sid)
                    released += 1
        self._held_start = self._held_start + len(batch) - released if batch else 0
        return released

    def _ready(self, claimed: Claimed) -> Payload | None:
        """The payload, when everything allows it to be sent now; else the claim is settled.
        Nothing has left yet, so whatever goes wrong here, it is proven unsent."""
        try:
            self.pace.wait_for_turn()
            cause = self._hindrance()
            if cause is not None:
                self._settle(claimed, Event.PROVEN_UNSENT, cause=cause)
                return None
            opened = self._open(claimed)
            cause = opened if isinstance(opened, str) else self._obstacle(claimed, opened)
            if cause is not None:
                self._settle(claimed, Event.GATE_REFUSED, cause=cause)
                return None
            cause = self._hindrance()
            if cause is not None:
                self._settle(claimed, Event.PROVEN_UNSENT, cause=cause)
                return None
        except InvalidTransition:
            raise
        except GatewayError as error:
            self._settle_error(claimed, error, CHECKING)
            return None
        except Exception as error:
            log.error("a delivery was given back: %s", type(error).__name__)
            self._settle(
                claimed,
                Event.PROVEN_UNSENT,
                cause="interrupted",
                not_before_ms=self._now_ms() + 60_000,
            )
            return None
        return opened if isinstance(opened, Payload) else None

    def _send(self, claimed: Claimed, payload: Payload) -> None:
        failure: GatewayError | None = None
        try:
            self._hubspot.submit(
                claimed.portal_id, claimed.form_id, payload, submitted_at_ms=claimed.submitted_at_ms
            )
        except GatewayError as error:
            failure = error
        except Exception as error:
            log.error("a send ended unclear: %s", type(error).__name__)
            failure = Ambiguous()
        if failure is not None:
            self._settle_error(claimed, failure, SENDING)
            return
        self._failures = 0
        self._settle(claimed, Event.ACCEPTED_BY_HUBSPOT)

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

    def _obstacle(self, sealed: Sealed, payload: Payload) -> str | None:
        """Why a submission must be held, or None. It asks the gate once more, on a description
        read after these answers were accepted. Raises the error of asking."""
        if self._now_ms() - sealed.submitted_at_ms > OLDEST_SENT_MS:
            return "too_old"
        try:
            if self._portal.facts().portal_id != sealed.portal_id:
                return "wrong_portal"
        except AccountRefused as error:
            return ACCOUNT_CAUSES[error.cause]
        self._hubspot.check_destination(sealed.portal_id, sealed.form_id)
        passes = self._check.still_passes(sealed.form_id, payload, sealed.accepted_at_ms)
        return None if passes else "gate"

    def _hindrance(self) -> str | None:
        """Why nothing may leave at this moment: the queue rests, or the lease is too short for
        a whole call."""
        if self._boot_s() + SEND_NEEDS_S >= self._lease_ends:
            return "lease_lost"
        return self.pace.resting()

    def _settle_error(
        self, claimed: Claimed, error: GatewayError, table: Mapping[type[GatewayError], Outcome]
    ) -> None:
        outcome = outcome_of(error, table)
        cause = outcome.cause
        if isinstance(error, RateLimited) and error.policy == "MIGRATION":
            cause = "migrating"
        if outcome.queue_rests is not None:
            self.pace.rest(outcome.queue_rests(error, self._failures), cause)
            self._failures += 1
        waits = outcome.row_waits
        self._settle(
            claimed,
            outcome.event,
            cause=cause,
            rejected=error.errors if isinstance(error, Rejected) else None,
            not_before_ms=self._now_ms() + int(waits(error, claimed.attempts) * 1000)
            if waits is not None
            else None,
            correlation_id=error.correlation_id if isinstance(error, HubSpotError) else None,
        )

    def _settle(
        self,
        claimed: Claimed,
        event: Event,
        *,
        cause: str | None = None,
        rejected: Mapping[str, str] | None = None,
        not_before_ms: int | None = None,
        correlation_id: str | None = None,
    ) -> None:
        """Writes what happened. While the disk is full or the database locked it is tried again
        until the lease ends: a settlement that is lost would leave the submission unclear
        although we know better."""
        while True:
            try:
                self._outbox.settle(
                    claimed,
                    event,
                    cause=cause,
                    rejected=rejected,
                    not_before_ms=not_before_ms,
                    correlation_id=correlation_id,
                )
            except IntakeClosed:
                if self._boot_s() + SETTLE_AGAIN_S >= self._lease_ends:
                    raise
                time.sleep(SETTLE_AGAIN_S)
            else:
                return
