"""The books: where everything that was accepted stands, by form and day.

What was accepted is counted from the audit, and where it stands from the outbox, so that a
submission that vanished unbalances its day, and one that nobody accepted its form and day.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, case, func, select

from gateway.domain.audit import Action
from gateway.domain.submissions import State
from gateway.store.damage import LATEST_MS, mended, state_of
from gateway.store.schema import audit, outbox

_C = outbox.c
_DAY_MS = 86_400_000
_ACCEPTANCE = audit.c.action == Action.ACCEPTED.value
_ACCEPTANCES = select(func.count()).where(_ACCEPTANCE)
_TOLD = select(audit.c.sid).where(_ACCEPTANCE).distinct().subquery()
_DAY = case(
    (_C.accepted_at_ms.between(0, LATEST_MS), _C.accepted_at_ms - _C.accepted_at_ms % _DAY_MS),
    else_=0,
).label("day")
_STANDING = (
    select(
        _C.form_id, func.max(_C.form_name), _DAY, _C.state, func.count(), func.count(_TOLD.c.sid)
    )
    .join_from(outbox, _TOLD, _TOLD.c.sid == _C.sid, isouter=True)
    .group_by(_C.form_id, _DAY, _C.state)
)
_TOLD_DAY = (audit.c.at_ms - audit.c.at_ms % _DAY_MS).label("day")
_NOWHERE = (
    select(_TOLD_DAY, func.count(audit.c.sid.distinct()))
    .join_from(audit, outbox, _C.sid == audit.c.sid, isouter=True)
    .where(_ACCEPTANCE, _C.sid.is_(None))
    .group_by(_TOLD_DAY)
)


@dataclasses.dataclass(frozen=True)
class Booked:
    """One form and day (since 1970, UTC): how many acceptances the audit tells of, and how many
    submissions the outbox has in each state. What stands nowhere belongs to no form: its
    ``form_id`` is ""."""

    form_id: str
    form_name: str
    day: int
    accepted: int
    counts: Mapping[State, int]


def books(connection: Connection) -> tuple[Sequence[Booked], int]:
    """Each form and day, oldest first, and how many acceptances the audit knows of in all: the
    two must agree. A damaged time of acceptance counts as the first day, a damaged state as
    held."""
    accepted: dict[tuple[int, str], int] = {}
    counts: dict[tuple[int, str], dict[State, int]] = {}
    names: dict[str, str] = {"": ""}
    for form, name, start, state, count, told in connection.execute(_STANDING):
        form_id = mended("form_id", form)
        key = int(start) // _DAY_MS, form_id
        names[form_id] = max(names.get(form_id, ""), mended("form_name", name))
        standing = counts.setdefault(key, dict.fromkeys(State, 0))
        standing[state_of(state)] += count
        accepted[key] = accepted.get(key, 0) + told
    for start, told in connection.execute(_NOWHERE):
        key = int(start) // _DAY_MS, ""
        counts.setdefault(key, dict.fromkeys(State, 0))
        accepted[key] = accepted.get(key, 0) + told
    rows = [Booked(key[1], names[key[1]], key[0], accepted[key], counts[key])
            for key in sorted(counts)]  # fmt: skip
    return rows, int(connection.execute(_ACCEPTANCES).scalar_one())
