"""The page of records without a browser: what it finds, shows masked, reveals, corrects and
clears, and that nothing of anybody stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from gateway import bootstrap
from gateway.domain.answers import Secret
from gateway.domain.objects import OBJECT_TYPES
from gateway.domain.properties import Property, PropertyOption
from gateway.domain.record_errors import InvalidRecord
from gateway.domain.records import Presence, Record, RecordField
from gateway.domain.reveals import Purpose
from gateway.domain.search import MAX_DEPTH, Found
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR, Permission, Role, User
from gateway.settings import load_settings
from gateway.ui import places, record_boxes, record_deeds, record_search, record_sheet
from gateway.ui.record_desk import Deed, RecordDesk, Way
from gateway.usecases.gateway import Gateway

CANARY, SECRET, NEW = "canary@mail.example", "CANARY-PASS-1", "CANARY-PASS-2"
AUDITOR = User("a", "A", frozenset({Role.AUDITOR}))


@pytest.fixture(scope="module")
def gateway(emulator: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    settings = load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_RECORDS_TOKEN": emulator.desk_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "GATEWAY_REVEAL_SECONDS": "5",
            "GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as opened:
        bootstrap.serve(opened)
        yield opened
        bootstrap.serve(None)


@pytest.fixture(scope="module")
def contact(emulator: Any) -> str:
    """A contact's id."""
    emulator.portal.amend_switches(search_limit=0)
    values = {"email": CANARY, "firstname": "Ada", "lastname": "Canary", "passport_number": SECRET,
              "diagnosis": "CANARY-cough", "insurance_number": "CANARY-1",
              "contract_type": "permanent"}  # fmt: skip
    made = requests.post(
        f"{emulator.api_base}/crm/v3/objects/contacts", json={"properties": values},
        headers={"Authorization": f"Bearer {emulator.desk_token}"}, timeout=10,
    )  # fmt: skip
    assert made.status_code == 201
    return str(made.json()["id"])


def _find(screen: Any) -> Any:
    screen.go("records.py")
    screen.widget("E-mail address").set_value(CANARY)
    return screen.press("Search")


def _button(screen: Any, key: str) -> Any:
    screen.test.button(key=key).click()
    return screen.run()


def _held(screen: Any) -> str:
    """Everything the server holds for this tab, as text."""
    desk = screen.test.session_state["desk"].records
    return repr(screen.test.session_state) + repr(vars(desk))


def test_a_contact_is_found_opened_corrected_and_cleared(screen: Any, contact: str) -> None:
    """The e-mail leaves its box, the sensitive value is masked until a purpose is given, the new
    value is written and cleared, and no value stays in the session."""
    page = _find(screen).html()
    assert "One contact" in page
    assert "Ada Canary" in page
    assert CANARY not in _held(screen)
    page = _button(screen, f"open-{contact}").html()
    assert "Has a value, which is not shown" in page
    assert SECRET not in page + _held(screen)
    _button(screen, "reveal-passport_number")
    screen.press("Show for 5 seconds")
    assert "No purpose was chosen" in screen.html()
    screen.widget("Why do you need to see it?").set_value(Purpose.IDENTIFY)
    assert SECRET in screen.press("Show for 5 seconds").html()
    assert SECRET not in _held(screen)
    assert "Hidden again" in _button(screen, "hide").html()
    assert SECRET not in screen.html()
    _button(screen, "correct-passport_number")
    screen.widget("Passport number").set_value(NEW)
    page = screen.press("Save").html()
    assert "has the new value" in page
    assert NEW not in page + _held(screen)
    _button(screen, "clear-passport_number")
    page = screen.press("Yes, clear it").html()
    assert "has no value in HubSpot any more" in page
    assert "reveal-passport_number" not in {button.key for button in screen.test.button}


def test_what_was_typed_for_a_sensitive_box_goes_into_no_other(
    screen: Any, gateway: Gateway, emulator: Any, contact: str
) -> None:
    """The property is made ordinary while somebody types, and another person has been told so
    already: nothing is written, until the box has been seen as what it is now."""
    portal = emulator.portal
    _button(_find(screen), f"open-{contact}")
    _button(screen, "correct-insurance_number")
    screen.widget("Insurance number").set_value(NEW)
    portal.amend_property("0-1", "insurance_number", {"dataSensitivity": "non_sensitive"})
    try:
        with pytest.raises(InvalidRecord):
            gateway.records.clear("contacts", contact, ["insurance_number"], by=LOCAL_OPERATOR)
        page = screen.press("Save").html()
        assert "was more sensitive a moment ago" in page
        page = screen.press("Save").html()
        assert "was more sensitive a moment ago" in page
        assert NEW not in str(portal.records.find("0-1", contact).values)
        screen.press("Leave it as it is")
        _button(screen, "correct-insurance_number")
        screen.widget("Insurance number").set_value("plain")
        assert "has the new value" in screen.press("Save").html()
    finally:
        portal.amend_property("0-1", "insurance_number", {"dataSensitivity": "sensitive"})


