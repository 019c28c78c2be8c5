"""The app as a process in demo mode, started once for all tests that only look at it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _streamlit(script: Path, folder: Path, probe: str, **environment: str) -> Iterator[str]:
    port = _free_port()
    folder.mkdir(exist_ok=True)
    log = folder / "log.txt"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
             "--server.headless", "true"],
            cwd=folder, stdout=sink, stderr=sink,
            env={"PATH": os.environ["PATH"], "HOME": str(folder),
                 "GATEWAY_DATA_DIR": str(folder / "data"), **environment},
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while not _answers(address + probe):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _answers(address: str) -> bool:
    # A machine that is busy answers late, not wrongly: it is asked again.
    with contextlib.suppress(requests.ConnectionError, requests.Timeout):
        return requests.get(address, timeout=20).ok
    return False


Start = Callable[..., str]


@pytest.fixture(scope="session")
def app_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared app writes what it says."""
    return tmp_path_factory.mktemp("app") / "log.txt"


@pytest.fixture(scope="session")
def app(app_log: Path) -> Iterator[str]:
    """The address of the shared app."""
    with _streamlit(PROJECT / "app.py", app_log.parent, "/readyz") as address:
        yield address


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a further script: ``start(script, probe)`` gives its address."""
    with contextlib.ExitStack() as running:

        def started(script: Path, probe: str = "/_stcore/health", **environment: str) -> str:
            return running.enter_context(_streamlit(script, tmp_path / "run", probe, **environment))

        yield started


@pytest.fixture(scope="session")
def start_for_all() -> Callable[..., contextlib.AbstractContextManager[str]]:
    """Starts a script that several tests look at: the block gives its address."""
    return _streamlit
