"""Reads the JSON file of answers that ``submit`` takes."""

from __future__ import annotations

from gateway.cli.json_file import MIB, read_json_file
from gateway.cli.usage import UsageError

MAX_ANSWERS_BYTES = 16 * MIB


def read_answers_file(name: str) -> dict[str, object]:
    """The answers in the file ``name``, or on standard input for ``-``.

    Raises :class:`UsageError`, which never repeats what is in it, nor is chained to an error
    that does.
    """
    answers = read_json_file(name, what="answers file", most=MAX_ANSWERS_BYTES)
    if not isinstance(answers, dict):
        raise UsageError(
            'The answers file must be one JSON object, such as {"email": "a@b.example"}.'
        )
    return answers
