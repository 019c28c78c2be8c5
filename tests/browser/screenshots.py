"""Takes a picture of every view: `python tests/browser/screenshots.py OUTDIR`."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from conftest import PATIENT, Desk, chromium, running_app
from playwright.sync_api import Browser

from gateway import bootstrap
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.settings import Settings, load_settings
from gateway.usecases.gateway import Gateway

DESKTOP = {"width": 1280, "height": 900}
ANSWERS = {
    "firstname": "Ada", "lastname": "Lovelace", "date_of_birth": "1985-12-10",
    "sex_at_birth": "female", "insurance_type": "self_pay", "diagnosis": "A cough",
    "has_allergies": "no", "consent": {"processing": True},
}  # fmt: skip
PHONE = {"width": 390, "height": 844}


def home(desk: Desk) -> None:
    desk.page.goto(desk.app)
    desk.page.wait_for_selector(".st-key-lookup button")


def why_closed(desk: Desk) -> None:
    home(desk)
    desk.page.locator(".si-why summary").first.click()


def intake(desk: Desk) -> None:
    desk.open()


def closed(desk: Desk) -> None:
    home(desk)
    card = desk.page.locator("[class*=st-key-card-closed-]").first
    name = card.get_attribute("class") or ""
    form = name.split("st-key-card-closed-")[1].split()[0]
    desk.page.goto(f"{desk.app}/intake?form={form}")
    desk.page.wait_for_selector(".si-panel")


def filled(desk: Desk) -> None:
    desk.open()
    desk.fill("ada@mail.example")


def faults(desk: Desk) -> None:
    desk.open()
    desk.box("First name").fill("Ada")
    desk.box("E-mail").fill("ada at mail")
    desk.send().click()
    desk.page.wait_for_selector(".si-summary")


def refused(desk: Desk) -> None:
    desk.open()
    desk.fill("ada@klinik.xn--p1ai")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".si-summary")


def delivered(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/receipt?code={desk.delivered()}")
    desk.page.wait_for_selector(".si-state[data-tone=done]")


def waiting(desk: Desk) -> None:
    desk.emulator.portal.faults.add("secure_submit", "477", times=1, seconds=60)
    desk.open()
    desk.fill("later@mail.example")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".si-state[data-tone=waiting]")


def deliveries(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/deliveries")
    desk.page.wait_for_selector(".si-rows")


def decision(desk: Desk) -> None:
    deliveries(desk)
    desk.page.locator(".si-rows tr[data-tone=stopped] button").first.click()
    desk.page.wait_for_selector(".st-key-decisions")
    desk.page.get_by_role("button", name="Withdraw", exact=True).click()
    desk.page.wait_for_selector(".st-key-decide")


def paused(desk: Desk) -> None:
    deliveries(desk)
    desk.page.get_by_role("button", name="Pause").click()
    desk.page.wait_for_selector(".si-alarm li:nth-child(2)")


def resumed(desk: Desk) -> None:
    deliveries(desk)
    desk.page.get_by_role("button", name="Resume").click()
    desk.page.wait_for_selector(".si-queue[data-tone=done]")


def setup(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/setup")
    desk.page.wait_for_selector("#scopes-title")
    desk.page.locator(".si-form summary").nth(1).click()


def approve(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/approve?form={PATIENT}")
    desk.page.wait_for_selector(".si-pins")


def emulator(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/emulator?part=faults")
    desk.page.get_by_role("button", name="Switch it on").click()
    desk.page.wait_for_selector(".si-armed")


def record(desk: Desk) -> None:
    desk.open()
    desk.fill("ada@mail.example")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".si-state[data-tone=done]")
    desk.page.goto(f"{desk.app}/records")
    desk.page.get_by_label("E-mail address").fill("ada@mail.example")
    desk.page.keyboard.press("Enter")
    desk.page.locator("[class*=st-key-hit-] button").first.click()
    desk.page.get_by_role("button", name="Reveal Insurance number").click()
    desk.page.get_by_label("Why do you need to see it?").click()
    desk.page.keyboard.type("Check")
    desk.page.wait_for_selector("[role=option]")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("button", name="Show for").click()
    desk.page.wait_for_selector(".si-value")


def properties(desk: Desk) -> None:
    desk.page.goto(f"{desk.app}/properties")
    desk.page.get_by_role("button", name="passport_number").click()
    desk.page.wait_for_selector(".st-key-prop-boxes")


def audit(desk: Desk) -> None:
    record(desk)
    desk.page.get_by_role("link", name="Audit").click()
    desk.page.get_by_role("button", name="Check the chain").click()
    desk.page.wait_for_selector(".si-chain[data-tone=done]")


@dataclasses.dataclass(frozen=True)
class Shot:
    """One picture: what to do first, on which screen, in which light."""

    name: str
    view: Callable[[Desk], None]
    scheme: str = "light"
    size: Any = dataclasses.field(default_factory=lambda: DESKTOP)
    whole: bool = True
    media: str = "screen"


SHOTS = (
    Shot("home", home),
    Shot("home-dark", home, "dark"),
    Shot("home-phone", home, size=PHONE),
    Shot("home-why-closed", why_closed),
    Shot("intake", intake, whole=False),
    Shot("intake-dark", intake, "dark", whole=False),
    Shot("intake-phone", intake, size=PHONE, whole=False),
    Shot("intake-filled", filled),
    Shot("intake-filled-dark", filled, "dark"),
    Shot("errors", faults, whole=False),
    Shot("intake-faults", faults),
    Shot("intake-faults-dark", faults, "dark"),
    Shot("intake-faults-phone", faults, size=PHONE),
    Shot("intake-refused-by-hubspot", refused, whole=False),
    Shot("intake-closed", closed),
    Shot("receipt", delivered),
    Shot("receipt-dark", delivered, "dark"),
    Shot("receipt-phone", delivered, size=PHONE),
    Shot("receipt-print", delivered, media="print"),
    Shot("deliveries-dark", deliveries, "dark"),
    Shot("deliveries-phone", deliveries, size=PHONE),
    Shot("deliveries-decision", decision),
    Shot("deliveries-decision-dark", decision, "dark"),
    Shot("deliveries-decision-phone", decision, size=PHONE),
    Shot("deliveries-paused", paused, whole=False),
    Shot("home-alarm", home, whole=False),
    Shot("deliveries", resumed),
    Shot("receipt-waiting", waiting),
    Shot("approve", approve),
    Shot("setup", setup),
    Shot("setup-dark", setup, "dark"),
    Shot("setup-phone", setup, size=PHONE),
)


IN_A_DEMO = (
    Shot("properties", properties, whole=False),
    Shot("properties-phone", properties, "dark", PHONE),
    Shot("records", record, whole=False),
    Shot("records-phone", record, "dark", PHONE),
    Shot("audit", audit, whole=False),
    Shot("emulator", emulator),
    Shot("emulator-phone", emulator, "dark", PHONE),
)
"""Of the page that only a demo has, and of those whose token a demo makes."""


def _settings(emulator: Emulator, data: Path) -> Settings:
    return load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_FORMS_BASE": emulator.forms_base,
            "GATEWAY_DATA_DIR": str(data / "gateway"),
        },
        env_file=None,
    )


def _keep_busy(gateway: Gateway, number: int) -> None:
    """Submissions from elsewhere, so that the charts have something to show."""
    for one in range(number % 4):
        email = f"person{number}-{one}@mail.example"
        gateway.submit(PATIENT, ANSWERS | {"email": email}, by=LOCAL_OPERATOR)


def main(folder: Path) -> None:
    """Write ``<name>.png`` for every shot into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        Emulator() as emulator,
        running_app(Path(data), emulator) as app,
        bootstrap.open_gateway(_settings(emulator, Path(data))) as gateway,
        chromium() as browser,
    ):
        for number, shot in enumerate(SHOTS):
            _keep_busy(gateway, number)
            _take(shot, folder, browser, app, emulator)
    with (
        tempfile.TemporaryDirectory() as data,
        running_app(Path(data), None) as app,
        chromium() as browser,
    ):
        for shot in IN_A_DEMO:
            _take(shot, folder, browser, app, emulator)


def _take(shot: Shot, folder: Path, browser: Browser, app: str, emulator: Emulator) -> None:
    context: Any = browser.new_context(color_scheme=shot.scheme, viewport=shot.size)  # type: ignore[arg-type]  # the table's texts fit
    desk = Desk(context.new_page(), app, emulator)
    shot.view(desk)
    desk.page.emulate_media(media=shot.media)  # type: ignore[arg-type]  # as above
    if shot.whole:
        height = desk.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        desk.page.set_viewport_size({**shot.size, "height": height})
    desk.page.wait_for_timeout(500)
    desk.page.screenshot(path=str(folder / f"{shot.name}.png"))
    context.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python tests/browser/screenshots.py OUTDIR")
    main(Path(sys.argv[1]))
