"""Opens the gateway for a command, and says beside the answer when HubSpot is emulated."""

from __future__ import annotations

from gateway.bootstrap import open_gateway
from gateway.cli.show import Out
from gateway.settings import Mode
from gateway.usecases.gateway import Gateway

EMULATED_MODES = {
    Mode.DEMO: "Demo: there is no HubSpot token, so HubSpot is emulated inside this command. "
    "Nothing leaves this machine, and what was delivered is gone when it ends.",
    Mode.EMULATED: "HubSpot is emulated; nothing reaches a real account.",
}
"""What is said beside every answer that did not come from HubSpot itself."""


def opened(out: Out) -> Gateway:
    """The gateway the settings describe. Raises what :func:`open_gateway` raises."""
    gateway = open_gateway()
    if gateway.mode in EMULATED_MODES:
        out.message(EMULATED_MODES[gateway.mode])
    return gateway
