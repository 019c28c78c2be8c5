"""When something breaks, nothing that got a receipt is lost, and nothing is sent twice."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from samples import ANSWERS, IDENTIFICATION, PATIENT, World, settled, submit

from gateway import bootstrap
from gateway.bootstrap import open_gateway
from gateway.domain.errors import (
    ForeignOutbox,
    IntakeClosed,
    KeyConflict,
    OutboxGone,
    PolicyViolation,
)
from gateway.domain.queue import Switch
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR, WORKER
from gateway.sealing.keyring import open_keyring, rotate_keyring
from gateway.settings import load_settings
from gateway.store import queue
from gateway.usecases import intake, portal, worker
from gateway.usecases.gateway import Gateway
from gateway.usecases.worker import COURIERS

PROJECT = Path(__file__).resolve().parents[2]


def posted(world: World) -> int:
    """How many submissions HubSpot stored."""
    return len(world.portal.submissions())


def state_of(gateway: Gateway, code: str) -> State:
    """Where a submission is."""
    return gateway.status(code, by=LOCAL_OPERATOR).state


def until(gateway: Gateway, code: str, state: State, seconds: float = 60.0) -> None:
    """Waits until a submission is in ``state``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if state_of(gateway, code) is state:
            return
        time.sleep(0.03)
    raise AssertionError(f"{state_of(gateway, code)} instead of {state}")


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("429", "rate_limited"), ("423", "rate_limited"), ("477", "migrating"), ("403", "forbidden"),
     ("401_missing", "unauthorized"), ("401_expired", "unauthorized")],
)  # fmt: skip
def test_a_refusal_to_listen_keeps_it_queued(
    kind: str, cause: str, world: World, gateway: Gateway
) -> None:
    """What HubSpot certainly did not take stays queued, with its cause, and the queue rests."""
    world.portal.faults.add("secure_submit", kind, None, 1.0)
    receipt = submit(gateway)
    gateway.start_worker()
    deadline = time.monotonic() + 60
    while gateway.status(receipt.code, by=LOCAL_OPERATOR).cause is None:
        assert time.monotonic() < deadline
        time.sleep(0.03)
    status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    assert (status.state, status.cause) == (State.QUEUED, cause)
    assert gateway.resting() == cause
    assert posted(world) == 0


def test_a_short_rest_ends_by_itself(world: World, gateway: Gateway) -> None:
    """After the time HubSpot asked for, the submission is sent without anybody's help."""
    world.portal.faults.add("secure_submit", "423", 1)
    gateway.start_worker()
    assert settled(gateway, submit(gateway)).state is State.DELIVERED
    assert posted(world) == 1


@pytest.mark.parametrize("kind", ["drop_after_store", "garbage_json"])
def test_an_unclear_outcome_is_looked_up(kind: str, world: World, gateway: Gateway) -> None:
    """A submission that was stored but not confirmed is found by its tag, never sent again."""
    world.portal.faults.add("secure_submit", kind, 1)
    gateway.start_worker()
    receipt = submit(gateway)
    until(gateway, receipt.code, State.DELIVERED)
    history = [state for _, state, _ in gateway.status(receipt.code, by=LOCAL_OPERATOR).history]
    assert history == [State.QUEUED, State.SENDING, State.UNKNOWN, State.DELIVERED]
    assert posted(world) == 1


@pytest.mark.parametrize("kind", ["500", "502_html", "504_html", "drop_before", "redirect"])
def test_an_unclear_outcome_is_never_sent_again(kind: str, world: World, gateway: Gateway) -> None:
    """When HubSpot has no trace of it, it stays unclear: absence is no proof yet."""
    world.portal.faults.add("secure_submit", kind, 1)
    gateway.start_worker()
    receipt = submit(gateway)
    assert settled(gateway, receipt).state is State.UNKNOWN
    time.sleep(2.5)
    assert state_of(gateway, receipt.code) is State.UNKNOWN
    assert posted(world) == 0


def test_hubspot_away_keeps_known_forms_open(world: World) -> None:
    """While HubSpot is unreachable, a form read before stays open, across a restart too, and
    everything accepted is delivered when HubSpot is back."""
    first = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    first.forms(by=LOCAL_OPERATOR)
    first.close()
    world.emulator.stop()
    try:
        again = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
        report = again.check(PATIENT, by=LOCAL_OPERATOR)
        assert report.stale
        assert report.open
        receipts = [submit(again, email=f"p{i}@clinic-mail.example") for i in range(3)]
        again.start_worker()
        time.sleep(1.0)
        for receipt in receipts:
            assert state_of(again, receipt.code) in (State.QUEUED, State.SENDING)
        deadline = time.monotonic() + 60
        while again.resting() != "unreachable":  # between two rests it tries
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        world.emulator.start()
    for receipt in receipts:
        until(again, receipt.code, State.DELIVERED, 30)
    assert posted(world) == 3