def test_a_shown_value_goes_with_its_time(screen: Any, contact: str) -> None:
    """A highly sensitive value takes a second confirmation; once it has forgotten itself, neither
    the page nor the session has it. While it is shown it can be corrected at once."""
    _button(_find(screen), f"open-{contact}")
    _button(screen, "reveal-diagnosis")
    screen.widget("Why do you need to see it?").set_value(Purpose.CARE)
    assert "Confirm that you really mean" in screen.press("Show for 5 seconds").html()
    screen.widget("It is highly sensitive, and I really need to see it").check()
    assert "CANARY-cough" in screen.press("Show for 5 seconds").html()
    keys = {str(one.key) for one in screen.test.button}
    assert {"hide", "correct-diagnosis"} <= keys
    assert "reveal-diagnosis" not in keys
    shown = screen.test.session_state["desk"].records.revealed
    shown.forget()
    assert "CANARY-cough" not in screen.run().html()


def test_leaving_the_page_lets_everything_go(screen: Any, contact: str) -> None:
    """What was searched, found, opened, typed and shown is gone as soon as another page is."""
    _button(_find(screen), f"open-{contact}")
    _button(screen, "correct-lastname")
    screen.widget("Last name").set_value("CANARY-typed")
    screen.run()
    desk = screen.test.session_state["desk"].records
    assert desk.record is not None
    screen.go("inbox.py")
    assert (desk.record, desk.found, desk.wanted, desk.deed, desk.revealed) == (None,) * 5
    state = repr(screen.test.session_state)
    assert "rec-" not in state
    assert "CANARY" not in state


def test_a_link_names_a_record_and_asks_before_it_reveals(screen: Any, contact: str) -> None:
    """The inbox's link opens the record and asks for the purpose; it shows no value by itself. A
    wrong one says what is wrong."""
    page = screen.go("records.py", object="0-1", id=contact, property="diagnosis").html()
    assert "Look at Diagnosis" in page
    assert "CANARY-cough" not in page + _held(screen)
    screen.press("Not now")
    assert "Look at Diagnosis" not in screen.html()
    for query, words in (
        ({"object": "planets", "id": contact}, "no such object type"),
        ({"object": "0-1", "id": "7/../1"}, "no record&#x27;s id"),
        ({"object": "0-1", "id": "4711"}, "There is no such record"),
        ({"object": "0-1", "id": contact, "property": "nothing"}, "no such property"),
    ):
        assert words in screen.go("records.py", **query).html(), words


def test_a_record_is_made_and_archived(screen: Any, contact: str) -> None:
    """Each asks first; what was typed for the new one is in no box afterwards."""
    screen.go("records.py")
    _button(screen, "new")
    assert "Nothing was typed" in screen.press("Create").html()
    screen.widget("First name").set_value("CANARY-new")
    page = screen.press("Create").html()
    assert "It is record" in page
    assert "CANARY-new" not in repr(screen.test.session_state)
    _button(screen, "archive")
    assert "90 days" in screen.html()
    assert "Archived" in screen.press("Yes, archive it").html()


def test_what_cannot_be_searched_says_why(screen: Any, contact: str) -> None:
    """By property, with its choices; a highly sensitive one is not offered."""
    screen.go("records.py")
    screen.widget("Find by").set_value(Way.PROPERTY)
    screen.run()
    offered = screen.widget("Property").options
    assert "Passport number" in offered
    assert "Diagnosis" not in offered
    screen.widget("Property").set_value("contract_type")
    screen.run()
    screen.widget("Kind of contract").set_value("permanent")
    assert "Ada Canary" in screen.press("Search").html()


