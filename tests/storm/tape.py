"""Writes down the SQL of every transaction that a real gateway commits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, event

Transaction = tuple[tuple[str, tuple[Any, ...]], ...]
"""(SQL, parameters) of each statement, from the one after BEGIN to the one before COMMIT."""
BEGIN = "BEGIN IMMEDIATE"


@contextlib.contextmanager
def recording() -> Iterator[list[Transaction]]:
    """The transactions that engines opened meanwhile commit, in their order."""
    tape: list[Transaction] = []
    open_now: dict[int, list[tuple[str, tuple[Any, ...]]]] = {}

    def executed(connection: Connection, _cursor: Any, statement: str, parameters: Any,
                 _context: Any, many: bool) -> None:  # fmt: skip
        which = id(connection.connection.dbapi_connection)
        if statement == BEGIN:
            open_now[which] = []
        elif which in open_now:
            rows = parameters if many else [parameters]
            open_now[which] += [(statement, tuple(row)) for row in rows]

    def committed(connection: Connection) -> None:
        done = open_now.pop(id(connection.connection.dbapi_connection), None)
        if done:
            tape.append(tuple(done))

    def rolled_back(connection: Connection) -> None:
        open_now.pop(id(connection.connection.dbapi_connection), None)

    listeners = (
        ("before_cursor_execute", executed), ("commit", committed), ("rollback", rolled_back),
    )  # fmt: skip
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield tape
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
