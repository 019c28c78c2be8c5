"""What HubSpot reports is kept once, in one piece, and shown in the order it happened."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from gateway.domain.audit import Action
from gateway.domain.errors import IntakeClosed
from gateway.domain.webhooks import Change, Notice

AT = 1_799_999_000_000


def notice(number: int = 1, **changes: Any) -> Notice:
    told = Notice(
        subscription_id=686627, event_id=number, object_id=847297356, property_name="passport_number",
        occurred_at_ms=AT + number, portal_id=424242, kind="contact.propertyChange",
        object_type_id="0-1", source="CRM_UI", user_id=882761034, other_id=None,
    )  # fmt: skip
    return dataclasses.replace(told, **changes)


def kept(desk: Any, **asked: Any) -> list[Notice]:
    return [one.notice for one in desk.store.inbox.newest(1000, **asked)]


def test_a_notice_is_kept_as_it_came(desk: Any) -> None:
    """Everything of it is there again, and when it was received."""
    merged = notice(2, kind="contact.merge", property_name="", user_id=None, other_id=7)
    assert desk.store.inbox.keep([notice(), merged]) == 2
    assert kept(desk) == [merged, notice()]
    assert {one.received_at_ms for one in desk.store.inbox.newest(9)} == {desk.clock.now_ms}
    assert [one.change for one in kept(desk)] == [Change.MERGED, Change.PROPERTY]


def test_each_is_kept_once(desk: Any) -> None:
    """Whether it comes again alone, twice in one batch, or among new ones."""
    assert desk.store.inbox.keep([notice(), notice()]) == 1
    assert desk.store.inbox.keep([notice()]) == 0
    assert desk.store.inbox.keep([notice(2), notice(), notice(3)]) == 2
    assert len(kept(desk)) == 3
    assert desk.store.inbox.keep([]) == 0


@pytest.mark.parametrize(
    "other",
    [{"subscription_id": 1}, {"object_id": 1}, {"property_name": "salary"}, {"occurred_at_ms": AT}],
)
def test_an_event_id_alone_is_no_key(desk: Any, other: dict[str, Any]) -> None:
    """The same event id with any other part of the key is another event."""
    assert desk.store.inbox.keep([notice(), notice(**other)]) == 2
    assert len(kept(desk)) == 2


def test_a_batch_is_kept_whole_or_not_at_all(desk: Any) -> None:
    """One that no database takes keeps all others of its batch out, and the audit too."""
    wrong = notice(2, source=None)
    with pytest.raises(Exception):  # noqa: B017  # each database says it its own way
        desk.store.inbox.keep([notice(), wrong, notice(3)])
    assert kept(desk) == []
    assert desk.store.audit.rows() == ()


def test_the_audit_names_what_changed(desk: Any) -> None:
    """One row for each batch that brought news, none for a repeat, and the chain holds."""
    desk.accept()
    desk.store.inbox.keep([notice(), notice(2, object_type_id="0-2", property_name="tax_id"),
                           notice(3, kind="contact.creation", property_name="")])  # fmt: skip
    desk.store.inbox.keep([notice()])
    (row,) = [r for r in desk.store.audit.rows() if r.action is Action.WEBHOOK_RECEIVED]
    assert row.fields == ("0-2/tax_id", "contact.creation", "passport_number")
    assert (row.actor, row.cause, row.envelope_sha256) == ("hubspot", None, None)
    assert desk.store.audit.verify() == (True, None)


def test_order_is_by_when_it_happened(desk: Any) -> None:
    """However the events come, they are listed newest first, and of each property of each
    record the one that occurred last is the latest."""
    notices = [
        notice(n, object_id=n % 3, property_name=("salary", "passport_number")[n % 2])
        for n in range(60)
    ]  # fmt: skip
    shuffled = random.Random(5).sample(notices, len(notices))
    for start in range(0, len(shuffled), 7):
        desk.store.inbox.keep(shuffled[start : start + 7])
    assert kept(desk) == sorted(notices, key=lambda n: -n.occurred_at_ms)
    latest = {one.notice.event_id for one in desk.store.inbox.newest(1000) if one.latest}
    newest = {(n.object_id, n.property_name): n.event_id for n in notices}
    assert latest == set(newest.values())


def test_the_same_moment_twice_is_latest_twice(desk: Any) -> None:
    """Two subscriptions may report one change: neither is out of date."""
    desk.store.inbox.keep([notice(), notice(subscription_id=9)])
    assert [one.latest for one in desk.store.inbox.newest(9)] == [True, True]


def test_other_kinds_of_record_do_not_count(desk: Any) -> None:
    """A company's number may be a contact's as well."""
    desk.store.inbox.keep([notice(), notice(2, object_type_id="0-2")])
    assert [one.latest for one in desk.store.inbox.newest(9)] == [True, True]


def test_it_can_be_narrowed_down(desk: Any) -> None:
    """By kind of record, by property, by both, and to so many."""
    desk.store.inbox.keep(
        [notice(1), notice(2, property_name="salary"), notice(3, object_type_id="0-2")]
    )
    assert [n.event_id for n in kept(desk, object_type_id="0-1")] == [2, 1]
    assert [n.event_id for n in kept(desk, name="passport_number")] == [3, 1]
    assert [n.event_id for n in kept(desk, object_type_id="0-1", name="salary")] == [2]
    assert [one.notice.event_id for one in desk.store.inbox.newest(1)] == [3]
    assert desk.store.inbox.names() == (
        ("0-1", "passport_number"), ("0-1", "salary"), ("0-2", "passport_number"),
    )  # fmt: skip


def test_changes_are_of_one_account_source_and_time(desk: Any) -> None:
    """Only what could confirm a submission is found."""
    right = notice(10, source="FORM")
    wrong = [
        notice(1, source="FORM"), notice(20, source="FORM"), notice(11),
        notice(12, source="FORM", portal_id=1), notice(13, source="FORM", property_name="salary"),
        notice(14, source="FORM", object_type_id="0-2"),
    ]  # fmt: skip
    desk.store.inbox.keep([*wrong, right])
    found = desk.store.inbox.changes(
        424242, [("0-1", "passport_number")], source="FORM", since_ms=AT + 10, until_ms=AT + 19
    )
    assert found == (right,)


def test_old_notices_are_forgotten(desk: Any) -> None:
    """By when they were received, a batch at a time; younger ones stay."""
    desk.store.inbox.keep([notice(n) for n in range(1, 6)])
    desk.clock.pass_s(50)
    desk.store.inbox.keep([notice(9)])
    desk.clock.pass_s(60)
    assert desk.store.inbox.forget(older_than_s=100, most=3) == 3
    assert desk.store.inbox.forget(older_than_s=100, most=3) == 2
    assert desk.store.inbox.forget(older_than_s=100, most=3) == 0
    assert [n.event_id for n in kept(desk)] == [9]


def test_many_may_receive_the_same_at_once(open_desk: Callable[[], Any]) -> None:
    """Several processes that are sent the same batch keep each event once between them."""
    desks = [open_desk() for _ in range(3)]
    batch = [notice(n) for n in range(1, 60)]
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda n: desks[n % 3].store.inbox.keep(batch), range(12)))
    assert sum(counts) == len(batch)
    assert len(kept(desks[0])) == len(batch)
    assert desks[0].store.audit.verify() == (True, None)


@pytest.mark.sqlite
def test_a_damaged_row_hides_no_other(desk: Any) -> None:
    """What somebody put in by hand and cannot be read is left out; the rest is shown."""
    desk.store.inbox.keep([notice(1), notice(2)])
    engine = create_engine(desk.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE inbox SET kind = x'ff00' WHERE event_id = 1"))
    engine.dispose()
    assert [n.event_id for n in kept(desk)] == [2]


@pytest.mark.sqlite
def test_a_store_that_fails_says_so(desk: Any) -> None:
    """Nothing is told to be kept that is not: whoever sent it is to send it again."""
    desk.store.close()
    with pytest.raises(IntakeClosed):
        desk.store.inbox.keep([notice()])
