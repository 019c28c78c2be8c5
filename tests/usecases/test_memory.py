"""What is remembered is believed only as long, and only for whom, it holds."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from samples import ANSWERS, IDENTIFICATION, PATIENT, World, submit

from gateway import bootstrap
from gateway.domain.errors import IntakeClosed, UnknownForm
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, WORKER
from gateway.store.store import open_store
from gateway.usecases import deliver
from gateway.usecases.breaker import Breaker
from gateway.usecases.gateway import Gateway

PROJECT = Path(__file__).resolve().parents[2]


def state_of(gateway: Gateway, code: str) -> State:
    """Where a submission is."""
    return gateway.status(code, by=LOCAL_OPERATOR).state


def test_a_deleted_form_does_not_open_in_an_outage(world: World) -> None:
    """Once HubSpot said that a form is gone, an outage does not bring it back."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    form = world.form_id(PATIENT)
    gateway.check(form, by=LOCAL_OPERATOR)
    del world.portal.forms[form]
    with pytest.raises(UnknownForm):
        gateway.check(form, by=LOCAL_OPERATOR)
    world.portal.faults.add("*", "500", None)
    with pytest.raises(IntakeClosed):
        gateway.submit(form, ANSWERS[PATIENT], by=LOCAL_OPERATOR)


def test_a_form_that_left_the_list_is_forgotten(world: World) -> None:
    """A form that the account's list no longer has is not remembered either."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    assert len(gateway.forms(by=LOCAL_OPERATOR)) == 5
    del world.portal.forms[world.form_id(PATIENT)]
    assert len(gateway.forms(by=LOCAL_OPERATOR)) == 4
    world.portal.faults.add("*", "500", None)
    assert len(gateway.forms(by=LOCAL_OPERATOR)) == 4


def test_another_token_starts_without_a_memory(world: World) -> None:
    """What one token was told is not believed of another: it may be another account's."""
    first = world.open()
    first.forms(by=LOCAL_OPERATOR)
    first.close()
    world.portal.faults.add("*", "500", None)
    same = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    assert same.check(PATIENT, by=LOCAL_OPERATOR).open
    same.close()
    other = world.open(HUBSPOT_ACCESS_TOKEN="pat-na1-00000000-0000-4000-8000-000000000000")
    with pytest.raises(IntakeClosed):
        other.submit(world.form_id(PATIENT), ANSWERS[PATIENT], by=LOCAL_OPERATOR)


