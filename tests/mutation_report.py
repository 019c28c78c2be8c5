"""``mutmut results --all true | python -m mutation_report``: how many of the faults that mutmut
put into each file the tests noticed. Exits with 1 when fewer than 95 of 100 were.

A fault that makes a test run for ever is noticed too; one that was never tried is not. Those
known to change nothing anybody could see are named in docs/mutants.md, and count as missed.
"""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterable

TARGET = 0.95
NOTICED = {"killed", "timeout"}


def counted(lines: Iterable[str]) -> dict[str, collections.Counter[bool]]:
    """By module: how many faults were noticed (True) and how many were not (False)."""
    found: dict[str, collections.Counter[bool]] = {}
    for line in lines:
        name, colon, outcome = line.strip().rpartition(": ")
        if colon and "__mutmut_" in name:
            module = name.rpartition(".")[0]
            found.setdefault(module, collections.Counter())[outcome in NOTICED] += 1
    return found


def main() -> int:
    """Prints one line per file and the sum; 0 when the target is met."""
    rows = counted(sys.stdin)
    for module, row in sorted(rows.items()):
        sys.stdout.write(f"{module:<32} {row[True]:>5} / {row.total()}\n")
    noticed = sum(row[True] for row in rows.values())
    total = sum(row.total() for row in rows.values())
    share = noticed / total if total else 0.0
    sys.stdout.write(f"{'together':<32} {noticed:>5} / {total} ({share:.1%})\n")
    return 0 if share >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
