"""The emulator's own routes about webhooks: what a private app's page would set, what was sent,
and events made by hand. None shows a value."""

from __future__ import annotations

import time
from typing import Any

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.portal import now_ms
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.webhooks.deliveries import Delivery
from gateway.emulator.webhooks.events import Event, shell
from gateway.emulator.webhooks.filing import (
    set_up,
    settled,
    subscription_json,
    target_json,
)

_LONGEST_OFFSET_S = 10 * 365 * 86_400


def show(call: Call) -> Answer:
    """Target, subscriptions, and each delivery with the status of every try."""
    webhooks = call.portal.webhooks
    return responses.as_json(
        {
            "target": target_json(webhooks.target) if webhooks.target else None,
            "subscriptions": [subscription_json(r) for r in webhooks.subscriptions.values()],
            "deliveries": [delivery.listing() for delivery in webhooks.deliveries.all()],
        }
    )


def put(call: Call) -> Answer:
    """What the page of a private app does: ``{url, subscribe?: ["contact.creation",
    "contact.propertyChange:email", "object.propertyChange:2-123/name", …]}``. The
    subscriptions are active at once; those that are there already stay."""
    given = call.json_object()
    url, asked = given.get("url"), given.get("subscribe", [])
    if not isinstance(url, str):
        raise Stop(responses.bad_request("url is a text"))
    if not isinstance(asked, list) or not all(isinstance(text, str) for text in asked):
        raise Stop(responses.bad_request("subscribe is a list of texts"))
    set_up(call.portal, url, asked)
    return show(call)


def clear(call: Call) -> Answer:
    """No target and no subscription any more."""
    settled(call.portal, call.portal.webhooks)
    call.portal.webhooks.target = None
    call.portal.webhooks.subscriptions.clear()
    return Answer(204)


def send(call: Call) -> Answer:
    """Send events made by hand to the target: ``{events: [{…}]}``, each completed with what
    every event has; or ``{body: "text"}`` as it is. ``seconds_ago`` puts the stamp back (or
    ahead), ``forged: true`` signs with another secret."""
    given = call.json_object()
    ago, forged = given.get("seconds_ago", 0), given.get("forged", False)
    is_number = isinstance(ago, int | float) and not isinstance(ago, bool)
    if not is_number or not abs(ago) <= _LONGEST_OFFSET_S or not isinstance(forged, bool):
        raise Stop(responses.bad_request("seconds_ago is a number; forged is true or false"))
    keys: dict[str, Any] = {"stamp_offset_ms": round(-ago * 1000), "forged": forged}
    body = given.get("body")
    if isinstance(body, str):
        keys["raw"] = body.encode(errors="replace")
    elif body is not None:
        raise Stop(responses.bad_request("body is a text"))
    return _sent(call, [] if "raw" in keys else _completed(call, given.get("events")), keys)


def send_again(call: Call) -> Answer:
    """The same events once more, as HubSpot may do: newly stamped, with the same ids."""
    text = call.params["delivery_id"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    found = call.portal.webhooks.deliveries.find(number)
    if found is None:
        raise Stop(responses.not_found())
    return _sent(call, found.events, {"raw": found.raw})


def _completed(call: Call, events: object) -> list[Event]:
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise Stop(responses.bad_request("events is a list of objects"))
    return [shell(call.portal.id, now_ms()) | event for event in events]


def _sent(call: Call, events: Any, keys: dict[str, Any]) -> Answer:
    delivery: Delivery = call.portal.webhooks.deliveries.add(events, time.monotonic(), **keys)
    call.portal.wake()
    return responses.as_json({"delivery": delivery.id}, 202)
