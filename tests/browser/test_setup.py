"""The set-up in a browser: what axe finds, what a phone shows, and the way there."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import expect
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

VISITORS = "c05a7e13-9b42-4d6f-a1c8-2f8e60b3d914"


def _open(desk: Any) -> None:
    desk.page.goto(f"{desk.app}/setup?form={VISITORS}")
    expect(desk.page.locator("#scopes-title")).to_be_visible()
    first = desk.page.locator(".si-fold > summary").first
    first.click()
    expect(desk.page.locator(".si-fold[open]").first).to_contain_text("keys_ready")
    desk.page.evaluate("document.querySelectorAll('.si-fold').forEach(fold => fold.open = true)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_with_everything_unfolded(
    browser: Browser, desk: Any, scheme: Any, size: tuple[int, int]
) -> None:
    """No critical and no serious finding, and nothing scrolls sideways."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": size[0], "height": size[1]}
    )
    desk.page = context.new_page()
    _open(desk)
    found = Axe().run(desk.page).response["violations"]
    wide = desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    bad = [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"critical", "serious"}
    ]
    assert bad == []
    assert wide <= 0


def test_one_gets_there_and_looks_again(desk: Any) -> None:
    """From the top of any page; the button asks HubSpot anew."""
    desk.page.goto(desk.app)
    desk.page.get_by_role("link", name="Set-up").click()
    expect(desk.page.locator("#findings-title")).to_contain_text("All is well")
    before = len(desk.emulator.portal.journal.entries())
    desk.page.get_by_role("button", name="Look again").click()
    expect(desk.page.locator("#scopes-title")).to_be_visible()
    expect(desk.page.locator(".si-form")).to_have_count(5)
    deadline = 100
    while len(desk.emulator.portal.journal.entries()) == before and deadline:
        desk.page.wait_for_timeout(100)
        deadline -= 1
    assert len(desk.emulator.portal.journal.entries()) > before
