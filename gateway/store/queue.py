"""The queue's switch and speed: one row that all workers share.

The speed is a true sliding window: see :mod:`gateway.store.turns`.
"""

from __future__ import annotations

import dataclasses
import random

from sqlalchemy import Connection, Row, insert, select, update

from gateway.domain.audit import NOT_OF_A_SUBMISSION, Action
from gateway.domain.queue import POSITIONS, Ends, QueueState, Switch
from gateway.domain.submissions import CAUSES
from gateway.domain.users import WORKER
from gateway.store import turns
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import queue

WINDOW_MS = 10_000
"""HubSpot counts calls in a rolling window of ten seconds."""
UNLIMITED_BASE = 200
"""What a refusal halves when no limit is set: more than any account's."""
RECOVERY_SHARE = 10
"""After each quiet window a lowered limit rises by this part of the setting (a tenth)."""

MOST_IN_FLIGHT = 8
"""So many calls may be under way at once, of all workers together: fewer than the ten 429s in a
second for which HubSpot blocks an address, and the first 429 stops the next claim."""
YOUNG_MS = 2_000
"""A call claimed longer ago is not counted as under way: its worker may have died, and nobody
should wait for the dead. One that is slow is answered apart from the others anyway."""
IN_FLIGHT_AGAIN_MS = 50
CAREFUL_AFTER = 5
"""After so many failures in a row, or a refused token, one call at a time until one succeeds."""
LONGEST_REST_S = 60.0
LONGEST_ASKED_MS = 3_600_000
"""No rest is longer: one that seems to be was begun while the clock was ahead, and is over."""

LONGEST_PAUSE_MS = 49 * 3_600_000
"""The longest day there is, twice, and a little: no pause that ends by its time is longer."""

_ONE = 1
_C = queue.c
_NEW = {
    "id": _ONE, "switch": Switch.RUNNING.value, "since_ms": 0, "until_ms": None, "token": "",
    "rest_cause": None, "rest_until_ms": 0, "failures": 0, "lowered_to": None, "lowered_ms": 0,
}  # fmt: skip
_READ = select(queue).where(_C.id == _ONE)


@dataclasses.dataclass(frozen=True)
class Effect:
    """What a call that ended does to the whole queue. Times are in seconds from now."""

    ok: bool = False
    """HubSpot took a submission: a trial has passed, and failures in a row are over."""
    counts: bool = True
    """Whether HubSpot counted a call; one that never left gives its place back."""
    pause: Switch | None = None
    pause_s: float | None = None
    rest_cause: str | None = None
    rest_s: float | None = None
    """HubSpot asked for it, or we know how long it lasts."""
    rests_after: int | None = None
    """The queue rests from this many failures in a row on: a second, and twice as long each
    time."""
    lower: bool = False
    """HubSpot asked us to slow down: half as many as now."""
    setting: int = 0
    """The limit that is set, with ``lower`` and ``ceiling``; 0 is no limit."""
    ceiling: int | None = None
    """HubSpot named a limit below the setting: no more than this in a window."""
    token: str = ""
    """The digest of the token that was refused, with ``pause``."""

    def __post_init__(self) -> None:
        if self.rest_cause is not None and self.rest_cause not in CAUSES:
            raise ValueError("rest_cause is not a key of CAUSES")


@dataclasses.dataclass(frozen=True)
class Room:
    """How many submissions may leave now; if none, why, and when to ask again (ms since the
    epoch; None when a person has to turn the switch)."""

    places: int
    cause: str | None = None
    again_ms: int | None = None


def room(connection: Connection, now: int, most: int, per_window: int) -> Room:
    """How many of ``most`` may be claimed now, in the caller's transaction. ``per_window`` is
    the setting; 0 means no limit.

    A position that ends by a trial lets one through when its time has come, and no second one
    before the outcome of the first, or its next time.
    """
    row = _row(connection)
    switch = _switch(row)
    position = POSITIONS[switch]
    again_ms = LONGEST_PAUSE_MS if position.again_s is None else int(position.again_s * 1000)
    # A time further off than that was set by a clock that was ahead.
    due = row.until_ms is not None and not now < row.until_ms <= now + again_ms
    if not position.sends:
        if position.ends is Ends.TIME and due:
            turn(connection, Switch.RUNNING, now=now, actor=WORKER.id)
        elif position.ends is Ends.TRIAL and due and position.again_s is not None:
            most = 1
        else:
            return Room(0, position.cause, row.until_ms)
    if _rests(row, now):
        return Room(0, row.rest_cause, row.rest_until_ms)
    limit = _limit(row, now, per_window)
    careful = row.failures >= CAREFUL_AFTER
    if limit or careful:
        taken, first_free, in_flight = turns.taken(connection, now, WINDOW_MS, YOUNG_MS)
        if limit and taken >= limit:
            return Room(0, None, first_free)
        free = (1 if careful else MOST_IN_FLIGHT) - in_flight
        if free <= 0:
            return Room(0, None, now + IN_FLIGHT_AGAIN_MS)
        most = min(most, free, limit - taken if limit else free)
    return Room(most)


