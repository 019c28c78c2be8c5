"""The queue's switch and speed, shared by all who open the same database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.domain.audit import Action
from gateway.domain.queue import POSITIONS, Ends, Switch
from gateway.domain.submissions import Event, State
from gateway.store.outbox import Effect, Outcome
from gateway.store.queue import MOST_IN_FLIGHT, WINDOW_MS

UNSENT, OK = Effect(counts=False), Effect(ok=True)


def fill(desk: Any, count: int) -> None:
    """So many queued submissions."""
    for _ in range(count):
        desk.accept()


def send_one(desk: Any, per_window: int, effect: Effect = OK) -> bool:
    """Claims and delivers one, if the window allows it."""
    claims = desk.outbox.claim("w", limit=1, lease_s=180, per_window=per_window)
    for claimed in claims.items:
        desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT, effect=effect)
    return bool(claims.items)


def test_no_ten_seconds_hold_more_than_the_limit(open_desk: Callable[[], Any]) -> None:
    """Two workers on one database never send more than the limit in any ten seconds, and use
    all of it."""
    desks = [open_desk(), open_desk()]
    fill(desks[0], 40)
    clock, sent = desks[0].clock, []
    for step in range(450):
        if send_one(desks[step % 2], 9):
            sent.append(clock.now_ms)
        clock.pass_s(0.1)
    assert len(sent) == 40
    for start in sent:
        assert sum(start <= at < start + WINDOW_MS for at in sent) <= 9
    assert sent[-1] - sent[0] <= 4.5 * WINDOW_MS


def test_a_call_under_way_keeps_its_place(desk: Any) -> None:
    """A place is free ten seconds after the call has ended, not after it began."""
    fill(desk, 2)
    (claimed,) = desk.outbox.claim("w", limit=1, lease_s=180, per_window=1).items
    desk.clock.pass_s(30)
    blocked = desk.outbox.claim("w", limit=1, lease_s=180, per_window=1)
    assert (blocked.items, blocked.cause) == ((), None)
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    desk.clock.pass_s(9.9)
    waiting = desk.outbox.claim("w", limit=1, lease_s=180, per_window=1)
    assert (waiting.items, waiting.again_s) == ((), pytest.approx(0.1))
    desk.clock.pass_s(0.2)
    assert desk.outbox.claim("w", limit=1, lease_s=180, per_window=1).items


def test_what_never_left_gives_its_place_back(desk: Any) -> None:
    """A claim that was given back before its call does not use up the window."""
    fill(desk, 1)
    for _ in range(5):
        (claimed,) = desk.outbox.claim("w", limit=1, lease_s=180, per_window=1).items
        desk.outbox.settle(claimed, Event.PROVEN_UNSENT, effect=UNSENT)


def test_a_dead_worker_keeps_its_place_until_its_lease_could_end(desk: Any) -> None:
    """Nobody knows whether a dead worker has sent: its place counts as long as it might."""
    fill(desk, 2)
    assert desk.outbox.claim("w", limit=1, lease_s=20, per_window=1).items
    desk.clock.pass_s(29)
    assert not desk.outbox.claim("w", limit=1, lease_s=20, per_window=1).items
    desk.clock.pass_s(2)
    assert desk.outbox.claim("w", limit=1, lease_s=20, per_window=1).items


def test_few_are_under_way_at_once(desk: Any) -> None:
    """Fewer calls are under way than the 429s for which HubSpot blocks an address."""
    fill(desk, 20)
    claims = desk.outbox.claim("w", limit=20, lease_s=180, per_window=90)
    assert len(claims.items) == MOST_IN_FLIGHT < 10
    assert not desk.outbox.claim("w", limit=20, lease_s=180, per_window=90).items


def test_a_429_halves_the_limit_which_recovers(desk: Any) -> None:
    """After a refusal half as many leave; with each quiet window a tenth more."""
    fill(desk, 1)
    (claimed,) = desk.claim()
    slower = Effect(lower=True, setting=90, rest_cause="rate_limited", rest_s=10.0)
    desk.outbox.settle(claimed, Event.PROVEN_UNSENT, effect=slower)
    state = desk.store.queue.state(90)
    assert (state.limit, state.rest_cause) == (45, "rate_limited")
    resting = desk.outbox.claim("w", limit=1, lease_s=30, per_window=90)
    assert (resting.items, resting.cause) == ((), "rate_limited")
    limits = []
    for _ in range(8):
        desk.clock.pass_s(10)
        limits.append(desk.store.queue.state(90).limit)
    assert limits == sorted(limits)
    assert limits[-1] == 90


def test_failures_in_a_row_rest_longer_and_a_success_ends_them(desk: Any) -> None:
    """Each failure doubles the rest, up to a minute; failures side by side count once."""
    rests = []
    for _ in range(9):
        for _ in range(3):
            desk.store.queue.apply(Effect(rest_cause="unreachable", rests_after=1))
        rests.append((desk.store.queue.state().rest_until_ms - desk.clock()) / 1000)
        desk.clock.pass_s(61)
    for number, rest in enumerate(rests):
        longest = min(60, 2**number)
        assert longest / 2 <= rest <= longest
    desk.store.queue.apply(OK)
    desk.store.queue.apply(Effect(rest_cause="unreachable", rests_after=1))
    assert desk.store.queue.state().rest_until_ms - desk.clock() <= 1000


def test_unclear_answers_rest_only_in_a_row(desk: Any) -> None:
    """One unclear answer may be the submission's own; from the fifth on the queue rests."""
    for number in range(1, 6):
        desk.store.queue.apply(Effect(rest_cause="no_answer", rests_after=5))
        assert (desk.store.queue.state().rest_cause is not None) == (number == 5)


