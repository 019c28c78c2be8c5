"""An emulated HubSpot in a process of its own, spoken to by its admin routes."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from storm.workers import AGAIN_S, WAIT_S, WINDOW_S, Nursery

JSON = {"Content-Type": "application/json"}


class Arrival(NamedTuple):
    """One call that came to the emulator: its own ``Arrival``, read back."""

    at: float
    area: str
    status: int
    tag: str | None


@dataclasses.dataclass(frozen=True)
class Account:
    """An emulated HubSpot in a process of its own, by its address."""

    base: str
    token: str
    pid: int

    def environ(self, data: Path, **more: str) -> dict[str, str]:
        """What a gateway on the folder ``data`` finds in its environment."""
        return {
            "HUBSPOT_ACCESS_TOKEN": self.token,
            "HUBSPOT_API_BASE": self.base,
            "GATEWAY_DATA_DIR": str(data),
            "GATEWAY_RATE_LIMIT": "0",
            "GATEWAY_UNKNOWN_WINDOW": str(WINDOW_S),
            "GATEWAY_BACKLOG": "1000000",
            **more,
        }

    def tags(self) -> dict[str, int]:
        """How often each tag was stored."""
        found: dict[str, int] = self.ask("GET", "tags")
        return found

    def arrivals(self, area: str | None = None) -> list[Arrival]:
        """Every call of the area, of all without one."""
        named = f"?area={area}" if area else ""
        return [Arrival(*row) for row in self.ask("GET", f"arrivals{named}")["arrivals"]]

    def mix(self, shares: Mapping[str, float], seconds: Mapping[str, float], seed: int) -> None:
        """Strikes submissions by chance from now on."""
        told = {"on": "secure_submit", "mix": shares, "seconds": seconds, "seed": seed}
        self.ask("POST", "faults", told)

    def fault(self, on: str, kind: str, times: int | None = None, seconds: float = 0.0) -> None:
        """Strikes calls of ``on``, until cleared without ``times``."""
        told = {"on": on, "kind": kind, "times": times, "seconds": seconds}
        self.ask("POST", "faults", told)

    def heal(self) -> None:
        """No fault any more."""
        self.ask("DELETE", "faults")

    def amend(self, **switches: Any) -> None:
        """Changes switches."""
        self.ask("PATCH", "switches", switches)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One of the emulator's own routes."""
        data = None if body is None else json.dumps(body)
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=WAIT_S)
        with contextlib.closing(connection):
            connection.request(method, f"/_emulator/{path}", data, JSON)
            answer = connection.getresponse()
            told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"the emulator refused {path}")
        return json.loads(told) if told else None


def account(nursery: Nursery, folder: Path, **switches: Any) -> Account:
    """A running emulator that never asks anybody to slow down, unless ``switches`` say so."""
    banner = folder / "emulator.json"
    switches = {"rate_limit": 0, "daily_limit": 0, **switches}
    pid = nursery.start("emulator", banner=str(banner), switches=switches)
    deadline = time.monotonic() + WAIT_S
    while not banner.exists():
        if nursery.ended(pid) is not None or time.monotonic() > deadline:
            raise RuntimeError("the emulator did not start")
        time.sleep(AGAIN_S / 5)
    told = json.loads(banner.read_text())
    return Account(told["api_base"], told["access_token"], pid)
