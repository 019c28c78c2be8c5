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
            closed = self._intake.proven_closed()
            if closed is not None:
                return False, closed
            position = POSITIONS[self._store.queue.state().switch]
            if not position.sends and position.cause is not None:
                return False, position.cause
            self._check.all()
            if (fault := self._check.lock_fault()) is not None:
                return False, str(fault)
        except IntakeClosed as error:
            return False, error.cause
        except HubSpotError:
            return False, "unreachable"
        except GatewayError as error:
            return False, type(error).__name__
        return True, "ready"