def test_a_form_never_read_stays_closed(world: World) -> None:
    """Without any description of a form, nothing is accepted for it."""
    world.emulator.stop()
    try:
        gateway = world.open()
        with pytest.raises(IntakeClosed) as caught:
            gateway.intake(world.form_id(PATIENT), by=LOCAL_OPERATOR)
        assert caught.value.cause == "unreachable"
    finally:
        world.emulator.start()


def test_an_old_description_is_not_good_enough(world: World) -> None:
    """Past its age limit the last good description no longer keeps a form open."""
    first = world.open()
    first.forms(by=LOCAL_OPERATOR)
    first.close()
    gateway = world.open(GATEWAY_SNAPSHOT_MAX_AGE="0", GATEWAY_DEFINITION_MAX_AGE="0")
    world.portal.faults.add("*", "500", None)
    with pytest.raises(IntakeClosed):
        gateway.submit(world.form_id(PATIENT), ANSWERS[PATIENT], by=LOCAL_OPERATOR)


def test_a_class_changed_after_acceptance_holds_it(world: World, gateway: Gateway) -> None:
    """A property re-created as ordinary between acceptance and sending: nothing is sent; put
    back, the submission goes on by itself."""
    receipt = submit(gateway)
    world.portal.amend_property("0-1", "diagnosis", {"dataSensitivity": "non_sensitive"})
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert gateway.status(receipt.code, by=LOCAL_OPERATOR).cause == "gate"
    assert posted(world) == 0
    world.portal.amend_property("0-1", "diagnosis", {"dataSensitivity": "highly_sensitive"})
    gateway.stop_worker()
    again = world.open()
    again.start_worker()
    until(again, receipt.code, State.DELIVERED)
    assert posted(world) == 1


@pytest.mark.parametrize("form_change", [
    {"configuration": {"recaptchaEnabled": True}}, {"archived": True}, {"fieldGroups": []},
])  # fmt: skip
def test_a_form_changed_after_acceptance_holds_it(
    form_change: dict[str, object], world: World, gateway: Gateway
) -> None:
    """reCAPTCHA on, archived, or a field gone: the submission is held, not sent."""
    receipt = submit(gateway)
    world.portal.amend_form(world.form_id(PATIENT), form_change)
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert posted(world) == 0


