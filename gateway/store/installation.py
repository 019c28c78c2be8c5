"""Whose outbox this is. Two installations on one database would hold each other's answers,
with keys that open none of them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from gateway.store.means import Means
from gateway.store.schema import installation


class Installation:
    """The key ring that belongs to this outbox."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def is_nobodys(self) -> bool:
        """Whether the outbox is so new that no ring has claimed it. Raises
        :class:`IntakeClosed`."""
        return self._means.reader.run(
            lambda connection: connection.execute(select(installation)).first() is None
        )

    def claim(self, ring_id: str, mark: str) -> bool:
        """Whether the outbox belongs to the ring ``ring_id``; a new outbox does from now on.
        Raises :class:`IntakeClosed`."""

        def work(connection: Connection) -> bool:
            row = connection.execute(select(installation)).first()
            if row is None:
                connection.execute(insert(installation), {"ring_id": ring_id, "mark": mark})
                return True
            return bool(row.ring_id == ring_id)

        return self._means.writer.run(work)
