"""Where a sensitive answer must not be, and whom the browser must not call."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser.conftest import drawn, expect

pytestmark = pytest.mark.browser
SECRET = "NATIONAL-9988-7766"


def test_a_sensitive_answer_stays_out_of_everything_the_browser_keeps(desk: Any) -> None:
    """From start to receipt and back it is in no address, title, history, cookie or storage;
    the browser asks nobody but the app, and breaks no policy."""
    addresses: list[str] = []
    complaints: list[str] = []
    desk.page.on("request", lambda request: addresses.append(request.url))
    desk.page.on("websocket", lambda socket: addresses.append(socket.url))
    desk.page.on("framenavigated", lambda frame: addresses.append(frame.url))
    desk.page.on("console", lambda message: complaints.append(message.text))
    desk.page.on("pageerror", lambda error: complaints.append(str(error)))
    desk.page.goto(desk.app)
    desk.page.wait_for_selector(".st-key-lookup")
    desk.open()
    desk.fill("secret@mail.example", number=SECRET)
    kept = [_kept(desk)]
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("Delivered to HubSpot")).to_be_visible()
    kept.append(_kept(desk))
    desk.page.get_by_role("button", name="Copy code").click()
    expect(desk.page.get_by_text("Copied.")).to_be_visible()
    drawn(desk.page)
    assert SECRET not in desk.page.content()
    desk.page.go_back()
    expect(desk.box("First name")).to_have_value("")
    assert SECRET not in desk.page.content()
    assert SECRET not in json.dumps([kept, addresses])
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(desk.app).netloc}
    # Streamlit asks /intake/_stcore/… as well; those answers of 404 are all there may be.
    assert [text for text in complaints if "status of 404" not in text] == []


def _kept(desk: Any) -> dict[str, Any]:
    stored: dict[str, Any] = desk.page.evaluate(
        "() => ({title: document.title, address: location.href, cookie: document.cookie,"
        " local: {...localStorage}, session: {...sessionStorage}, state: history.state})"
    )
    return stored | {"cookies": desk.page.context.cookies()}


def test_private_text_is_dots_until_somebody_asks(desk: Any) -> None:
    """A private box is masked by style; Show reveals it, and leaving the box hides it again."""
    desk.open()
    desk.box("How are you insured?").focus()
    desk.page.keyboard.type("Priv")
    expect(desk.page.get_by_role("option").first).to_be_visible()
    desk.page.keyboard.press("Enter")
    number = desk.box("Insurance number")
    number.fill(SECRET)
    assert _masked(number)
    assert not _masked(desk.box("First name"))
    desk.page.get_by_role("button", name="Show Insurance number").click()
    assert not _masked(number)
    desk.box("First name").focus()
    assert _masked(number)
    assert number.get_attribute("autocomplete") == "off"


def _masked(box: Any) -> bool:
    style: str = box.evaluate("box => getComputedStyle(box).webkitTextSecurity")
    return style == "disc"
