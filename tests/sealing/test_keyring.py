"""The key folder: made once, opened ever after, refused when anything about it is wrong."""

from __future__ import annotations

import copy
import json
import pickle
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import KeyringBroken
from gateway.sealing.keyring import Keyring, open_keyring, rotate_keyring
from gateway.sealing.ring import PLACES, parse


def ids(ring: Keyring) -> list[str]:
    return [key.key_id for key in ring.opening]


def test_a_ring_is_made_once_and_found_again(tmp_path: Path) -> None:
    """The first use makes the ring; every later one opens the same."""
    first = open_keyring(tmp_path / "a" / "keys", "live")
    again = open_keyring(tmp_path / "a" / "keys", "live")
    assert ids(first) == ids(again) == [first.sealing.key_id]
    assert first.fingerprint(b"x") == again.fingerprint(b"x")
    assert len(bytes.fromhex(first.sealing.key_id)) == 16


def test_folder_and_file_are_for_the_owner_only(tmp_path: Path) -> None:
    """The folder, the parents made for it, and the file shut everybody else out."""
    folder = tmp_path / "data" / "keys"
    open_keyring(folder, "demo")
    rotate_keyring(folder, "demo")
    for path, mode in ((folder.parent, 0o700), (folder, 0o700), (folder / "keyring.json", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert {p.name for p in folder.iterdir()} == {"keyring.json", "keyring.lock"}


@pytest.mark.parametrize("mark", PLACES)
@pytest.mark.parametrize("other", PLACES)
def test_a_ring_serves_its_own_mark_only(tmp_path: Path, mark: str, other: str) -> None:
    """Keys made for one kind of place are refused in every other."""
    open_keyring(tmp_path / "keys", mark)
    if mark == other:
        assert open_keyring(tmp_path / "keys", other).mark == mark
        return
    with pytest.raises(KeyringBroken, match=f"{mark} keys in {PLACES[other]}"):
        open_keyring(tmp_path / "keys", other)


def test_demo_keys_are_refused_in_production(tmp_path: Path) -> None:
    """The words a person reads name the fault."""
    open_keyring(tmp_path / "keys", "demo")
    with pytest.raises(KeyringBroken) as caught:
        open_keyring(tmp_path / "keys", "live")
    assert caught.value.cause == "demo keys in production"


def test_an_unknown_mark_makes_nothing(tmp_path: Path) -> None:
    """A programming slip leaves no folder behind."""
    with pytest.raises(ValueError, match="mark"):
        open_keyring(tmp_path / "keys", "prod")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o711])
def test_a_folder_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Wider permissions are named, not repaired."""
    open_keyring(tmp_path / "keys", "demo")
    (tmp_path / "keys").chmod(mode)
    with pytest.raises(
        KeyringBroken, match=f"the folder keys is open to other users .mode {mode:04o}"
    ):
        open_keyring(tmp_path / "keys", "demo")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Wider permissions are named, not repaired."""
    open_keyring(tmp_path / "keys", "demo")
    (tmp_path / "keys" / "keyring.json").chmod(mode)
    with pytest.raises(KeyringBroken, match=r"the file keyring\.json is open to other users"):
        open_keyring(tmp_path / "keys", "demo")


def edited(**changes: Any) -> Any:
    return lambda ring: {**ring, **changes}


def first_key(**changes: Any) -> Any:
    return lambda ring: {**ring, "keys": [{**ring["keys"][0], **changes}, *ring["keys"][1:]]}


DAMAGE = {
    "no keys": edited(keys=[]),
    "keys of another kind": edited(keys="CANARY"),
    "key without an id": edited(keys=[{"suite": 1, "private": "00" * 32}]),
    "another key's id": first_key(id="00" * 16),
    "another private key": first_key(private="11" * 32),
    "short private key": first_key(private="11" * 31),
    "private key is no hex": first_key(private="CANARY"),
    "unknown suite": first_key(suite=99),
    "another suite": first_key(suite=2),
    "unknown mark": edited(mark="CANARY"),
    "mark of another kind": edited(mark=["demo"]),
    "short fingerprint key": edited(fingerprint_key="00"),
    "no fingerprint key": lambda ring: {k: v for k, v in ring.items() if k != "fingerprint_key"},
    "a list": lambda ring: [ring],
    "unknown format": edited(format=3),
    "format of another kind": edited(format=[2]),
    "key without a day": lambda ring: {
        **ring,
        "keys": [{k: v for k, v in ring["keys"][0].items() if k != "day"}],
    },
    "day of another kind": first_key(day="CANARY"),
    "day that is a truth": first_key(day=True),
    "day before all days": first_key(day=-1),
    "no list of destroyed keys": lambda ring: {k: v for k, v in ring.items() if k != "destroyed"},
    "destroyed keys of another kind": edited(destroyed={"CANARY": 1}),
    "destroyed key without an id": edited(destroyed=[{"day": 1, "at_ms": 1}]),
    "destroyed key with a short id": edited(destroyed=[{"id": "00", "day": 1, "at_ms": 1}]),
    "destroyed key without a time": edited(
        destroyed=[{"id": "00" * 16, "day": 1, "at_ms": "CANARY"}]
    ),
    "key that is destroyed and there": lambda ring: {
        **ring,
        "destroyed": [{"id": ring["keys"][0]["id"], "day": 1, "at_ms": 1}],
    },
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_ring_is_refused_without_its_content(tmp_path: Path, name: str) -> None:
    """Every damage ends in one named error that shows nothing of the file."""
    open_keyring(tmp_path / "keys", "demo")
    file = tmp_path / "keys" / "keyring.json"
    ring = json.loads(file.read_text("ascii"))
    file.write_text(json.dumps(DAMAGE[name](ring)), "ascii")
    refuses(tmp_path, ring["keys"][0]["private"], "CANARY")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"CANARY", b"[" * 100_000, b"null"])
