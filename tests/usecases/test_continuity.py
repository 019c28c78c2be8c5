"""An outbox that is put back from an older backup sends nothing a second time."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import PATIENT, World, settled, submit

from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.definitions.drift import drift
from gateway.usecases import housekeeping
from gateway.usecases.gateway import Gateway

WINDOW = {"GATEWAY_UNKNOWN_WINDOW": "1"}


def until(true: Callable[[], bool]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.03)


def outbox(world: World) -> Path:
    (file,) = world.folder.rglob("outbox.db")
    return file


def note(world: World) -> Path:
    (file,) = world.folder.rglob("outbox.begun")
    return file


def backed_up(world: World, gateway: Gateway) -> Path:
    """A copy of the outbox as it is, with the gateway closed."""
    gateway.close()
    copy = world.folder / "backup.db"
    shutil.copy(outbox(world), copy)
    return copy


def restore(world: World, copy: Path) -> None:
    shutil.copy(copy, outbox(world))


def state_of(gateway: Gateway, code: str) -> State:
    return gateway.status(code, by=LOCAL_OPERATOR).state


def test_what_was_sent_since_the_backup_is_found_and_not_sent_again(
    world: World, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """With a backup put back from before it was sent, a submission is looked up, found, and in
    HubSpot once; the log says it, and books and chain are whole."""
    receipt = submit(gateway)
    copy = backed_up(world, gateway)
    sending = world.open()
    sending.start_worker()
    assert settled(sending, receipt).state is State.DELIVERED
    sending.close()
    restore(world, copy)
    with caplog.at_level(logging.WARNING):
        again = world.open()
    assert "older than it was" in caplog.text
    status = again.status(receipt.code, by=LOCAL_OPERATOR)
    assert (status.state, status.cause) == (State.UNKNOWN, "outbox_restored")
    again.start_worker()
    until(lambda: state_of(again, receipt.code) is State.DELIVERED)
    assert len(world.portal.submissions()) == 1
    assert again._store.audit.verify() == (True, None)
    # It counts from where it is now: opened again, nothing is doubted.
    later = submit(again)
    again.close()
    assert state_of(world.open(), later.code) is not State.UNKNOWN


def test_what_was_not_sent_is_given_to_a_person(world: World, gateway: Gateway) -> None:
    """What HubSpot does not show is sent only once somebody has decided, where no probe has
    measured that absence proves something."""
    receipt = submit(gateway)
    copy = backed_up(world, gateway)
    lost = world.open()
    submit(lost, email="lost@clinic-mail.example")
    lost.close()
    restore(world, copy)
    again = world.open(**WINDOW)
    again.start_worker()
    until(lambda: state_of(again, receipt.code) is State.REVIEW)
    assert not world.portal.submissions()


def test_what_was_held_back_is_looked_up_too(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission that was held, released and sent since the backup is not sent again when the
    older outbox finds its form put right."""
    monkeypatch.setattr(housekeeping, "HELD_LOOK_S", 0.1)
    gateway.check(PATIENT, by=LOCAL_OPERATOR)
    receipt = submit(gateway)
    lower = {"property": "insurance_number", "class": "non_sensitive"}
    drift(world.portal, "recreate_property", lower)
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    copy = backed_up(world, gateway)
    drift(world.portal, "recreate_property", {**lower, "class": "sensitive"})
    sending = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    sending.start_worker()
    until(lambda: state_of(sending, receipt.code) is State.DELIVERED)
    sending.close()
    restore(world, copy)
    again = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    assert state_of(again, receipt.code) is State.UNKNOWN
    again.start_worker()
    until(lambda: state_of(again, receipt.code) is State.DELIVERED)
    assert len(world.portal.submissions()) == 1


def test_an_outbox_put_back_under_a_running_worker(world: World, gateway: Gateway) -> None:
    """The look is taken again and again while a worker runs, before it sends what is there."""
    receipt = submit(gateway)
    continuity = gateway._housekeeping._continuity
    assert continuity.prove() == 0
    told = note(world).read_text()
    seq = int(told.split("row ")[1].split(",")[0])
    note(world).write_text(told.replace(f"row {seq},", f"row {seq + 5},"))
    assert continuity.prove() == 1
    assert state_of(gateway, receipt.code) is State.UNKNOWN
    assert continuity.prove() == 0


def test_the_same_outbox_put_back_is_no_other(world: World, gateway: Gateway) -> None:
    """Restored to its last commit, nothing is doubted; nor where the note is of an earlier
    release, or cannot be understood."""
    receipt = submit(gateway)
    restore(world, backed_up(world, gateway))
    for told in (None, "An outbox was begun with these keys.\n", "", "row x, y", "\0\xff"):
        if told is not None:
            note(world).write_text(told)
        again = world.open()
        assert state_of(again, receipt.code) is State.QUEUED
        again.close()
        assert "row" in note(world).read_text()


def test_another_history_of_the_same_length_is_noticed(world: World, gateway: Gateway) -> None:
    """Where the row that was noted is there with another content, all that waits is doubted."""
    receipt = submit(gateway)
    copy = backed_up(world, gateway)
    once = world.open()
    submit(once, email="once@clinic-mail.example")
    once.close()
    kept = note(world).read_text()
    restore(world, copy)
    note(world).write_text("An outbox was begun with these keys.\n")
    other = world.open()
    submit(other, email="other@clinic-mail.example")
    other.close()
    note(world).write_text(kept)
    assert state_of(world.open(), receipt.code) is State.UNKNOWN
