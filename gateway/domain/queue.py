"""The queue's switch: whether submissions leave, and if not, why, and who ends that."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping


class Switch(enum.StrEnum):
    """Whether submissions leave."""

    RUNNING = "RUNNING"
    DRAIN = "DRAIN"
    PAUSED_AUTH = "PAUSED_AUTH"
    PAUSED_INSTALL = "PAUSED_INSTALL"
    PAUSED_SCOPE = "PAUSED_SCOPE"
    PAUSED_QUOTA = "PAUSED_QUOTA"
    PAUSED_CLOCK = "PAUSED_CLOCK"
    PAUSED_POLICY = "PAUSED_POLICY"
    PAUSED_OPERATOR = "PAUSED_OPERATOR"


class Ends(enum.Enum):
    """What ends a position of the switch."""

    NEVER = enum.auto()
    """It is the normal one."""
    CALL = enum.auto()
    """One cheap call, made by one worker when the time has come, and answered well."""
    TRIAL = enum.auto()
    """One submission, sent when the time has come, and taken by HubSpot."""
    TIME = enum.auto()
    """Its time."""
    PERSON = enum.auto()
    """A person."""


@dataclasses.dataclass(frozen=True)
class Position:
    """One row of ``POSITIONS``: what a position of the switch means."""

    words: str
    sends: bool
    accepts: bool
    cause: str | None
    """The key of ``CAUSES`` that waiting submissions show."""
    ends: Ends
    again_s: float | None = None
    """Seconds until it is tried again by itself; None when it is not, or ``until_ms`` says."""


POSITIONS: Mapping[Switch, Position] = {
    Switch.RUNNING: Position("Sending", True, True, None, Ends.NEVER),
    Switch.DRAIN: Position(
        "Sending what is left; nothing new is taken", True, False, None, Ends.PERSON
    ),
    Switch.PAUSED_AUTH: Position(
        "HubSpot refuses our token", False, True, "unauthorized", Ends.CALL, 300.0
    ),
    Switch.PAUSED_INSTALL: Position(
        "The app is not installed in HubSpot", False, True, "not_installed", Ends.CALL, 60.0
    ),
    Switch.PAUSED_SCOPE: Position(
        "Our token lacks a permission", False, True, "forbidden", Ends.TRIAL, 300.0
    ),
    Switch.PAUSED_QUOTA: Position(
        "Today's calls are used up", False, True, "daily_quota", Ends.TIME
    ),
    Switch.PAUSED_CLOCK: Position(
        "This machine's clock is wrong", False, True, "clock", Ends.CALL, 60.0
    ),
    Switch.PAUSED_POLICY: Position(
        "HubSpot sends us elsewhere", False, True, "policy", Ends.TRIAL, 900.0
    ),
    Switch.PAUSED_OPERATOR: Position("Paused by a person", False, True, "operator", Ends.PERSON),
}
"""Every position. Reading a switch that nobody may turn back by hand is not foreseen:
:data:`Ends` says only what else ends it."""

OPERATOR_TURNS = frozenset({Switch.RUNNING, Switch.DRAIN, Switch.PAUSED_OPERATOR})
"""The positions a person may turn the switch to."""


@dataclasses.dataclass(frozen=True)
class QueueState:
    """The switch, and how fast submissions may leave. Times are ms since the epoch (UTC)."""

    switch: Switch
    since_ms: int
    until_ms: int | None
    """When it is tried again by itself; None when only a person ends it."""
    rest_cause: str | None
    """Why nothing leaves for a moment although the switch is on; a key of ``CAUSES``."""
    rest_until_ms: int
    limit: int
    """Submissions per ten seconds now, 0 for no limit: the setting, or less when HubSpot asked
    for less."""
