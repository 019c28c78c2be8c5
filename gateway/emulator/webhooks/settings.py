"""The settings API of the app: target address and subscriptions.

It asks for the developer's key (``hapikey``) or a token with the app's own scopes.

Source: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
"""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import Mapping
from typing import Any, TypeGuard

from gateway.domain.scopes import Access
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.grants import APP_ID
from gateway.emulator.portal import now_ms
from gateway.emulator.records import iso
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.webhooks.book import Webhooks
from gateway.emulator.webhooks.filing import (
    set_target,
    settled,
    subscribe,
    subscription_json,
    target_json,
)
from gateway.emulator.webhooks.subscriptions import Subscription, Target, url_fault

_MOST_CONCURRENT = 2**31 - 1


def show_settings(call: Call) -> Answer:
    """The target address."""
    return responses.as_json(target_json(_target(_asked(call, Access.READ))))


def put_settings(call: Call) -> Answer:
    """Set the target address. Subscriptions stay as they are."""
    webhooks = _asked(call, Access.WRITE)
    given = call.json_object()
    url, throttling = given.get("targetUrl"), given.get("throttling")
    if not isinstance(url, str):
        raise Stop(responses.bad_request("targetUrl is a text"))
    if fault := url_fault(url, foreign=call.portal.switches.webhook_foreign_targets):
        raise Stop(responses.bad_request(fault))
    most = throttling.get("maxConcurrentRequests") if isinstance(throttling, Mapping) else None
    if not _is_whole(most) or not 5 < most <= _MOST_CONCURRENT:
        raise Stop(responses.bad_request("maxConcurrentRequests is a number above 5"))
    set_target(call.portal, webhooks, url, most)
    return responses.as_json(target_json(_target(webhooks)))


def delete_settings(call: Call) -> Answer:
    """Forget the target address: nothing is sent until there is another."""
    webhooks = _asked(call, Access.WRITE)
    _target(webhooks)
    settled(call.portal, webhooks)
    webhooks.target = None
    return Answer(204)


def list_subscriptions(call: Call) -> Answer:
    """Every subscription, active or paused."""
    rows = _asked(call, Access.READ).subscriptions.values()
    return responses.as_json({"results": [subscription_json(row) for row in rows]})


def create_subscription(call: Call) -> Answer:
    """A new subscription, paused unless ``active`` says otherwise."""
    webhooks = _asked(call, Access.WRITE)
    return responses.as_json(
        subscription_json(subscribe(call.portal, webhooks, call.json_object())), 201
    )


def get_subscription(call: Call) -> Answer:
    """One subscription."""
    return responses.as_json(subscription_json(_one(call, _asked(call, Access.READ))))


def amend_subscription(call: Call) -> Answer:
    """Pause it or let it go on."""
    webhooks = _asked(call, Access.WRITE)
    row, given = _one(call, webhooks), call.json_object()
    active = given.get("active", row.active)
    if not isinstance(active, bool):
        raise Stop(responses.bad_request("active is true or false"))
    return responses.as_json(subscription_json(_switched(call, webhooks, row, active)))


def delete_subscription(call: Call) -> Answer:
    """Remove it."""
    webhooks = _asked(call, Access.WRITE)
    row = _one(call, webhooks)
    settled(call.portal, webhooks)
    del webhooks.subscriptions[row.id]
    return Answer(204)


def update_subscriptions(call: Call) -> Answer:
    """Pause many, or let them go on; 207 names those that do not exist."""
    webhooks = _asked(call, Access.WRITE)
    inputs = call.json_object().get("inputs")
    rows: list[Any] = inputs if isinstance(inputs, list) else [None]
    if not all(
        isinstance(row, Mapping)
        and _is_whole(row.get("id"))
        and isinstance(row.get("active"), bool)
        for row in rows
    ):
        raise Stop(responses.bad_request("inputs is a list of {id, active}"))
    started = iso(now_ms())
    found = [row for row in rows if row["id"] in webhooks.subscriptions]
    missing = [row["id"] for row in rows if row["id"] not in webhooks.subscriptions]
    changed = [
        _switched(call, webhooks, webhooks.subscriptions[row["id"]], row["active"]) for row in found
    ]
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": [subscription_json(row) for row in changed],
        "startedAt": started,
        "completedAt": iso(now_ms()),
    }
    if not missing:
        return responses.as_json(body)
    errors = [_missing(subscription_id) for subscription_id in missing]
    return responses.as_json(body | {"numErrors": len(errors), "errors": errors}, 207)


def _asked(call: Call, access: Access) -> Webhooks:
    """The webhooks of the app the path names. Stops with 401, 403 or 404."""
    key = call.text("hapikey")
    if key is not None:
        known = call.portal.developer_key.encode()
        if not hmac.compare_digest(key.encode(errors="replace"), known):
            raise Stop(
                responses.error(401, "This hapikey doesn't exist.", "INVALID_AUTHENTICATION")
            )
    else:
        held = call.token().scopes
        needed = [f"developers-{access}", f"private-apps-{access}"]
        if not any(scope in held for scope in needed):
            raise Stop(responses.missing_scopes(needed))
    if call.params["app_id"] != str(APP_ID):
        raise Stop(responses.not_found("The app does not exist."))
    return call.portal.webhooks


def _target(webhooks: Webhooks) -> Target:
    if webhooks.target is None:
        raise Stop(responses.not_found("The app has no webhook settings."))
    return webhooks.target


def _one(call: Call, webhooks: Webhooks) -> Subscription:
    text = call.params["subscription_id"]
    known = {str(row.id): row for row in webhooks.subscriptions.values()}
    if text not in known:
        raise Stop(responses.not_found("The subscription does not exist."))
    return known[text]


def _switched(call: Call, webhooks: Webhooks, row: Subscription, active: bool) -> Subscription:
    settled(call.portal, webhooks)
    changed = dataclasses.replace(row, active=active, updated_ms=now_ms())
    webhooks.subscriptions[row.id] = changed
    return changed


def _missing(subscription_id: int) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "SUBSCRIPTION_ID_NOT_FOUND",
        "message": f"Failed to find subscriptions by id `{subscription_id}`.",
        "context": {"ids": [str(subscription_id)]},
        "errors": [],
        "links": {},
    }


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
