"""Imports go down only; stations on one floor are strangers; every folder has a floor."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
GATEWAY = PROJECT / "gateway"

FLOORS = {
    "domain": 1,
    "policy": 2, "intake": 2, "sealing": 2, "store": 2, "hubspot": 2, "emulator": 2, "settings": 2,
    "usecases": 3,
    "bootstrap": 4,
    "ui": 5, "web": 5, "cli": 5,
    "__main__": 6, "__init__": 6,
}  # fmt: skip
DOOR = 6
STREAMLIT = ("ui",)
HTTP_SERVERS = ("web", "emulator")
STREAMLIT_APP = {"app.py"}


def station(path: Path) -> str:
    """The station a file belongs to: its folder below gateway, or its own stem."""
    parts = path.relative_to(GATEWAY).parts
    return parts[0] if len(parts) > 1 else path.stem


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = sorted(GATEWAY.rglob("*.py"))
ASSETS = GATEWAY / "web" / "assets"
DOORS = [PROJECT / "app.py", *sorted((PROJECT / "pages").glob("*.py"))]


def test_every_station_has_a_floor() -> None:
    """A new folder or file below gateway without a floor fails."""
    assert {station(path) for path in MODULES} <= FLOORS.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_imports_go_down(path: Path) -> None:
    """No file imports from its own floor's other stations, or from above."""
    mine = station(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "gateway" or len(parts) < 2 or parts[1] not in FLOORS:
            continue
        if parts[1] != mine and (mine, parts[1]) != ("__init__", "bootstrap"):
            assert FLOORS[parts[1]] < FLOORS[mine], f"{mine} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_frameworks_stay_in_their_stations(path: Path) -> None:
    """Streamlit lives in ui, Starlette and uvicorn in web and emulator, requests in hubspot."""
    roots = {name.split(".")[0] for name in imported(path)}
    mine = station(path)
    assert "streamlit" not in roots or mine in (*STREAMLIT, "web")
    assert not roots & {"starlette", "uvicorn"} or mine in HTTP_SERVERS
    assert not roots & {"requests", "urllib3"} or mine == "hubspot"
    assert not roots & {"sqlalchemy", "psycopg", "alembic"} or mine == "store"
    assert "pickle" not in roots
    # Modules that only some systems have would keep the program from starting on the others.
    assert not roots & {"fcntl", "pwd", "grp", "resource", "termios", "msvcrt", "winreg"}


def test_the_emulator_is_a_witness() -> None:
    """The emulator shares no code with the client: only tables of the domain."""
    for path in (GATEWAY / "emulator").rglob("*.py"):
        for name in imported(path):
            if name.startswith("gateway."):
                assert name.split(".")[1] in ("emulator", "domain"), f"{path.name}: {name}"
                assert name not in ("gateway.domain.forms", "gateway.domain.properties")


@pytest.mark.parametrize("path", DOORS, ids=lambda p: str(p.relative_to(PROJECT)))
def test_pages_are_thin(path: Path) -> None:
    """A page has no ``try`` and no string key into the session state."""
    for node in ast.walk(ast.parse(path.read_text())):
        if path.name != "app.py":
            assert not isinstance(node, ast.Try)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            assert node.value.attr != "session_state"


def test_scripts_import_one_way() -> None:
    """No two scripts of the pages need each other, not even by way of others."""
    needs = {
        path.name: re.findall(r'from "\./([^"]+)"', path.read_text())
        for path in ASSETS.glob("*.js")
    }
    order = [*graphlib.TopologicalSorter(needs).static_order()]
    assert order[-1] == "intake.js"
    assert set(order) == needs.keys()


def test_files_stay_small() -> None:
    """No file of the program is longer than 350 lines."""
    for path in [*MODULES, *DOORS, *ASSETS.glob("*.js"), *ASSETS.glob("*.css")]:
        assert len(path.read_text().splitlines()) <= 350, path.name
