"""Showing one sensitive value: for which purpose, for how long, and the value itself, which
forgets itself when its time is over.
"""

from __future__ import annotations

import enum
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import NoReturn

MAX_REVEALS = 20
"""Values one person may have shown within ``REVEAL_WINDOW_MS``."""
REVEAL_WINDOW_MS = 3_600_000
_NO_COPY = "a revealed value cannot be copied into a log, a pickle or a text"


class Purpose(enum.StrEnum):
    """Why a value is looked at. The list is closed: words of a person's own could carry a
    value into the audit."""

    IDENTIFY = "identify"
    CARE = "care"
    CONTACT = "contact"
    CORRECT = "correct"
    REQUEST = "request"
    LEGAL = "legal"
    INCIDENT = "incident"


PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.IDENTIFY: "Check who the person is",
    Purpose.CARE: "Care for the person",
    Purpose.CONTACT: "Reach the person",
    Purpose.CORRECT: "Correct what is stored",
    Purpose.REQUEST: "Answer the person's question about what is stored",
    Purpose.LEGAL: "Do what a law demands",
    Purpose.INCIDENT: "Look into a fault or an incident",
}
"""Each purpose as a person reads it."""


class Revealed:
    """One value that was shown for a purpose. :meth:`reveal` gives it until its time is over;
    then, or when nothing holds it any more, the text is let go.

    ``seconds`` is how long it lasts; ``clock`` gives seconds that never go back.
    """

    __slots__ = ("__weakref__", "_box", "_clock", "_deadline", "_timer", "seconds")

    def __init__(
        self, text: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._clock = clock
        self._deadline = clock() + seconds
        self._box = [text]
        # Nobody may ever ask again: the text must not wait for that.
        self._timer = threading.Timer(seconds, self._box.clear)
        self._timer.daemon = True
        self._timer.start()
        weakref.finalize(self, _let_go, self._box, self._timer).atexit = False

    @property
    def left_s(self) -> float:
        """Seconds until it is gone; 0 when it is."""
        return max(0.0, self._deadline - self._clock()) if self._box else 0.0

    @property
    def empty(self) -> bool:
        """Whether the property had no value, or the time is over."""
        return not self.reveal()

    def reveal(self) -> str | None:
        """The text itself; None once its time is over. Call it only where the text is shown."""
        if self.left_s <= 0:
            self.forget()
        # Copied once: the timer may empty it at any moment.
        held = self._box[:1]
        return held[0] if held else None

    def forget(self) -> None:
        """Lets the text go before its time."""
        _let_go(self._box, self._timer)

    def __repr__(self) -> str:
        return "<Revealed>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_COPY)


def _let_go(box: list[str], timer: threading.Timer) -> None:
    box.clear()
    timer.cancel()
