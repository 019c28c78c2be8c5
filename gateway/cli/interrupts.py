"""Ctrl+C and SIGTERM for work that must not stop between a receipt and its note, and what else
would leave a terminal as it is.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LEAVING = tuple(
    getattr(signal, name) for name in ("SIGTSTP", "SIGQUIT", "SIGHUP") if hasattr(signal, name)
)
"""What suspends or ends a process at once, where the system has it."""


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


@contextlib.contextmanager
def never_left_as_it_is() -> Iterator[None]:
    """Within the block whatever would suspend or end the process at once raises
    :class:`KeyboardInterrupt`, so that what is drawn can be taken away first. For the main
    thread."""

    def leave(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, leave) for one in _LEAVING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
