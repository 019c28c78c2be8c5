"""OAuth and the webhooks API against HubSpot's published OpenAPI files, and the correlation id
of every answer."""

from __future__ import annotations

from typing import Any

import published_specs
import pytest

from gateway.emulator.grants import APP_ID
from gateway.emulator.routing.editions import OAUTH, WEBHOOKS

if not published_specs.HERE:
    pytest.skip(published_specs.ABSENT, allow_module_level=True)

SETTINGS = {"targetUrl": "http://127.0.0.1:9/", "throttling": {"maxConcurrentRequests": 10}}


class Checked:
    """A caller that holds each answer against the published files."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self.seen: set[str] = set()

    def __call__(self, status: int, method: str, path: str, **keys: Any) -> Any:
        operation = published_specs.operation(method, path)
        assert operation is not None, f"{method} {path} is in no file"
        answer = self._hub.call(method, path, token=None, **keys)
        assert answer.status_code == status, answer.text
        content = answer.json() if answer.content else None
        if status >= 400 and content:
            assert content["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
            content = {k: v for k, v in content.items() if not k.startswith("error_")}
        assert operation.response_faults(status, content) == [], f"{method} {path}"
        self.seen.add(repr(operation))
        return content


@pytest.mark.parametrize("base", WEBHOOKS)
def test_webhook_settings_are_as_published(hub, base):
    """All nine operations in each edition, and what each refuses."""
    call, key = Checked(hub), {"hapikey": hub.portal.developer_key}
    settings, rows = f"{base}/{APP_ID}/settings", f"{base}/{APP_ID}/subscriptions"
    call(401, "GET", settings)
    call(404, "GET", settings, params=key)
    call(400, "PUT", settings, params=key, json={})
    call(200, "PUT", settings, params=key, json=SETTINGS)
    call(200, "GET", settings, params=key)
    body = {"eventType": "contact.propertyChange", "propertyName": "email"}
    one = call(201, "POST", rows, params=key, json=body)
    call(409, "POST", rows, params=key, json=body)
    generic = {"eventType": "object.creation", "objectTypeId": "0-2", "active": True}
    call(201, "POST", rows, params=key, json=generic)
    call(200, "GET", rows, params=key)
    path = f"{rows}/{one['id']}"
    call(200, "GET", path, params=key)
    call(200, "PATCH", path, params=key, json={"active": True})
    switch = {"id": int(one["id"]), "active": False}
    batch = f"{rows}/batch/update"
    call(200, "POST", batch, params=key, json={"inputs": [switch]})
    call(207, "POST", batch, params=key, json={"inputs": [switch, {"id": 1, "active": True}]})
    call(400, "POST", batch, params=key, json={"inputs": 1})
    call(204, "DELETE", path, params=key)
    call(404, "DELETE", path, params=key)
    call(204, "DELETE", settings, params=key)
    described = {repr(o) for o in published_specs.operations() if o.file == "webhooks-v3.json"}
    assert call.seen == described


@pytest.mark.parametrize("base", OAUTH)
def test_tokens_are_as_published(hub, base):
    """Both kinds of token answer, both kinds of introspection, and each refusal."""
    call = Checked(hub)
    own = {"client_id": hub.emulator.client_id, "client_secret": hub.emulator.client_secret}
    refresh = own | {"grant_type": "refresh_token", "refresh_token": hub.emulator.refresh_token}
    token = call(200, "POST", f"{base}/token", data=refresh)["access_token"]
    call(200, "POST", f"{base}/token", data=own | {"grant_type": "client_credentials"})
    for text in (token, hub.emulator.refresh_token):
        call(200, "POST", f"{base}/token/introspect", data=own | {"token": text})
    call(400, "POST", f"{base}/token", data=own)
    call(400, "POST", f"{base}/token", data=refresh | {"refresh_token": "x"})
    call(400, "POST", f"{base}/token/introspect", data={"token": "x"})
    call(400, "POST", f"{base}/token/revoke", data=own)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/account-info/v3/details"), ("GET", "/nothing/here"), ("PUT", "/oauth/v1/token"),
        ("POST", "/oauth/v1/token"), ("GET", "/oauth/authorize"), ("GET", "/_emulator/faults"),
        ("GET", "/crm/v3/objects/contacts/1"), ("GET", "/marketing/v3/forms/x"),
        ("POST", "/submissions/v3/integration/submit/1/x"), ("GET", "/webhooks/v3/1/settings"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("token", ["main", None])
def test_every_answer_has_a_correlation_id(hub, method, path, token):
    """The header is on every answer, new each time, and equal to the body's where there is one."""
    ids = []
    for _ in range(2):
        answer = hub.call(method, path, token=token)
        ids.append(answer.headers["X-HubSpot-Correlation-Id"])
        if answer.status_code >= 400 and answer.headers["Content-Type"].startswith(
            "application/json"
        ):
            assert answer.json()["correlationId"] == ids[-1]
    assert len(set(ids)) == 2
