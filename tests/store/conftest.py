"""A store on a real file, a clock that is moved by hand, and submissions in any state."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.submissions import Event, State
from gateway.store.outbox import Accepted, Claimed, NewSubmission
from gateway.store.store import Store, open_store

START_MS = 1_800_000_000_000
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
        return self.outbox.accept(self.new(**changes), lambda _sid, _ms: ENVELOPE)

    def claim(self, limit: int = 1, lease_s: float = 30, owner: str = "w1") -> tuple[Claimed, ...]:
        return self.outbox.claim(owner, limit=limit, lease_s=lease_s)

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
            self.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, cause="invalid")
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
}


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Opens one more store on the same file and clock, as another process would."""
    clock, opened = HandClock(), []
    url = f"sqlite:///{tmp_path / 'data' / 'outbox.db'}"

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
