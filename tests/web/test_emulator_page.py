"""The emulator's page exists in a demo, and in no other mode: not even its address does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway import bootstrap
from gateway.emulator import Emulator
from gateway.settings import Mode, load_settings
from gateway.web.surface import ONLY_IN_A_DEMO, PAGES, Surface, every_path


async def _there(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _status(path: str) -> int:
    """What the door answers for ``path`` while somebody is served."""
    told: list[int] = []

    async def send(message: Any) -> None:
        told.append(message.get("status", 0))

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Any = {"type": "http", "path": path, "method": "GET", "headers": []}
    asyncio.run(Surface(_there, every_path(Path()))(scope, receive, send))
    return told[0]


@pytest.mark.parametrize("mode", [Mode.DEMO, Mode.EMULATED])
def test_the_address_answers_in_a_demo_only(mode: Mode, tmp_path: Path) -> None:
    """With the emulator in this process the page is there; with one elsewhere it is not found,
    as any page that does not exist."""
    with Emulator() as elsewhere:
        environ = {"GATEWAY_DATA_DIR": str(tmp_path)}
        if mode is Mode.EMULATED:
            environ["HUBSPOT_ACCESS_TOKEN"] = elsewhere.access_token
            environ["HUBSPOT_API_BASE"] = elsewhere.api_base
        with bootstrap.open_gateway(load_settings(environ, None)) as gateway:
            bootstrap.serve(gateway)
            try:
                found = {path: _status(path) for path in PAGES}
            finally:
                bootstrap.serve(None)
    assert gateway.mode is mode
    assert (gateway.emulated is not None) is (mode is Mode.DEMO)
    for path, status in found.items():
        assert status == (404 if path in ONLY_IN_A_DEMO and mode is not Mode.DEMO else 200), path
    assert _status("/nothing") == 404
