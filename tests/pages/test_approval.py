"""The page on which forms are approved, over a real gateway and an emulated HubSpot."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from gateway import bootstrap
from gateway.domain.locks import Aspect, Change, FieldLock, FormLock, GuardMode
from gateway.domain.reports import FieldReport, FormReport, ScopeReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.seed.clinic import GOOD_FORMS
from gateway.settings import load_settings
from gateway.ui import approval
from gateway.ui.approval import ASPECT_WORDS, GUARD_WORDS
from gateway.usecases.approvals import Preview
from gateway.usecases.gateway import Gateway

PATIENT = GOOD_FORMS[0]["id"]
NAVIGATION = str(Path(__file__).resolve().parents[2] / "pages" / "navigation.py")
HOSTILE = '<img src=x onerror="alert(1)"><script>steal()</script>Your $name'


@pytest.fixture
def account(tmp_path: Path) -> Iterator[tuple[Emulator, Gateway]]:
    """An account and a gateway of their own: approvals stay."""
    with Emulator() as emulator:
        settings = load_settings(
            {
                "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
                "HUBSPOT_API_BASE": emulator.api_base,
                "HUBSPOT_FORMS_BASE": emulator.forms_base,
                "GATEWAY_DATA_DIR": str(tmp_path),
                "GATEWAY_DEFINITION_MAX_AGE": "0",
            },
            env_file=None,
        )
        with bootstrap.open_gateway(settings) as gateway:
            bootstrap.serve(gateway)
            yield emulator, gateway
            bootstrap.serve(None)


@pytest.fixture
def tab(account: Any, screen: Any) -> Any:
    """A tab whose pages are served by that gateway."""
    bootstrap.serve(account[1])
    return dataclasses.replace(screen, test=AppTest.from_file(NAVIGATION, default_timeout=20))


def test_a_person_looks_and_approves(account: Any, tab: Any) -> None:
    """Every field is shown with its class; two presses approve it, and the file has it."""
    gateway = account[1]
    tab.go("approve.py", form=PATIENT)
    page = tab.html()
    assert "This form is not approved." in page
    report = gateway.check(PATIENT, by=LOCAL_OPERATOR)
    assert page.count('<tr><th scope="row">') == len(report.fields)
    assert page.count('data-level="highly_sensitive"') == 1
    assert "4: female, male, other, undisclosed" in page
    assert "<summary>Consent: explicit consent to process</summary>" in page
    assert "I agree that Lindenhof Clinic stores and processes my answers." in page
    tab.press("Approve")
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is None
    tab.press("Yes, approve it as shown")
    assert "Approved." in tab.html()
    assert "there is nothing to do" in tab.html()
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is not None


def test_not_yet_approves_nothing(account: Any, tab: Any) -> None:
    """Whoever thinks again leaves everything as it was."""
    tab.go("approve.py", form=PATIENT)
    tab.press("Approve")
    tab.press("Not yet")
    assert account[1].check(PATIENT, by=LOCAL_OPERATOR).lock is None
    assert [b.label for b in tab.test.button if b.label == "Approve"] == ["Approve"]


def test_what_is_said_of_a_field_is_pinned(account: Any, tab: Any) -> None:
    """A least class that is too high is told before anything is approved; guard and check
    digits are kept with the form."""
    tab.go("approve.py", form=PATIENT)
    tab.widget("Field").select("phone")
    tab.run()
    tab.widget("Class it must have at least").select(Sensitivity.SENSITIVE)
    tab.run()
    assert "It cannot be approved yet" in tab.html()
    tab.widget("Class it must have at least").select(Sensitivity.NON_SENSITIVE)
    tab.run()
    tab.widget("An answer that looks like an identity or card number").select(GuardMode.WARN)
    tab.run()
    tab.widget("Check digits it must have").select("luhn")
    tab.run()
    tab.press("Approve")
    tab.press("Yes, approve it as shown")
    lock = account[1].check(PATIENT, by=LOCAL_OPERATOR).lock
    assert lock is not None
    phone = lock.fields["phone"]
    assert (phone.guard, phone.check) == (GuardMode.WARN, "luhn")
    assert lock.fields["email"].guard is GuardMode.BLOCK


def test_a_change_after_the_question_is_not_approved(account: Any, tab: Any) -> None:
    """What changes between the question and the yes is shown before it can be approved."""
    emulator, gateway = account
    tab.go("approve.py", form=PATIENT)
    tab.press("Approve")
    emulator.portal.amend_property("0-1", "phone", {"label": "Telephone"})
    tab.press("Yes, approve it as shown")
    assert "has changed since it was shown" in tab.html()
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is None


def test_the_difference_is_shown_here_and_on_the_start_page(account: Any, tab: Any) -> None:
    """After a drift both pages show what was approved and what it is now, field by field."""
    emulator, gateway = account
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=shown.expected)
    emulator.portal.amend_property("0-1", "sex_at_birth", {"dataSensitivity": "highly_sensitive"})
    for page in ("home.py", "approve.py"):
        told = tab.go(page, form=PATIENT).html()
        assert "Changed since it was approved" in told
        row = told[told.index('<th scope="row">Sex at birth</th><td data-name="What">Class') :]
        assert "<del>sensitive</del>" in row
        assert "<ins>highly sensitive</ins>" in row
    tab.press("Approve")
    tab.press("Yes, approve it as shown")
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).open


def test_a_form_that_cannot_be_approved_says_why(account: Any, tab: Any) -> None:
    """There is no button for a form with a fault, but every reason."""
    bad = next(f["id"] for f in account[0].forms if f["name"] == "Documents and payment")
    tab.go("approve.py", form=bad)
    assert "It cannot be approved yet" in tab.html()
    assert "cannot be sent yet" in tab.html()
    assert not [b for b in tab.test.button if b.label == "Approve"]


def test_an_unknown_form_is_a_calm_sentence(account: Any, tab: Any) -> None:
    """A wrong address shows no trace of a fault."""
    tab.go("approve.py", form="none")
    assert "There is no such form" in tab.html()


def test_a_lock_file_nobody_can_read_is_told(account: Any, tab: Any, tmp_path: Path) -> None:
    """With a spoilt lock file the page shows the form, and says what to do first."""
    (tmp_path / "emulated" / "forms.lock.json").write_text("{", encoding="utf-8")
    tab.go("approve.py", form=PATIENT)
    assert "The lock file cannot be read" in tab.html()
    assert not {"Approve", "Withdraw the approval"} & labels(tab)


def approve(gateway: Gateway) -> None:
    """Somebody has approved the patients' form."""
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=shown.expected)


