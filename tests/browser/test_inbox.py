"""From a submission to what HubSpot reports of it, as a person sees it: on the receipt, and in the
inbox. The emulated HubSpot signs its webhooks itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import Desk, expect, free_port, running_app
from playwright.sync_api import Browser, Page

from gateway.emulator import Emulator

pytestmark = pytest.mark.browser


@dataclasses.dataclass(frozen=True)
class Heard:
    """An app that an emulated HubSpot reports to."""

    app: str
    emulator: Emulator

    def report(self, *events: dict[str, Any]) -> None:
        """Has HubSpot send these."""
        address = f"{self.emulator.api_base}/_emulator/webhooks/send"
        told = [{"subscriptionId": 1, "objectId": 9, **one} for one in events]
        assert requests.post(address, json={"events": told}, timeout=10).status_code == 202


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    port = free_port()
    app = f"http://127.0.0.1:{port}"
    with (
        Emulator() as emulator,
        running_app(tmp_path_factory.mktemp("heard"), emulator, port,
                    HUBSPOT_CLIENT_SECRET=emulator.client_secret, GATEWAY_PUBLIC_URL=app),
    ):  # fmt: skip
        asked = {
            "url": f"{app}/webhooks/hubspot",
            "subscribe": ["contact.creation", "contact.propertyChange:insurance_number",
                          "contact.propertyChange:firstname"],
        }  # fmt: skip
        address = f"{emulator.api_base}/_emulator/webhooks"
        assert requests.put(address, json=asked, timeout=10).ok
        yield Heard(app, emulator)


def test_a_submission_is_heard_of_on_its_receipt_and_in_the_inbox(page: Page, heard: Heard) -> None:
    """The receipt tells what HubSpot reported right after it, and the inbox shows it with its
    class and without the value."""
    desk = Desk(page, heard.app, heard.emulator)
    desk.open()
    desk.fill("heard@mail.example", number="CANARY-INS-7713")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Delivered to HubSpot")).to_be_visible()
    expect(page.locator(".si-heard")).to_contain_text(
        "HubSpot reported a change of First name and Insurance number"
    )
    page.get_by_role("link", name="Inbox").click()
    row = page.locator(".si-inbox tr", has_text="insurance_number")
    expect(row).to_contain_text("Sensitive")
    expect(row).to_contain_text("HubSpot left the value out")
    expect(row).to_contain_text("a form submission")
    assert "CANARY" not in page.content()


def test_news_comes_by_itself(page: Page, heard: Heard) -> None:
    """What HubSpot reports while somebody looks is there without a press; a property is chosen
    and shows alone."""
    heard.report({"subscriptionType": "deal.propertyChange", "propertyName": "amount"},
                 {"subscriptionType": "deal.propertyChange", "propertyName": "dealname"})  # fmt: skip
    page.goto(f"{heard.app}/inbox")
    expect(page.locator(".si-inbox tr", has_text="amount")).to_be_visible()
    heard.report({"subscriptionType": "ticket.creation", "objectId": 4711})
    expect(page.locator(".si-inbox tr", has_text="4711")).to_be_visible()
    page.get_by_label("Property").click()
    page.get_by_role("option", name="amount").click()
    expect(page.locator(".si-inbox tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, heard: Heard, scheme: Any, width: int
) -> None:
    """No finding by any rule axe has, wide and narrow, light and dark."""
    heard.report({"subscriptionType": "contact.propertyChange", "propertyName": "p_" * 60},
                 {"subscriptionType": "contact.propertyChange", "propertyName": "passport_number"})  # fmt: skip
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{heard.app}/inbox")
    expect(page.locator(".si-inbox tr", has_text="passport_number").first).to_be_visible()
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    sideways = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found] == []
    assert sideways <= 0
