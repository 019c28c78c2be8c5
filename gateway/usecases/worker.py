"""The threads that deliver: woken by each acceptance, one of them at a time; and the one that
keeps house: see :mod:`gateway.usecases.housekeeping`."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from gateway.domain.errors import GatewayError
from gateway.domain.queue import POSITIONS
from gateway.domain.submissions import State
from gateway.store.outbox import Outbox
from gateway.store.queue import Queue
from gateway.usecases.deliver import Delivery, Turn
from gateway.usecases.housekeeping import Housekeeping
from gateway.usecases.instruments import Instruments

COURIERS = 4
"""Submissions under way at once: while HubSpot takes its time over one, others leave."""
IDLE_S = 1.0
"""How long the worker sleeps when nothing wakes it: another process may have accepted."""
SLEEP_S = 30.0
PATIENCE_S = 2.5
"""How long a delivery by hand waits for something to become possible."""
HOUSEKEEPING_S = 0.5

WORKING = (State.QUEUED, State.SENDING)

log = logging.getLogger("gateway.worker")


class Worker:
    """Runs deliveries in threads of its own, from ``start`` to ``stop``."""

    def __init__(
        self,
        outbox: Outbox,
        queue: Queue,
        delivery: Delivery,
        housekeeping: Housekeeping,
        instruments: Instruments,
        *,
        on_change: Callable[[Callable[[], None]], None],
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._delivery = delivery
        self._housekeeping = housekeeping
        self._instruments = instruments
        self._on_change = on_change
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._asleep: collections.deque[threading.Event] = collections.deque()
        self._missed = False
        self._last_work = 0.0
        self._room_at = 0.0
        self._hindered_until = 0.0
        self._listening = False

    @property
    def running(self) -> bool:
        """Whether this process delivers."""
        return bool(self._threads)

    @property
    def sends_at_once(self) -> bool:
        """Whether what is accepted now leaves right after: this process delivers, and neither the
        window nor a pause or rest keeps it back."""
        return self.running and time.monotonic() >= self._hindered_until

    def start(self) -> None:
        """Starts the threads. They are woken by every acceptance in this process, and in others
        where the database tells of it."""
        if self._threads:
            return
        self._stopping.clear()
        self._delivery.go_on()
        self._last_work = time.monotonic()
        if not self._listening:
            self._listening = True
            self._outbox.on_accept(self.wake)
            self._on_change(self.wake)
        for number in range(COURIERS):
            self._begin(f"courier-{number}", partial(self._courier, first=number == 0))
        self._begin("housekeeping", self._keep_house)

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, timeout_s: float = 40.0) -> None:
        """Finishes the calls under way, gives back what was claimed, and ends the threads."""
        self._stopping.set()
        self._delivery.stop()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            with self._lock:
                for bell in self._asleep:
                    bell.set()
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def wake(self) -> None:
        """Wakes one courier: there may be something to send."""
        with self._lock:
            if self._asleep:
                self._asleep.popleft().set()
            else:
                self._missed = True

    def resting(self) -> str | None:
        """Why the queue rests now, as a key of ``CAUSES``; None when it does not, or when nobody
        can tell."""
        try:
            state = self._queue.state()
        except GatewayError:
            return None
        position = POSITIONS[state.switch]
        return state.rest_cause if position.sends else position.cause

    def until_empty(self) -> bool:
        """Delivers until nothing is queued, and tells whether all of it left. It gives up when
        nothing could be done for ``PATIENCE_S`` seconds: the queue rests, or what is left
        waits for its time, a lease, or a person. It waits for a place in a full window.

        The caller's thread only waits: an interrupt there ends the delivery after the calls
        under way, and gives back what was claimed.
        """
        self.start()
        try:
            while self._outbox.counts()[State.QUEUED] or not self._all_asleep():
                idle_s = time.monotonic() - max(self._last_work, self._room_at)
                if idle_s > PATIENCE_S and self._all_asleep():
                    break
                time.sleep(0.05)
        finally:
            self.stop()
        counts = self._outbox.counts()
        return not any(counts[state] for state in WORKING)

    def _all_asleep(self) -> bool:
        with self._lock:
            return len(self._asleep) == COURIERS or not self._threads

    def _courier(self, *, first: bool) -> None:
        """Delivers while there is something, then sleeps until it is woken; the ``first`` also
        wakes by itself, for what nobody told us of."""
        bell = threading.Event()
        while not self._stopping.is_set():
            turn = self._deliver()
            if turn.worked:
                self._last_work = time.monotonic()
                self._hindered_until = 0.0
                self.wake()
                continue
            again_s = IDLE_S if turn.again_s is None else min(IDLE_S, turn.again_s)
            if turn.cause is None and turn.again_s is not None:
                self._room_at = time.monotonic() + turn.again_s
            # It is asked again within a second, so that nothing is believed for long.
            hindered = turn.cause is not None or turn.again_s is not None
            self._hindered_until = time.monotonic() + 2 * again_s if hindered else 0.0
            self._sleep(bell, again_s if first or turn.again_s is not None else SLEEP_S)
            if turn.cause is None and turn.again_s is not None:
                self._instruments.waited_for_the_window(again_s)

    def _deliver(self) -> Turn:
        try:
            return self._delivery.deliver_next()
        except GatewayError as error:
            # A full disk, a busy database: the submission stays where it is.
            log.warning("delivery paused: %s", type(error).__name__)
        except Exception as error:  # the worker must outlive any one fault
            log.error("delivery failed: %s", type(error).__name__)
        return Turn(worked=False)

    def _sleep(self, bell: threading.Event, seconds: float) -> None:
        with self._lock:
            if self._missed or self._stopping.is_set():
                self._missed = False
                return
            bell.clear()
            self._asleep.append(bell)
        bell.wait(max(0.001, seconds))
        with self._lock:
            if bell in self._asleep:
                self._asleep.remove(bell)

    def _keep_house(self) -> None:
        while not self._stopping.wait(HOUSEKEEPING_S):
            try:
                if self._housekeeping.run():
                    self.wake()
            except GatewayError as error:
                log.warning("housekeeping paused: %s", type(error).__name__)
            except Exception as error:
                log.error("housekeeping failed: %s", type(error).__name__)