@pytest.mark.parametrize("switch", [s for s in Switch if not POSITIONS[s].sends])
def test_a_pause_stops_every_worker(switch: Switch, open_desk: Callable[[], Any]) -> None:
    """While the switch stands at a pause nobody claims, and everybody knows why."""
    desks = [open_desk(), open_desk()]
    fill(desks[0], 1)
    if POSITIONS[switch].ends is Ends.PERSON:
        desks[0].store.queue.turn(switch, actor="boss")
    else:
        desks[0].store.queue.apply(Effect(pause=switch, pause_s=300.0))
    claims = desks[1].outbox.claim("w", limit=1, lease_s=30)
    assert (claims.items, claims.cause) == ((), POSITIONS[switch].cause)
    desks[1].store.queue.turn(Switch.RUNNING, actor="boss")
    assert desks[0].claim()


def test_a_trial_lets_one_through(desk: Any) -> None:
    """When its time has come one submission is tried; taken, it ends the pause, and refused
    again the next one waits as long again."""
    fill(desk, 3)
    pause = Effect(pause=Switch.PAUSED_SCOPE, pause_s=300.0)
    desk.store.queue.apply(pause)
    desk.clock.pass_s(301)
    claims = desk.outbox.claim("w", limit=3, lease_s=600)
    assert len(claims.items) == 1
    assert not desk.outbox.claim("w", limit=3, lease_s=600).items
    desk.outbox.settle(claims.items[0], Event.PROVEN_UNSENT, effect=pause)
    assert not desk.claim(3)
    desk.clock.pass_s(301)
    (trial,) = desk.outbox.claim("w", limit=3, lease_s=600).items
    desk.outbox.settle(trial, Event.ACCEPTED_BY_HUBSPOT, effect=OK)
    assert desk.store.queue.state().switch is Switch.RUNNING
    assert len(desk.claim(3)) == 2


def test_a_quota_ends_at_its_time(desk: Any) -> None:
    """The pause until midnight ends by itself."""
    fill(desk, 1)
    desk.store.queue.apply(Effect(pause=Switch.PAUSED_QUOTA, pause_s=3600.0))
    assert not desk.claim()
    desk.clock.pass_s(3601)
    assert desk.claim()
    assert desk.store.queue.state().switch is Switch.RUNNING


