"""The page of deliveries as its people use it: it tells, it renews itself, and what is decided
on it happens in HubSpot."""

from __future__ import annotations

import dataclasses
import re
import runpy
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import expect
from playwright.sync_api import Browser, Page

from gateway import bootstrap
from gateway.domain.queue import Switch
from gateway.domain.submissions import Event, State, Status
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

_SHARED = runpy.run_path(str(Path(__file__).parent / "conftest.py"))
running_app, PATIENT = _SHARED["running_app"], _SHARED["PATIENT"]

pytestmark = pytest.mark.browser
OWNER = "Anna Petrova"
CANARIES = ("CANARY-DIAGNOSIS-7719", "CANARY-INSURANCE-4402")
REFUSED = "ada@klinik.xn--p1ai"
"""An address that only HubSpot refuses."""
_PATIENCE_S = 60
OPERATOR = LOCAL_OPERATOR


@dataclasses.dataclass
class Office:
    """A running app, the HubSpot behind it, and a second process on the same outbox, through
    which submissions come in quickly."""

    app: str
    emulator: Emulator
    gateway: Gateway

    def submit(self, email: str) -> str:
        answers = {
            "firstname": "Ada", "lastname": "Lovelace", "email": email,
            "date_of_birth": "1985-12-10", "sex_at_birth": "female", "insurance_type": "private",
            "insurance_number": CANARIES[1], "diagnosis": CANARIES[0], "has_allergies": "no",
            "consent": {"processing": True},
        }  # fmt: skip
        return self.gateway.submit(PATIENT, answers, by=OPERATOR).code

    def until(self, code: str, state: State) -> Status:
        deadline = time.monotonic() + _PATIENCE_S
        while (status := self.gateway.status(code, by=OPERATOR)).state is not state:
            assert time.monotonic() < deadline, status
            time.sleep(0.1)
        return status

    def refused(self) -> str:
        """A submission that HubSpot refused."""
        code = self.submit(REFUSED)
        self.until(code, State.REJECTED)
        return code

    def unclear(self) -> str:
        """A submission of which nobody can tell by program whether it arrived."""
        self.emulator.portal.faults.add("secure_submit", "drop_before", times=1)
        code = self.submit(_address())
        self.until(code, State.REVIEW)
        return code


@pytest.fixture(autouse=True)
def _put_right(office: Office) -> Iterator[None]:
    """A paused queue, or a form with many refusals, would hold up the next test."""
    yield
    office.gateway.turn(Switch.RUNNING, by=OPERATOR)
    for one in office.gateway.outbox(by=OPERATOR, state=State.REJECTED).items:
        office.gateway.decide(one.code, Event.DISCARDED, "test", by=OPERATOR)


def _address() -> str:
    return f"{secrets.token_hex(6)}@mail.example"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("office")
    own = {"GATEWAY_OWNER": OWNER, "GATEWAY_UNKNOWN_WINDOW": "1"}
    with Emulator() as emulator, running_app(data, emulator, **own) as address:
        settings = load_settings(
            {
                "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
                "HUBSPOT_API_BASE": emulator.api_base,
                "HUBSPOT_FORMS_BASE": emulator.forms_base,
                "GATEWAY_DATA_DIR": str(data / "gateway"),
                **own,
            },
            env_file=None,
        )
        with bootstrap.open_gateway(settings) as gateway:
            yield Office(address, emulator, gateway)


