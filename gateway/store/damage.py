"""Rows that somebody or something has damaged: one must not stop the others.

A row whose essentials cannot be read is never claimed; it is shown with what can be read of
it, held back, and :meth:`~gateway.store.outbox.Outbox.damaged` counts it. SQLite keeps a value
of any type in any column, so each value is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select

from gateway.domain.decisions import REASONS
from gateway.domain.submissions import CAUSES, State, Status
from gateway.store.schema import outbox

DAMAGED = "tampered"
"""The cause, a key of ``CAUSES``, that a damaged submission is shown with."""

_MENDABLE = frozenset({"form_name"})
"""Columns that are only shown: their damage keeps nothing from being sent."""
_COLUMNS: Mapping[str, tuple[type, bool]] = {
    column.name: (column.type.python_type, bool(column.nullable)) for column in outbox.c
}
_SAFE: Mapping[type, Any] = {int: 0, str: "", bytes: b""}
LATEST_MS = 10**14
"""No time is later (it is in the year 5138): one beyond it, or before 1970, is damage."""


def readable(text: object) -> bool:
    """Whether ``text`` is a text, and was UTF-8 in the file: bytes that were not are read as
    lone surrogates, which no encoding takes."""
    if not isinstance(text, str):
        return False
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def sound(row: RowMapping) -> bool:
    """Whether a row can be worked on: every column but those only shown is of its type."""
    return all(name in _MENDABLE or _fits(name, value) for name, value in row.items())


def whole(row: RowMapping) -> bool:
    """Whether nothing in the row is damaged, what is only shown included."""
    return all(_fits(name, value) for name, value in row.items()) and _status(row)[1]


def sound_rows(
    connection: Connection, asked: Select[Any], limit: int, *, start: int = 0, **words: object
) -> list[dict[str, Any]]:
    """The first ``limit`` rows of ``asked``, from the one numbered ``start`` on, that can be
    worked on, with what is only shown made readable.

    ``asked`` takes ``most`` and ``skip``: damaged rows at its head must not use up the limit.
    """
    found: list[dict[str, Any]] = []
    seen = start
    while len(found) < limit:
        page = connection.execute(asked, {**words, "most": limit, "skip": seen}).mappings().all()
        found += [{name: mended(name, row[name]) for name in row} for row in page if sound(row)]
        seen += len(page)
        if len(page) < limit:
            break
    return found[:limit]


def state_of(text: object) -> State:
    """The state named by ``text``; a damaged one counts as held: nothing is done with it."""
    return State(text) if isinstance(text, str) and text in _STATES else State.HELD


def status_of(row: RowMapping, history: tuple[tuple[int, State, str], ...]) -> Status:
    """A row as it is shown. A damaged one has the cause ``DAMAGED``, and safe values in the
    place of those that cannot be read."""
    told, unharmed = _status(row)
    if not unharmed:
        told["cause"] = DAMAGED
    return Status(**told, history=history)


def _status(row: RowMapping) -> tuple[dict[str, Any], bool]:
    """The columns of a :class:`Status`, and whether none of them is damaged."""
    told = {name: mended(name, row[name]) for name in row if name in _SHOWN}
    unharmed = all(_fits(name, row[name]) for name in told)
    state, rejected = told.pop("state"), _rejected(told.pop("rejected_fields"))
    unharmed = (
        unharmed
        and state in _STATES
        and rejected is not None
        and (told["cause"] is None or told["cause"] in CAUSES)
        and (told["decision"] is None or told["decision"] in REASONS)
    )
    code = told.pop("receipt")
    return {
        **told,
        "code": code,
        "state": state_of(state),
        "rejected_fields": rejected or {},
    }, unharmed


_STATES = frozenset(State)
_SHOWN = frozenset(
    {
        "receipt", "form_id", "form_name", "state", "attempts", "accepted_at_ms",
        "changed_at_ms", "delivered_at_ms", "cause", "rejected_fields", "decision", "resends",
        "copies", "shredded_at_ms",
    }
)  # fmt: skip


def _fits(name: str, value: object) -> bool:
    kind, nullable = _COLUMNS[name]
    if value is None:
        return nullable
    if kind is str:
        return readable(value)
    if name.endswith("_ms"):
        return isinstance(value, int) and 0 <= value <= LATEST_MS
    return isinstance(value, kind)


def mended(name: str, value: object) -> Any:
    """What can be shown of a value of the column ``name``: itself where it is not damaged, else
    what is left of a text, or a safe value."""
    if _fits(name, value):
        return value
    kind, nullable = _COLUMNS[name]
    if kind is str and isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return None if nullable else _SAFE[kind]


def _rejected(text: str) -> dict[str, str] | None:
    """field key → errorType as it is stored; None when it cannot be read."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    shaped = isinstance(told, dict) and all(readable(v) and readable(k) for k, v in told.items())
    return told if shaped else None
