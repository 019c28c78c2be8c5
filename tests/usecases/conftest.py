"""A real gateway on a real outbox, talking to the emulator over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import World

from gateway.bootstrap import open_gateway
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """The one emulator of this folder."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def world(running: Emulator, tmp_path: Path) -> Iterator[World]:
    """The emulator as it started, without a rate limit, and a fresh data folder."""
    running.portal.reset()
    running.portal.amend_switches(rate_limit=0, public_limit=0)
    opened: list[Gateway] = []

    def open_one(**more: str) -> Gateway:
        gateway = open_gateway(load_settings(here.environ(**more), None))
        opened.append(gateway)
        return gateway

    here = World(running, tmp_path, open_one)
    yield here
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(world: World) -> Gateway:
    """A gateway that does not deliver yet."""
    return world.open()
