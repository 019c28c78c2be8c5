"""Reading forms again and again must not use up the calls that sending needs."""

from __future__ import annotations

import time
import types

import pytest
from samples import PATIENT, World, settled, submit

from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.hubspot.rates import Rates
from gateway.store import queue
from gateway.usecases import definitions
from gateway.usecases.gateway import Gateway


def readings(world: World) -> int:
    """How often a form or properties were asked for."""
    asked = [entry.path for entry in world.portal.journal.entries()]
    return sum(path.startswith(("/marketing/", "/crm/")) for path in asked)


def test_a_backlog_is_not_read_ahead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the window is full, what is accepted asks HubSpot nothing: it does not leave yet."""
    monkeypatch.setattr(queue, "WINDOW_MS", 60_000)
    gateway = world.open(GATEWAY_RATE_LIMIT="1")
    gateway.forms(by=LOCAL_OPERATOR)
    gateway.start_worker()
    first = submit(gateway)
    assert settled(gateway, first).state is State.DELIVERED
    submit(gateway, email="b@clinic-mail.example")
    deadline = time.monotonic() + 60
    while gateway._worker.sends_at_once:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    gateway._reading.submit(lambda: None).result()
    before = readings(world)
    for number in range(5):
        submit(gateway, email=f"p{number}@clinic-mail.example")
    gateway._reading.submit(lambda: None).result()
    assert readings(world) == before


@pytest.mark.parametrize(("left", "waits"), [(190, False), (95, False), (94, True), (1, True)])
def test_few_calls_are_spared(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, left: int, waits: bool
) -> None:
    """With less than half of the window's calls left, two readings of a form keep apart, so
    that what was accepted in between shares one and the rest is left for sending."""
    slept: list[float] = []
    clock = types.SimpleNamespace(monotonic=time.monotonic, sleep=slept.append)
    monkeypatch.setattr(definitions, "time", clock)
    known = gateway._check._definitions
    form_id = gateway.check(PATIENT, by=LOCAL_OPERATOR).form_id
    known._hubspot.client.rates = Rates(interval_ms=10_000, most=190, left=left)
    for _ in range(2):
        known._begun[form_id] = time.monotonic()
        known.current(form_id, after_ms=known._now_ms())
        time.sleep(0.002)
    assert any(pause > 0 for pause in slept) is waits
    assert all(pause <= definitions.LONGEST_PAUSE_S for pause in slept)
