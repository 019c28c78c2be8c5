"""The emulator's page in a browser: playing with a demo, and what axe finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import Desk, expect, pick, running_app
from playwright.sync_api import Page

from gateway.ui.emulator.page import PARTS

pytestmark = pytest.mark.browser

LOOKS: Any = (("light", 1280), ("dark", 390))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo: the emulator runs inside the app."""
    with running_app(tmp_path_factory.mktemp("demo"), None) as address:
        yield address


def test_a_fault_is_switched_on_and_its_submission_recovers(page: Page, demo: str) -> None:
    """HubSpot stores a submission and loses the answer: the receipt goes from unclear to
    delivered, and the page shows that it arrived once, the call that was cut off, and the record
    with its private values kept back until they are asked for."""
    page.goto(f"{demo}/emulator?part=faults")
    expect(page.locator(".si-then")).to_contain_text("looked up in HubSpot, and is found")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".si-armed")).to_contain_text("drop after store on submitting a form")
    desk: Any = Desk(page, demo, None)  # type: ignore[arg-type]  # a demo's emulator is its own
    desk.open()
    desk.fill("played@mail.example", number="CANARY-INS-55")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Delivered to HubSpot")).to_be_visible()
    code = page.locator(".si-code").inner_text()
    page.get_by_role("link", name="Emulator").click()
    page.get_by_role("tab", name="Submissions").click()
    row = page.locator(".si-emulated tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("once")
    expect(row.get_by_role("link", name=code)).to_have_attribute("href", f"/receipt?code={code}")
    page.get_by_role("tab", name="Requests").click()
    cut = page.locator(".si-emulated tr", has_text="cut off")
    expect(cut).to_contain_text("/secure/submit/")
    expect(cut).to_contain_text("fault drop_after_store")
    expect(page.locator(".si-emulated tr", has_text="/submissions/forms/").first).to_be_visible()
    page.get_by_role("tab", name="Records").click()
    expect(page.locator(".si-emulated")).to_contain_text("played@mail.example")
    pick(page, page.get_by_label("Columns"), "Insurance number")
    page.keyboard.press("Escape")
    expect(page.locator(".si-emulated")).to_contain_text("kept back")
    assert "CANARY" not in page.content()
    page.get_by_role("button", name="Show sensitive values").click()
    expect(page.locator(".si-emulated")).to_contain_text("CANARY-INS-55")
    assert page.url == f"{demo}/emulator"


def test_a_field_is_added_and_people_are_asked_for_it(page: Page, demo: str) -> None:
    """What an editor in HubSpot adds to a form is on the form, and its change is reported."""
    page.goto(f"{demo}/emulator?part=definitions")
    pick(page, page.get_by_label("Form", exact=True), "Patient")
    pick(page, page.get_by_label("Property, the newest first"), "Passport number")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("It is changed.")
    page.get_by_role("tab", name="Webhooks").click()
    panel = page.get_by_role("tabpanel", name="Webhooks")
    pick(page, panel.get_by_label("Property, the newest first"), "Passport number")
    page.get_by_role("button", name="Let a person in HubSpot change it").click()
    expect(page.locator(".si-emulated tbody tr").first).to_contain_text("contact.propertyChange")
    expect(page.locator(".si-emulated tbody tr").first).to_contain_text("taken")
    page.get_by_role("link", name="Inbox").click()
    expect(page.locator(".si-inbox tr", has_text="passport_number").first).to_contain_text(
        "a person in HubSpot"
    )


def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, demo: str) -> None:
    """No serious finding on any part, wide and light, narrow and dark."""
    bad: list[tuple[str, str, str]] = []
    page.goto(f"{demo}/emulator")
    expect(page.get_by_role("tab")).to_have_count(len(PARTS))
    for part in PARTS.values():
        page.get_by_role("tab", name=part.word).click()
        panel = page.get_by_role("tabpanel", name=part.word)
        expect(panel.locator(".si-lead").first).to_be_visible()
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.locator("[data-stale=true]")).to_have_count(0)
            bad += [
                (part.word, rule["id"], rule["nodes"][0]["html"][:200])
                for rule in Axe().run(page).response["violations"]
                if rule["impact"] in {"critical", "serious"}
            ]
            if page.evaluate("() => document.documentElement.scrollWidth - innerWidth") > 0:
                bad.append((part.word, "sideways", str(width)))
    assert bad == []
