"""Unclear submissions find their end: seen they are delivered, proven absent they are sent
again, and where nothing is proven a person decides."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from samples import IDENTIFICATION, PATIENT, World, submit

from gateway.domain.errors import InvalidTransition, PermissionDenied
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR, WORKER, Role, User
from gateway.hubspot.replies import SeenSubmission, SubmissionPage
from gateway.usecases import housekeeping, worker
from gateway.usecases.gateway import Gateway

WINDOW = {"GATEWAY_UNKNOWN_WINDOW": "1"}
CLERK = User("clerk", "Clerk", frozenset({Role.INTAKE}))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow one another quickly."""
    monkeypatch.setattr(housekeeping, "OLD_LOOK_S", 0.3)
    monkeypatch.setattr(worker, "HOUSEKEEPING_S", 0.1)


def state_of(gateway: Gateway, code: str) -> State:
    """Where a submission is."""
    return gateway.status(code, by=LOCAL_OPERATOR).state


def until(gateway: Gateway, code: str, state: State, seconds: float = 60.0) -> None:
    """Waits until a submission is in ``state``."""
    deadline = time.monotonic() + seconds
    while (now := state_of(gateway, code)) is not state:
        assert time.monotonic() < deadline, now
        time.sleep(0.03)


def sent_unclear(world: World, gateway: Gateway, kind: str = "drop_before") -> str:
    """The receipt of a submission whose first sending ended unclear."""
    world.portal.faults.add("secure_submit", kind, 1)
    receipt = submit(gateway)
    until(gateway, receipt.code, State.UNKNOWN)
    return receipt.code


def test_without_a_probe_a_person_decides(world: World) -> None:
    """Absence proves nothing that was not measured: after the window it needs a decision, and
    is never sent again by itself."""
    gateway = world.open(**WINDOW)
    gateway.start_worker()
    code = sent_unclear(world, gateway)
    until(gateway, code, State.REVIEW)
    assert gateway.status(code, by=LOCAL_OPERATOR).cause == "not_found_again"
    assert not world.portal.submissions()
    assert [alarm.code for alarm in gateway.overview(by=LOCAL_OPERATOR).alarms] == ["attention"]


def test_a_person_sends_it_again(world: World) -> None:
    """What a person saw not to be there is sent, once, and who decided is in its history."""
    gateway = world.open(**WINDOW)
    gateway.start_worker()
    code = sent_unclear(world, gateway)
    until(gateway, code, State.REVIEW)
    gateway.decide(code, Event.RESENT, "not_in_hubspot", by=LOCAL_OPERATOR)
    until(gateway, code, State.DELIVERED)
    assert len(world.portal.submissions()) == 1
    events = [event for _, _, event in gateway.status(code, by=LOCAL_OPERATOR).history]
    assert events[-3:] == ["resent", "claimed", "accepted_by_hubspot"]
    with pytest.raises(InvalidTransition):
        gateway.decide(code, Event.DISCARDED, "test", by=LOCAL_OPERATOR)


def test_who_may_not_decide_does_not(world: World) -> None:
    """Somebody who only types answers in decides nothing and turns nothing."""
    gateway = world.open()
    code = submit(gateway).code
    with pytest.raises(PermissionDenied):
        gateway.decide(code, Event.DISCARDED, "test", by=CLERK)
    with pytest.raises(PermissionDenied):
        gateway.overview(by=CLERK)


def test_a_probe_lets_absence_send_again(world: World) -> None:
    """Once it is measured that all that is stored shows, what is absent after the window is
    sent again by itself, and arrives once."""
    world.portal.amend_switches(submission_delay=0.05)
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="10")
    probe = gateway.probe(PATIENT, by=LOCAL_OPERATOR)
    assert (probe.sent, probe.seen, probe.uri_kept, probe.time_kept) == (3, 3, True, True)
    assert gateway.last_probe(by=LOCAL_OPERATOR) == probe
    gateway.close()
    short = world.open(GATEWAY_UNKNOWN_WINDOW=str(max(2, int(probe.slowest_s * 10) + 1)))
    short.start_worker()
    code = sent_unclear(world, short)
    until(short, code, State.DELIVERED, 40)
    status = short.status(code, by=LOCAL_OPERATOR)
    assert status.resends == 1
    assert "absence_proven" in [event for _, _, event in status.history]
    assert len(world.portal.submissions()) == 4
    assert short.balance(by=LOCAL_OPERATOR).balanced


