"""A stand-in for HubSpot over real HTTP. It shares no code with the client it tests."""

from gateway.emulator.server import Emulator, PortBusy
from gateway.emulator.state.sealed_file import StateUnusable
from gateway.emulator.switches import Switches

__all__ = ["Emulator", "PortBusy", "StateUnusable", "Switches"]
