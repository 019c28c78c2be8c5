"""A sensitive value's whole way, as a person goes it in a demo: from the property it is made for to
the last row of the audit. The value is on the screen while it is asked for, and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import PATIENT, Desk, begin, drawn, expect, pick, press, running_app
from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

EMAIL, SECRET, NEW = "journey@mail.example", "CANARY-TRAVEL-1", "CANARY-TRAVEL-2"
LABEL, NAME = "Travel document", "travel_document"
TOLD = (
    "webhook.received", "record.cleared", "record.updated", "record.revealed", "record.searched",
    "submission.delivered", "submission.accepted", "form.approved", "property.created",
)  # fmt: skip
"""What the audit tells of the way, the last first."""


def test_from_a_new_property_to_the_audit(page: Page, tmp_path: Path) -> None:
    """Define, put on a form, approve, submit, find, reveal for a purpose, correct, clear, hear of
    each change, and read every step in the audit. No address, title, storage, log or file of the
    app ever has the value."""
    kept: list[Any] = []
    page.on("request", lambda request: kept.append(request.url))
    page.on("framenavigated", lambda frame: kept.append(frame.url))
    with running_app(
        tmp_path, None, GATEWAY_DEFINITION_MAX_AGE="1", GATEWAY_REVEAL_SECONDS="10"
    ) as app:
        person = Desk(page, app, None)  # type: ignore[arg-type]  # a demo's emulator is its own
        _define(page, app)
        _put_on_the_form(page, app)
        _approve(page)
        _submit(person)
        kept.append(_kept(page))
        _find(page)
        _reveal(page)
        kept.append(_kept(page))
        _correct(page)
        _clear(page)
        _hear(page)
        _read_the_audit(page)
        kept.append(_kept(page))
    told = json.dumps(kept)
    for word in (SECRET, NEW, EMAIL):
        assert word not in told
        assert _files_with(tmp_path, word) == []


def _define(page: Page, app: str) -> None:
    page.goto(f"{app}/properties")
    page.get_by_role("button", name="New property").click()
    page.get_by_label("Label", exact=True).fill(LABEL)
    page.keyboard.press("Tab")
    expect(page.get_by_placeholder(NAME)).to_be_visible()
    pick(page, page.locator(".st-key-prop-boxes").get_by_label("Class", exact=True), "Sens")
    expect(page.get_by_text("Private: few people")).to_be_visible()
    page.get_by_role("button", name="Create property").click()
    expect(page.locator(".si-properties tr", has_text=NAME)).to_contain_text("Sensitive")


def _put_on_the_form(page: Page, app: str) -> None:
    page.goto(f"{app}/emulator?part=definitions")
    pick(page, page.get_by_label("Form", exact=True), "Patient")
    expect(page.get_by_label("Property, the newest first")).to_have_value(
        f"{LABEL} (contact, sensitive)"
    )
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("It is changed.")


def _approve(page: Page) -> None:
    page.get_by_role("link", name="Check and approve this form").click()
    row = page.get_by_role("row", name=LABEL)
    expect(row).to_contain_text("Sensitive")
    expect(row).to_contain_text(NAME)
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("button", name="Yes, approve it as shown").click()
    expect(page.get_by_text("Intake is open.")).to_be_visible()


def _submit(person: Desk) -> None:
    person.open(PATIENT)
    person.fill(EMAIL, **{LABEL: SECRET})
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    drawn(person.page)
    assert SECRET not in person.page.content()


def _find(page: Page) -> None:
    page.get_by_role("link", name="Records").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.keyboard.press("Enter")
    press(page.locator("[class*=st-key-hit-] button"))
    expect(page.locator(".si-detail-title")).to_have_text("Ada Lovelace")
    assert SECRET not in page.content()


def _reveal(page: Page) -> None:
    purpose = page.get_by_label("Why do you need to see it?")
    begin(page, f"Reveal {LABEL}", purpose)
    pick(page, purpose, "Check who")
    press(page.get_by_role("button", name="Show for 10 seconds"))
    expect(page.locator(".si-value")).to_have_text(SECRET)
    expect(page.locator(".si-value")).to_have_count(0)
    expect(page.get_by_text("The time of the value is over.")).to_be_visible()
    assert SECRET not in page.content()


def _correct(page: Page) -> None:
    box = page.get_by_label(LABEL, exact=True)
    begin(page, f"Correct {LABEL}", box)
    expect(box).to_be_focused()
    page.keyboard.type(NEW)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("has the new value in HubSpot")).to_be_visible()
    drawn(page)
    assert NEW not in page.content()


def _clear(page: Page) -> None:
    sure = page.get_by_role("button", name="Yes, clear it")
    begin(page, f"Clear {LABEL}", sure)
    sure.click()
    expect(page.get_by_text("has no value in HubSpot any more")).to_be_visible()
    past = page.get_by_role("link", name="What was done with it")
    expect(past).to_have_attribute("href", re.compile(r"^/audit\?about=0-1%2F\d+$"))


def _hear(page: Page) -> None:
    """Three reports: the submission's, the correction's, the clearing's."""
    page.get_by_role("link", name="Inbox").click()
    rows = page.locator(".si-inbox tr", has_text=NAME)
    expect(rows).to_have_count(3)
    for number in range(3):
        expect(rows.nth(number)).to_contain_text("HubSpot left the value out")
    expect(rows.last).to_contain_text("a form submission")
    assert "CANARY" not in page.content()


def _read_the_audit(page: Page) -> None:
    """Each step in its order, by whom and why; and nothing but names."""
    page.get_by_role("link", name="Audit").click()
    rows = page.locator(".si-audit tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_label("About").fill(NAME)
    page.keyboard.press("Enter")
    expect(_row(page, "submission.accepted")).to_have_count(0)
    expect(_row(page, "property.created").last).to_contain_text("Sensitive")
    expect(_row(page, "record.revealed")).to_contain_text("Check who the person is")
    expect(_row(page, "record.revealed")).to_contain_text("Operator")
    expect(_row(page, "webhook.received").first).to_contain_text("HubSpot")
    page.get_by_label("About").fill("")
    page.keyboard.press("Enter")
    expect(_row(page, "submission.accepted")).to_have_count(1)
    seen = [row.get_attribute("data-action") for row in rows.all()]
    places = [seen.index(action) for action in TOLD]
    # A report may come in between: the others stand in their order.
    assert places[1:] == sorted(places[1:])
    page.get_by_role("button", name="Check the chain").click()
    expect(page.get_by_text("The chain is intact")).to_be_visible()
    assert "CANARY" not in page.content()


def _row(page: Page, action: str) -> Locator:
    return page.locator(f".si-audit tr[data-action='{action}']")


def _kept(page: Page) -> dict[str, Any]:
    stored: dict[str, Any] = page.evaluate(
        "() => ({title: document.title, address: location.href, cookie: document.cookie,"
        " local: {...localStorage}, session: {...sessionStorage}, state: history.state})"
    )
    return stored | {"cookies": page.context.cookies()}


def _files_with(folder: Path, word: str) -> list[str]:
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert any(one.name == "app.log" for one in files)
    return [str(one) for one in files if word.encode() in one.read_bytes()]
