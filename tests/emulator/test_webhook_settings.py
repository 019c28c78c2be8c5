"""The settings API: who may call it, and what it keeps."""

from __future__ import annotations

import json

import pytest

from gateway.emulator.grants import APP_ID
from gateway.emulator.webhooks.subscriptions import MAX_SUBSCRIPTIONS, SUBSCRIPTION_TYPES

BASES = ["/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2025-09", "/app-webhooks/2026-09"]
URL = "http://127.0.0.1:9/webhooks"
SETTINGS = {"targetUrl": URL, "throttling": {"maxConcurrentRequests": 10, "period": "SECONDLY"}}
HOSTILE = [
    None, [], 1, "x", {}, {"inputs": None}, {"inputs": [None]}, {"inputs": [{"id": "1", "active": 1}]},
    {"eventType": []}, {"eventType": {}}, {"eventType": "contact.propertyChange", "propertyName": 5},
    {"targetUrl": 5}, {"targetUrl": URL, "throttling": []}, {"active": "yes"}, {"events": 1},
    {"body": 1}, {"events": [1]}, {"url": 1}, {"url": URL, "subscribe": [1]},
    {"url": URL, "subscribe": ["nothing"]}, {"seconds_ago": "x"}, {"seconds_ago": 1e300}, {"forged": 1},
]  # fmt: skip


def ask(hub, method, path, body=None, *, base="/webhooks/v3", app=APP_ID, key=None):
    params = {"hapikey": hub.portal.developer_key if key is None else key}
    return hub.call(method, f"{base}/{app}{path}", token=None, params=params, json=body)


@pytest.mark.parametrize("base", BASES)
def test_the_target_is_set_shown_and_removed(hub, base):
    """In every edition; a removed target is not there."""
    assert ask(hub, "GET", "/settings", base=base).status_code == 404
    first = ask(hub, "PUT", "/settings", SETTINGS, base=base).json()
    assert (first["targetUrl"], first["throttling"]) == (URL, {"maxConcurrentRequests": 10})
    assert ask(hub, "GET", "/settings", base=base).json() == first
    assert ask(hub, "DELETE", "/settings", base=base).status_code == 204
    assert ask(hub, "DELETE", "/settings", base=base).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/hubspot", "http://10.0.0.8/x", "http://127.0.0.1.example.com/",
        "http://0.0.0.0/", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "http://127.0.0.1/#x",
        "http://127.0.0.1:port/", "http://[::1", "", "127.0.0.1", "http://127.0.0.1/\r\nX: 1",
        "http://127.0.0.1/ä", "http://127.0.0.1/" + "x" * 3000, "http://localhost@evil.example/",
        "http://2130706433/",
    ],
)  # fmt: skip
def test_only_this_machine_can_be_a_target(hub, url):
    """Whatever leads off this machine is refused, and nothing is kept, when the switch is off;
    by default only HubSpot's own kind of address is taken, https, and never called."""
    if not url.startswith("https://"):
        assert ask(hub, "PUT", "/settings", {**SETTINGS, "targetUrl": url}).status_code == 400
        assert ask(hub, "GET", "/settings").status_code == 404
    hub.portal.amend_switches(webhook_foreign_targets=False)
    assert ask(hub, "PUT", "/settings", {**SETTINGS, "targetUrl": url}).status_code == 400
    assert ask(hub, "GET", "/settings").status_code == 404


@pytest.mark.parametrize("most", [5, 0, -1, "10", None, True, 2**31, 6.5])
def test_concurrency_is_above_five(hub, most):
    """HubSpot takes no fewer."""
    body = {"targetUrl": URL, "throttling": {"maxConcurrentRequests": most}}
    assert ask(hub, "PUT", "/settings", body).status_code == 400


def test_who_may_call(hub):
    """The developer's key, or a token with the app's own scopes; and one's own app only."""
    path = f"/webhooks/v3/{APP_ID}/subscriptions"
    assert hub.get(path, token=None).status_code == 401
    assert ask(hub, "GET", "/subscriptions", key="wrong ü").status_code == 401
    assert ask(hub, "GET", "/subscriptions", key="").status_code == 401
    answer = hub.get(path)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    reading = hub.portal.issue_token(["developers-read"])
    assert hub.get(path, token=reading).ok
    body = {"eventType": "contact.creation"}
    assert hub.call("POST", path, token=reading, json=body).status_code == 403
    own = {"client_id": hub.emulator.client_id, "client_secret": hub.emulator.client_secret,
           "grant_type": "client_credentials"}  # fmt: skip
    token = hub.call("POST", "/oauth/v3/token", token=None, data=own).json()["access_token"]
    assert hub.call("POST", path, token=token, json=body).status_code == 201
    assert ask(hub, "GET", "/subscriptions", app=7).status_code == 404


