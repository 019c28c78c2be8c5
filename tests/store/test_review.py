"""Faults that a hostile reading found, each with the case that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.domain.overview import Probe
from gateway.domain.queue import POSITIONS, Switch
from gateway.domain.submissions import Event, State
from gateway.store.outbox import Effect
from gateway.store.schema import probes
from gateway.store.unclear import Verdict

OK = Effect(ok=True)
BLOCKED = Effect(rest_cause="ip_block", rest_s=90.0, rests_after=1)


def test_a_look_from_before_the_last_sending_proves_nothing(open_desk: Callable[[], Any]) -> None:
    """A reconciler that froze after its look does not send again what another has sent since."""
    frozen, other = open_desk(), open_desk()
    claimed = frozen.claimed()
    frozen.outbox.settle(claimed, Event.OUTCOME_UNCLEAR)
    (seen,) = frozen.outbox.unknown(1)
    assert other.outbox.decide_unclear([Verdict(seen, Event.ABSENCE_PROVEN)]) == 1
    (again,) = other.claim()
    other.outbox.settle(again, Event.OUTCOME_UNCLEAR)
    assert frozen.outbox.decide_unclear([Verdict(seen, Event.ABSENCE_PROVEN)]) == 0
    assert frozen.state_of(claimed.receipt) is State.UNKNOWN


def test_what_waits_for_a_person_hides_nothing(desk: Any) -> None:
    """However many wait for a person, what is unclear is still looked up."""
    unclear = desk.claimed()
    desk.outbox.settle(unclear, Event.OUTCOME_UNCLEAR)
    for _ in range(3):
        desk.clock.pass_s(1)
        desk.outbox.settle(desk.claimed(), Event.GIVEN_TO_A_PERSON)
    assert [one.sid for one in desk.outbox.unknown(1)] == [unclear.sid]


@pytest.mark.parametrize("switch", [s for s in Switch if s.name.startswith("PAUSED_")])
def test_no_machine_ends_draining(switch: Switch, desk: Any) -> None:
    """While a person drains the queue it rests instead of being paused, and drains on then."""
    if switch is Switch.PAUSED_OPERATOR:
        return
    desk.accept()
    desk.store.queue.turn(Switch.DRAIN, actor="boss")
    desk.store.queue.apply(Effect(pause=switch, pause_s=60.0))
    assert desk.store.queue.state().switch is Switch.DRAIN
    claims = desk.outbox.claim("w", limit=1, lease_s=30)
    assert (claims.items, claims.cause) == ((), POSITIONS[switch].cause)
    desk.clock.pass_s(61)
    (claimed,) = desk.claim()
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT, effect=OK)
    assert desk.store.queue.state().switch is Switch.DRAIN


def test_the_end_of_a_pause_ends_no_rest(desk: Any) -> None:
    """What HubSpot asked for holds, although a pause was over meanwhile; a person may end it."""
    desk.store.queue.apply(BLOCKED)
    desk.store.queue.apply(Effect(pause=Switch.PAUSED_SCOPE, pause_s=300.0))
    desk.store.queue.apply(OK)
    state = desk.store.queue.state()
    assert (state.switch, state.rest_cause) == (Switch.RUNNING, "ip_block")
    desk.store.queue.turn(Switch.RUNNING, actor="boss")
    assert desk.store.queue.state().rest_cause is None


def test_a_success_ends_failures_even_when_the_queue_rests(desk: Any) -> None:
    """A success with few calls left in the window does not make later rests longer."""
    for _ in range(8):
        desk.store.queue.apply(Effect(rest_cause="unreachable", rests_after=1))
        desk.clock.pass_s(61)
    desk.store.queue.apply(Effect(ok=True, rest_cause="rate_limited", rest_s=1.0))
    desk.clock.pass_s(2)
    desk.store.queue.apply(Effect(rest_cause="unreachable", rests_after=1))
    assert desk.store.queue.state().rest_until_ms - desk.clock() <= 1000


def test_refusals_side_by_side_halve_once(desk: Any) -> None:
    """Eight calls that are refused together are one refusal."""
    for _ in range(8):
        desk.accept()
    slower = Effect(lower=True, setting=90, rest_cause="rate_limited", rest_s=10.0, rests_after=1)
    for claimed in desk.outbox.claim("w", limit=8, lease_s=180, per_window=90).items:
        desk.outbox.settle(claimed, Event.PROVEN_UNSENT, effect=slower)
    assert desk.store.queue.state(90).limit == 45


def test_a_named_limit_is_never_passed(desk: Any) -> None:
    """HubSpot names the same low limit with every answer: not even for a moment is it more."""
    for _ in range(40):
        desk.accept()
    named = Effect(ok=True, ceiling=19, setting=90)

    def claim() -> list[Any]:
        return list(desk.outbox.claim("w", limit=8, lease_s=180, per_window=90).items)

    def settle(claimed: list[Any]) -> None:
        for one in claimed:
            desk.outbox.settle(one, Event.ACCEPTED_BY_HUBSPOT, effect=named)

    settle(claim()[:1])
    desk.clock.pass_s(8.7)
    sent = 0
    for _ in range(2):
        claimed = claim()
        sent += len(claimed)
        desk.clock.pass_s(0.5)
        settle(claimed)
    sent += len(claim())
    desk.clock.pass_s(0.4)
    sent += len(claim())
    assert sent <= 19


def test_a_lowered_limit_still_recovers_below_a_named_one(desk: Any) -> None:
    """Answers that name a limit do not keep a halved one down, nor lift it at once."""
    slower = Effect(lower=True, setting=90, rest_cause="rate_limited", rest_s=1.0)
    desk.store.queue.apply(slower)
    limits = []
    for _ in range(120):
        desk.clock.pass_s(0.5)
        desk.store.queue.apply(Effect(ok=True, ceiling=80, setting=90))
        limits.append(desk.store.queue.state(90).limit)
    assert limits[0] == 45
    assert limits == sorted(limits)
    assert limits[-1] == 80


def test_a_clock_that_was_ahead_blocks_nothing(desk: Any) -> None:
    """Places, rests and pauses from while the clock was a day ahead are over when it is right
    again, and still no ten seconds hold more than the limit."""
    for _ in range(4):
        desk.accept()
    desk.clock.pass_s(86_400)
    for _ in range(2):
        (claimed,) = desk.outbox.claim("w", limit=1, lease_s=180, per_window=2).items
        desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT, effect=OK)
    desk.store.queue.apply(Effect(rest_cause="unreachable", rests_after=1))
    desk.store.queue.apply(Effect(pause=Switch.PAUSED_SCOPE, pause_s=300.0))
    desk.clock.pass_s(-86_400)
    assert not desk.outbox.claim("w", limit=1, lease_s=180, per_window=2).items
    desk.clock.pass_s(11)
    assert desk.outbox.claim("w", limit=1, lease_s=180, per_window=2).items


def test_a_probe_counts_for_its_own_account(desk: Any) -> None:
    """A signed measurement of another account, put in this one's place, proves nothing."""
    store = desk.store
    store.probes.trust(lambda body: f"{len(body):064x}", lambda: 2, 900)
    store.probes.save(Probe(1, "f", 1, 3, 3, True, True, 0.1, 900), actor="boss")
    store._writer.run(lambda connection: connection.execute(probes.update().values(portal_id=2)))
    assert store.probes.valid() is None
