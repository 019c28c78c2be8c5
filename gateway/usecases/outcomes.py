"""What each way a delivery can end means: one table for sending, one for the check before it,
one for the policies of a 429."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping

from gateway.domain.errors import ForbiddenDestination, GatewayError, KeyringBroken, UnknownForm
from gateway.domain.hubspot_errors import (
    Ambiguous,
    AppRefused,
    Forbidden,
    HubSpotError,
    NotFound,
    NotInstalled,
    NotSent,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from gateway.domain.queue import POSITIONS, Switch
from gateway.domain.submissions import Event
from gateway.store.queue import Effect

A_TURN_S = 1.0
"""How much longer than the queue a refused submission waits, so that it is not first again."""
IN_A_ROW = 5
"""So many unclear answers in a row make the queue rest: one may be the submission's own."""
RATE_REST_S = 10.0
"""How long a 429 without a word of HubSpot's is heeded: its window is ten seconds."""
LONGEST_ASKED_S = 3600.0
LONGEST_WAIT_S = 900.0

Works = Callable[[GatewayError], Effect]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What becomes of the submission, and why; what it does to the whole queue; and how long
    this one submission waits (seconds, of the error and its attempts)."""

    event: Event
    cause: str
    works: Works = lambda _: Effect()
    row_waits: Callable[[GatewayError, int], float] | None = None


@dataclasses.dataclass(frozen=True)
class Policy:
    """What one kind of 429 asks for: how long the queue rests when HubSpot names no time, and
    whether fewer are sent afterwards."""

    cause: str
    rest_s: float
    lower: bool


POLICIES: Mapping[str | None, Policy] = {
    None: Policy("rate_limited", RATE_REST_S, lower=True),
    "TEN_SECONDLY_ROLLING": Policy("rate_limited", RATE_REST_S, lower=True),
    "SECONDLY": Policy("rate_limited", 1.0, lower=True),
    "IP_BLOCK": Policy("ip_block", 90.0, lower=True),
    "LOCKED": Policy("rate_limited", 2.0, lower=False),
    "MIGRATION": Policy("migrating", 60.0, lower=False),
}
"""``policyName`` of a 429 → what it asks for; another name is read as none. The daily one is
not here: it pauses the queue until the account's midnight."""

DAILY = "DAILY"


def policy_of(error: GatewayError) -> Policy:
    """The row of a 429's policy."""
    name = error.policy if isinstance(error, RateLimited) else None
    return POLICIES.get(name, POLICIES[None])


def asked_s(error: GatewayError) -> float:
    """As long as HubSpot asked for, up to an hour; else as long as its policy lasts."""
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return policy_of(error).rest_s if asked is None else min(LONGEST_ASKED_S, asked)


def _limited(error: GatewayError) -> Effect:
    policy = policy_of(error)
    return Effect(rest_cause=policy.cause, rest_s=asked_s(error), rests_after=1,
                  lower=policy.lower)  # fmt: skip


def _limited_reading(error: GatewayError) -> Effect:
    return dataclasses.replace(_limited(error), counts=False, lower=False)


def _unreachable(_: GatewayError) -> Effect:
    return Effect(counts=False, rest_cause="unreachable", rests_after=1)


def _unclear(error: GatewayError) -> Effect:
    status = error.status if isinstance(error, HubSpotError) else None
    if status is not None and 300 <= status < 400:
        return Effect(pause=Switch.PAUSED_POLICY, pause_s=POSITIONS[Switch.PAUSED_POLICY].again_s)
    return Effect(rest_cause="no_answer", rests_after=IN_A_ROW)


def _pausing(switch: Switch, *, counts: bool) -> Works:
    effect = Effect(counts=counts, pause=switch, pause_s=POSITIONS[switch].again_s)
    return lambda _: effect


def _nothing_left(_: GatewayError) -> Effect:
    return Effect(counts=False)


def _a_turn(error: GatewayError, _: int) -> float:
    return asked_s(error) + A_TURN_S


def _auth_and_a_turn(_: GatewayError, attempts: int) -> float:
    """Longer with each attempt, up to a quarter of an hour: what is refused for its own sake
    must not pause the queue each time that it may go on."""
    pause_s = (POSITIONS[Switch.PAUSED_SCOPE].again_s or 0.0) + A_TURN_S
    return min(max(LONGEST_WAIT_S, pause_s), pause_s * max(1, attempts))


def _backoff(_: GatewayError, attempts: int) -> float:
    """1 s, doubling with each attempt, with jitter so that many do not return at once."""
    longest = min(LONGEST_WAIT_S, 2.0 ** min(attempts, 10))
    return random.uniform(0.5, 1.0) * longest  # noqa: S311  # spreading, not secrecy


_UNSENT = Event.PROVEN_UNSENT
_AUTH, _SCOPE, _INSTALL = Switch.PAUSED_AUTH, Switch.PAUSED_SCOPE, Switch.PAUSED_INSTALL

SENDING: Mapping[type[GatewayError], Outcome] = {
    NotSent: Outcome(_UNSENT, "unreachable", _unreachable),
    # A refusal may be about this one submission: after the rest another one is tried first.
    RateLimited: Outcome(_UNSENT, "rate_limited", _limited, _a_turn),
    Unauthorized: Outcome(_UNSENT, "unauthorized", _pausing(_AUTH, counts=True)),
    # There was no token to send with.
    AppRefused: Outcome(_UNSENT, "unauthorized", _pausing(_AUTH, counts=False)),
    NotInstalled: Outcome(_UNSENT, "not_installed", _pausing(_INSTALL, counts=False)),
    Forbidden: Outcome(_UNSENT, "forbidden", _pausing(_SCOPE, counts=True), _auth_and_a_turn),
    Rejected: Outcome(Event.REFUSED_BY_HUBSPOT, "invalid"),
    NotFound: Outcome(Event.REFUSED_BY_HUBSPOT, "not_found"),
    Ambiguous: Outcome(Event.OUTCOME_UNCLEAR, "no_answer", _unclear),
}
"""Every way a send can fail. An error that is not here is unclear, never a retry."""

CHECKING: Mapping[type[GatewayError], Outcome] = {
    NotSent: SENDING[NotSent],
    RateLimited: Outcome(_UNSENT, "rate_limited", _limited_reading, _a_turn),
    Unauthorized: Outcome(_UNSENT, "unauthorized", _pausing(_AUTH, counts=False)),
    AppRefused: SENDING[AppRefused],
    NotInstalled: SENDING[NotInstalled],
    Forbidden: Outcome(_UNSENT, "forbidden", _pausing(_SCOPE, counts=False), _auth_and_a_turn),
    # One form's description in trouble must not hold up the others.
    Unavailable: Outcome(_UNSENT, "definitions_old", _nothing_left, _backoff),
    NotFound: Outcome(Event.GATE_REFUSED, "not_found", _nothing_left),
    UnknownForm: Outcome(Event.GATE_REFUSED, "not_found", _nothing_left),
    ForbiddenDestination: Outcome(Event.GATE_REFUSED, "no_destination", _nothing_left),
    KeyringBroken: Outcome(_UNSENT, "keys_away", _nothing_left, _backoff),
}
"""Every way the check right before the send can fail: nothing has left yet."""


def outcome_of(error: GatewayError, table: Mapping[type[GatewayError], Outcome]) -> Outcome:
    """The row of ``error``; in doubt it may have been sent, or may not be checked now."""
    fallback = SENDING[Ambiguous] if table is SENDING else CHECKING[Unavailable]
    return table.get(type(error), fallback)