def took(connection: Connection, now: int, places: list[tuple[str, int]], until_ms: int) -> None:
    """Notes the places that (sid, fence) have taken, at the longest until ``until_ms``, and
    clears away those that are free again. A trial under way puts the next one off."""
    turns.take(connection, now, places, until_ms + WINDOW_MS)
    position = POSITIONS[_switch(row := _row(connection))]
    if position.ends is Ends.TRIAL and position.again_s is not None:
        _set(connection, row, until_ms=now + int(position.again_s * 1000))


def ended(connection: Connection, now: int, sid: str, fence: int, effect: Effect) -> None:
    """Frees the place of a call that has ended, in ten seconds or at once, and does what its
    outcome asks of the whole queue."""
    turns.end(connection, sid, fence, now + WINDOW_MS if effect.counts else None)
    apply(connection, now, effect)


def apply(connection: Connection, now: int, effect: Effect) -> None:
    """Does what ``effect`` asks of the whole queue."""
    row = _row(connection)
    if effect.ok:
        if row.failures:
            _set(connection, row, failures=0)
        if POSITIONS[_switch(row)].ends is Ends.TRIAL:
            turn(connection, Switch.RUNNING, now=now, actor=WORKER.id)
    # Calls that failed side by side are one failure: the queue rests already.
    resting = _rests(row, now)
    if effect.lower and not resting:
        now_limit = _limit(row, now, effect.setting) or UNLIMITED_BASE
        _set(connection, row, lowered_to=max(1, now_limit // 2), lowered_ms=now)
    elif effect.ceiling is not None and (
        # Before it rises above what HubSpot named, not after.
        _limit(row, now + WINDOW_MS, effect.setting or UNLIMITED_BASE) > effect.ceiling
    ):
        _set(connection, row, lowered_to=effect.ceiling, lowered_ms=now)
    if effect.rest_s is not None or effect.rests_after is not None:
        failures = 0 if effect.ok else row.failures + (not resting)
        until = now + int(_rest_s(effect, failures) * 1000)
        told = {"rest_until_ms": until, "rest_cause": effect.rest_cause}
        longer = told if until > (row.rest_until_ms if resting else now) else {}
        _set(connection, row, failures=failures, **longer)
    if effect.pause is not None:
        pause(connection, effect.pause, now=now, seconds=effect.pause_s, token=effect.token)


def _rest_s(effect: Effect, failures: int) -> float:
    """How long the queue rests, with jitter so that many workers do not return at once."""
    backed_off = 0.0
    if effect.rests_after is not None and failures >= effect.rests_after:
        longest = min(LONGEST_REST_S, 2.0 ** min(failures - effect.rests_after, 10))
        backed_off = random.uniform(0.5, 1.0) * longest  # noqa: S311  # spreading, not secrecy
    return max(effect.rest_s or 0.0, backed_off)


def pause(
    connection: Connection, switch: Switch, *, now: int, seconds: float | None, token: str = ""
) -> None:
    """Turns the switch to a pause for ``seconds``. What a person turned it to is not touched:
    while the queue is drained it rests instead. A pause that stands already is only put off."""
    row = _row(connection)
    standing = _switch(row)
    if switch is Switch.PAUSED_AUTH:
        _set(connection, row, failures=max(row.failures, CAREFUL_AFTER))
    # Where there is no token, one that was refused a moment ago says nothing more.
    ended = (standing, switch) == (Switch.PAUSED_INSTALL, Switch.PAUSED_AUTH)
    if standing is Switch.PAUSED_OPERATOR or ended:
        return
    until = None if seconds is None else now + int(seconds * 1000)
    if standing is Switch.DRAIN:
        until = now + LONGEST_ASKED_MS if until is None else min(until, now + LONGEST_ASKED_MS)
        if not _rests(row, now) or until > row.rest_until_ms:
            _set(connection, row, rest_until_ms=until, rest_cause=POSITIONS[switch].cause)
    elif standing is switch:
        _set(connection, row, until_ms=until, token=token)
    else:
        turn(connection, switch, now=now, actor=WORKER.id, until_ms=until, token=token)


def turn(
    connection: Connection,
    switch: Switch,
    *,
    now: int,
    actor: str,
    until_ms: int | None = None,
    token: str = "",
) -> None:
    """Turns the switch, with its audit row. A person who lets it run again also ends every
    rest; what HubSpot asked for is not forgotten because a pause is over."""
    row = _row(connection)
    ends_rest = switch is Switch.RUNNING and actor != WORKER.id
    rested = {"rest_until_ms": 0, "rest_cause": None} if ends_rest else {}
    _set(connection, row, switch=switch.value, since_ms=now, until_ms=until_ms, token=token,
         **rested)  # fmt: skip
    sends = POSITIONS[switch].sends
    action = Action.QUEUE_RESUMED if sends else Action.QUEUE_PAUSED
    append(connection, at_ms=now, actor=actor, action=action, sid=NOT_OF_A_SUBMISSION[action],
           cause=POSITIONS[switch].cause)  # fmt: skip


class Queue:
    """The switch as the worker, the pages and the commands see it. Changing calls raise
    :class:`IntakeClosed`, reading ones :class:`OutboxUnreadable`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def state(self, per_window: int = 0) -> QueueState:
        """Where the switch stands, and the limit in effect for the setting ``per_window``."""

        def question(connection: Connection) -> QueueState:
            row = connection.execute(_READ).one_or_none()
            now = self._means.clock(connection)
            if row is None:
                return QueueState(Switch.RUNNING, 0, None, None, 0, per_window)
            resting = _rests(row, now)
            return QueueState(
                switch=_switch(row),
                since_ms=row.since_ms,
                until_ms=row.until_ms,
                rest_cause=row.rest_cause if resting else None,
                rest_until_ms=row.rest_until_ms if resting else 0,
                limit=_limit(row, now, per_window),
            )

        return self._means.reader.run(question)

    def turn(self, switch: Switch, *, actor: str) -> None:
        """Turns the switch for a person."""

        def work(connection: Connection) -> None:
            turn(connection, switch, now=self._means.clock(connection), actor=actor)
            self._means.notify(connection)

        self._means.writer.run(work)

    def apply(self, effect: Effect) -> None:
        """Does to the queue what a call outside any claim has shown."""
        self._means.writer.run(
            lambda connection: apply(connection, self._means.clock(connection), effect)
        )

    def elect(self, switch: Switch) -> bool:
        """Whether the caller may make the one call that tells if the pause is over: nobody else
        may before the position's next time."""

        def work(connection: Connection) -> bool:
            now, row = self._means.clock(connection), _row(connection)
            again_s = POSITIONS[switch].again_s
            if _switch(row) is not switch or again_s is None:
                return False
            # A time further off than that was set by a clock that was ahead.
            if row.until_ms is not None and now < row.until_ms <= now + int(again_s * 1000):
                return False
            _set(connection, row, until_ms=now + int(again_s * 1000))
            return True

        return self._means.writer.run(work)

    def over(self, switch: Switch) -> None:
        """Ends the pause ``switch``, if it still stands."""

        def work(connection: Connection) -> None:
            if _switch(_row(connection)) is switch:
                now = self._means.clock(connection)
                turn(connection, Switch.RUNNING, now=now, actor=WORKER.id)
                self._means.notify(connection)

        self._means.writer.run(work)

    def new_token(self, token: str) -> None:
        """Ends a pause that another token than ``token`` (its digest) was the cause of."""

        def work(connection: Connection) -> None:
            row = _row(connection)
            if row.token and row.token != token:
                now = self._means.clock(connection)
                turn(connection, Switch.RUNNING, now=now, actor=WORKER.id)

        self._means.writer.run(work)


def _row(connection: Connection) -> Row[tuple[object, ...]]:
    row = connection.execute(_READ).one_or_none()
    if row is None:
        connection.execute(insert(queue), _NEW)
        row = connection.execute(_READ).one()
    return row


def _set(connection: Connection, row: Row[tuple[object, ...]], **values: object) -> None:
    connection.execute(update(queue).where(_C.id == row.id).values(**values))


def _switch(row: Row[tuple[object, ...]]) -> Switch:
    """A switch whose position nobody here knows was turned by a newer program: nothing leaves
    until a person has looked."""
    return Switch(row.switch) if row.switch in set(Switch) else Switch.PAUSED_OPERATOR


def _rests(row: Row[tuple[object, ...]], now: int) -> bool:
    return bool(now < row.rest_until_ms <= now + LONGEST_ASKED_MS)


def _limit(row: Row[tuple[object, ...]], now: int, per_window: int) -> int:
    """Submissions per window now: the setting, or a lowered limit that rises again by a part
    of the setting with each quiet window."""
    if row.lowered_to is None:
        return per_window
    base = per_window or UNLIMITED_BASE
    windows = max(0, now - row.lowered_ms) // WINDOW_MS
    risen = int(row.lowered_to + windows * max(1, base // RECOVERY_SHARE))
    if risen >= base:
        return per_window
    return risen
