"""A form whose texts are hostile is shown as text: nothing of it runs, loads or frames."""

from __future__ import annotations

import copy
import dataclasses
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import expect

running_app = runpy.run_path(str(Path(__file__).parent / "conftest.py"))["running_app"]

pytestmark = pytest.mark.browser
IDENTIFICATION = "7d2b90c4-51ae-4f36-b8e2-94a6c01d7f5b"
HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'>"
    "<svg onload='window.pwned=3'><iframe srcdoc='<script>parent.pwned=4</script>'></iframe>"
    "<a href='javascript:window.pwned=5' id='bad'>link</a><style>*{display:none}</style>"
    "<math><mtext></form><form><mglyph><style></math><img src onerror='window.pwned=6'>"
    "<form action='https://evil.example'><input name='email'></form>$$\\href{javascript:1}{x}$$"
    "[x](javascript:window.pwned=7) ![x](https://evil.example/pixel.png) :material/home:"
)


@pytest.fixture
def hostile(emulator: Any) -> Any:
    """The identification form with hostile texts everywhere, put back afterwards."""
    form = emulator.portal.forms[IDENTIFICATION]
    before = copy.deepcopy(form)
    form["name"] = f"Odd {HOSTILE}"
    form["displayOptions"]["submitButtonText"] = f"Send {HOSTILE}"
    form["configuration"]["postSubmitAction"] = {"type": "thank_you", "value": f"Done {HOSTILE}"}
    for text in ("privacyText", "consentToProcessText", "communicationConsentText"):
        form["legalConsentOptions"][text] = f"{text} {HOSTILE}"
    form["legalConsentOptions"]["communicationsCheckboxes"][0]["label"] = f"Mail {HOSTILE}"
    for group in form["fieldGroups"]:
        group["richText"] = f"Group {HOSTILE}"
        for field in group["fields"]:
            for text in ("label", "description", "placeholder"):
                field[text] = f"{field['name']} {HOSTILE}"
            for option in field.get("options", [])[:3]:
                option["label"] = f"{option['value']} {HOSTILE}"
    yield form
    emulator.portal.forms[IDENTIFICATION] = before


@pytest.fixture
def own_desk(desk: Any, hostile: Any, tmp_path: Path) -> Iterator[Any]:
    """A desk at an app that reads every form anew."""
    with running_app(tmp_path, desk.emulator, GATEWAY_DEFINITION_MAX_AGE="0") as address:
        yield dataclasses.replace(desk, app=address)


def test_nothing_of_a_hostile_form_runs(own_desk: Any) -> None:
    """Labels, help, options, consent, group texts and the thank-you message: on no page does a
    script run, a foreign host get asked, or a foreign link, frame or form appear."""
    foreign: list[str] = []
    own = own_desk.app.removeprefix("http://")
    own_desk.page.on(
        "request",
        lambda r: (
            None
            if f"//{own}/" in r.url or r.url[:5] in ("data:", "blob:")
            else foreign.append(r.url)
        ),
    )
    for address in ("/", f"/intake?form={IDENTIFICATION}"):
        own_desk.page.goto(own_desk.app + address)
        expect(own_desk.page.locator("h1")).to_be_visible()
        expect(own_desk.page.get_by_text("Odd").first).to_be_visible()
        own_desk.page.wait_for_timeout(500)
        assert own_desk.page.evaluate("window.pwned") is None
        assert (
            own_desk.page.locator("iframe, form[action], a[href^='javascript'], #bad[href]").count()
            == 0
        )
    assert foreign == []
