"""The whole program as people meet it: an emulator of its own, the app as a process, Chromium."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect as expect_now

from gateway.emulator import Emulator

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENT = "3f6c2a51-8d0e-4b7a-9c41-5e2f7a1b6d30"
LATE = """
window.told_late ??= window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    let before = Promise.resolve();
    const released = new WeakSet();
    this.addEventListener("message", (event) => {
      if (released.has(event)) return;
      event.stopImmediatePropagation();
      const late = new Promise((done) => setTimeout(done, Math.random() * LATE_MS));
      before = Promise.all([before, late]).then(() => {
        const again = new MessageEvent("message", { data: event.data });
        released.add(again);
        this.dispatchEvent(again);
      });
    });
    let sent = Promise.resolve();
    this.send = (data) => {
      const late = new Promise((done) => setTimeout(done, Math.random() * LATE_MS));
      sent = Promise.all([sent, late]).then(() => super.send(data));
    };
  }
};
"""
_PATIENCE_S = 60
expect_now.set_options(timeout=30_000)  # milliseconds: a machine that is busy draws late
_DELIVERED: dict[str, str] = {}
"""App's address → a receipt it delivered."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_app(
    data: Path, emulator: Emulator | None, port: int | None = None, **more: str
) -> Iterator[str]:
    """`streamlit run app.py` against ``emulator`` (without one it is a demo), with ``more``
    settings; its address."""
    port = port or free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "GATEWAY_DATA_DIR": str(data / "gateway"),
        **({} if emulator is None else _against(emulator)),
        **more,
    }
    with (data / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"),
             "--server.port", str(port)],
            cwd=data, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _against(emulator: Emulator) -> dict[str, str]:
    return {
        "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
        "HUBSPOT_API_BASE": emulator.api_base,
        "HUBSPOT_FORMS_BASE": emulator.forms_base,
    }


def wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once ``/readyz`` says yes."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the app ended"
        # A machine that is busy answers late, not wrongly: it is asked again.
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(f"{address}/readyz", timeout=20).ok:
                return
        time.sleep(0.1)
    raise AssertionError("the app did not become ready")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that calls nobody by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


def far_away(context: BrowserContext, late_ms: int) -> None:
    """From now on every message between page and app is up to ``late_ms`` milliseconds late, each
    by its own, and none overtakes another."""
    context.add_init_script(LATE.replace("LATE_MS", str(late_ms)))


def pick(page: Page, box: Locator, text: str) -> None:
    """Choose what begins with ``text`` from a box's list. A page that draws itself anew, or still
    moves, closes the list under somebody's hands; then it is opened again, as they would."""
    option = page.get_by_role("option").first
    several = page.get_by_test_id("stMultiSelect").filter(has=box)
    for _ in range(5):
        box.click()
        box.fill("")
        page.keyboard.type(text)
        with contextlib.suppress(PlaywrightTimeout, AssertionError):
            label = option.inner_text(timeout=5_000).strip()
            page.keyboard.press("Enter")
            if several.count():
                expect(several).to_contain_text(label, timeout=5_000)
            else:
                expect(box).to_have_value(label, timeout=5_000)
            return
        page.keyboard.press("Escape")
    pytest.fail("The list does not stay open long enough to choose from it.")


def drawn(page: Page) -> None:
    """Wait until the page is drawn to its end: what is not on it any more goes last."""
    running = page.locator("[data-testid=stApp][data-test-script-state=running]")
    expect_now(running).to_have_count(0)
    expect_now(page.locator("[data-stale=true]")).to_have_count(0)


class expect:  # noqa: N801  # read as Playwright's own
    """Playwright's ``expect``, which waits for everything except this: while a page is drawn, what
    it shows and what it showed may stand on it side by side."""

    def __init__(self, about: Locator | Page) -> None:
        self._about: Any = about

    def __getattr__(self, name: str) -> Callable[..., None]:
        def told(*given: Any, **options: Any) -> None:
            for _ in range(5):
                try:
                    getattr(expect_now(self._about), name)(*given, **options)
                except AssertionError as error:
                    if "strict mode violation" not in str(error):
                        raise
                    self._about.page.wait_for_timeout(200)
                    drawn(self._about.page)
                else:
                    return
            getattr(expect_now(self._about), name)(*given, **options)

        return told


def press(button: Locator) -> None:
    """Press Enter on a button, once the page is drawn and has put the focus where it wants it:
    nobody is quick enough to press before that, but a test is."""
    expect(button).to_be_visible()
    drawn(button.page)
    expect(button.page.locator(".si-focus:not([data-followed])")).to_have_count(0)
    button.press("Enter")


