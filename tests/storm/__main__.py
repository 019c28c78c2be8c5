"""``python -m storm [NAME …] [--small] [--seed N]``: runs the rows and prints the table.

Each row has a process of its own, because rows change the program they run in. Measurements run
alone; the others side by side, ``LANES`` at a time, since most of them wait most of the time.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from storm.rows import ROWS, SEED, Figures, Row, Scale

LANES = 4
PROJECT = Path(__file__).resolve().parents[2]
COLUMNS = ("row", "what", "size", "figure", "limit", "", "seconds")
WIDTHS = (11, 48, 24, 44, 36, 4, 7)
"""The least widths: what is longer pushes the rest of its line to the right."""


def main(arguments: list[str] | None = None) -> int:
    """0 when every row passed, 1 when one did not, 2 for a row nobody knows."""
    parser = argparse.ArgumentParser(prog="storm", description="Runs the fault plan.")
    parser.add_argument("names", nargs="*", metavar="ROW", help="rows to run; all by default")
    parser.add_argument("--small", action="store_true", help="the small version of each row")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (default 1)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    known = {row.name for row in ROWS}
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"no row {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    os.environ[SEED] = str(options.seed)
    _quiet()
    scale = Scale.SMALL if options.small else Scale.FULL
    rows = [row for row in ROWS if not options.names or row.name in options.names]
    if options.here:
        return 0 if all(_run(row, scale) for row in rows) else 1
    _tell(f"seed {options.seed}, {scale.name.lower()}")
    _line(COLUMNS)
    _line(tuple("-" * width for width in WIDTHS))
    started = time.monotonic()
    failed = _run_all(rows, scale)
    told = f"{len(rows) - len(failed)} of {len(rows)} rows passed"
    _tell(f"{told} in {time.monotonic() - started:.0f} s, seed {options.seed}")
    if failed:
        _tell(f"failed: {' '.join(failed)}")
    return 1 if failed else 0


def _run_all(rows: Sequence[Row], scale: Scale) -> list[str]:
    """Runs the rows, and returns the names of those that failed."""
    failed = [row.name for row in rows if row.alone and not _run_apart(row, scale)]
    with ThreadPoolExecutor(LANES) as lanes:
        others = [row for row in rows if not row.alone]
        passed = lanes.map(lambda row: _run_apart(row, scale), others)
        return failed + [row.name for row, ok in zip(others, passed, strict=True) if not ok]


def _run_apart(row: Row, scale: Scale) -> bool:
    """Runs one row in a process of its own, which prints its line; whether it passed."""
    asked = [sys.executable, "-m", "storm", row.name, "--here", "--seed", os.environ[SEED]]
    asked += ["--small"] if scale is Scale.SMALL else []
    paths = os.pathsep.join(map(str, (PROJECT / "tests", PROJECT)))
    environ = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        asked, stdout=subprocess.PIPE, text=True, check=False, cwd=PROJECT, env=environ
    )
    _tell(done.stdout.rstrip() or f"{row.name}  could not be run")
    return done.returncode == 0


def _quiet() -> None:
    """What the rows provoke is logged by the program as it should be; here it is noise."""
    logging.disable(logging.CRITICAL)


def _run(row: Row, scale: Scale) -> bool:
    started = time.monotonic()
    try:
        figures = row.run(scale)
    except Exception as error:
        traceback.print_exc()
        figures = Figures("-", f"could not be run: {type(error).__name__}", "", passed=False)
    seconds = f"{time.monotonic() - started:.1f}"
    verdict = "pass" if figures.passed else "FAIL"
    _line((row.name, row.title, figures.size, figures.measured, figures.limit, verdict, seconds))
    return figures.passed


def _line(cells: tuple[str, ...]) -> None:
    _tell("  ".join(cell.ljust(w) for cell, w in zip(cells, WIDTHS, strict=True)))


def _tell(line: str) -> None:
    """At once, also where the output goes into a file."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