@pytest.fixture
def seen(page: Page) -> Iterator[list[str]]:
    """Everything that went over the wire; at the end no answer was in it, and the browser had
    nothing to complain of."""
    wire: list[str] = []
    complaints: list[str] = []

    def frame(payload: str | bytes) -> None:
        wire.append(payload if isinstance(payload, str) else payload.decode("latin-1"))

    def socket(opened: Any) -> None:
        wire.append(opened.url)
        opened.on("framesent", frame)
        opened.on("framereceived", frame)

    page.on("request", lambda request: wire.append(request.url + (request.post_data or "")))
    page.on("websocket", socket)
    page.on("console", lambda told: complaints.append(f"{told.type}: {told.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield wire
    everything = "\n".join((*wire, page.content()))
    assert len(everything) > 10_000
    assert not [canary for canary in CANARIES if canary in everything]
    assert "Lovelace" not in everything
    # Streamlit asks /deliveries/_stcore/… as well; those answers of 404 are all there may be.
    assert [text for text in complaints if "status of 404" not in text] == []


def _open(page: Page, office: Office) -> None:
    page.goto(f"{office.app}/deliveries")
    expect(page.locator(".st-key-rows")).to_be_visible()


def _row(page: Page, code: str) -> Any:
    return page.locator(".si-rows tr", has_text=code)


def _choose(page: Page, code: str) -> Any:
    _row(page, code).get_by_role("button").click()
    expect(page.locator(".si-detail-title")).to_be_focused()
    return page.locator(".st-key-detail")


def _tile(page: Page, state: State) -> Any:
    return page.locator(f".st-key-tile-{state} button")


def _decide(page: Page, decision: str, reason: str, sure: str) -> None:
    page.get_by_role("button", name=decision, exact=True).click()
    why = page.get_by_label("Why?")
    expect(why).to_be_focused()
    expect(page.get_by_role("button", name=sure)).to_be_disabled()
    why.click()
    page.get_by_role("option", name=reason).click()
    page.get_by_role("button", name=sure).click()


@pytest.mark.usefixtures("seen")
def test_a_refused_one_alarms_its_owner_and_is_withdrawn_with_a_reason(
    page: Page, office: Office
) -> None:
    """The alarm names who is to act and is the same element after renewals; the submission
    tells its field and history; withdrawn with a reason it is final, and the alarm is over."""
    code = office.refused()
    _open(page, office)
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text(f"For {OWNER}")
    expect(alarm).to_contain_text("Not accepted by HubSpot")
    alarm.evaluate("alarm => { alarm.marked = true; }")
    detail = _choose(page, code)
    expect(detail).to_contain_text("HubSpot does not accept this e-mail address.")
    expect(detail).to_contain_text("Accepted and kept safely")
    expect(detail).to_contain_text("HubSpot refused it")
    expect(detail).to_contain_text("Kept here, sealed")
    page.wait_for_timeout(3000)
    assert alarm.evaluate("alarm => alarm.marked") is True
    _decide(page, "Withdraw", "It was a test.", "Yes, withdraw it")
    expect(detail.get_by_role("status")).to_contain_text("Withdrawn")
    expect(detail).to_contain_text("A person withdrew it")
    expect(detail).to_contain_text("It was a test.")
    expect(detail.get_by_role("button")).to_have_count(1)
    status = office.gateway.status(code, by=OPERATOR)
    assert (status.state, status.decision) == (State.DISCARDED, "test")
    expect(page.get_by_text("All is well.")).to_be_visible(timeout=8000)


@pytest.mark.usefixtures("seen")
def test_one_that_nobody_can_tell_is_sent_again(page: Page, office: Office) -> None:
    """After an unclear end a person looks, decides, and the page shows it delivered without
    being loaded again."""
    code = office.unclear()
    _open(page, office)
    detail = _choose(page, code)
    expect(detail).to_contain_text("Needs a decision")
    _decide(page, "Send again", "I looked in HubSpot, and it is not there.", "Yes, send it again")
    expect(detail).to_contain_text("Delivered to HubSpot", timeout=15_000)
    expect(detail).to_contain_text("A person sends it again")
    office.until(code, State.DELIVERED)


@pytest.mark.usefixtures("seen")
def test_a_refused_one_is_corrected_by_typing_it_anew(page: Page, office: Office) -> None:
    """Correct says that nobody can read the answers, opens the empty form with HubSpot's reason
    at its field, and keeps answers out of the address."""
    code = office.refused()
    _open(page, office)
    detail = _choose(page, code)
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(detail).to_contain_text("nobody can read the sealed answers")
    page.get_by_role("button", name="Open the form").click()
    expect(page.locator(".st-key-form .si-error")).to_contain_text("HubSpot does not accept")
    expect(page.get_by_label("E-mail", exact=True).first).to_have_value("")
    assert page.url == f"{office.app}/intake?form={PATIENT}"


@pytest.mark.usefixtures("seen")
def test_the_queue_is_paused_emptied_and_resumed(page: Page, office: Office) -> None:
    """Each turn of the switch shows at once in words, holds what it says, and is told to who
    asks whether this program is ready."""
    _open(page, office)
    queue = page.locator(".st-key-queue")
    queue.get_by_role("button", name="Pause").click()
    expect(queue).to_contain_text("Paused by a person")
    expect(queue).to_contain_text("until somebody resumes it here")
    answer = requests.get(f"{office.app}/readyz", timeout=10)
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["cause"]
    code = office.submit(_address())
    expect(_row(page, code)).to_contain_text("Kept safely, on its way")
    expect(_row(page, code)).to_contain_text("Somebody has paused the sending.")
    page.goto(office.app)
    page.locator(".st-key-alarms a").click()
    expect(queue).to_contain_text("Paused by a person")
    queue.get_by_role("button", name="Empty for maintenance").click()
    expect(queue).to_contain_text("nothing new is taken")
    queue.get_by_role("button", name="Resume").click()
    expect(queue.get_by_role("heading")).to_have_text(re.compile("Sending$"))
    expect(_row(page, code)).to_contain_text("Delivered to HubSpot", timeout=15_000)
    answer = requests.get(f"{office.app}/readyz", timeout=10)
    assert (answer.status_code, answer.json()["cause"]) == (200, "ready")


@pytest.mark.usefixtures("seen")
def test_tiles_forms_and_receipts_narrow_the_list(page: Page, office: Office) -> None:
    """A tile shows its state only and is pressed; a second press, or Show all, shows all; a
    typed receipt opens, and a mistyped one is told."""
    code = office.submit(_address())
    office.until(code, State.DELIVERED)
    _open(page, office)
    tile = _tile(page, State.DELIVERED)
    expect(tile).to_have_attribute("aria-pressed", "false")
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(_row(page, code)).to_be_visible()
    for words in page.locator(".si-rows td[data-name=State]").all_inner_texts():
        assert words == "Delivered to HubSpot"
    _tile(page, State.HELD).click()
    expect(page.get_by_text("There are none.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(_row(page, code)).to_be_visible()
    page.get_by_label("Form", exact=True).click()
    page.get_by_role("option").nth(1).click()
    expect(page.get_by_role("button", name="Show all")).to_be_visible()
    expect(_row(page, code)).to_be_visible()
    page.get_by_label("Find a receipt").fill(code.lower().replace("-", ""))
    page.keyboard.press("Enter")
    expect(page.locator(".si-detail-title")).to_contain_text(code)
    page.get_by_label("Find a receipt").fill("ABCD")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No submission has this receipt")).to_be_visible()


@pytest.mark.usefixtures("seen")
def test_all_of_it_goes_by_keyboard(page: Page, office: Office) -> None:
    """A row is reached, opened, decided and closed without a mouse; the focus is never lost,
    not by news either."""
    code = office.refused()
    _open(page, office)
    keys = page.keyboard
    row = _row(page, code).get_by_role("button")
    page.get_by_label("Form", exact=True).focus()
    keys.press("Tab")
    expect(page.locator(".si-receipt").first).to_be_focused()
    expect(row).to_be_focused()
    newer = office.submit(_address())
    expect(_row(page, newer)).to_be_visible(timeout=10_000)
    expect(row).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".si-detail-title")).to_be_focused()
    _tab_to(page, "Withdraw")
    keys.press("Enter")
    expect(page.get_by_label("Why?")).to_be_focused()
    keys.type("withdrew")
    expect(page.get_by_role("option")).to_have_count(1)
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Yes, withdraw it")).to_be_enabled()
    _tab_to(page, "Yes, withdraw it")
    keys.press("Enter")
    expect(page.locator(".si-detail-title")).to_be_focused()
    expect(page.locator(".st-key-detail")).to_contain_text("The person withdrew their answers.")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".st-key-detail")).to_have_count(0)
    expect(_row(page, code).get_by_role("button")).to_be_focused()


