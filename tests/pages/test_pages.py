"""Every page, run as Streamlit runs it, over a real gateway and an emulated HubSpot."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway.domain.submissions import new_receipt
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.seed.clinic import GOOD_FORMS

PAGES = Path(__file__).resolve().parents[2] / "pages"
PATIENT = GOOD_FORMS[0]["id"]


@pytest.mark.parametrize(
    "page", sorted(file.stem for file in PAGES.glob("*.py") if file.stem != "navigation")
)
def test_a_page_run_by_itself_shows_nothing(gateway: Any, page: str) -> None:
    """Past the navigation script no page draws anything, whatever it is asked for."""
    alone = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=20)
    alone.query_params["form"] = PATIENT
    alone.run()
    assert not alone.exception
    assert len(alone.main) == 0


def test_home_shows_open_forms_first_and_why_the_others_are_closed(screen: Any) -> None:
    """Each open form has a link; each closed one its reasons in plain words."""
    screen.run()
    page = screen.html()
    assert "Forms" in page
    assert "Nothing is waiting to be sent." in page
    for form in GOOD_FORMS:
        assert form["name"] in page
    assert page.count('data-state="open"') == len(GOOD_FORMS)
    assert page.count("Why it is closed") == 2
    assert page.rindex('data-state="open"') < page.index('data-state="closed"')
    assert "HubSpot is imitated" in page


def test_a_mistyped_receipt_code_is_told_at_once(screen: Any) -> None:
    """A code that cannot be one is not looked up; a sentence says what one looks like."""
    screen.run()
    screen.widget("Receipt code").input("ABCD-EFGH-JKMM")
    screen.press("Look it up")
    assert "This is not a receipt code." in screen.html()


@pytest.mark.parametrize("form", GOOD_FORMS, ids=lambda form: str(form["name"]))
def test_a_good_form_is_drawn_whole(screen: Any, form: Any) -> None:
    """Every field that is not under a condition or hidden has its widget, and every private
    one its class."""
    screen.go("intake.py", form=form["id"])
    labels = screen.labels()
    for group in form["fieldGroups"]:
        for field in group.get("fields", []):
            if not field["hidden"] and field["fieldType"] != "multiple_checkboxes":
                assert field["label"] in labels
    assert 'class="si-class"' in screen.html()


def test_fields_under_a_condition_come_and_go_at_once(screen: Any) -> None:
    """A field appears with the answer it depends on, keeps its value when it goes and comes
    back, and is not there otherwise."""
    screen.go("intake.py", form=PATIENT)
    assert "Insurance number" not in screen.labels()
    screen.widget("How are you insured?").select("private")
    screen.run()
    screen.widget("Insurance number").input("INS-1")
    screen.run()
    screen.widget("How are you insured?").select("self_pay")
    screen.run()
    assert "Insurance number" not in screen.labels()
    screen.widget("How are you insured?").select("public")
    screen.run()
    assert screen.widget("Insurance number").value == "INS-1"


def _fill(screen: Any, email: str) -> None:
    screen.go("intake.py", form=PATIENT)
    screen.widget("First name").input("Quillfeather")
    screen.widget("Last name").input("Oakenshaw")
    screen.widget("E-mail").input(email)
    screen.widget("Date of birth").set_value(datetime.date(1985, 12, 10))
    screen.widget("Sex at birth").select("female")
    screen.widget("How are you insured?").select("self_pay")
    screen.widget("What brings you to us?").input("A cough")
    screen.widget("Do you have any allergies?").set_value("no")
    screen.run()


def _agree(screen: Any) -> None:
    screen.widget("I agree that Lindenhof Clinic stores and processes my answers.").check()


def test_what_was_typed_is_gone_from_the_server_once_it_is_received(screen: Any) -> None:
    """After the receipt nothing of it is in the session: no answer and no draft."""
    _fill(screen, "gone@mail.example")
    _agree(screen)
    screen.run()
    assert "Quillfeather" in screen.typed()
    screen.press("Submit intake")
    page = screen.html()
    assert "Delivered to HubSpot" in page
    assert "Quillfeather" not in screen.typed()
    assert "gone@mail.example" not in screen.typed() + page
    assert screen.test.session_state["desk"].drafts == {}
    screen.press("Next person")
    assert screen.widget("First name").value == ""
    assert screen.test.query_params["form"] == PATIENT


def test_faults_come_back_with_everything_typed(screen: Any) -> None:
    """Our own checks: a summary, a sentence at each field, and all values kept."""
    _fill(screen, "no address")
    screen.press("Submit intake")
    page = screen.html()
    assert "2 answers need another look" in page
    assert page.count('class="si-error"') == 2
    assert screen.widget("E-mail").value == "no address"
    assert screen.widget("First name").value == "Quillfeather"
    assert 'data-target="error"' in page


def test_a_refusal_of_hubspot_is_corrected_under_a_new_receipt(screen: Any, gateway: Any) -> None:
    """HubSpot's 400 stands at its field; the corrected submission replaces the refused one."""
    _fill(screen, "ada@klinik.xn--p1ai")
    _agree(screen)
    screen.press("Submit intake")
    page = screen.html()
    assert "HubSpot did not accept this yet" in page
    assert "HubSpot does not accept this e-mail address." in page
    assert screen.widget("Last name").value == "Oakenshaw"
    screen.widget("E-mail").input("right@mail.example")
    screen.press("Submit intake")
    assert "Delivered to HubSpot" in screen.html()
    states = [item.state for item in gateway.outbox(by=LOCAL_OPERATOR).items[:2]]
    assert states == ["DELIVERED", "DISCARDED"]


