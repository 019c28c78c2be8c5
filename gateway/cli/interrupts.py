"""Ctrl+C and SIGTERM for work that must not stop between a receipt and its note."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def noted() -> Iterator[Callable[[], bool]]:
    """Within the block the first interrupt is only noted: the given function tells whether there
    was one, so that the work stops at its next resting place. A second one raises
    :class:`KeyboardInterrupt`. For the main thread."""
    asked = False

    def note(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {one: signal.signal(one, note) for one in _SIGNALS}
    try:
        yield lambda: asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
