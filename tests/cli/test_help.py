"""Every command explains itself with an example, and a wrong call says what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import pytest
from samples import PATIENT

from gateway.cli import property_arguments, record_arguments
from gateway.cli.outbox import DECISIONS, TURNS, reasons_text
from gateway.cli.parser import DECIDE, TURN, parser
from gateway.domain.decisions import REASONS_FOR


def commands(
    one: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command and group, with the words that call it."""
    yield words, one
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*words, name))


COMMANDS = dict(commands(parser()))


def test_all_commands_are_there() -> None:
    """The commands of the public face are there, by their names."""
    assert {" ".join(words) for words in COMMANDS} == {
        "", "emulator", "doctor", "check", "approve", "scopes", "hsmeta", "submit", "worker",
        "reconcile", "probe", "search",
        "outbox", "outbox list", "outbox show", "outbox retry", "outbox discard",
        "outbox confirm", "outbox pause", "outbox resume", "outbox drain", "inbox",
        "properties", *(f"properties {row.name}" for row in property_arguments.COMMANDS),
        "properties groups",
        *(f"properties groups {row.name}" for row in property_arguments.GROUP_COMMANDS),
        "oauth", "oauth status", "oauth install-url", "oauth exchange", "oauth revoke",
        "audit", "audit list", "audit verify",
        "records", *(f"records {name}" for name in record_arguments.COMMANDS),
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_an_example(words: tuple[str, ...]) -> None:
    """The help of each shows a call of itself, and what the exit codes mean."""
    told = COMMANDS[words].format_help()
    assert f"  python -m gateway {' '.join(words)}".rstrip() in told.partition("example")[2]
    assert "exit codes:" in told
    assert "?." not in told


def test_the_tables_of_decisions_agree() -> None:
    """Each decision and each turn has its help; each decision's help lists its reasons."""
    assert DECISIONS.keys() == DECIDE.keys()
    assert TURNS.keys() == TURN.keys()
    for name, event in DECISIONS.items():
        told = COMMANDS["outbox", name].format_help()
        assert reasons_text(event) in told
        assert all(reason in told for reason in REASONS_FOR[event])


@pytest.mark.parametrize(
    "wrong",
    [
        (), ("fly",), ("check",), ("submit", PATIENT), ("outbox",),
        ("submit", PATIENT, "--answers", "a", "--csv", "b"),
        ("submit", PATIENT, "--answers", "a", "--result", "b"),
        ("submit", PATIENT, "--answers", "a", "--delimiter", "tab"),
        ("submit", PATIENT, "--csv", "a", "--key", "b"),
        ("outbox", "list", "--state", "LOST"), ("outbox", "retry", "2345-6789-ABCD"),
        ("worker", "--metrics-port", "many"), ("probe",), ("hsmeta",),
        ("scopes", "--feature", "fly"), ("hsmeta", "--out", "x", "--platform", "2025.1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call(wrong: tuple[str, ...], shell: Any) -> None:
    """A wrong call exits 2."""
    run = shell(*wrong)
    assert run.code == 2
    assert run.err


def test_the_program_itself(shell: Any) -> None:
    """``python -m gateway --help`` works in a shell."""
    run = shell.process("--help")
    assert run.code == 0
    assert "submit" in run.out
