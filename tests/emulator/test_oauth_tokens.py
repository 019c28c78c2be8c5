"""Refreshing, limiting, looking at and ending tokens."""

from __future__ import annotations

import pytest

from gateway.emulator import Emulator

EDITIONS = ["v1", "v3", "2026-03", "2026-09"]
DETAILS = "/account-info/v3/details"
HOSTILE = [
    b"", b"&&&=", b"\xff\xfe=\x00", b"grant_type=%ff%00", b"a=b;c=d", b"[]", b"{}",
    b"grant_type=refresh_token&refresh_token=" + b"x" * 200_000,
    b"&".join(b"k%d=v" % i for i in range(5000)),
]  # fmt: skip


def post(hub, path, **changes):
    fields = {
        "client_id": hub.emulator.client_id,
        "client_secret": hub.emulator.client_secret,
        **changes,
    }
    kept = {key: value for key, value in fields.items() if value is not None}
    return hub.call("POST", f"/oauth/{path}", token=None, data=kept)


def refresh(hub, text, edition="v3", **changes):
    return post(hub, f"{edition}/token", grant_type="refresh_token", refresh_token=text, **changes)


@pytest.fixture
def grant(hub):
    """A fresh installation's first tokens."""
    return hub.admin("POST", "oauth/install", {}).json()


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_refresh_brings_another_access_token(hub, grant, edition):
    """The refresh token comes back unchanged, and the access token before it lives on."""
    body = refresh(hub, grant["refresh_token"], edition).json()
    assert body["refresh_token"] == grant["refresh_token"]
    assert body["access_token"] != grant["access_token"]
    for token in (body["access_token"], grant["access_token"]):
        assert hub.get(DETAILS, token=token).ok


def test_the_emulator_starts_with_an_installation(hub):
    """A refresh token is there from the start, and can submit."""
    token = refresh(hub, hub.emulator.refresh_token).json()["access_token"]
    answers = hub.good("Patient intake")
    assert hub.submit("Patient intake", answers, token=token).ok


def test_a_reset_brings_the_first_installation_back(hub):
    """However it ended, its refresh token is good again."""
    assert hub.admin("POST", "oauth/uninstall", {}).json()["revoked"] >= 1
    assert refresh(hub, hub.emulator.refresh_token).status_code == 400
    assert hub.admin("POST", "reset").status_code == 204
    assert refresh(hub, hub.emulator.refresh_token).ok


