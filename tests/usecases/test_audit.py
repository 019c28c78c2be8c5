"""The audit as people look at it: narrowed down, a page at a time, checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk import EMAIL, PASSPORT, SUPERVISOR, contact, secret, shared
from samples import ANSWERS, PATIENT

from gateway.domain.audit import Action
from gateway.domain.audit_words import AuditEntry, Subject, actions_named
from gateway.domain.errors import PermissionDenied
from gateway.domain.reveals import Purpose
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.emulator import Emulator
from gateway.store import audit_pages
from gateway.usecases.audit_trail import MOST
from gateway.usecases.gateway import Gateway

AUDITOR = User("auditor-1", "Auditor", frozenset({Role.AUDITOR}))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Path, str, str]]:
    """A gateway with something to tell, its folder, a receipt and a record's id."""
    folder = tmp_path_factory.mktemp("audit")
    with Emulator() as emulator, shared(emulator, folder) as gateway:
        receipt = gateway.submit(PATIENT, ANSWERS[PATIENT], by=LOCAL_OPERATOR).code
        record = contact(gateway)
        gateway.records.reveal(
            "contacts", record, "passport_number", Purpose.CARE, by=SUPERVISOR
        ).forget()
        gateway.records.update("contacts", record, secret(city="Bern"), by=SUPERVISOR)
        gateway.search.by_email(EMAIL, by=LOCAL_OPERATOR)
        expected = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR).expected
        gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=expected)
        yield gateway, folder, receipt, record


def _page(gateway: Gateway, **narrowed: Any) -> list[AuditEntry]:
    return list(gateway.audit.page(by=AUDITOR, **narrowed).entries)


def _actions(gateway: Gateway, **narrowed: Any) -> list[Action]:
    return [one.row.action for one in _page(gateway, **narrowed)]


def test_each_step_is_told_newest_first(lived: Any) -> None:
    """Who, what, about what, why, and names; in words, and never a value."""
    gateway, _, receipt, record = lived
    entries = _page(gateway)
    assert [one.row.seq for one in entries] == sorted(
        (one.row.seq for one in entries), reverse=True
    )
    told = {one.row.action: one for one in entries}
    shown = told[Action.RECORD_REVEALED]
    assert (shown.who, shown.about) == ("supervisor-1", f"contact {record}")
    assert (shown.why, shown.row.fields) == ("Care for the person", ("passport_number",))
    taken = told[Action.ACCEPTED]
    assert (taken.who, taken.about, taken.subject) == ("Operator", receipt, Subject.SUBMISSION)
    assert told[Action.FORM_APPROVED].about == "Patient intake"
    assert told[Action.RECORD_SEARCHED].about == "contacts"
    assert not [word for word in (PASSPORT, EMAIL, "Bern") if word in repr(entries)]


def test_it_is_narrowed_down(lived: Any) -> None:
    """By action and area, by who, and by what it is about: receipt, record, object type, form,
    property."""
    gateway, _, receipt, record = lived
    revealed, searched = Action.RECORD_REVEALED, Action.RECORD_SEARCHED
    assert _actions(gateway, actions=actions_named("record.revealed")) == [revealed]
    assert set(_actions(gateway, actions=actions_named("form"))) == {Action.FORM_APPROVED}
    assert {one.row.actor for one in _page(gateway, actor="supervisor-1")} == {"supervisor-1"}
    for written in (receipt, f" {receipt.lower()} ", receipt.replace("-", "")):
        assert _actions(gateway, about=written) == [Action.ACCEPTED]
    for written in (f"contacts/{record}", f"contact {record}", f"0-1/{record}"):
        about = _actions(gateway, about=written)
        assert revealed in about
        assert searched not in about
    assert {revealed, searched} <= set(_actions(gateway, about="contacts"))
    assert _actions(gateway, about="deals") == []
    form_id = gateway.check(PATIENT, by=LOCAL_OPERATOR).form_id
    for written in (PATIENT, PATIENT.lower(), form_id, form_id.replace("-", "")):
        assert _actions(gateway, about=written) == [Action.FORM_APPROVED]
    assert revealed in _actions(gateway, about="passport_number")
    for written in (
        "passport",
        "%",
        "passport_numbe_",
        "x" * 500,
        '"',
        "\\",
        "' OR 1=1 --",
        "a\0b",
        "\ud800",
    ):
        assert _actions(gateway, about=written) == []


def test_only_from_a_moment_on(lived: Any) -> None:
    """Rows before it are left out."""
    gateway = lived[0]
    newest = _page(gateway)[0].row
    assert _page(gateway, since_ms=newest.at_ms)[0].row.seq == newest.seq
    assert _page(gateway, since_ms=newest.at_ms + 1) == []


def test_page_by_page_is_the_whole(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row once, in order, however small the pages; and never more than a page is read."""
    gateway = lived[0]
    whole = [one.row.seq for one in _page(gateway, limit=MOST * 10)]
    read: list[int] = []
    original = audit_pages.read_rows
    monkeypatch.setattr(
        audit_pages, "read_rows", lambda rows: read.append(len(rows)) or original(rows)
    )
    for size in (1, 2, len(whole)):
        before, seen = None, []
        while True:
            page = gateway.audit.page(by=AUDITOR, limit=size, before=before)
            seen += [one.row.seq for one in page.entries]
            before = page.older
            if before is None:
                break
        assert seen == whole
        assert page.rows == len(whole)
    assert max(read) == len(whole)
    assert _page(gateway, before=1) == []


def test_not_everybody_looks(lived: Any) -> None:
    """Who types answers in sees no audit, and cannot check it."""
    gateway = lived[0]
    clerk = User("clerk", "Clerk", frozenset({Role.INTAKE}))
    with pytest.raises(PermissionDenied):
        gateway.audit.page(by=clerk)
    with pytest.raises(PermissionDenied):
        gateway.audit.verify(by=clerk)


def test_an_altered_row_is_named(lived: Any) -> None:
    """The check finds the first one that is wrong; a row that cannot be read is left out, and the
    others are shown."""
    gateway, folder, _, _ = lived
    checked = gateway.audit.verify(by=AUDITOR)
    assert (checked.intact, checked.first_wrong) == (True, None)
    assert checked.rows == _page(gateway)[0].row.seq
    for column, altered in (("actor", "nobody"), ("action", "record.invented")):
        kept = _put(folder, column, 2, altered)
        broken = gateway.audit.verify(by=AUDITOR)
        assert (broken.intact, broken.first_wrong) == (False, 2)
        shown = {one.row.seq for one in _page(gateway)}
        assert (2 in shown) is (column == "actor")
        assert len(shown) >= checked.rows - 1
        _put(folder, column, 2, kept)
    assert gateway.audit.verify(by=AUDITOR).intact


def _put(folder: Path, column: str, seq: int, text: str) -> str:
    """Somebody with the file and a SQL shell; what was there before."""
    (file,) = folder.rglob("outbox.db")
    with closing(sqlite3.connect(file)) as connection:
        where = f"WHERE seq = {seq}"
        (kept,) = connection.execute(f"SELECT {column} FROM audit {where}").fetchone()  # noqa: S608  # our own names
        connection.execute(f"UPDATE audit SET {column} = ? {where}", (text,))  # noqa: S608  # ditto
        connection.commit()
    return str(kept)
