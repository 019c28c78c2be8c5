"""Sends what is due, signed, and tries again what failed: a task of the emulator's own loop.

Source: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from gateway.emulator.exchange import MARK
from gateway.emulator.portal import Portal, now_ms
from gateway.emulator.switches import Signatures
from gateway.emulator.webhooks.book import Webhooks
from gateway.emulator.webhooks.deliveries import GAPS_S, Delivery, DeliveryState
from gateway.emulator.webhooks.posting import called_uri, post
from gateway.emulator.webhooks.signatures import version_1, version_3
from gateway.emulator.webhooks.subscriptions import is_loopback

_LOOK_EVERY_S = 0.05
"""Seconds between looks while anybody listens: writes of submissions may fall due unseen."""
_SPREAD = 0.2
_FORGER = "not-the-secret"


class Sender:
    """Delivers one portal's events until it is cancelled."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._wake = asyncio.Event()
        self._tries: set[asyncio.Task[None]] = set()
        self._random = random.Random(0)  # noqa: S311 - it only spreads retries

    async def run(self) -> None:
        """Send until cancelled; what is under way then is tried again after a restart."""
        loop, portal = asyncio.get_running_loop(), self._portal
        with portal.lock:
            portal.wake = lambda: loop.call_soon_threadsafe(self._wake.set)
        try:
            while True:
                self._wake.clear()
                pause = self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            with portal.lock:
                portal.wake = lambda: None
            for task in self._tries:
                task.cancel()
            await asyncio.gather(*self._tries, return_exceptions=True)

    def _look(self) -> float | None:
        """Start what is due; how many seconds to wait for more, None for until woken."""
        portal = self._portal
        with portal.lock:
            now, webhooks = time.monotonic(), portal.webhooks
            portal.settle(now)
            webhooks.collect(portal, now)
            webhooks.batch(portal, now)
            for delivery in webhooks.ready(now, len(self._tries)):
                task = asyncio.create_task(self._try(webhooks, delivery))
                self._tries.add(task)
                task.add_done_callback(self._tried)
            due = webhooks.next_due()
        pauses = [_LOOK_EVERY_S] if webhooks.listening else []
        if due is not None and due > now:
            pauses.append(due - now)
        return min(pauses, default=None)

    def _tried(self, task: asyncio.Task[None]) -> None:
        self._tries.discard(task)
        self._wake.set()

    async def _try(self, webhooks: Webhooks, delivery: Delivery) -> None:
        portal = self._portal
        with portal.lock:
            target = webhooks.target
            if target is None or not is_loopback(urlsplit(target.url)):
                delivery.state = DeliveryState.NOT_SENT
                return
            body = delivery.body()
            headers = self._headers(target.url, body, delivery)
        status = 0
        try:
            status = await post(target.url, headers, body)
        finally:
            with portal.lock:
                self._settle(delivery, status)

    def _settle(self, delivery: Delivery, status: int) -> None:
        self._portal.revision += 1
        delivery.attempts.append({"at": now_ms(), "status": status})
        if 200 <= status < 300:
            delivery.state = DeliveryState.DELIVERED
        elif len(delivery.attempts) > len(GAPS_S):
            delivery.state = DeliveryState.GIVEN_UP
        else:
            gap = GAPS_S[len(delivery.attempts) - 1] * self._portal.switches.webhook_time_scale
            spread = self._random.uniform(1 - _SPREAD, 1 + _SPREAD)
            delivery.due = time.monotonic() + gap * spread
            delivery.state = DeliveryState.WAITING

    def _headers(self, url: str, body: bytes, delivery: Delivery) -> Mapping[str, str]:
        secret = _FORGER if delivery.forged else self._portal.client_secret
        stamp = str(now_ms() + delivery.stamp_offset_ms)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Sealed-Intake-Emulator (as HubSpot Connect)",
            "X-HubSpot-Request-Timestamp": stamp,
            **MARK,
        }
        versions = self._portal.switches.webhook_signatures
        if versions is not Signatures.ONLY_V3:
            headers["X-HubSpot-Signature"] = version_1(secret, body)
            headers["X-HubSpot-Signature-Version"] = "v1"
        if versions is not Signatures.ONLY_V1:
            uri = called_uri(url)
            headers["X-HubSpot-Signature-v3"] = version_3(secret, "POST", uri, body, stamp)
        return headers
