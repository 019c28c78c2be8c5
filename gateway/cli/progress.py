"""How far a long piece of work is: a bar on a terminal, a line per tenth elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from gateway.cli.show import Out

BAR = 30
"""Characters of a full bar, where the line has room for it."""
EVERY_S = 0.1
"""The bar is drawn this often at most."""
TENTHS = 10


class Progress:
    """Counts ``total`` steps of the work called ``words`` on standard error, with the rate and
    the time left."""

    def __init__(
        self,
        out: Out,
        words: str,
        total: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._words = words
        self._total = total
        self._clock = clock
        self._start = clock()
        self._drawn = 0.0
        self._tenth = 0
        self._bar = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """``done`` steps are done."""
        if self._bar:
            now = self._clock()
            if done == self._total or now - self._drawn >= EVERY_S:
                self._drawn = now
                self._out.redraw(self._line(done))
            return
        tenth = TENTHS * done // max(self._total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            self._out.message(self._told(done))

    def end(self) -> None:
        """Leaves the bar where it is and goes on in the next line."""
        if self._bar and self._drawn:
            self._out.message("")

    def _line(self, done: int) -> str:
        """As much as fits: a line that wraps could not be drawn in the same place again."""
        room = shutil.get_terminal_size().columns - 1
        told = self._told(done)
        bar = min(BAR, room - len(told) - len("[] "))
        if bar <= 0:
            return told[:room]
        full = bar * done // max(self._total, 1)
        return f"[{'#' * full}{'.' * (bar - full)}] {told}"

    def _told(self, done: int) -> str:
        seconds = max(self._clock() - self._start, 0.001)
        rate = done / seconds
        left = _duration((self._total - done) / rate) if rate else "?"
        return f"{self._words}: {done} of {self._total}, {rate:.1f} per second, {left} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
