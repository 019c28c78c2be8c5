"""Every table of the domain is complete over its enum, and every sentence is one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.audit import EVENT_ACTIONS, NOT_OF_A_SUBMISSION, WITHOUT_A_MOVE, Action
from gateway.domain.decisions import (
    DECISION_PERMISSIONS,
    DECISION_WORDS,
    REASONS,
    REASONS_FOR,
    decisions_in,
)
from gateway.domain.errors import INTAKE_CAUSES, IntakeClosed
from gateway.domain.findings import FINDINGS, finding
from gateway.domain.forms import SENDABLE, FieldType
from gateway.domain.objects import OBJECT_TYPES, object_type
from gateway.domain.queue import OPERATOR_TURNS, POSITIONS, Ends, Switch
from gateway.domain.records import (
    CHANGE_ACTIONS,
    CHANGE_WORDS,
    ROW_STATES,
    USUAL_ASSOCIATIONS,
    USUAL_PROPERTIES,
    Change,
    RowState,
    audit_place,
    is_record_id,
)
from gateway.domain.rejections import ERROR_TYPES
from gateway.domain.reveals import PURPOSE_WORDS, Purpose
from gateway.domain.scopes import Access, definition_need, forms_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import (
    CAUSES,
    DECISIONS,
    FINAL,
    NEEDS_A_PERSON,
    STATE_WORDS,
    TRANSITIONS,
    Event,
    State,
    new_receipt,
    new_sid,
    read_receipt,
)
from gateway.domain.users import LOCAL_OPERATOR, ROLE_PERMISSIONS, Permission, Role, User

CONTRACT_ERROR_TYPES = {
    "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED", "INVALID_EMAIL", "BLOCKED_EMAIL", "REQUIRED_FIELD",
    "INVALID_NUMBER", "INPUT_TOO_LARGE", "FIELD_NOT_IN_FORM_DEFINITION", "NUMBER_OUT_OF_RANGE",
    "VALUE_NOT_IN_FIELD_DEFINITION", "INVALID_METADATA", "INVALID_GOTOWEBINAR_WEBINAR_KEY",
    "INVALID_HUTK", "INVALID_IP_ADDRESS", "INVALID_PAGE_URI", "INVALID_LEGAL_OPTION_FORMAT",
    "MISSING_PROCESSING_CONSENT", "MISSING_PROCESSING_CONSENT_TEXT",
    "MISSING_COMMUNICATION_CONSENT_TEXT", "MISSING_LEGITIMATE_INTEREST_TEXT",
    "DUPLICATE_SUBSCRIPTION_TYPE_ID", "FORM_HAS_RECAPTCHA_ENABLED", "INVALID_PHONE_NUMBER",
}  # fmt: skip
"""Every errorType HubSpot documents, and the one that is seen beside them."""


def test_transitions_name_every_event_and_reach_every_state() -> None:
    """Each event moves something, each state is reached, and final states are never left."""
    assert {event for _, event in TRANSITIONS} == set(Event)
    assert set(TRANSITIONS.values()) | {State.QUEUED} == set(State)
    assert not {state for state, _ in TRANSITIONS} & FINAL


def test_only_proof_or_a_person_sends_again() -> None:
    """What is unclear goes back to the queue by proven absence alone, and from there on only by
    a person's decision: no blind resend can happen."""
    back = {(source, event) for (source, event), to in TRANSITIONS.items() if to is State.QUEUED}
    assert back == {
        (State.SENDING, Event.PROVEN_UNSENT),
        (State.HELD, Event.GATE_PASSES_AGAIN),
        (State.UNKNOWN, Event.ABSENCE_PROVEN),
        (State.REVIEW, Event.RESENT),
        (State.REJECTED, Event.RESENT),
    }


def test_every_event_is_audited_by_its_own_action() -> None:
    """No move without an audit action, no two moves under one name, and no action without its
    place in a table."""
    assert set(EVENT_ACTIONS) == set(Event)
    assert len(set(EVENT_ACTIONS.values())) == len(Event)
    told = {Action.ACCEPTED, *EVENT_ACTIONS.values(), *WITHOUT_A_MOVE, *NOT_OF_A_SUBMISSION}
    assert told == set(Action)
    assert len(Action) == 1 + len(Event) + len(WITHOUT_A_MOVE) + len(NOT_OF_A_SUBMISSION)


