"""The checker sees what a storm is there to find."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from samples import World, submit

from gateway.emulator.faults import Area
from gateway.usecases.gateway import Gateway
from storm import ground
from storm.account import Arrival
from storm.checker import judge, most_within, receipts, shortest_gap

COUNT = 4


@pytest.fixture(scope="module")
def delivered() -> Iterator[tuple[World, Gateway, list[str]]]:
    """A few submissions, all of them in HubSpot."""
    with (
        ground.emulator() as running,
        ground.folder() as data,
        ground.world(running, data) as here,
    ):
        gateway = here.open()
        promised = [submit(gateway).code for _ in range(COUNT)]
        ground.deliver_all(gateway)
        yield here, gateway, promised


def judged(
    delivered: tuple[World, Gateway, list[str]],
    more: tuple[str, ...] = (),
    change: Callable[[dict[str, int], list[Arrival]], None] = lambda _, __: None,
) -> set[str]:
    here, gateway, promised = delivered
    tags = dict(here.portal.tags())
    arrivals = [Arrival(a.at, str(a.area), a.status, a.tag) for a in here.portal.arrivals()]
    change(tags, arrivals)
    return set(judge(gateway, [*promised, *more], tags, arrivals))


def test_nothing_is_wrong_with_what_is_well(
    delivered: tuple[World, Gateway, list[str]],
) -> None:
    """Everything accepted, delivered once, with its books: not a word."""
    assert judged(delivered) == set()


def test_it_sees_what_was_lost_or_doubled(delivered: tuple[World, Gateway, list[str]]) -> None:
    """A receipt that nobody knows, a tag that came twice, never, or that nobody accepted."""

    def twice(tags: dict[str, int], _: list[Arrival]) -> None:
        tags[next(iter(tags))] = 2

    def never(tags: dict[str, int], _: list[Arrival]) -> None:
        del tags[next(iter(tags))]

    def foreign(tags: dict[str, int], _: list[Arrival]) -> None:
        tags["f" * 32] = 1

    assert judged(delivered, more=("2222-2222-2222",)) == {"lost"}
    assert judged(delivered, change=twice) == {"doubled"}
    assert judged(delivered, change=never) == {"delivered, but not stored"}
    assert judged(delivered, change=foreign) == {"in HubSpot, but never accepted"}


def test_it_sees_a_send_without_a_claim(delivered: tuple[World, Gateway, list[str]]) -> None:
    """A call that the audit knows nothing of."""

    def again(tags: dict[str, int], arrivals: list[Arrival]) -> None:
        arrivals.append(Arrival(0.0, Area.SECURE_SUBMIT, 0, next(iter(tags))))

    assert judged(delivered, change=again) == {"sent without a claim"}


def test_it_sees_what_was_done_around_the_program(tmp_path: Path) -> None:
    """A row that was moved by hand, and one whose envelope is another's."""
    with (
        ground.emulator() as running,
        ground.world(running, tmp_path) as here,
    ):
        gateway = here.open()
        promised = [submit(gateway).code for _ in range(COUNT)]
        (file,) = tmp_path.rglob("*.db")
        with contextlib.closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "UPDATE outbox SET state = 'DELIVERED' WHERE receipt = ?", promised[:1]
            )
            swapped = "UPDATE outbox SET envelope = (SELECT envelope FROM outbox WHERE receipt = ?)"
            database.execute(f"{swapped} WHERE receipt = ?", (promised[1], promised[2]))
        found = judge(gateway, promised, {}, [], delivered=False)
    assert set(found) == {
        "delivered, but not stored",
        "the books do not balance",
        "the audit does not verify",
        "an envelope that does not open",
        "an envelope without a key",
    }


def test_a_receipt_that_was_cut_off_promised_nothing() -> None:
    """A kill in the middle of a line leaves a piece of it, and the next line begins anew."""
    lines = ["k-1 AAAA-BBBB-CCCC", "k-2 AAAA-BB", "k-2 AAAA-BBBB-DDDD", ""]
    assert receipts(lines) == {"k-1": "AAAA-BBBB-CCCC", "k-2": "AAAA-BBBB-DDDD"}


def test_the_most_within_any_stretch_of_time() -> None:
    """The stretch may begin anywhere; its end is left out."""
    assert most_within([0.0, 9.9, 10.0, 10.1, 19.95], 10.0) == 3
    assert most_within([], 10.0) == 0
    assert shortest_gap([5.0, 1.0, 3.5]) == 1.5
