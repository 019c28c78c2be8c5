"""From the install link to the first tokens."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

BACK = "http://127.0.0.1:9/oauth/back?x=1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
EDITIONS = ["v1", "v3", "2026-03", "2026-09"]


def install(hub, **changes):
    asked = {
        "client_id": hub.emulator.client_id,
        "redirect_uri": BACK,
        "scope": "forms crm.objects.contacts.read",
        "state": "s&1 ü",
        **changes,
    }
    kept = {key: value for key, value in asked.items() if value is not None}
    return hub.get("/oauth/authorize", token=None, params=kept)


def told(answer):
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {key: values[-1] for key, values in query.items()}


def exchange(hub, edition="v3", **changes):
    fields = {
        "grant_type": "authorization_code",
        "client_id": hub.emulator.client_id,
        "client_secret": hub.emulator.client_secret,
        "redirect_uri": BACK,
        **changes,
    }
    kept = {key: value for key, value in fields.items() if value is not None}
    return hub.call("POST", f"/oauth/{edition}/token", token=None, data=kept)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_code_brings_tokens_with_the_scopes_agreed_to(hub, edition):
    """The person comes back with a code and the state; the code is worth both tokens, once."""
    back = told(install(hub, optional_scope="tickets not.held"))
    assert back["state"] == "s&1 ü"
    assert back["x"] == "1"
    body = exchange(hub, edition, code=back["code"]).json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 1800)
    scopes = hub.get(f"/oauth/v1/access-tokens/{body['access_token']}", token=None).json()["scopes"]
    assert set(scopes) == {"forms", "crm.objects.contacts.read", "tickets", "oauth"}
    assert hub.get("/marketing/v3/forms", token=body["access_token"]).ok
    again = exchange(hub, edition, code=back["code"])
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


def test_the_first_generation_says_four_things(hub):
    """Later generations add the account, the person and the scopes."""
    first = exchange(hub, "v1", code=told(install(hub))["code"]).json()
    assert set(first) == {"access_token", "refresh_token", "expires_in", "token_type"}
    later = exchange(hub, "v3", code=told(install(hub))["code"]).json()
    assert later["hub_id"] == hub.emulator.portal_id
    assert later["scopes"] == ["forms", "crm.objects.contacts.read", "oauth"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "another"},
        {"redirect_uri": None},
        {"redirect_uri": "http://elsewhere.example/back"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://app.example/back#part"},
        {"redirect_uri": "https://app.example:port/"},
        {"redirect_uri": "https://app.example/\r\nX-Evil: 1"},
        {"redirect_uri": "https://[/"},
        {"scope": None},
        {"scope": " "},
        {"scope": "forms made.up"},
        {"code_challenge": "x", "code_challenge_method": "S1"},
    ],
)
def test_a_wrong_link_gets_a_page_and_no_way_back(hub, changes):
    """Whoever asks wrongly is not sent anywhere, and the page repeats nothing."""
    answer = install(hub, **changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "elsewhere.example" not in answer.text


def test_the_link_may_name_the_account(hub):
    """Both forms of the install link are served; another account is not here."""
    asked = {"client_id": hub.emulator.client_id, "redirect_uri": BACK, "scope": "forms"}
    path = f"/oauth/{hub.emulator.portal_id}/authorize"
    assert hub.get(path, token=None, params=asked).status_code == 302
    assert hub.get("/oauth/1/authorize", token=None, params=asked).status_code == 400


def test_the_account_can_have_fewer_scopes(hub):
    """A required scope it lacks ends the installation; an optional one is dropped silently."""
    everything = hub.portal.grantable_scopes
    try:
        assert hub.admin("PATCH", "oauth", {"scopes": ["forms"]}).ok
        assert install(hub).status_code == 400
        answer = install(hub, scope="forms", optional_scope="crm.objects.contacts.read")
        body = exchange(hub, code=told(answer)["code"]).json()
        assert body["scopes"] == ["forms", "oauth"]
    finally:
        hub.portal.grantable_scopes = everything


def test_the_page_asks_a_person(hub):
    """With the switch the scopes are shown, escaped; both buttons lead back, one with a code."""
    hub.portal.amend_switches(oauth_consent_page=True)
    page = install(hub, state='"><script>x')
    assert page.status_code == 200
    assert "crm.objects.contacts.read" in page.text
    assert "<script>" not in page.text
    asked = {"client_id": hub.emulator.client_id, "redirect_uri": BACK, "scope": "forms",
             "state": "7"}  # fmt: skip
    post = {"answer": "grant", **asked}
    yes = told(hub.call("POST", "/oauth/authorize", token=None, data=post))
    assert set(yes) == {"x", "code", "state"}
    no = told(hub.call("POST", "/oauth/authorize", token=None, data=asked))
    assert (no["error"], no["state"]) == ("access_denied", "7")


@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "status"),
    [
        (CHALLENGE, "S256", VERIFIER, 200),
        (CHALLENGE, "S256", "w" * 43, 400),
        (CHALLENGE, "S256", None, 400),
        (VERIFIER, None, VERIFIER, 200),
        (VERIFIER, "plain", CHALLENGE, 400),
        (None, None, VERIFIER, 200),
    ],
)
def test_the_verifier_proves_who_began(hub, challenge, method, verifier, status):
    """PKCE, hashed and plain: a code that was challenged is worth nothing without its verifier."""
    answer = install(hub, code_challenge=challenge, code_challenge_method=method)
    got = exchange(hub, code=told(answer)["code"], code_verifier=verifier)
    assert got.status_code == status


def test_a_code_belongs_to_its_address(hub):
    """The redirect address of the exchange is the one of the link."""
    code = told(install(hub))["code"]
    answer = exchange(hub, code=code, redirect_uri="http://127.0.0.1:9/other")
    assert (answer.status_code, answer.json()["status"]) == (400, "BAD_REDIRECT_URI")


def test_a_code_does_not_wait(hub, monkeypatch):
    """A code that is too old is unknown."""
    monkeypatch.setattr("gateway.emulator.oauth.install.CODE_LIFE", -1.0)
    answer = exchange(hub, code=told(install(hub))["code"])
    assert answer.json()["status"] == "BAD_AUTH_CODE"