def labels(tab: Any) -> set[str]:
    """The buttons that are shown."""
    return {button.label for button in tab.test.button}


def test_a_person_withdraws_the_approval(account: Any, tab: Any) -> None:
    """The question says what holds then; Keep it changes nothing, a yes withdraws it."""
    gateway = account[1]
    tab.go("approve.py", form=PATIENT)
    assert "Withdraw the approval" not in labels(tab)
    approve(gateway)
    tab.go("approve.py", form=PATIENT)
    tab.press("Withdraw the approval")
    assert "No approval is required here" in tab.html()
    assert "Withdraw the approval" not in labels(tab)
    tab.press("Keep it")
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is not None
    tab.press("Withdraw the approval")
    tab.press("Yes, withdraw it")
    assert "The approval is withdrawn." in tab.html()
    assert "The form is open, and goes by the gate alone." in tab.html()
    assert gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is None
    assert {"Approve"} == labels(tab) & {"Approve", "Withdraw the approval"}


@pytest.mark.parametrize("anew", [True, False])
def test_somebody_else_was_faster(anew: bool, account: Any, tab: Any) -> None:
    """What was withdrawn or approved anew after the question is told, and no other approval
    falls."""
    gateway = account[1]
    approve(gateway)
    tab.go("approve.py", form=PATIENT)
    tab.press("Withdraw the approval")
    entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
    gateway.withdrawals.withdraw(entry, by=LOCAL_OPERATOR)
    if anew:
        gateway.approvals.approve(
            PATIENT,
            by=dataclasses.replace(LOCAL_OPERATOR, id="p-7"),
            expected=gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR).expected,
        )
    tab.press("Yes, withdraw it")
    told = "has approved the form anew" if anew else "there is nothing to withdraw"
    assert told in tab.html()
    assert (gateway.check(PATIENT, by=LOCAL_OPERATOR).lock is not None) is anew


