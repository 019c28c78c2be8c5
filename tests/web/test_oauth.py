"""The way back from an install link: a plain page, once per link, and nothing of it in a log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from gateway.bootstrap import open_gateway
from gateway.domain.grants import CALLBACK, INSTALL_REFUSALS, InstallRefusal
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.web.loopback import refusal
from gateway.web.oauth import STATUSES

PROJECT = Path(__file__).resolve().parents[2]
PROXIED = {"X-Forwarded-For": "203.0.113.9", "Via": "1.1 x"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def environment(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        "HUBSPOT_CLIENT_ID": emulator.client_id,
        "HUBSPOT_CLIENT_SECRET": emulator.client_secret,
        "HUBSPOT_PORTAL_ID": str(emulator.portal_id),
        "HUBSPOT_API_BASE": emulator.api_base,
        "GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("oauth") / "data"),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app-oauth")


@pytest.fixture(scope="module")
def app(start_for_all: Any, environment: dict[str, str], folder: Path) -> Iterator[str]:
    with start_for_all(PROJECT / "app.py", folder / "run", "/healthz", **environment) as address:
        yield address


def asked_link(environment: dict[str, str]) -> str:
    """A new install link, made by another process's gateway on the same outbox."""
    with open_gateway(load_settings(environment, None)) as gateway:
        return gateway.oauth.install_link(by=LOCAL_OPERATOR).url


def test_every_refusal_has_a_sentence_and_a_status() -> None:
    """Both tables are complete, and each sentence says what to do."""
    assert set(STATUSES) == set(INSTALL_REFUSALS) == set(InstallRefusal)
    assert all(sentence.endswith(".") for sentence in INSTALL_REFUSALS.values())


def test_only_a_plain_get_may_come_through_a_proxy() -> None:
    """What is known by its link's secret may come from outside; nothing else at its path may."""
    scope = {"type": "http", "client": ("203.0.113.9", 1), "scheme": "http", "path": CALLBACK,
             "method": "GET", "headers": [(b"host", b"intake.example"), (b"via", b"1.1 x")]}  # fmt: skip
    assert refusal(scope) is None
    for other in ({"method": "POST"}, {"method": "HEAD"}, {"path": CALLBACK + "/"},
                  {"type": "websocket"}):  # fmt: skip
        assert refusal({**scope, **other}) is not None
    assert refusal({**scope, "headers": [*scope["headers"], (b"origin", b"null")]}) == "origin"


def test_the_way_back(app: str, environment: dict[str, str], folder: Path) -> None:
    """From the command's link through HubSpot to the page that says it is done; the second time,
    a changed state, an error of HubSpot's and nothing at all each get a sentence, and neither
    code nor state is in any page or log."""
    link = asked_link(environment)
    with requests.Session() as browser:
        browser.trust_env = False
        back = browser.get(link, allow_redirects=False, timeout=10).headers["Location"]
        asked = {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()}
        here = app + CALLBACK
        assert browser.head(here, params=asked, timeout=20).status_code == 405
        assert browser.post(here, params=asked, timeout=20).status_code == 405
        foreign = browser.get(here, params=asked, headers={"Host": "other.example"}, timeout=20)
        assert foreign.status_code == 404
        bent = {**asked, "state": asked["state"][:-1] + "-"}
        told = [
            browser.get(here, params=bent, timeout=20),
            browser.get(here, params={"code": asked["code"]}, timeout=20),
            browser.get(here, params=[*asked.items(), ("state", "x")], timeout=20),
            browser.get(here, timeout=20),
            browser.get(here, params={"error": "access_denied", "state": "x"}, timeout=20),
        ]
        assert {answer.status_code for answer in told} == {403}
        done = browser.get(here, params=asked, headers=PROXIED, timeout=20)
        assert (done.status_code, "The app is installed." in done.text) == (200, True)
        assert done.headers["Cache-Control"] == "no-store"
        assert done.headers["Referrer-Policy"] == "no-referrer"
        again = browser.get(here, params=asked, timeout=20)
        assert again.status_code == 403
        assert "used before" in again.text
        no = parse_qs(urlsplit(asked_link(environment)).query)["state"][0]
        denied = browser.get(here, params={"error": "access_denied", "state": no}, timeout=20)
        assert "somebody said no" in denied.text
        assert requests.get(app + "/readyz", timeout=20).json() == {"ready": True, "cause": "ready"}
    log = (folder / "run" / "log.txt").read_text()
    for secret in (asked["code"], asked["state"], asked["state"].split(".")[1], no, bent["state"]):
        assert secret not in log
        assert not [a for a in (*told, done, again, denied) if secret in a.text]
