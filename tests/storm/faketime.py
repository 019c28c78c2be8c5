"""F6, end to end: a whole process under libfaketime, whose wall clock is moved while it accepts
and sends. Only the wall's: the other one counts on."""

from __future__ import annotations

import collections
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from storm import ground
from storm.crash_server import PROJECT
from storm.rows import Figures, Scale

JUMPS = {
    Scale.FULL: ("+3600", "-3600", "+2592000", "+90"),
    Scale.SMALL: ("+3600",),
}
"""Seconds, as libfaketime reads them."""
STAYS_S = 1.5
FINISH_S = 20.0
UNCLEAR = (State.UNKNOWN, State.REVIEW)
PLACES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
CHILD = """
import sys, time
from gateway.bootstrap import open_gateway
from gateway.domain.errors import GatewayError
from storm.ground import hand_in
with open_gateway() as gateway:
    gateway.start_worker()
    while sys.stdin.readline():
        try:
            code = hand_in(gateway, sys.argv[1]).code
        except GatewayError:
            code = "refused"
        print(code, flush=True)
"""
"""Hands in one for each line it reads, and prints the receipt."""


def library() -> Path | None:
    """libfaketime, where it is installed."""
    found = [path for place in PLACES for path in sorted(Path("/").glob(place.lstrip("/")))]
    return found[0] if found else None


def run(scale: Scale) -> Figures:
    """Each jump, there and back."""
    preload = library()
    if preload is None:
        return Figures("-", "libfaketime is not installed", "0 lost, 0 twice", passed=False)
    faults: collections.Counter[str] = collections.Counter()
    received = 0
    with ground.emulator() as running:
        for jump in JUMPS[scale]:
            received += _tried(running, preload, jump, faults)
    return Figures(
        f"{len(JUMPS[scale])} jumps there and back",
        ", ".join(f"{many} {what}" for what, many in faults.items())
        or f"0 lost, 0 twice of {received}",
        "0 lost, 0 twice, all delivered",
        not faults and received > 0,
    )


def _tried(running: Emulator, preload: Path, jump: str, faults: collections.Counter[str]) -> int:
    ground.put_back(running, ())
    with ground.folder() as place, ground.world(running, place / "data") as here:
        dial = place / "time"
        dial.write_text("+0")
        environ = {
            **os.environ,
            **here.environ(GATEWAY_RATE_LIMIT="0"),
            "PYTHONPATH": f"{PROJECT / 'tests'}:{PROJECT}",
            "LD_PRELOAD": str(preload),
            "FAKETIME_TIMESTAMP_FILE": str(dial),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        form_id = here.form_id("Patient intake")
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, form_id], env=environ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            receipts = []
            try:
                for offset in ("+0", jump, "+0"):
                    dial.write_text(offset)
                    receipts += _handed_in(child)
                assert child.stdin is not None
                child.stdin.close()
                child.wait(60)
            finally:
                child.kill()
        gateway = here.open()
        sid_of, deadline = ground.sids(here.folder), time.monotonic() + FINISH_S
        open_yet = dict(sid_of)
        while open_yet and time.monotonic() < deadline:
            ground.keep_house(gateway)
            ground.deliver_all(gateway)
            there = ground.stored(running)
            for code, sid in tuple(open_yet.items()):
                state = gateway.status(code, by=LOCAL_OPERATOR).state
                # What was claimed when the clock jumped may be unclear: a person is asked.
                if state is State.DELIVERED or (state in UNCLEAR and not there[sid]):
                    del open_yet[code]
            time.sleep(0.2)
        there = ground.stored(running)
        faults[f"without a row [{jump}]"] += len(set(receipts) - sid_of.keys())
        faults[f"not settled [{jump}]"] += len(open_yet)
        faults[f"sent twice [{jump}]"] += sum(there[sid] > 1 for sid in sid_of.values())
        faults[f"audit broken [{jump}]"] += not ground.audit_intact(gateway)
        for what in [what for what, many in faults.items() if not many]:
            del faults[what]
        return len(receipts)


def _handed_in(child: subprocess.Popen[str]) -> Sequence[str]:
    """The receipts of a while."""
    assert child.stdin is not None
    assert child.stdout is not None
    receipts = []
    deadline = time.monotonic() + STAYS_S
    while time.monotonic() < deadline:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write("\n")
            child.stdin.flush()
        line = child.stdout.readline().strip()
        if not line:
            raise RuntimeError("the program under libfaketime ended")
        if line != "refused":
            receipts.append(line)
        time.sleep(0.02)
    return receipts
