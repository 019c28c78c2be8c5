"""What a database's failure means to whoever waits. No error here holds SQL or a parameter."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from gateway.domain.errors import GatewayError, IntakeClosed

Classify = Callable[[SQLAlchemyError], str]
"""A dialect's reading of a failure: ``disk``, ``busy`` or ``store``, keys of
``INTAKE_CAUSES``."""


class Clash(IntakeClosed):
    """Another row already has a value that must be unique."""

    def __init__(self) -> None:
        super().__init__("busy")


class OutboxUnreadable(GatewayError):  # noqa: N818  # the tree names errors by what is so
    """The outbox could not be read just now. What it holds is not touched by that."""

    def __init__(self) -> None:
        super().__init__("The outbox cannot be read at the moment. Try again; nothing is lost.")
