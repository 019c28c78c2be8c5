"""The five places of HubSpot's limit on searches, shared by every process of this database, and
the audit's rows on searches.

A search takes a place and keeps it until a second after its answer: HubSpot counted it somewhere
between, so that no second can hold more searches of ours than there are places. They are rows of
the table of duties, which has all that a place needs.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, insert, select, update

from gateway.domain.audit import Action
from gateway.domain.search import PER_SECOND
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import duties

PLACES = tuple(f"search.{number}" for number in range(1, PER_SECOND + 1))
LEASE_MS = 30_000
"""How long a place is kept by a process that ended in the middle of a search."""
REST_MS = 1_000

_C = duties.c
_READ = select(_C.name, _C.owner, _C.until_ms, _C.done_ms).where(_C.name.in_(PLACES))
_SET = update(duties).where(_C.name == bindparam("of_name"))
_BACK = _SET.where(_C.owner == bindparam("of_owner"))


class Searches:
    """Hands the places out, and keeps the audit. All calls raise :class:`IntakeClosed` when
    nothing can be written."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def take(self, owner: str) -> tuple[str, float]:
        """(place, 0.0) when one is free, else ("", seconds until one may be). A clock that was
        set back counts as time that has passed."""

        def work(connection: Connection) -> tuple[str, float]:
            now = self._means.clock(connection)
            rows = {row.name: row for row in connection.execute(_READ)}
            waits: list[int] = []
            for name in PLACES:
                row = rows.get(name)
                wait = 0 if row is None else _wait_ms(row.owner, row.until_ms, row.done_ms, now)
                if wait:
                    waits.append(wait)
                    continue
                taken = {"owner": owner, "until_ms": now + LEASE_MS}
                if row is None:
                    connection.execute(insert(duties), {"name": name, "done_ms": 0, **taken})
                else:
                    connection.execute(_SET, {"of_name": name, **taken})
                return name, 0.0
            return "", min(waits) / 1000

        return self._means.writer.run(work)

    def end(self, place: str, owner: str) -> None:
        """Gives a place back, whose search has just been answered."""

        def work(connection: Connection) -> None:
            given = {"of_name": place, "of_owner": owner, "owner": None, "until_ms": 0,
                     "done_ms": self._means.clock(connection)}  # fmt: skip
            connection.execute(_BACK, given)

        self._means.writer.run(work)

    def note(self, object_type_id: str, names: Iterable[str], *, actor: str) -> None:
        """Notes, durably, by which properties somebody searches. What they are compared with is
        not noted."""
        fields = tuple(names)

        def work(connection: Connection) -> None:
            at_ms = self._means.clock(connection)
            append(connection, at_ms=at_ms, actor=actor, action=Action.RECORD_SEARCHED,
                   sid=object_type_id[:32], fields=fields)  # fmt: skip

        self._means.writer.run(work)


def _wait_ms(owner: str | None, until_ms: int, done_ms: int, now: int) -> int:
    """How long a place is still taken; 0 when it is free."""
    if owner is not None and now < until_ms <= now + LEASE_MS:
        # Nobody knows when its search is answered: it is looked at again soon.
        return min(until_ms - now, 100)
    return max(0, done_ms + REST_MS - now) if done_ms <= now else 0
