"""The worker's numbers: on this machine only, under one path, and nothing else."""

from __future__ import annotations

import http.client
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.cli.metrics import metrics_served
from gateway.cli.usage import UsageError
from gateway.domain.errors import OutboxUnreadable

NUMBERS = b"submissions 1\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with metrics_served(0, lambda: NUMBERS) as address:
        assert address.startswith("http://127.0.0.1:")
        yield int(address.split(":")[2].removesuffix("/metrics"))


def ask(
    port: int, path: str = "/metrics", method: str = "GET", **headers: str
) -> tuple[int, bytes]:
    """A call, with the headers that are given."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    caller.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        caller.putheader(name, value)
    caller.endheaders()
    answer = caller.getresponse()
    told = answer.status, answer.read()
    caller.close()
    return told


def test_the_numbers(port: int) -> None:
    """GET /metrics answers under both names of this machine."""
    assert ask(port) == (200, NUMBERS)
    assert ask(port, Host=f"localhost:{port}") == (200, NUMBERS)


@pytest.mark.parametrize(
    ("call", "status"),
    [({"Host": "evil.example"}, 403), ({"Host": "127.0.0.1"}, 403), ({"path": "/canary"}, 404),
     ({"path": "/"}, 404), ({"path": "/metrics?x=canary"}, 404), ({"method": "POST"}, 501),
     ({"method": "canary"}, 501)],
    ids=str,
)  # fmt: skip
def test_nothing_else(call: dict[str, str], status: int, port: int) -> None:
    """Another host name, path or method is refused, and nothing of it repeated."""
    told = ask(port, **call)  # type: ignore[arg-type]  # path and method are named in the table
    assert told[0] == status
    assert b"canary" not in told[1]
    assert NUMBERS not in told[1]


def test_numbers_that_cannot_be_read() -> None:
    """503, and the server goes on."""

    def broken() -> bytes:
        raise OutboxUnreadable

    with metrics_served(0, broken) as address:
        assert ask(int(address.split(":")[2].removesuffix("/metrics")))[0] == 503


def test_a_port_that_is_taken(port: int, shell: Any) -> None:
    """Exit 2, and the advice to choose another."""
    for wrong in (port, 70_000):
        with pytest.raises(UsageError, match="Choose another"), metrics_served(wrong, bytes):
            pass
    assert shell("worker", "--until-empty", "--metrics-port", str(port)).code == 2


def test_a_worker_serves_its_numbers_and_drains(shell: Any) -> None:
    """worker --metrics-port says where; SIGTERM ends it with exit 0."""
    with shell.started("worker", "--metrics-port", "0") as worker:
        assert worker.stderr is not None
        told = ""
        while "Delivering." not in told:
            line = worker.stderr.readline()
            assert line, told
            told += line
        where = re.search(r"http://127\.0\.0\.1:([0-9]+)/metrics", told)
        assert where is not None
        status, numbers = ask(int(where[1]))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert status == 200
    assert numbers
