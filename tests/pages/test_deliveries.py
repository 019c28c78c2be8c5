"""The page of deliveries, run as Streamlit runs it, over a real gateway and an emulated HubSpot."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway.domain.queue import Switch
from gateway.domain.submissions import Event, State, new_receipt
from gateway.domain.users import LOCAL_OPERATOR, Role
from gateway.emulator.seed.clinic import GOOD_FORMS
from gateway.ui import deliveries

PATIENT = GOOD_FORMS[0]["id"]
CANARY = "CANARY-DIAGNOSIS-5531"


@pytest.fixture(autouse=True)
def _put_right(gateway: Any) -> Iterator[None]:
    """A paused queue, or a form with many refusals, would hold up the next test."""
    yield
    gateway.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
    for one in gateway.outbox(by=LOCAL_OPERATOR, state=State.REJECTED).items:
        gateway.decide(one.code, Event.DISCARDED, "test", by=LOCAL_OPERATOR)


def _submit(gateway: Any, email: str, state: State) -> str:
    answers = {
        "firstname": "Ada", "lastname": "Oakenshaw", "email": email,
        "date_of_birth": "1985-12-10", "sex_at_birth": "female", "insurance_type": "self_pay",
        "diagnosis": CANARY, "has_allergies": "no", "consent": {"processing": True},
    }  # fmt: skip
    code = str(gateway.submit(PATIENT, answers, by=LOCAL_OPERATOR).code)
    deadline = time.monotonic() + 60
    while gateway.status(code, by=LOCAL_OPERATOR).state is not state:
        assert time.monotonic() < deadline, gateway.status(code, by=LOCAL_OPERATOR)
        time.sleep(0.05)
    return code


def _refused(gateway: Any) -> str:
    """A submission that only HubSpot refuses."""
    return _submit(gateway, "ada@klinik.xn--p1ai", State.REJECTED)


def _fresh() -> None:
    """The overview may be a second old."""
    time.sleep(1.1)


def _open(screen: Any, code: str = "") -> Any:
    return screen.go("deliveries.py", **({"code": code} if code else {}))


def _labels(screen: Any) -> set[str]:
    return {button.label for button in screen.test.button}


def test_a_receipt_in_the_address_opens_it_with_everything_known(screen: Any, gateway: Any) -> None:
    """State, field, steps, what may be decided, and no answer."""
    code = _refused(gateway)
    page = _open(screen, code).html()
    for words in (
        "Not accepted by HubSpot",
        "HubSpot does not accept this e-mail address.",
        "Accepted and kept safely",
        "HubSpot refused it",
        "Kept here, sealed",
    ):
        assert words in page
    assert {"Send again", "Withdraw", "Correct", "Close"} <= _labels(screen)
    assert CANARY not in page + repr(screen.test.session_state)
    assert "Oakenshaw" not in page


def test_a_decision_needs_a_reason_and_a_second_word(screen: Any, gateway: Any) -> None:
    """The button stays off until a reason is chosen; left as it is, nothing happens; taken, it
    is told and stands."""
    code = _refused(gateway)
    _open(screen, code).press("Withdraw")
    (sure,) = [b for b in screen.test.button if b.label == "Yes, withdraw it"]
    assert sure.disabled
    assert "This cannot be undone." in screen.html()
    screen.press("Leave it as it is")
    screen.press("Withdraw")
    screen.widget("Why?").select("test")
    screen.run().press("Yes, withdraw it")
    assert "<b>Withdrawn.</b>" in screen.html()
    status = gateway.status(code, by=LOCAL_OPERATOR)
    assert (status.state, status.decision) == (State.DISCARDED, "test")


def test_a_yes_that_was_taken_back_decides_nothing_later(screen: Any, gateway: Any) -> None:
    """Where both presses arrive together, nothing is decided, and the next question with its
    reason waits for a yes of its own."""
    code = _refused(gateway)
    _open(screen, code).press("Withdraw")
    screen.widget("Why?").select("test")
    screen.run()
    for label in ("Yes, withdraw it", "Leave it as it is"):
        (button,) = [b for b in screen.test.button if b.label == label]
        button.click()
    screen.run().press("Withdraw")
    screen.widget("Why?").select("test")
    screen.run().run()
    assert gateway.status(code, by=LOCAL_OPERATOR).state is State.REJECTED


def test_who_decides_second_is_told_so(screen: Any, gateway: Any) -> None:
    """When somebody else was faster, nothing is changed and a sentence says it."""
    code = _refused(gateway)
    _open(screen, code).press("Withdraw")
    screen.widget("Why?").select("test")
    screen.run()
    gateway.decide(code, Event.DISCARDED, "withdrawn", by=LOCAL_OPERATOR)
    screen.press("Yes, withdraw it")
    assert "Somebody else decided first" in screen.html()
    assert gateway.status(code, by=LOCAL_OPERATOR).decision == "withdrawn"


def test_correct_opens_the_form_as_a_replacement(screen: Any, gateway: Any) -> None:
    """The empty form opens, and what is sent there replaces the refused submission."""
    code = _refused(gateway)
    _open(screen, code).press("Correct")
    assert "nobody can read the sealed answers" in screen.html()
    screen.press("Open the form")
    assert screen.widget("E-mail").value == ""
    assert screen.test.session_state["desk"].drafts[PATIENT].replaces == code


def test_the_queue_is_turned_and_says_so(screen: Any, gateway: Any) -> None:
    """Each button turns the switch, and the next page tells where it stands; the first page
    points to the alarm."""
    _open(screen)
    for label, switch, words in (
        ("Pause", Switch.PAUSED_OPERATOR, "Paused by a person"),
        ("Empty for maintenance", Switch.DRAIN, "nothing new is taken"),
        ("Pause", Switch.PAUSED_OPERATOR, "Paused by a person"),
    ):
        assert words in screen.press(label).html()
        assert gateway.queue(by=LOCAL_OPERATOR).switch is switch
    _fresh()
    assert 'role="alert"' in screen.run().html()
    assert "For your administrator" in screen.html()
    screen.go("home.py")
    assert any("deliveries" in link.proto.page for link in screen.test.get("page_link"))
    _open(screen).press("Resume")
    assert gateway.queue(by=LOCAL_OPERATOR).switch is Switch.RUNNING


def test_a_tile_and_a_form_narrow_the_list(screen: Any, gateway: Any) -> None:
    """Only what was asked for is listed; Show all lists all again."""
    gone = _submit(gateway, "there@mail.example", State.DELIVERED)
    left = _refused(gateway)
    _fresh()
    page = _open(screen).html()
    assert gone in page
    assert left in page
    (tile,) = [b for b in screen.test.button if "Not accepted by HubSpot" in b.label]
    assert tile.label.startswith("***")
    tile.click()
    page = screen.run().html()
    assert gone not in page
    assert left in page
    screen.press("Show all")
    assert gone in screen.html()
    screen.widget("Form").select(PATIENT)
    assert gone in screen.run().html()
    assert "Show all" in _labels(screen)


@pytest.mark.parametrize("code", ["nonsense", "<b>x", pytest.param(new_receipt(), id="unknown")])
def test_a_receipt_nobody_got_is_told(screen: Any, code: str) -> None:
    """Any other text is answered with a sentence, and shown as text."""
    screen.test.run()
    screen.go("deliveries.py")
    screen.widget("Find a receipt").input(code)
    page = screen.run().html()
    assert "No submission has this receipt" in page
    assert "<b>x" not in page


def _as(role: str, code: str) -> None:
    from gateway import bootstrap
    from gateway.domain.users import Role, User
    from gateway.ui import deliveries

    deliveries.show(bootstrap.served(), User("u", "U", frozenset({Role(role)})), code)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.AUDITOR, set()),
        (Role.SUPERVISOR, {"Send again", "Withdraw", "Correct"}),
        (Role.ADMIN, {"Send again", "Pause", "Empty for maintenance"}),
    ],
)
def test_only_what_a_role_may_is_offered(gateway: Any, role: Role, may: set[str]) -> None:
    """Whoever may not decide or turn the switch sees no button for it."""
    code = _refused(gateway)
    test = AppTest.from_function(_as, kwargs={"role": role.value, "code": code})
    test.run(timeout=20)
    assert not test.exception
    offered = {button.label for button in test.button}
    every = {"Send again", "Withdraw", "Correct", "Pause", "Empty for maintenance"}
    assert offered & every == may


def test_who_may_not_look_is_told_calmly(gateway: Any) -> None:
    """Without the permission there is a sentence, and nothing of the outbox."""
    test = AppTest.from_function(_as, kwargs={"role": Role.INTAKE.value, "code": ""})
    test.run(timeout=20)
    told = "\n".join(str(element.proto.body) for element in test.get("html"))
    assert "This is not part of your role" in told
    assert "si-rows" not in told


def test_the_alarm_is_the_same_text_at_every_renewal(gateway: Any) -> None:
    """Nothing in it changes while nothing has changed, so it is read aloud once."""
    _refused(gateway)
    first = gateway.overview(by=LOCAL_OPERATOR)
    later = dataclasses.replace(first, at_ms=first.at_ms + 2_500)
    assert deliveries.alarm(first) == deliveries.alarm(later)
    assert "role" not in deliveries.alarm(dataclasses.replace(first, alarms=()))