def test_every_type_of_the_specification_can_be_subscribed_to(hub):
    """48 values, each paused until it is made active."""
    assert len(SUBSCRIPTION_TYPES) == 48
    for kind in sorted(SUBSCRIPTION_TYPES):
        body = {"eventType": kind, "propertyName": "email", "objectTypeId": "contact"}
        row = ask(hub, "POST", "/subscriptions", body)
        assert row.status_code == 201, row.text
        assert row.json()["active"] is False
        assert ("propertyName" in row.json()) == kind.endswith("propertyChange")
        assert row.json().get("objectTypeId") == ("0-1" if kind.startswith("object.") else None)
    assert len(ask(hub, "GET", "/subscriptions").json()["results"]) == 48


@pytest.mark.parametrize(
    "body",
    [
        {"eventType": "contact.purchase"},
        {"eventType": "contact.propertyChange"},
        {"eventType": "contact.propertyChange", "propertyName": "hs_lastmodifieddate"},
        {"eventType": "contact.propertyChange", "propertyName": "num_unique_conversion_events"},
        {"eventType": "object.creation"},
        {"eventType": "object.creation", "objectTypeId": "0-99999"},
        {"eventType": "contact.creation", "active": "true"},
        {"eventType": "contact.propertyChange", "propertyName": "x" * 300},
    ],
)
def test_a_bad_subscription_is_told(hub, body):
    """What HubSpot does not tell of cannot be subscribed to."""
    assert ask(hub, "POST", "/subscriptions", body).status_code == 400


def test_one_subscription_from_birth_to_end(hub):
    """Made, found, switched on, switched off, removed; twice the same is a conflict."""
    body = {"eventType": "contact.propertyChange", "propertyName": "email", "active": True}
    row = ask(hub, "POST", "/subscriptions", body).json()
    one = f"/subscriptions/{row['id']}"
    assert ask(hub, "POST", "/subscriptions", body).status_code == 409
    assert ask(hub, "GET", one).json() == row
    assert ask(hub, "PATCH", one, {"active": False}).json()["active"] is False
    assert ask(hub, "PATCH", one, {}).json()["active"] is False
    assert ask(hub, "PATCH", one, {"active": 1}).status_code == 400
    assert ask(hub, "DELETE", one).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert ask(hub, method, one, {}).status_code == 404


def test_many_are_switched_at_once(hub):
    """The whole batch, or 207 with those that do not exist."""
    ids = [
        int(ask(hub, "POST", "/subscriptions", {"eventType": kind}).json()["id"])
        for kind in ("contact.creation", "contact.deletion")
    ]
    rows = [{"id": one, "active": True} for one in ids]
    whole = ask(hub, "POST", "/subscriptions/batch/update", {"inputs": rows})
    assert whole.status_code == 200
    assert [row["active"] for row in whole.json()["results"]] == [True, True]
    part = ask(hub, "POST", "/subscriptions/batch/update",
               {"inputs": [*rows, {"id": 1, "active": True}]})  # fmt: skip
    body = part.json()
    assert (part.status_code, body["numErrors"], len(body["results"])) == (207, 1, 2)
    assert body["errors"][0]["category"] == "SUBSCRIPTION_ID_NOT_FOUND"


def test_an_app_has_so_many_subscriptions(hub):
    """The thousand and first is refused."""
    for n in range(MAX_SUBSCRIPTIONS):
        keys = {"event_type": "contact.propertyChange", "property_name": f"p{n}"}
        hub.portal.webhooks.subscribe(keys, 0)
    body = {"eventType": "contact.creation"}
    assert ask(hub, "POST", "/subscriptions", body).status_code == 400


def test_a_private_app_subscribes_by_the_emulators_own_route(hub):
    """One call sets target and active subscriptions, and may be repeated."""
    body = {"url": URL, "subscribe": ["contact.creation", "contact.propertyChange:email",
            "object.propertyChange:2-41007216/policy_number"]}  # fmt: skip
    for _ in range(2):
        shown = hub.admin("PUT", "webhooks", body).json()
        assert shown["target"]["targetUrl"] == URL
        assert [(s["eventType"], s["active"]) for s in shown["subscriptions"]] == [
            ("contact.creation", True), ("contact.propertyChange", True),
            ("object.propertyChange", True),
        ]  # fmt: skip
    assert hub.admin("DELETE", "webhooks").status_code == 204
    shown = hub.admin("GET", "webhooks").json()
    assert (shown["target"], shown["subscriptions"]) == (None, [])


@pytest.mark.parametrize("body", HOSTILE, ids=[json.dumps(b)[:40] for b in HOSTILE])
def test_hostile_bodies_are_refused_calmly(hub, body):
    """No body brings more than a refusal."""
    calls = [("PUT", "/settings"), ("POST", "/subscriptions"), ("PATCH", "/subscriptions/686627"),
             ("POST", "/subscriptions/batch/update"), ("GET", "/subscriptions/%00%ff")]  # fmt: skip
    for method, path in calls:
        assert ask(hub, method, path, body).status_code < 500
    for method, path in [("PUT", "webhooks"), ("POST", "webhooks/send"),
                         ("POST", "webhooks/deliveries/x/send_again")]:  # fmt: skip
        assert hub.admin(method, path, body).status_code < 500
