"""Starting and stopping: what is refused, in which words, and that nothing else is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

from gateway.settings.options import SAFE_OPTIONS, unsafe_options
from gateway.web.shell import rewrite

PROJECT = Path(__file__).resolve().parents[2]


def _start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"), "--server.port", "0"],
        cwd=folder, capture_output=True, text=True, timeout=30, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(folder),
             "GATEWAY_DATA_DIR": str(folder / "data"), **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (
            {"HUBSPOT_ACCESS_TOKEN": "x", "GATEWAY_RATE_LIMIT": "many"},
            ["HUBSPOT_ACCESS_TOKEN", "GATEWAY_RATE_LIMIT"],
        ),
        (
            {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true",
             "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full",
             "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"},  # noqa: S104  # the very address that must be refused
            ["browser.gatherUsageStats", "client.showErrorDetails", "server.address"],
        ),
        ({"GATEWAY_KEYS": "/proc/none"}, ["The sealing keys cannot be used"]),
    ],
    ids=["settings", "options", "keys"],
)  # fmt: skip
def test_a_bad_start_ends_with_sentences_and_code_2(
    tmp_path: Path, environment: dict[str, str], named: list[str]
) -> None:
    """Every cause is named at once; there is no trace, and the exit code is 2."""
    ended = _start(tmp_path, **environment)
    assert ended.returncode == 2
    assert all(name in ended.stderr for name in named)
    assert "Traceback" not in ended.stderr + ended.stdout


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    """SIGTERM closes everything in good order, without a trace."""
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"), "--server.port", "0"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path),
             "GATEWAY_DATA_DIR": str(tmp_path / "data")},
    )  # fmt: skip
    assert process.stdout is not None
    assert "is open at http://127.0.0.1:" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=60)[0]
    assert "Sealed Intake is closing." in said
    assert "Traceback" not in said


def test_the_shipped_options_are_safe() -> None:
    """The project's own option file passes, option by option."""
    shipped = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())

    def option(name: str) -> Any:
        section, _, key = name.partition(".")
        return shipped.get(section, {}).get(key, config.get_option(name))

    assert unsafe_options(option) == ()


@pytest.mark.parametrize("name", SAFE_OPTIONS)
def test_each_option_is_really_watched(name: str) -> None:
    """A value nobody chose is found for every option on the list, and named."""
    strange: Any = ["https://example.org"]
    findings = unsafe_options(lambda asked: strange if asked == name else object())
    assert f"The Streamlit option {name} " in " ".join(f.message for f in findings)
    assert {f.code for f in findings} == {"streamlit_option"}


def test_every_option_on_the_list_exists() -> None:
    """An option Streamlit no longer knows would be watched for nothing."""
    for name in SAFE_OPTIONS:
        config.get_option(name)


def test_a_page_of_another_shape_is_not_served() -> None:
    """When a new Streamlit brings another document, the start fails instead of the policy."""
    with pytest.raises(ValueError, match="Streamlit's page has no"):
        rewrite("<!doctype html><html><head><title>x</title></head></html>")
