"""The last good description of each form, so that intake can go on while HubSpot is away."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.store.reader import Reader
from gateway.store.schema import snapshots
from gateway.store.writer import Writer

_ONE = select(snapshots.c.read_at_ms, snapshots.c.body).where(
    snapshots.c.form_id == bindparam("of_form")
)
_ALL = select(snapshots).order_by(snapshots.c.form_id)
_REMOVE = delete(snapshots).where(snapshots.c.form_id == bindparam("of_form"))
_INSERT = insert(snapshots)


class Snapshots:
    """Bytes by form id, with the moment they were read. What they say is the caller's."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def save(self, form_id: str, read_at_ms: int, body: bytes) -> None:
        """Keeps ``body``, unless a younger description is kept already. Raises
        :class:`IntakeClosed` when the storage fails."""

        def work(connection: Connection) -> None:
            kept = connection.execute(_ONE, {"of_form": form_id}).one_or_none()
            if kept is not None and kept.read_at_ms > read_at_ms:
                return
            connection.execute(_REMOVE, {"of_form": form_id})
            connection.execute(
                _INSERT, {"form_id": form_id, "read_at_ms": read_at_ms, "body": body}
            )

        self._writer.run(work)

    def load(self, form_id: str) -> tuple[int, bytes] | None:
        """(read_at_ms, body), or None when the form was never read."""
        row = self._reader.run(
            lambda connection: connection.execute(_ONE, {"of_form": form_id}).one_or_none()
        )
        return None if row is None else (row.read_at_ms, row.body)

    def all(self) -> Mapping[str, tuple[int, bytes]]:
        """form id → (read_at_ms, body), by form id."""
        rows = self._reader.run(lambda connection: connection.execute(_ALL).all())
        return {row.form_id: (row.read_at_ms, row.body) for row in rows}
