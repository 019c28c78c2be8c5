"""What goes wrong between a person and the server is told, and costs no receipt."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import begin, drawn, expect

_SHARED = runpy.run_path(str(Path(__file__).parent / "conftest.py"))
running_app, free_port = _SHARED["running_app"], _SHARED["free_port"]

pytestmark = pytest.mark.browser
HOLDING = """
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    const send = this.send.bind(this);
    window.line = this;
    window.holding = false;
    this.send = (data) => {
      if (!window.holding) send(data);
      else window.release = () => { window.holding = false; send(data); };
    };
  }
};
"""
"""Keeps the line to the server, and what is sent on it while ``holding`` is true."""


def test_a_lost_session_is_told(desk: Any, tmp_path: Path) -> None:
    """When the server was restarted under a half-filled form or record, the person is told that
    what was typed is gone, and does not take the empty form for a success."""
    port = free_port()
    token = {"HUBSPOT_RECORDS_TOKEN": desk.emulator.desk_token}
    with running_app(tmp_path, desk.emulator, port=port, **token) as address:
        own = dataclasses.replace(desk, app=address)
        own.open()
        own.box("First name").fill("Ada")
        own.box("Last name").fill("Lovelace")
        own.box("First name").focus()
        expect(own.page.locator(".si-lost")).to_have_count(0)
        other = own.page.context.new_page()
        other.goto(f"{address}/records")
        begin(other, "New contact", other.get_by_label("First name"))
        other.get_by_label("First name").fill("Ada")
    with running_app(tmp_path, desk.emulator, port=port, **token):
        own.page.wait_for_timeout(3000)
        other.get_by_role("button", name="Create", exact=True).click()
        expect(other.locator(".si-lost")).to_contain_text("this page began anew")
        other.close()
        own.box("Last name").fill("Byron")
        own.box("First name").focus()
        expect(own.page.locator(".si-lost")).to_be_visible(timeout=20_000)
        own.page.get_by_role("button", name="I understand").click()
        expect(own.page.locator(".si-lost")).to_have_count(0)


def test_a_press_is_told_until_it_is_answered(desk: Any) -> None:
    """Where the answer takes its time the page says that something is under way, and stops saying
    so with the answer."""
    page = desk.page
    page.context.add_init_script(HOLDING)
    page.goto(desk.app)
    look_up = page.get_by_role("button", name="Look it up")
    # The boxes and links of a page come last of all when it is loaded.
    for part in (look_up, page.get_by_label("Receipt code"), page.get_by_text("Find a receipt"),
                 page.get_by_role("link", name="Deliveries")):  # fmt: skip
        expect(part).to_be_visible()
    drawn(page)
    sign = page.locator(".si-moment")
    expect(sign).to_be_hidden()
    page.evaluate("window.holding = true")
    look_up.click()
    expect(sign).to_have_text("One moment…")
    expect(sign).to_be_visible()
    page.evaluate("window.release()")
    expect(page.get_by_text("This is not a receipt code")).to_be_visible()
    expect(sign).to_be_hidden()


def test_an_interrupted_connection_is_told_and_takes_nothing(desk: Any) -> None:
    """The box that was typed into has the focus again, with its text, once the connection is back;
    and a press that was lost with it is told, sends nothing, and can be made again."""
    page = desk.page
    page.context.add_init_script(HOLDING)
    before = desk.submissions()
    desk.open()
    box = desk.box("First name")
    page.keyboard.type("Ad")
    page.context.route("**/_stcore/**", lambda route: route.abort())
    page.evaluate("window.line.close()")
    expect(page.locator(".si-moment")).to_contain_text("The connection is interrupted")
    page.context.unroute("**/_stcore/**")
    expect(box).to_be_focused()
    expect(page.locator(".si-moment")).to_be_hidden()
    page.keyboard.press("End")
    page.keyboard.type("a")
    expect(box).to_have_value("Ada")
    drawn(page)
    page.evaluate("window.holding = true")
    desk.send().click()
    page.evaluate("window.line.close()")
    expect(page.locator(".si-lost")).to_contain_text("may not have been done")
    page.get_by_role("button", name="I understand").click()
    expect(box).to_have_value("Ada")
    assert desk.submissions() == before
    desk.send().click()
    expect(page.locator(".si-summary")).to_be_visible()


def test_a_held_key_does_not_leave_the_receipt(desk: Any) -> None:
    """Enter held on the button sends once and stays on the receipt, whose code can be read and
    is found again on the first page."""
    before = desk.submissions()
    desk.open()
    desk.fill("held@mail.example")
    desk.page.keyboard.down("Enter")
    for _ in range(20):
        desk.page.wait_for_timeout(50)
        desk.page.keyboard.down("Enter")
    desk.page.keyboard.up("Enter")
    code = desk.page.locator(".si-code")
    expect(code).to_be_visible()
    assert desk.submissions() == before + 1
    told = code.inner_text()
    desk.page.goto(desk.app)
    expect(desk.page.get_by_role("link", name=told)).to_be_visible()


def test_labels_are_read_as_they_are(desk: Any) -> None:
    """No backslash reaches a screen reader."""
    desk.open()
    names = desk.page.locator("input").evaluate_all("all => all.map(i => i.ariaLabel || '')")
    labels = desk.page.locator("label").all_inner_texts()
    assert not [name for name in (*names, *labels) if "\\" in name]
