"""Reads the CSV file that ``submit --csv`` takes: all of it is read and judged before the first
row is submitted, so that no file is half-read.

The format is RFC 4180 as spreadsheets write it: quoted cells may hold separators and line
ends; UTF-8 with or without a byte order mark, or UTF-16 with one.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.cli.usage import UsageError
from gateway.intake.csv_rows import CsvRows, Header, cell_text

MAX_CSV_BYTES = 32 * 1024 * 1024
DELIMITERS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""How ``--delimiter`` names what stands between cells; the character itself will do too."""
AUTO = "auto"

_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=.\"?(\r\n|\r|\n)", re.IGNORECASE)
"""A first line that some spreadsheets write, and none shows, to name what parts the cells."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclasses.dataclass(frozen=True)
class Row:
    """One row that holds something. ``number`` is the spreadsheet's: the header is row 1.
    ``cells`` are field key → text, empty ones left out; ``fault`` is why they are not read."""

    number: int
    cells: Mapping[str, str] = dataclasses.field(repr=False)
    fault: str | None = None


@dataclasses.dataclass(frozen=True)
class Table:
    """Every row of a file, and how many were passed over because they hold nothing."""

    rows: tuple[Row, ...]
    empty: int


def read_csv_text(name: str) -> str:
    """The text of the file ``name``, or of standard input for ``-``.

    Raises :class:`UsageError`, which never repeats what is in it, nor is chained to an error
    that does.
    """
    raw = _bytes(name)
    if raw is None:
        raise UsageError("The CSV file cannot be read. Check its name and who may read it.")
    if len(raw) > MAX_CSV_BYTES:
        raise UsageError("The CSV file is larger than 32 MiB. Split it.")
    text = _decoded(raw)
    if text is None or "\0" in text:
        raise UsageError(
            "The CSV file is not UTF-8 text. Save it in the spreadsheet as CSV UTF-8, then try "
            "again. Nothing was submitted."
        )
    return text


def read_table(text: str, columns: CsvRows, delimiter: str = AUTO) -> Table:
    """The rows of ``text``, whose first row that holds something is the header.

    ``delimiter`` is ``auto`` (the one that makes most columns of the form), a name of
    ``DELIMITERS``, or the character. A row with too few or too many cells is given back with
    its fault. Raises :class:`UsageError` for what concerns the whole file.
    """
    text = _SEPARATOR_LINE.sub("", text, count=1)
    separator = _found(text, columns) if delimiter == AUTO else DELIMITERS.get(delimiter, delimiter)
    if separator not in DELIMITERS.values():
        raise UsageError(f"A delimiter is {AUTO}, {', '.join(DELIMITERS)}. Choose one of them.")
    records, fault = _records(text, separator)
    if fault is not None:
        raise UsageError(fault)
    numbered = [(place + 1, cells) for place, cells in enumerate(records)]
    held = [(number, cells) for number, cells in numbered if any(cells)]
    if not held:
        raise UsageError("The CSV file is empty. Its first row names the fields, as `check` does.")
    header = _header(held[0][1], columns)
    _refuse_nameless(header, [cells for _, cells in held[1:]])
    rows = tuple(_row(number, cells, header) for number, cells in held[1:])
    if not rows:
        raise UsageError("The CSV file has a header and no row under it. Nothing was submitted.")
    return Table(rows, len(numbered) - len(held))


def _bytes(name: str) -> bytes | None:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_CSV_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_CSV_BYTES + 1)
    except (OSError, ValueError):
        return None


def _decoded(raw: bytes) -> str | None:
    """The text, or None. The decoder's error holds the whole file, so it ends here."""
    try:
        return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _found(text: str, columns: CsvRows) -> str:
    """The separator that makes most columns of the form out of the first line."""
    first = text.lstrip().partition("\n")[0]
    scores = {one: columns.recognised((_records(first, one)[0] or [[]])[0])
              for one in DELIMITERS.values()}  # fmt: skip
    return max(scores, key=lambda one: scores[one])


def _records(text: str, separator: str) -> tuple[list[list[str]], str | None]:
    """Every record's cells, and why the file cannot be read (or None)."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append([cell_text(cell) for cell in record])
    except csv.Error:
        return records, (
            f"The CSV file cannot be read at or before line {reader.line_num}: a quotation mark is "
            "missing or too many, or a cell is longer than any answer. Nothing was submitted."
        )
    return records, None


def _header(names: Sequence[str], columns: CsvRows) -> Header:
    held = max(place for place, name in enumerate(names) if name) + 1
    header = columns.header(names[:held])
    if header.twice:
        raise UsageError(
            f"The CSV file has these columns more than once: {', '.join(header.twice)}. Keep each "
            "once. Nothing was submitted."
        )
    if header.strangers:
        raise UsageError(
            f"The form has no field for these columns: {', '.join(header.strangers)}. The first "
            "row names the fields as `python -m gateway check FORM` does. Nothing was submitted."
        )
    return header


def _refuse_nameless(header: Header, rows: Sequence[Sequence[str]]) -> None:
    for place, key in enumerate(header.keys):
        if key is None and any(len(cells) > place and cells[place] for cells in rows):
            raise UsageError(
                f"Column {place + 1} of the CSV file has no name in the first row but holds "
                "answers. Name it or take it out. Nothing was submitted."
            )


def _row(number: int, cells: Sequence[str], header: Header) -> Row:
    wanted = len(header.keys)
    if len(cells) < wanted or any(cells[wanted:]):
        return Row(
            number,
            {},
            f"The row has {len(cells)} cells, and the header has {wanted}. Correct the row.",
        )
    named = zip(header.keys, cells, strict=False)
    return Row(number, {key: text for key, text in named if key is not None and text})
