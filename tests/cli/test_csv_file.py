"""A CSV file is read as spreadsheets write it, or refused whole with one clear sentence."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.csv_file import MAX_CSV_BYTES, read_csv_text, read_table
from gateway.cli.usage import UsageError
from gateway.intake.csv_rows import CsvRows, cell_text

CANARY = "canary-078051120"


def cells(columns: CsvRows, text: str, **how: Any) -> list[dict[str, str]]:
    """The cells of every row."""
    return [dict(row.cells) for row in read_table(text, columns, **how).rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(
    columns: CsvRows, separator: str, line_end: str
) -> None:
    """Whatever a spreadsheet writes between cells and rows is found by itself."""
    lines = [
        ["firstname", "email", "allergies"],
        ["Ada", "a@b.example", '"nuts;latex"'],
        ["Bo", "", ""],
    ]
    text = line_end.join(separator.join(line) for line in lines) + line_end
    assert cells(columns, text) == [
        {"firstname": "Ada", "email": "a@b.example", "allergies": "nuts;latex"}, {"firstname": "Bo"},
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\r"])
def test_a_line_that_names_the_separator_is_no_header(columns: CsvRows, line: str) -> None:
    """Some spreadsheets write it, and none shows it: rows are numbered without it."""
    (row,) = read_table(f"{line}firstname;email\nAda;a@b.example\n", columns).rows
    assert (dict(row.cells), row.number) == ({"firstname": "Ada", "email": "a@b.example"}, 2)


@pytest.mark.parametrize("how", ["comma", ","])
def test_a_separator_may_be_named(columns: CsvRows, how: str) -> None:
    """--delimiter takes a name or the character, and nothing else."""
    assert (
        cells(columns, "firstname,email\nAda,a@b.example\n", delimiter=how)[0]["firstname"] == "Ada"
    )
    with pytest.raises(UsageError, match="no field for these columns"):
        cells(columns, "firstname,email\nAda,x\n", delimiter="semicolon")
    with pytest.raises(UsageError, match="A delimiter is auto"):
        cells(columns, "firstname\nAda\n", delimiter="::")


def test_quoted_cells(columns: CsvRows) -> None:
    """Quoted separators, quotation marks and line ends stay in their cell; rows are numbered
    as a spreadsheet numbers them."""
    text = 'firstname,diagnosis\r\n"Ada, Countess","one\r\ntwo ""three"""\r\n\r\nBo,x\r\n,\r\n'
    table = read_table(text, columns)
    assert [dict(row.cells) for row in table.rows] == [
        {"firstname": "Ada, Countess", "diagnosis": 'one\ntwo "three"'},
        {"firstname": "Bo", "diagnosis": "x"},
    ]
    assert ([row.number for row in table.rows], table.empty) == ([2, 4], 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(
    columns: CsvRows, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UTF-8 with and without a byte order mark, and UTF-16 with one, from a file or a pipe."""
    raw = "firstname\nŁukasz 受付\n".encode(encoding)
    file = tmp_path / "rows.csv"
    file.write_bytes(raw)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    for name in (str(file), "-"):
        assert cells(columns, read_csv_text(name)) == [{"firstname": "Łukasz 受付"}]


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all it is chained to, shown or hidden."""
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None:
            yield one
            waiting += [one.__context__, one.__cause__]


BROKEN = {
    "latin": (f"firstname\n{CANARY}é\n".encode("latin-1"), "not UTF-8"),
    "utf-16 without mark": (f"firstname\n{CANARY}\n".encode("utf-16-le"), "not UTF-8"),
    "cut utf-16": (f"firstname\n{CANARY}\n".encode("utf-16")[:-1], "not UTF-8"),
    "nul": (f"firstname\n{CANARY}\0\n".encode(), "not UTF-8"),
    "large": (b" " * (MAX_CSV_BYTES + 1), "larger than 32 MiB"),
    "empty": (b"", "is empty"),
    "blank": (b"\r\n,,,\r\n", "is empty"),
    "only a header": (b"firstname,email\n", "no row under it"),
    "open quote": (f'firstname\n"{CANARY}\nBo\n'.encode(), "line 3"),
    "text behind a quote": (f'firstname\n"{CANARY}"x\n'.encode(), "line 2"),
    "long cell": (f"firstname\n{CANARY}{'x' * 140_000}\n".encode(), "longer than any answer"),
    "twice": (f"email,0-1/email\n{CANARY},x\n".encode(), "more than once: email"),
    "unknown": (f"email,shoe_size\n{CANARY},x\n".encode(), "columns: shoe_size"),
    "no header": (f"{CANARY},a@b.example\nx,y\n".encode(), "column 1, column 2"),
    "no name": (f"email,,firstname\na,{CANARY},b\n".encode(), "Column 2"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file(columns: CsvRows, case: str, tmp_path: Path) -> None:
    """The whole file is refused with a sentence that repeats nothing of it, nor is chained to
    anything that does."""
    content, told = BROKEN[case]
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=told) as caught:
        cells(columns, read_csv_text(str(file)))
    for one in chain(caught.value):
        assert CANARY not in f"{one!s} {one!r} {vars(one)} {getattr(one, 'object', '')!r}"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["nowhere.csv", ".", "a\0b", "x" * 5000])
def test_a_file_that_cannot_be_opened(name: str) -> None:
    """A name no file has is told as such."""
    with pytest.raises(UsageError, match="Check its name"):
        read_csv_text(name)


def test_rows_with_too_few_or_too_many_cells(columns: CsvRows) -> None:
    """They keep their number and get a sentence; the others are read."""
    table = read_table("firstname,email\nAda\nBo,b@b.example\nCy,c,d\nDi,d,,\n", columns)
    assert [row.fault is None for row in table.rows] == [False, True, False, True]
    assert "has 1 cells, and the header has 2" in str(table.rows[0].fault)
    assert "has 3 cells" in str(table.rows[2].fault)
    assert CANARY not in repr(read_table(f"firstname\n{CANARY}\n", columns))


def test_columns_without_name_and_answers_are_passed_over(columns: CsvRows) -> None:
    """Spreadsheets leave such columns behind."""
    assert cells(columns, "firstname,,email,,\nAda,,a,,\n") == [{"firstname": "Ada", "email": "a"}]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
                                 max_size=20), min_size=2, max_size=2), min_size=1, max_size=5))  # fmt: skip
def test_what_is_written_is_read(columns: CsvRows, rows: list[list[str]]) -> None:
    """Every text survives a CSV file, but for the white space around it."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["firstname", "email"], *rows])
    wanted = [{key: cell_text(cell) for key, cell in zip(("firstname", "email"), row, strict=True)
               if cell_text(cell)} for row in rows]  # fmt: skip
    if any(wanted):
        assert cells(columns, file.getvalue(), delimiter="comma") == [row for row in wanted if row]
