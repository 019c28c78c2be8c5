"""A storm's worth of submissions and records stays quick, and agrees with the plain way."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.emulator.due import Due
from gateway.emulator.received import Received, Submission
from gateway.emulator.records import Records

MANY = 50_000


def _submission(moment: int, visible_at: float = 0.0, form: str = "f") -> Submission:
    return Submission(
        "c", form, moment, (), f"https://i.example/~s/{moment}", None, None, visible_at
    )


def test_fifty_thousand_are_read_while_they_come():
    """A page costs the same at the end as at the start: 500 pages in the middle of it all."""
    received = Received()
    begun = time.process_time()
    for number in range(MANY):
        received.add(_submission(number))
        if number % 100 == 0:
            rows = received.visible("f", 1.0)
            assert rows[-1].submitted_at == number
            assert len(rows[-50:]) == min(50, number + 1)
    assert len(received.tags()) == len(received.all()) == MANY
    assert time.process_time() - begun < 30


def test_fifty_thousand_records_settle():
    """Writes find their record without looking at every other one."""
    records = Records()
    begun = time.process_time()
    for number in range(MANY):
        records.submit("0-1", {"email": f"p{number % 40_000}@mail.example"}, at_ms=1, due=0.0)
    records.settle(1.0)
    assert len(list(records.all("0-1"))) == 40_000
    assert time.process_time() - begun < 30


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.sampled_from("ab"))))
def test_rows_are_those_of_a_plain_sort(given_rows):
    """At every moment the rows are the visible ones, sorted by age and then by arrival."""
    received = Received()
    for now, (moment, visible_at, form) in enumerate(given_rows):
        received.add(_submission(moment, visible_at, form))
        for name in "ab":
            plain = sorted(
                (s.submitted_at, order)
                for order, s in enumerate(received.all())
                if s.form_id == name and s.visible_at <= now
            )
            assert [(r.submitted_at, r.order) for r in received.visible(name, now)] == plain


_TEXTS = st.sampled_from(["", "a", "A", "b", "c"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_TEXTS, _TEXTS, st.sampled_from(["", "x", "y"])), max_size=12))
def test_identity_is_that_of_a_plain_search(writes):
    """A company is found by domain, or by name without one: the oldest that has it now."""
    records = Records()
    plain: list[dict[str, str]] = []
    for domain, name, industry in writes:
        values = {"domain": domain, "name": name, "industry": industry}
        by = "domain" if domain else "name"
        found = [r for r in plain if values[by] and r[by].casefold() == values[by].casefold()]
        if not found:
            plain.append(values)
        else:
            found[0].update(values)
        records.submit("0-2", values, at_ms=1, due=0.0)
        records.settle(0.0)
    filled = [{k: v for k, v in row.items() if v} for row in plain]
    assert [record.values for record in records.all("0-2")] == filled


@given(st.lists(st.integers(0, 9)), st.integers(0, 9))
def test_what_is_due_comes_in_order(moments, now):
    """The earliest first, ties as they came, and nothing before its time."""
    waiting: Due[int] = Due()
    for index, moment in enumerate(moments):
        waiting.put(moment, index)
    expected = sorted((m, i) for i, m in enumerate(moments) if m <= now)
    assert list(waiting.until(now)) == [i for _, i in expected]
    assert len(list(waiting.until(9))) == len(moments) - len(expected)
