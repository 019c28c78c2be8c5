"""The emulator's page, run as Streamlit runs it in a demo: what HubSpot has, and playing with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION

from gateway import bootstrap
from gateway.domain.errors import PermissionDenied
from gateway.domain.users import LOCAL_OPERATOR, Permission, Role, User
from gateway.emulator.faults import EVERYWHERE, KINDS, Area
from gateway.settings import Mode, load_settings
from gateway.ui import places
from gateway.ui.emulator import faults, reports
from gateway.ui.emulator.page import PARTS
from gateway.usecases.emulated import LONGEST, EmulatedAccount
from gateway.usecases.emulated_controls import Again, NotPossible
from gateway.usecases.gateway import Gateway

CLERK = User("clerk", "Clerk", frozenset({Role.INTAKE}))
PASSPORT = "canary-X1234567"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A demo, where one submission has been delivered."""
    settings = load_settings({"GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("demo"))}, None)
    with bootstrap.open_gateway(settings) as opened:
        bootstrap.serve(opened)
        opened.start_worker()
        opened.receipt = opened.submit(  # type: ignore[attr-defined]  # the tests' own
            IDENTIFICATION, ANSWERS[IDENTIFICATION], by=LOCAL_OPERATOR
        ).code
        opened.wait(opened.receipt, seconds=30, by=LOCAL_OPERATOR)  # type: ignore[attr-defined]
        yield opened
        bootstrap.serve(None)


@pytest.fixture
def account(gateway: Gateway) -> EmulatedAccount:
    assert gateway.emulated is not None
    gateway.emulated.controls.disarm(None, by=LOCAL_OPERATOR)
    return gateway.emulated


def test_the_page_is_there_in_a_demo_only(gateway: Any) -> None:
    """Who may play finds the way to it in a demo; in no other mode, and nobody else."""
    for mode in Mode:
        files = {place.file for place in places.places_of(LOCAL_OPERATOR, mode)}
        assert ("emulator.py" in files) is (mode is Mode.DEMO)
    assert "emulator.py" not in {place.file for place in places.places_of(CLERK, Mode.DEMO)}
    assert not CLERK.may(Permission.PLAY_WITH_EMULATOR)
    with pytest.raises(PermissionDenied):
        gateway.emulated.records("0-1", by=CLERK)
    with pytest.raises(PermissionDenied):
        gateway.emulated.controls.arm("*", "500", 1, 0.0, by=CLERK)


def test_the_account_tells_its_tokens_only_when_asked(account: EmulatedAccount) -> None:
    """Their names and scopes are there, their texts come for who asks."""
    one = account.about(by=LOCAL_OPERATOR)
    assert {token.text for token in one.tokens} == {None}
    assert "forms" in one.tokens[0].scopes
    shown = account.about(by=LOCAL_OPERATOR, with_tokens=True)
    assert all(token.text and token.text not in repr(shown) for token in shown.tokens)


def test_records_keep_private_values_back(account: EmulatedAccount) -> None:
    """A sensitive value is not even handed out until it is asked for; a long one is cut."""
    names = ("email", "passport_number")
    page = account.records("0-1", by=LOCAL_OPERATOR, columns=names)
    (row,) = page.rows
    assert row.cells["email"].text == "alan@client-mail.example"
    assert (row.cells["passport_number"].text, row.cells["passport_number"].hidden) == ("", True)
    page = account.records("0-1", by=LOCAL_OPERATOR, columns=names, with_sensitive=True)
    assert page.rows[0].cells["passport_number"].text == PASSPORT
    portal = account._portal
    portal.records.all("0-1")[0].values["city"] = "x" * 9_000
    page = account.records("0-1", by=LOCAL_OPERATOR, columns=["city"])
    assert len(page.rows[0].cells["city"].text) < LONGEST + 40


def test_a_submission_is_seen_once_with_its_receipt(gateway: Any, account: EmulatedAccount) -> None:
    """Its tag leads to our receipt; of its fields the names are told."""
    (row,) = account.received(by=LOCAL_OPERATOR)
    assert (row.receipt, row.times, row.form) == (gateway.receipt, 1, IDENTIFICATION)
    assert "passport_number" in row.fields
    assert PASSPORT not in repr(row)


def test_requests_are_named_by_token(account: EmulatedAccount) -> None:
    """Newest first, of one part or all, with time, correlation id, and the token by its name."""
    (sent,) = account.requests(by=LOCAL_OPERATOR, area=Area.SECURE_SUBMIT)
    assert (sent.method, sent.status, sent.caller) == ("POST", 200, "intake token")
    assert len(sent.correlation_id) == 36
    assert sent.took_ms >= 0
    every = account.requests(by=LOCAL_OPERATOR)
    assert len(every) > 3
    assert [row.at_ms for row in every] == sorted((r.at_ms for r in every), reverse=True)


def test_faults_are_armed_and_removed(account: EmulatedAccount) -> None:
    """One by one or all; what cannot be is told."""
    controls = account.controls
    controls.arm("forms", "500", None, 0.0, by=LOCAL_OPERATOR)
    controls.arm("secure_submit", "477", 3, 9.0, by=LOCAL_OPERATOR)
    first, second = controls.faults(by=LOCAL_OPERATOR)
    assert faults.words(first) == "500 on reading forms: until it is removed"
    assert faults.words(second) == "477 on submitting a form: the next 3 calls, 9 s"
    controls.disarm(first.id, by=LOCAL_OPERATOR)
    controls.disarm(first.id, by=LOCAL_OPERATOR)
    assert controls.faults(by=LOCAL_OPERATOR) == (second,)
    with pytest.raises(NotPossible, match="strikes one of"):
        controls.arm("forms", "late_store", 1, 0.0, by=LOCAL_OPERATOR)


def test_what_a_form_may_get_is_offered_and_added(account: EmulatedAccount) -> None:
    """A property that was just created comes first; on the form, HubSpot reports its changes."""
    controls, portal = account.controls, account._portal
    portal.properties["0-1"]["just_made"] = {
        **portal.properties["0-1"]["passport_number"],
        "name": "just_made", "label": "Just made", "createdAt": "2030-01-01T00:00:00.000Z",
    }  # fmt: skip
    newest = controls.properties(by=LOCAL_OPERATOR)[0]
    assert (newest.key, newest.for_forms, newest.sensitivity) == (
        "0-1/just_made",
        True,
        "sensitive",
    )
    form = next(f for f in controls.forms(by=LOCAL_OPERATOR) if f.name == IDENTIFICATION)
    given = {"form": form.id, "property": newest.key}
    controls.change_definition("add_field", given, by=LOCAL_OPERATOR)
    form = next(f for f in controls.forms(by=LOCAL_OPERATOR) if f.name == IDENTIFICATION)
    assert "0-1/just_made" in form.fields
    with pytest.raises(NotPossible, match="already"):
        controls.change_definition("add_field", given, by=LOCAL_OPERATOR)
    with pytest.raises(NotPossible, match="not there"):
        controls.change_definition("archive_property", {"property": "none"}, by=LOCAL_OPERATOR)


@pytest.mark.parametrize(
    "key",
    ["0-1/phone", "0-1/sex_at_birth", "0-1/date_of_birth", "0-1/newsletter", "0-1/last_visit_at",
     "0-1/internal_rating", "0-3/dealname"],
)  # fmt: skip
def test_a_record_is_changed_by_a_made_up_value(account: EmulatedAccount, key: str) -> None:
    """Whatever its type the value fits, and differs each time it is pressed."""
    kind, _, name = key.partition("/")
    seen = []
    for _ in range(2):
        record_id = account.controls.change_record(key, by=LOCAL_OPERATOR)
        page = account.records(kind, by=LOCAL_OPERATOR, columns=[name], with_sensitive=True)
        seen += [row.cells[name].text for row in page.rows if row.id == record_id]
    assert len(set(seen)) == 2 or name == "last_visit_at"


def test_there_is_nothing_to_report_again_at_first(account: EmulatedAccount) -> None:
    """It is told; with a report, each way of sending it again makes one more."""
    controls, hooks = account.controls, account._portal.webhooks
    with pytest.raises(NotPossible, match="nothing yet"):
        controls.report_again(Again.FORGED, by=LOCAL_OPERATOR)
    hooks.deliveries.add([{"subscriptionType": "contact.creation"}], 0.0)
    for how in Again:
        controls.report_again(how, by=LOCAL_OPERATOR)
    assert len(controls.deliveries(by=LOCAL_OPERATOR)) == 4
    assert reports.AGAIN.keys() == set(Again)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_shown(screen: Any, part: str) -> None:
    """By its address, without a value and without a token in it or in the session."""
    page = screen.go("emulator.py", part=part).html()
    assert "HubSpot" in page
    assert PASSPORT not in page + repr(screen.test.session_state)
    assert "pat-na1-" not in page
    offered = [box.options for box in (*screen.test.selectbox, *screen.test.multiselect)]
    # A choice is drawn as it is, not as markdown: an escape would show.
    assert not [one for options in offered for one in options if "\\" in one]


def test_every_fault_can_be_chosen(screen: Any, account: EmulatedAccount) -> None:
    """Each place and kind says what becomes of a submission, and is switched on by its button."""
    screen.go("emulator.py", part="faults")
    for kind in KINDS:
        screen.widget("What happens").select(kind)
        assert "The gateway:" in screen.run().html()
    screen.widget("What happens").select("500")
    screen.run().press("Switch it on")
    assert "It is on." in screen.html()
    (armed,) = account.controls.faults(by=LOCAL_OPERATOR)
    assert armed.kind == "500"
    screen.press("Remove 500")
    assert account.controls.faults(by=LOCAL_OPERATOR) == ()
    screen.widget("Where").select(EVERYWHERE)
    assert "that read fails instead" in screen.run().html()


def test_a_switch_is_set_and_put_back(screen: Any, account: EmulatedAccount) -> None:
    """One of each kind; all go back by one button."""
    screen.go("emulator.py", part="questions")
    for name, value in (("retry_after", True), ("page_uri", "absent")):
        screen.widget("Switch").select(name)
        screen.run()
        screen.widget("Set to").select(value)
        screen.run().press("Set it")
    assert account._portal.switches.retry_after is True
    assert account._portal.switches.page_uri == "absent"
    screen.press("All as at first")
    assert {
        r.name for r in account.controls.switches(by=LOCAL_OPERATOR) if r.value != r.default
    } == set()


def test_sensitive_values_are_shown_for_a_while_only(screen: Any, gateway: Any) -> None:
    """The button shows them on the page and keeps nothing of them in the session."""
    screen.go("emulator.py", part="records")
    screen.test.multiselect[0].set_value(["passport_number"])
    assert PASSPORT not in screen.run().html()
    screen.press("Show sensitive values for a minute")
    assert PASSPORT in screen.html()
    assert PASSPORT not in repr(screen.test.session_state)
    screen.test.session_state["desk"].emulator.values_until = 0.0
    assert PASSPORT not in screen.run().html()


def test_what_is_handed_out_is_no_secret_in_a_log(account: EmulatedAccount) -> None:
    """No value and no token is in the text of what the page gets."""
    page = account.records("0-1", by=LOCAL_OPERATOR, with_sensitive=True)
    told = repr(page) + json.dumps([repr(r) for r in account.received(by=LOCAL_OPERATOR)])
    assert PASSPORT not in told
    assert "alan@client-mail.example" not in told
