"""The thread that delivers: woken by each acceptance, it also settles what a dead process
left behind, looks unclear submissions up, and releases what was held."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from gateway.domain.errors import GatewayError
from gateway.domain.submissions import State
from gateway.store.outbox import Outbox
from gateway.usecases.deliver import Delivery
from gateway.usecases.reconcile import Reconcile

IDLE_S = 1.0
"""How long the worker sleeps when nothing wakes it: another process may have accepted."""
PATIENCE_S = 2.5
"""How long a delivery by hand waits for something to become possible."""
CHORES_S = 2.0
UNKNOWN_LOOK_S = (2.0, 60.0)
"""How often unclear submissions are looked up: at first, and at last."""
OLD_LOOK_S = 900.0
"""Those that are unclear for longer than the window are looked up this often."""
HELD_LOOK_S = 30.0

WORKING = (State.QUEUED, State.SENDING)

log = logging.getLogger("gateway.worker")


class Worker:
    """Runs deliveries in a thread of its own, from ``start`` to ``stop``."""

    def __init__(
        self,
        outbox: Outbox,
        delivery: Delivery,
        reconcile: Reconcile,
        *,
        unknown_window_s: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._outbox = outbox
        self._delivery = delivery
        self._reconcile = reconcile
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._last_work = 0.0
        self._thread: threading.Thread | None = None
        self._next_chores = 0.0
        self._next_look = 0.0
        self._next_old_look = 0.0
        self._unknown_window_ms = unknown_window_s * 1000
        self._now_ms = now_ms
        self._look_gap = UNKNOWN_LOOK_S[0]
        self._next_held = 0.0
        self._unclear = 0

    def start(self) -> None:
        """Starts the thread. It is woken by every acceptance in this process."""
        self._stopping.clear()
        self._delivery.pace.go_on()
        self._idle.clear()
        self._last_work = time.monotonic()
        self._outbox.on_accept(self._wake.set)
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 40.0) -> None:
        """Finishes the call under way, gives back what was claimed, and ends the thread."""
        self._stopping.set()
        self._delivery.pace.stop()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def resting(self) -> str | None:
        """Why the queue rests now, as a key of ``CAUSES``; None when it does not."""
        return self._delivery.pace.rest_cause()

    def until_empty(self) -> bool:
        """Delivers until nothing is queued, and tells whether all of it left. It gives up when
        nothing could be done for ``PATIENCE_S`` seconds: the queue rests, or what is left
        waits for its time, a lease, or a person.

        The caller's thread only waits: an interrupt there ends the delivery after the call
        under way, and gives back what was claimed.
        """
        self.start()
        try:
            while self._outbox.counts()[State.QUEUED] or not self._idle.is_set():
                if time.monotonic() - self._last_work > PATIENCE_S and self._idle.is_set():
                    break
                time.sleep(0.05)
        finally:
            self.stop()
        counts = self._outbox.counts()
        return not any(counts[state] for state in WORKING)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._idle.clear()
            try:
                self._chores()
                settled = self._delivery.deliver_next()
            except GatewayError as error:
                # A full disk, a busy database: the submission stays where it is.
                log.warning("delivery paused: %s", type(error).__name__)
                settled = False
            except Exception as error:  # the worker must outlive any one fault
                log.error("delivery failed: %s", type(error).__name__)
                settled = False
            if settled:
                self._last_work = time.monotonic()
            else:
                self._idle.set()
                self._wake.wait(min(IDLE_S, self._delivery.pace.seconds_left() or IDLE_S))

    def _chores(self) -> None:
        now = time.monotonic()
        if now < self._next_chores:
            return
        self._next_chores = now + CHORES_S
        self._outbox.expire_leases()
        if self._delivery.pace.resting():
            return
        counts = self._outbox.counts()
        if counts[State.UNKNOWN] > self._unclear:
            self._look_gap, self._next_look = UNKNOWN_LOOK_S[0], now
        self._unclear = counts[State.UNKNOWN]
        if self._unclear:
            self._look_up(now)
        if counts[State.HELD] and now >= self._next_held:
            self._next_held = now + HELD_LOOK_S
            self._delivery.release_held()

    def _look_up(self, now: float) -> None:
        """Looks for unclear submissions: often for those of the last minutes, once in a while
        for older ones, which by then are shown as needing a person."""
        if now >= self._next_old_look:
            self._next_old_look = now + OLD_LOOK_S
            self._reconcile.sweep()
        elif now >= self._next_look:
            young = self._now_ms() - self._unknown_window_ms
            found = self._reconcile.sweep(unclear_after_ms=young)
            first, last = UNKNOWN_LOOK_S
            self._look_gap = first if found else min(self._look_gap * 2, last)
            self._next_look = now + self._look_gap
