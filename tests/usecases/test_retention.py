"""Delivered answers are destroyed with their day's key; whatever is still needed is not."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest
from samples import World, settled, submit

from gateway import bootstrap
from gateway.domain.submissions import Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases import portal
from gateway.usecases.gateway import Gateway

DAY_MS = 86_400_000


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many days the clock is ahead, to be moved by hand."""
    ahead = [0]
    real = bootstrap._now_ms
    monkeypatch.setattr(bootstrap, "_now_ms", lambda: real() + ahead[0] * DAY_MS)
    monkeypatch.setattr(portal, "CLOCK_SKEW_MS", 10**12)  # HubSpot's clock does not move with ours
    return ahead


def sweep(gateway: Gateway) -> int:
    """The worker's own chore, without its wait."""
    return gateway._housekeeping._retention.sweep()


def ring(world: World) -> str:
    """What the key file holds."""
    (file,) = world.folder.rglob("keyring.json")
    return file.read_text()


def privates(text: str) -> set[str]:
    """Every private key of a ring."""
    return {key["private"] for key in json.loads(text)["keys"]}


def database(world: World) -> Path:
    """The outbox's file."""
    (file,) = world.folder.rglob("outbox.db")
    return file


def kept_envelopes(world: World) -> int:
    """How many envelopes are still there."""
    connection = sqlite3.connect(database(world))
    try:
        asked = "select count(*) from outbox where length(envelope) > 0"
        return int(connection.execute(asked).fetchone()[0])
    finally:
        connection.close()


def test_after_the_hold_neither_envelope_nor_key_is_left(world: World, days: list[int]) -> None:
    """Delivered answers are gone with their key, and a copy of the database from before opens
    nowhere any more."""
    gateway = world.open(GATEWAY_HOLD="0")
    gateway.start_worker()
    receipt = submit(gateway)
    assert settled(gateway, receipt).state is State.DELIVERED
    gateway.stop_worker()
    backup, old = database(world).read_bytes(), privates(ring(world))
    assert sweep(gateway) == 1
    assert kept_envelopes(world) == 0
    days[0] = 2
    later = world.open(GATEWAY_HOLD="0")
    submit(later, email="new@clinic-mail.example")
    sweep(later)
    for private in old:
        assert private not in ring(world)
    status = later.status(receipt.code, by=LOCAL_OPERATOR)
    assert status.shredded_at_ms is not None
    assert status.state is State.DELIVERED
    assert later.balance(by=LOCAL_OPERATOR).balanced
    later.close()
    gateway.close()
    database(world).write_bytes(backup)
    connection = sqlite3.connect(database(world))
    connection.execute("update outbox set state = 'QUEUED'")
    connection.commit()
    connection.close()
    # A thief has no note of how far the outbox had come.
    next(world.folder.rglob("outbox.begun")).write_text("An outbox was begun with these keys.\n")
    stolen = world.open()
    stolen.start_worker()
    assert settled(stolen, receipt).state is State.HELD
    assert stolen.status(receipt.code, by=LOCAL_OPERATOR).cause == "wrong_key"


def test_within_the_hold_everything_is_kept(world: World, days: list[int]) -> None:
    """Nothing is destroyed before the hold is over."""
    gateway = world.open(GATEWAY_HOLD="86400")
    gateway.start_worker()
    assert settled(gateway, submit(gateway)).state is State.DELIVERED
    before = privates(ring(world))
    assert sweep(gateway) == 0
    days[0] = 1
    sweep(gateway)
    assert kept_envelopes(world) == 1 or days[0] == 1
    assert before <= privates(ring(world))


def test_what_waits_is_sealed_again_and_still_leaves(world: World, days: list[int]) -> None:
    """A refused and a queued submission outlive the key of their day: their answers are sealed
    again, and the queued one is delivered."""
    gateway = world.open(GATEWAY_HOLD="0")
    waiting = submit(gateway)
    old = privates(ring(world))
    days[0] = 3
    later = world.open(GATEWAY_HOLD="0")
    submit(later, email="today@clinic-mail.example")
    sweep(later)
    assert not old & privates(ring(world))
    assert kept_envelopes(world) == 2
    assert later._store.audit.verify() == (True, None)
    later.start_worker()
    assert settled(later, waiting).state is State.DELIVERED
    sent = {s.value("email") for s in world.portal.submissions()}
    assert "ada@clinic-mail.example" in sent


def test_a_damaged_one_keeps_its_key(world: World, days: list[int]) -> None:
    """A submission that does not open may be mended by somebody: its key stays."""
    gateway = world.open(GATEWAY_HOLD="0")
    submit(gateway)
    old = privates(ring(world))
    connection = sqlite3.connect(database(world))
    connection.execute("update outbox set snapshot_hash = 'ff'")
    connection.commit()
    connection.close()
    days[0] = 3
    later = world.open(GATEWAY_HOLD="0")
    submit(later, email="today@clinic-mail.example")
    sweep(later)
    assert old <= privates(ring(world))


def test_a_withdrawn_one_is_shredded_too(world: World) -> None:
    """What a person withdrew is not kept longer than what arrived."""
    gateway = world.open(GATEWAY_HOLD="0")
    world.portal.faults.add("secure_submit", "404", 1)
    gateway.start_worker()
    receipt = submit(gateway)
    assert settled(gateway, receipt).state is State.REJECTED
    assert sweep(gateway) == 0
    gateway.decide(receipt.code, Event.DISCARDED, "withdrawn", by=LOCAL_OPERATOR)
    time.sleep(0.01)
    assert sweep(gateway) == 1
    assert kept_envelopes(world) == 0


def test_a_key_destroyed_by_one_that_died_is_booked(world: World, days: list[int]) -> None:
    """When the program dies between destroying a key and saying so, the next one says it."""
    gateway = world.open(GATEWAY_HOLD="0")
    gateway.start_worker()
    assert settled(gateway, submit(gateway)).state is State.DELIVERED
    gateway.stop_worker()
    days[0] = 2
    later = world.open(GATEWAY_HOLD="0")
    submit(later, email="new@clinic-mail.example")
    epochs, keyring = later._store.epochs, later._housekeeping._retention._keyring
    old = next(epoch.key_id for epoch in keyring.epochs() if not epoch.newest)
    while epochs.shred(older_than_s=0, most=10):
        pass
    epochs.close(old)
    keyring.destroy(old, 1)
    sweep(later)
    assert not epochs.closed()
    assert [row.sid for row in later._store.audit.rows()][-1] == old
