"""Long work shows how far it is, without flooding a log."""

from __future__ import annotations

import io
import sys

import pytest

from gateway.cli.progress import BAR, Progress
from gateway.cli.show import Out


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


def clock(step: float) -> object:
    """A clock that goes on by ``step`` seconds each time."""
    times = iter(range(10_000))
    return lambda: next(times) * step


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, drawn again, with the rate and the time left; full at the end."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    progress = Progress(Out(json=True), "Rows", 200, clock=clock(1.0))  # type: ignore[arg-type]  # a clock
    for done in range(1, 201):
        progress.show(done)
    progress.end()
    drawn = sys.stderr.getvalue()  # type: ignore[attr-defined]  # a Terminal
    assert drawn.count("\n") == 1
    assert f"[{'#' * BAR}] Rows: 200 of 200" in drawn
    assert "per second" in drawn
    assert "min" in drawn


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_the_bar_fits_the_line(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """However narrow the terminal and long the work: a line that wraps is never drawn over."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", str(columns))
    progress = Progress(Out(json=True), "Rows", 1_000_000, clock=clock(7.0))  # type: ignore[arg-type]  # a clock
    for done in (1, 77_777, 1_000_000):
        progress.show(done)
    lines = sys.stderr.getvalue().split("\r\033[K")[1:]  # type: ignore[attr-defined]  # a Terminal
    assert len(lines) == 3
    assert all(0 < len(line) < columns for line in lines)


def test_a_line_per_tenth_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log gets at most ten lines."""
    for total, lines in ((200, 10), (7, 7), (0, 0)):
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        progress = Progress(Out(json=False), "Rows", total, clock=clock(0.01))  # type: ignore[arg-type]  # a clock
        for done in range(1, total + 1):
            progress.show(done)
        progress.end()
        told = sys.stderr.getvalue()  # type: ignore[attr-defined]  # a StringIO
        assert told.count("\n") == lines
        assert "\r" not in told


def test_a_forms_name_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters are not passed on, on either stream."""
    Out(json=False).answer({}, "a\x1b[2Jb\x9bc\nd")
    Out(json=False).message("a\x07b")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("a [2Jb c\nd\n", "a b\n")