def test_an_erased_form_is_withdrawn_on_its_page(account: Any, tab: Any) -> None:
    """The start page leads to a page of its own, on which only withdrawing is left; then the form
    is in no list."""
    emulator, gateway = account
    approve(gateway)
    del emulator.portal.forms[PATIENT]
    assert "HubSpot has the form no more" in tab.go("home.py").html()
    assert "HubSpot has the form no more" in tab.go("approve.py", form=PATIENT).html()
    assert "Approve" not in labels(tab)
    tab.press("Withdraw the approval")
    assert "held, for a person to decide" in tab.html()
    tab.press("Yes, withdraw it")
    assert "The form has left the lists and the checks." in tab.html()
    assert "HubSpot has the form no more" not in tab.go("home.py").html()


def test_an_archived_form_is_withdrawn_on_its_page(account: Any, tab: Any) -> None:
    """It cannot be approved, and its approval can be withdrawn."""
    emulator, gateway = account
    approve(gateway)
    emulator.portal.amend_form(PATIENT, {"archived": True})
    tab.go("approve.py", form=PATIENT)
    tab.press("Withdraw the approval")
    tab.press("Yes, withdraw it")
    assert "The form has left the lists and the checks." in tab.html()
    assert PATIENT not in {report.form_id for report in gateway.forms(by=LOCAL_OPERATOR)}


def test_tables_are_complete() -> None:
    """Every change and every way of the guard has words."""
    assert set(ASPECT_WORDS) == set(Aspect)
    assert set(GUARD_WORDS) == set(GuardMode)


def made_up(count: int, label: str) -> Preview:
    """A preview of ``count`` fields with this label."""
    pinned = FieldLock(field_type="single_line_text", type=label, categories=(label,), choices=2,
                       values={label: label, "b": "B"}, sensitivity=Sensitivity.SENSITIVE, minimum=Sensitivity.SENSITIVE)  # fmt: skip
    keys = [f"field_{i}" for i in range(count)]
    lock = FormLock(name=label, form_type="hubspot", consent="", consent_mode=label,
                    consent_texts={label: label}, approved_by=label, approved_at="2026-01-01T00:00:00Z",
                    fields=dict.fromkeys(keys, pinned))  # fmt: skip
    fields = tuple(
        FieldReport(key, label, "0-1", key, "single_line_text", Sensitivity.SENSITIVE, (label,),
                    "refused", "drift", label, (), None, False, False)  # type: ignore[arg-type]
        for key in keys
    )  # fmt: skip
    drift = tuple(Change(key, Aspect.CLASS, label, label) for key in (*keys, None))
    report = FormReport(
        "f", label, fields, (), ScopeReport((), None, (), ()), "", 0, lock=lock, drift=drift
    )
    return Preview(report, lock, (), frozenset(keys))


def test_hostile_texts_are_shown_as_texts() -> None:
    """Markup in labels, names, categories and types from HubSpot never becomes markup."""
    shown = made_up(2, HOSTILE)
    for html in (
        approval.fields(shown),
        approval.consent(shown.lock),
        approval.changes(shown.report),
        approval.state(shown.report),
    ):
        assert "<img" not in html
        assert "<script" not in html
    assert json.dumps(msgspec.to_builtins(shown.lock))


def test_a_thousand_fields_are_one_table_without_a_widget_each() -> None:
    """A large form is drawn as one table; its size stays within reason."""
    html = approval.fields(made_up(1000, "Label"))
    assert html.count('<tr><th scope="row">') == 1000
    assert len(html) < 1_000_000
