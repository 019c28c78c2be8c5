"""Moments and stretches of time as people say them, in this machine's own time."""

from __future__ import annotations

import datetime

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def moment(at_ms: int) -> str:
    """A moment to the minute, with its date; ``at_ms`` is ms since the epoch."""
    return _local(at_ms).strftime("%-d %B %Y, %H:%M")


def clock(at_ms: int, now_ms: int) -> str:
    """A moment near ``now_ms``: to the second, and with its date only when it is another day."""
    at, now = _local(at_ms), _local(now_ms)
    return at.strftime("%H:%M:%S" if at.date() == now.date() else "%-d %b, %H:%M")


def to_the_second(at_ms: int) -> str:
    """A moment with its date, to the second, whenever it was."""
    return _local(at_ms).strftime("%-d %b %Y, %H:%M:%S")


def to_the_minute(at_ms: int) -> str:
    """Hour and minute of a moment."""
    return _local(at_ms).strftime("%H:%M")


def span(seconds: float) -> str:
    """How long something lasts, in its largest unit: ``3 minutes``."""
    for size, unit in _UNITS:
        count = int(seconds // size)
        if count:
            return f"1 {unit}" if count == 1 else f"{count} {unit}s"
    return "under a minute"


def _local(at_ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at_ms / 1000, tz=datetime.UTC).astimezone()
