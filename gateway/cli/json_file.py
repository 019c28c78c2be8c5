"""Reads a JSON file that holds what people told: no fault repeats any of it, nor is chained to an
error that does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gateway.cli.usage import UsageError

MIB = 1024 * 1024


def read_json_file(name: str, *, what: str, most: int = 16 * MIB) -> object:
    """What the file ``name`` holds, or standard input for ``-``. ``what`` is how its faults call
    it, ``most`` how many bytes it may have.

    Raises :class:`UsageError`.
    """
    found, fault = _decoded(_read(name, what, most), what)
    if fault is not None:
        raise UsageError(fault)
    return found


def _read(name: str, what: str, most: int) -> bytes:
    raw = None
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(most + 1)
    except (OSError, ValueError):
        raw = None
    if raw is None:
        raise UsageError(f"The {what} cannot be read. Check its name and who may read it.")
    if len(raw) > most:
        raise UsageError(f"The {what} is larger than {most // MIB} MiB. Split it.")
    return raw


def _decoded(raw: bytes, what: str) -> tuple[object, str | None]:
    """What the file holds, or why it cannot be read. The decoder's errors hold the whole file
    (``JSONDecodeError.doc``, ``UnicodeDecodeError.object``), so they end here."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise UsageError(f"The {what} names one field twice. Keep it once.")
        return found

    try:
        return json.loads(raw, object_pairs_hook=once), None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return None, f"The {what} is not JSON ({where}). Correct it and try again."
    except (RecursionError, ValueError):
        return None, f"The {what} cannot be read as JSON. Save it as UTF-8 JSON."
