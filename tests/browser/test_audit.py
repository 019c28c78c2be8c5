"""The page of the audit in a browser: by keyboard, and what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import expect, pick, press

pytestmark = pytest.mark.browser

LOOKS: Any = (("light", 1280), ("dark", 390))


def test_from_everything_to_one_receipt(desk: Any) -> None:
    """By keyboard: choose a kind, name a receipt, check the chain. The address keeps none of it;
    axe finds nothing and nothing scrolls sideways, wide and light, narrow and dark."""
    page, code = desk.page, desk.delivered()
    page.goto(f"{desk.app}/audit")
    rows = page.locator(".si-audit tbody tr")
    expect(rows.first).to_be_visible()
    pick(page, page.get_by_label("What", exact=True), "Submissions: all")
    page.get_by_label("About", exact=True).focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("HubSpot confirmed that it arrived")
    expect(rows.first.get_by_role("link")).to_have_attribute("href", f"/receipt?code={code}")
    press(page.get_by_role("button", name="Check the chain"))
    expect(page.get_by_role("status").filter(has_text="The chain is intact")).to_be_visible()
    assert page.url == f"{desk.app}/audit"
    page.get_by_label("About", exact=True).fill("")
    page.keyboard.press("Enter")
    bad: list[Any] = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        found = Axe().run(page).response["violations"]
        bad += [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]
        if page.evaluate("() => document.documentElement.scrollWidth - innerWidth") > 0:
            bad.append(("sideways", width))
    assert bad == []
