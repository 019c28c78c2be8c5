"""What every test shares: no network but this machine, no silent skip in CI, and which tests
run side by side."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LISTENED_TO = {"gateway", "requests", "urllib3"}

# How fast a machine draws examples, or makes its first table of characters, says nothing about us.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--late 800`` draws pages as on a machine that is busy, so that a test which only passes
    on a quick one is found here."""
    parser.addoption(
        "--late", type=int, default=0, metavar="MS",
        help="every message between page and app is up to so many milliseconds late",
    )  # fmt: skip


class OneFileAfterTheOther(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Side by side, a file's tests stay together; those with a browser all stay with one worker,
    so that a page is never drawn beside another."""

    def _split_scope(self, nodeid: str) -> str:
        scope = str(super()._split_scope(nodeid))
        return "tests/browser" if scope.startswith("tests/browser/") else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneFileAfterTheOther:
    """How ``pytest -n`` shares the tests out."""
    return OneFileAfterTheOther(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come first: they are the slowest, and one worker has all of them.

    They need a Chromium. Where there is none they are skipped, with the reason; in CI that is
    a failure.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    reason = "no Chromium on this machine: install the package chromium to run browser tests"
    for item in items:
        if item.get_closest_marker("browser") is not None:
            if os.environ.get("CI"):
                raise pytest.UsageError(reason)
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _no_silence() -> None:
    """What another test ran may have silenced the log, whole or in part: HubSpot's own SDK lets the
    HTTP library speak of warnings only. A test that looks for a value in the log must hear all."""
    logging.disable(logging.NOTSET)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _LISTENED_TO:
            logger.setLevel(logging.NOTSET)
            logger.disabled = False


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the developer's own token or data folder."""
    for name in list(os.environ):
        if name.startswith(("HUBSPOT_", "GATEWAY_", "OIDC_")):
            monkeypatch.delenv(name)
