"""The last good description of each form, so that intake can go on while HubSpot is away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from sqlalchemy import Connection, LargeBinary, Row, bindparam, cast, delete, insert, select

from gateway.store.damage import readable
from gateway.store.reader import Reader
from gateway.store.schema import snapshots
from gateway.store.writer import Writer

_BODY = cast(snapshots.c.body, LargeBinary).label("body")
"""As bytes even where somebody put text in its place."""
_ONE = select(snapshots.c.form_id, snapshots.c.read_at_ms, _BODY).where(
    snapshots.c.form_id == bindparam("of_form")
)
_ALL = select(snapshots.c.form_id, snapshots.c.read_at_ms, _BODY).order_by(snapshots.c.form_id)
_REMOVE = delete(snapshots).where(snapshots.c.form_id == bindparam("of_form"))
_REMOVE_ALL = delete(snapshots)
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
            if _sound(kept) and kept.read_at_ms > read_at_ms:
                return
            connection.execute(_REMOVE, {"of_form": form_id})
            connection.execute(
                _INSERT, {"form_id": form_id, "read_at_ms": read_at_ms, "body": body}
            )

        self._writer.run(work)

    def forget(self, form_id: str) -> None:
        """Keeps nothing of ``form_id`` any more. Raises :class:`IntakeClosed` when the storage
        fails."""
        self._writer.run(lambda connection: connection.execute(_REMOVE, {"of_form": form_id}))

    def forget_all(self) -> None:
        """Keeps nothing at all any more. Raises :class:`IntakeClosed` as :meth:`forget` does."""
        self._writer.run(lambda connection: connection.execute(_REMOVE_ALL))

    def load(self, form_id: str) -> tuple[int, bytes] | None:
        """(read_at_ms, body), or None when the form was never read, or the row is damaged."""
        row = self._reader.run(
            lambda connection: connection.execute(_ONE, {"of_form": form_id}).one_or_none()
        )
        return (row.read_at_ms, row.body) if _sound(row) else None

    def all(self) -> Mapping[str, tuple[int, bytes]]:
        """form id → (read_at_ms, body), by form id; damaged rows are left out."""
        rows = self._reader.run(lambda connection: connection.execute(_ALL).all())
        return {row.form_id: (row.read_at_ms, row.body) for row in rows if _sound(row)}


def _sound(row: Row[Any] | None) -> TypeGuard[Row[Any]]:
    return (
        row is not None
        and readable(row.form_id)
        and isinstance(row.read_at_ms, int)
        and isinstance(row.body, bytes)
    )