def test_a_refresh_token_can_rotate(hub, grant):
    """With the switch the one before is unknown."""
    hub.portal.amend_switches(oauth_rotates_refresh_token=True)
    body = refresh(hub, grant["refresh_token"]).json()
    assert body["refresh_token"] != grant["refresh_token"]
    assert refresh(hub, grant["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(hub, body["refresh_token"]).ok


def test_tokens_live_as_long_as_is_told(hub, grant):
    """The switch changes what is told and what is true, together."""
    hub.portal.amend_switches(token_life=0.0)
    body = refresh(hub, grant["refresh_token"]).json()
    assert body["expires_in"] == 0
    answer = hub.get(DETAILS, token=body["access_token"])
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_unknown_refresh_token_is_told_as_documented(hub, edition):
    """400 with OAuth's names beside HubSpot's own, and the general keys."""
    answer = refresh(hub, "na1-0", edition)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (400, "invalid_grant")
    assert body["error_description"] == "refresh token is invalid, expired or revoked"
    assert body["status"] == "BAD_REFRESH_TOKEN"
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]


def test_uninstalling_ends_everything(hub, grant):
    """A revoked grant: refreshing is refused, and its access tokens get 401; others live."""
    other = hub.admin("POST", "oauth/install", {"scopes": ["forms"]}).json()
    answer = hub.admin("POST", "oauth/uninstall", {"refresh_token": grant["refresh_token"]})
    assert answer.json() == {"revoked": 1}
    assert refresh(hub, grant["refresh_token"]).json()["error"] == "invalid_grant"
    assert hub.get(DETAILS, token=grant["access_token"]).status_code == 401
    assert hub.get(DETAILS, token=other["access_token"]).ok
    assert refresh(hub, other["refresh_token"]).ok


@pytest.mark.parametrize("edition", ["v3", "2026-03", "2026-09"])
def test_one_token_can_be_ended(hub, grant, edition):
    """Revoking ends the token that is named, and an unknown one is no error."""
    ended = post(hub, f"{edition}/token/revoke", token=grant["access_token"])
    assert (ended.status_code, ended.content) == (200, b"")
    assert hub.get(DETAILS, token=grant["access_token"]).status_code == 401
    assert refresh(hub, grant["refresh_token"]).ok
    post(hub, f"{edition}/token/revoke", token=grant["refresh_token"])
    assert refresh(hub, grant["refresh_token"]).status_code == 400
    assert post(hub, f"{edition}/token/revoke", token="nobody's").ok
    assert post(hub, f"{edition}/token/revoke").status_code == 400


def test_deleting_a_refresh_token_leaves_access_tokens_alive(hub, grant):
    """The first generation's DELETE forgets the refresh token only."""
    path = f"/oauth/v1/refresh-tokens/{grant['refresh_token']}"
    body = hub.get(path, token=None).json()
    assert (body["token_type"], body["client_id"]) == ("refresh", hub.emulator.client_id)
    assert hub.call("DELETE", path, token=None).status_code == 204
    assert hub.call("DELETE", path, token=None).status_code == 404
    assert hub.get(path, token=None).status_code == 404
    assert hub.get(DETAILS, token=grant["access_token"]).ok


def test_the_first_generation_looks_at_an_access_token(hub, grant):
    """Scopes, account, person and what is left of its life; an unknown token is 404."""
    body = hub.get(f"/oauth/v1/access-tokens/{grant['access_token']}", token=None).json()
    assert body["token_type"] == "access"
    assert body["hub_id"] == hub.emulator.portal_id
    assert 0 < body["expires_in"] <= 1800
    assert body["signed_access_token"]["hubId"] == hub.emulator.portal_id
    assert hub.get("/oauth/v1/access-tokens/nobody", token=None).status_code == 404


def test_no_token_of_a_path_is_remembered(hub, grant):
    """The journal shows that a token stood there, and not which."""
    hub.get(f"/oauth/v1/access-tokens/{grant['access_token']}", token=None)
    hub.get(f"/oauth/v1/refresh-tokens/{grant['refresh_token']}", token=None)
    entries = hub.admin("GET", "requests").json()["requests"]
    assert [entry["path"] for entry in entries] == [
        "/oauth/v1/access-tokens/{token}", "/oauth/v1/refresh-tokens/{token}",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["token", "refresh_token"])
def test_introspection_of_a_refresh_token(hub, grant, key):
    """It is told without a time and without a signed token."""
    body = post(hub, "v3/token/introspect", **{key: grant["refresh_token"]}).json()
    assert (body["active"], body["token_use"]) == (True, "refresh_token")
    assert "expires_in" not in body
    assert "signed_access_token" not in body


def test_a_token_has_the_scopes_that_were_asked_for(hub, grant):
    """Fewer on request, and never more than the grant."""
    few = refresh(hub, grant["refresh_token"], scope="forms").json()
    assert few["scopes"] == ["forms"]
    schemas = hub.get("/crm/v3/properties/contacts", token=few["access_token"])
    assert (schemas.status_code, schemas.json()["category"]) == (403, "MISSING_SCOPES")
    more = refresh(hub, grant["refresh_token"], scope="forms crm.objects.deals.read")
    assert more.json()["error"] == "invalid_scope"


def test_the_apps_own_token_has_no_account(hub):
    """Client credentials give the app's own scopes, no refresh token and no account."""
    answer = post(hub, "v3/token", grant_type="client_credentials", scope="developers-read")
    body = answer.json()
    assert (body["token_use"], body["scopes"]) == ("client_credentials", ["developers-read"])
    assert not {"refresh_token", "hub_id"} & set(body)
    assert hub.get("/marketing/v3/forms", token=body["access_token"]).status_code == 403
    assert len(post(hub, "v3/token", grant_type="client_credentials").json()["scopes"]) == 4
    wide = post(hub, "v3/token", grant_type="client_credentials", scope="forms")
    assert wide.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"client_id": None}, "invalid_client", "BAD_CLIENT_ID"),
        ({"client_secret": None}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"client_secret": "falsch ü"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
        ({"grant_type": None}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
        ({"refresh_token": None}, "invalid_grant", "BAD_REFRESH_TOKEN"),
    ],
)
def test_each_refusal_has_its_name(hub, grant, changes, error, status):
    """The app, the kind of grant and the token are refused each by its own name."""
    fields = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"], **changes}
    body = post(hub, "v1/token", **fields).json()
    assert (body["error"], body["status"]) == (error, status)


def test_an_app_has_a_window_of_its_own(hub, grant):
    """110 calls per window, over all its tokens, and no headers of the day."""
    headers = hub.get(DETAILS, token=grant["access_token"]).headers
    assert headers["X-HubSpot-RateLimit-Max"] == "110"
    assert "X-HubSpot-RateLimit-Daily" not in headers
    hub.portal.amend_switches(oauth_rate_limit=2)
    second = refresh(hub, grant["refresh_token"]).json()["access_token"]
    assert hub.get(DETAILS, token=second).ok
    answer = hub.get(DETAILS, token=grant["access_token"])
    assert (answer.status_code, answer.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize(
    "path", ["v1/token", "v3/token", "v3/token/introspect", "2026-09/token/revoke"]
)
def test_hostile_bodies_are_refused_calmly(hub, path, body):
    """Whatever comes is a refusal of the caller's, never a failure of ours."""
    for kind in ("application/x-www-form-urlencoded", "application/json", ""):
        answer = hub.call(
            "POST", f"/oauth/{path}", token=None, data=body, headers={"Content-Type": kind}
        )
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "oauth", {}), ("PATCH", "oauth", {"scopes": "forms"}), ("PATCH", "oauth", []),
        ("POST", "oauth/install", {"scopes": 1}), ("POST", "oauth/install", {"scopes": [1]}),
        ("POST", "oauth/uninstall", {"refresh_token": 1}), ("POST", "oauth/uninstall", []),
    ],
)  # fmt: skip
def test_the_controls_refuse_calmly(hub, method, path, body):
    """The emulator's own routes say what is wrong, and change nothing."""
    before = hub.admin("GET", "oauth").json()
    assert hub.admin(method, path, body).status_code == 400
    assert hub.admin("GET", "oauth").json() == before


def test_every_grant_can_be_ended_at_once():
    """Without a name all installations end."""
    with Emulator() as emulator:
        assert emulator.portal.revoke_grant() == 1
        assert emulator.portal.grants.find(emulator.refresh_token) is None
