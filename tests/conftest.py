"""What every test shares: no network but this machine, and no silent skip in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: they are the slowest, and their driver keeps an event loop.

    They need a Chromium. Where there is none they are skipped, with the reason; in CI that is
    a failure.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    reason = "no Chromium on this machine: install the package chromium to run browser tests"
    for item in items:
        if item.get_closest_marker("browser") is not None:
            if os.environ.get("CI"):
                raise pytest.UsageError(reason)
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the developer's own token or data folder."""
    for name in list(os.environ):
        if name.startswith(("HUBSPOT_", "GATEWAY_", "OIDC_")):
            monkeypatch.delenv(name)
