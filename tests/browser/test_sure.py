"""A person whose answer is asked about, at the keyboard, in Chromium."""

from __future__ import annotations

import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import expect

pytestmark = pytest.mark.browser

SURE = "This is right; send it as it is"


def _shot(desk: Any, name: str) -> None:
    if folder := os.environ.get("SCREENS"):
        desk.page.screenshot(path=f"{folder}/{name}.png")


def test_a_question_is_answered_by_keyboard(desk: Any) -> None:
    """Blocked: a sentence without a box, the focus in the field. Asked about: Enter leads from the
    field to its box, Space ticks it, and the receipt comes; axe finds nothing serious."""
    page = desk.page
    desk.open()
    desk.fill("asked@mail.example")
    desk.box("First name").fill("Ada 4111 1111 1111 1111")
    desk.box("Last name").fill("Lovelace ada@home.example")
    desk.send().focus()
    page.keyboard.press("Enter")
    expect(page.locator(".si-summary")).to_be_visible()
    expect(desk.box("First name")).to_be_focused()
    expect(page.get_by_role("checkbox", name=SURE)).to_have_count(1)
    assert "4111" not in page.locator("body").inner_text()
    _shot(desk, "guard-blocked")

    page.keyboard.press("Control+A")
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(desk.box("Last name")).to_be_focused()
    assert desk.box("Last name").input_value() == "Lovelace ada@home.example"
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name=SURE)
    expect(box).to_be_focused()
    told = box.evaluate(
        "box => box.getAttribute('aria-describedby').split(' ')"
        ".map(id => document.getElementById(id).textContent).join(' ')"
    )
    assert "Last name" in told
    assert "This looks like an e-mail address" in told
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.keyboard.press("Enter")
    expect(desk.box("E-mail")).to_be_focused()
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in {"critical", "serious"}] == []
    _shot(desk, "guard-asked")

    desk.send().focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Delivered to HubSpot")).to_be_visible()
    assert desk.record("asked@mail.example", "lastname")["lastname"] == "Lovelace ada@home.example"
