"""docs/hubspot.md says for each thing the gateway does with HubSpot which call, function, command,
page and test belong to it: each of them exists, and no call is left out."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.parser import parser
from gateway.emulator.routes import ROUTES as SERVED
from gateway.hubspot.routes import ROUTES
from gateway.usecases.gateway import Gateway
from gateway.web.surface import PAGES

PROJECT = Path(__file__).resolve().parents[2]
COLUMNS = ("What", "HubSpot", "Here", "Command", "Page", "Test")
NONE = {"", "—"}


def rows() -> list[dict[str, str]]:
    """Every row of the tables that have these columns."""
    found = []
    head = "| " + " | ".join(COLUMNS) + " |"
    for block in (PROJECT / "docs" / "hubspot.md").read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0] == head:
            for line in lines[2:]:
                cells = [cell.strip() for cell in line.strip("|").split(" | ")]
                assert len(cells) == len(COLUMNS), line
                found.append(dict(zip(COLUMNS, cells, strict=True)))
    return found


ROWS = rows()
CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)")


def named(column: str) -> Iterator[str]:
    """Every name in backticks in one column."""
    for row in ROWS:
        yield from re.findall(r"`([^`]+)`", row[column])


def bare(path: str) -> str:
    """A path whose named parts have no names, for two tables may call one part differently."""
    return re.sub(r"\{\w+\}", "{}", path)


def test_each_row_says_something_in_every_column() -> None:
    """A cell is filled, or says that there is nothing."""
    assert len(ROWS) > 30
    for row in ROWS:
        assert row["What"] and row["Test"] not in NONE, row["What"]
        for column in COLUMNS:
            assert re.search(r"`[^`]+`", row[column]) or row[column] in NONE or column == "What"


def test_every_call_of_ours_has_a_row() -> None:
    """Each row of the client's table is named with its method and path, and its dated twin."""
    told = {(m, bare(p)) for text in named("HubSpot") for m, p in CALL.findall(text)}
    for operation, route in ROUTES.items():
        for path in filter(None, (route.template, route.dated)):
            assert (route.method, bare(path)) in told, operation


def test_every_call_named_is_served() -> None:
    """The emulator has each call, in each edition the table names."""
    served = {(route.method, bare(route.path)) for route in SERVED}
    for text in named("HubSpot"):
        for method, path in CALL.findall(text):
            assert (method, bare(path)) in served, text


def test_every_function_named_exists() -> None:
    """`gateway.part.method` is a method of the façade, or of a part it has."""
    for text in named("Here"):
        assert callable(_resolved(text)), text


def _resolved(text: str) -> object:
    program, *parts = text.split(".")
    assert program == "gateway", text
    found: object = Gateway
    for part in parts:
        kept = _parts(found) if isinstance(found, type) else {}
        found = kept[part] if part in kept else inspect.getattr_static(found, part)
    return found


def _parts(owner: type) -> dict[str, type]:
    """What an object of this class keeps under names of its own: `self.name = parameter` by the
    parameter's type, `self.name = Class(…)` by the class."""
    begin = owner.__init__
    if not inspect.isfunction(begin):
        return {}
    hints = typing.get_type_hints(begin)
    found: dict[str, type] = {}
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(begin)))):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            continue
        value, name = node.value, node.targets[0].attr
        if isinstance(value, ast.Name) and value.id in hints:
            found[name] = _without_none(hints[value.id])
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            found[name] = begin.__globals__[value.func.id]
    return {name: kind for name, kind in found.items() if isinstance(kind, type)}


def _without_none(hint: typing.Any) -> typing.Any:
    """The type of something that may be missing."""
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    return kinds[0] if isinstance(hint, types.UnionType) and len(kinds) == 1 else hint


def test_every_command_named_exists() -> None:
    """Each is a command, or a command's command, of the program."""
    known = set(_commands(parser(), ()))
    for text in named("Command"):
        words = tuple(word for word in text.split() if re.fullmatch("[a-z][a-z-]*", word))
        assert words in known, text


def _commands(
    command: argparse.ArgumentParser, words: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield (*words, name)
                yield from _commands(inner, (*words, name))


def test_every_page_named_exists() -> None:
    """Each is served."""
    for text in named("Page"):
        assert text in PAGES, text


def test_every_test_named_exists() -> None:
    """Each is a file of tests, or one test in it."""
    for text in named("Test"):
        file, _, name = text.partition("::")
        path = PROJECT / "tests" / file
        assert path.is_file(), text
        if name:
            assert re.search(rf"^\s*def {name}\(", path.read_text(encoding="utf-8"), re.M), text
