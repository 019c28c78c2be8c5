"""The content guard on the way of a submission: blocked, asked, confirmed, and told of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from samples import IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.audit import Action, AuditRow
from gateway.domain.errors import InvalidSubmission
from gateway.domain.locks import GuardMode
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.intake.reasons import WHOLE
from gateway.policy.approving import Declared
from gateway.usecases.gateway import Gateway

CARD, SSN = "4111111111111111", "536-90-4399"
GUARDED = {Action.GUARD_BLOCKED, Action.GUARD_ASKED, Action.GUARD_CONFIRMED}


def told(gateway: Gateway) -> list[AuditRow]:
    """What the audit knows of the guard."""
    return [row for row in gateway._store.audit.rows() if row.action in GUARDED]


def refused(gateway: Gateway, form: str = PATIENT, **answers: Any) -> dict[str, tuple[str, str]]:
    """The reasons of a submission that is not taken: field → code and sentence."""
    with pytest.raises(InvalidSubmission) as caught:
        submit(gateway, form, **answers)
    return {key: (why.code, why.sentence) for key, why in caught.value.reasons.items()}


@pytest.mark.parametrize("form", [PATIENT, ONBOARDING, IDENTIFICATION])
def test_good_answers_are_left_alone(form: str, gateway: Gateway) -> None:
    """The sample answers to every seeded form are taken without a question."""
    submit(gateway, form)
    assert not told(gateway)


def test_a_number_in_an_ordinary_field_is_blocked(world: World, gateway: Gateway) -> None:
    """It is not taken, the reason names the kind and not the value, and confirming is no way
    round it."""
    for confirmed in ((), ("firstname",)):
        reasons = refused(gateway, firstname=f"Ada {CARD}", confirmed=confirmed)
        code, sentence = reasons.pop("firstname")
        assert not reasons
        assert code == "guard_blocks"
        assert "a payment card number" in sentence
        assert not any(character.isdigit() for character in sentence)
    assert not gateway.outbox(by=LOCAL_OPERATOR).items
    assert not world.portal.submissions()
    first, second = told(gateway)
    assert first.action is Action.GUARD_BLOCKED
    assert (first.cause, first.fields) == ("card:1", ("firstname",))
    assert first.actor == LOCAL_OPERATOR.id
    assert first.sid == world.form_id(PATIENT).replace("-", "")
    assert second.cause == first.cause


def test_every_field_comes_at_once(gateway: Gateway) -> None:
    """Each field has its own reason, and the audit one row for each kind and outcome."""
    reasons = refused(
        gateway, ONBOARDING, firstname=SSN, lastname=f"x {SSN}",
        **{"0-2/cost_center": "call +49 151 23456789"},
    )  # fmt: skip
    assert {key: code for key, (code, _) in reasons.items()} == {
        "firstname": "guard_blocks", "lastname": "guard_blocks", "0-2/cost_center": "guard_asks",
    }  # fmt: skip
    assert {(row.action, row.cause, row.fields) for row in told(gateway)} == {
        (Action.GUARD_BLOCKED, "us_ssn:1", ("firstname", "lastname")),
        (Action.GUARD_ASKED, "phone:3", ("0-2/cost_center",)),
    }


def test_a_question_is_answered_by_a_person(world: World, gateway: Gateway) -> None:
    """What is asked about goes on once it is confirmed, and its own history tells so."""
    odd = {"lastname": "Lovelace ada@home.example"}
    ((code, sentence),) = refused(gateway, **odd).values()
    assert code == "guard_asks"
    assert "confirm" in sentence
    gateway.start_worker()
    receipt = submit(gateway, confirmed=["0-1/lastname"], **odd)
    status = settled(gateway, receipt)
    assert status.state is State.DELIVERED
    assert "guard_confirmed" in [event for _, _, event in status.history]
    asked, confirmed = told(gateway)
    assert (asked.action, confirmed.action) == (Action.GUARD_ASKED, Action.GUARD_CONFIRMED)
    assert (confirmed.cause, confirmed.fields) == ("email:3", ("lastname",))
    assert confirmed.sid == gateway._store.outbox.sid_of(receipt.code)
    assert gateway._store.audit.verify() == (True, None)
    (stored,) = world.portal.submissions()
    assert stored.value("lastname") == odd["lastname"]


def test_confirming_another_field_is_no_answer(gateway: Gateway) -> None:
    """Only the field that was asked about may be confirmed."""
    assert refused(gateway, lastname="a b@c.example", confirmed=["firstname", WHOLE, "nonsense"])


def test_a_repeat_is_told_once(gateway: Gateway) -> None:
    """The same key again gives the same receipt, and no second row."""
    again = {"lastname": "x@y.example", "key": "one", "confirmed": ("lastname",)}
    assert submit(gateway, **again).code == submit(gateway, **again).code
    assert [row.action for row in told(gateway)] == [Action.GUARD_CONFIRMED]


def test_the_gravest_kinds_are_asked_about_in_sensitive_fields(gateway: Gateway) -> None:
    """A card number in a sensitive property is a question; in one that is highly sensitive, or
    made for just that kind, it is none."""
    assert refused(gateway, insurance_number=CARD)["insurance_number"][0] == "guard_asks"
    submit(gateway, insurance_number=CARD, confirmed=["insurance_number"])
    submit(gateway, diagnosis=f"{CARD} {SSN} HIV")
    submit(gateway, IDENTIFICATION, passport_number="C01X00T47")
    # Not of the gravest: an address or a health word belongs into a sensitive property.
    submit(gateway, insurance_number="diabetes, ada@home.example")


def test_an_approved_field_may_be_set_to_warn(gateway: Gateway) -> None:
    """Where the lock says warn, a person may confirm what is blocked elsewhere."""
    declared = Declared(guard={"firstname": GuardMode.WARN})
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR, declared=declared)
    gateway.approvals.approve(
        PATIENT, by=LOCAL_OPERATOR, expected=shown.expected, declared=declared
    )
    reasons = refused(gateway, firstname=CARD, lastname=CARD)
    assert (reasons["firstname"][0], reasons["lastname"][0]) == ("guard_asks", "guard_blocks")
    assert refused(gateway, firstname=CARD, lastname=CARD, confirmed=["firstname", "lastname"])
    submit(gateway, firstname=CARD, confirmed=["firstname"])
    assert (told(gateway)[-1].action, told(gateway)[-1].cause) == (
        Action.GUARD_CONFIRMED, "card:1",
    )  # fmt: skip


def test_hits_are_counted_by_kind(gateway: Gateway) -> None:
    """The metrics count kinds, tiers and outcomes."""
    refused(gateway, firstname=CARD, lastname=CARD)
    refused(gateway, lastname="x@y.example")
    submit(gateway, lastname="x@y.example", confirmed=["lastname"])
    counted = gateway.metrics().decode()
    for line in (
        'sealed_intake_guard_hits_total{kind="card",outcome="blocked",tier="1"} 2.0',
        'sealed_intake_guard_hits_total{kind="email",outcome="asked",tier="3"} 1.0',
        'sealed_intake_guard_hits_total{kind="email",outcome="confirmed",tier="3"} 1.0',
    ):
        assert line in counted


def test_a_recognised_value_stands_nowhere(
    world: World,
    gateway: Gateway,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither in the database, a log, an output, nor in the error itself."""
    caplog.set_level(0)
    shown = []
    for odd in ({"firstname": f"canary {CARD}"}, {"lastname": "canary-home@canary-mail.example"}):
        with pytest.raises(InvalidSubmission) as caught:
            submit(gateway, **odd)
        shown += [str(caught.value), repr(caught.value), repr(caught.value.reasons)]
    submit(gateway, lastname="canary-home@canary-mail.example", confirmed=["lastname"])
    shown += [caplog.text, *capfd.readouterr(), gateway.metrics().decode(), repr(told(gateway))]
    needles = ("canary", CARD, CARD[:4] + " " + CARD[4:8])
    for text in shown:
        assert not any(needle in text for needle in needles)
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        content = file.read_bytes()
        assert not any(needle.encode() in content for needle in needles), file.name