def _tab_to(page: Page, words: str) -> None:
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == words:
            return
    raise AssertionError(f"{words} cannot be reached")


@pytest.mark.usefixtures("seen")
def test_it_renews_itself_only_while_somebody_looks(page: Page, office: Office) -> None:
    """News come by themselves, without moving the page; not when Live is off, and not while the
    tab is hidden, when the server is asked nothing."""
    frames = 0

    def count(_: Any) -> None:
        nonlocal frames
        frames += 1

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    page.set_viewport_size({"width": 1280, "height": 500})
    _open(page, office)
    tile = _tile(page, State.HELD)
    tile.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    before = tile.bounding_box()
    code = office.submit(_address())
    expect(_row(page, code)).to_be_visible(timeout=10_000)
    after = tile.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    _look(page, hidden=True)
    page.wait_for_timeout(1500)
    awake, frames = frames, 0
    assert awake
    page.wait_for_timeout(3000)
    assert frames == 0
    _look(page, hidden=False)
    news = office.submit(_address())
    expect(_row(page, news)).to_be_visible(timeout=10_000)
    page.get_by_text("Live", exact=True).click()
    page.wait_for_timeout(1500)
    frames = 0
    page.wait_for_timeout(3000)
    assert frames == 0


def _look(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {configurable: true, value: hidden});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, office: Office, scheme: Any, width: int
) -> None:
    """With alarms, an open submission and a begun decision: no finding by any rule axe has, in
    light and dark, and no sideways scroll on a phone."""
    code = office.refused()
    office.gateway.turn(Switch.PAUSED_OPERATOR, by=OPERATOR)
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    _open(page, office)
    _choose(page, code)
    page.get_by_role("button", name="Send again", exact=True).click()
    expect(page.get_by_label("Why?")).to_be_focused()
    page.get_by_text("Show as table").first.click()
    page.wait_for_timeout(400)
    found = Axe().run(page).response["violations"]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert [(rule["id"], [n["html"][:160] for n in rule["nodes"]]) for rule in found] == []
    assert overflow <= 0
