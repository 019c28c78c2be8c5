"""Whose token it is, and what it may do."""

from __future__ import annotations

import uuid

import pytest

from gateway.emulator import Emulator

INFO = "/oauth/v2/private-apps/get/access-token-info"


@pytest.mark.parametrize("edition", ["v3", "2025-09", "2026-03", "2026-09"])
def test_account_details(hub, edition):
    """Every token may read the account it belongs to."""
    token = hub.portal.issue_token([])
    body = hub.get(f"/account-info/{edition}/details", token=token).json()
    assert body["portalId"] == hub.emulator.portal_id
    assert body["accountType"] == "STANDARD"
    assert len(body) == 9


@pytest.mark.parametrize(
    ("zone", "offset", "ms"),
    [
        ("Asia/Kolkata", "+05:30", 19_800_000),
        ("America/Phoenix", "-07:00", -25_200_000),
        ("Moon/Tycho", "-05:00", -18_000_000),
    ],
)
def test_the_account_has_a_time_zone(hub, zone, offset, ms):
    """The offset is the zone's own; the seed's where this machine does not know the zone."""
    assert hub.admin("PATCH", "account", {"time_zone": zone}).ok
    body = hub.get("/account-info/v3/details").json()
    assert (body["timeZone"], body["utcOffset"], body["utcOffsetMilliseconds"]) == (
        zone, offset, ms,
    )  # fmt: skip


def test_the_offset_follows_summer_time(hub):
    """Text and milliseconds agree, whatever the season."""
    hub.portal.time_zone = "Europe/Berlin"
    body = hub.get("/account-info/v3/details").json()
    assert (body["utcOffset"], body["utcOffsetMilliseconds"]) in {
        ("+01:00", 3_600_000), ("+02:00", 7_200_000),
    }  # fmt: skip


def test_an_emulator_can_live_elsewhere():
    """The zone can be given at construction, and a reset keeps it."""
    emulator = Emulator(time_zone="Europe/Berlin")
    emulator.portal.time_zone = "Asia/Tokyo"
    emulator.portal.reset()
    assert emulator.portal.time_zone == "Europe/Berlin"
    emulator.stop()


@pytest.mark.parametrize("body", [{}, {"time_zone": ""}, {"time_zone": 1}])
def test_a_bad_time_zone_is_told(hub, body):
    """The zone is a text."""
    assert hub.admin("PATCH", "account", body).status_code == 400


@pytest.mark.parametrize("header", ["main", None])
def test_token_info_names_the_scopes(hub, header):
    """A token's scopes are told to whoever has the token; the header is optional."""
    answer = hub.call("POST", INFO, token=header, json={"tokenKey": hub.emulator.access_token})
    body = answer.json()
    assert set(body) == {"userId", "hubId", "appId", "scopes"}
    assert body["hubId"] == hub.emulator.portal_id
    assert "forms" in body["scopes"]


@pytest.mark.parametrize("key", [None, 7, "garbage", f"pat-na1-{uuid.UUID(int=7)}"])
def test_token_info_of_a_bad_token_is_401(hub, key):
    """What is not a token has no scopes."""
    assert hub.call("POST", INFO, token=None, json={"tokenKey": key}).status_code == 401


@pytest.mark.parametrize("edition", ["v3", "2026-03", "2026-09"])
@pytest.mark.parametrize("key", ["token", "access_token"])
def test_introspection_takes_both_names_of_the_token(hub, edition, key):
    """The specs call it ``token``, the documentation ``access_token``."""
    body = _introspect(hub, edition, **{key: hub.emulator.access_token}).json()
    assert body["active"] is True
    assert body["hub_id"] == hub.emulator.portal_id
    assert "forms" in body["scopes"]


@pytest.mark.parametrize("token", ["", "garbage"])
def test_introspection_of_a_bad_token_is_inactive(hub, token):
    """A bad token is not an error: it is just not active."""
    assert _introspect(hub, "v3", token=token).json() == {"active": False}


def test_an_expired_token_is_inactive(hub):
    """An expired token has no scopes left."""
    token = hub.portal.issue_token(["forms"], expires_in=-1)
    assert _introspect(hub, "v3", token=token).json() == {"active": False}
    assert hub.call("POST", INFO, token=None, json={"tokenKey": token}).status_code == 401


def test_introspection_needs_the_client_secret(hub):
    """A wrong secret is refused with OAuth's error names."""
    answer = _introspect(hub, "v3", token=hub.emulator.access_token, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_introspection_is_form_encoded(hub):
    """JSON is another media type here."""
    assert hub.call("POST", "/oauth/v3/token/introspect", token=None, json={}).status_code == 415


def _introspect(hub, edition, **fields):
    data = {
        "client_id": hub.emulator.client_id,
        "client_secret": hub.emulator.client_secret,
        "token_type_hint": "access_token",
        **fields,
    }
    return hub.call("POST", f"/oauth/{edition}/token/introspect", token=None, data=data)


@pytest.mark.parametrize("edition", ["v3", "2025-09", "2026-03", "2026-09"])
def test_the_days_calls_are_told(hub, edition):
    """Limit and use of the day, in the shape of the published spec, with the account's midnight."""
    hub.portal.time_zone = "Asia/Kolkata"
    hub.portal.amend_switches(daily_limit=500_000)
    before = hub.portal.limits.calls_today
    path = f"/account-info/{edition}/api-usage/daily/private-apps"
    (row,) = hub.get(path, token=hub.portal.issue_token([])).json()["results"]
    assert row["name"] == "private-apps-api-calls-daily"
    assert (row["usageLimit"], row["currentUsage"]) == (500_000, before + 1)
    assert row["fetchStatus"] == "SUCCESS"
    assert row["collectedAt"] < row["resetsAt"]
    assert row["resetsAt"].endswith("T18:30:00.000Z")
    assert hub.get(path, token=None).status_code == 401
