"""Approving a form by keyboard alone, its drift on both pages, and what axe finds there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import PATIENT, expect, pick, running_app
from playwright.sync_api import Browser, Page

from gateway.emulator import Emulator
from gateway.emulator.definitions.drift import drift

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>Phone **bold**'


@dataclasses.dataclass
class Place:
    """An app and the account behind it, of their own: approvals stay."""

    app: str
    emulator: Emulator

    def show(self, page: Page, form: str = PATIENT) -> None:
        """Go to a form's page of approval."""
        page.goto(f"{self.app}/approve?form={form}")
        page.wait_for_selector(".si-pins")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data = tmp_path_factory.mktemp("approval")
    with (
        Emulator() as emulator,
        running_app(data, emulator, GATEWAY_DEFINITION_MAX_AGE="0") as address,
    ):
        # Every page asks for every form anew: more than an account's limit lets through at once.
        emulator.portal.amend_switches(rate_limit=0)
        yield Place(address, emulator)


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds critical or serious."""
    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"critical", "serious"}
    ]


def test_a_form_is_approved_and_approved_again_by_keyboard(place: Place, page: Page) -> None:
    """From the start page to the approval by keyboard alone; after a drift the start page and
    the form's own page show the difference, and the same way opens the form again. So is the
    approval withdrawn, after a question."""
    page.goto(place.app)
    link = page.locator(f".st-key-approves-{PATIENT} a")
    expect(link).to_have_text("Check and approve")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This form is not approved.")).to_be_visible()
    expect(page.locator(".si-pins tbody tr")).to_have_count(15)
    page.get_by_role("button", name="Approve", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, approve it as shown")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Approved. Intake is open.")
    expect(page.locator(".si-detail-title")).to_be_focused()

    drift(place.emulator.portal, "change_categories", {"property": "diagnosis"})
    page.goto(place.app)
    card = page.locator(f".st-key-card-closed-{PATIENT}")
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(card.locator(".si-diff tbody tr")).to_have_count(1)
    expect(card.locator(".si-diff")).to_contain_text("What brings you to us?")
    card.locator(f".st-key-approves-{PATIENT} a").click()
    row = page.locator(".si-diff tbody tr")
    expect(row.locator("del")).to_have_text("HIPAA")
    expect(row.locator("ins")).to_have_text("none")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("button", name="Yes, approve it as shown").click()
    expect(page.get_by_role("status")).to_contain_text("Approved. Intake is open.")
    expect(page.locator(".si-diff")).to_have_count(0)

    page.get_by_role("button", name="Withdraw the approval").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-decide")).to_contain_text("goes by the gate alone")
    expect(page.get_by_role("button", name="Yes, withdraw it")).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The approval is withdrawn.")
    expect(page.locator(".si-detail-title")).to_be_focused()
    expect(page.get_by_text("This form is not approved.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, place: Place, scheme: str) -> None:
    """With a difference, the question and a field's choices open: nothing by any rule."""
    drift(place.emulator.portal, "change_consent", {"form": "Employee onboarding"})
    form = next(f["id"] for f in place.emulator.forms if f["name"] == "Employee onboarding")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})  # type: ignore[arg-type]  # one of its words
    page = context.new_page()
    place.show(page, form)
    page.get_by_text("Say more about one field").click()
    pick(page, page.get_by_label("Field", exact=True).first, "First")
    expect(page.get_by_label("Check digits it must have")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".st-key-decide")).to_be_visible()
    page.wait_for_timeout(300)
    found = serious(page)
    context.close()
    assert found == []


def test_a_closed_form_with_its_difference_is_clean(browser: Browser, place: Place) -> None:
    """The start page with a difference unfolded has nothing serious, light and dark."""
    form = next(f["id"] for f in place.emulator.forms if f["name"] == "Client identification")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        page = context.new_page()
        if scheme == "light":
            place.show(page, form)
            page.get_by_role("button", name="Approve", exact=True).click()
            page.get_by_role("button", name="Yes, approve it as shown").click()
            expect(page.get_by_role("status")).to_be_visible()
            drift(place.emulator.portal, "recaptcha_on", {"form": form})
        page.goto(place.app)
        page.locator(f".st-key-card-closed-{form} summary").click()
        expect(page.locator(f".st-key-card-closed-{form} .si-diff")).to_be_visible()
        page.wait_for_timeout(300)
        found = serious(page)
        context.close()
        assert found == []


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_scrolls_sideways(place: Place, page: Page, width: int) -> None:
    """At every width the page itself stays as wide as the screen."""
    page.set_viewport_size({"width": width, "height": 844})
    place.show(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


def test_hostile_labels_are_texts(place: Place, page: Page) -> None:
    """Markup in a label runs nowhere on the page, and is no element of it."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    form = place.emulator.portal.forms[PATIENT]
    first = form["fieldGroups"][0]["fields"][0]
    first["label"] = HOSTILE
    place.emulator.portal.amend_form(PATIENT, {"fieldGroups": form["fieldGroups"]})
    place.show(page)
    page.wait_for_timeout(500)
    assert page.locator(".st-key-approval :is(img, script)").count() == 0
    assert "Check and approve" in page.title()
    assert errors == []
