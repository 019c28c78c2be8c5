"""A change cut off anywhere leaves a ring that opens everything that was not destroyed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import KeyringBroken
from gateway.sealing.keyring import Keyring, open_keyring, rotate_keyring

DAY = 20_000
AT_MS = 1_728_000_000_123

# One child process forks once for every line a change runs through, and the fork is killed there.
KILL_AT_EVERY_LINE = """
import os, shutil, signal, sys
from pathlib import Path
from gateway.sealing import keyfile
from gateway.sealing.keyring import open_keyring

root, change = Path(sys.argv[1]), sys.argv[2]
for step in range(1, 500):
    folder = root / f"{change}-{step}"
    shutil.copytree(root / "keys", folder)
    child = os.fork()
    if child == 0:
        ring = open_keyring(folder, "demo")
        left = step
        def line(frame, event, arg):
            global left
            if frame.f_code.co_filename != keyfile.__file__:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return line
        sys.settrace(line)
        if change == "destroy":
            ring.destroy(ring.epochs()[0].key_id, 1)
        else:
            ring.sealing_on(30_000)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        break
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
print(step)
"""


def keys_in(folder: Path) -> list[dict[str, Any]]:
    stored = json.loads((folder / "keyring.json").read_text("ascii"))
    return list(stored["keys"])


def ids(ring: Keyring) -> list[str]:
    return [epoch.key_id for epoch in ring.epochs()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ring of three days."""
    ring = open_keyring(tmp_path / "keys", "demo", DAY)
    ring.sealing_on(DAY + 1)
    ring.sealing_on(DAY + 2)
    return tmp_path / "keys"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("change", ["destroy", "new day"])
