"""Writes the result of ``submit --csv``: a receipt, a state and the reasons for every row, and no
answer. Every cell is harmless in a spreadsheet.

Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from gateway.cli.usage import UsageError
from gateway.domain.errors import GatewayError

COLUMNS = ("row", "receipt", "state", "received", "reasons")
REFUSED = "REFUSED"
"""The state of a row that was not received."""

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_OWNER_ONLY = 0o600
_FORMULA = re.compile(r"(\A|[,;|])(\s*[\"']*\s*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])")
_CANNOT = "The result file cannot be written. Check the folder, or choose another with --result."


class ResultNotWritten(GatewayError):  # noqa: N818 - a state, as the domain names its errors
    """The disk or the folder failed in the middle. What was submitted stands."""

    def __init__(self) -> None:
        super().__init__(
            "The result file can no longer be written. Free some space, then give the same command "
            "again: nothing is sent twice."
        )


@dataclasses.dataclass(frozen=True)
class Item:
    """What became of one row: ``receipt`` is None when it was not received, ``again`` says that
    it was received before, ``errors`` are field key → sentence."""

    row: int
    receipt: str | None
    state: str
    again: bool
    errors: Mapping[str, str]


class ResultFile:
    """A result file that can be read at every moment: it comes into its place with its header,
    each row is one write, and the last version replaces it whole.

    It is readable by its owner only. A file that is none of ours is never written over.
    """

    def __init__(self, path: Path, csv_name: str) -> None:
        """Raises :class:`UsageError` when ``path`` must not be written: it is the CSV file, a
        folder, a link, or a file that holds something else."""
        _refuse_path(path, csv_name)
        self.path = path
        self._file: int | None = None

    def open(self) -> None:
        """Puts a file with nothing but the header into its place. Raises :class:`UsageError`."""
        try:
            self._file = self._replace(_line(COLUMNS))
        except (OSError, ValueError):
            raise UsageError(_CANNOT) from None

    def add(self, item: Item) -> None:
        """Writes the row of ``item``. Raises :class:`ResultNotWritten`."""
        try:
            if self._file is not None:
                _write(self._file, _line(_cells(item)))
        except OSError:
            raise ResultNotWritten from None

    def finish(self, items: Iterable[Item]) -> None:
        """Replaces it by its last version. Raises :class:`ResultNotWritten`; then the rows that
        were added are still there."""
        self.close()
        try:
            self._file = self._replace(b"".join([_line(COLUMNS), *map(_line, map(_cells, items))]))
        except OSError:
            raise ResultNotWritten from None
        finally:
            self.close()

    def close(self) -> None:
        """Lets the file go; it stays as it is."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _replace(self, content: bytes) -> int:
        beside = self.path.with_name(f".{secrets.token_hex(8)}.part")
        file = os.open(beside, _WRITE | _BINARY, _OWNER_ONLY)
        try:
            _write(file, content)
            os.fsync(file)
            beside.replace(self.path)
        except OSError:
            os.close(file)
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
        return file


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def default_result(csv_name: str) -> Path:
    """Where the result goes when nobody says: ``patients.csv`` → ``patients.result.csv``."""
    if csv_name == "-":
        raise UsageError("With --csv - the result file needs a name. Give it with --result.")
    path = Path(csv_name)
    return path.with_name(f"{path.stem}.result.csv")


def harmless(text: str) -> str:
    """``text`` as a cell no spreadsheet takes for a formula, whatever it takes for a separator:
    control and invisible characters are gone, and a formula's first sign has a ' before it."""
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text
                    if unicodedata.category(c) not in ("Cf", "Cs"))  # fmt: skip
    return _FORMULA.sub(r"\1\2'", shown)


def _cells(item: Item) -> tuple[str, ...]:
    received = "no" if item.receipt is None else "before" if item.again else "now"
    reasons = " | ".join(f"{key or 'form'}: {text}" for key, text in item.errors.items())
    return (str(item.row), item.receipt or "", item.state, received, reasons)


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(harmless, cells))
    return line.getvalue().encode()


def _refuse_path(path: Path, csv_name: str) -> None:
    fault = None
    try:
        if path.is_symlink():
            fault = "The result file is a link. Name the file itself with --result."
        elif path.is_dir():
            fault = "The result file is a folder. Name a file in it with --result."
        elif path.exists() and csv_name != "-" and path.samefile(csv_name):
            fault = "The result file is the CSV file itself. Choose another with --result."
        elif path.exists() and not _is_ours(path):
            fault = (
                "The result file exists and holds something else. Choose another with --result, or "
                "move it away."
            )
    except (OSError, ValueError):
        fault = _CANNOT
    if fault is not None:
        raise UsageError(fault)


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(len(_line(COLUMNS)))
    return start in (b"", _line(COLUMNS))