def test_more_is_shown_page_by_page(
    screen: Any, gateway: Gateway, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next page comes after the first; what was looked for is in no box meanwhile."""
    monkeypatch.setattr(record_search, "PAGE", 1)
    gateway.records.create("contacts", {"lastname": Secret("Canary")}, by=LOCAL_OPERATOR)
    screen.go("records.py")
    screen.widget("Find by").set_value(Way.WORDS)
    screen.run()
    screen.widget("Words").set_value("canary")
    page = screen.press("Search").html()
    assert "2 contacts" in page
    assert page.count("si-hit") == 1
    assert "canary" not in _held(screen)
    page = screen.press("Show more").html()
    assert page.count("si-hit") == 2
    assert "Show more" not in {button.label for button in screen.test.button}


def test_a_sensitive_value_to_look_for_is_dots(screen: Any, contact: str) -> None:
    """Its box is one of the masked ones; an ordinary property's is not."""
    screen.go("records.py")
    screen.widget("Find by").set_value(Way.PROPERTY)
    screen.run()
    masked = {}
    for name in ("passport_number", "lastname"):
        screen.widget("Property").set_value(name)
        screen.run()
        masked[name] = "masked-rec-" in _blocks(screen.test.main)
    assert masked == {"passport_number": True, "lastname": False}


def _blocks(block: Any) -> str:
    """The names of everything in a part of the page."""
    children = getattr(block, "children", {}).values()
    return f"{getattr(block, 'proto', '')}" + "".join(_blocks(child) for child in children)


def test_the_accounts_own_objects_can_be_chosen(screen: Any, contact: str) -> None:
    """They stand after HubSpot's own; what belongs to the one before is let go."""
    _button(_find(screen), f"open-{contact}")
    offered = screen.widget("Records").options
    assert offered[:3] == ["Contacts", "Companies", "Deals"]
    assert "Insurance policies" in offered
    screen.widget("Records").set_value("2-41007216")
    page = screen.run().html()
    assert "Ada Canary" not in page
    assert screen.test.session_state["desk"].records.found is None
    screen.widget("Words").set_value("nothing like it")
    assert "No record fits" in screen.press("Search").html()


def test_a_missing_scope_is_explained_beside_the_rest(
    screen: Any, emulator: Any, contact: str, gateway: Gateway, tmp_path: Any
) -> None:
    """The ordinary part of a record is shown, and which scope the rest takes."""
    settings = load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_RECORDS_TOKEN": emulator.portal.issue_token(["crm.objects.contacts.read"]),
            "HUBSPOT_API_BASE": emulator.api_base,
            "GATEWAY_DATA_DIR": str(tmp_path),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as narrow:
        bootstrap.serve(narrow)
        try:
            page = screen.go("records.py", object="contacts", id=contact).html()
            screen.widget("Records").set_value("0-3")
            closed = screen.run().html()
            screen.widget("Records").set_value("0-1")
            again = screen.run().html()
        finally:
            bootstrap.serve(gateway)
    assert "crm.schemas.deals.read" in closed
    assert "crm.schemas.deals.read" not in again
    assert "Ada Canary" in page
    assert "crm.objects.contacts.sensitive.read" in page
    assert "crm.objects.contacts.highly_sensitive.read" in page


def test_the_tables_of_the_page_are_complete() -> None:
    """Every deed has its question, its permission and what it does; every way its words; every
    object type a name and what a new one is asked."""
    assert set(record_deeds._QUESTIONS) == set(record_deeds.PERMISSIONS) == set(Deed)
    assert set(record_deeds._CARRY_OUT) == set(Deed) - {Deed.CREATE}
    assert set(record_search.WAY_WORDS) == set(Way)
    assert set(record_search.NAMES) == set(record_deeds.NEW) == set(OBJECT_TYPES)


def test_who_may_not_see_records_has_no_way_there() -> None:
    """No link without the permission; who may not reveal is offered no sensitive property to
    compare."""
    assert "records.py" in {place.file for place in places.places_of(LOCAL_OPERATOR)}
    assert not places.leads_to("records.py", User("i", "I", frozenset({Role.INTAKE})))
    assert not AUDITOR.may(Permission.REVEAL)
    known = [Property(name=of.value, data_sensitivity=of.value) for of in Sensitivity]
    offered = {by: set(record_search.choices(known, by)) for by in (LOCAL_OPERATOR, AUDITOR)}
    assert offered[LOCAL_OPERATOR] == {"non_sensitive", "sensitive"}
    assert offered[AUDITOR] == {"non_sensitive"}


@pytest.mark.parametrize(
    ("field_type", "options", "text", "state"),
    [
        ("text", (), "x", "x"),
        ("textarea", (), "x", "x"),
        ("checkbox", ("a", "b"), "a;b", ["a", "b"]),
        ("select", ("a", "b"), "a", "a"),
        ("checkbox", (), "a;b", "a;b"),
    ],
)
def test_every_box_gives_back_what_was_put_in(
    field_type: str, options: tuple[str, ...], text: str, state: object
) -> None:
    """From HubSpot's text to a widget's state and back."""
    one = Property(name="p", field_type=field_type,
                   options=tuple(PropertyOption(value) for value in options))  # fmt: skip
    box = record_boxes.box_of(one)
    assert box.state(text) == state
    assert box.value(state) == text
    assert box.value(None) == ""


def test_what_comes_from_hubspot_stays_text() -> None:
    """Labels and values with markup are shown as they are; a value is told to last."""
    field = RecordField("p", "<b>P</b>", Sensitivity.SENSITIVE, Presence.SET)
    told = record_sheet.line(field, None) + record_sheet.revealed("<script>", 4.2)
    assert "<script>" not in told
    assert 'data-left="4.2"' in told
    empty = Found("2-1", MAX_DEPTH + 1, (Record("2-1", "7", (field,)),))
    assert record_search.title(empty) == "10,001 records"
    assert empty.beyond
    assert "P: has a value" in record_search.hit(empty.records[0])


def test_a_tab_forgets_what_was_typed() -> None:
    """A new instance has new keys, so a box is empty once it was taken."""
    first, second = RecordDesk(), RecordDesk()
    assert first.key("value") != second.key("value")
    assert "value" not in repr(first.wanted)
