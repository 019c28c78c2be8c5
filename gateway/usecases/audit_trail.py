"""The audit as people look at it: who did what, when, to what and why; and whether the chain is
intact. Looking changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from gateway.domain.audit import Action, AuditRow
from gateway.domain.audit_words import (
    ACTIONS,
    AuditCheck,
    AuditEntry,
    AuditPage,
    Subject,
    form_id_of,
    form_place,
    place_words,
)
from gateway.domain.objects import named_object_type
from gateway.domain.submissions import read_receipt
from gateway.domain.users import Permission, User
from gateway.policy.permissions import require
from gateway.store.audit_pages import Whereabouts
from gateway.store.store import Store

MOST = 1_000
"""Rows that are given at once."""


class _Named(msgspec.Struct):
    """What is wanted of a form's description."""

    form_name: str


class AuditTrail:
    """Reads the audit. It may be used by many threads."""

    def __init__(self, store: Store, *, now_ms: Callable[[], int]) -> None:
        self._chain = store.audit
        self._pages = store.audit_pages
        self._outbox = store.outbox
        self._snapshots = store.snapshots
        self._now_ms = now_ms

    def page(
        self,
        *,
        by: User,
        limit: int = 50,
        before: int | None = None,
        actions: Collection[Action] = (),
        actor: str | None = None,
        about: str = "",
        since_ms: int | None = None,
    ) -> AuditPage:
        """At most ``limit`` rows (never more than ``MOST``), newest first.

        ``before`` is :attr:`AuditPage.older` of the page before. ``about`` is a receipt, a
        record (``contacts/123``), an object type, a form's id or name, a key's id, or the name
        of a property. Raises :class:`OutboxUnreadable`.
        """
        require(by, Permission.VIEW_AUDIT)
        rows, older = self._pages.newest(
            max(1, min(limit, MOST)),
            before=before,
            actions=actions,
            actor=actor,
            about=self._whereabouts(about.strip()),
            since_ms=since_ms,
        )
        return AuditPage(self._entries(rows), older, self._pages.length())

    def rows(self, *, by: User) -> int:
        """How many rows the chain has: when it has grown, there is something new to show. Raises
        :class:`OutboxUnreadable`."""
        require(by, Permission.VIEW_AUDIT)
        return self._pages.length()

    def verify(self, *, by: User) -> AuditCheck:
        """Walks the whole chain, and compares it with the outbox. Raises
        :class:`OutboxUnreadable`."""
        require(by, Permission.VIEW_AUDIT)
        intact, first_wrong = self._chain.verify()
        return AuditCheck(intact, first_wrong, self._pages.length(), self._now_ms())

    def _whereabouts(self, about: str) -> Whereabouts | None:
        if not about:
            return None
        if not about.isprintable():
            # Nothing is called that, and PostgreSQL takes no such text.
            return Whereabouts(())
        code = read_receipt(about)
        if code is not None and (sid := self._pages.sid_of(code)) is not None:
            return Whereabouts((sid,))
        named, _, record_id = about.replace(" ", "/").partition("/")
        kind = named_object_type(named)
        if kind is not None and record_id.isdigit():
            return Whereabouts((f"{kind.id}/{record_id}",))
        if kind is not None and not record_id:
            return Whereabouts((kind.id,), within=f"{kind.id}/")
        return Whereabouts((about, form_place(about), *self._called(about)), field=about)

    def _called(self, name: str) -> list[str]:
        """How the audit writes the forms of this name."""
        wanted = name.casefold()
        return [
            form_place(form_id)
            for form_id, (_, body) in self._snapshots.all().items()
            if _name_in(body).casefold() == wanted
        ]

    def _entries(self, rows: Iterable[AuditRow]) -> tuple[AuditEntry, ...]:
        rows = tuple(rows)
        places: dict[Subject, list[str]] = {}
        for row in rows:
            places.setdefault(ACTIONS[row.action][0], []).append(row.sid)
        receipts = self._outbox.receipts_of(tuple(set(places.get(Subject.SUBMISSION, ()))))
        forms = {place: self._form(place) for place in set(places.get(Subject.FORM, ()))}
        return tuple(AuditEntry(row, _about(row, receipts, forms)) for row in rows)

    def _form(self, place: str) -> str:
        """A form's name as it was last read, its id when it never was."""
        form_id = form_id_of(place)
        kept = self._snapshots.load(form_id)
        return (_name_in(kept[1]) if kept is not None else "") or form_id


def _name_in(body: bytes) -> str:
    """The form's name in a kept description, "" when it cannot be read."""
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body, type=_Named).form_name
    return ""


def _about(row: AuditRow, receipts: Mapping[str, str], forms: Mapping[str, str]) -> str:
    match ACTIONS[row.action][0]:
        case Subject.SUBMISSION:
            return receipts.get(row.sid, row.sid)
        case Subject.FORM:
            return forms.get(row.sid, row.sid)
        case Subject.RECORD | Subject.OBJECT:
            return place_words(row.sid)
        case Subject.KEY:
            return f"key {row.sid}"
        case _:
            return row.sid
