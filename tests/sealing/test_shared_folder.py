"""One folder, many threads and processes: all know the same keys, and trouble stays bounded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from gateway.domain.errors import KeyringBroken
from gateway.domain.submissions import Payload
from gateway.sealing import keyfile, keyring
from gateway.sealing.envelope import Context, key_id_of, seal, unseal
from gateway.sealing.keyring import Keyring, open_keyring, rotate_keyring

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


def test_a_key_of_another_process_is_found_at_once(
    folder: Path, ring: Keyring, payload: Payload, context: Context
) -> None:
    """An envelope sealed to a key made elsewhere opens without waiting for a refresh."""
    other = open_keyring(folder, "demo")
    for day in (DAY + 1, DAY + 2):
        unseal(seal(payload, context, other.sealing_on(day)), context, ring.opening)
    assert ids(ring) == ids(other)


def test_an_unknown_key_is_looked_for_once_a_second(
    folder: Path, ring: Keyring, tmp_path: Path
) -> None:
    """The file is not read again within a second for an id that stays unknown; it is for any
    other, and for the same one later."""
    other = open_keyring(folder, "demo")
    late = other.sealing_on(DAY + 1).key_id
    whole = (folder / "keyring.json").read_bytes()
    rotated = rotate_keyring(folder, "demo", today=DAY + 1).sealing.key_id
    with_both = (folder / "keyring.json").read_bytes()
    early = json.loads(whole)
    (folder / "keyring.json").write_text(json.dumps({**early, "keys": early["keys"][:1]}), "ascii")
    missed_at = time.monotonic()
    assert ring.opening.find(late) is None
    (folder / "keyring.json").write_bytes(whole)
    still_missed = ring.opening.find(late) is None
    assert still_missed or time.monotonic() - missed_at >= 1
    (folder / "keyring.json").write_bytes(with_both)
    assert ring.opening.find(rotated) is not None
    assert ring.opening.find(late) is not None
    (folder / "keyring.json").write_bytes(whole)
    assert ring.opening.find("00" * 16) is None
    assert ring.opening.find(rotated) is None
    time.sleep(1.05)
    (folder / "keyring.json").write_bytes(with_both)
    assert ring.opening.find(rotated) is not None


def test_a_missed_key_touches_no_file_within_the_second(ring: Keyring, folder: Path) -> None:
    """Many envelopes of one lost key do not make many reads over a slow network."""
    missed_at = time.monotonic()
    assert ring.opening.find("00" * 16) is None
    folder.rename(folder.with_name("away"))
    try:
        assert ring.opening.find("00" * 16) is None
    except KeyringBroken:
        assert time.monotonic() - missed_at >= 1
    else:
        assert not folder.exists()


def test_a_folder_that_hangs_stops_each_thread_for_a_bounded_time(
    folder: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process holds the folder, every waiting thread is told so, and none waits
    for all the threads before it; afterwards the ring goes on."""
    for module in (keyfile, keyring):
        monkeypatch.setattr(module, "LOCK_PATIENCE_S", 1.0)
    told: list[str] = []

    def work() -> None:
        with pytest.raises(KeyringBroken) as caught:
            ring.sealing_on(DAY + 1)
        told.append(caught.value.cause)

    threads = [threading.Thread(target=work) for _ in range(8)]
    with FileLock(folder / "keyring.lock", mode=0o600):
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert time.monotonic() - started < 8 * 1.0
    assert set(told) <= {
        "another process holds the folder keys",
        "the folder keys does not answer",
    }
    assert len(told) == 8
    assert ring.sealing_on(DAY + 1).key_id == ids(open_keyring(folder, "demo"))[-1]


