"""From the outbox to HubSpot: claim, open, check once more, send, settle.

The claim is durable before the first byte leaves. What happened is settled once; an unclear
outcome is never sent again from here, because the endpoint has no idempotency key.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping

from gateway.domain.errors import (
    AccountRefused,
    GatewayError,
    IntakeClosed,
    InvalidTransition,
    Tampered,
    WrongKey,
)
from gateway.domain.hubspot_errors import Ambiguous, HubSpotError, RateLimited, Rejected
from gateway.domain.queue import POSITIONS, Switch
from gateway.domain.submissions import Event, Payload
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S
from gateway.sealing.envelope import Context, unseal
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import Claimed, Effect, Outbox, Outcome, Sealed
from gateway.usecases import outcomes
from gateway.usecases.check import Check
from gateway.usecases.instruments import Instruments
from gateway.usecases.outcomes import CHECKING, DAILY, SENDING, outcome_of
from gateway.usecases.portal import Portal
from gateway.usecases.quota import effect_of, until_midnight_s

LEASE_S = 180.0
"""How long a claim lasts. After it, the submission is taken for unclear."""
SEND_NEEDS_S = CONNECT_TIMEOUT_S + TOTAL_TIMEOUT_S + 25.0
"""How much of the lease must be left before the first byte: one whole call, with room."""
HELD_BATCH = 50
OLDEST_SENT_MS = 25 * 86_400_000
"""HubSpot refuses a ``submittedAt`` older than a month; well before that a person decides."""
SETTLE_AGAIN_S = 1.0
MOST_INTERRUPTIONS = 10
"""A submission that stops the program so often before anything left needs a person."""
INTERRUPTED_WAITS_S = 60.0

ACCOUNT_CAUSES = {"portal": "wrong_portal", "region": "no_destination"}

log = logging.getLogger("gateway.delivery")


@dataclasses.dataclass(frozen=True)
class Turn:
    """What became of one look into the queue: whether a submission was worked on; if not, why,
    and in how many seconds something may be possible."""

    worked: bool
    cause: str | None = None
    again_s: float | None = None


@dataclasses.dataclass(frozen=True)
class _Job:
    """A claim, and when its lease ends by the clock that keeps counting in sleep."""

    claimed: Claimed
    lease_ends: float


_UNSENT = Effect(counts=False)


class _Hindered(Exception):  # noqa: N818  # it ends the check; what hinders is no error
    """The submission cannot leave now: how its claim is settled."""

    def __init__(self, event: Event, cause: str, effect: Effect = _UNSENT) -> None:
        super().__init__(cause)
        self.event, self.cause, self.effect = event, cause, effect


class Delivery:
    """Takes submissions out of the outbox and brings them to HubSpot, each thread of a worker
    one at a time: a crash leaves at most so many whose sending is unclear."""

    def __init__(
        self,
        owner: str,
        outbox: Outbox,
        keyring: Keyring,
        check: Check,
        portal: Portal,
        hubspot: HubSpot,
        instruments: Instruments,
        *,
        rate_limit: int,
        token: Callable[[], str],
        boot_s: Callable[[], float],
        now_ms: Callable[[], int],
    ) -> None:
        self._owner = owner
        self._outbox = outbox
        self._keyring = keyring
        self._check = check
        self._portal = portal
        self._hubspot = hubspot
        self._instruments = instruments
        self._rate_limit = rate_limit
        self._token = token
        self._boot_s = boot_s
        self._now_ms = now_ms
        self._held_start = 0
        self._stopped = False

    def stop(self) -> None:
        """Nothing more is sent: what is claimed and not yet sent goes back."""
        self._stopped = True

    def go_on(self) -> None:
        """Takes :meth:`stop` back."""
        self._stopped = False

    def deliver_next(self) -> Turn:
        """Delivers the oldest submission that is due, if the queue's switch and the window
        allow one now."""
        if self._stopped:
            return Turn(worked=False, cause="worker_stopped")
        lease_ends = self._boot_s() + LEASE_S
        claims = self._outbox.claim(
            self._owner, limit=1, lease_s=LEASE_S, per_window=self._rate_limit
        )
        for claimed in claims.items:
            self._instruments.claimed(self._now_ms() - claimed.accepted_at_ms)
            job = _Job(claimed, lease_ends)
            # Somebody else decided while we were away: theirs stands.
            with contextlib.suppress(InvalidTransition):
                payload = self._ready(job)
                if payload is not None:
                    self._send(job, payload)
        return Turn(bool(claims.items), claims.cause, claims.again_s)

    def release_held(self) -> int:
        """Queues again the held submissions that could be sent now; returns how many. It looks
        at some each time and goes round, so that no number of hopeless ones hides the rest."""
        batch = self._outbox.held(HELD_BATCH, start=self._held_start)
        released = 0
        for held in batch:
            if self._stopped:
                break
            with contextlib.suppress(GatewayError, _Hindered):
                self._passes(held, self._open(held), sent_with=None)
                self._outbox.release(held.sid)
                released += 1
        self._held_start = self._held_start + len(batch) - released if batch else 0
        return released

    def _ready(self, job: _Job) -> Payload | None:
        """The payload, when everything allows it to be sent now; else the claim is settled.
        Nothing has left yet, so whatever goes wrong here, it is proven unsent."""
        claimed = job.claimed
        try:
            self._still_ours(job)
            payload = self._open(claimed)
            sent_with = claimed.restamped_ms or claimed.submitted_at_ms
            self._passes(claimed, payload, sent_with=sent_with)
            self._still_ours(job)
        except _Hindered as hindered:
            self._settle(job, hindered.event, Outcome(hindered.cause), effect=hindered.effect)
            return None
        except GatewayError as error:
            self._settle_error(job, error, CHECKING)
            return None
        except Exception as error:
            log.error("a delivery was given back: %s", type(error).__name__)
            poison = claimed.attempts >= MOST_INTERRUPTIONS
            self._settle(
                job,
                Event.GIVEN_TO_A_PERSON if poison else Event.PROVEN_UNSENT,
                Outcome("interrupted"),
                not_before_s=INTERRUPTED_WAITS_S,
                effect=_UNSENT,
            )
            return None
        return payload

    def _send(self, job: _Job, payload: Payload) -> None:
        claimed, failure = job.claimed, None
        began = time.monotonic()
        try:
            self._hubspot.submit(
                claimed.portal_id,
                claimed.form_id,
                payload,
                submitted_at_ms=claimed.restamped_ms or claimed.submitted_at_ms,
            )
        except GatewayError as error:
            failure = error
        except Exception as error:
            log.error("a send ended unclear: %s", type(error).__name__)
            failure = Ambiguous()
        self._instruments.sent(failure, time.monotonic() - began)
        if failure is not None:
            self._settle_error(job, failure, SENDING)
            return
        self._settle(job, Event.ACCEPTED_BY_HUBSPOT, Outcome(), effect=self._after_success())
        self._instruments.delivered(self._now_ms() - claimed.accepted_at_ms)

    def _after_success(self) -> Effect:
        rates = effect_of(
            self._hubspot.client.rates,
            limit=self._rate_limit,
            until_midnight_s=self._until_midnight_s(),
        )
        return dataclasses.replace(rates, ok=True)

    def _until_midnight_s(self) -> float:
        return until_midnight_s(self._now_ms(), self._portal.time_zone())

    def _open(self, sealed: Sealed) -> Payload:
        context = Context(
            sealed.sid,
            sealed.portal_id,
            sealed.form_id,
            sealed.submitted_at_ms,
            sealed.snapshot_hash,
        )
        cause = "tampered"
        try:
            return unseal(sealed.envelope, context, self._keyring.opening)
        except WrongKey:
            cause = "wrong_key"
        except Tampered:
            cause = "tampered"
        raise _Hindered(Event.GATE_REFUSED, cause)

    def _passes(self, sealed: Sealed, payload: Payload, *, sent_with: int | None) -> None:
        """Asks once more whether this may be sent, on a description read after these answers
        were sealed. ``sent_with`` is the time it would be sent with, None for one that is only
        looked at. Raises what hinders it, or the error of asking."""
        try:
            facts = self._portal.facts()
        except AccountRefused as error:
            raise _Hindered(Event.GATE_REFUSED, ACCOUNT_CAUSES[error.cause]) from None
        if facts.clock_wrong:
            again_s = POSITIONS[Switch.PAUSED_CLOCK].again_s
            pause = Effect(counts=False, pause=Switch.PAUSED_CLOCK, pause_s=again_s)
            raise _Hindered(Event.PROVEN_UNSENT, "clock", pause)
        if facts.portal_id != sealed.portal_id:
            raise _Hindered(Event.GATE_REFUSED, "wrong_portal")
        if sent_with is not None and self._now_ms() - sent_with > OLDEST_SENT_MS:
            raise _Hindered(Event.GIVEN_TO_A_PERSON, "too_old")
        self._hubspot.check_destination(sealed.portal_id, sealed.form_id)
        if not self._check.still_passes(sealed.form_id, payload, sealed.submitted_at_ms):
            raise _Hindered(Event.GATE_REFUSED, "gate")

    def _still_ours(self, job: _Job) -> None:
        """Raises when nothing may leave at this moment: we are stopping, or the lease is too
        short for a whole call."""
        if self._boot_s() + SEND_NEEDS_S >= job.lease_ends:
            raise _Hindered(Event.PROVEN_UNSENT, "lease_lost")
        if self._stopped:
            raise _Hindered(Event.PROVEN_UNSENT, "worker_stopped")

    def _settle_error(
        self,
        job: _Job,
        error: GatewayError,
        table: Mapping[type[GatewayError], outcomes.Outcome],
    ) -> None:
        row = outcome_of(error, table)
        effect, cause = row.works(error), row.cause
        if isinstance(error, RateLimited):
            cause = outcomes.policy_of(error).cause
            if error.policy == DAILY:
                cause = "daily_quota"
                effect = Effect(pause=Switch.PAUSED_QUOTA, pause_s=self._until_midnight_s())
        effect = dataclasses.replace(effect, token=self._token(), setting=self._rate_limit)
        self._settle(
            job,
            row.event,
            Outcome(
                cause,
                rejected=error.errors if isinstance(error, Rejected) else {},
                correlation_id=error.correlation_id if isinstance(error, HubSpotError) else None,
            ),
            not_before_s=row.row_waits(error, job.claimed.attempts) if row.row_waits else 0.0,
            effect=effect,
        )

    def _settle(
        self,
        job: _Job,
        event: Event,
        outcome: Outcome,
        *,
        not_before_s: float = 0.0,
        effect: Effect,
    ) -> None:
        """Writes what happened. While the disk is full or the database away it is tried again
        until the lease ends: a settlement that is lost would leave the submission unclear
        although we know better."""
        while True:
            try:
                self._outbox.settle(
                    job.claimed, event, outcome=outcome, not_before_s=not_before_s, effect=effect
                )
            except IntakeClosed:
                if self._boot_s() + SETTLE_AGAIN_S >= job.lease_ends:
                    raise
                time.sleep(SETTLE_AGAIN_S)
            else:
                self._instruments.settled(event)
                return
