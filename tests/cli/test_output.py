"""What a command prints reaches every terminal, and what it could not read stays unsaid."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cli.conftest import PROJECT
from described import field, snapshot
from samples import ANSWERS, PATIENT

from gateway.cli.answers_file import MAX_ANSWERS_BYTES, read_answers_file
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.cli.views import report_text
from gateway.domain.locks import Approval
from gateway.policy.gate import examine

NAME = "Aufnahme für Łódź – 受付 😀"
CANARY = "canary-078051120"


@pytest.fixture
def renamed(emulator: dict[str, Any]) -> Iterator[str]:
    """The patients' form under a name that ASCII cannot write; its id."""
    form = next(f["id"] for f in emulator["forms"] if f["name"] == PATIENT)
    address = f"{emulator['api_base']}/_emulator/forms/{form}"
    requests.patch(address, json={"name": NAME}, timeout=10).raise_for_status()
    yield form
    requests.patch(address, json={"name": PATIENT}, timeout=10).raise_for_status()


@pytest.mark.parametrize(
    "terminal",
    [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "ascii:strict"},
     {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "strict", "C"],
)  # fmt: skip
def test_a_terminal_without_the_letters(renamed: str, shell: Any, terminal: dict[str, str]) -> None:
    """What was accepted is told with exit 0: letters the terminal lacks are spelt out, and a
    document stays the same document."""
    answers = shell.answers(**ANSWERS[PATIENT])
    told = shell.process("check", renamed, **terminal)
    assert told.code == 0
    assert "\\u0141" in told.out
    document = shell.process("submit", renamed, "--answers", answers, "--json", **terminal)
    assert (document.code, document.document["state"]) == (0, "DELIVERED")
    assert document.document["form"] == renamed


def test_a_terminal_with_the_letters(renamed: str, shell: Any) -> None:
    """Where they can be written, they are."""
    run = shell.process("check", renamed, "--json", PYTHONIOENCODING="utf-8")
    assert NAME in run.out


@pytest.mark.parametrize("as_json", [True, False])
def test_no_name_commands_the_terminal(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """HubSpot's labels and values reach a terminal without control characters, those of one byte
    above ASCII among them, and without what turns the rest of a line round; a document stays the
    same document."""
    label = "x\x1b[2J\x9b2J\x7f\x85\x00\u202ey\u2066\tz"
    Out(json=as_json).answer({"label": label}, label)
    told = capsys.readouterr().out
    assert [one for one in told if unicodedata.category(one) in ("Cc", "Cf") and one != "\n"] == []
    assert not as_json or json.loads(told) == {"label": label}


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all it is chained to, shown or hidden."""
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None:
            yield one
            waiting += [one.__context__, one.__cause__]


@pytest.mark.parametrize(
    "content",
    [
        f'{{"ssn": "{CANARY}"'.encode(),
        f'{{"ssn": "{CANARY}"}} x'.encode(),
        f'{{"ssn": "{CANARY}", "ssn": "{CANARY}"}}'.encode(),
        f'"{CANARY}"'.encode(),
        f'{{"ssn": "{CANARY}'.encode() + b'\xff"}',
        f'{{"ssn": "{CANARY}", "n": {"9" * 5000}}}'.encode(),
        f'{{"ssn": "{CANARY}", "n": {"[" * 100_000}'.encode(),
        b" " * (MAX_ANSWERS_BYTES + 1),
    ],
    ids=["open", "more", "twice", "text", "latin", "digits", "deep", "large"],
)
def test_no_error_is_chained_to_the_answers(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file or from standard input: nothing an error leads to holds what was read."""
    file = tmp_path / "answers.json"
    file.write_bytes(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    for name in (str(file), "-"):
        with pytest.raises(UsageError) as caught:
            read_answers_file(name)
        for one in chain(caught.value):
            assert CANARY not in f"{one!s} {one!r} {vars(one)} {getattr(one, 'object', '')!r}"
        assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["nowhere.json", ".", "a\0b", "x" * 5000])
def test_a_file_that_cannot_be_opened(name: str) -> None:
    """A name no file has is told as such."""
    with pytest.raises(UsageError, match="Check its name"):
        read_answers_file(name)


def test_good_answers_are_read(tmp_path: Path) -> None:
    """One JSON object comes back as it is."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"email": "a@b.example"}), encoding="utf-8")
    assert read_answers_file(str(file)) == {"email": "a@b.example"}


def test_a_report_names_every_fault_of_a_field() -> None:
    """Not only the gravest: whoever puts a form right wants to do it once."""
    twice = [field(fieldType="hologram")] * 2
    one = examine(snapshot(twice, []), None, approval=Approval(required=False))
    told = report_text(one)
    codes = {found.code for found in one.errors}
    assert codes >= {"field_type_unknown", "field_duplicate", "property_missing"}
    assert all(found.message in told for found in one.findings)


def _redirected(shell: Any, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "gateway", *arguments],
        cwd=PROJECT, env={**os.environ, **shell.environ, "PYTHONUNBUFFERED": ""}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_an_answer_that_cannot_be_written(more: tuple[str, ...], shell: Any) -> None:
    """A full standard output is told in one sentence, without a traceback, exit code 1."""
    run = _redirected(shell, ">/dev/full", "check", PATIENT, *more)
    assert run.returncode == 1
    assert "standard output takes no more" in run.stderr
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        ("<&-", 2, "A value is missing on standard input"),
        (">&-", 2, "A value is missing on standard input"),
        ("2>&-", 2, ""),
        ("2>/dev/full", 2, ""),
        ("<&- >&- 2>&-", 2, ""),
    ],
)
def test_closed_streams(redirection: str, code: int, said: str, shell: Any) -> None:
    """A stream the caller closed is none to read from or to write to; what was meant for it goes
    nowhere else."""
    run = _redirected(shell, redirection, "search", "--email")
    assert run.returncode == code
    assert said in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code"), [(("check", "--all", "--json"), 1), (("check", "--help"), 0)]
)
def test_a_reader_that_has_gone(arguments: tuple[str, ...], code: int, shell: Any) -> None:
    """What a pipe's other end does not read changes no exit code, and makes no noise."""
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments], cwd=PROJECT, stdin=subprocess.DEVNULL,
        stdout=write, stderr=subprocess.PIPE, text=True, timeout=300, check=False,
        env={**os.environ, **shell.environ, "PYTHONUNBUFFERED": ""},
    )  # fmt: skip
    os.close(write)
    assert run.returncode == code
    assert "BrokenPipe" not in run.stderr


def test_nobody_to_say_yes(shell: Any) -> None:
    """With standard input closed nothing is approved, and what to do is told."""
    run = _redirected(shell, "<&-", "approve", PATIENT)
    assert run.returncode == 1
    assert "Give --yes" in run.stderr


INTERRUPTED_START = """
import runpy, sys

class Interrupt:
    def find_spec(self, name, *others):
        if name == "gateway.cli.main":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
runpy.run_module("gateway", run_name="__main__")
"""


def test_an_interrupt_while_it_starts() -> None:
    """Ctrl+C before the first word is no traceback either."""
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_START], cwd=PROJECT, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