def test_a_folder_in_trouble_leaves_what_is_remembered(
    folder: Path, ring: Keyring, payload: Payload, context: Context
) -> None:
    """Damaged, missing, or another ring's: each is named by every call that needs the file,
    and known keys go on opening and sealing."""
    envelope = seal(payload, context, ring.sealing_on(DAY))
    file = folder / "keyring.json"
    whole = file.read_bytes()
    stranger = open_keyring(folder.with_name("other"), "demo", DAY)
    troubles: dict[str, Callable[[], object]] = {
        "is damaged": lambda: file.write_bytes(b"{"),
        "another ring": lambda: shutil.copy(folder.with_name("other") / "keyring.json", file),
        "demo": lambda: file.write_bytes(whole.replace(b'"demo"', b'"live"')),
        "is missing": file.unlink,
    }
    for said, trouble in troubles.items():
        trouble()
        for needs_the_file in (
            ring.refresh,
            lambda: ring.sealing_on(DAY + 1),
            lambda: ring.destroy("00" * 16, AT_MS),
            lambda: ring.opening.find(stranger.sealing.key_id),
        ):
            with pytest.raises(KeyringBroken, match=said):
                needs_the_file()
        unseal(envelope, context, ring.opening)
        assert ring.sealing_on(DAY).key_id == key_id_of(envelope)
    file.write_bytes(whole)
    file.chmod(0o600)
    assert ring.sealing_on(DAY + 1).key_id != key_id_of(envelope)


def test_a_relative_folder_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ring opened by a relative path is found again after the working folder changed."""
    monkeypatch.chdir(tmp_path)
    ring = open_keyring(Path("keys"), "demo", DAY)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    ring.sealing_on(DAY + 1)
    assert len(content(tmp_path / "keys")["keys"]) == 2


SEAL_ON_DAYS = """
import sys, threading
from pathlib import Path
from gateway.sealing.keyring import open_keyring
ring = open_keyring(Path(sys.argv[1]), "demo")
print("ready", flush=True)
for line in sys.stdin:
    found, gate = set(), threading.Barrier(8)
    def work():
        gate.wait()
        found.add(ring.sealing_on(int(line)).key_id)
    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    print(*found, flush=True)
"""


def test_processes_and_threads_agree_on_the_days_key(folder: Path, ring: Keyring) -> None:
    """Two processes of eight threads that meet a new day at the same moment make one key."""
    command = [sys.executable, "-c", SEAL_ON_DAYS, str(folder)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        answers = [(process.stdin, process.stdout) for process in running]
        assert [out.readline().strip() for _, out in answers if out] == ["ready"] * 2
        for day in range(DAY + 1, DAY + 9):
            for into, _ in answers:
                assert into is not None
                into.write(f"{day}\n")
                into.flush()
            found = {out.readline().strip() for _, out in answers if out}
            assert found == {ring.sealing_on(day).key_id}
    finally:
        for process in running:
            process.communicate(timeout=30)
    assert [epoch.day for epoch in open_keyring(folder, "demo").epochs()] == [*range(DAY, DAY + 9)]


def test_threads_seal_open_and_destroy_at_once(
    folder: Path, ring: Keyring, payload: Payload, context: Context
) -> None:
    """While days pass and old keys go, two rings on one folder open what every thread seals,
    and each old key is destroyed by one thread only."""
    old = [ring.sealing_on(day).key_id for day in range(DAY, DAY + 6)]
    other = open_keyring(folder, "demo")
    failures: list[BaseException] = []
    destroyed: list[str] = []

    def work(mine: Keyring, theirs: Keyring) -> None:
        try:
            for day, key_id in enumerate(old, DAY + 6):
                envelope = seal(payload, context, mine.sealing_on(day))
                unseal(envelope, context, theirs.opening)
                destroyed.extend([key_id] if mine.destroy(key_id, AT_MS) else [])
                theirs.refresh()
        except BaseException as error:
            failures.append(error)

    pairs = 3 * [(ring, other), (other, ring)]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert sorted(destroyed) == sorted(old)
    ring.refresh()
    assert [epoch.day for epoch in ring.epochs()] == [*range(DAY + 6, DAY + 12)]