def test_killed_at_any_line_the_ring_is_the_old_or_the_new(folder: Path, change: str) -> None:
    """Killed without warning at every line in turn, the next process opens the old ring or the
    new one, goes on from there, and a key that is gone left nothing in the folder."""
    run = subprocess.run(
        [sys.executable, "-c", KILL_AT_EVERY_LINE, str(folder.parent), change],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    steps = int(run.stdout)
    assert 40 < steps < 499
    before = [key["id"] for key in keys_in(folder)]
    secret = keys_in(folder)[0]["private"].encode()
    outcomes = []
    for step in range(1, steps):
        cut_off = folder.parent / f"{change}-{step}"
        ring = open_keyring(cut_off, "demo")
        if change == "destroy":
            assert ids(ring) in (before, before[1:])
            outcomes.append(ids(ring) == before)
            assert ring.is_destroyed(before[0]) is not outcomes[-1]
            assert ring.destroy(before[0], AT_MS) is outcomes[-1]
            assert not any(secret in path.read_bytes() for path in cut_off.iterdir())
        else:
            assert ids(ring)[:3] == before
            outcomes.append(len(ids(ring)) == 3)
            ring.sealing_on(30_000)
        assert len(ids(ring)) == (2 if change == "destroy" else 4)
        assert {path.name for path in cut_off.iterdir()} == {"keyring.json", "keyring.lock"}
    assert set(outcomes) == {True, False}
    assert outcomes == sorted(outcomes, reverse=True), "once done, it stays done"


CALLS = ("open", "fsync", "fstat", "replace", "unlink", "close")


def failing(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Lets the ``at``-th of the system calls fail; gives how many were made."""
    made = 0

    def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            nonlocal made
            # The descriptor is closed all the same, as Linux does when close() fails.
            result = call(*args, **more) if call is os_close else None
            made += 1
            if made == at:
                raise OSError(errno.EIO, "CANARY")
            return result if call is os_close else call(*args, **more)

        return wrapped

    os_close = os.close
    for name in CALLS:
        monkeypatch.setattr(os, name, wrap(getattr(os, name)))
    return lambda: made


CHANGES: dict[str, Callable[[Keyring, Path], object]] = {
    "destroy": lambda ring, _: ring.destroy(ids(ring)[0], AT_MS),
    "new day": lambda ring, _: ring.sealing_on(30_000),
    "rotation": lambda _, folder: rotate_keyring(folder, "demo", today=30_000),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_failing_disk_leaves_the_old_ring_or_the_new(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever system call fails, the fault is named, the living ring keeps its keys, and the
    next try starts from a whole ring."""
    before = ids(open_keyring(folder, "demo"))
    failed = 0
    for at in range(1, 100):
        copy = folder.parent / str(at)
        shutil.copytree(folder, copy)
        ring = open_keyring(copy, "demo")
        with monkeypatch.context() as patch:
            made = failing(patch, at)
            try:
                CHANGES[change](ring, copy)
            except KeyringBroken as error:
                failed += 1
                assert "CANARY" not in str(error)
                assert ids(ring) == before
        stored = ids(open_keyring(copy, "demo"))
        assert stored[:3] == before or (change == "destroy" and stored == before[1:])
        ring.refresh()
        assert ids(ring) == stored
        CHANGES[change](ring, copy)
        if made() < at:
            break
    assert made() < at
    assert failed > 10


def test_every_step_is_on_disk_before_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut finds the new file whole and named before the first zero, the zeros before
    the rename, and the rename before the call returns."""
    ring = open_keyring(folder, "demo")
    known = {(folder / "keyring.json").stat().st_ino: "old", folder.stat().st_ino: "folder"}
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flushed(descriptor: int) -> None:
        steps.append(known.get(os.fstat(descriptor).st_ino, "new"))
        fsync(descriptor)

    def renamed(source: Path, target: Path) -> None:
        steps.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", renamed)
    ring.destroy(ids(ring)[0], AT_MS)
    assert steps == ["new", "folder", "old", "rename", "folder"]


def overwritten(whole: bytes, start: int, end: int) -> bytes:
    return whole[:start] + b"\0" * (end - start) + whole[end:]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("kept_end", [True, False])
def test_a_half_overwritten_file_gives_way_to_the_new_one(
    folder: Path, share: float, kept_end: bool
) -> None:
    """After a power cut any part of the old file may be zeros: the new one is the ring, and
    what was left of the old one is overwritten."""
    file, new = folder / "keyring.json", folder / "keyring.json.new"
    old = file.read_bytes()
    ring = open_keyring(folder, "demo")
    secret = keys_in(folder)[0]["private"].encode()
    ring.destroy(ids(ring)[0], AT_MS)
    file.rename(new)
    cut = 1 + int(share * (len(old) - 1))
    file.write_bytes(
        overwritten(old, 0, cut) if kept_end else overwritten(old, len(old) - cut, len(old))
    )
    file.chmod(0o600)
    held = os.open(file, os.O_RDONLY)
    assert ids(open_keyring(folder, "demo")) == ids(ring)
    assert os.read(held, 2 * len(old)) == b"\0" * len(old)
    os.close(held)
    assert not any(secret in path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("beside", [None, b"", b'{"format": 2, "ma', b"[]", b"\0\0"])
def test_zeros_without_a_whole_new_file_are_damage(folder: Path, beside: bytes | None) -> None:
    """An overwritten file with nothing whole beside it is refused, and never made anew."""
    file, new = folder / "keyring.json", folder / "keyring.json.new"
    file.write_bytes(b"\0" * 500)
    if beside is not None:
        new.write_bytes(beside)
        new.chmod(0o600)
    for attempt in (open_keyring, rotate_keyring):
        with pytest.raises(KeyringBroken, match="is damaged"):
            attempt(folder, "demo")
    assert file.read_bytes() == b"\0" * 500


@pytest.mark.parametrize("left", [b"", b"{", b"CANARY"])
def test_damage_of_another_kind_is_left_to_a_person(folder: Path, left: bytes) -> None:
    """Without a zero the damage is none of ours: nothing is put in its place, even where a
    whole file lies beside it."""
    file, new = folder / "keyring.json", folder / "keyring.json.new"
    shutil.copy(file, new)
    file.write_bytes(left)
    with pytest.raises(KeyringBroken, match="is damaged"):
        open_keyring(folder, "demo")
    assert (file.read_bytes(), new.exists()) == (left, True)


def test_a_whole_ring_is_not_replaced_by_what_lies_beside_it(folder: Path) -> None:
    """A new file that never came to its turn is nobody's ring, even when it is whole."""
    before = ids(open_keyring(folder, "demo"))
    shutil.copy(folder / "keyring.json", folder / "old")
    rotate_keyring(folder, "demo", today=DAY + 2)
    (folder / "keyring.json").rename(folder / "keyring.json.new")
    (folder / "old").rename(folder / "keyring.json")
    assert ids(open_keyring(folder, "demo")) == before


def test_a_new_file_open_to_others_is_refused(folder: Path) -> None:
    """What finishes a change has been shut to everybody else, or nobody knows who changed it."""
    file, new = folder / "keyring.json", folder / "keyring.json.new"
    shutil.copy(file, new)
    file.write_bytes(b"\0" * 500)
    new.chmod(0o640)
    with pytest.raises(KeyringBroken, match=r"keyring\.json\.new is open to other users"):
        open_keyring(folder, "demo")
