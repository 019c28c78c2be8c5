"""From a change of a record to the events of whoever subscribed to it.

A sensitive value is the word ``REDACTED``; a highly sensitive property, and a sensitive one of
an object that has no such events, makes none.

Source: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide and
https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT, DEAL, TICKET
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.changes import Change, Happening
from gateway.emulator.grants import APP_ID
from gateway.emulator.switches import Telling
from gateway.emulator.webhooks.subscriptions import GENERIC, Subscription

Event = dict[str, Any]
"""One event, as raw JSON; it may hold an ordinary property's value."""
REDACTED = "REDACTED"
_SENSITIVE_EVENTS = frozenset({CONTACT, COMPANY, DEAL, TICKET})
_FLAGS: Mapping[Happening, str] = {Happening.CREATION: "NEW", Happening.DELETION: "DELETED"}


def events_of(
    change: Change,
    subscriptions: Iterable[Subscription],
    *,
    portal_id: int,
    sensitivity: Sensitivity | None,
    telling: Telling,
) -> Iterator[Event]:
    """The events of one change. ``sensitivity`` is the class of the changed property; None
    where it is not known, which is treated as sensitive."""
    of_property = change.what is Happening.PROPERTY_CHANGE
    secret = of_property and sensitivity is not Sensitivity.NON_SENSITIVE
    if secret and sensitivity is Sensitivity.HIGHLY_SENSITIVE:
        return
    if secret and change.object_type_id not in _SENSITIVE_EVENTS:
        return
    for subscription in subscriptions:
        if not _hears(subscription, change):
            continue
        event = shell(portal_id, change.at_ms) | {
            "subscriptionId": subscription.id,
            "subscriptionType": subscription.event_type,
            "objectId": _number(change.object_id),
            "changeSource": str(change.source),
            "sourceId": change.source_id or str(APP_ID),
        }
        if flag := _FLAGS.get(change.what):
            event["changeFlag"] = flag
        if of_property:
            event["propertyName"] = change.property_name
            event["propertyValue"] = REDACTED if secret else change.value or ""
        generic = subscription.family == GENERIC
        if generic:
            event["objectTypeId"] = change.object_type_id
        if of_property and (telling is Telling.ALWAYS or (telling is Telling.GENERIC and generic)):
            event["isSensitive"] = secret
        yield event | {key: _number(value) for key, value in change.details.items()}


def shell(portal_id: int, at_ms: int) -> Event:
    """What every event has."""
    return {
        "eventId": secrets.randbelow(2**32),
        "portalId": portal_id,
        "appId": APP_ID,
        "occurredAt": at_ms,
        "attemptNumber": 0,
    }


def _hears(subscription: Subscription, change: Change) -> bool:
    return (
        subscription.active
        and subscription.happening == change.what
        and subscription.subject == change.object_type_id
        and (not subscription.of_property or subscription.property_name == change.property_name)
    )


def _number(value: Any) -> Any:
    """Ids are numbers on the wire, wherever they stand."""
    if isinstance(value, list | tuple):
        return [_number(one) for one in value]
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if digits else value
