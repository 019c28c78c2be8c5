"""The page of properties over a real gateway: what it lists, makes, changes and archives."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway import bootstrap
from gateway.domain.property_definitions import ClassGap, PropertyListing
from gateway.domain.property_types import NOT_ON_FORMS, PAIRS, PropertyFieldType, PropertyType
from gateway.domain.scope_plans import NeedState
from gateway.domain.scopes import ScopeNeed
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR as ME
from gateway.domain.users import Role
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.ui import properties as page
from gateway.ui.property_desk import Deed
from gateway.ui.property_forms import CLASS_HELP, KINDS, options_of, suggested
from gateway.ui.property_table import gaps, kind_words


@pytest.fixture(scope="module")
def gateway(emulator: Emulator, tmp_path_factory: Any) -> Any:
    """A gateway whose desk may define everything."""
    emulator.portal.amend_switches(rate_limit=0)
    settings = load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_RECORDS_TOKEN": emulator.desk_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_FORMS_BASE": emulator.forms_base,
            "GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as opened:
        bootstrap.serve(opened)
        yield opened
        bootstrap.serve(None)


def test_all_three_classes_stand_in_one_table(screen: Any) -> None:
    """Every living property has a row with its class; archived ones come when asked for."""
    screen.go("properties.py")
    html = screen.html()
    for name in ("email", "passport_number", "diagnosis"):
        assert f'data-si-text="{name}"' in html
    for sensitivity in Sensitivity:
        assert f'data-level="{sensitivity}"' in html
    assert "visitor_badge_color" not in html
    screen.widget("Archived, too").check()
    screen.run()
    assert "visitor_badge_color" in screen.html()


def test_typing_narrows_the_table_and_a_whole_name_opens_it(screen: Any) -> None:
    """A part of a name or label filters; the whole name opens the property and hides nothing."""
    screen.go("properties.py")
    screen.widget("Find a property").set_value("passport")
    screen.run()
    html = screen.html()
    assert 'data-si-text="passport_number"' in html
    assert 'data-si-text="email"' not in html
    screen.widget("Find a property").set_value("passport_number")
    screen.run()
    html = screen.html()
    assert 'data-si-text="email"' in html
    assert "si-detail-title" in html
    assert screen.widget("Label").value == "Passport number"


def test_a_long_list_comes_in_parts(
    gateway: Any, screen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many rows at first, the number of all, and more at a press."""
    monkeypatch.setattr(page, "PAGE", 30)
    screen.go("properties.py")
    screen.test.session_state["desk"].properties.rows = 5
    screen.run()
    assert screen.html().count("data-si-row") == 5
    assert "60 contact properties" in screen.html()
    screen.press("Show more")
    assert screen.html().count("data-si-row") == 35
    screen.press("Show more")
    assert not [button for button in screen.test.button if button.label == "Show more"]


def test_an_object_and_a_class_are_chosen(screen: Any) -> None:
    """Another object shows its own properties, another class only its own."""
    screen.go("properties.py")
    screen.widget("Class").set_value(Sensitivity.HIGHLY_SENSITIVE)
    screen.run()
    assert 'data-si-text="passport_number"' not in screen.html()
    screen.widget("Class").set_value("")
    screen.widget("Object").set_value("0-5")
    screen.run()
    assert "ticket properties" in screen.html()


def test_a_property_is_made_changed_and_put_away(screen: Any, gateway: Any) -> None:
    """The journey of one property; each press tells what came of it."""
    screen.go("properties.py").press("New property")
    screen.widget("Label").set_value("Blood group")
    boxes = [box for box in screen.test.selectbox if box.label == "Class"]
    boxes[-1].set_value(Sensitivity.SENSITIVE)
    screen.widget("Kind of answer").set_value("enumeration/select")
    screen.run()
    screen.widget("Choices").set_value("a = A\nb")
    screen.run().press("Create property")
    assert "Created." in screen.html()
    made = gateway.properties.get("contacts", "blood_group", by=ME)
    assert made.sensitivity is Sensitivity.SENSITIVE
    assert [(one.value, one.label) for one in made.definition.choices] == [("a", "A"), ("b", "b")]
    screen.widget("Find a property").set_value("blood_group")
    screen.run()
    screen.widget("Label").set_value("Blood group and factor")
    screen.run().press("Save changes")
    assert "Changed." in screen.html()
    changed = gateway.properties.get("contacts", "blood_group", by=ME).definition
    assert changed.label == "Blood group and factor"
    assert len(changed.choices) == 2
    screen.press("Archive")
    assert "permanently deleted after 90 days" in screen.html()
    screen.press("Keep it").press("Archive").press("Yes, archive it")
    assert "Archived." in screen.html()
    assert gateway.properties.get("contacts", "blood_group", by=ME).definition.archived
    screen.press("New property")
    screen.widget("Label").set_value("Blood group")
    screen.run()
    assert "Bring the archived property blood_group back under this definition" in screen.labels()


