"""Asks a person for a value without showing what is typed: on the command line it would be kept
in the shell's history."""

from __future__ import annotations

import getpass
import sys

from gateway.cli.usage import UsageError


def asked(question: str) -> str:
    """What a person types, unseen; the next line of standard input where nobody sits there.
    Raises :class:`UsageError` where there is none."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    line = sys.stdin.readline()
    if not line:
        raise UsageError(f"A value is missing on standard input, one a line: {question}.")
    return line.rstrip("\r\n")
