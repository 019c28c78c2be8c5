"""Whether the gateway is ready: what a health probe asks before it sends people here."""

from __future__ import annotations

from gateway.domain.errors import GatewayError, IntakeClosed
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.queue import POSITIONS
from gateway.store.store import Store
from gateway.usecases.check import Check
from gateway.usecases.intake import Intake


class Readiness:
    """Looks at the outbox, the intake, the queue's switch and the forms, in this order."""

    def __init__(self, store: Store, intake: Intake, check: Check) -> None:
        self._store = store
        self._intake = intake
        self._check = check

    def __call__(self) -> tuple[bool, str]:
        """Whether answers can be accepted and sent now, and if not why."""
        try:
            cause = self._intake.proven_closed() or self._paused() or self._all_forms_closed()
        except IntakeClosed as error:
            cause = error.cause
        except HubSpotError:
            cause = "unreachable"
        except GatewayError as error:
            cause = type(error).__name__
        return cause is None, cause or "ready"

    def _paused(self) -> str | None:
        position = POSITIONS[self._store.queue.state().switch]
        return None if position.sends else position.cause

    def _all_forms_closed(self) -> str | None:
        """Raises what asking HubSpot raised."""
        self._check.all()
        fault = self._check.lock_fault()
        return None if fault is None else str(fault)
