"""A store on a real file and on a real PostgreSQL, a clock that is moved by hand, and
submissions in any state."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest

from gateway.domain.submissions import Event, State
from gateway.store.outbox import Accepted, Claimed, NewSubmission, Outcome
from gateway.store.schema import metadata
from gateway.store.store import Store, open_store

START_MS = 1_800_000_000_000
KEY_ID = "0f" * 16
SYSTEMS = ("sqlite", "postgres")
ENVELOPE = b"\x00sealed\xff" * 80


@dataclasses.dataclass
class HandClock:
    """Stands still until it is moved."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)


class Desk:
    """A store, its clock, and short ways to fill it."""

    def __init__(self, store: Store, clock: HandClock, url: str) -> None:
        self.store = store
        self.outbox = store.outbox
        self.clock = clock
        self.url = url
        self.file = Path(url.removeprefix("sqlite:///"))
        self._forms = itertools.count()

    def new(self, **changes: Any) -> NewSubmission:
        new = NewSubmission(424242, "form-1", "Intake", "ab" * 32, "user-1")
        return dataclasses.replace(new, **changes)

    def accept(self, **changes: Any) -> Accepted:
        return self.outbox.accept(self.new(**changes), lambda _sid, _ms: (KEY_ID, ENVELOPE))

    def claim(self, limit: int = 1, lease_s: float = 30, owner: str = "w1") -> tuple[Claimed, ...]:
        return self.outbox.claim(owner, limit=limit, lease_s=lease_s).items

    def claimed(self) -> Claimed:
        """A submission that is being sent, the only one of its form."""
        self.accept(form_id=f"form-c{next(self._forms)}")
        (claimed,) = self.claim()
        return claimed

    def one_in(self, state: State) -> str:
        """The sid of a new submission in ``state``, by the shortest way there; nothing else
        may be queued."""
        if state is State.QUEUED:
            return self.accept().sid
        claimed = self.claimed()
        if state is State.DISCARDED:
            self.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid"))
            self.accept(replaces=claimed.receipt)
            (other,) = self.claim()
            self.outbox.settle(other, Event.ACCEPTED_BY_HUBSPOT)
        elif state is not State.SENDING:
            self.outbox.settle(claimed, WAYS[state])
        return claimed.sid

    def state_of(self, receipt: str) -> State:
        status = self.outbox.status(receipt)
        assert status is not None
        return status.state


WAYS = {
    State.DELIVERED: Event.ACCEPTED_BY_HUBSPOT,
    State.REJECTED: Event.REFUSED_BY_HUBSPOT,
    State.UNKNOWN: Event.OUTCOME_UNCLEAR,
    State.HELD: Event.GATE_REFUSED,
    State.REVIEW: Event.GIVEN_TO_A_PERSON,
}


def pytest_configure(config: pytest.Config) -> None:
    """What is true of one system only says so; everything else is tested on each."""
    config.addinivalue_line("markers", "sqlite: looks into the file, so only SQLite has it")
    config.addinivalue_line("markers", "postgres: asks what only a server can do")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a database is tested on each that it is about."""
    if "system" in metafunc.fixturenames:
        named = [s for s in SYSTEMS if metafunc.definition.get_closest_marker(s) is not None]
        metafunc.parametrize("system", named or SYSTEMS, scope="session")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL that all tests share. Where there is none they are skipped, with the reason;
    in CI that is a failure."""
    if postgres.programs() is None:
        reason = "no PostgreSQL on this machine: install the package postgresql to test with it"
        if os.environ.get("CI"):
            raise pytest.UsageError(reason)
        pytest.skip(reason)
    with postgres.postgres_server(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture(scope="session")
def shared(server: postgres.PostgresServer) -> str:
    """The address of a database with our tables: emptying them takes less time than others."""
    url = server.new_database()
    open_store(url).close()
    return url


@pytest.fixture
def url(system: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database nobody else uses, without a row."""
    if system == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'outbox.db'}"
        return
    shared: str = request.getfixturevalue("shared")
    yield shared
    server: postgres.PostgresServer = request.getfixturevalue("server")
    server.empty(
        shared, [table.name for table in metadata.sorted_tables if table.name != "schema_version"]
    )


@pytest.fixture
def open_desk(url: str) -> Iterator[Callable[[], Desk]]:
    """Opens one more store on the same database and clock, as another process would."""
    clock, opened = HandClock(), []

    def open_one() -> Desk:
        desk = Desk(open_store(url, now_ms=clock), clock, url)
        opened.append(desk)
        return desk

    yield open_one
    for desk in opened:
        desk.store.close()


@pytest.fixture
def desk(open_desk: Callable[[], Desk]) -> Desk:
    return open_desk()
