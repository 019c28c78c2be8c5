"""Faults that a hostile reading found, each with the case that shows it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from samples import PATIENT, World, submit

from gateway import bootstrap
from gateway.domain.hubspot_errors import Forbidden
from gateway.domain.overview import Probe
from gateway.domain.queue import Switch
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.hubspot.routes import Operation
from gateway.store.outbox import Effect, NewSubmission
from gateway.usecases import deliver, outcomes
from gateway.usecases.gateway import Gateway


def one_of(gateway: Gateway, form_id: str, event: Event) -> None:
    """A submission of that form whose sending ended by ``event``."""
    outbox = gateway._store.outbox
    new = NewSubmission(424242, form_id, "Form", "ab" * 32, "user-1")
    outbox.accept(new, lambda _sid, _ms: ("0f" * 16, b"sealed"))
    (claimed,) = outbox.claim("w", limit=1, lease_s=180).items
    outbox.settle(claimed, event)


def looks(gateway: Gateway) -> list[float]:
    """When submissions were read, from now on."""
    client: Any = gateway._housekeeping._reconcile._hubspot.client
    at, send = [], client.send

    def noted(request: Any) -> Any:
        if request.operation is Operation.READ_SUBMISSIONS:
            at.append(time.monotonic())
        return send(request)

    client.send = noted
    return at


def form(number: int) -> str:
    """The id of a form that HubSpot need not know."""
    return f"{number:08x}-0000-4000-8000-000000000000"


@pytest.mark.parametrize("kind", ["429", "401_expired"])
def test_a_refused_look_ends_all_looks(kind: str, world: World, gateway: Gateway) -> None:
    """Ten 429s in a second block our address: after one no other form is asked about."""
    for number in range(12):
        one_of(gateway, form(number), Event.OUTCOME_UNCLEAR)
    world.portal.faults.add("submissions", kind, None)
    asked = looks(gateway)
    assert gateway.reconcile_now(by=LOCAL_OPERATOR)["complete"] is False
    assert len(asked) == 1


@pytest.mark.parametrize(
    "effect",
    [
        Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0, token="t"),  # a digest
        Effect(rest_cause="ip_block", rest_s=90.0, rests_after=1),
        Effect(rest_cause="rate_limited", rest_s=90.0, rests_after=1),
    ],
)
def test_nothing_is_read_where_nothing_may_be_asked(effect: Effect, gateway: Gateway) -> None:
    """A refused token, a blocked address and a request to slow down stop reading as well."""
    one_of(gateway, form(1), Event.OUTCOME_UNCLEAR)
    gateway._store.queue.apply(effect)
    asked = looks(gateway)
    gateway._housekeeping.run()
    assert not asked


def test_something_of_its_very_time_is_no_absence(world: World) -> None:
    """When HubSpot loses page addresses after it was measured that it keeps them, nothing is
    sent twice: a person decides."""
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="1")
    portal_id = gateway._submit._portal.last_known().portal_id
    gateway._store.probes.save(Probe(portal_id, "f", 1, 3, 3, True, True, 0.01, 1), actor="boss")
    world.portal.amend_switches(page_uri="absent")
    world.portal.faults.add("secure_submit", "drop_after_store", 1)
    gateway.start_worker()
    receipt = submit(gateway)
    deadline = time.monotonic() + 60
    status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    while status.state not in (State.REVIEW, State.DELIVERED):
        assert time.monotonic() < deadline
        time.sleep(0.03)
        status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    assert (status.state, status.cause) == (State.REVIEW, "found_by_time")
    assert len(world.portal.submissions()) == 1


def test_what_waits_for_a_person_is_not_read_back_to_each_time(
    world: World, gateway: Gateway
) -> None:
    """One that has waited for weeks does not make each look for a new one read weeks back."""
    clock: Any = gateway._store.outbox._clock
    clock._now_ms, now_ms = (lambda: now_ms() - 20 * 86_400_000), clock._now_ms
    one_of(gateway, world.form_id(PATIENT), Event.GIVEN_TO_A_PERSON)
    clock._now_ms = now_ms
    one_of(gateway, world.form_id(PATIENT), Event.OUTCOME_UNCLEAR)
    reconcile: Any = gateway._housekeeping._reconcile
    reached, read = [], reconcile._read

    def noted(form_id: str, oldest_ms: int) -> Any:
        reached.append(oldest_ms)
        return read(form_id, oldest_ms)

    reconcile._read = noted
    gateway._housekeeping._look()
    reconcile.sweep()
    near, far = reached
    assert near - far > 19 * 86_400_000


def test_what_is_forbidden_for_its_own_sake_waits_longer_each_time() -> None:
    """One submission that HubSpot always forbids does not pause the queue again as soon as it
    may go on."""
    waits = outcomes.SENDING[Forbidden].row_waits
    assert waits is not None
    told = [waits(Forbidden(), attempt) for attempt in range(1, 9)]
    assert told == sorted(told)
    assert told[0] > 300
    assert told[-1] == outcomes.LONGEST_WAIT_S


def test_a_probe_goes_by_one_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database whose clock is ahead of ours does not make a slow account look quick."""
    now_ms = bootstrap._now_ms
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: now_ms() - 30_000)
    world.portal.amend_switches(submission_delay=1.0)
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="5")
    probe = gateway.probe(PATIENT, by=LOCAL_OPERATOR)
    assert probe.slowest_s >= 0.9
    assert not probe.proves_absence


def test_a_lease_that_seems_over_is_waited_for(world: World) -> None:
    """A clock that jumps ends a lease early: whoever holds the claim may still be sending, so
    absence counts only after the window and a whole lease by a clock that nobody can set."""
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="1")
    portal_id = gateway._submit._portal.last_known().portal_id
    gateway._store.probes.save(Probe(portal_id, "f", 1, 3, 3, True, True, 0.01, 1), actor="boss")
    outbox, reconcile = gateway._store.outbox, gateway._housekeeping._reconcile
    submit(gateway)
    assert outbox.claim("w", limit=1, lease_s=0.001).items
    time.sleep(0.01)
    assert outbox.expire_leases() == 1
    ours: Any = reconcile
    boot_s, ours._boot_s = ours._boot_s(), lambda: boot_s
    reconcile.sweep()
    time.sleep(1.1)
    ours._boot_s = lambda: boot_s + deliver.LEASE_S
    assert reconcile.sweep().absent == 0
    ours._boot_s = lambda: boot_s + deliver.LEASE_S + 1
    assert reconcile.sweep().absent == 1
