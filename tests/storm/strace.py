"""strace on a stopped child: it counts system calls, or spoils the n-th of them."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

PATIENCE_S = 20.0
_CALL = re.compile(r"(?P<thread>[0-9]+) +(?P<call>[a-z0-9]+)\(")
INJECTED = "(INJECTED)"

FAULTS: Mapping[str, tuple[str, ...]] = {
    "pwrite64": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "write": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "fdatasync": ("signal=KILL", "error=EIO"),
    "fsync": ("signal=KILL", "error=EIO"),
    "ftruncate": ("signal=KILL", "error=EIO"),
    "unlink": ("signal=KILL", "error=EIO"),
    "unlinkat": ("signal=KILL", "error=EIO"),
    "rename": ("signal=KILL", "error=EIO"),
    "connect": ("signal=KILL", "error=ECONNREFUSED", "error=ETIMEDOUT"),
    "sendto": ("signal=KILL", "error=EIO", "error=ECONNRESET"),
    "recvfrom": ("signal=KILL", "error=EIO", "error=ECONNRESET"),
}
"""Each system call that changes something outside the process, and how it is spoilt. KILL
strikes before the call is carried out: after the last one is before the next."""


@dataclasses.dataclass(frozen=True)
class Point:
    """One place to crash at: the ``number``-th ``call`` (from 1) of a thread."""

    operation: str
    call: str
    number: int
    fault: str


def there_is_strace() -> bool:
    """Whether this machine can trace a process."""
    return shutil.which("strace") is not None


@contextlib.contextmanager
def traced(process: int, output: Path, point: Point | None) -> Iterator[None]:
    """Lets the stopped ``process`` go on under strace: counting, or spoiling ``point``."""
    _wait_until_stopped(process)
    calls = ",".join(FAULTS) if point is None else point.call
    command = ["strace", "-f", "-o", str(output), "-e", f"trace={calls}", "-e", "signal=none"]
    if point is not None:
        command += ["-e", f"inject={point.call}:{point.fault}:when={point.number}"]
    tracer = subprocess.Popen([*command, "-p", str(process)], stderr=subprocess.PIPE)
    try:
        _wait_until_attached(tracer)
        os.kill(process, signal.SIGCONT)
        yield
        tracer.wait(PATIENCE_S)
    finally:
        if tracer.poll() is None:
            tracer.kill()
            tracer.wait()
        assert tracer.stderr is not None
        tracer.stderr.close()


def counted(output: Path) -> Mapping[str, int]:
    """Each call with how often the thread made it that made it most often: strace counts the
    calls of each thread on their own."""
    threads: collections.Counter[tuple[str, str]] = collections.Counter()
    for line in output.read_text().splitlines():
        found = _CALL.match(line)
        if found is not None:
            threads[found["call"], found["thread"]] += 1
    return {
        call: max((n for (name, _), n in threads.items() if name == call), default=0)
        for call in FAULTS
    }


def _wait_until_stopped(process: int) -> None:
    status = Path(f"/proc/{process}/stat")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if status.read_text().rpartition(")")[2].split()[0] == "T":
            return
        time.sleep(0.002)
    raise TimeoutError("the child did not get ready")


def _wait_until_attached(tracer: subprocess.Popen[bytes]) -> None:
    assert tracer.stderr is not None
    told = b""
    with selectors.DefaultSelector() as selector:
        selector.register(tracer.stderr, selectors.EVENT_READ)
        deadline = time.monotonic() + PATIENCE_S
        while b"attached" not in told and time.monotonic() < deadline:
            if selector.select(0.5):
                piece = os.read(tracer.stderr.fileno(), 4096)
                if not piece:
                    break
                told += piece
    if b"attached" not in told:
        raise RuntimeError(f"strace did not attach: {told.decode(errors='replace')}")