def test_a_file_that_is_no_ring_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty, cut or foreign file is never overwritten with a new ring."""
    open_keyring(tmp_path / "keys", "demo")
    file = tmp_path / "keys" / "keyring.json"
    file.write_bytes(content)
    refuses(tmp_path, "CANARY")
    assert file.read_bytes() == content


def refuses(tmp_path: Path, *secrets: str) -> None:
    for attempt in (open_keyring, rotate_keyring):
        with pytest.raises(KeyringBroken) as caught:
            attempt(tmp_path / "keys", "demo")
        error: BaseException | None = caught.value
        while error is not None:
            shown = f"{error!s} {error!r} {vars(error)}"
            assert not [secret for secret in secrets if secret in shown]
            error = error.__context__


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A file, a link or a folder where the ring should be is named by what is wrong."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(KeyringBroken, match="the folder file"):
        open_keyring(tmp_path / "file", "demo")
    open_keyring(tmp_path / "keys", "demo")
    (tmp_path / "linked").mkdir(mode=0o700)
    (tmp_path / "linked" / "keyring.json").symlink_to(tmp_path / "keys" / "keyring.json")
    with pytest.raises(KeyringBroken, match="the folder linked"):
        open_keyring(tmp_path / "linked", "demo")
    (tmp_path / "nested" / "keyring.json").mkdir(parents=True)
    (tmp_path / "nested").chmod(0o700)
    with pytest.raises(KeyringBroken):
        open_keyring(tmp_path / "nested", "demo")


def test_rotating_needs_a_ring(tmp_path: Path) -> None:
    """A missing ring is not made by the way."""
    with pytest.raises(KeyringBroken, match="is missing"):
        rotate_keyring(tmp_path / "keys", "demo")


def test_rotating_adds_a_key_that_seals(tmp_path: Path) -> None:
    """Keys are kept oldest first; the newest seals; the fingerprint key stays."""
    first = open_keyring(tmp_path / "keys", "demo")
    second = rotate_keyring(tmp_path / "keys", "demo", 2)
    third = rotate_keyring(tmp_path / "keys", "demo")
    assert ids(third)[:2] == ids(second)
    assert ids(second)[0] == first.sealing.key_id
    assert third.sealing.key_id == ids(third)[-1]
    assert [key.suite.id for key in third.opening] == [1, 2, 1]
    assert third.fingerprint(b"x") == first.fingerprint(b"x")


def test_fingerprints_belong_to_one_ring(tmp_path: Path) -> None:
    """Equal bytes have one fingerprint in a ring and another in the next; it is no digest
    that can be found by trying."""
    one = open_keyring(tmp_path / "one", "demo")
    two = open_keyring(tmp_path / "two", "demo")
    assert one.fingerprint(b"a") != one.fingerprint(b"b")
    assert one.fingerprint(b"a") != two.fingerprint(b"a")
    assert len(bytes.fromhex(one.fingerprint(b"a"))) == 32


def test_keys_cannot_be_printed_copied_or_pickled(tmp_path: Path) -> None:
    """No text, pickle or copy of a ring holds a key."""
    ring = open_keyring(tmp_path / "keys", "demo")
    stored = json.loads((tmp_path / "keys" / "keyring.json").read_text("ascii"))
    hidden = [stored["fingerprint_key"], stored["keys"][0]["private"]]
    hidden += [repr(bytes.fromhex(text))[2:-1] for text in hidden]
    ring_of_file = parse(stored, "demo")
    for thing in (ring, ring.sealing, ring.opening, ring.opening.newest, ring_of_file):
        for shown in (repr(thing), str(thing), f"{thing}"):
            assert not [secret for secret in hidden if secret in shown]
        assert not hasattr(thing, "__dict__")
        for copied in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="keys cannot be copied"):
                copied(thing)


def test_threads_that_start_at_once_get_one_ring(tmp_path: Path) -> None:
    """Whoever comes first makes the ring; all others open it."""
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(open_keyring(tmp_path / "keys", "demo").sealing.key_id)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


OPEN_AND_ROTATE = """
import sys
from pathlib import Path
from gateway.sealing.keyring import open_keyring, rotate_keyring
folder = Path(sys.argv[1])
open_keyring(folder, "demo")
print(rotate_keyring(folder, "demo").sealing.key_id)
"""


def test_processes_that_rotate_at_once_lose_no_key(tmp_path: Path) -> None:
    """One ring is made, and every process's new key is in it."""
    command = [sys.executable, "-c", OPEN_AND_ROTATE, str(tmp_path / "keys")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    made = [process.communicate(timeout=30)[0].strip() for process in running]
    kept = ids(open_keyring(tmp_path / "keys", "demo"))
    assert len(kept) == 4
    assert set(made) < set(kept)


def test_a_crash_while_writing_leaves_the_old_ring(tmp_path: Path) -> None:
    """A half-written new file is nobody's ring: the old one opens, the next write replaces it."""
    ring = open_keyring(tmp_path / "keys", "demo")
    (tmp_path / "keys" / "keyring.json.new").write_text('{"format": 1, "mar')
    assert ids(open_keyring(tmp_path / "keys", "demo")) == ids(ring)
    assert len(rotate_keyring(tmp_path / "keys", "demo").opening) == 2
    assert {p.name for p in (tmp_path / "keys").iterdir()} == {"keyring.json", "keyring.lock"}
