"""What a database's failure means to whoever waits. No error here holds SQL or a parameter."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from gateway.domain.errors import IntakeClosed

Classify = Callable[[SQLAlchemyError], str]
"""A dialect's reading of a failure: ``disk``, ``busy`` or ``store``, keys of
``INTAKE_CAUSES``."""


class Clash(IntakeClosed):
    """Another row already has a value that must be unique."""

    def __init__(self) -> None:
        super().__init__("busy")
