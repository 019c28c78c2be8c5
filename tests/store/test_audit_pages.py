"""The audit a page at a time, on every database there is."""

from __future__ import annotations

from typing import Any

from gateway.domain.audit import Action
from gateway.domain.submissions import State
from gateway.store.audit_pages import Whereabouts


def test_pages_are_bounded_and_narrowed_by_the_database(desk: Any) -> None:
    """Each row once, newest first; by action, by who, by place and by the name of a field, whose
    odd characters mean nothing."""
    desk.one_in(State.DELIVERED)
    desk.store.searches.note("0-1", ("passport_number", "0-2/na%me"), actor="u1")
    pages = desk.store.audit_pages
    whole = [row.seq for row in reversed(desk.store.audit.rows())]
    assert pages.length() == len(whole) == whole[0]
    seen: list[int] = []
    before: int | None = None
    while True:
        rows, before = pages.newest(2, before=before)
        assert len(rows) <= 2
        seen += [row.seq for row in rows]
        if before is None:
            break
    assert seen == whole

    def found(**narrowed: Any) -> list[Action]:
        return [row.action for row in pages.newest(10, **narrowed)[0]]

    searched = [Action.RECORD_SEARCHED]
    assert found(actions={Action.DELIVERED, Action.KEY_CLOSED}) == [Action.DELIVERED]
    assert found(actor="u1") == searched
    assert found(about=Whereabouts(("0-1",), within="0-1/")) == searched
    for name in ("passport_number", "na%me", "0-2/na%me"):
        assert found(about=Whereabouts((), field=name)) == searched
    for name in ("passport_numbe_", "na_me", "%", '"', "\\", "me"):
        assert found(about=Whereabouts((), field=name)) == []
    assert found(since_ms=desk.store.audit.rows()[-1].at_ms + 1) == []


def test_a_receipt_leads_to_its_submission(desk: Any) -> None:
    """By its code; nobody else's."""
    sid = desk.one_in(State.DELIVERED)
    receipts = desk.store.outbox.receipts_of([sid])
    assert desk.store.audit_pages.sid_of(receipts[sid]) == sid
    assert desk.store.audit_pages.sid_of("2345-6789-ABCD") is None
