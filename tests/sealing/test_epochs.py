"""Every day has its key, the same for all; a destroyed one opens nothing again."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import KeyringBroken, WrongKey
from gateway.domain.submissions import Payload
from gateway.sealing import keyfile
from gateway.sealing.envelope import Context, key_id_of, seal, unseal
from gateway.sealing.keyring import Epoch, Keyring, open_keyring, rotate_keyring

DAY = 20_000
AT_MS = 1_728_000_000_123


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> Keyring:
    return open_keyring(folder, "demo", DAY)


def content(folder: Path) -> Any:
    return json.loads((folder / "keyring.json").read_text("ascii"))


def ids(ring: Keyring) -> list[str]:
    return [epoch.key_id for epoch in ring.epochs()]


def private_hex(folder: Path, key_id: str) -> bytes:
    private = {key["id"]: str(key["private"]) for key in content(folder)["keys"]}
    return private[key_id].encode()


def holds(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.iterdir())


def test_a_new_day_gets_a_new_key_and_keeps_it(ring: Keyring, folder: Path) -> None:
    """The first sealing of a day makes its key, durably; all later ones of the day use it."""
    first = ring.sealing_on(DAY).key_id
    second = ring.sealing_on(DAY + 1).key_id
    assert first != second == ring.sealing_on(DAY + 1).key_id == ring.sealing.key_id
    assert [(k["id"], k["day"]) for k in content(folder)["keys"]] == [
        (first, DAY),
        (second, DAY + 1),
    ]
    assert ring.epochs() == (Epoch(first, DAY, False), Epoch(second, DAY + 1, True))
    assert open_keyring(folder, "demo").epochs() == ring.epochs()


def test_a_clock_that_went_back_makes_no_key(ring: Keyring) -> None:
    """A day before the newest key's is sealed with the newest key."""
    newest = ring.sealing_on(DAY + 3).key_id
    assert ring.sealing_on(DAY + 1).key_id == ring.sealing_on(0).key_id == newest
    assert len(ring.epochs()) == 2


def test_sealing_on_a_known_day_touches_no_file(ring: Keyring, folder: Path) -> None:
    """While nothing changes, the folder may even be away."""
    folder.rename(folder.with_name("away"))
    assert ring.sealing_on(DAY) is ring.sealing_on(DAY - 1)
    assert not folder.exists()


def test_a_new_key_is_of_the_newest_ones_suite(folder: Path, ring: Keyring) -> None:
    """A suite chosen by a rotation outlives the day."""
    rotate_keyring(folder, "demo", 2, DAY)
    assert ring.sealing_on(DAY + 1).suite.id == 2


def test_a_rotation_wins_whatever_its_day(folder: Path, ring: Keyring) -> None:
    """A key made by hand seals, in the day it is made, even after keys of later days; others
    seal with it once they refresh."""
    ring.sealing_on(DAY + 5)
    rotated = rotate_keyring(folder, "demo", today=DAY + 1).sealing.key_id
    ring.refresh()
    assert ring.sealing_on(DAY + 1).key_id == ring.sealing.key_id == rotated
    assert [epoch.day for epoch in ring.epochs()] == [DAY, DAY + 5, DAY + 1]
    assert ring.epochs()[-1] == Epoch(rotated, DAY + 1, True)


