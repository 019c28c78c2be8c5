"""A record as a person meets it: found by e-mail, looked at for a purpose, corrected, cleared. The
value is on the screen for its seconds, and nowhere else at any time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import begin, drawn, expect, far_away, pick, press, running_app
from playwright.sync_api import Page

from gateway.emulator import Emulator

pytestmark = pytest.mark.browser
EMAIL, SECRET, NEW = "canary@mail.example", "CANARY-PASS-1", "CANARY-PASS-2"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Emulator]]:
    """An app whose desk may do everything, and shows values for five seconds."""
    with (
        Emulator() as emulator,
        running_app(tmp_path_factory.mktemp("records"), emulator, GATEWAY_REVEAL_SECONDS="5",
                    HUBSPOT_RECORDS_TOKEN=emulator.desk_token) as app,
    ):  # fmt: skip
        values = {"email": EMAIL, "firstname": "Ada", "lastname": "Lovelace",
                  "passport_number": SECRET, "nationality": "CH",
                  "contract_type": "permanent"}  # fmt: skip
        made = requests.post(
            f"{emulator.api_base}/crm/v3/objects/contacts", json={"properties": values},
            headers={"Authorization": f"Bearer {emulator.desk_token}"}, timeout=10,
        )  # fmt: skip
        assert made.status_code == 201
        yield app, emulator


def test_from_the_email_to_a_cleared_value(page: Page, desk: tuple[str, Emulator]) -> None:
    """By keyboard: search, open, reveal with a purpose, see it go by itself, correct, clear. No
    address, title, history, cookie or storage ever has a value or the e-mail."""
    app, emulator = desk
    kept: list[Any] = []
    page.on("request", lambda request: kept.append(request.url))
    page.on("framenavigated", lambda frame: kept.append(frame.url))
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{app}/records")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Enter")
    expect(page.locator(".si-found-title")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_value("")
    press(page.locator("[class*=st-key-hit-] button"))
    expect(page.locator(".si-detail-title")).to_have_text("Ada Lovelace")
    expect(page.locator(".si-detail-title")).to_be_focused()
    assert SECRET not in page.content()
    purpose = page.get_by_label("Why do you need to see it?")
    begin(page, "Reveal Passport number", purpose)
    expect(purpose).to_be_focused()
    pick(page, purpose, "Check who")
    press(page.get_by_role("button", name="Show for 5 seconds"))
    expect(page.locator(".si-value")).to_have_text(SECRET)
    kept.append(_kept(page))
    # Nobody presses anything: its time is over.
    expect(page.locator(".si-value")).to_have_count(0)
    expect(page.get_by_text("The time of the value is over.")).to_be_visible()
    assert SECRET not in page.content()
    box = page.get_by_label("Passport number", exact=True)
    begin(page, "Correct Passport number", box)
    expect(box).to_be_focused()
    page.keyboard.type(NEW)
    assert box.evaluate("box => getComputedStyle(box).webkitTextSecurity") == "disc"
    page.keyboard.press("Enter")
    expect(page.get_by_text("has the new value in HubSpot")).to_be_visible()
    drawn(page)
    assert NEW not in page.content()
    expect(page.locator(".st-key-top a[aria-current=page]")).to_have_text("Records")
    assert _held(emulator, "passport_number") == NEW
    begin(page, "Clear Passport number", page.locator(".si-deed-title"))
    expect(page.locator(".si-deed-title")).to_be_focused()
    page.get_by_role("button", name="Yes, clear it").click()
    expect(page.get_by_text("has no value in HubSpot any more")).to_be_visible()
    assert not _held(emulator, "passport_number")
    kept.append(_kept(page))
    told = json.dumps(kept)
    assert not [word for word in (SECRET, NEW, EMAIL) if word in told]
    assert complaints == []


def test_a_value_does_not_outlive_its_page(page: Page, desk: tuple[str, Emulator]) -> None:
    """While a value is shown, another page is opened: it is gone, also on the way back; and when
    the server is not heard any more, the browser takes it away by itself."""
    app, _ = desk
    _open(page, app)
    _reveal(page)
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    expect(page.locator(".si-value")).to_have_count(0)
    page.go_back()
    expect(page.locator(".st-key-search")).to_be_visible()
    expect(page.locator(".si-detail-title")).to_have_count(0)
    _open(page, app)
    _reveal(page)
    page.context.set_offline(True)
    expect(page.locator(".si-value")).to_have_count(0)
    page.context.set_offline(False)


def test_a_late_press_answers_no_other_question(page: Page, desk: tuple[str, Emulator]) -> None:
    """Far away, "Save" is pressed while the question that was pressed for before is still on its
    way: it is not taken as a yes to that one, and nothing is cleared."""
    app, emulator = desk
    far_away(page.context, 200)
    _open(page, app)
    begin(page, "Correct First name", page.get_by_label("First name", exact=True))
    drawn(page)
    page.evaluate(
        "for (const says of ['Clear Last name', 'Save']) [...document.querySelectorAll('button')]"
        ".find(one => (one.ariaLabel || one.innerText).trim() === says).click()"
    )
    expect(page.locator(".si-deed-title")).to_have_text("Clear Last name?")
    # It is answered after the press before it.
    begin(page, "Leave it as it is", page.locator(".si-detail-title:focus"))
    expect(page.locator(".si-deed-title")).to_have_count(0)
    assert _held(emulator, "lastname") == "Lovelace"


def test_a_value_is_hidden_with_the_press(page: Page, desk: tuple[str, Emulator]) -> None:
    """ "Hide now", and the way to another page, take the value away at once, not when the server
    has answered; when its time is over, who was at the value is led to the record's name."""
    _open(page, desk[0])
    for way in (".st-key-hide button", ".st-key-top a"):
        _reveal(page)
        left = page.evaluate(
            "way => { document.querySelector(way).click();"
            " return document.querySelectorAll('.si-value').length; }", way,
        )  # fmt: skip
        assert left == 0
        expect(page.locator(".st-key-hide")).to_have_count(0)
    _open(page, desk[0])
    _reveal(page)
    expect(page.locator(".si-value")).to_be_focused()
    expect(page.locator(".si-detail-title")).to_be_focused()


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Any, desk: tuple[str, Emulator], scheme: Any, width: int
) -> None:
    """No finding by any rule axe has, wide or narrow, light or dark: with results and a record
    open, before a value is shown, and with a new record."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    found: dict[str, Any] = {}
    _open(page, desk[0])
    page.get_by_role("button", name="Reveal Nationality").click()
    expect(page.locator(".st-key-deed")).to_be_visible()
    found["reveal"] = _faults(page)
    page.locator(".st-key-record-close button").click()
    page.get_by_role("button", name="New contact").click()
    expect(page.locator(".si-deed-title")).to_have_text("A new record")
    found["new"] = _faults(page)
    context.close()
    assert found == dict.fromkeys(found, ([], True))


def _faults(page: Page) -> tuple[list[Any], bool]:
    page.wait_for_timeout(300)
    rules = Axe().run(page).response["violations"]
    sideways = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in rules], sideways <= 0


def _open(page: Page, app: str) -> None:
    page.goto(f"{app}/records")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-hit-] button").click()
    expect(page.locator(".si-detail-title")).to_have_text("Ada Lovelace")


def _reveal(page: Page) -> None:
    page.get_by_role("button", name="Reveal Nationality").click()
    pick(page, page.get_by_label("Why do you need to see it?"), "Check who")
    page.get_by_role("button", name="Show for 5 seconds").click()
    expect(page.locator(".si-value")).to_have_text("Switzerland")


def _kept(page: Page) -> dict[str, Any]:
    stored: dict[str, Any] = page.evaluate(
        "() => ({title: document.title, address: location.href, cookie: document.cookie,"
        " local: {...localStorage}, session: {...sessionStorage}, state: history.state})"
    )
    return stored | {"cookies": page.context.cookies()}


def _held(emulator: Emulator, name: str) -> str | None:
    body = {"inputs": [{"id": EMAIL}], "idProperty": "email", "properties": [name],
            "propertiesWithHistory": []}  # fmt: skip
    answer = requests.post(
        f"{emulator.api_base}/crm/v3/objects/contacts/batch/read", json=body,
        headers={"Authorization": f"Bearer {emulator.desk_token}"}, timeout=10,
    )  # fmt: skip
    value: str | None = answer.json()["results"][0]["properties"][name]
    return value