def test_remembered_scopes_grow_old(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When HubSpot stops saying what the token holds, that is told after the age limit."""
    gateway = world.open()
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).scopes.held is not None
    gateway.close()
    world.portal.faults.add("token", "500", None)
    later = time.time_ns() // 10**6 + 8 * 86_400_000
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: later)
    report = world.open().check(PATIENT, by=LOCAL_OPERATOR)
    assert report.scopes.held is None
    assert "scope_unknown" in {f.code for f in report.findings}


def test_a_clock_set_back_makes_nothing_fresh(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A description that seems to come from the future is read again before anything is sent."""
    gateway = world.open()
    gateway.check(PATIENT, by=LOCAL_OPERATOR)
    gateway.close()
    early = time.time_ns() // 10**6 - 3_600_000
    clock = [time.time_ns() // 10**6]
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: clock[0])
    again = world.open()
    again.check(PATIENT, by=LOCAL_OPERATOR)
    clock[0] = early
    world.portal.archive_property("0-1", "diagnosis")
    assert not again.check(PATIENT, by=LOCAL_OPERATOR).open


def test_hopeless_held_ones_do_not_hide_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many submissions of a closed form are held, those of a mended one go on."""
    monkeypatch.setattr(deliver, "HELD_BATCH", 2)
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    for number in range(5):
        submit(gateway, PATIENT, email=f"p{number}@clinic-mail.example")
    mended = submit(gateway, IDENTIFICATION)
    world.portal.amend_property("0-1", "diagnosis", {"dataSensitivity": "non_sensitive"})
    world.portal.amend_property("0-1", "passport_number", {"dataSensitivity": "non_sensitive"})
    assert gateway.deliver_until_empty(by=WORKER)
    assert state_of(gateway, mended.code) is State.HELD
    world.portal.amend_property("0-1", "passport_number", {"dataSensitivity": "sensitive"})
    for _ in range(6):
        gateway._worker._delivery.go_on()  # the worker's own chore, without its wait
        gateway._worker._delivery.release_held()
    assert state_of(gateway, mended.code) is State.QUEUED


def test_delivering_by_hand_always_ends(world: World, gateway: Gateway) -> None:
    """With a description that cannot be read, and with a damaged row, it gives up by itself."""
    submit(gateway)
    world.portal.faults.add("properties", "500", None)
    started = time.monotonic()
    fresh = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    assert not fresh.deliver_until_empty(by=WORKER)
    (file,) = world.folder.rglob("outbox.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("update outbox set envelope = 'text', form_id = x'ff'")
        database.commit()
    world.portal.faults.clear()
    assert not fresh.deliver_until_empty(by=WORKER)
    assert time.monotonic() - started < 300


def test_an_interrupt_gives_the_claim_back(world: World, gateway: Gateway) -> None:
    """SIGTERM before anything has left: nothing stays in the sending state."""
    code = submit(gateway).code
    world.portal.faults.add("forms", "slow", None, 2.0)
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "worker"], cwd=PROJECT,
        env={**os.environ, **world.environ()},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 60
        while state_of(gateway, code) is not State.SENDING:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert state_of(gateway, code) is State.QUEUED


def test_who_waits_for_the_window_has_claimed_nothing(world: World, gateway: Gateway) -> None:
    """With the window full the next submission is not even claimed: a crash leaves it queued."""
    limited = world.open(GATEWAY_RATE_LIMIT="1")
    codes = [submit(limited, email=f"p{n}@clinic-mail.example").code for n in range(2)]
    limited.start_worker()
    deadline = time.monotonic() + 60
    while state_of(limited, codes[0]) is not State.DELIVERED:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.5)
    status = limited.status(codes[1], by=LOCAL_OPERATOR)
    assert (status.state, status.attempts) == (State.QUEUED, 0)


def test_a_rate_limit_is_heeded_by_readers(tmp_path: Path) -> None:
    """After a 429 nothing is asked for as long as HubSpot wants, and the wait is told."""
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'outbox.db'}")
    breaker = Breaker(store.queue, lambda: "token")
    with pytest.raises(RateLimited), breaker.guard("forms"):
        raise RateLimited(retry_after=30.0)
    with pytest.raises(RateLimited) as caught, breaker.guard("another question"):
        raise AssertionError("asked in spite of the limit")
    assert caught.value.retry_after is not None
    assert 20 < caught.value.retry_after <= 30
    store.close()


def test_a_known_form_does_not_wait_for_another(world: World, gateway: Gateway) -> None:
    """While one form's description is slow to come, a fresh one is given at once."""
    gateway.check(world.form_id(PATIENT), by=LOCAL_OPERATOR)
    world.portal.faults.add("forms", "slow", None, 6.0)
    other = world.form_id(IDENTIFICATION)
    slow = threading.Thread(target=gateway.check, args=(other,), kwargs={"by": LOCAL_OPERATOR})
    slow.start()
    time.sleep(0.3)
    gateway.check(world.form_id(PATIENT), by=LOCAL_OPERATOR)
    assert slow.is_alive()
    slow.join()


def test_a_name_that_is_no_text_is_unknown(gateway: Gateway) -> None:
    """A form's name with a broken character in it is a form nobody has."""
    with pytest.raises(UnknownForm):
        gateway.check("\udcff\udcfe", by=LOCAL_OPERATOR)


def test_a_refused_row_lets_another_go_first(world: World, gateway: Gateway) -> None:
    """A submission that HubSpot forbids is not the first to be tried again."""
    world.portal.faults.add("secure_submit", "423", 1)
    codes = [submit(gateway, email=f"{n}@clinic-mail.example").code for n in "ab"]
    gateway.start_worker()
    deadline = time.monotonic() + 60
    while State.DELIVERED not in (states := [state_of(gateway, code) for code in codes]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    refused = codes[states.index(State.QUEUED)]
    history = gateway.status(refused, by=LOCAL_OPERATOR).history
    assert [event for _, _, event in history][:3] == ["accepted", "claimed", "proven_unsent"]
