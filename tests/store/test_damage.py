"""One damaged row stops no other: it is never sent, it is shown in a safe way, and counted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from gateway.domain.errors import InvalidTransition, UnknownReceipt, UnusableKey
from gateway.domain.submissions import CAUSES, Event, State
from gateway.store.damage import DAMAGED
from gateway.store.outbox import Outcome

BAD_TEXT = "CAST(x'ff80' AS TEXT)"
ESSENTIALS = {
    "sid": BAD_TEXT, "receipt": BAD_TEXT, "portal_id": "'none'", "form_id": BAD_TEXT,
    "snapshot_hash": BAD_TEXT, "accepted_at_ms": "'yesterday'", "submitted_at_ms": "1.5",
    "fence": "x'00'", "attempts": "'many'",
}  # fmt: skip


def spoil(desk: Any, sid: str, column: str, value: str, table: str = "outbox") -> None:
    """What a failing disk, or somebody with a SQL shell, does to one row."""
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE sid = ?", (sid,))  # noqa: S608  # our own names
        connection.commit()


@pytest.mark.sqlite
@pytest.mark.parametrize("column", ESSENTIALS)
def test_what_cannot_be_worked_on_is_not_claimed(desk: Any, column: str) -> None:
    """However many damaged rows stand at the head of the queue, the sound ones behind them
    are claimed; the damaged ones stay, are listed, and are counted."""
    damaged = []
    for _ in range(6):
        damaged.append(desk.accept().sid)
        desk.clock.pass_s(1)
    sound = desk.accept().sid
    for n, sid in enumerate(damaged):
        value = ESSENTIALS[column].replace("80", f"8{n}").replace("1.5", f"{n}.5")
        spoil(desk, sid, column, value)
    assert [claimed.sid for claimed in desk.claim(limit=4)] == [sound]
    assert desk.claim(limit=4) == ()
    assert desk.outbox.counts()[State.QUEUED] == 6
    assert desk.outbox.damaged() == 6
    listed = desk.outbox.listing()
    assert len(listed) == 7
    for status in listed:
        f"{status}".encode()
    assert desk.accept().created


@pytest.mark.sqlite
def test_what_is_only_shown_keeps_nothing_from_being_sent(desk: Any) -> None:
    """A form's name that is no UTF-8 is made readable, and its submission is claimed."""
    sid = desk.accept().sid
    spoil(desk, sid, "form_name", BAD_TEXT)
    assert desk.outbox.damaged() == 1
    (claimed,) = desk.claim()
    assert (claimed.sid, claimed.form_name) == (sid, "\ufffd\ufffd")


