"""Several processes with one installation: one of them renews, and what becomes of one that dies
while it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from gateway.bootstrap import open_gateway
from gateway.domain.grants import Ended
from gateway.domain.hubspot_errors import NotInstalled
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

PROJECT = Path(__file__).resolve().parents[2]
TOKEN_PATH = "/oauth/v3/token"
LIFE_S = 1.0

PROCESS = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from gateway.bootstrap import open_gateway
from gateway.settings import load_settings
from gateway.usecases.installation import Installation
gateway = open_gateway(load_settings(json.loads(sys.argv[1]), None))
hubspot = gateway._worker._delivery._hubspot
if sys.argv[2] == "dies":
    Installation.keep = lambda *_, **__: os._exit(9)
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(4) as pool:
    answers = list(pool.map(lambda _: hubspot.account().details.portal_id, range(4)))
print(json.dumps(answers), flush=True)
gateway.close()
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def environ(emulator: Emulator, url: str, tmp_path: Path) -> dict[str, str]:
    """What every process of the installation is started with."""
    emulator.portal.reset()
    return {
        "HUBSPOT_CLIENT_ID": emulator.client_id,
        "HUBSPOT_CLIENT_SECRET": emulator.client_secret,
        "HUBSPOT_PORTAL_ID": str(emulator.portal_id),
        "HUBSPOT_API_BASE": emulator.api_base,
        "GATEWAY_DATA_DIR": str(tmp_path / "gateway"),
        "GATEWAY_DATABASE_URL": url,
    }


@pytest.fixture
def gateway(emulator: Emulator, environ: dict[str, str]) -> Iterator[Gateway]:
    """Installed with a token that lives for a second; every later one lives long."""
    with open_gateway(load_settings(environ, None)) as opened:
        emulator.portal.amend_switches(token_life=LIFE_S)
        link = opened.oauth.install_link(by=LOCAL_OPERATOR).url
        back = requests.get(link, allow_redirects=False, timeout=10).headers["Location"]
        opened.oauth.exchange(back, by=LOCAL_OPERATOR)
        emulator.portal.amend_switches(token_life=1800.0, oauth_rotates_refresh_token=True)
        yield opened


def started(environ: dict[str, str], how: str = "lives") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, json.dumps(environ), how],
        env={**os.environ, **environ}, cwd=PROJECT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def go(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


def asked(emulator: Emulator) -> int:
    return sum(entry.path == TOKEN_PATH for entry in emulator.portal.journal.entries())


def until_ended(gateway: Gateway) -> None:
    row = gateway._store.grants.read()
    assert row is not None
    time.sleep(max(0.0, (row.grant.expires_ms - row.now_ms) / 1000) + 0.05)


def test_two_processes_renew_once(
    emulator: Emulator, environ: dict[str, str], gateway: Gateway
) -> None:
    """Eight threads of two processes need a token at the same moment, HubSpot takes its time and
    changes the refresh token: it is asked once, and all go on."""
    both = [started(environ) for _ in range(2)]
    try:
        assert [said(one) for one in both] == ["ready", "ready"]
        until_ended(gateway)
        before = asked(emulator)
        emulator.portal.faults.add("token", "slow", 1, 1.0)
        for one in both:
            go(one)
        answers = [json.loads(said(one)) for one in both]
        assert answers == [[emulator.portal_id] * 4] * 2
        assert asked(emulator) == before + 1
        assert {one.wait(60) for one in both} == {0}
    finally:
        for one in both:
            one.kill()
            one.communicate(timeout=60)
    row = gateway._store.grants.read()
    assert row is not None
    assert (row.version, row.grant.ended) == (2, None)


@pytest.mark.sqlite
@pytest.mark.parametrize("rotates", [False, True])
def test_killed_between_the_answer_and_the_commit(
    emulator: Emulator, environ: dict[str, str], gateway: Gateway, rotates: bool
) -> None:
    """Where HubSpot leaves the refresh token as it is, the next one renews and nothing is lost.
    Where it changes it, it is gone, and that is told as what it is: the app has to be installed
    again."""
    emulator.portal.amend_switches(oauth_rotates_refresh_token=rotates)
    with started(environ, "dies") as one:
        assert said(one) == "ready"
        until_ended(gateway)
        before = asked(emulator)
        go(one)
        assert one.wait(60) == 9
    assert asked(emulator) == before + 1
    # As if its lease had run out.
    gateway._store._writer.run(lambda c: c.execute(text("UPDATE grants SET until_ms = 0")))
    account: Callable[[], Any] = gateway._worker._delivery._hubspot.account
    if not rotates:
        assert account().details.portal_id == emulator.portal_id
        return
    with pytest.raises(NotInstalled):
        account()
    assert gateway.oauth.status(by=LOCAL_OPERATOR).ended is Ended.REVOKED