def test_a_submission_refused_later_is_corrected_from_its_receipt(
    screen: Any, gateway: Any
) -> None:
    """A refusal that comes after the receipt is told there, and leads to a correction under
    a new receipt."""
    answers = {
        "firstname": "Ada", "lastname": "Oakenshaw", "email": "ada@klinik.xn--p1ai",
        "date_of_birth": "1985-12-10", "sex_at_birth": "female", "insurance_type": "self_pay",
        "diagnosis": "A cough", "has_allergies": "no", "consent": {"processing": True},
    }  # fmt: skip
    code = gateway.submit(PATIENT, answers, by=LOCAL_OPERATOR).code
    assert gateway.wait(code, seconds=10, by=LOCAL_OPERATOR).state == "REJECTED"
    screen.go("receipt.py", code=code)
    assert "Not accepted by HubSpot" in screen.html()
    screen.press("Correct it and send again")
    assert "HubSpot does not accept this e-mail address." in screen.html()
    assert screen.widget("E-mail").value == ""
    assert screen.test.session_state["desk"].drafts[PATIENT].replaces == code


def test_a_key_used_for_other_answers_costs_nothing_typed(screen: Any, gateway: Any) -> None:
    """When the submission cannot be taken for another cause than its answers, the page says
    why, keeps all, and the next press goes through."""
    _fill(screen, "conflict@mail.example")
    _agree(screen)
    screen.run()
    key = screen.test.session_state["desk"].drafts[PATIENT].send_key
    other = {
        "firstname": "Bo", "lastname": "Oakenshaw", "email": "bo@mail.example",
        "date_of_birth": "1985-12-10", "sex_at_birth": "male", "insurance_type": "self_pay",
        "diagnosis": "A cough", "has_allergies": "no", "consent": {"processing": True},
    }  # fmt: skip
    gateway.submit(PATIENT, other, by=LOCAL_OPERATOR, key=key)
    screen.press("Submit intake")
    assert "Not sent yet" in screen.html()
    assert screen.widget("First name").value == "Quillfeather"
    screen.press("Submit intake")
    assert "Delivered to HubSpot" in screen.html()


def test_leaving_a_form_and_coming_back_loses_nothing(screen: Any) -> None:
    """A look at the other forms does not cost what was typed."""
    _fill(screen, "stays@mail.example")
    screen.go("home.py")
    screen.go("intake.py", form=PATIENT)
    assert screen.widget("E-mail").value == "stays@mail.example"
    assert screen.widget("Sex at birth").value == "female"


def test_a_closed_form_is_explained_and_has_no_field(screen: Any, gateway: Any) -> None:
    """What the gate refuses cannot be filled in; the page says why and what to do."""
    closed = next(r for r in gateway.forms(by=LOCAL_OPERATOR) if not r.open)
    screen.go("intake.py", form=closed.form_id)
    assert f"{closed.form_name} is closed" in screen.html()
    assert closed.errors[0].cure in screen.html().replace("&#x27;", "'")
    assert screen.labels() == set()


@pytest.mark.parametrize("query", [{}, {"form": "nothing"}, {"form": "<script>"}])
def test_a_form_that_does_not_exist(screen: Any, query: dict[str, str]) -> None:
    """Any other id, or none, is answered with a sentence, without repeating it."""
    screen.go("intake.py", **query)
    assert "There is no such form" in screen.html()
    assert "<script>" not in screen.html()


@pytest.mark.parametrize("code", ["", "nonsense", pytest.param(new_receipt(), id="unknown")])
def test_a_receipt_that_does_not_exist(screen: Any, code: str) -> None:
    """A code nobody got is answered with a sentence."""
    screen.go("receipt.py", code=code)
    assert "No submission has this receipt" in screen.html()
