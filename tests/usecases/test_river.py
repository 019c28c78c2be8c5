"""The whole way of a submission: checked, sealed, kept, delivered, and found in HubSpot."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.errors import (
    InvalidSubmission,
    InvalidTransition,
    KeyConflict,
    PermissionDenied,
    PolicyViolation,
    UnknownForm,
    UnknownReceipt,
)
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.usecases.gateway import Gateway

GOOD = (PATIENT, ONBOARDING, IDENTIFICATION)


@pytest.mark.parametrize("form", GOOD)
def test_a_good_form_is_delivered(form: str, world: World, gateway: Gateway) -> None:
    """Answers to each good form arrive in HubSpot, once, on the record they name."""
    gateway.start_worker()
    receipt = submit(gateway, form)
    assert receipt.state is State.QUEUED
    status = settled(gateway, receipt)
    assert status.state is State.DELIVERED
    assert [state for _, state, _ in status.history] == [
        State.QUEUED, State.SENDING, State.DELIVERED,
    ]  # fmt: skip
    (stored,) = world.portal.submissions(world.form_id(form))
    assert stored.value("email") is not None
    assert stored.page_uri.endswith(stored.page_uri.split("/~s/")[1])


def test_values_arrive_as_hubspot_stores_them(world: World, gateway: Gateway) -> None:
    """Choices, truth values, dates and text are on the contact as HubSpot writes them."""
    gateway.start_worker()
    settled(gateway, submit(gateway))
    (contact,) = [c for c in world.portal.contacts() if c.values["email"].startswith("ada@")]
    expected = {
        "firstname": "Ada", "date_of_birth": "1990-02-28", "sex_at_birth": "female",
        "allergies": "nuts;latex", "newsletter": "true", "diagnosis": "canary-diagnosis",
    }  # fmt: skip
    assert {name: contact.values[name] for name in expected} == expected


def test_only_fields_of_the_form_are_posted(world: World, gateway: Gateway) -> None:
    """An answer under a name that is not on the form is refused, not sent."""
    with pytest.raises(InvalidSubmission) as caught:
        submit(gateway, annual_salary="1")
    assert set(caught.value.reasons) == {"annual_salary"}
    assert not world.portal.submissions()


def test_every_fault_comes_at_once(gateway: Gateway) -> None:
    """A person sees every answer that needs another look, consent included."""
    with pytest.raises(InvalidSubmission) as caught:
        submit(gateway, email="nobody", lastname=None, date_of_birth="1990-02-31", consent={})
    assert {"email", "lastname", "date_of_birth", "consent.processing"} <= set(caught.value.reasons)


@pytest.mark.parametrize("form", ["Visitor sign-in (2019)", "Documents and payment"])
def test_a_bad_form_takes_nothing(form: str, world: World, gateway: Gateway) -> None:
    """A form the gate refuses accepts no answers, and says why."""
    with pytest.raises(PolicyViolation) as caught:
        gateway.submit(form, {"email": "a@b.example"}, by=LOCAL_OPERATOR)
    assert caught.value.findings
    assert not world.portal.submissions()


def test_the_bad_forms_name_each_reason(gateway: Gateway) -> None:
    """The seed's bad forms are closed for exactly the faults that were put into them."""
    reports = {r.form_name: r for r in gateway.forms(by=LOCAL_OPERATOR)}
    assert {name for name, r in reports.items() if r.open} == set(GOOD)
    assert {f.code for f in reports["Visitor sign-in (2019)"].errors} == {
        "property_archived", "label_names_sensitive", "recaptcha",
    }  # fmt: skip
    assert {f.code for f in reports["Documents and payment"].errors} == {"field_type_unsupported"}


def test_a_form_can_be_named(gateway: Gateway, world: World) -> None:
    """A form is found by id, in any case, or by its exact name; nothing else is one."""
    for named in (PATIENT, world.form_id(PATIENT), world.form_id(PATIENT).upper()):
        assert gateway.check(named, by=LOCAL_OPERATOR).form_name == PATIENT
    for odd in ("patient", "", "../account", "11111111-2222-3333-4444-555555555555", "x" * 5000):
        with pytest.raises(UnknownForm):
            gateway.check(odd, by=LOCAL_OPERATOR)


