"""A walk through the SDK's calls about an app: its tokens, and its webhooks."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from hubspot import webhooks
from sdk.driver import Driver

BACK = "http://localhost:8501/oauth"
SCOPES = ("crm.objects.contacts.read", "oauth")
TARGET = "https://intake.example/webhooks/hubspot"


@dataclasses.dataclass
class Grants:
    """What each call brought, as the SDK's models."""

    first: Any
    refreshed: Any
    access: Any
    refresh: Any
    page: Any
    """Contacts, read with the new token."""
    gone: Any
    """The refusal of a refresh after the grant was forgotten."""


def grants(sdk: Driver) -> Grants:
    """From the install link to a forgotten grant."""
    oauth = sdk.client().oauth
    app = {"client_id": sdk.emulator.client_id, "client_secret": sdk.emulator.client_secret}
    first = sdk(oauth.tokens_api.create, grant_type="authorization_code", redirect_uri=BACK,
                code=_code(sdk), **app)  # fmt: skip
    refreshed = sdk(oauth.tokens_api.create, grant_type="refresh_token",
                    refresh_token=first.refresh_token, **app)  # fmt: skip
    access = sdk(oauth.access_tokens_api.get, refreshed.access_token)
    refresh = sdk(oauth.refresh_tokens_api.get, refreshed.refresh_token)
    contacts = sdk.client(access_token=refreshed.access_token).crm.contacts.basic_api
    page = sdk(contacts.get_page, limit=1)
    sdk(oauth.refresh_tokens_api.archive, refreshed.refresh_token)
    gone = sdk.refused(oauth.tokens_api.create, grant_type="refresh_token",
                       refresh_token=refreshed.refresh_token, **app)  # fmt: skip
    return Grants(first, refreshed, access, refresh, page, gone)


def _code(sdk: Driver) -> str:
    """What a person who agreed comes back with."""
    asked = {"client_id": sdk.emulator.client_id, "redirect_uri": BACK, "scope": " ".join(SCOPES)}
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            f"{sdk.emulator.api_base}/oauth/authorize?{urlencode(asked)}",
            allow_redirects=False, timeout=30,
        )  # fmt: skip
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


@dataclasses.dataclass
class Subscriptions:
    """What each call brought, as the SDK's models."""

    settings: Any
    settings_read: Any
    made: Any
    read: Any
    switched: Any
    listed: Any
    many: Any


def subscriptions(sdk: Driver) -> Subscriptions:
    """Settings and subscriptions made, read, changed, and taken away again."""
    app_id = sdk.emulator.banner()["app_id"]
    part = sdk.client(api_key=sdk.portal.developer_key).webhooks
    settings = sdk(part.settings_api.configure, app_id, webhooks.SettingsChangeRequest(
        target_url=TARGET, throttling=webhooks.ThrottlingSettings(max_concurrent_requests=10)))  # fmt: skip
    settings_read = sdk(part.settings_api.get_all, app_id)
    api = part.subscriptions_api
    made = sdk(api.create, app_id, webhooks.SubscriptionCreateRequest(
        event_type="contact.propertyChange", property_name="passport_number", active=False))  # fmt: skip
    other = sdk(api.create, app_id, webhooks.SubscriptionCreateRequest(
        event_type="contact.creation", active=True))  # fmt: skip
    switched = sdk(api.update, made.id, app_id, webhooks.SubscriptionPatchRequest(active=True))
    read = sdk(api.get_by_id, made.id, app_id)
    listed = sdk(api.get_all, app_id)
    many = sdk(api.update_batch, app_id, webhooks.BatchInputSubscriptionBatchUpdateRequest(inputs=[
        webhooks.SubscriptionBatchUpdateRequest(id=int(row.id), active=False)
        for row in (made, other)
    ]))  # fmt: skip
    for row in (made, other):
        sdk(api.archive, row.id, app_id)
    sdk(part.settings_api.clear, app_id)
    return Subscriptions(settings, settings_read, made, read, switched, listed, many)
