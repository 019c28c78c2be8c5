"""The commands as a person runs them: a shell each, the emulator in its own process."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments], cwd=PROJECT, input=stdin, text=True,
            env={**os.environ, **self.environ, **more}, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr
        assert "pat-na1" not in done.stdout + done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    def answers(self, **answers: Any) -> str:
        """A file of answers."""
        path = self.folder / "answers.json"
        path.write_text(json.dumps(answers), encoding="utf-8")
        return str(path)


@pytest.fixture(scope="session")
def emulator() -> Iterator[dict[str, Any]]:
    """``python -m gateway emulator`` in another shell, and the JSON line it printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "emulator", "--port", "0"],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture
def shell(emulator: dict[str, Any], tmp_path: Path) -> Shell:
    """A shell with the token the emulator printed."""
    environ = {
        "HUBSPOT_ACCESS_TOKEN": emulator["access_token"],
        "HUBSPOT_API_BASE": emulator["api_base"],
        "HUBSPOT_FORMS_BASE": emulator["forms_base"],
        "GATEWAY_DATA_DIR": str(tmp_path / "data"),
    }
    return Shell(environ, tmp_path)
