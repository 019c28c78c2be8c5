"""The queue's switch in the whole: who pauses it, what still works, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from samples import IDENTIFICATION, PATIENT, World, settled, submit

from gateway import bootstrap
from gateway.domain import queue as domain_queue
from gateway.domain.errors import INTAKE_CAUSES, IntakeClosed
from gateway.domain.queue import POSITIONS, Switch
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases import housekeeping, overview, worker
from gateway.usecases.gateway import Gateway


def eventually(truth: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits until ``truth`` holds."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.03)


def switch_of(gateway: Gateway) -> Switch:
    """Where the switch stands."""
    return gateway.queue(by=LOCAL_OPERATOR).switch


def calls(world: World) -> int:
    """How many calls HubSpot has had."""
    return len(world.portal.journal.entries())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chores come quickly, and a refused token is asked about after two seconds."""
    monkeypatch.setattr(housekeeping, "CHORES_S", 0.2)
    monkeypatch.setattr(worker, "HOUSEKEEPING_S", 0.1)
    row = POSITIONS[Switch.PAUSED_AUTH]
    quick = domain_queue.Position(**{**vars(row), "again_s": 2.0})
    monkeypatch.setitem(POSITIONS, Switch.PAUSED_AUTH, quick)  # type: ignore[arg-type]


def test_a_refused_token_pauses_all_and_is_asked_about_once(world: World) -> None:
    """A 401 stops every call of every process; one call in its time asks again, and the
    queue goes on by itself."""
    gateway, other = world.open(), world.open()
    gateway.forms(by=LOCAL_OPERATOR)
    other.forms(by=LOCAL_OPERATOR)
    world.portal.faults.add("*", "401_expired", None)
    gateway.start_worker()
    other.start_worker()
    receipts = [submit(gateway, email=f"p{n}@clinic-mail.example") for n in range(5)]
    eventually(lambda: switch_of(gateway) is Switch.PAUSED_AUTH)
    time.sleep(0.3)
    before, began = calls(world), time.monotonic()
    time.sleep(5.0)
    spent = time.monotonic() - began
    assert calls(world) - before <= spent / 2.0 + 1
    world.portal.faults.clear()
    for receipt in receipts:
        assert settled(gateway, receipt).state in (State.DELIVERED, State.QUEUED)
    eventually(lambda: switch_of(other) is Switch.RUNNING)
    for receipt in receipts:
        eventually(
            lambda code=receipt.code: (
                gateway.status(code, by=LOCAL_OPERATOR).state  # type: ignore[misc]
                is State.DELIVERED
            )
        )
    assert len(world.portal.submissions()) == 5


def test_intake_stays_open_while_the_token_is_refused(world: World) -> None:
    """People go on typing: a form read before stays open, and nothing is asked for it."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    gateway.forms(by=LOCAL_OPERATOR)
    gateway.start_worker()
    world.portal.faults.add("*", "401_missing", None)
    submit(gateway)
    eventually(lambda: switch_of(gateway) is Switch.PAUSED_AUTH)
    before = calls(world)
    for n in range(10):
        submit(gateway, email=f"p{n}@clinic-mail.example")
    assert calls(world) - before <= 1
    assert gateway.ready() == (False, "unauthorized")


def test_a_person_pauses_and_resumes(world: World, gateway: Gateway) -> None:
    """Paused by hand nothing leaves, everybody is told why, and resuming sends at once."""
    gateway.start_worker()
    gateway.turn(Switch.PAUSED_OPERATOR, by=LOCAL_OPERATOR)
    receipt = submit(gateway)
    time.sleep(0.5)
    status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    assert (status.state, status.cause) == (State.QUEUED, "operator")
    assert gateway.ready() == (False, "operator")
    gateway.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
    assert settled(gateway, receipt).state is State.DELIVERED
    with pytest.raises(ValueError, match="cannot turn"):
        gateway.turn(Switch.PAUSED_AUTH, by=LOCAL_OPERATOR)


def test_draining_takes_nothing_and_sends_the_rest(world: World) -> None:
    """Before maintenance intake closes with its reason while what is left is delivered."""
    gateway = world.open()
    receipt = submit(gateway)
    gateway.turn(Switch.DRAIN, by=LOCAL_OPERATOR)
    again = world.open()
    with pytest.raises(IntakeClosed) as caught:
        submit(again)
    assert caught.value.cause == "drain"
    again.start_worker()
    assert settled(again, receipt).state is State.DELIVERED
    assert again.ready() == (False, "drain")


def test_a_turn_of_the_switch_counts_at_once(gateway: Gateway) -> None:
    """Whoever empties the queue and resumes is told each time what is so now."""
    for _ in range(3):
        gateway.turn(Switch.DRAIN, by=LOCAL_OPERATOR)
        assert gateway.ready() == (False, "drain")
        gateway.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
        assert gateway.ready() == (True, "ready")


def test_too_many_waiting_close_intake(world: World) -> None:
    """A backlog beyond its limit closes intake, before a disk could be full."""
    gateway = world.open(GATEWAY_BACKLOG="2")
    for n in range(2):
        submit(gateway, email=f"p{n}@clinic-mail.example")
    gateway.close()
    again = world.open(GATEWAY_BACKLOG="2")
    with pytest.raises(IntakeClosed) as caught:
        submit(again)
    assert caught.value.cause == "backlog"


def test_a_wrong_clock_pauses_and_closes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock an hour away nothing is accepted or sent; put right, all goes on."""
    gateway = world.open()
    receipt = submit(gateway)
    gateway.close()
    real = bootstrap._now_ms
    offset = [3_600_000]
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: real() + offset[0])
    wrong = world.open()
    with pytest.raises(IntakeClosed) as caught:
        submit(wrong)
    assert caught.value.cause == "clock"
    wrong.start_worker()
    eventually(lambda: switch_of(wrong) is Switch.PAUSED_CLOCK)
    assert wrong.status(receipt.code, by=LOCAL_OPERATOR).cause == "clock"
    offset[0] = 0
    wrong.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
    assert settled(wrong, receipt, 10).state is State.DELIVERED


