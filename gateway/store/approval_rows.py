"""What the audit tells of forms: that a person approved one or withdrew that, and that one has
drifted since."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from gateway.domain.audit import Action
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import audit

_OURS = tuple(
    one.value for one in (Action.FORM_APPROVED, Action.FORM_WITHDRAWN, Action.FORM_DRIFTED)
)


class ApprovalRows:
    """Adds rows of forms to the audit. All calls raise :class:`IntakeClosed`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def approved(self, form_id: str, fields: Iterable[str], digest: str, *, actor: str) -> None:
        """A person approved the form; ``fields`` are those whose pins are new, ``digest`` is
        the SHA-256 (hex) of all that was approved."""
        self._told(Action.FORM_APPROVED, form_id, fields, digest, actor)

    def withdrawn(self, form_id: str, fields: Iterable[str], digest: str, *, actor: str) -> None:
        """A person withdrew the approval; ``fields`` are those that were pinned, ``digest`` is
        the one that was told of the approval."""
        self._told(Action.FORM_WITHDRAWN, form_id, fields, digest, actor)

    def _told(
        self, action: Action, form_id: str, fields: Iterable[str], digest: str, actor: str
    ) -> None:
        def work(connection: Connection) -> None:
            append(
                connection,
                at_ms=self._means.clock(connection),
                actor=actor,
                action=action,
                sid=_place(form_id),
                fields=tuple(fields),
                envelope_sha256=digest,
            )

        self._means.writer.run(work)

    def drifted(self, form_id: str, fields: Iterable[str], digest: str, *, actor: str) -> bool:
        """The form is no longer what was approved; ``digest`` is the SHA-256 (hex) of all that
        changed. False, and no row, when this very drift was the last thing told of the form."""

        def work(connection: Connection) -> bool:
            place = _place(form_id)
            last = connection.execute(
                select(audit.c.action, audit.c.envelope_sha256)
                .where(audit.c.sid == place, audit.c.action.in_(_OURS))
                .order_by(audit.c.seq.desc())
                .limit(1)
            ).one_or_none()
            if last is not None and tuple(last) == (Action.FORM_DRIFTED.value, digest):
                return False
            append(
                connection,
                at_ms=self._means.clock(connection),
                actor=actor,
                action=Action.FORM_DRIFTED,
                sid=place,
                fields=tuple(fields),
                envelope_sha256=digest,
            )
            return True

        return self._means.writer.run(work)


def _place(form_id: str) -> str:
    """The form's id in the column of submissions' ids: a GUID without its dashes fits."""
    return form_id.replace("-", "")[:32]
