"""What HubSpot's headers say of the calls that are left.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

_PREFIX = "x-hubspot-ratelimit-"


@dataclasses.dataclass(frozen=True)
class Rates:
    """One answer's word on the limits; None where it said nothing."""

    interval_ms: int | None = None
    most: int | None = None
    """Calls per interval."""
    left: int | None = None
    """Calls left in this interval."""
    daily: int | None = None
    daily_left: int | None = None


def read_rates(headers: Mapping[str, str]) -> Rates:
    """The limits named in ``headers`` (names in lower case)."""
    return Rates(
        interval_ms=_number(headers, "interval-milliseconds"),
        most=_number(headers, "max"),
        left=_number(headers, "remaining"),
        daily=_number(headers, "daily"),
        daily_left=_number(headers, "daily-remaining"),
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(_PREFIX + name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
