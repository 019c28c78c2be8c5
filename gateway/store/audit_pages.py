"""The audit a page at a time, newest first: the chain may be millions of rows long, and nobody
reads more of it at once than a screen holds. Filtering is the database's work.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, or_, select

from gateway.domain.audit import Action, AuditRow
from gateway.store.audit import read_rows
from gateway.store.reader import Reader
from gateway.store.schema import audit, outbox

_C = audit.c
_LAST = select(func.max(_C.seq))


@dataclasses.dataclass(frozen=True)
class Whereabouts:
    """What rows are about: any of these exact places, of the records of an object type (``0-1/``),
    or with this field among their names."""

    places: tuple[str, ...]
    within: str = ""
    field: str = ""


class AuditPages:
    """Reads parts of the chain. All calls raise :class:`OutboxUnreadable`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def newest(
        self,
        limit: int,
        *,
        before: int | None = None,
        actions: Collection[Action] = (),
        actor: str | None = None,
        about: Whereabouts | None = None,
        since_ms: int | None = None,
    ) -> tuple[tuple[AuditRow, ...], int | None]:
        """At most ``limit`` rows, newest first, of those with a number under ``before``, and the
        number under which there are more, None when there are none. What cannot be read is left
        out."""
        asked = select(audit).order_by(_C.seq.desc()).limit(limit + 1)
        if before is not None:
            asked = asked.where(_C.seq < before)
        if actions:
            asked = asked.where(_C.action.in_([one.value for one in actions]))
        if actor is not None:
            asked = asked.where(_C.actor == actor)
        if about is not None:
            asked = asked.where(_is_about(about))
        if since_ms is not None:
            asked = asked.where(_C.at_ms >= since_ms)
        rows = self._reader.run(lambda connection: connection.execute(asked).mappings().all())
        older = rows[limit - 1]["seq"] if len(rows) > limit else None
        return read_rows(rows[:limit]), older

    def length(self) -> int:
        """How many rows the chain has."""
        return self._reader.run(_length)

    def sid_of(self, receipt: str) -> str | None:
        """The submission with this receipt, None when there is none."""
        asked = select(outbox.c.sid).where(outbox.c.receipt == receipt)
        return self._reader.run(lambda connection: connection.execute(asked).scalar_one_or_none())


def _length(connection: Connection) -> int:
    return connection.execute(_LAST).scalar_one() or 0


def _is_about(about: Whereabouts) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [_C.sid.in_(about.places)]
    if about.within:
        ways.append(_C.sid.startswith(about.within, autoescape=True))
    if about.field:
        # The column is a JSON list; names of other objects than contacts have theirs before a /.
        name = json.dumps(about.field)[1:]
        ways += [_C.fields.contains(f"{first}{name}", autoescape=True) for first in '"/']
    return or_(*ways)