def test_the_same_key_sends_once(world: World, gateway: Gateway) -> None:
    """The same key and answers give the same receipt; other answers are a conflict."""
    first = submit(gateway, key="row-1")
    again = submit(gateway, key="row-1")
    assert first.code == again.code
    with pytest.raises(KeyConflict):
        submit(gateway, key="row-1", firstname="Augusta")
    gateway.start_worker()
    settled(gateway, first)
    assert len(world.portal.submissions()) == 1


def block_domains(world: World, *domains: str) -> None:
    """Has the form's e-mail field refuse these domains, as an editor in HubSpot would."""
    form = world.form_id(PATIENT)
    groups = world.portal.forms[form]["fieldGroups"]
    (email,) = [f for group in groups for f in group["fields"] if f["name"] == "email"]
    email["validation"]["blockedEmailDomains"] = list(domains)


def test_a_refused_submission_is_corrected(world: World, gateway: Gateway) -> None:
    """HubSpot's refusal names the field; the corrected one replaces it and is delivered."""
    refused = submit(gateway)
    block_domains(world, "clinic-mail.example")
    gateway.start_worker()
    status = settled(gateway, refused)
    assert status.state is State.REJECTED
    assert status.rejected_fields == {"email": "BLOCKED_EMAIL"}
    assert not world.portal.submissions()

    corrected = submit(gateway, replaces=refused.code, email="ada@other-mail.example")
    assert settled(gateway, corrected).state is State.DELIVERED
    assert gateway.status(refused.code, by=LOCAL_OPERATOR).state is State.DISCARDED
    with pytest.raises(InvalidTransition):
        submit(gateway, replaces=refused.code, email="ada@third-mail.example")
    assert len(world.portal.submissions()) == 1


def test_roles_are_asked(gateway: Gateway) -> None:
    """A person without a permission is refused before anything else happens."""
    auditor = User("a", "Auditor", frozenset({Role.AUDITOR}))
    nobody = User("n", "Nobody", frozenset())
    with pytest.raises(PermissionDenied):
        gateway.submit(PATIENT, {}, by=auditor)
    for ask in (
        lambda: gateway.forms(by=nobody), lambda: gateway.check(PATIENT, by=nobody),
        lambda: gateway.intake(PATIENT, by=nobody), lambda: gateway.status("x", by=nobody),
        lambda: gateway.outbox(by=nobody), lambda: gateway.doctor(by=nobody),
        lambda: gateway.waiting(by=nobody), lambda: gateway.deliver_until_empty(by=nobody),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            ask()


@pytest.mark.parametrize("code", ["", "XXXX", "2345-6789-ABCD", "'; drop table outbox; --"])
def test_an_unknown_receipt_is_told(code: str, gateway: Gateway) -> None:
    """A code that is no receipt gets one sentence, whatever it is."""
    with pytest.raises(UnknownReceipt):
        gateway.status(code, by=LOCAL_OPERATOR)


def test_nothing_is_in_clear_on_disk(world: World, gateway: Gateway, tmp_path: Path) -> None:
    """Between acceptance and delivery, and after it, no file holds an answer or the token."""
    receipt = submit(gateway)
    for _ in range(2):
        for file in (f for f in tmp_path.rglob("*") if f.is_file()):
            content = file.read_bytes()
            assert b"canary" not in content
            assert b"Lovelace" not in content
            assert world.emulator.access_token.encode() not in content
            assert file.stat().st_mode & 0o077 == 0
        gateway.start_worker()
        settled(gateway, receipt)


def test_nothing_unexpected_is_logged(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A submission, a refused one included, leaves no answer and no token in any output."""
    caplog.set_level(0)
    gateway.start_worker()
    settled(gateway, submit(gateway))
    with pytest.raises(InvalidSubmission) as caught:
        submit(gateway, email="canary nobody", sex_at_birth="canary-choice")
    told = capfd.readouterr()
    shown = caplog.text + told.out + told.err + str(caught.value) + repr(caught.value.reasons)
    assert "canary" not in shown
    assert "pat-na1" not in shown