def test_a_daily_limit_waits_for_midnight(world: World, gateway: Gateway) -> None:
    """When the day's calls are used up the queue waits for the account's midnight."""
    world.portal.faults.add("secure_submit", "429_daily", 1)
    gateway.start_worker()
    receipt = submit(gateway)
    eventually(lambda: switch_of(gateway) is Switch.PAUSED_QUOTA)
    status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    assert (status.state, status.cause) == (State.QUEUED, "daily_quota")
    until_ms = gateway.queue(by=LOCAL_OPERATOR).until_ms
    assert until_ms is not None
    assert 0 < until_ms - time.time() * 1000 <= 86_400_000 + 61_000


def test_a_twentieth_of_the_day_is_kept(world: World, gateway: Gateway) -> None:
    """Before the last calls of a day are used, sending stops: looking up needs some."""
    world.portal.amend_switches(daily_limit=1000)
    gateway.forms(by=LOCAL_OPERATOR)
    world.portal.limits.calls_today = 949
    gateway.start_worker()
    receipt = submit(gateway)
    assert settled(gateway, receipt).state is State.DELIVERED
    eventually(lambda: switch_of(gateway) is Switch.PAUSED_QUOTA)


def test_a_redirect_pauses_for_a_person_to_look(world: World, gateway: Gateway) -> None:
    """Sent elsewhere, everything stops: somebody has to look before more leaves."""
    world.portal.faults.add("secure_submit", "redirect", None)
    gateway.start_worker()
    receipt = submit(gateway)
    eventually(lambda: switch_of(gateway) is Switch.PAUSED_POLICY)
    assert gateway.status(receipt.code, by=LOCAL_OPERATOR).state is State.UNKNOWN


def test_an_overview_tells_what_is_so(world: World, gateway: Gateway) -> None:
    """Counts, ages, speed and the switch, and nothing to alarm about."""
    gateway.start_worker()
    for n in range(3):
        assert settled(gateway, submit(gateway, email=f"p{n}@clinic-mail.example"))
    overview = gateway.overview(by=LOCAL_OPERATOR)
    assert overview.counts[State.DELIVERED] == 3
    assert sum(one.accepted for one in overview.intervals) == 3
    assert sum(one.delivered for one in overview.intervals) == 3
    assert any(one.latency_p50_s is not None for one in overview.intervals)
    assert overview.alarms == ()
    assert overview.queue.switch is Switch.RUNNING
    balance = gateway.balance(by=LOCAL_OPERATOR)
    assert balance.balanced
    assert balance.total.accepted == balance.total.delivered == 3


