"""Delivered answers are destroyed: after a hold their envelopes, and with their day's key every
copy of them, in journals, backups and worn-out blocks of the disk alike.

What still waits for a person is sealed again with today's key first, so that one refused
submission does not keep a whole day's answers readable.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain.errors import SealError
from gateway.sealing.envelope import Context, key_id_of, seal, unseal
from gateway.sealing.keyring import Epoch, Keyring
from gateway.store.epochs import Epochs, Resealed
from gateway.store.outbox import Sealed

BATCH = 200
DAY_MS = 86_400_000
ROLLOUT_MS = 7 * DAY_MS
"""How long programs of the release before keys had days may run beside this one."""


class Retention:
    """Shreds what is over. One worker does it for all."""

    def __init__(
        self, epochs: Epochs, keyring: Keyring, *, hold_s: int, now_ms: Callable[[], int]
    ) -> None:
        self._epochs = epochs
        self._keyring = keyring
        self._hold_s = hold_s
        self._now_ms = now_ms

    def sweep(self) -> int:
        """Destroys the envelopes whose hold is over, and the keys whose day is; returns how many
        envelopes. Raises :class:`IntakeClosed`, :class:`OutboxUnreadable`,
        :class:`KeyringBroken`; what was not done is done the next time."""
        self._keyring.refresh()
        self._name_keys()
        shredded = 0
        while (count := self._epochs.shred(older_than_s=self._hold_s, most=BATCH)) > 0:
            shredded += count
        for key_id in self._epochs.closed():
            # Destroyed by one that died before it could say so.
            if self._keyring.is_destroyed(key_id):
                self._epochs.destroyed(key_id)
        for epoch in self._keyring.epochs():
            if not epoch.newest and self._is_over(epoch):
                self._destroy(epoch)
        return shredded

    def _is_over(self, epoch: Epoch) -> bool:
        """Whether the day of a key has ended, and the hold after it. One of an earlier release,
        which had no days, is over as soon as a newer one is there."""
        if epoch.day is None:
            return True
        return self._now_ms() >= (epoch.day + 1) * DAY_MS + self._hold_s * 1000

    def _destroy(self, epoch: Epoch) -> None:
        """Closes the key, seals again what still needs an opening, and destroys it. A
        submission that does not open with it any more keeps the key: somebody may mend it."""
        key_id = epoch.key_id
        closed_ms, start = self._epochs.close(key_id), 0
        while batch := self._epochs.sealed_with(key_id, BATCH, start=start):
            resealed = [one for one in map(self._reseal, batch) if one is not None]
            start += len(batch) - self._epochs.reseal(key_id, resealed)
        # A program of an earlier release may still run beside this one, and knows of no closing.
        replaced = epoch.day is not None or self._now_ms() - closed_ms >= ROLLOUT_MS
        if not replaced or self._epochs.kept(key_id):
            return
        self._keyring.destroy(key_id, self._now_ms())
        self._epochs.destroyed(key_id)

    def _reseal(self, sealed: Sealed) -> Resealed | None:
        context = Context(
            sealed.sid,
            sealed.portal_id,
            sealed.form_id,
            sealed.submitted_at_ms,
            sealed.snapshot_hash,
        )
        try:
            payload = unseal(sealed.envelope, context, self._keyring.opening)
        except SealError:
            return None
        key = self._keyring.sealing_on(self._now_ms() // DAY_MS)
        return Resealed(sealed.sid, key.key_id, seal(payload, context, key))

    def _name_keys(self) -> None:
        while unnamed := self._epochs.unnamed(BATCH):
            named = [(sid, key_id_of(envelope) or "") for sid, envelope in unnamed]
            self._epochs.name(named)
