"""Asks a person: for a value, without showing what is typed (on the command line it would be kept
in the shell's history), or whether something is really meant."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from gateway.cli.show import Out
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


def agreed(arguments: argparse.Namespace, out: Out, told: Sequence[str]) -> bool:
    """Whether what is ``told`` is really meant: ``--yes`` says so beforehand, or a person does at
    a terminal; elsewhere nobody can."""
    if arguments.yes:
        return True
    out.message("\n".join(told))
    if arguments.json or not sys.stdin.isatty():
        out.message("Give --yes to do it.")
        return False
    out.message("Type yes:")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