@pytest.mark.parametrize("cause", ["store", "backlog", "drain"])
def test_a_closed_intake_is_an_alarm(world: World, cause: str) -> None:
    """Whoever watches the deliveries reads why nothing is accepted, before anybody has typed."""
    gateway = world.open(GATEWAY_BACKLOG="1" if cause == "backlog" else "9")
    submit(gateway)
    if cause == "store":
        (file,) = world.folder.rglob("outbox.db")
        file.rename(file.with_name("away.db"))
    elif cause == "drain":
        gateway.turn(Switch.DRAIN, by=LOCAL_OPERATOR)

    def told() -> bool:
        alarms = gateway.overview(by=LOCAL_OPERATOR).alarms
        return [one.message for one in alarms if one.code == "intake_closed"] == [
            f"Nothing is accepted at the moment. {INTAKE_CAUSES[cause]}"
        ]

    eventually(told)
    assert gateway.ready() == (False, cause)


def test_what_waits_too_long_is_an_alarm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not delivered after GATEWAY_ALARM_AGE, and what nobody decides within a week, which
    keeps its answers until then; each counts for itself, and is over with its cause."""
    gateway = world.open(GATEWAY_ALARM_AGE="1")

    def alarms() -> set[str]:
        return {one.code for one in gateway.overview(by=LOCAL_OPERATOR).alarms}

    world.portal.faults.add("secure_submit", "404", 1)
    receipt = submit(gateway)
    eventually(lambda: alarms() == {"waiting_long"})
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.REJECTED
    eventually(lambda: alarms() == {"attention"})
    monkeypatch.setattr(overview, "DECIDE_WITHIN_MS", 1_000)
    eventually(lambda: alarms() == {"attention", "undecided"})
    gateway.decide(receipt.code, Event.DISCARDED, "test", by=LOCAL_OPERATOR)
    eventually(lambda: alarms() == set())


def test_a_broken_lock_file_is_not_ready(world: World, gateway: Gateway) -> None:
    """It closes every form, so a probe is told; put right, all goes on."""
    assert gateway.ready() == (True, "ready")
    (folder,) = world.folder.glob("emulated")
    (folder / "forms.lock.json").write_text("{")
    assert gateway.ready() == (False, "lock_unreadable")
    (folder / "forms.lock.json").unlink()
    assert gateway.ready() == (True, "ready")


def test_a_row_that_vanished_shows_in_the_books(world: World, gateway: Gateway) -> None:
    """The audit counts what was accepted: a missing submission unbalances the books, and its
    day; what is there stays balanced."""
    import sqlite3

    submit(gateway)
    submit(gateway, PATIENT, email="b@clinic-mail.example")
    (file,) = world.folder.rglob("outbox.db")
    with sqlite3.connect(file) as database:
        database.execute("delete from outbox where rowid = 1")
    database.close()
    balance = gateway.balance(by=LOCAL_OPERATOR)
    assert not balance.balanced
    assert not balance.audit_intact
    missing, there = balance.rows
    assert (missing.form_id, missing.accepted, missing.queued) == ("", 1, 0)
    assert (there.form_name, there.accepted, there.queued) == (PATIENT, 1, 1)
    assert there.balanced
    assert not missing.balanced


def test_a_row_that_nobody_accepted_shows_at_its_form_and_day(
    world: World, gateway: Gateway
) -> None:
    """What the audit does not tell of unbalances the row it stands in, and no other."""
    import sqlite3

    first = submit(gateway)
    submit(gateway, IDENTIFICATION)
    (file,) = world.folder.rglob("outbox.db")
    with sqlite3.connect(file) as database:
        database.execute("update outbox set sid = substr(sid, 2) || 'g' where receipt = ?",
                         (first.code,))  # fmt: skip
    database.close()
    wrong = [row for row in gateway.balance(by=LOCAL_OPERATOR).rows if not row.balanced]
    assert {(row.form_name, row.accepted, row.queued) for row in wrong} == {
        ("", 1, 0), (PATIENT, 0, 1)
    }  # fmt: skip


def test_metrics_count_without_names(world: World, gateway: Gateway) -> None:
    """Everything is counted, and neither a form nor an answer is in it."""
    gateway.start_worker()
    assert settled(gateway, submit(gateway)).state is State.DELIVERED
    text = gateway.metrics().decode()
    for line in (
        "sealed_intake_accepted_total 1.0", "sealed_intake_delivered_total 1.0",
        "sealed_intake_attempts_total 1.0", 'sealed_intake_submissions{state="DELIVERED"} 1.0',
        'sealed_intake_queue_switch{switch="RUNNING"} 1.0', "sealed_intake_outbox_readable 1.0",
        'sealed_intake_settled_total{event="accepted_by_hubspot"} 1.0',
    ):  # fmt: skip
        assert line in text
    assert "limiter_wait_seconds" in text
    for hidden in ("canary", "Patient", world.form_id(PATIENT), "Lovelace"):
        assert hidden not in text