def test_the_system_clock_gives_the_day(folder: Path) -> None:
    """Without a day, first keys and rotations are of the system's day, UTC."""
    before = int(time.time() // 86_400)
    open_keyring(folder, "demo")
    epochs = rotate_keyring(folder, "demo").epochs()
    assert {epoch.day for epoch in epochs} <= {before, int(time.time() // 86_400)}


def test_format_1_is_read_as_it_is_and_rewritten_at_the_next_change(
    golden: Any, golden_ring: Keyring, tmp_path: Path
) -> None:
    """The previous release's file opens unchanged; its keys are of no day, so the next day
    seals anew, and all its envelopes still open."""
    old = content(tmp_path / "golden")
    assert old["format"] == 1
    assert [epoch.day for epoch in golden_ring.epochs()] == [None, None]
    key_id = golden_ring.sealing_on(DAY).key_id
    new = content(tmp_path / "golden")
    assert (new["format"], new["destroyed"]) == (2, [])
    assert new["keys"][:-1] == [{**key, "day": None} for key in old["keys"]]
    assert (new["keys"][-1]["id"], new["keys"][-1]["day"]) == (key_id, DAY)
    assert new["fingerprint_key"] == old["fingerprint_key"]
    for text in golden["envelopes"].values():
        assert unseal(bytes.fromhex(text), Context(**golden["context"]), golden_ring.opening)
    assert golden_ring.destroy(old["keys"][0]["id"], AT_MS)
    assert content(tmp_path / "golden")["destroyed"] == [
        {"id": old["keys"][0]["id"], "day": None, "at_ms": AT_MS}
    ]


def test_an_old_file_can_be_rotated_by_hand(golden_ring: Keyring, tmp_path: Path) -> None:
    """A rotation is a change too: it makes the file format 2."""
    rotate_keyring(tmp_path / "golden", "demo", today=DAY)
    assert content(tmp_path / "golden")["format"] == 2
    golden_ring.refresh()
    assert [epoch.day for epoch in golden_ring.epochs()] == [None, None, DAY]


def test_a_destroyed_key_opens_nothing_again(
    folder: Path, ring: Keyring, payload: Payload, context: Context
) -> None:
    """The key leaves the file and both processes' memory, and is told from a lost one; the
    others open as before."""
    other = open_keyring(folder, "demo")
    gone, kept = (seal(payload, context, ring.sealing_on(day)) for day in (DAY, DAY + 1))
    key_id = key_id_of(gone) or ""
    secret = private_hex(folder, key_id)
    assert ring.destroy(key_id, AT_MS)
    assert not holds(folder, secret)
    assert content(folder)["destroyed"] == [{"id": key_id, "day": DAY, "at_ms": AT_MS}]
    unseal(gone, context, other.opening)
    other.refresh()
    for each in (ring, other, open_keyring(folder, "demo")):
        assert each.is_destroyed(key_id)
        assert not each.is_destroyed("00" * 16)
        assert ids(each) == [key_id_of(kept)]
        with pytest.raises(WrongKey):
            unseal(gone, context, each.opening)
        unseal(kept, context, each.opening)
        assert not each.destroy(key_id, AT_MS + 1)
    assert len(content(folder)["destroyed"]) == 1


def test_the_newest_key_is_never_destroyed(folder: Path, ring: Keyring) -> None:
    """What seals now cannot be destroyed, also when another process made it newest; a key of
    another ring is none of ours."""
    other = open_keyring(folder, "demo")
    with pytest.raises(ValueError, match="newest"):
        ring.destroy(ring.sealing.key_id, AT_MS)
    newest = other.sealing_on(DAY + 1).key_id
    with pytest.raises(ValueError, match="newest"):
        ring.destroy(newest, AT_MS)
    assert not ring.destroy("00" * 16, AT_MS)
    assert ids(ring) == ids(other)
    assert content(folder)["destroyed"] == []


def test_every_change_overwrites_the_old_file_where_it_stands(folder: Path, ring: Keyring) -> None:
    """What held the old file afterwards holds zeros of the same length, be it a destruction or a
    new day; so does a new file that a crash had left."""
    leftover = folder / "keyring.json.new"
    for change in (
        lambda: ring.sealing_on(DAY + 1),
        lambda: rotate_keyring(folder, "demo", today=DAY + 1),
        lambda: ring.destroy(ids(ring)[0], AT_MS),
    ):
        shutil.copy(folder / "keyring.json", leftover)
        size = leftover.stat().st_size
        held = [os.open(path, os.O_RDONLY) for path in (folder / "keyring.json", leftover)]
        change()
        for descriptor in held:
            assert os.read(descriptor, 2 * size) == b"\0" * size
            os.close(descriptor)
        assert {path.name for path in folder.iterdir()} == {"keyring.json", "keyring.lock"}


def test_a_ring_too_large_to_read_again_is_not_written(
    folder: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size that is read is also the size that is written, so no ring cuts itself off."""
    monkeypatch.setattr(keyfile, "_LARGEST_FILE", (folder / "keyring.json").stat().st_size + 10)
    with pytest.raises(KeyringBroken, match="too large"):
        ring.sealing_on(DAY + 1)
    assert ids(open_keyring(folder, "demo")) == ids(ring)


def test_a_ring_is_known_by_its_id(folder: Path, ring: Keyring, tmp_path: Path) -> None:
    """32 hex digits, the same in every process and after every change, another for another
    ring, and no part of the file or of any fingerprint of answers."""
    before = ring.ring_id
    assert len(bytes.fromhex(before)) == 16
    ring.sealing_on(DAY + 1)
    ring.destroy(ids(ring)[0], AT_MS)
    again = rotate_keyring(folder, "demo", today=DAY + 1)
    assert ring.ring_id == again.ring_id == open_keyring(folder, "demo").ring_id == before
    assert before != open_keyring(tmp_path / "other", "demo").ring_id
    assert not holds(folder, before.encode())