@pytest.mark.sqlite
@pytest.mark.parametrize("state", [State.HELD, State.UNKNOWN])
@pytest.mark.parametrize("value", [BAD_TEXT, "12"])
def test_other_queues_pass_over_it(desk: Any, state: State, value: str) -> None:
    """What is held and what is unclear is handed out without the damaged row before it."""
    damaged = desk.one_in(state)
    desk.clock.pass_s(1)
    sound = desk.one_in(state)
    spoil(desk, damaged, "form_id", "x'00'" if value == "12" else value)
    ask = {State.HELD: desk.outbox.held, State.UNKNOWN: desk.outbox.unknown}[state]
    assert [one.sid for one in ask(1)] == [sound]
    assert ask(0) == ()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("rejected_fields", "'{not json'", {"rejected_fields": {}}),
        ("rejected_fields", "'[1]'", {"rejected_fields": {}}),
        ("rejected_fields", """'{"email": 7}'""", {"rejected_fields": {}}),
        ("rejected_fields", BAD_TEXT, {"rejected_fields": {}}),
        ("state", "'LOST'", {"state": State.HELD}),
        ("state", BAD_TEXT, {"state": State.HELD}),
        ("state", "x'00'", {"state": State.HELD}),
        ("cause", "'whim'", {}),
        ("cause", BAD_TEXT, {}),
        ("form_name", BAD_TEXT, {"form_name": "\ufffd\ufffd"}),
        ("form_name", "x'00'", {"form_name": ""}),
        ("delivered_at_ms", "'then'", {"delivered_at_ms": None}),
        ("changed_at_ms", "'then'", {"changed_at_ms": 0}),
    ],
)
def test_a_damaged_row_is_shown_with_what_is_left(
    desk: Any, column: str, value: str, shown: dict[str, Any]
) -> None:
    """Listing, status and counts go on; the damaged row has its cause and safe values."""
    sound, damaged = desk.accept(), desk.accept()
    spoil(desk, damaged.sid, column, value)
    listed = {status.code: status for status in desk.outbox.listing()}
    assert set(listed) == {sound.receipt, damaged.receipt}
    assert listed[sound.receipt].cause is None
    for status in (listed[damaged.receipt], desk.outbox.status(damaged.receipt)):
        assert status.cause == DAMAGED
        assert {name: getattr(status, name) for name in shown} == shown
        f"{status}".encode()
    assert DAMAGED in CAUSES
    assert sum(desk.outbox.counts().values()) == 2
    assert desk.outbox.damaged() == 1
    held = [status.code for status in desk.outbox.listing(state=State.HELD)]
    assert held == ([damaged.receipt] if column == "state" else [])
    assert desk.outbox.held(10) == ()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "value", ["'yesterday'", "x'ff'", "1e17", "9223372036854775807", "-5", "1.5"]
)
@pytest.mark.parametrize("column", ["accepted_at_ms", "changed_at_ms", "form_id", "copies"])
def test_numbers_and_books_are_drawn_over_a_damaged_row(desk: Any, column: str, value: str) -> None:
    """Whatever stands in one row, the counts, ages, charts and books of the others are right, and
    the damaged one is counted once."""
    _, done, _, waiting = [
        desk.one_in(state)
        for state in (State.DELIVERED, State.DELIVERED, State.QUEUED, State.QUEUED)
    ]
    for sid in (done, waiting):
        spoil(desk, sid, column, value)
    box, now = desk.outbox, desk.clock()
    for at in (*box.accepted_since(now - 5_000, 9), *sum(box.delivered_since(now - 5_000, 9), ())):
        assert isinstance(at, int)
    assert box.oldest()[State.QUEUED] <= now
    rows, accepted = box.books()
    assert accepted == sum(one.accepted for one in rows) == 4
    for one in rows:
        assert sum(one.counts.values()) == one.accepted
        f"{one.form_id}{one.form_name}".encode()
        assert 0 <= one.day <= now // 86_400_000
    for receipt, copies in box.copies():
        assert f"{receipt}".encode()
        assert isinstance(copies, int)
    for status in box.listing():
        assert 0 <= status.accepted_at_ms <= now
    if column.endswith("_ms"):
        assert box.damaged() == 2


@pytest.mark.sqlite
def test_an_unknown_state_cannot_be_corrected(desk: Any) -> None:
    """What nobody knows the state of is not replaced by a correction."""
    damaged = desk.accept()
    spoil(desk, damaged.sid, "state", "'LOST'")
    with pytest.raises(InvalidTransition):
        desk.accept(replaces=damaged.receipt)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "'submission.lost'"), ("action", BAD_TEXT), ("fields", "'[1'"), ("fields", "7"),
     ("actor", BAD_TEXT), ("cause", "x'00'"), ("at_ms", "'noon'"), ("hash", BAD_TEXT)],
)  # fmt: skip
def test_a_damaged_audit_row_stops_nothing(desk: Any, column: str, value: str) -> None:
    """The audit can be read but for that row, the check names it, histories end before it,
    and submissions are still accepted and delivered."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.ACCEPTED_BY_HUBSPOT)
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute(f"UPDATE audit SET {column} = {value} WHERE seq = 2")  # noqa: S608  # our own names
        connection.commit()
    assert [row.seq for row in desk.store.audit.rows()] == [1, 3]
    assert desk.store.audit.verify() == (False, 2)
    status = desk.outbox.status(claimed.receipt)
    assert (status.state, len(status.history)) == (State.DELIVERED, 1)
    assert desk.outbox.damaged() == 1
    (other,) = desk.accept() and desk.claim()
    assert desk.outbox.settle(other, Event.ACCEPTED_BY_HUBSPOT) is State.DELIVERED


@pytest.mark.sqlite
@pytest.mark.parametrize("value", [BAD_TEXT, "'short'", "x'00'"])
def test_a_damaged_head_of_the_chain_does_not_close_intake(desk: Any, value: str) -> None:
    """Answers do not wait until the audit is mended; the check goes on telling."""
    desk.accept()
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute(f"UPDATE audit SET hash = {value}")  # noqa: S608  # our own values
        connection.commit()
    assert desk.accept().created
    assert desk.store.audit.verify() == (False, 1)


@pytest.mark.sqlite
def test_a_damaged_time_does_not_close_its_form(open_desk: Any) -> None:
    """A submission's time that is none is passed over when the next one is chosen."""
    desk = open_desk()
    desk.accept()
    spoil(desk, desk.accept().sid, "submitted_at_ms", "'soon'")
    assert open_desk().accept().submitted_at_ms == desk.clock() + 1


