"""What a command's exit code means."""

from __future__ import annotations

from gateway.cli.usage import UsageError
from gateway.domain.errors import GatewayError, IntakeClosed, SettingsError
from gateway.domain.hubspot_errors import HubSpotError
from gateway.emulator import PortBusy, StateUnusable

YES, REFUSED, USAGE, HUBSPOT, INTERRUPTED = 0, 1, 2, 3, 130

_HUBSPOT_CAUSES = frozenset({"unreachable", "unauthorized", "not_installed"})


def exit_code(error: GatewayError) -> int:
    """The exit code of a command that ended with ``error``."""
    if isinstance(error, SettingsError | UsageError | PortBusy | StateUnusable):
        return USAGE
    if isinstance(error, HubSpotError):
        return HUBSPOT
    if isinstance(error, IntakeClosed) and error.cause in _HUBSPOT_CAUSES:
        return HUBSPOT
    return REFUSED
