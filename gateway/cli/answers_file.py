"""Reads the JSON file of answers that ``submit`` takes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gateway.domain.errors import GatewayError

MAX_ANSWERS_BYTES = 16 * 1024 * 1024


class UsageError(GatewayError):
    """The command was given something it cannot read."""


def read_answers_file(name: str) -> dict[str, object]:
    """The answers in the file ``name``, or on standard input for ``-``.

    Raises :class:`UsageError`, which never repeats what is in it.
    """
    try:
        raw = sys.stdin.buffer.read(MAX_ANSWERS_BYTES + 1) if name == "-" else _read(name)
        if len(raw) > MAX_ANSWERS_BYTES:
            raise UsageError("The answers file is larger than 16 MiB. Split it.")
        answers = json.loads(raw, object_pairs_hook=_once)
    except OSError:
        raise UsageError(
            "The answers file cannot be read. Check its name and who may read it."
        ) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UsageError(
            f"The answers file is not JSON ({where}). Correct it and try again."
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise UsageError(
            "The answers file cannot be read as JSON. Save it as UTF-8 JSON."
        ) from None
    if not isinstance(answers, dict):
        raise UsageError(
            'The answers file must be one JSON object, such as {"email": "a@b.example"}.'
        )
    return answers


def _read(name: str) -> bytes:
    with Path(name).open("rb") as file:
        return file.read(MAX_ANSWERS_BYTES + 1)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UsageError("The answers file names one field twice. Keep it once.")
    return found