@pytest.mark.sqlite
def test_an_expired_claim_does_not_wait_for_a_damaged_one(desk: Any) -> None:
    """Leases run out for all that can be moved."""
    first, second, third = desk.claimed(), desk.claimed(), desk.claimed()
    spoil(desk, first.sid, "fence", BAD_TEXT)
    spoil(desk, second.sid, "sid", BAD_TEXT)
    desk.clock.pass_s(31)
    assert desk.outbox.expire_leases() == 1
    assert desk.state_of(third.receipt) is State.UNKNOWN


@pytest.mark.sqlite
def test_a_damaged_description_is_forgotten(desk: Any) -> None:
    """A form's last good description that cannot be read is none, and can be saved again."""
    for form in ("a", "b", "c"):
        desk.store.snapshots.save(form, 5, b"{}")
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute("UPDATE snapshots SET read_at_ms = 'then' WHERE form_id = 'a'")
        connection.execute("UPDATE snapshots SET body = 'text' WHERE form_id = 'b'")
        connection.execute(f"UPDATE snapshots SET form_id = {BAD_TEXT} WHERE form_id = 'c'")  # noqa: S608  # our own value
        connection.commit()
    assert desk.store.snapshots.all() == {"b": (5, b"text")}
    assert desk.store.snapshots.load("a") is None
    desk.store.snapshots.save("a", 1, b"[]")
    assert desk.store.snapshots.load("a") == (1, b"[]")


@pytest.mark.parametrize("key", ["", "k" * 256, "\ud800", "k\udcff", "k\0"])
def test_a_key_that_cannot_be_kept_is_refused(desk: Any, key: str) -> None:
    """A key that is empty, too long or no text is named as such, before anything is sealed."""
    sealed: list[str] = []
    with pytest.raises(UnusableKey) as caught:
        desk.outbox.accept(
            desk.new(key=key), lambda sid, _: sealed.append(sid) or ("0f" * 16, b"e")
        )
    assert not sealed
    assert not key or key not in str(caught.value)
    assert desk.accept(key="k" * 255).created
    assert desk.accept(key="\u00e9 \U0001f600").created


def test_the_replaced_receipt_is_read_as_a_person_types_it(desk: Any) -> None:
    """Lower case and other groupings find it; what can be no receipt is unknown at once."""
    claimed = desk.claimed()
    desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid"))
    for slip in ("", "x", claimed.receipt[:-1], "\ud800"):
        with pytest.raises(UnknownReceipt):
            desk.accept(replaces=slip)
    assert desk.accept(replaces=claimed.receipt.lower().replace("-", " ")).created
    assert desk.state_of(claimed.receipt) is State.DISCARDED


def test_old_unclear_ones_do_not_hide_new_ones(desk: Any) -> None:
    """The limit keeps those that became unclear last, and a moment leaves the older out."""
    sids = []
    for _ in range(5):
        sids.append(desk.one_in(State.UNKNOWN))
        desk.clock.pass_s(10)
    newest = [one.sid for one in desk.outbox.unknown(2)]
    assert newest == sids[:-3:-1]
    since = desk.clock() - 20_000
    assert [one.sid for one in desk.outbox.unknown(9, unclear_after_ms=since)] == newest
    assert desk.outbox.unknown(9, unclear_after_ms=since)[1].unclear_since_ms == since
    assert desk.outbox.unknown(9, unclear_after_ms=desk.clock()) == ()
