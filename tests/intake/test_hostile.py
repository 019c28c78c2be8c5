"""Whatever anybody answers: nothing foreign is sent, and nothing answered is repeated."""

from __future__ import annotations

import logging
import re
import traceback

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.answers import WireField
from gateway.domain.errors import InvalidSubmission
from gateway.domain.forms import SENDABLE, FieldType
from gateway.intake.prepare import prepare, shown_fields

WIRE = {
    FieldType.EMAIL: r"[!-~]+@[A-Za-z0-9.-]+",
    FieldType.PHONE: r"[^\n\t<]*\d[^\n\t<]*",
    FieldType.MOBILE_PHONE: r"[^\n\t<]*\d[^\n\t<]*",
    FieldType.SINGLE_LINE_TEXT: r"[^\n\t\r]+",
    FieldType.MULTI_LINE_TEXT: r"[^\r]+",
    FieldType.NUMBER: r"[+-]?[0-9]+(\.[0-9]+)?",
    FieldType.SINGLE_CHECKBOX: r"true|false",
    FieldType.MULTIPLE_CHECKBOXES: r"(nuts|latex|other)(;(nuts|latex|other))*",
    FieldType.DROPDOWN: r"north|south",
    FieldType.RADIO: r"mail|phone",
    FieldType.DATEPICKER: r"(19|20|21|22)[0-9]{2}-[0-9]{2}-[0-9]{2}",
}


def test_the_grammar_covers_every_type_that_can_be_sent(clinic):
    """The wire grammar has a row for each field type, and the form a field of each."""
    assert set(WIRE) == SENDABLE == {field.kind for field in clinic.walk()}


_KEYS = st.sampled_from(
    [
        "email",
        "0-1/email",
        "phone",
        "firstname",
        "history",
        "age",
        "newsletter",
        "allergies",
        "allergy_detail",
        "allergy_since",
        "clinic",
        "contact_by",
        "date_of_birth",
        "0-2/name",
        "source",
        "campaign",
        "source_note",
        "nosuch",
        "0-2/email",
        "0-5/subject",
    ]
)
_TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "other",
        "nuts;other",
        "ann@clinic.org",
        "41",
        "-1.50",
        "true",
        "north",
        "mail",
        "1990-02-28",
        "\u202e",
        "<b>x</b>",
        "<script>",
        "a\x00",
        "\ud800",
        "0-1/email",
        "1" * 50,
    ]
)
_VALUES = (
    _TEXTS
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.none()
    | st.lists(_TEXTS, max_size=4)
    | st.lists(st.sampled_from(["nuts", "latex", "other"]), max_size=4)
    | st.dictionaries(_TEXTS, _TEXTS, max_size=2)
)
_RAW = st.dictionaries(_KEYS, _VALUES, max_size=12) | st.dictionaries(
    _KEYS | _TEXTS, _VALUES, max_size=6
)


@settings(deadline=None)  # the machine may be busy
@given(overlay=_RAW, on_top=st.booleans())
def test_whatever_is_answered_only_the_forms_own_fields_are_sent(clinic, good, overlay, on_top):
    """Hostile answers never add a field, never fill a hidden one, and what is accepted
    matches the wire's grammar."""
    raw = {**good, **overlay} if on_top else overlay
    try:
        prepared = prepare(clinic, raw)
    except InvalidSubmission as refused:
        hidden = [refused.reasons[key] for key in ("source", "campaign") if key in refused.reasons]
        assert {fault.code for fault in hidden} <= {"wrong_type"}
        return
    by_address = {(f.object_type_id, f.name): f for f in clinic.walk()}
    shown = {field.key for field in shown_fields(clinic, raw)}
    sent = {(f.object_type_id, f.name): f.value for f in prepared.fields}
    assert len(sent) == len(prepared.fields)
    assert sent.keys() <= by_address.keys()
    for address, value in sent.items():
        field = by_address[address]
        if field.hidden:
            assert value == field.default_value
        else:
            assert field.key in shown
            assert re.fullmatch(WIRE[field.kind], value)
            assert value == value.strip() != ""


@settings(deadline=None)  # the machine may be busy
@given(overlay=st.dictionaries(_KEYS, st.none(), max_size=12))
def test_a_field_not_shown_is_never_demanded(clinic, good, overlay):
    """Of required fields only those in force and not hidden are asked for."""
    raw = {**good, **overlay}
    shown = {field.key for field in shown_fields(clinic, raw)}
    try:
        prepare(clinic, raw)
    except InvalidSubmission as refused:
        assert refused.reasons.keys() <= shown
        assert {r.code for r in refused.reasons.values()} == {"required"}


CANARY = "canaryQZX7"
_CANARIES = [
    CANARY,
    f"{CANARY}@{CANARY}",
    f"<{CANARY}>",
    f"<b>{CANARY}</b>",
    f"{CANARY}\x00",
    f"\u202e{CANARY}",
    f"{CANARY}@gmail.com",
    CANARY * 7000,
    {CANARY: CANARY},
    [CANARY],
    [[CANARY]],
    f"{CANARY};nuts",
    f"a\u200b{CANARY}",
    f"{CANARY}\ta",
    f"1990-02-{CANARY}",
    f"a{chr(0x301) * 40}{CANARY}",
    f"{CANARY}\ud800",
]


@settings(deadline=None)  # the machine may be busy
@given(
    raw=st.dictionaries(
        _KEYS | st.sampled_from([CANARY, f"0-1/{CANARY}", f"Ann {CANARY}"]),
        st.sampled_from(_CANARIES),
        max_size=8,
    ),
    consent=st.none()
    | st.sampled_from(
        [
            {"processing": CANARY},
            {CANARY: True},
            {"communications": {CANARY: True}},
            {"communications": CANARY},
        ]
    ),
    on_top=st.booleans(),
)
def test_no_error_note_repr_or_log_repeats_an_answer(clinic, good, raw, consent, on_top):
    """A canary in any answer, or in a key that is no property's name, never comes back in
    words: not in an exception, its traceback's messages, a note, a repr or a log record."""
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    keep = Keep()
    logging.getLogger().addHandler(keep)
    everything = {**(good if on_top else {}), **raw, **({"consent": consent} if consent else {})}
    try:
        prepared = prepare(clinic, everything)
        words = [repr(prepared), *map(repr, prepared.fields), repr(prepared.notes)]
    except InvalidSubmission as refused:
        words = [
            repr(refused),
            str(refused),
            repr(refused.reasons),
            "".join(
                line
                for line in traceback.format_exception(refused)
                if not line.startswith("  File")
            ),
        ]
        assert refused.__cause__ is None
        assert refused.__context__ is None
    finally:
        logging.getLogger().removeHandler(keep)
    assert not any(CANARY in text for text in [*words, *records])


def test_a_wire_field_cannot_show_its_value(clinic, good):
    """The result's repr names addresses only."""
    assert "Zoë" not in repr(prepare(clinic, good))
    assert isinstance(prepare(clinic, good).fields[0], WireField)
