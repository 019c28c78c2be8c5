"""Reading: any thread, each reading one consistent moment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway.domain.errors import OutboxUnreadable

T = TypeVar("T")


class Reader:
    """Runs questions against the database, several at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, question: Callable[[Connection], T]) -> T:
        """The answer of ``question(connection)``. Raises :class:`OutboxUnreadable`."""
        refused = (SQLAlchemyError, UnicodeError)
        with contextlib.suppress(*refused), self._engine.begin() as connection:
            return question(connection)
        # Raised outside the handler: the database's own error holds SQL, or what was asked for.
        raise OutboxUnreadable