def begin(page: Page, deed: str, then: Locator) -> None:
    """Press a deed's button until its question is there: a page that draws itself anew may take a
    button away under somebody's finger, and they press again."""
    for _ in range(5):
        press(page.get_by_role("button", name=deed))
        with contextlib.suppress(PlaywrightTimeout):
            then.wait_for(timeout=5_000)
            return
    expect(then).to_be_visible()


@dataclasses.dataclass
class Desk:
    """A person at a screen: the page, the app behind it, and the HubSpot behind that."""

    page: Page
    app: str
    emulator: Emulator

    def open(self, form: str = PATIENT) -> None:
        """Go to a form and wait until one could begin to type."""
        self.page.goto(f"{self.app}/intake?form={form}")
        self.page.wait_for_selector(".st-key-actions button")
        expect(self.page.locator(".st-key-form :focus")).to_have_count(1)

    def box(self, name: str) -> Locator:
        """The box of the field labelled ``name``."""
        return self.page.get_by_label(name, exact=True).first

    def send(self) -> Locator:
        """The button at the end of the patient intake."""
        return self.page.get_by_role("button", name="Submit intake")

    def fill(self, email: str, number: str = "INS-4711", **added: str) -> None:
        """Type the patient intake as somebody with a stack of paper does: no mouse. ``added`` are
        boxes (label → text) that an editor put behind the others."""
        keys = self.page.keyboard
        for name, text in (
            ("First name", "Ada"),
            ("Last name", "Lovelace"),
            ("E-mail", email),
            ("Phone", "+1 555 010 4477"),
        ):
            expect(self.box(name)).to_be_focused()
            keys.type(text)
            keys.press("Enter")
        keys.type("19851210")
        keys.press("Enter")
        for name, text in (("Sex at birth", "Fem"), ("How are you insured?", "Priv")):
            expect(self.box(name)).to_be_focused()
            keys.type(text)
            expect(self.page.get_by_role("option").first).to_be_visible()
            keys.press("Enter")
        expect(self.box("Insurance number")).to_be_focused()
        keys.type(number)
        keys.press("Enter")
        expect(self.box("What brings you to us?")).to_be_focused()
        keys.type("A cough at night")
        keys.press("Tab")
        keys.press("Tab")
        keys.press("Space")
        expect(self.page.get_by_label("Nuts")).to_be_visible()
        keys.press("Enter")
        expect(self.page.get_by_label("Nuts")).to_be_focused()
        keys.press("Space")
        keys.press("Tab")
        keys.press("Space")
        keys.press("Enter")
        for name in ("I take medicine regularly", "Send me the printed clinic newsletter"):
            expect(self.box(name)).to_be_focused()
            keys.press("Enter")
        for name, text in added.items():
            expect(self.box(name)).to_be_focused()
            keys.type(text)
            keys.press("Enter")
        keys.press("Space")
        for _ in range(3):
            keys.press("Enter")
        expect(self.send()).to_be_focused()

    def delivered(self) -> str:
        """The code of some delivered receipt; the first call makes one."""
        if self.app not in _DELIVERED:
            self.open()
            self.fill("some@mail.example")
            self.page.keyboard.press("Enter")
            expect(self.page.get_by_text("Delivered to HubSpot")).to_be_visible()
            _DELIVERED[self.app] = self.page.locator(".si-code").inner_text()
        return _DELIVERED[self.app]

    def record(self, email: str, *names: str) -> dict[str, Any]:
        """A contact's values as HubSpot has them."""
        answer = requests.get(
            f"{self.emulator.api_base}/crm/v3/objects/contacts/{email}",
            params={"idProperty": "email", "properties": ",".join(names)},
            headers={"Authorization": f"Bearer {self._reader()}"},
            timeout=10,
        )
        assert answer.status_code == 200
        return dict(answer.json()["properties"])

    def _reader(self) -> str:
        scopes = [f"crm.objects.contacts.{c}read" for c in ("", "sensitive.", "highly_sensitive.")]
        issued = requests.post(
            f"{self.emulator.api_base}/_emulator/tokens", json={"scopes": scopes}, timeout=10
        )
        return str(issued.json()["access_token"])

    def submissions(self) -> int:
        """How many submissions HubSpot was sent."""
        address = f"{self.emulator.api_base}/_emulator/requests"
        log = requests.get(address, timeout=10).json()["requests"]
        return sum(1 for entry in log if "/secure/submit/" in json.dumps(entry))


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def app(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("app"), emulator) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for each file: its driver keeps an event loop, and other tests run their own."""
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    late_ms = request.config.getoption("--late")
    if late_ms:
        far_away(made, late_ms)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    made = context.new_page()
    made.set_default_timeout(30_000)
    return made


@pytest.fixture
def desk(page: Page, app: str, emulator: Emulator) -> Desk:
    return Desk(page, app, emulator)