def test_drift_closes_intake_within_the_age_limit(world: World) -> None:
    """Once the age limit is over, a changed class closes the form before anything is typed."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    gateway.check(PATIENT, by=LOCAL_OPERATOR)
    world.portal.archive_property("0-1", "diagnosis")
    with pytest.raises(PolicyViolation) as caught:
        gateway.submit(PATIENT, ANSWERS[PATIENT], by=LOCAL_OPERATOR)
    assert {f.code for f in caught.value.findings} == {"property_archived"}


def test_a_lost_key_holds_it(world: World, gateway: Gateway) -> None:
    """Answers sealed to a key that is gone are held with the cause, never dropped."""
    receipt = submit(gateway)
    gateway.close()
    (file,) = world.folder.rglob("keyring.json")
    ring = json.loads(file.read_text())
    rotate_keyring(file.parent, "emulated")
    (newest,) = [key for key in json.loads(file.read_text())["keys"] if key not in ring["keys"]]
    file.write_text(json.dumps({**ring, "keys": [newest]}))
    again = world.open()
    again.start_worker()
    assert settled(again, receipt).state is State.HELD
    assert again.status(receipt.code, by=LOCAL_OPERATOR).cause == "wrong_key"


@pytest.mark.parametrize("loss", ["folder", "file", "damage", "another"])
def test_no_key_file_no_intake(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    """What is sealed to a ring that only this process remembers opens nowhere after a restart:
    intake closes, /readyz tells, what is queued still leaves, and the file back opens it."""
    monkeypatch.setattr(intake, "LOOK_AGAIN_S", 0.0)
    receipt = submit(gateway)
    (file,) = world.folder.rglob("keyring.json")
    kept = file.read_bytes()
    match loss:
        case "folder":
            shutil.rmtree(file.parent)
        case "file":
            file.unlink()
        case "damage":
            file.write_bytes(kept[:-9] + b"}")
        case "another":
            file.unlink()
            open_keyring(file.parent, "emulated")
    with pytest.raises(IntakeClosed) as caught:
        submit(gateway, email="b@clinic-mail.example")
    assert caught.value.cause == "key"
    assert gateway.ready() == (False, "key")
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.DELIVERED
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_bytes(kept)
    file.chmod(0o600)
    assert gateway.ready() == (True, "ready")
    assert submit(gateway, email="b@clinic-mail.example").state is State.QUEUED


def test_another_ring_leaves_the_outbox_alone(world: World, gateway: Gateway) -> None:
    """With the wrong key folder nothing starts and nothing is touched, everybody is told why,
    and with the right one all goes on."""
    receipt = submit(gateway)
    gateway.turn(Switch.PAUSED_OPERATOR, by=LOCAL_OPERATOR)
    gateway.close()
    (file,) = world.folder.rglob("outbox.db")
    before = file.read_bytes()
    (keys,) = world.folder.rglob("keys")
    lost = keys.rename(world.folder / "lost")
    with pytest.raises(ForeignOutbox, match="another installation"):
        world.open()
    assert file.read_bytes() == before
    shutil.rmtree(keys)
    lost.rename(keys)
    right = world.open()
    right.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
    right.start_worker()
    assert settled(right, receipt).state is State.DELIVERED


def test_a_lost_outbox_is_not_begun_anew(world: World, gateway: Gateway) -> None:
    """Where the outbox is gone nothing starts as if there had been none; with its file put back
    all goes on, and a person may begin anew."""
    receipt = submit(gateway)
    gateway.close()
    (file,) = world.folder.rglob("outbox.db")
    lost = file.rename(world.folder / "lost.db")
    with pytest.raises(OutboxGone, match=r"outbox\.begun"):
        world.open()
    with pytest.raises(OutboxGone):
        world.open()
    lost.rename(file)
    again = world.open()
    assert again.status(receipt.code, by=LOCAL_OPERATOR).state is State.QUEUED
    again.close()
    file.unlink()
    next(world.folder.rglob("outbox.begun")).unlink()
    assert submit(world.open()).state is State.QUEUED


def test_another_account_gets_nothing(world: World, gateway: Gateway) -> None:
    """What was accepted for one account is never sent to another."""
    receipt = submit(gateway)
    gateway.close()
    world.portal.id += 1
    try:
        again = world.open()
        again.start_worker()
        assert settled(again, receipt).state is State.HELD
        assert again.status(receipt.code, by=LOCAL_OPERATOR).cause == "wrong_portal"
    finally:
        world.portal.id -= 1
    assert posted(world) == 0


def test_the_wrong_portal_closes_intake(world: World) -> None:
    """A token of another account than the one configured accepts nothing."""
    gateway = world.open(HUBSPOT_PORTAL_ID="12345")
    with pytest.raises(IntakeClosed) as caught:
        submit(gateway)
    assert caught.value.cause == "portal"


def test_many_people_at_once(world: World, gateway: Gateway) -> None:
    """Twenty people submitting at the same moment each get a receipt, and one delivery."""
    gateway.start_worker()
    codes: list[str] = []

    def one(number: int) -> None:
        codes.append(submit(gateway, email=f"p{number}@clinic-mail.example").code)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for code in codes:
        until(gateway, code, State.DELIVERED, 20)
    assert len(set(codes)) == 20
    assert posted(world) == 20


def test_three_workers_send_each_once(world: World, gateway: Gateway) -> None:
    """Workers of several gateways on one outbox share the work, and double nothing."""
    codes = [submit(gateway, email=f"p{i}@clinic-mail.example").code for i in range(15)]
    others = [world.open() for _ in range(2)]
    for each in (gateway, *others):
        each.start_worker()
    for code in codes:
        until(gateway, code, State.DELIVERED, 20)
    assert posted(world) == 15


def test_until_empty_delivers_in_the_foreground(world: World, gateway: Gateway) -> None:
    """A worker run by hand delivers all that is queued, and says so."""
    for number in range(3):
        submit(gateway, email=f"p{number}@clinic-mail.example")
    assert gateway.deliver_until_empty(by=WORKER)
    assert posted(world) == 3
    world.portal.faults.add("secure_submit", "401_missing", None)
    submit(gateway)
    assert not gateway.deliver_until_empty(by=WORKER)


def test_until_empty_waits_for_the_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog larger than the limit leaves whole: a full window is no reason to give up."""
    monkeypatch.setattr(worker, "PATIENCE_S", 0.3)
    monkeypatch.setattr(queue, "WINDOW_MS", 1_500)
    gateway = world.open(GATEWAY_RATE_LIMIT="2")
    for number in range(3):
        submit(gateway, email=f"p{number}@clinic-mail.example")
    assert gateway.deliver_until_empty(by=WORKER)
    assert posted(world) == 3


