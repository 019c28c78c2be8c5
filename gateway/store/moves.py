"""The one way a submission changes state: a conditional UPDATE and its audit row, together."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from gateway.domain.audit import EVENT_ACTIONS
from gateway.domain.decisions import REASONS
from gateway.domain.errors import InvalidTransition
from gateway.domain.submissions import CAUSES, TRANSITIONS, Event, State
from gateway.store.audit import append
from gateway.store.schema import outbox

_FIELD_KEY = re.compile(r"(?:[0-9]+-[0-9]+/)?[A-Za-z0-9_.\-]{1,128}|")
_ERROR_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_REMOTE_ID = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
UNREADABLE_ERROR = "UNRECOGNIZED"
"""Stands for an errorType that does not look like one, so that no remote text is stored."""

_STATE = select(outbox.c.state).where(outbox.c.sid == bindparam("of_sid"))
_HELD_AT = (outbox.c.sid == bindparam("of_sid"), outbox.c.state == bindparam("of_state"))
_MOVE = update(outbox).where(*_HELD_AT)
_MOVE_FENCED = update(outbox).where(*_HELD_AT, outbox.c.fence == bindparam("of_fence"))


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is told with a move. ``cause`` is a key of ``CAUSES``, ``reason`` of ``REASONS``;
    text that came from HubSpot is kept only where it has the shape of an id, a field key or an
    errorType."""

    cause: str | None = None
    reason: str | None = None
    rejected: Mapping[str, str] = dataclasses.field(default_factory=dict)
    correlation_id: str | None = None
    conversion_id: str | None = None

    def __post_init__(self) -> None:
        if self.cause is not None and self.cause not in CAUSES:
            raise ValueError("cause is not a key of CAUSES")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError("reason is not a key of REASONS")

    def because(self, reason: str) -> Outcome:
        """The same with a person's reason."""
        return dataclasses.replace(self, reason=reason)


PLAIN = Outcome()


def move(
    connection: Connection,
    sid: str,
    source: State,
    event: Event,
    *,
    actor: str,
    at_ms: int,
    fence: int | None = None,
    outcome: Outcome = PLAIN,
    also: Mapping[str, Any] | None = None,
) -> State:
    """Takes ``sid`` from ``source`` by ``event`` and returns where it is now.

    ``also`` are more columns to set. Raises :class:`InvalidTransition` when the step does not
    exist, or when the submission is not in ``source`` under ``fence`` any more.
    """
    target = TRANSITIONS.get((source, event))
    if target is None:
        raise InvalidTransition(source, event)
    rejected = _told(outcome.rejected)
    values: dict[str, Any] = {
        "of_sid": sid,
        "of_state": source.value,
        "state": target.value,
        "changed_at_ms": at_ms,
        "cause": outcome.cause,
        "decision": outcome.reason,
        "rejected_fields": json.dumps(rejected, sort_keys=True),
        "correlation_id": _remote_id(outcome.correlation_id),
        "owner": None,
        "lease_until_ms": None,
    }
    if target is State.DELIVERED:
        values |= {
            "delivered_at_ms": at_ms,
            "conversion_id": _remote_id(outcome.conversion_id),
        }
    values |= also or {}
    statement = _MOVE
    if fence is not None:
        statement, values["of_fence"] = _MOVE_FENCED, fence
    if connection.execute(statement, values).rowcount != 1:
        found = connection.execute(_STATE, {"of_sid": sid}).scalar_one_or_none()
        raise InvalidTransition(found or "unknown", event)
    append(
        connection,
        at_ms=at_ms,
        actor=actor,
        action=EVENT_ACTIONS[event],
        sid=sid,
        cause=outcome.reason or outcome.cause,
        fields=tuple(key for key in rejected if key),
    )
    return target


def _told(rejected: Mapping[str, str]) -> dict[str, str]:
    """Field key → errorType, with anything of another shape folded into the whole form's."""
    told = {}
    for key, kind in rejected.items():
        known_key = key if _FIELD_KEY.fullmatch(key) else ""
        told[known_key] = kind if _ERROR_TYPE.fullmatch(kind) else UNREADABLE_ERROR
    return told


def _remote_id(text: str | None) -> str | None:
    return text if text is not None and _REMOTE_ID.fullmatch(text) else None
