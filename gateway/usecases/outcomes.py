"""What each way a delivery can end means: one table for sending, one for the check before it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping

from gateway.domain.errors import (
    Ambiguous,
    Forbidden,
    ForbiddenDestination,
    GatewayError,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    UnknownForm,
)
from gateway.domain.submissions import Event

AUTH_PAUSE_S = 300.0
"""While HubSpot refuses the token, one call in this time asks whether it still does."""
A_TURN_S = 1.0
"""How much longer than the queue a refused submission waits, so that it is not first again."""
LONGEST_BACKOFF_S = 60.0
LONGEST_WAIT_S = 900.0


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What becomes of the submission, and why; how long the whole queue rests, and how long
    this one submission waits (seconds, of the error and the failures in a row)."""

    event: Event
    cause: str
    queue_rests: Callable[[GatewayError, int], float] | None = None
    row_waits: Callable[[GatewayError, int], float] | None = None


def _auth(_: GatewayError, __: int) -> float:
    return AUTH_PAUSE_S


def _auth_and_a_turn(_: GatewayError, __: int) -> float:
    return AUTH_PAUSE_S + A_TURN_S


def _a_turn(error: GatewayError, _: int) -> float:
    return _asked(error, 0) + A_TURN_S


def _backoff(_: GatewayError, failures: int) -> float:
    return _spread(LONGEST_BACKOFF_S, failures)


def _row_backoff(_: GatewayError, attempts: int) -> float:
    return _spread(LONGEST_WAIT_S, attempts)


def _spread(longest: float, tries: int) -> float:
    """1 s, doubling up to ``longest``, with jitter so that many do not return at once."""
    return random.uniform(0.5, 1.0) * min(longest, 2.0 ** min(tries, 10))  # noqa: S311  # spreading, not secrecy


def _asked(error: GatewayError, failures: int) -> float:
    """As long as HubSpot asked for, never less than our own back-off; without a word from
    HubSpot 10 s more each time, as its own client does."""
    asked = error.retry_after if isinstance(error, RateLimited) else None
    if asked is None:
        return min(600.0, 10.0 * (failures + 1))
    return max(asked, _spread(LONGEST_BACKOFF_S, failures + 1))


_UNSENT = Event.PROVEN_UNSENT

SENDING: Mapping[type[GatewayError], Outcome] = {
    NotSent: Outcome(_UNSENT, "unreachable", queue_rests=_backoff),
    # A refusal may be about this one submission: after the rest another one is tried first.
    RateLimited: Outcome(_UNSENT, "rate_limited", queue_rests=_asked, row_waits=_a_turn),
    Unauthorized: Outcome(_UNSENT, "unauthorized", queue_rests=_auth),
    Forbidden: Outcome(_UNSENT, "forbidden", queue_rests=_auth, row_waits=_auth_and_a_turn),
    Rejected: Outcome(Event.REFUSED_BY_HUBSPOT, "invalid"),
    NotFound: Outcome(Event.REFUSED_BY_HUBSPOT, "not_found"),
    Ambiguous: Outcome(Event.OUTCOME_UNCLEAR, "no_answer", queue_rests=_backoff),
}
"""Every way a send can fail. An error that is not here is unclear, never a retry."""

CHECKING: Mapping[type[GatewayError], Outcome] = {
    NotSent: SENDING[NotSent],
    RateLimited: SENDING[RateLimited],
    Unauthorized: SENDING[Unauthorized],
    Forbidden: SENDING[Forbidden],
    # One form's description in trouble must not hold up the others.
    Unavailable: Outcome(_UNSENT, "definitions_old", row_waits=_row_backoff),
    NotFound: Outcome(Event.GATE_REFUSED, "not_found"),
    UnknownForm: Outcome(Event.GATE_REFUSED, "not_found"),
    ForbiddenDestination: Outcome(Event.GATE_REFUSED, "no_destination"),
}
"""Every way the check right before the send can fail: nothing has left yet."""


def outcome_of(error: GatewayError, table: Mapping[type[GatewayError], Outcome]) -> Outcome:
    """The row of ``error``; in doubt it may have been sent, or may not be checked now."""
    fallback = SENDING[Ambiguous] if table is SENDING else CHECKING[Unavailable]
    return table.get(type(error), fallback)
