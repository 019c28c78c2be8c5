"""Reads the JSON file of answers that ``submit`` takes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gateway.cli.usage import UsageError

MAX_ANSWERS_BYTES = 16 * 1024 * 1024


def read_answers_file(name: str) -> dict[str, object]:
    """The answers in the file ``name``, or on standard input for ``-``.

    Raises :class:`UsageError`, which never repeats what is in it, nor is chained to an error
    that does.
    """
    answers, fault = _decoded(_read(name))
    if fault is not None:
        raise UsageError(fault)
    if not isinstance(answers, dict):
        raise UsageError(
            'The answers file must be one JSON object, such as {"email": "a@b.example"}.'
        )
    return answers


def _read(name: str) -> bytes:
    raw = None
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_ANSWERS_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_ANSWERS_BYTES + 1)
    except (OSError, ValueError):
        raw = None
    if raw is None:
        raise UsageError("The answers file cannot be read. Check its name and who may read it.")
    if len(raw) > MAX_ANSWERS_BYTES:
        raise UsageError("The answers file is larger than 16 MiB. Split it.")
    return raw


def _decoded(raw: bytes) -> tuple[object, str | None]:
    """What the file holds, or why it cannot be read. The decoder's errors hold the whole file
    (``JSONDecodeError.doc``, ``UnicodeDecodeError.object``), so they end here."""
    try:
        return json.loads(raw, object_pairs_hook=_once), None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return None, f"The answers file is not JSON ({where}). Correct it and try again."
    except (RecursionError, ValueError):
        return None, "The answers file cannot be read as JSON. Save it as UTF-8 JSON."


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UsageError("The answers file names one field twice. Keep it once.")
    return found