def test_what_is_missing_is_told_and_nothing_typed_is_lost(screen: Any) -> None:
    """A refusal says every reason; the form stays open with what was typed."""
    screen.go("properties.py").press("New property")
    screen.widget("Internal name").set_value("Not A Name")
    screen.run().press("Create property")
    html = screen.html()
    assert "A new property needs a label, a class" in html
    assert "begins with a letter" in html
    assert screen.widget("Internal name").value == "Not A Name"


def test_hubspots_own_definitions_have_no_boxes(screen: Any) -> None:
    """What nobody may change offers nothing to press."""
    screen.go("properties.py")
    screen.widget("Find a property").set_value("createdate")
    screen.run()
    assert "does not let anybody change" in screen.html()
    assert not [b for b in screen.test.button if b.label in ("Save changes", "Archive")]


def _as(role: str) -> None:
    from gateway import bootstrap
    from gateway.domain.users import Role, User
    from gateway.ui import properties

    properties.show(bootstrap.served(), User("u", "U", frozenset({Role(role)})))


def test_who_may_only_look_finds_nothing_to_press(gateway: Any) -> None:
    """An auditor sees the table and the definition, and no button that changes anything."""
    test = AppTest.from_function(_as, kwargs={"role": Role.AUDITOR}, default_timeout=20).run()
    assert not test.exception
    assert [button.label for button in test.button] == ["Look again"]


def test_a_gap_is_told_by_object_and_class() -> None:
    """Which class is not shown and which scope would show it; nothing where nothing is missing."""
    from gateway.domain.objects import OBJECT_TYPES

    listing = PropertyListing(
        OBJECT_TYPES["0-5"], (), (ClassGap(Sensitivity.SENSITIVE, ("tickets.sensitive",)),)
    )
    lacking = NeedState(
        ScopeNeed("tickets", ("tickets",), "create and change ticket properties"), False
    )
    told = gaps(listing, [lacking])
    assert "sensitive ticket properties are not shown" in told
    assert "tickets.sensitive" in told
    assert "may not create and change ticket properties" in told
    assert gaps(PropertyListing(OBJECT_TYPES["0-5"], ()), []) == ""


def test_the_tables_of_the_page_are_complete() -> None:
    """Each class has its help, each deed its work, each kind of answer its own words."""
    assert set(CLASS_HELP) == set(Sensitivity)
    assert set(page.DEEDS) == set(Deed)
    words = [kind_words(*kind.split("/")) for kind in KINDS]
    assert len(set(words)) == len(words)
    assert {kind for kind, _ in KINDS.values()} == set(PAIRS) - {PropertyType.PHONE_NUMBER}
    assert {field for _, field in KINDS.values()} == set(PropertyFieldType) - {
        PropertyFieldType.CALCULATION
    }
    assert {PropertyFieldType.CALCULATION, PropertyFieldType.HTML} == NOT_ON_FORMS
    assert kind_words("odd", "thing") == "odd/thing"


@pytest.mark.parametrize(
    ("label", "name"),
    [("Blood group", "blood_group"), (" A & B! ", "a_b"), ("2nd name", "n2nd_name"), ("Größe", "gr_sse"),
     ("", ""), ("x" * 200, "x" * 100), ("日本", "")],
)  # fmt: skip
def test_a_name_is_made_from_a_label(label: str, name: str) -> None:
    """Small letters, digits and _; a letter first."""
    assert suggested(label) == name


def test_choices_are_read_line_by_line() -> None:
    """value = label, or the value alone; empty lines are nothing."""
    read = options_of("a = A\n\n b \nc=C=3")
    assert [(one.value, one.label) for one in read] == [("a", "A"), ("b", ""), ("c", "C=3")]
