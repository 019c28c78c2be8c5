"""Work that one worker does for all: elected through the database, no coordinator needed."""

from __future__ import annotations

import enum

from sqlalchemy import Connection, bindparam, insert, select, update

from gateway.store.means import Means
from gateway.store.schema import duties


class Duty(enum.StrEnum):
    """Every kind of such work."""

    RECONCILE = "reconcile"
    COPIES = "copies"
    RETENTION = "retention"
    CHORES = "chores"
    DRIFT = "drift"


_READ = select(duties).where(duties.c.name == bindparam("of_name"))
_SET = update(duties).where(duties.c.name == bindparam("of_name"))


class Duties:
    """Hands each duty to one worker at a time. All calls raise :class:`IntakeClosed`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def take(self, duty: Duty, owner: str, *, lease_s: float, every_s: float) -> bool:
        """Whether ``owner`` has the duty now, for ``lease_s`` seconds: nobody else has it, and
        it was last done at least ``every_s`` seconds ago. A clock that was set back counts as
        time that has passed."""

        def work(connection: Connection) -> bool:
            now = self._means.clock(connection)
            row = connection.execute(_READ, {"of_name": duty.value}).one_or_none()
            until = now + int(lease_s * 1000)
            if row is None:
                connection.execute(
                    insert(duties),
                    {"name": duty.value, "owner": owner, "until_ms": until, "done_ms": 0},
                )
                return True
            taken = row.owner not in (None, owner) and now <= row.until_ms <= until
            resting = 0 <= now - row.done_ms < every_s * 1000
            if taken or resting:
                return False
            connection.execute(_SET, {"of_name": duty.value, "owner": owner, "until_ms": until})
            return True

        return self._means.writer.run(work)

    def done(self, duty: Duty, owner: str) -> None:
        """Gives the duty back, done now."""

        def work(connection: Connection) -> None:
            now = self._means.clock(connection)
            connection.execute(
                _SET.where(duties.c.owner == owner),
                {"of_name": duty.value, "owner": None, "until_ms": 0, "done_ms": now},
            )

        self._means.writer.run(work)
