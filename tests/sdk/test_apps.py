"""The official SDK fetches and ends an app's tokens, and sets its webhooks."""

from __future__ import annotations

import json

from emulator.receiver import Receiver, until
from hubspot import webhooks
from hubspot.crm import contacts
from hubspot.utils.signature import Signature
from sdk import apps


def test_tokens_are_fetched_and_refreshed(granted):
    """Code, then refresh: a bearer token of thirty minutes, the refresh token unchanged."""
    assert granted.first.token_type == granted.refreshed.token_type == "bearer"
    assert granted.first.expires_in == 1800
    assert granted.first.refresh_token == granted.refreshed.refresh_token
    assert granted.first.access_token != granted.refreshed.access_token


def test_tokens_tell_what_they_are(sdk, granted):
    """Account, person, scopes and remaining time of either token."""
    access, refresh = granted.access, granted.refresh
    assert (access.token, access.token_type) == (granted.refreshed.access_token, "access")
    assert 0 < access.expires_in <= 1800
    for told in (access, refresh):
        assert told.hub_id == sdk.emulator.portal_id
        assert set(told.scopes) == set(apps.SCOPES)
    assert (refresh.client_id, refresh.token_type) == (sdk.emulator.client_id, "refresh")


def test_the_token_opens_what_was_granted(granted):
    """Contacts are read with it."""
    assert len(granted.page.results) <= 1


def test_a_forgotten_grant_cannot_be_refreshed(granted):
    """The exception says why, in OAuth's own words."""
    assert granted.gone.status == 400
    told = json.loads(granted.gone.body)
    assert told["error"] == "invalid_grant"
    assert told["status"] == "BAD_REFRESH_TOKEN"


def test_settings_are_kept(subscribed):
    """Target and limit as they were written, in both answers."""
    for told in (subscribed.settings, subscribed.settings_read):
        assert told.target_url == apps.TARGET
        assert told.throttling.max_concurrent_requests == 10
    assert subscribed.settings.created_at is not None


def test_subscriptions_are_made_switched_and_listed(subscribed):
    """Paused at first, then active, then paused with another one in a batch."""
    assert (subscribed.made.event_type, subscribed.made.property_name) == (
        "contact.propertyChange", "passport_number",
    )  # fmt: skip
    assert subscribed.made.active is False
    assert subscribed.switched.active is subscribed.read.active is True
    assert subscribed.made.id in {row.id for row in subscribed.listed.results}
    assert len(subscribed.many.results) == 2
    assert not any(row.active for row in subscribed.many.results)


def test_its_own_check_takes_our_signatures(sdk, client):
    """A webhook the emulator sends is genuine to the SDK, by the first and the third way; one
    byte more and it is not."""
    app_id = sdk.emulator.banner()["app_id"]
    part = sdk.client(api_key=sdk.portal.developer_key).webhooks
    with Receiver() as receiver:
        sdk(part.settings_api.configure, app_id, webhooks.SettingsChangeRequest(
            target_url=receiver.url,
            throttling=webhooks.ThrottlingSettings(max_concurrent_requests=10)))  # fmt: skip
        row = sdk(part.subscriptions_api.create, app_id, webhooks.SubscriptionCreateRequest(
            event_type="contact.creation", active=True))  # fmt: skip
        sdk(client.crm.contacts.basic_api.create, contacts.SimplePublicObjectInputForCreate(
            properties={"email": "signed@mail.example"}, associations=[]))  # fmt: skip
        until(lambda: receiver.arrived)
        sdk(part.subscriptions_api.archive, row.id, app_id)
        sdk(part.settings_api.clear, app_id)
    (came,) = receiver.arrived
    headers = {key.lower(): value for key, value in came.headers.items()}
    for name, extra in (
        ("x-hubspot-signature", {"signature_version": "v1"}),
        ("x-hubspot-signature-v3", {
            "signature_version": "v3", "http_uri": receiver.url,
            "timestamp": headers["x-hubspot-request-timestamp"],
        }),
    ):  # fmt: skip
        secret, body = sdk.emulator.client_secret, came.body.decode()
        assert Signature.is_valid(headers[name], secret, body, **extra)
        assert not Signature.is_valid(headers[name], secret, body + " ", **extra)
