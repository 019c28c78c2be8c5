"""The inbox: what HubSpot reported, each event once, whatever is sent again or out of order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, exists, insert, select, tuple_

from gateway.domain.audit import NOT_OF_A_SUBMISSION, Action
from gateway.domain.forms import field_key
from gateway.domain.users import HUBSPOT
from gateway.domain.webhooks import KeptNotice, Notice
from gateway.store.audit import append
from gateway.store.damage import readable
from gateway.store.means import Means
from gateway.store.schema import inbox

MOST_CHANGES = 2_000
"""Changes looked at to confirm one submission: many more than come within its minutes."""
MOST_NAMES = 500
"""Properties that can be chosen from."""

_C = inbox.c
_KEY = (_C.subscription_id, _C.event_id, _C.object_id, _C.property_name, _C.occurred_at_ms)
_NOTICE = tuple(_C[field.name] for field in dataclasses.fields(Notice))
_INSERT = insert(inbox)

_later = inbox.alias("later")
_LATEST = (
    ~exists()
    .where(
        and_(
            _later.c.object_id == _C.object_id,
            _later.c.object_type_id == _C.object_type_id,
            _later.c.property_name == _C.property_name,
            _later.c.occurred_at_ms > _C.occurred_at_ms,
        )
    )
    .correlate(inbox)
).label("latest")


class Inbox:
    """Keeps notices, and shows them."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def keep(self, notices: Sequence[Notice]) -> int:
        """Keeps those that are not here yet, all in one transaction with one audit row that
        names what changed; returns how many were new. Raises :class:`IntakeClosed` when the
        storage fails: then none is kept."""

        def work(connection: Connection) -> int:
            told = {notice.key: notice for notice in notices}
            asked = select(*_KEY).where(_C.event_id.in_({one.event_id for one in notices}))
            known = {tuple(row) for row in connection.execute(asked)}
            new = [notice for key, notice in told.items() if key not in known]
            if new:
                at_ms = self._means.clock(connection)
                rows = [dataclasses.asdict(one) | {"received_at_ms": at_ms} for one in new]
                connection.execute(_INSERT, rows)
                append(
                    connection,
                    at_ms=at_ms,
                    actor=HUBSPOT.id,
                    action=Action.WEBHOOK_RECEIVED,
                    sid=NOT_OF_A_SUBMISSION[Action.WEBHOOK_RECEIVED],
                    fields=sorted({_field(one) for one in new}),
                )
            return len(new)

        return self._means.writer.run(work) if notices else 0

    def newest(
        self, limit: int, *, object_type_id: str | None = None, name: str | None = None
    ) -> tuple[KeptNotice, ...]:
        """The notices that occurred last, newest first; of one kind of record and one property
        if given. What cannot be read is left out."""
        asked = select(*_NOTICE, _C.received_at_ms, _LATEST)
        if object_type_id is not None:
            asked = asked.where(_C.object_type_id == object_type_id)
        if name is not None:
            asked = asked.where(_C.property_name == name)
        asked = asked.order_by(_C.occurred_at_ms.desc(), _C.event_id.desc()).limit(limit)
        rows = self._means.reader.run(lambda connection: connection.execute(asked).mappings().all())
        return tuple(
            KeptNotice(_notice(row), row["received_at_ms"], bool(row["latest"]))
            for row in rows
            if _sound(row)
        )

    def names(self) -> tuple[tuple[str, str], ...]:
        """Every (object type id, property) there is a notice of, in order."""
        asked = (
            select(_C.object_type_id, _C.property_name)
            .distinct()
            .order_by(_C.object_type_id, _C.property_name)
            .limit(MOST_NAMES)
        )
        rows = self._means.reader.run(lambda connection: connection.execute(asked).all())
        return tuple((row[0], row[1]) for row in rows if all(map(readable, row)))

    def changes(
        self,
        portal_id: int,
        properties: Collection[tuple[str, str]],
        *,
        source: str,
        since_ms: int,
        until_ms: int,
    ) -> tuple[Notice, ...]:
        """Notices of these (object type id, property) of one account and from one source that
        occurred within a stretch of time, its ends included, oldest first."""
        asked = (
            select(*_NOTICE, _C.received_at_ms)
            .where(
                tuple_(_C.object_type_id, _C.property_name).in_(properties),
                _C.occurred_at_ms.between(since_ms, until_ms),
                _C.portal_id == portal_id,
                _C.source == source,
            )
            .order_by(_C.occurred_at_ms, _C.event_id)
            .limit(MOST_CHANGES)
        )
        rows = self._means.reader.run(lambda connection: connection.execute(asked).mappings().all())
        return tuple(_notice(row) for row in rows if _sound(row))

    def forget(self, *, older_than_s: int, most: int) -> int:
        """Deletes at most so many notices that were received longer ago than that; returns how
        many. Raises :class:`IntakeClosed`."""

        def work(connection: Connection) -> int:
            before = self._means.clock(connection) - older_than_s * 1000
            old = select(*_KEY).where(_C.received_at_ms < before).limit(most)
            keys = [tuple(row) for row in connection.execute(old)]
            if keys:
                connection.execute(delete(inbox).where(tuple_(*_KEY).in_(keys)))
            return len(keys)

        return self._means.writer.run(work)


def _field(notice: Notice) -> str:
    """What the audit says of a notice: the property, as fields are named, or what happened."""
    if notice.property_name:
        return field_key(notice.object_type_id, notice.property_name)
    return notice.kind


def _sound(row: RowMapping) -> bool:
    """Whether each column holds what it should: SQLite keeps a value of any type in any."""
    return all(_fits(inbox.c[name], value) for name, value in row.items() if name in inbox.c)


def _fits(column: Any, value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    kind = column.type.python_type
    return readable(value) if kind is str else isinstance(value, kind)


def _notice(row: RowMapping) -> Notice:
    return Notice(**{column.name: row[column.name] for column in _NOTICE})
