"""Whole journeys through the real pages, by keyboard, up to the emulated HubSpot and back."""

from __future__ import annotations

from typing import Any

import pytest
from browser.conftest import expect, far_away

pytestmark = pytest.mark.browser
_ANSWERS = {
    "firstname": "Ada", "lastname": "Lovelace", "date_of_birth": "1985-12-10",
    "sex_at_birth": "female", "insurance_type": "private", "insurance_number": "INS-4711",
    "diagnosis": "A cough at night", "has_allergies": "yes", "allergies": "nuts;latex",
}  # fmt: skip


def test_a_patient_is_taken_in_by_keyboard_alone(desk: Any) -> None:
    """What is typed by keyboard alone stands in HubSpot, value for value; the next person
    finds the same form empty, with the focus in its first field."""
    desk.open()
    desk.fill("ada@mail.example")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Next person")).to_be_focused()
    stored = desk.record("ada@mail.example", "phone", *_ANSWERS)
    assert stored.items() >= _ANSWERS.items()
    assert stored["phone"]

    # The button rests for a moment, so that nobody leaves a receipt unread.
    desk.page.wait_for_timeout(800)
    form_address = desk.page.url.split("/receipt")[0] + "/intake?form="
    desk.page.keyboard.press("Enter")
    expect(desk.box("First name")).to_be_focused()
    assert desk.page.url.startswith(form_address)
    for field in desk.page.locator(".st-key-form :is(input[type=text], textarea)").all():
        assert field.input_value() == ""


def test_enter_finds_the_next_field_from_far_away(desk: Any) -> None:
    """Where every message takes its time, Enter still goes to the field that an answer brings
    along, not past it, and what is typed meets its own field."""
    far_away(desk.page.context, 1000)
    desk.open()
    desk.fill("faraway@mail.example")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    assert desk.record("faraway@mail.example", *_ANSWERS).items() >= _ANSWERS.items()


def test_what_hubspot_refuses_is_told_at_its_field_and_can_be_corrected(desk: Any) -> None:
    """A 400 of HubSpot comes back to the form with its reason at the field and all else kept;
    the corrected form is delivered."""
    refused_by_hubspot_only = "ada@klinik.xn--p1ai"
    desk.open()
    desk.fill(refused_by_hubspot_only)
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("HubSpot did not accept this yet")).to_be_visible()
    email = desk.box("E-mail")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(desk.page.locator(".st-key-form .si-error")).to_contain_text("HubSpot does not accept")
    expect(email).to_have_value(refused_by_hubspot_only)
    expect(desk.box("First name")).to_have_value("Ada")
    expect(desk.box("Insurance number")).to_have_value("INS-4711")
    expect(desk.page.get_by_label("Nuts")).to_be_checked()

    email.fill("ada.corrected@mail.example")
    desk.send().click()
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    stored = desk.record("ada.corrected@mail.example", *_ANSWERS)
    assert stored.items() >= _ANSWERS.items()


def test_our_own_checks_lose_nothing_and_lead_to_the_first_fault(desk: Any) -> None:
    """An incomplete form comes back with a summary that links to each field, a sentence at
    each, the focus on the first, and everything typed still there."""
    desk.open()
    desk.box("First name").fill("Ada")
    desk.box("E-mail").fill("not an address")
    desk.send().click()
    summary = desk.page.locator(".si-summary")
    expect(summary).to_contain_text("answers need another look")
    expect(desk.box("Last name")).to_be_focused()
    expect(desk.box("Last name")).to_have_accessible_description(
        "Error: This field needs an answer."
    )
    expect(desk.box("First name")).to_have_value("Ada")
    expect(desk.box("E-mail")).to_have_value("not an address")
    summary.get_by_role("link", name="E-mail").click()
    expect(desk.box("E-mail")).to_be_focused()


def test_a_date_half_typed_is_never_sent_as_no_date(desk: Any) -> None:
    """A date with a part missing is told at its field and stops the form, until it is
    completed or left empty on purpose."""
    before = desk.submissions()
    desk.open()
    year = desk.page.get_by_role("spinbutton", name="year, Date of birth")
    complaint = desk.page.get_by_text("This date was not complete")
    year.focus()
    desk.page.keyboard.type("1985")
    desk.page.keyboard.press("Enter")
    expect(complaint).to_be_visible()
    desk.send().click()
    expect(year).to_be_focused()
    assert desk.submissions() == before
    desk.page.keyboard.type("19851210")
    desk.page.keyboard.press("Enter")
    expect(complaint).not_to_be_visible()


def test_a_triple_click_sends_once(desk: Any) -> None:
    """Three clicks on the button, as fast as a browser makes them, are one submission."""
    before = desk.submissions()
    desk.open()
    desk.fill("triple@mail.example")
    desk.page.evaluate(
        "() => { const b = document.querySelector('.st-key-actions button[kind=primary]');"
        " b.click(); b.click(); b.click(); }"
    )
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    desk.page.wait_for_timeout(1500)
    assert desk.submissions() == before + 1


def test_while_hubspot_is_away_the_receipt_waits_and_then_tells(desk: Any) -> None:
    """When HubSpot does not answer, the person gets a receipt at once; it turns to delivered
    by itself."""
    desk.emulator.portal.faults.add("secure_submit", "429", times=1)
    desk.open()
    desk.fill("later@mail.example")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("button", name="Next person")).to_be_visible()
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible(timeout=20_000)


def test_a_closed_form_explains_itself(desk: Any) -> None:
    """A form the gate refuses shows why, in words, and no field."""
    desk.page.goto(desk.app)
    card = desk.page.locator("[class*=st-key-card-closed-]").first
    card.get_by_text("Why it is closed").click()
    expect(card.get_by_text("Please pass this on to your administrator.")).to_be_visible()
    closed = card.get_attribute("class").split("st-key-card-closed-")[1].split()[0]
    desk.page.goto(f"{desk.app}/intake?form={closed}")
    expect(desk.page.get_by_role("heading", name="is closed")).to_be_visible()
    assert desk.page.locator(".st-key-form").count() == 0