KILLED = """
import sys, json
from gateway.bootstrap import open_gateway
from gateway.domain.users import LOCAL_OPERATOR
answers = json.loads(sys.argv[1])
with open_gateway() as gateway:
    gateway.start_worker()
    for number in range(10_000):
        answers["email"] = f"p{number}@clinic-mail.example"
        print(gateway.submit("Patient intake", answers, by=LOCAL_OPERATOR).code, flush=True)
"""


def test_kill_9_loses_nothing_that_got_a_receipt(world: World) -> None:
    """Killed in the middle of accepting and sending, again and again: every receipt that was
    shown is delivered or being confirmed, and HubSpot has none twice."""
    import json

    shown: list[str] = []
    environ = {**os.environ, **world.environ(), "PYTHONPATH": str(PROJECT)}
    for wait in (0.25, 0.6, 1.0):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, json.dumps(ANSWERS[PATIENT])],
            env=environ, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            shown.append(process.stdout.readline().strip())
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            shown += [
                line.strip() for line in process.stdout.read().splitlines() if len(line) == 14
            ]
    assert len(shown) > 6
    gateway = world.open()
    gateway.deliver_until_empty(by=WORKER)
    states = {code: state_of(gateway, code) for code in shown}
    assert set(states.values()) <= {State.DELIVERED, State.SENDING, State.UNKNOWN, State.QUEUED}
    tags = [s.page_uri.split("/~s/")[1] for s in world.portal.submissions()]
    assert len(tags) == len(set(tags))
    delivered = sum(state is State.DELIVERED for state in states.values())
    assert delivered >= len(shown) - 3 * COURIERS


def test_a_crash_leaves_few_unclear_at_most(world: World, gateway: Gateway) -> None:
    """Only what the couriers have under way is claimed: the others stay queued."""
    codes = [submit(gateway, email=f"p{i}@clinic-mail.example").code for i in range(7)]
    world.portal.faults.add("secure_submit", "slow", None, 4.0)
    gateway.start_worker()
    until(gateway, codes[COURIERS - 1], State.SENDING)
    states = [state_of(gateway, code) for code in codes]
    assert states == [State.SENDING] * COURIERS + [State.QUEUED] * (len(codes) - COURIERS)


def test_a_form_in_trouble_does_not_hold_up_the_others(world: World, gateway: Gateway) -> None:
    """When one form's description cannot be read, the answers to other forms still leave."""
    stuck = submit(gateway, PATIENT)
    healthy = submit(gateway, IDENTIFICATION)
    real = world.portal.forms[world.form_id(PATIENT)]
    world.portal.forms[world.form_id(PATIENT)] = {**real, "id": object()}  # answered with a 500
    try:
        gateway.start_worker()
        assert settled(gateway, healthy).state is State.DELIVERED
        assert state_of(gateway, stuck.code) is State.QUEUED
    finally:
        world.portal.forms[world.form_id(PATIENT)] = real


def test_retry_after_zero_is_no_invitation(world: World, gateway: Gateway) -> None:
    """A 429 that asks for no wait at all is still waited out: ten in a second block us."""
    world.portal.amend_switches(submit_limit=1, rate_window=1000.0, retry_after=True)
    for number in range(3):
        submit(gateway, email=f"p{number}@clinic-mail.example")
    gateway.start_worker()
    deadline = time.monotonic() + 60
    while not _refused(world):
        assert time.monotonic() < deadline
        time.sleep(0.03)
    time.sleep(2)
    assert _refused(world) <= 3


def _refused(world: World) -> int:
    return sum(entry.status == 429 for entry in world.portal.journal.entries())


def test_the_same_key_on_another_form_is_a_conflict(gateway: Gateway) -> None:
    """A key belongs to one form: on another it is a conflict, never a silent loss."""
    shared = {"firstname": "Ada", "lastname": "L", "email": "a@clinic-mail.example"}
    first = {**ANSWERS[PATIENT], **shared}
    gateway.submit(PATIENT, first, by=LOCAL_OPERATOR, key="k")
    with pytest.raises(KeyConflict):
        gateway.submit(
            IDENTIFICATION, {**ANSWERS[IDENTIFICATION], **shared}, by=LOCAL_OPERATOR, key="k"
        )


