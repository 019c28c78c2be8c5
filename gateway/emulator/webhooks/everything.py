"""A demo's app hears of every property on its forms, and of every new record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.emulator.portal import Portal
from gateway.emulator.responses import Stop
from gateway.emulator.webhooks.filing import set_target, subscribe
from gateway.emulator.webhooks.subscriptions import FAMILY_OBJECTS, MAX_CONCURRENT

_NAMED = {object_type_id: name for name, object_type_id in FAMILY_OBJECTS.items()}
_NEW = ("contact.creation", "company.creation", "ticket.creation")


def report_everything(portal: Portal, url: str) -> None:
    """Sends the app's webhooks to ``url``, an address on this machine, as if somebody had
    subscribed to all of it on the app's page."""
    with portal.lock:
        wanted: list[dict[str, Any]] = [{"eventType": kind} for kind in _NEW]
        for type_id, name in dict.fromkeys(
            pair for form in portal.forms.values() for pair in _properties(form)
        ):
            family = _NAMED.get(type_id, "object")
            about = {"objectTypeId": type_id} if family == "object" else {}
            wanted.append({"eventType": f"{family}.propertyChange", "propertyName": name, **about})
        for one in wanted:
            try:
                subscribe(portal, portal.webhooks, {**one, "active": True})
            except Stop:
                # The seed's bad forms name properties and objects that are not there.
                continue
        set_target(portal, portal.webhooks, url, MAX_CONCURRENT)


def _properties(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for group in form["fieldGroups"]:
        for field in group.get("fields", ()):
            yield from _of_field(field)


def _of_field(field: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield field["objectTypeId"], field["name"]
    for dependant in field.get("dependentFields", ()):
        yield from _of_field(dependant["dependentField"])
