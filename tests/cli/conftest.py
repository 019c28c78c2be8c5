"""The commands as a person runs them. The emulator has a process of its own; a command has one
where it matters (signals, terminals, kill -9), and is called in this process elsewhere."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from samples import PATIENT

from gateway.domain.forms import FormDefinition
from gateway.emulator import Emulator
from gateway.intake.csv_rows import CsvRows

PROJECT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Run:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


@dataclasses.dataclass
class Shell:
    """Runs commands with an environment of their own."""

    environ: dict[str, str]
    folder: Path

    def __call__(self, *arguments: str, stdin: str = "", **more: str) -> Run:
        """The command, called in this process."""
        from gateway.cli.main import main

        out, err = _stream(), _stream()
        terminated = signal.getsignal(signal.SIGTERM)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**self.environ, **more}.items():
                patch.setenv(name, value)
            patch.chdir(PROJECT)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            try:
                code = main(arguments)
            except SystemExit as usage:
                code = int(usage.code or 0)
            finally:
                signal.signal(signal.SIGTERM, terminated)
        return _checked(Run(code, _written(out), _written(err)))

    def process(self, *arguments: str, stdin: str = "", **more: str) -> Run:
        """The command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments], cwd=PROJECT, input=stdin, text=True,
            env={**os.environ, **self.environ, **more}, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return _checked(Run(done.returncode, done.stdout, done.stderr))

    def started(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """The command in a process of its own, still running."""
        return subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments], cwd=PROJECT, text=True,
            env={**os.environ, **self.environ, **more},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def answers(self, **answers: Any) -> str:
        """A file of answers."""
        path = self.folder / "answers.json"
        path.write_text(json.dumps(answers), encoding="utf-8")
        return str(path)

    def csv(self, rows: list[dict[str, Any]], name: str = "rows.csv", **how: Any) -> Path:
        """A CSV file with a column for every key."""
        path = self.folder / name
        columns = list(dict.fromkeys(key for row in rows for key in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", **how)
            writer.writeheader()
            writer.writerows(rows)
        return path


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]  # a BytesIO, as made


def _checked(run: Run) -> Run:
    assert "Traceback" not in run.out + run.err
    assert "Unexpected fault" not in run.err, run.err
    assert "pat-na1" not in run.out + run.err
    return run


@dataclasses.dataclass(frozen=True)
class Account:
    """An emulated account in another process: the JSON line it printed, and its back door."""

    banner: dict[str, Any]

    def ask(self, method: str, path: str, **json_body: Any) -> Any:
        """A call of the emulator's own routes."""
        answer = requests.request(
            method,
            f"{self.banner['api_base']}/_emulator/{path}",
            json=json_body or None,
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def start_again(self) -> None:
        """Back to the seed, without faults. Many commands follow one another here, so it has no
        limit; its limits have tests of their own."""
        self.ask("DELETE", "faults")
        self.ask("POST", "reset")
        self.ask("PATCH", "switches", rate_limit=0)

    def stored(self) -> int:
        """How many submissions it has stored."""
        return int(self.ask("GET", "submissions/count")["count"])

    def environ(self, folder: Path, **more: str) -> dict[str, str]:
        """What a shell needs to use it."""
        return {
            "HUBSPOT_ACCESS_TOKEN": self.banner["access_token"],
            "HUBSPOT_API_BASE": self.banner["api_base"],
            "HUBSPOT_FORMS_BASE": self.banner["forms_base"],
            "GATEWAY_DATA_DIR": str(folder / "data"),
            **more,
        }


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """``python -m gateway emulator`` in another shell."""
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "emulator", "--port", "0"],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        account = Account(json.loads(process.stdout.readline()))
        account.start_again()
        yield account
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture(scope="session")
def emulator(account: Account) -> dict[str, Any]:
    """The JSON line the emulator printed."""
    return account.banner


@pytest.fixture
def shell(account: Account, tmp_path: Path) -> Shell:
    """A shell with the token the emulator printed."""
    return Shell(account.environ(tmp_path), tmp_path)


@pytest.fixture
def quick(account: Account, tmp_path: Path) -> Iterator[Shell]:
    """A shell without a limit over an account that has stored nothing yet."""
    account.start_again()
    yield Shell(account.environ(tmp_path, GATEWAY_RATE_LIMIT="0"), tmp_path)
    account.start_again()


@pytest.fixture(scope="session")
def columns_of() -> Callable[[str], CsvRows]:
    """The columns of a seeded form, by the form's name."""
    seeded = Emulator()
    seeded.stop()
    forms = {form["name"]: form for form in seeded.portal.forms.values()}
    return lambda name: CsvRows(msgspec.convert(forms[name], FormDefinition))


@pytest.fixture(scope="session")
def columns(columns_of: Callable[[str], CsvRows]) -> CsvRows:
    """The columns of the patients' form."""
    return columns_of(PATIENT)