def test_a_repeat_is_a_repeat_after_the_form_changed(world: World, gateway: Gateway) -> None:
    """The same key with the same answers gives the same receipt, also when HubSpot's consent
    text was edited in between."""
    first = submit(gateway, key="k")
    world.portal.amend_form(
        world.form_id(PATIENT), {"legalConsentOptions": {"consentToProcessText": "New words."}}
    )
    again = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    assert submit(again, key="k").code == first.code


def test_a_foreign_description_on_disk_is_ignored(world: World, gateway: Gateway) -> None:
    """What another version of the program remembered does not stop any form."""
    submit(gateway)
    gateway.close()
    (file,) = world.folder.rglob("outbox.db")
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("update snapshots set body = ?", (b'{"old": "shape"}',))
        database.commit()
    again = world.open()
    assert again.check(PATIENT, by=LOCAL_OPERATOR).open


def test_a_region_without_a_host_closes_intake(world: World) -> None:
    """When nobody knows where an account's submissions go, nothing is accepted or tried."""
    settings = load_settings(world.environ(), None)
    gateway = open_gateway(dataclasses.replace(settings, forms_base=None, forms_hosts={}))
    try:
        with pytest.raises(IntakeClosed) as caught:
            submit(gateway)
        assert caught.value.cause == "region"
        codes = {f.code for f in gateway.doctor(by=LOCAL_OPERATOR)}
        assert "region_unknown" in codes
    finally:
        gateway.close()


def test_scopes_are_remembered_when_hubspot_does_not_say(world: World) -> None:
    """A failed introspection does not open a form that was closed for a missing scope."""
    token = world.portal.issue_token(["forms", "crm.schemas.contacts.read"])
    first = world.open(HUBSPOT_ACCESS_TOKEN=token)
    assert not first.check(PATIENT, by=LOCAL_OPERATOR).open
    first.close()
    world.portal.faults.add("token", "500", None)
    again = world.open(HUBSPOT_ACCESS_TOKEN=token)
    assert not again.check(PATIENT, by=LOCAL_OPERATOR).open


def test_a_silent_hubspot_is_waited_for_once(world: World) -> None:
    """While HubSpot hangs, one time-out is enough: the next persons are served at once from
    what is known."""
    first = world.open()
    first.forms(by=LOCAL_OPERATOR)
    first.close()
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    world.portal.faults.add("*", "slow", None, 9.0)
    started = time.monotonic()
    assert submit(gateway, key="a").code
    once = time.monotonic() - started
    assert 7 < once < 15
    started = time.monotonic()
    threads = [
        threading.Thread(target=submit, args=(gateway,), kwargs={"key": str(n)}) for n in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 6
    world.portal.faults.clear()


def test_what_is_too_old_goes_to_a_person(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot refuses a date older than a month: before that a person decides, and what they
    send again carries a date of today."""
    receipt = submit(gateway)
    gateway.close()
    late = time.time_ns() + 26 * 86_400 * 10**9
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: late // 10**6)
    monkeypatch.setattr(portal, "CLOCK_SKEW_MS", 10**12)  # HubSpot's clock does not move with ours
    again = world.open()
    again.start_worker()
    assert settled(again, receipt).state is State.REVIEW
    assert again.status(receipt.code, by=LOCAL_OPERATOR).cause == "too_old"
    assert posted(world) == 0
    again.decide(receipt.code, Event.RESENT, "not_in_hubspot", by=LOCAL_OPERATOR)
    until(again, receipt.code, State.DELIVERED)
    (sent,) = world.portal.submissions()
    assert sent.submitted_at == late // 10**6


def test_readiness_is_what_accepting_would_say(world: World, gateway: Gateway) -> None:
    """An outbox that was moved away under the program is noticed before anybody types."""
    gateway.forms(by=LOCAL_OPERATOR)
    assert gateway.ready() == (True, "ready")
    (file,) = world.folder.rglob("outbox.db")
    file.rename(file.with_name("moved.db"))
    assert gateway.ready() == (False, "store")
    with pytest.raises(IntakeClosed) as caught:
        submit(gateway)
    assert caught.value.cause == "store"
    file.with_name("moved.db").rename(file)
    assert gateway.ready() == (True, "ready")
