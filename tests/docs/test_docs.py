"""Documents that repeat the program's tables agree with them, and name nothing that is gone."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
GENERATED = runpy.run_path(str(PROJECT / "docs" / "generate.py"))["DOCUMENTS"]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_documents_are_fresh(name: str) -> None:
    """Each document is what docs/generate.py writes now."""
    written = (PROJECT / "docs" / name).read_text(encoding="utf-8")
    assert written == GENERATED[name](), "run: python docs/generate.py"


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_every_dependency_has_its_line(file: str) -> None:
    """Each package the project asks for itself is pinned and justified in one line."""
    direct = (PROJECT / file).read_text().split("\n\n")[0].splitlines()[1:]
    told = (PROJECT / "docs" / "dependencies.md").read_text().lower()
    for line in direct:
        name, _, version = line.partition("==")
        assert version
        assert f"| {name.lower().replace('_', '-')} |" in told


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every file the README and the documents name exists."""
    for document in [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_readme_names_real_files() -> None:
    """The tables «Where is…?» name only files and folders that exist; the short one is part of
    the long one."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    table = text.split("## Where is")[1].split("\n## ")[0]
    whole = (PROJECT / "docs" / "where.md").read_text(encoding="utf-8")
    assert all(row in whole for row in table.splitlines() if row.startswith("| "))
    table += whole
    paths = re.findall(r"`((?:gateway|pages|tests|docs|app\.py|\.)[^`\s]*)`", table)
    assert len(paths) > 15
    for path in paths:
        assert (PROJECT / path).exists(), path
