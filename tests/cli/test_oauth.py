"""The commands about the app's installation."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from samples import ANSWERS, PATIENT


@pytest.fixture
def oauth(account: Any, shell: Any) -> Any:
    """A shell whose gateway gets its tokens by OAuth."""
    banner = account.banner
    shell.environ |= {
        "HUBSPOT_ACCESS_TOKEN": "",
        "HUBSPOT_CLIENT_ID": banner["client_id"],
        "HUBSPOT_CLIENT_SECRET": banner["client_secret"],
        "HUBSPOT_PORTAL_ID": str(banner["portal_id"]),
    }
    return shell


def back(link: str) -> str:
    """The address a browser ends at that opens an install link."""
    return requests.get(link, allow_redirects=False, timeout=10).headers["Location"]


def test_from_nothing_to_installed_and_back(oauth: Any) -> None:
    """Each command says where things stand, in words and as a document, and its exit code too."""
    before = oauth("oauth", "status")
    assert (before.code, "not installed in HubSpot yet" in before.out) == (1, True)
    assert "/oauth/callback" in before.out
    closed = oauth("submit", PATIENT, "--answers", oauth.answers(**ANSWERS[PATIENT]))
    assert (closed.code, "oauth install-url" in closed.err) == (3, True)
    files = oauth("hsmeta", "--auth", "oauth", "--out", str(oauth.folder / "app"), "--json")
    assert (files.code, files.document["requiredScopes"]) == (0, ["forms"]), files.err
    auth = json.loads((oauth.folder / "app" / "app-hsmeta.json").read_text())["config"]["auth"]
    assert auth["redirectUrls"] == ["http://localhost:8501/oauth/callback"]
    assert "crm.objects.contacts.sensitive.write" in auth["optionalScopes"]
    made = oauth("oauth", "install-url", "--optional", "reveal", "--json")
    assert made.code == 0
    assert made.document["scopes"] == ["forms", "oauth"]
    assert "crm.objects.contacts.sensitive.read" in made.document["optional"]
    address = back(made.document["url"])
    done = oauth("oauth", "exchange", stdin=address + "\n")
    assert (done.code, "The app is installed. Account" in done.out) == (0, True)
    again = oauth("oauth", "exchange", "--json", stdin=address)
    assert (again.code, again.document["error"]["code"]) == (1, "InstallRefused")
    assert "used before" in again.document["error"]["message"]
    now = oauth("oauth", "status", "--json")
    assert (now.code, now.document["installed"], now.document["ended"]) == (0, True, None)
    assert now.document["renews_at"] > now.document["renewed_at"]
    sent = oauth("submit", PATIENT, "--answers", oauth.answers(**ANSWERS[PATIENT]), "--json")
    assert (sent.code, sent.document["state"]) == (0, "DELIVERED"), sent.err
    asked = oauth("oauth", "revoke")
    assert (asked.code, "--yes" in asked.err, asked.out) == (1, True, "Nothing was ended.\n")
    ended = oauth("oauth", "revoke", "--yes", "--json")
    assert (ended.code, ended.document["ended"]) == (0, "withdrawn")
    found = oauth("doctor", "--json").document["findings"]
    assert "app_not_installed" in {one["code"] for one in found}
    for run in (before, made, done, again, now, ended):
        assert oauth.environ["HUBSPOT_CLIENT_SECRET"] not in run.out + run.err
    for run in (done, again, now, sent, ended):
        assert address.partition("code=")[2][:20] not in run.out + run.err


@pytest.mark.parametrize(
    ("stdin", "code", "sentence"),
    [
        ("", 2, "Nothing came on standard input"),
        ("\n", 2, "Nothing came on standard input"),
        ("not a code\n", 1, "does not take this code"),
        ("12345678-1234\n", 1, "not the answer to an install link"),
        ("http://x/oauth/callback?code=12345678&state=1\n", 1, "not the answer to an install link"),
        ("http://x/oauth/callback?error=access_denied\n", 1, "not the answer to an install link"),
        ("http://[x?code=1&state=2\n", 1, "not the answer to an install link"),
        ("code=" + "x" * 9000, 1, "not the answer to an install link"),
    ],
)
def test_what_is_no_answer(oauth: Any, stdin: str, code: int, sentence: str) -> None:
    """Whatever comes in place of a code gets a sentence."""
    run = oauth("oauth", "exchange", stdin=stdin)
    assert (run.code, sentence in run.err) == (code, True), run.err


def test_a_fixed_token_has_nothing_to_install(shell: Any) -> None:
    """With a private app's token the commands say so."""
    told = shell("oauth", "status", "--json")
    assert (told.code, told.document["oauth"]) == (0, False)
    assert "HUBSPOT_CLIENT_ID" in shell("oauth", "install-url").err
    assert shell("oauth", "revoke", "--yes").code == 1


def test_the_account_is_to_be_named(oauth: Any) -> None:
    """Without it the link could lead into anybody's account."""
    run = oauth("oauth", "install-url", HUBSPOT_PORTAL_ID="")
    assert (run.code, "HUBSPOT_PORTAL_ID" in run.err) == (1, True)
