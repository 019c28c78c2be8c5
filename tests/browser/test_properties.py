"""The page of properties in a browser: what axe finds, what a phone shows, and one property's life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import drawn, expect, far_away, press, running_app
from playwright.sync_api import Page

from gateway.emulator import Emulator

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app whose desk may define properties."""
    folder: Path = tmp_path_factory.mktemp("properties")
    with running_app(folder, emulator, HUBSPOT_RECORDS_TOKEN=emulator.desk_token) as address:
        yield address


def _open(page: Page, address: str) -> None:
    page.goto(f"{address}/properties")
    expect(page.locator(".si-properties")).to_be_visible()
    page.get_by_role("button", name="passport_number").click()
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()


def test_axe_finds_nothing_serious(page: Page, address: str) -> None:
    """No critical and no serious finding with a property open, light on a desk and dark on a
    phone, and nothing scrolls sideways."""
    _open(page, address)
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        found = Axe().run(page).response["violations"]
        bad = [
            (rule["id"], [node["html"][:160] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in {"critical", "serious"}
        ]
        assert bad == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_sensitive_property_from_the_keyboard(
    page: Page, address: str, emulator: Emulator
) -> None:
    """Made without a mouse, found in the table with its class, and put away after a question."""
    page.goto(f"{address}/properties")
    press(page.get_by_role("button", name="New property"))
    keys = page.keyboard
    expect(page.get_by_label("Label", exact=True)).to_be_focused()
    keys.type("Shoe size")
    keys.press("Tab")
    expect(page.get_by_placeholder("shoe_size")).to_be_visible()
    box = page.locator(".st-key-prop-boxes").get_by_label("Class", exact=True)
    box.focus()
    keys.type("Sens")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_text("Private: few people")).to_be_visible()
    press(page.get_by_role("button", name="Create property"))
    expect(page.get_by_text("Its internal name is shoe_size")).to_be_visible()
    row = page.locator(".si-properties tr", has_text="shoe_size")
    expect(row).to_contain_text("Sensitive")
    assert emulator.portal.property("0-1", "shoe_size")["dataSensitivity"] == "sensitive"
    press(page.get_by_role("button", name="shoe_size"))
    press(page.get_by_role("button", name="Archive", exact=True))
    expect(page.get_by_text("permanently deleted after 90 days")).to_be_visible()
    press(page.get_by_role("button", name="Yes, archive it"))
    expect(page.locator(".si-properties tr", has_text="shoe_size")).to_have_count(0)
    assert emulator.portal.property("0-1", "shoe_size")["archived"]


def test_a_yes_is_about_the_property_it_was_pressed_under(
    page: Page, address: str, emulator: Emulator
) -> None:
    """Far away, another property is typed into the search box and the question that still stands
    there is answered with yes: the other one is opened, and not archived."""
    made = requests.post(
        f"{emulator.api_base}/crm/v3/properties/contacts",
        json={"name": "hobby", "label": "Hobby", "type": "string", "fieldType": "text",
              "groupName": "contactinformation"},
        headers={"Authorization": f"Bearer {emulator.desk_token}"}, timeout=10,
    )  # fmt: skip
    assert made.status_code == 201
    far_away(page.context, 100)
    _open(page, address)
    press(page.get_by_role("button", name="Look again"))
    expect(page.get_by_role("button", name="hobby")).to_be_visible()
    press(page.get_by_role("button", name="Archive", exact=True))
    sure = page.get_by_role("button", name="Yes, archive it")
    expect(sure).to_be_visible()
    drawn(page)
    page.get_by_label("Find a property").fill("hobby")
    sure.click()
    expect(page.locator(".si-detail-title")).to_contain_text("hobby")
    press(page.locator(".st-key-prop-close button"))
    expect(page.locator(".si-detail-title")).to_have_count(0)
    for name in ("passport_number", "hobby"):
        assert not emulator.portal.property("0-1", name).get("archived")
