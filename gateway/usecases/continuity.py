"""Notices that the outbox is an older one than it was: put back from a backup, or by a failover
that lost its last commits.

Such an outbox takes for queued what may have been sent since, and it is whole in itself: only
something outside it can tell. So the key folder keeps how far the audit had come. Where that row
is missing, all that waits becomes unclear, and is looked up in HubSpot before anything is sent.
"""

from __future__ import annotations

import logging

from gateway.domain.errors import GatewayError
from gateway.sealing.keyring import Keyring
from gateway.store.audit import Audit
from gateway.store.outbox import Outbox

BATCH = 200
log = logging.getLogger("gateway.outbox")


class Continuity:
    """Compares the outbox with what the key folder remembers of it."""

    def __init__(self, audit: Audit, outbox: Outbox, keyring: Keyring) -> None:
        self._audit = audit
        self._outbox = outbox
        self._keyring = keyring

    def prove(self) -> int:
        """Makes what waits unclear if this is an older outbox, and notes how far it has come; how
        many became unclear. Call it before anything is sent. Raises :class:`KeyringBroken`,
        :class:`IntakeClosed` and :class:`OutboxUnreadable`; it is not noted then, so that the
        next call finds the same."""
        doubted = 0
        reached = self._keyring.outbox_reached
        if reached is not None and not self._audit.holds(*reached):
            while moved := self._outbox.doubt(BATCH):
                doubted += moved
            log.warning("the outbox is older than it was: what waits is looked up first")
        self._note()
        return doubted

    def close(self) -> None:
        """Notes how far it has come, if it can be noted now."""
        try:
            self._note()
        except GatewayError:
            log.warning("how far the outbox has come could not be noted")

    def _note(self) -> None:
        if head := self._audit.head():
            self._keyring.note_outbox(head)