def test_every_decision_has_reasons_words_and_a_permission() -> None:
    """What a person may decide is complete in every table, and each reason is used."""
    assert set(REASONS_FOR) == set(DECISION_WORDS) == set(DECISION_PERMISSIONS) == set(DECISIONS)
    assert {reason for reasons in REASONS_FOR.values() for reason in reasons} == set(REASONS)
    for state in State:
        for event in decisions_in(state):
            assert (state, event) in TRANSITIONS
    assert {state for state in State if decisions_in(state)} == NEEDS_A_PERSON | {State.HELD}
    assert not set(REASONS) & set(CAUSES)


def test_every_position_of_the_switch_is_described() -> None:
    """Each position says whether anything is sent or accepted, why, and how it ends."""
    assert set(POSITIONS) == set(Switch)
    for switch, position in POSITIONS.items():
        assert position.cause is None or position.cause in CAUSES
        assert (position.cause is None) == position.sends
        asked = position.ends in (Ends.CALL, Ends.TRIAL)
        assert (position.again_s is not None) == asked, switch
        assert (position.ends is Ends.PERSON) == (switch in OPERATOR_TURNS - {Switch.RUNNING})


def test_every_state_has_words() -> None:
    """A receptionist can read every state and every cause."""
    assert set(STATE_WORDS) == set(State)
    for words in (*CAUSES.values(), *INTAKE_CAUSES.values(), *(s for _, s in STATE_WORDS.values())):
        assert words[0].isupper()
        assert words.endswith(".")


def test_closed_intake_says_not_received() -> None:
    """Whatever closes intake, the person is told that nothing was received."""
    for cause in INTAKE_CAUSES:
        assert str(IntakeClosed(cause)).startswith("Not received.")


def test_every_role_has_permissions_and_nobody_has_unknown_ones() -> None:
    """The role table is complete, and the operator may do everything."""
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert ROLE_PERMISSIONS[Role.OPERATOR] == set(Permission)
    for permission in Permission:
        assert LOCAL_OPERATOR.may(permission)
        assert not User("nobody", "Nobody", frozenset()).may(permission)


def test_every_change_of_a_record_is_audited_by_its_own_action() -> None:
    """Each change has an action and a word, each state of a batch's row a sentence, and each
    purpose words that fit where causes stand in the audit."""
    assert set(CHANGE_ACTIONS) == set(CHANGE_WORDS) == set(Change)
    assert len(set(CHANGE_ACTIONS.values())) == len(Change)
    assert set(ROW_STATES) == set(RowState)
    assert set(PURPOSE_WORDS) == set(Purpose)
    assert not {str(one) for one in (*Purpose, *Change)} & set(CAUSES)
    assert all(len(one) <= 32 for one in (*Purpose, *Change))
    usual = {kind for pair in USUAL_ASSOCIATIONS for kind in pair} | set(USUAL_PROPERTIES)
    assert usual <= set(OBJECT_TYPES)


def test_a_place_in_the_audit_fits() -> None:
    """Object type and id together are kept as they are, or not at all."""
    assert audit_place("0-1", "84729735601") == "0-1/84729735601"
    assert audit_place("2-41007216") == "2-41007216"
    assert audit_place("2-4100721612345", "1" * 17) is None
    assert is_record_id("847297356")
    for odd in ("", "x", "1 ", "-1", "1" * 20, "1\n", "\u0661"):
        assert not is_record_id(odd)


def test_an_auditor_changes_nothing() -> None:
    """The auditor may look, but neither submit nor deliver."""
    auditor = User("a", "A", frozenset({Role.AUDITOR}))
    assert not auditor.may(Permission.SUBMIT)
    assert not auditor.may(Permission.DELIVER)
    assert not auditor.may(Permission.REVEAL)
    assert not auditor.may(Permission.VIEW_RECORDS)


