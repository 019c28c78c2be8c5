"""The last good description of each form survives, and is never replaced by an older one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_what_is_saved_is_loaded(open_desk: Callable[[], Any]) -> None:
    """Bytes and time come back as they were, in another process too."""
    snapshots = open_desk().store.snapshots
    assert snapshots.load("a") is None
    assert snapshots.all() == {}
    snapshots.save("b", 7, b"\x00{}")
    snapshots.save("a", 5, b"[]")
    again = open_desk().store.snapshots
    assert again.load("a") == (5, b"[]")
    assert again.all() == {"a": (5, b"[]"), "b": (7, b"\x00{}")}


def test_the_younger_description_stays(desk: Any) -> None:
    """A description read earlier but saved later does not win; one of the same time does."""
    snapshots = desk.store.snapshots
    for read_at_ms, body in ((5, b"five"), (9, b"nine"), (7, b"seven"), (9, b"nine again")):
        snapshots.save("a", read_at_ms, body)
    assert snapshots.load("a") == (9, b"nine again")
