"""Reading the answers file's JSON shape."""

from __future__ import annotations

import pytest

from gateway.domain.errors import InvalidSubmission
from gateway.intake.answers import MAX_ANSWERS, MAX_CHOICES, MAX_TOTAL_BYTES, read_answers
from gateway.intake.consent import COMMUNICATIONS, PROCESSING, ConsentChoice
from gateway.intake.reasons import WHOLE
from gateway.intake.text import MAX_BYTES


def test_the_documented_shape_is_read():
    """The design's example gives answers by field key and the consent beside them."""
    answers, consent = read_answers(
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
    assert dict(answers) == {
        "email": "a@b.c",
        "firstname": "Ann",
        "0-2/name": "ACME",
        "allergies": ("nuts", "latex"),
        "newsletter": True,
        "age": 41,
        "height": 1.7,
    }
    assert consent == ConsentChoice(True, {999: False})
    assert read_answers({}) == (answers.__class__({}), ConsentChoice())


def test_a_field_named_consent_can_be_answered():
    """Only an object under ``consent`` is the consent."""
    answers, consent = read_answers({"consent": "yes", "0-1/other": "x"})
    assert dict(answers) == {"consent": "yes", "other": "x"}
    assert consent == ConsentChoice()


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
    with pytest.raises(InvalidSubmission) as caught:
        read_answers(raw)
    assert {k: r.code for k, r in caught.value.reasons.items()} == {key: code}


def test_the_limits_themselves_are_taken():
    """At each limit an answer still passes."""
    read_answers({f"k{n}": "1" for n in range(MAX_ANSWERS)})
    read_answers({f"k{n}": "x" * MAX_BYTES for n in range(MAX_TOTAL_BYTES // MAX_BYTES)})
    read_answers({"x": ["a"] * MAX_CHOICES, "y": 10**40})
