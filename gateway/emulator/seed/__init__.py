"""What an emulated account starts with. All of it is invented."""

from __future__ import annotations

from gateway.domain.errors import GatewayError
from gateway.emulator.seed.account import Seed
from gateway.emulator.seed.clinic import CLINIC

__all__ = ["SEEDS", "Seed", "UnknownSeed", "load"]

SEEDS = {"clinic": CLINIC}
"""Every seed by its name."""


class UnknownSeed(GatewayError):  # noqa: N818 - named as the domain names its errors
    """There is no seed of this name."""

    def __init__(self) -> None:
        super().__init__(f"There is no such seed. Choose one of: {', '.join(SEEDS)}.")


def load(name: str) -> Seed:
    """The seed named ``name``. Raises :class:`UnknownSeed`."""
    if name not in SEEDS:
        raise UnknownSeed
    return SEEDS[name]
