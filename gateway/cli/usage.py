"""What a command was given and cannot use."""

from __future__ import annotations

from gateway.domain.errors import GatewayError


class UsageError(GatewayError):
    """The command was given something it cannot read or write. Exit code 2."""
