"""The fault plan in small, and the program that runs it."""

from __future__ import annotations

import contextlib
import dataclasses
import os

import postgres
import pytest

from gateway.domain.hubspot_errors import Ambiguous
from gateway.domain.submissions import Event
from gateway.usecases import deliver, outcomes
from storm import __main__ as program
from storm import model, upgrade
from storm.faketime import library
from storm.rows import ROWS, SEED, Figures, Row, Scale
from storm.strace import there_is_strace

NEEDS = {
    "F12": ("PostgreSQL", lambda: postgres.programs() is not None),
    "F3": ("strace", there_is_strace),
    "F6-faketime": ("libfaketime", lambda: library() is not None),
}
"""What a row cannot do without: in CI it has to be there."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_passes_in_small(
    row: Row, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the whole storm shows in a quarter of an hour holds for a few seconds of it, too."""
    if row.name in NEEDS and not NEEDS[row.name][1]():
        reason = f"{NEEDS[row.name][0]} is not installed on this machine"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    monkeypatch.setenv(SEED, "1")
    passed = program._run_apart(row, Scale.SMALL)
    assert passed, capsys.readouterr().out


def test_an_upgrade_from_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the history is not at hand, the statements of the release before stand in for it."""
    monkeypatch.setattr(upgrade, "_archived", lambda _: contextlib.nullcontext())
    figures = upgrade.run(Scale.SMALL)
    assert figures.passed, figures.measured
    assert "the statements" in figures.size


def test_rows_have_names_of_their_own() -> None:
    """A row is asked for by its name."""
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_one_failed_row_fails_the_storm(
    passed: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has a line for each row, and the program's end says whether all passed."""
    good = Row("one", "first", lambda _: Figures("3 things", "0 wrong", "0", passed=True))
    other = Row("two", "second", lambda _: Figures("4 things", "some", "0", passed=passed))
    monkeypatch.setattr(program, "ROWS", (good, other))
    monkeypatch.setattr(program, "_quiet", lambda: None)
    monkeypatch.setattr(program, "_run_apart", program._run)
    assert program.main(["--small", "--seed", "7"]) == code
    told = capsys.readouterr().out
    assert "seed 7" in told
    assert "3 things" in told
    assert ("failed: two" in told) is not passed


def test_a_row_that_cannot_be_run_has_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that breaks is no row that passes, and the others are still run."""

    def broken(_: Scale) -> Figures:
        raise OSError

    good = Row("two", "second", lambda _: Figures("4 things", "0 wrong", "0", passed=True))
    monkeypatch.setattr(program, "ROWS", (Row("one", "first", broken), good))
    monkeypatch.setattr(program, "_quiet", lambda: None)
    monkeypatch.setattr(program, "_run_apart", program._run)
    assert program.main(["--small"]) == 1
    told = capsys.readouterr().out
    assert "could not be run: OSError" in told
    assert "4 things" in told


def test_a_row_runs_in_a_process_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """What a row changes in the program it runs in is gone with its process."""
    assert program.main(["F4-controls", "--small"]) == 0
    told = capsys.readouterr().out
    assert "F4-controls" in told
    assert "1 of 1 rows passed" in told


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the keyboard runs nothing, and says which rows there are."""
    with pytest.raises(SystemExit) as ended:
        program.main(["F99"])
    assert ended.value.code == 2
    assert "F3" in capsys.readouterr().err


def test_the_model_notices_what_it_is_there_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken for proven unsent, an unclear outcome would be sent again: the model must say so."""
    blind = outcomes.SENDING[Ambiguous]
    unsent = dataclasses.replace(blind, event=Event.PROVEN_UNSENT)
    monkeypatch.setattr(model, "PHASES", {Scale.SMALL: model.PHASES[Scale.FULL]})
    monkeypatch.setattr(deliver, "SENDING", {**outcomes.SENDING, Ambiguous: unsent})
    assert not model.run(Scale.SMALL).passed
