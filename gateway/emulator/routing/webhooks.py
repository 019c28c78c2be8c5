"""Routes: the app's webhook settings, and the emulator's own about them."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import WEBHOOKS
from gateway.emulator.webhooks import controls, settings

_OWN = "/_emulator/webhooks"
_SETTINGS, _SUBSCRIPTIONS = "/{app_id}/settings", "/{app_id}/subscriptions"
_ONE = _SUBSCRIPTIONS + "/{subscription_id}"

ROUTES: Sequence[Route] = (
    *(
        Route(method, base + path, handler, Door.SELF, Area.WEBHOOKS)
        for base in WEBHOOKS
        for method, path, handler in (
            ("GET", _SETTINGS, settings.show_settings),
            ("PUT", _SETTINGS, settings.put_settings),
            ("DELETE", _SETTINGS, settings.delete_settings),
            ("GET", _SUBSCRIPTIONS, settings.list_subscriptions),
            ("POST", _SUBSCRIPTIONS, settings.create_subscription),
            ("POST", _SUBSCRIPTIONS + "/batch/update", settings.update_subscriptions),
            ("GET", _ONE, settings.get_subscription),
            ("PATCH", _ONE, settings.amend_subscription),
            ("DELETE", _ONE, settings.delete_subscription),
        )
    ),
    Route("GET", _OWN, controls.show, Door.ADMIN),
    Route("PUT", _OWN, controls.put, Door.ADMIN),
    Route("DELETE", _OWN, controls.clear, Door.ADMIN),
    Route("POST", _OWN + "/send", controls.send, Door.ADMIN),
    Route("POST", _OWN + "/deliveries/{delivery_id}/send_again", controls.send_again, Door.ADMIN),
)
