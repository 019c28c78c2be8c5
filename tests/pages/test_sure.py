"""The content guard as a person at the form meets it."""

from __future__ import annotations

import datetime
from typing import Any

from gateway.emulator.seed.clinic import GOOD_FORMS
from gateway.ui.sure import WORDS

PATIENT = GOOD_FORMS[0]["id"]
CARD = "4111 1111 1111 1111"


def fill(screen: Any, **more: str) -> None:
    """The patient intake, ready to be sent but for what is given."""
    screen.go("intake.py", form=PATIENT)
    screen.widget("First name").input(more.get("firstname", "Ada"))
    screen.widget("Last name").input(more.get("lastname", "Lovelace"))
    screen.widget("E-mail").input(more.get("email", "ada@clinic-mail.example"))
    screen.widget("Date of birth").set_value(datetime.date(1985, 12, 10))
    screen.widget("Sex at birth").select("female")
    screen.widget("How are you insured?").select("self_pay")
    screen.widget("What brings you to us?").input("A cough")
    screen.widget("Do you have any allergies?").set_value("no")
    screen.run()
    screen.widget("I agree that Lindenhof Clinic stores and processes my answers.").check()
    screen.run()


def test_a_card_number_is_blocked_without_a_box(screen: Any) -> None:
    """The sentence names the kind and not the value, nothing typed is lost, and there is no box
    to send it all the same."""
    fill(screen, firstname=f"Ada {CARD}")
    screen.press("Submit intake")
    page = screen.html()
    assert "This looks like a payment card number" in page
    assert "4111" not in page
    assert WORDS not in screen.labels()
    assert screen.widget("First name").value == f"Ada {CARD}"
    assert screen.widget("Last name").value == "Lovelace"


def test_a_question_is_answered_with_a_box(screen: Any) -> None:
    """Unticked, it is asked again; ticked, the answer is sent as it is."""
    fill(screen, lastname="Lovelace ada@home.example")
    screen.press("Submit intake")
    assert "This looks like an e-mail address" in screen.html()
    screen.press("Submit intake")
    assert screen.widget(WORDS).value is False
    screen.widget(WORDS).check()
    screen.run()
    screen.press("Submit intake")
    assert "Delivered to HubSpot" in screen.html()
    assert "home.example" not in screen.typed()


def test_what_is_typed_anew_is_asked_about_anew(screen: Any) -> None:
    """A tick is for one answer: another one has an empty box of its own."""
    fill(screen, lastname="Lovelace ada@home.example")
    screen.press("Submit intake")
    screen.widget(WORDS).check()
    screen.widget("Last name").input("Lovelace ada@work.example")
    screen.run()
    screen.press("Submit intake")
    assert "This looks like an e-mail address" in screen.html()
    assert screen.widget(WORDS).value is False


def test_a_tick_outlasts_another_fault(screen: Any) -> None:
    """What was confirmed stays so while something else is corrected."""
    fill(screen, lastname="Lovelace ada@home.example")
    screen.press("Submit intake")
    screen.widget(WORDS).check()
    screen.widget("E-mail").input("no address")
    screen.run()
    screen.press("Submit intake")
    assert "This is not an e-mail address" in screen.html()
    screen.widget("E-mail").input("right@clinic-mail.example")
    screen.run()
    screen.press("Submit intake")
    assert "Delivered to HubSpot" in screen.html()


def test_the_page_holds_no_answer_in_what_it_shows_of_itself(screen: Any) -> None:
    """The draft, written out, has none of what is asked about."""
    fill(screen, lastname="Lovelace ada@home.example")
    screen.press("Submit intake")
    (draft,) = screen.test.session_state["desk"].drafts.values()
    assert draft.asked
    assert "home.example" not in repr(draft)
