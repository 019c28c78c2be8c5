"""Takes a picture of every view: `python tests/browser/screenshots.py OUTDIR`."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from conftest import Desk, chromium, running_app

from gateway.emulator import Emulator

DESKTOP = {"width": 1280, "height": 900}
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
    Shot("receipt-waiting", waiting),
)


def main(folder: Path) -> None:
    """Write ``<name>.png`` for every shot into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        Emulator() as emulator,
        running_app(Path(data), emulator) as app,
        chromium() as browser,
    ):
        for shot in SHOTS:
            context: Any = browser.new_context(color_scheme=shot.scheme, viewport=shot.size)  # type: ignore[arg-type]  # the table's texts fit
            desk = Desk(context.new_page(), app, emulator)
            shot.view(desk)
            desk.page.emulate_media(media=shot.media)  # type: ignore[arg-type]  # as above
            if shot.whole:
                height = desk.page.evaluate(
                    "document.querySelector('[data-testid=stMain]').scrollHeight"
                )
                desk.page.set_viewport_size({**shot.size, "height": height})
            desk.page.wait_for_timeout(500)
            desk.page.screenshot(path=str(folder / f"{shot.name}.png"))
            context.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python tests/browser/screenshots.py OUTDIR")
    main(Path(sys.argv[1]))
