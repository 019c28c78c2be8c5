"""The places of the sliding window, one for each submission that is claimed.

A place is kept until ten seconds after its call has ended, or as long as its lease could last
when nobody tells. HubSpot counted the call somewhere between its start and its end, so that no
ten seconds can ever hold more calls than there are places.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from gateway.store.schema import turns

_C = turns.c
_NOW = bindparam("now", type_=_C.until_ms.type)
_WINDOW = bindparam("window", type_=_C.until_ms.type)
_TAKEN = select(
    func.count(),
    func.min(_C.until_ms),
    func.sum(case((_C.claimed_ms > bindparam("young"), 1), else_=0)),
).where(_C.until_ms > _NOW)
_FREED = delete(turns).where(_C.until_ms <= _NOW)
_THIS = (_C.sid == bindparam("of_sid"), _C.fence == bindparam("of_fence"))
_END = update(turns).where(*_THIS)
_GIVE_BACK = delete(turns).where(*_THIS)
_AHEAD = _C.claimed_ms > _NOW
_SET_BACK = (
    update(turns)
    .where(_AHEAD | ((_C.claimed_ms == 0) & (_C.until_ms > _NOW + _WINDOW)))
    .values(
        until_ms=_NOW + case((_AHEAD, _C.until_ms - _C.claimed_ms), else_=_WINDOW),
        claimed_ms=case((_AHEAD, _NOW), else_=0),
    )
)


def taken(connection: Connection, now: int, window_ms: int, young_ms: int) -> tuple[int, int, int]:
    """How many places are taken, when the first is free again (ms since the epoch), and how many
    calls are under way: those claimed less than ``young_ms`` ago. Places taken while the clock
    was ahead last as long as they would have, from now on."""
    connection.execute(_SET_BACK, {"now": now, "window": window_ms})
    asked = {"now": now, "young": now - young_ms}
    count, first_free, in_flight = connection.execute(_TAKEN, asked).one()
    return int(count), int(first_free or now), int(in_flight or 0)


def take(
    connection: Connection, now: int, places: Sequence[tuple[str, int]], until_ms: int
) -> None:
    """Notes the places that (sid, fence) have taken, at the longest until ``until_ms``, and
    clears away those that are free again."""
    connection.execute(_FREED, {"now": now})
    connection.execute(
        insert(turns),
        [
            {"sid": sid, "fence": fence, "claimed_ms": now, "until_ms": until_ms}
            for sid, fence in places
        ],
    )


def end(connection: Connection, sid: str, fence: int, until_ms: int | None) -> None:
    """Frees a place at ``until_ms``; at once with None, when HubSpot counted no call."""
    place = {"of_sid": sid, "of_fence": fence}
    if until_ms is None:
        connection.execute(_GIVE_BACK, place)
    else:
        connection.execute(_END, {**place, "claimed_ms": 0, "until_ms": until_ms})
