"""The front door: everything at once, in an order that cannot be tricked."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from gateway.domain.errors import InvalidSubmission
from gateway.intake import reasons
from gateway.intake.prepare import prepare, shown_fields
from gateway.intake.reasons import REASONS, WHOLE, joined, reason


def _sent(prepared) -> dict[str, str]:
    return {f"{f.object_type_id}/{f.name}": f.value for f in prepared.fields}


def test_a_good_submission_is_sent_whole(clinic, good):
    """Every field in force goes out once in drawing order, hidden defaults included."""
    prepared = prepare(clinic, good)
    assert _sent(prepared) == {
        "0-1/email": "ann@clinic.org",
        "0-1/phone": "+44 20 7946 0000",
        "0-1/firstname": "Zoë",
        "0-1/history": "line one\nAT&T, a < b",
        "0-1/age": "41",
        "0-1/newsletter": "true",
        "0-1/allergies": "nuts;other",
        "0-1/allergy_detail": "bees",
        "0-1/clinic": "north",
        "0-1/contact_by": "phone",
        "0-1/date_of_birth": "1990-02-28",
        "0-2/name": "ACME",
        "0-1/source": "gateway",
    }
    assert prepared.notes == {}
    assert prepared.legal["consent"]["communications"][0] == {
        "value": False,
        "subscriptionTypeId": 999,
        "text": "Mail me",
    }


def test_every_fault_is_told_at_once(clinic, good):
    """Faults of reading, cleaning, checking, names and consent come together."""
    bad = {
        **good,
        "email": "x",
        "firstname": "a\x00",
        "phone": {},
        "age": "1,0",
        "nosuch": "1",
        "Ann Smith": "1",
        "allergy_detail": None,
        "consent": {},
    }
    with pytest.raises(InvalidSubmission) as caught:
        prepare(clinic, bad)
    assert {k: r.code for k, r in caught.value.reasons.items()} == {
        "email": "email_shape",
        "firstname": "invisible_refused",
        "phone": "wrong_type",
        "age": "number_shape",
        "nosuch": "not_on_form",
        WHOLE: "bad_name",
        "allergy_detail": "required",
        "consent.processing": "consent_required",
        "consent.communications.1000": "communication_required",
    }


def test_an_answer_to_a_field_not_shown_is_left_out_with_a_note(clinic, good):
    """What the form does not ask here is never sent, even when it is faulty."""
    for stray in ("bees", "a\x00b"):
        prepared = prepare(clinic, {**good, "allergies": ["nuts"], "allergy_detail": stray})
        assert "0-1/allergy_detail" not in _sent(prepared)
        assert prepared.notes["allergy_detail"].code == "not_shown"


def test_an_invisible_character_in_a_parent_does_not_hide_its_dependant(form, field, when):
    """Conditions see the cleaned answer, the same that is sent."""
    trick = form(
        field(
            "smoker",
            "single_line_text",
            dependentFields=[when("eq", field("since", "number", required=True), value="yes")],
        )
    )
    for typed in ("ye\u200bs", "<b>yes</b>", " YES\n", "yes"):
        assert [f.key for f in shown_fields(trick, {"smoker": typed})] == ["smoker", "since"]
        with pytest.raises(InvalidSubmission) as caught:
            prepare(trick, {"smoker": typed})
        assert caught.value.reasons["since"].code == "required"


def test_a_faulty_parent_shows_nothing_and_stops_everything(form, field, when):
    """A refused controlling answer counts as none, and the submission does not pass."""
    trick = form(
        field(
            "smoker",
            "single_line_text",
            dependentFields=[when("neq", field("since", "number", required=True), value="no")],
        )
    )
    with pytest.raises(InvalidSubmission) as caught:
        prepare(trick, {"smoker": "no\x00"})
    assert set(caught.value.reasons) == {"smoker"}


def test_the_page_draws_what_the_gateway_takes(clinic, good):
    """``shown_fields`` names the fields in force, without the hidden ones."""
    keys = {field.key for field in shown_fields(clinic, good)}
    assert {"allergy_detail", "allergy_since", "source_note"} <= keys
    assert not {"source", "campaign"} & keys


def test_both_sides_of_midnight_are_one_day(form, field, when, monkeypatch):
    """The day is read once, so no field is sent under a condition that was not checked."""
    calls: list[int] = []

    class Clock(datetime.date):
        @classmethod
        def today(cls) -> Clock:
            calls.append(1)
            return cls(2026, 11, 2 + len(calls))

    monkeypatch.setattr(datetime, "date", Clock)
    recent = form(
        field(
            "visit",
            "datepicker",
            dependentFields=[when("within_time", field("why", "single_line_text"), value="0")],
        )
    )
    fields = prepare(recent, {"visit": "2026-11-03", "why": "x"}).fields
    assert [f.name for f in fields] == ["visit", "why"]
    assert len(calls) == 1


def test_every_reason_is_a_sentence_and_is_tested():
    """Each row of the table ends as a sentence, is given somewhere, and is met by a test."""
    given = "".join(path.read_text("utf-8") for path in Path(reasons.__file__).parent.glob("*.py"))
    met = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    for code, sentence in REASONS.items():
        assert sentence.endswith("."), code
        assert given.count(f'"{code}"') >= 2, code
        assert f'"{code}"' in met, code


def test_several_reasons_of_a_field_become_one():
    """The first code leads, and every sentence is told."""
    both = joined([reason("spaced"), reason("markup_parted")])
    assert both.code == "spaced"
    assert both.sentence == f"{REASONS['spaced']} {REASONS['markup_parted']}"


def test_a_value_in_its_keys_place_is_not_repeated(clinic, good):
    """A number that stands where a field's name belongs comes back in no error."""
    for stray in ("078051120", "078-05-1120", "a078051120", "0-1/p4471x99", "2-078051120/ssn"):
        with pytest.raises(InvalidSubmission) as caught:
            prepare(clinic, {**good, stray: "ssn", f"x{stray}": {}})
        assert set(caught.value.reasons) == {WHOLE}
        assert stray not in f"{caught.value} {caught.value.reasons}"
