"""What the audit tells of records, and how reveals are counted in it."""

from __future__ import annotations

import threading
from typing import Any

from gateway.domain.audit import Action
from gateway.domain.records import Change
from gateway.domain.reveals import MAX_REVEALS, REVEAL_WINDOW_MS, Purpose


def reveal(desk: Any, actor: str = "u", place: str = "0-1/1") -> bool:
    """One more value for ``actor``."""
    return bool(
        desk.store.record_rows.revealed(place, "passport_number", Purpose.CARE, actor=actor)
    )


def test_a_change_is_told_before_and_after(desk: Any) -> None:
    """Names and ids, in the chain that is checked."""
    rows = desk.store.record_rows
    rows.asked("0-1", Change.CREATE, ["city", "email"], actor="u")
    rows.made(Change.CREATE, [("0-1/1", ["city"]), ("0-1/2", ["email"])], actor="u")
    told = [(row.action, row.sid, row.cause, row.fields) for row in desk.store.audit.rows()]
    assert told == [
        (Action.RECORD_ASKED, "0-1", "create", ("city", "email")),
        (Action.RECORD_CREATED, "0-1/1", None, ("city",)),
        (Action.RECORD_CREATED, "0-1/2", None, ("email",)),
    ]
    assert desk.store.audit.verify() == (True, None)


def test_twenty_an_hour_and_person(desk: Any) -> None:
    """The 21st within an hour is refused and leaves no row; another person has their own; an
    hour after the first there is room for one."""
    for _ in range(MAX_REVEALS):
        desk.accept()
        assert reveal(desk)
        desk.clock.pass_s(60)
    assert not reveal(desk)
    assert reveal(desk, actor="other")
    shown = [row for row in desk.store.audit.rows() if row.action is Action.RECORD_REVEALED]
    assert len(shown) == MAX_REVEALS + 1
    desk.clock.now_ms = shown[0].at_ms + REVEAL_WINDOW_MS - 1
    assert not reveal(desk)
    desk.clock.now_ms += 1
    assert reveal(desk)
    assert not reveal(desk)


def test_two_at_the_same_moment_share_the_last(open_desk: Any) -> None:
    """Many threads of two processes' stores never get more than twenty together."""
    first, second = open_desk(), open_desk()
    got: list[bool] = []

    def many(desk: Any) -> None:
        got.extend([reveal(desk) for _ in range(8)])

    threads = [threading.Thread(target=many, args=(one,)) for one in (first, second) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(True) == MAX_REVEALS


def test_a_clock_that_was_set_back_lets_nobody_see_more(desk: Any) -> None:
    """Rows from the future are counted as if they were new."""
    for _ in range(MAX_REVEALS):
        assert reveal(desk)
    desk.clock.pass_s(-600)
    assert not reveal(desk)