def test_one_of_many_asks_whether_the_token_is_taken(open_desk: Callable[[], Any]) -> None:
    """While the token is refused, one call in five minutes may ask, whoever makes it."""
    desks = [open_desk(), open_desk()]
    desks[0].store.queue.apply(Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0, token="old"))
    asked = 0
    for second in range(1800):
        desks[0].clock.pass_s(1)
        asked += desks[second % 2].store.queue.elect(Switch.PAUSED_AUTH)
    assert asked in (5, 6)
    assert not desks[0].store.queue.elect(Switch.PAUSED_CLOCK)


def test_another_token_is_tried_at_once(desk: Any) -> None:
    """A pause that a refused token caused ends when the program starts with another one."""
    desk.store.queue.apply(Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0, token="old"))
    desk.store.queue.new_token("old")
    assert desk.store.queue.state().switch is Switch.PAUSED_AUTH
    desk.store.queue.new_token("new")
    assert desk.store.queue.state().switch is Switch.RUNNING


def test_no_machine_ends_what_a_person_began(desk: Any) -> None:
    """A pause by a person stands whatever happens, until a person ends it."""
    desk.store.queue.turn(Switch.PAUSED_OPERATOR, actor="boss")
    for switch in Switch:
        if not POSITIONS[switch].sends and switch is not Switch.PAUSED_OPERATOR:
            desk.store.queue.apply(Effect(pause=switch, pause_s=1.0))
    desk.store.queue.apply(OK)
    desk.clock.pass_s(10_000)
    assert desk.store.queue.state().switch is Switch.PAUSED_OPERATOR


def test_every_turn_is_audited(desk: Any) -> None:
    """Who turned the switch is in the audit, and the chain still holds."""
    desk.store.queue.turn(Switch.PAUSED_OPERATOR, actor="boss")
    desk.store.queue.turn(Switch.RUNNING, actor="boss")
    told = [(row.action, row.actor) for row in desk.store.audit.rows()]
    assert told == [(Action.QUEUE_PAUSED, "boss"), (Action.QUEUE_RESUMED, "boss")]
    assert desk.store.audit.verify() == (True, None)


def test_a_named_limit_below_ours_is_kept(desk: Any) -> None:
    """When HubSpot names a lower limit, no more than that is sent."""
    desk.store.queue.apply(Effect(ok=True, ceiling=49))
    assert desk.store.queue.state(90).limit == 49


def test_a_form_refused_again_and_again_waits(desk: Any) -> None:
    """Five refusals among the last twenty answers pause a form, not the others; one submission
    is tried when its time has come, and taken it opens the form again."""
    for _ in range(5):
        desk.accept(form_id="bad")
    for claimed in desk.claim(5):
        desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid"))
    desk.accept(form_id="bad")
    desk.accept(form_id="bad")
    desk.accept(form_id="good")
    assert [one.form_id for one in desk.claim(5)] == ["good"]
    desk.clock.pass_s(901)
    (trial,) = desk.claim(1)
    assert trial.form_id == "bad"
    assert not desk.claim(1)
    desk.outbox.settle(trial, Event.ACCEPTED_BY_HUBSPOT)
    assert desk.claim(1)


def test_the_effect_holds_even_when_the_claim_is_lost(desk: Any) -> None:
    """A worker that lost its lease settles nothing, but what HubSpot said still counts."""
    claimed = desk.claimed()
    desk.clock.pass_s(31)
    desk.outbox.expire_leases()
    pause = Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0)
    with pytest.raises(Exception, match="cannot take the step"):
        desk.outbox.settle(claimed, Event.PROVEN_UNSENT, effect=pause)
    assert desk.store.queue.state().switch is Switch.PAUSED_AUTH
    assert desk.state_of(claimed.receipt) is State.UNKNOWN


def test_after_a_refused_token_one_goes_first(desk: Any) -> None:
    """When the pause ends, one submission shows whether the token is taken for submissions
    too; the others follow when it is."""
    fill(desk, 5)
    desk.store.queue.apply(Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0))
    desk.store.queue.over(Switch.PAUSED_AUTH)
    (first,) = desk.outbox.claim("w", limit=4, lease_s=30).items
    assert not desk.outbox.claim("v", limit=4, lease_s=30).items
    desk.outbox.settle(first, Event.ACCEPTED_BY_HUBSPOT, effect=OK)
    assert len(desk.outbox.claim("v", limit=4, lease_s=30).items) == 4
