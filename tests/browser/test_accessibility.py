"""What axe finds on every view, light and dark: nothing critical, nothing serious."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import expect
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def _home(desk: Any) -> None:
    desk.page.goto(desk.app)
    desk.page.wait_for_selector(".st-key-lookup")


def _intake(desk: Any) -> None:
    desk.open()


def _errors(desk: Any) -> None:
    desk.open()
    desk.send().click()
    expect(desk.page.locator(".si-summary")).to_be_visible()


def _receipt(desk: Any) -> None:
    desk.page.goto(f"{desk.app}/receipt?code={desk.delivered()}")
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [_home, _intake, _errors, _receipt])
def test_axe_finds_nothing_serious(
    browser: Browser, desk: Any, view: Callable[[Any], None], scheme: Any
) -> None:
    """No critical and no serious finding by any rule axe has."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    desk.page = context.new_page()
    view(desk)
    desk.page.wait_for_timeout(300)
    found = Axe().run(desk.page).response["violations"]
    context.close()
    bad = [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"critical", "serious"}
    ]
    assert bad == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_scrolls_sideways_and_boxes_are_large_enough(desk: Any, width: int) -> None:
    """At phone width nothing overflows, and text boxes have 16 px, so that no phone zooms."""
    desk.page.set_viewport_size({"width": width, "height": 844})
    desk.open()
    overflow, smallest = desk.page.evaluate(
        "() => [document.documentElement.scrollWidth - innerWidth,"
        " Math.min(...[...document.querySelectorAll('.st-key-form :is(input[type=text], textarea)')]"
        ".map(box => parseFloat(getComputedStyle(box).fontSize)))]"
    )
    assert overflow <= 0
    assert smallest >= 16
