"""How target and subscriptions come about, whoever asks: the settings API or the emulator's own
routes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.emulator import responses
from gateway.emulator.portal import Portal, now_ms
from gateway.emulator.records import iso
from gateway.emulator.responses import Stop
from gateway.emulator.webhooks.book import Webhooks
from gateway.emulator.webhooks.subscriptions import (
    GENERIC,
    MAX_CONCURRENT,
    MAX_SUBSCRIPTIONS,
    NOT_SUBSCRIBABLE,
    SUBSCRIPTION_TYPES,
    Subscription,
    Target,
    parse_subscription,
    url_fault,
)

Json = dict[str, Any]
_MAX_NAME = 250


def set_target(portal: Portal, webhooks: Webhooks, url: str, most: int) -> None:
    """File the target address; what happened before it was there is not told."""
    settled(portal, webhooks)
    now, before = now_ms(), webhooks.target
    webhooks.target = Target(url, most, before.created_ms if before else now, now)


def subscribe(portal: Portal, webhooks: Webhooks, given: Mapping[str, Any]) -> Subscription:
    """File what ``given`` asks for. Stops with 400 or 409 naming what is wrong with it."""
    keys = _subscription_keys(portal, given)
    if len(webhooks.subscriptions) >= MAX_SUBSCRIPTIONS:
        raise Stop(responses.bad_request(f"An app has at most {MAX_SUBSCRIPTIONS} subscriptions"))
    same = ("event_type", "property_name", "object_type_id", "event_type_name")
    for row in webhooks.subscriptions.values():
        if all(getattr(row, key) == keys[key] for key in same):
            raise Stop(responses.error(409, "The subscription exists.", "OBJECT_ALREADY_EXISTS"))
    settled(portal, webhooks)
    return webhooks.subscribe(keys, now_ms())


def set_up(portal: Portal, url: str, wanted: Iterable[str]) -> None:
    """What a private app's page does: set the target, and subscribe actively to each of
    ``wanted`` (:func:`parse_subscription`) that is not there yet. Stops with 400 naming what is
    wrong, another machine's address too, since whoever comes this way waits for webhooks; what
    came before it is filed then."""
    if fault := url_fault(url, foreign=False):
        raise Stop(responses.bad_request(fault))
    for text in wanted:
        try:
            subscribe(portal, portal.webhooks, {**parse_subscription(text), "active": True})
        except Stop as stop:
            if stop.answer.status != 409:
                raise
    set_target(portal, portal.webhooks, url, MAX_CONCURRENT)


def settled(portal: Portal, webhooks: Webhooks) -> None:
    """Tell what happened until now to whoever listens now, before that changes."""
    now = time.monotonic()
    portal.settle(now)
    webhooks.collect(portal, now)
    portal.wake()


def target_json(target: Target) -> Json:
    """The settings as the API shows them."""
    return {
        "targetUrl": target.url,
        "throttling": {"maxConcurrentRequests": target.max_concurrent},
        "createdAt": iso(target.created_ms),
        "updatedAt": iso(target.updated_ms),
    }


def subscription_json(row: Subscription) -> Json:
    """A subscription as the API shows it."""
    told = {
        "id": str(row.id),
        "eventType": row.event_type,
        "active": row.active,
        "createdAt": iso(row.created_ms),
        "propertyName": row.property_name,
        "objectTypeId": row.object_type_id,
        "eventTypeName": row.event_type_name,
        "updatedAt": None if row.updated_ms is None else iso(row.updated_ms),
    }
    return {key: value for key, value in told.items() if value is not None}


def _subscription_keys(portal: Portal, given: Mapping[str, Any]) -> Json:
    event_type, active = given.get("eventType"), given.get("active", False)
    if not isinstance(event_type, str) or event_type not in SUBSCRIPTION_TYPES:
        raise Stop(responses.bad_request("eventType is not a subscription type"))
    if not isinstance(active, bool):
        raise Stop(responses.bad_request("active is true or false"))
    texts = {key: given.get(key) for key in ("propertyName", "objectTypeId", "eventTypeName")}
    for key, text in texts.items():
        if text is not None and not (isinstance(text, str) and 0 < len(text) <= _MAX_NAME):
            raise Stop(responses.bad_request(f"{key} is a text"))
    family, _, happening = event_type.partition(".")
    name = texts["propertyName"] if happening == "propertyChange" else None
    if happening == "propertyChange" and name is None:
        raise Stop(responses.bad_request("propertyChange needs a propertyName"))
    if name in NOT_SUBSCRIBABLE:
        raise Stop(responses.bad_request("This property cannot be subscribed to"))
    about = _object_type(portal, texts["objectTypeId"]) if family == GENERIC else None
    return {
        "event_type": event_type,
        "active": active,
        "property_name": name,
        "object_type_id": about,
        "event_type_name": texts["eventTypeName"],
    }


def _object_type(portal: Portal, named: str | None) -> str:
    kind = portal.object_type(named) if named else None
    if kind is None:
        raise Stop(responses.bad_request("objectTypeId does not name an object type"))
    return kind.id