def test_a_probe_without_patience_proves_nothing(world: World) -> None:
    """When what is stored shows too late for the window, the probe says so."""
    world.portal.amend_switches(submission_delay=1.0)
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="5")
    probe = gateway.probe(IDENTIFICATION, by=LOCAL_OPERATOR)
    assert probe.slowest_s >= 1.0
    assert not probe.proves_absence


def test_a_rewritten_address_is_matched_by_time(world: World) -> None:
    """Where HubSpot changes page addresses, the unique time finds a submission, and says so."""
    world.portal.amend_switches(page_uri="absent")
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="60")
    probe = gateway.probe(PATIENT, by=LOCAL_OPERATOR)
    assert (probe.uri_kept, probe.time_kept) == (False, True)
    gateway.start_worker()
    code = sent_unclear(world, gateway, "drop_after_store")
    until(gateway, code, State.DELIVERED)
    assert gateway.status(code, by=LOCAL_OPERATOR).cause == "found_by_time"
    assert len(world.portal.submissions()) == 4


@pytest.mark.parametrize("kind", ["500", "502_html", "429", "403"])
def test_an_incomplete_look_proves_nothing(kind: str, world: World) -> None:
    """While the list of submissions cannot be read to its end, nothing is absent."""
    gateway = world.open(**WINDOW)
    gateway.start_worker()
    world.portal.faults.add("submissions", kind, None)
    code = sent_unclear(world, gateway)
    time.sleep(2.5)
    assert state_of(gateway, code) is State.UNKNOWN


def test_what_turns_up_in_review_is_delivered(world: World) -> None:
    """A submission that shows late needs nobody any more."""
    world.portal.amend_switches(submission_delay=3.0)
    gateway = world.open(**WINDOW)
    gateway.start_worker()
    code = sent_unclear(world, gateway, "drop_after_store")
    until(gateway, code, State.REVIEW)
    until(gateway, code, State.DELIVERED)
    assert len(world.portal.submissions()) == 1


def test_what_hubspot_has_twice_is_reported(world: World) -> None:
    """When a request is processed long after the window, its copy is found and told."""
    gateway = world.open(GATEWAY_UNKNOWN_WINDOW="10")
    gateway.probe(PATIENT, by=LOCAL_OPERATOR)
    gateway.close()
    again = world.open(GATEWAY_UNKNOWN_WINDOW="3")
    again.start_worker()
    world.portal.faults.add("secure_submit", "late_store", 1, 9.0)
    receipt = submit(again)
    until(again, receipt.code, State.DELIVERED, 20)
    deadline = time.monotonic() + 60
    while len(world.portal.submissions()) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    again._housekeeping._reconcile.copies(0)  # the daily look, without its day
    assert again.status(receipt.code, by=LOCAL_OPERATOR).copies == 2
    balance = again.balance(by=LOCAL_OPERATOR)
    assert balance.copies == ((receipt.code, 2),)
    assert "copies" in {finding.code for finding in again.doctor(by=LOCAL_OPERATOR)}


def test_looking_by_hand_tells_what_it_found(world: World, gateway: Gateway) -> None:
    """One look counts what it looked for and what it found."""
    world.portal.faults.add("secure_submit", "drop_after_store", 1)
    receipt = submit(gateway)
    gateway.deliver_until_empty(by=WORKER)
    found = gateway.reconcile_now(by=LOCAL_OPERATOR)
    if state_of(gateway, receipt.code) is State.DELIVERED and not found["looked"]:
        return  # the worker's own look came first
    assert (found["looked"], found["present"], found["complete"]) == (1, 1, True)


def test_an_old_one_on_top_does_not_end_the_look(world: World, gateway: Gateway) -> None:
    """Where something very old stands among the newest, what is sought is still found behind."""
    world.portal.faults.add("secure_submit", "drop_after_store", 1)
    receipt = submit(gateway)
    gateway.deliver_until_empty(by=WORKER)
    sought = world.portal.submissions()[0]
    reconcile = gateway._housekeeping._reconcile
    pages = [[1] * 50, [sought.submitted_at], [1], [1], [1]]
    read: list[int] = []

    class Listing:
        """HubSpot's list in an odd order; it remembers how far it was read."""

        def submission_pages(self, _: str) -> Iterator[SubmissionPage]:
            for number, times in enumerate(pages):
                read.append(number)
                seen = tuple(SeenSubmission(at, sought.page_uri or "", str(number)) for at in times)
                yield SubmissionPage(seen, "more")

    reconcile._hubspot = Listing()
    found = reconcile._read(sought.form_id, sought.submitted_at - 1000)
    assert found.complete
    assert read == [0, 1, 2, 3]
    assert sought.submitted_at in found.by_time
    assert receipt.code
