"""The app's installation on the page Set-up, over a real gateway that has none yet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway import bootstrap
from gateway.domain.grants import ENDED_WORDS, Connection, Ended, Grant
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.ui.oauth import section
from gateway.usecases.gateway import Gateway

AT_MS = 1_800_000_000_000
GRANT = Grant(1, 4711, ("forms", "oauth"), AT_MS, AT_MS, AT_MS + 1_800_000, None)


@pytest.fixture(scope="module")
def gateway(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """In place of the one with a fixed token."""
    folder: Path = tmp_path_factory.mktemp("data")
    settings = load_settings(
        {
            "HUBSPOT_CLIENT_ID": emulator.client_id,
            "HUBSPOT_CLIENT_SECRET": emulator.client_secret,
            "HUBSPOT_PORTAL_ID": str(emulator.portal_id),
            "HUBSPOT_API_BASE": emulator.api_base,
            "GATEWAY_DATA_DIR": str(folder),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as opened:
        bootstrap.serve(opened)
        yield opened
        bootstrap.serve(None)


def test_from_the_page_to_an_installation(screen: Any, gateway: Gateway) -> None:
    """The page says that there is none and makes a link; once it was answered the page shows
    account, scopes and the next renewal."""
    screen.go("setup.py")
    page = screen.html()
    assert ENDED_WORDS[Ended.NEVER] in page
    assert "app_not_installed" in page
    assert "/oauth/callback" in page
    screen.press("Make an install link")
    found = re.search(r'href="(http[^"]+/authorize[^"]+)"', screen.html())
    assert found is not None
    link = html.unescape(found[1])
    back = requests.get(link, allow_redirects=False, timeout=10).headers["Location"]
    gateway.oauth.exchange(back, by=LOCAL_OPERATOR)
    screen.press("Look again")
    page = screen.html()
    assert "The app is installed, and its token is renewed by itself." in page
    assert "Token renews at" in page
    assert "crm.objects.contacts.sensitive.write" in page
    assert "app_not_installed" not in page
    assert "access_token" not in page


@pytest.mark.parametrize("ended", Ended)
def test_each_end_has_words(ended: Ended) -> None:
    """Whatever ended an installation, the page says so and what to do."""
    shown = section(
        Connection(True, "https://x.example/oauth/callback", _ended(ended), None), AT_MS
    )
    assert html.escape(ENDED_WORDS[ended]) in shown
    assert "Make a link" in shown
    assert 'data-tone="stopped"' in shown


def _ended(why: Ended) -> Grant | None:
    if why is Ended.NEVER:
        return None
    return Grant(1, 4711, (), AT_MS, AT_MS, AT_MS, why)


def test_what_is_installed_is_told(emulator: Emulator) -> None:
    """Account and scopes, without anything that could be markup."""
    shown = section(Connection(True, 'https://x/"><b>', GRANT, AT_MS + 1000), AT_MS)
    assert "4711" in shown
    assert "<code>forms</code>" in shown
    assert "<b>" not in shown
    assert set(ENDED_WORDS) == set(Ended)
