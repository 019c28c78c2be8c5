"""The page of the audit, run as Streamlit runs it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION

from gateway.domain.audit import Action, AuditRow
from gateway.domain.audit_words import AuditCheck, AuditEntry
from gateway.domain.users import LOCAL_OPERATOR, Permission, Role, User
from gateway.ui import audit, places
from gateway.usecases.gateway import Gateway

NOW = 1_800_000_000_000
CLERK = User("clerk", "Clerk", frozenset({Role.INTAKE}))
AUDITOR = User("auditor-1", "Auditor", frozenset({Role.AUDITOR}))


@pytest.fixture(scope="module")
def code(gateway: Gateway) -> str:
    """The receipt of a delivered submission."""
    sent = gateway.submit(IDENTIFICATION, ANSWERS[IDENTIFICATION], by=LOCAL_OPERATOR).code
    gateway.wait(sent, seconds=30, by=LOCAL_OPERATOR)
    return sent


def _entry(action: Action, sid: str, about: str = "", fields: tuple[str, ...] = ()) -> AuditEntry:
    row = AuditRow(7, NOW, "local", action, sid, None, fields, None, "0" * 64, "1" * 64)
    return AuditEntry(row, about or sid)


def test_it_tells_what_was_done(screen: Any, code: str) -> None:
    """A submission's steps, newest first, each with its receipt; no answer."""
    page = screen.go("audit.py").html()
    for words in ("Answers were taken, sealed and kept", "Sending began", "This program", code):
        assert words in page, words
    assert page.index("that it arrived") < page.index("Sending began") < page.index("were taken")
    assert f'href="/receipt?code={code}"' in page
    assert "canary" not in page + repr(screen.test.session_state)


def test_it_is_narrowed_down(screen: Any, code: str) -> None:
    """By what was done, by who, and by what it is about; a link asks for the last."""
    screen.go("audit.py")
    screen.widget("What").select("submission.delivered")
    page = screen.run().html()
    assert "that it arrived" in page
    assert "were taken" not in page
    screen.widget("What").select("")
    screen.run()
    screen.widget("Who").select("local")
    page = screen.run().html()
    assert "were taken" in page
    assert "Sending began" not in page
    screen.widget("Who").select("")
    screen.run()
    screen.widget("About").input("0000-0000-0000")
    assert "There are none of these" in screen.run().html()
    assert "Sending began" in screen.go("audit.py", about=code).html()
    assert screen.widget("About").value == code


def test_older_rows_are_turned_to(screen: Any, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time, to the first row and back."""
    monkeypatch.setattr(audit, "PAGE", 2)
    screen.go("audit.py")
    assert "No. 1<" not in screen.html()
    while any(one.label == "Older" for one in screen.test.button):
        screen.press("Older")
    assert "No. 1<" in screen.html()
    screen.press("Newest")
    assert "No. 1<" not in screen.html()


def test_the_chain_is_checked(screen: Any, gateway: Gateway, code: str) -> None:
    """It says how many rows there are, that the chain is intact when asked, and which row is the
    first wrong one."""
    assert "Each is bound to the one before it" in screen.go("audit.py").html()
    assert "The chain is intact" in screen.press("Check the chain").html()
    file = Path(str(gateway._store._database.writing.url.database))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 2")
        connection.commit()
        page = screen.press("Check the chain").html()
        connection.execute("UPDATE audit SET at_ms = at_ms - 1 WHERE seq = 2")
        connection.commit()
    assert "The chain is broken" in page
    assert "Row 2 is the first that is wrong" in page
    assert "The chain is intact" in screen.press("Check the chain").html()


def test_the_page_is_not_for_everybody() -> None:
    """Who types answers in has no link to it; who audits has."""
    assert "audit.py" not in {place.file for place in places.places_of(CLERK)}
    assert not CLERK.may(Permission.VIEW_AUDIT)
    for user in (LOCAL_OPERATOR, AUDITOR):
        assert "audit.py" in {place.file for place in places.places_of(user)}


@pytest.mark.parametrize("action", Action)
def test_every_action_can_be_shown(action: Action) -> None:
    """Whatever was done, in words, with no more than its row has."""
    told = audit.table([_entry(action, "0-1/123")], LOCAL_OPERATOR)
    assert "$" not in told
    assert told.count('<th scope="col"') == told.count("<td data-name") + 1


def test_links_go_only_where_one_may() -> None:
    """A record opens for who may view records, a form for who may approve it; markup stays text."""
    form = "3f6c2a518d0e4b7a9c415e2f7a1b6d30"
    rows = [
        _entry(Action.RECORD_REVEALED, "0-1/123", "contact 123"),
        _entry(Action.FORM_APPROVED, form, "<i>Form</i>"),
        _entry(Action.DELIVERED, "ab" * 16, "2345-6789-ABCD"),
        _entry(Action.KEY_CLOSED, "k1"),
    ]
    told = audit.table(rows, LOCAL_OPERATOR)
    assert 'href="/records?object=0-1&amp;id=123"' in told
    assert 'href="/approve?form=3f6c2a51-8d0e-4b7a-9c41-5e2f7a1b6d30"' in told
    assert "<i>" not in told
    assert "/receipt?code=" in told
    told = audit.table(rows, AUDITOR)
    assert "/receipt?code=" in told
    assert "/records" not in told
    assert "/approve" not in told


def test_a_row_with_many_names_stays_short() -> None:
    """The first ones, and how many more."""
    names = tuple(f"field_{number}" for number in range(100))
    told = audit.table([_entry(Action.WEBHOOK_RECEIVED, "inbox", fields=names)], LOCAL_OPERATOR)
    assert "field_7 and 92 more" in told
    assert "field_8" not in told


def test_one_row_is_one() -> None:
    """Numbers are told as people say them."""
    assert "1 row." in audit.chain(1, None)
    assert "1,234 rows" in audit.chain(9, AuditCheck(True, None, 1234, NOW))