def test_every_documented_error_type_has_a_sentence() -> None:
    """Each errorType of the contract tells a person what to do."""
    assert set(ERROR_TYPES) >= CONTRACT_ERROR_TYPES
    assert all(sentence.endswith(".") for sentence in ERROR_TYPES.values())


@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_has_a_cause_and_a_cure(code: str) -> None:
    """Each finding can be written out, with nothing left open."""
    row = FINDINGS[code]
    names = {
        name
        for text in (row.message, row.cure)
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }
    written = finding(code, field="email", **dict.fromkeys(names, "x"))
    assert written.message
    assert written.cure
    assert "{" not in written.message + written.cure


@pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda k: k.plural)
@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("sensitivity", [Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE])
def test_the_scope_matrix(kind, access, sensitivity) -> None:  # type: ignore[no-untyped-def]
    """Each cell of HubSpot's matrix: names, both spellings, and the one that does not exist."""
    need = sensitive_need(kind, sensitivity, access)
    if kind.plural == "appointments" and sensitivity is Sensitivity.HIGHLY_SENSITIVE:
        assert need is None
        return
    assert need is not None
    expected = (
        f"tickets.{sensitivity}"
        if kind.plural == "tickets"
        else f"crm.objects.{kind.plural}.{sensitivity}.{access}"
    )
    assert need.name == expected
    assert {expected, f"{expected}.v2"} <= set(need.spellings)
    assert need.met_by({f"{expected}.v2"})
    assert not need.met_by({"forms", "crm.objects.contacts.read"})


def test_custom_objects_share_their_scopes() -> None:
    """Every 2-… object needs the scopes of custom objects; anything else is not known."""
    kind = object_type("2-123")
    assert kind is not None
    need = sensitive_need(kind, Sensitivity.SENSITIVE, Access.WRITE)
    assert need is not None
    assert need.name == "crm.objects.custom.sensitive.write"
    for odd in ("2-", "2-x", "0-9999", "", "3-1", "2-1/../x"):
        assert object_type(odd) is None


def test_an_ordinary_property_needs_no_sensitive_scope() -> None:
    """Asking for the sensitive scope of an ordinary class is a programming error."""
    kind = object_type("0-1")
    assert kind is not None
    with pytest.raises(ValueError, match="ordinary"):
        sensitive_need(kind, Sensitivity.NON_SENSITIVE, Access.READ)
    assert forms_need().met_by({"forms"})
    assert definition_need(kind).met_by({"crm.objects.contacts.read"})


def test_eleven_field_types_can_be_sent() -> None:
    """Of HubSpot's 13 field types, all but file and payment can be sent."""
    assert len(FieldType) == 13
    assert len(SENDABLE) == 11


def test_an_unknown_class_is_no_class() -> None:
    """A class we do not know is None, never an ordinary one."""
    assert [Sensitivity.parse(text) for text in (None, "", "SENSITIVE", "none")] == [None] * 4
    assert sorted(Sensitivity, key=lambda s: s.rank) == list(Sensitivity)


def test_receipts_survive_being_typed() -> None:
    """A code is found again in lower case, with blanks, without dashes."""
    code = new_receipt()
    assert read_receipt(f" {code.lower().replace('-', ' ')} ") == code


@given(st.data())
def test_a_slip_in_a_receipt_is_noticed(data: st.DataObject) -> None:
    """One wrong character, or two swapped neighbours, never make another valid code."""
    letters = list(new_receipt().replace("-", ""))
    place = data.draw(st.integers(0, len(letters) - 2))
    other = data.draw(st.sampled_from("23456789ABCDEFGHJKMNPQRSTVWXY"))
    slip, swap = letters.copy(), letters.copy()
    slip[place] = other
    swap[place], swap[place + 1] = swap[place + 1], swap[place]
    for wrong in (slip, swap):
        if wrong != letters:
            assert read_receipt("".join(wrong)) is None


def test_ids_hold_128_bits() -> None:
    """A submission's id is 32 hexadecimal digits, new each time."""
    ids = {new_sid() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in ids)
