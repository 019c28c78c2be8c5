"""Reading the answers file's JSON shape."""

from __future__ import annotations

import pytest

from gateway.domain.answers import Answers
from gateway.intake.answers import MAX_ANSWERS, MAX_CHOICES, MAX_TOTAL_BYTES, Reading, read
from gateway.intake.consent import COMMUNICATIONS, PROCESSING, ConsentChoice
from gateway.intake.reasons import WHOLE, told_key
from gateway.intake.text import MAX_BYTES


def test_the_documented_shape_is_read():
    """The design's example gives answers by field key and the consent beside them."""
    reading = read(
        {
            "email": "a@b.c",
            "0-1/firstname": "Ann",
            "0-2/name": "ACME",
            "allergies": ["nuts", "latex"],
            "newsletter": True,
            "age": 41,
            "height": 1.7,
            "gone": None,
            "consent": {"processing": True, "communications": {"999": False, "5": None}},
        }
    )
    assert not reading.reasons
    assert dict(reading.answers) == {
        "email": "a@b.c",
        "firstname": "Ann",
        "0-2/name": "ACME",
        "allergies": ("nuts", "latex"),
        "newsletter": True,
        "age": 41,
        "height": 1.7,
    }
    assert reading.consent == ConsentChoice(True, {999: False})
    assert read({}) == Reading(Answers({}), ConsentChoice(), {})


def test_a_field_named_consent_can_be_answered():
    """Only an object under ``consent`` is the consent."""
    reading = read({"consent": "yes", "0-1/other": "x"})
    assert dict(reading.answers) == {"consent": "yes", "other": "x"}
    assert reading.consent == ConsentChoice()


@pytest.mark.parametrize(
    ("raw", "key", "code"),
    [
        ({"x": {"a": 1}}, "x", "wrong_type"),
        ({"x": [["a"]]}, "x", "wrong_type"),
        ({"x": [1]}, "x", "wrong_type"),
        ({"x": b"bytes"}, "x", "wrong_type"),
        ({"x": float("nan")}, "x", "wrong_type"),
        ({"x": float("-inf")}, "x", "wrong_type"),
        ({"x": 10**5000}, "x", "wrong_type"),
        ({"x": ["a"] * (MAX_CHOICES + 1)}, "x", "wrong_type"),
        ({"x": "a" * (MAX_BYTES + 1)}, "x", "too_long"),
        ({"x": ["a" * MAX_BYTES, "b"]}, "x", "too_long"),
        ({"x": "1", "0-1/x": "2"}, "x", "answered_twice"),
        ({"k" * 129: "1"}, WHOLE, "bad_name"),
        ({7: "1"}, WHOLE, "bad_name"),
        ({"Ann Smith": {}}, WHOLE, "wrong_type"),
        ({f"k{n}": "1" for n in range(MAX_ANSWERS + 1)}, WHOLE, "too_many_answers"),
        ({f"k{n}": "x" * MAX_BYTES for n in range(5)}, WHOLE, "too_much_text"),
        ({"consent": {"processing": "yes"}}, PROCESSING, "checkbox_shape"),
        ({"consent": {"agree": True}}, PROCESSING, "wrong_type"),
        ({"consent": {"communications": [999]}}, COMMUNICATIONS, "wrong_type"),
        ({"consent": {"communications": {"999": "yes"}}}, COMMUNICATIONS, "checkbox_shape"),
        ({"consent": {"communications": {"news": True}}}, COMMUNICATIONS, "subscription_unknown"),
    ],
)
def test_what_cannot_be_read_is_told_by_key(raw, key, code):
    """A wrong JSON type, size or name is refused under its key, or without it if it may be
    an answer."""
    assert {k: r.code for k, r in read(raw).reasons.items()} == {key: code}


def test_the_limits_themselves_are_taken():
    """At each limit an answer still passes."""
    for raw in (
        {f"k{n}": "1" for n in range(MAX_ANSWERS)},
        {f"k{n}": "x" * MAX_BYTES for n in range(MAX_TOTAL_BYTES // MAX_BYTES)},
        {"x": ["a"] * MAX_CHOICES, "y": 10**40},
        {"consent": {"communications": {"9223372036854775807": True}}},
    ):
        assert not read(raw).reasons


@pytest.mark.parametrize(
    ("key", "known", "told"),
    [
        ("nickname", (), "nickname"),
        ("address_2", (), "address_2"),
        ("0-2/name", (), "0-2/name"),
        ("line_12", (), "line_12"),
        ("line_123", (), WHOLE),
        ("a078051120", (), WHOLE),
        ("0-2/name_3", (), WHOLE),
        ("2-1234567/name", (), WHOLE),
        ("078-05-1120", (), WHOLE),
        ("Ann Smith", (), WHOLE),
        ("line_123", ("line_123",), "line_123"),
        ("2-1234567/name", ("2-1234567/name",), "2-1234567/name"),
        ("k\u0661\u0662\u0663", (), WHOLE),
    ],
)
def test_a_stray_key_is_told_only_when_it_is_no_number(key, known, told):
    """A key of the form is always told; any other only as a name with at most two digits."""
    assert told_key(key, known) == told
    assert set(read({key: {}}, known).reasons) == {told}


def test_a_reading_does_not_print():
    """Neither answers nor what was agreed to show in a repr."""
    reading = read(
        {"email": "canary", "consent": {"processing": True, "communications": {"77": False}}}
    )
    for shown in (repr(reading), f"{reading.consent} {[reading.consent]!r}"):
        for told in ("canary", "True", "False", "77"):
            assert told not in shown
