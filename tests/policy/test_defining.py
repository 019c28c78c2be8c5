"""What may be defined is judged before HubSpot is asked, with every reason at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.domain.errors import Reason
from gateway.domain.objects import APPOINTMENT, CONTACT, TICKET, ObjectType, object_type
from gateway.domain.properties import ModificationMetadata
from gateway.domain.property_definitions import (
    ClassGap,
    DefinedOption,
    DefinedProperty,
    ListedProperty,
    PropertyListing,
    PropertyWish,
    WishedOption,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.defining import (
    archive_problems,
    as_wish,
    change_problems,
    completed,
    creation_problems,
    differences,
    needs_of,
)

GOOD = PropertyWish(
    label="Blood group",
    type="string",
    field_type="text",
    group_name="health",
    data_sensitivity=Sensitivity.SENSITIVE,
)
PRESENT = DefinedProperty(
    "blood_group",
    label="Blood group",
    type="enumeration",
    field_type="select",
    group_name="health",
    data_sensitivity="sensitive",
    form_field=True,
    options=(DefinedOption("a", "A", display_order=0), DefinedOption("b", "B", display_order=1)),
)


def kind_of(type_id: str) -> ObjectType:
    """A row of the table."""
    kind = object_type(type_id)
    assert kind is not None
    return kind


def created(wish: PropertyWish, name: str = "blood_group", **more: Any) -> list[str]:
    """The codes of what keeps a property from being created."""
    kind = kind_of(more.pop("type_id", CONTACT))
    known = more.pop("known", ())
    unseen = tuple(ClassGap(one, ()) for one in more.pop("unseen", ()))
    present = PropertyListing(kind, tuple(map(ListedProperty, known)), unseen)
    return codes(
        creation_problems(
            kind, name, wish, present=present, groups={"health"},
            allows_sensitive=more.pop("allows", True), revive=more.pop("revive", False),
        )
    )  # fmt: skip


def changed(**said: Any) -> list[str]:
    """The codes of what keeps the present property from being changed."""
    return codes(
        change_problems(kind_of(CONTACT), PRESENT, PropertyWish(**said), {"health", "visits"})
    )


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    """Their codes, in order."""
    return [one.code for one in reasons]


def with_(**said: Any) -> PropertyWish:
    """The good wish with something else."""
    return msgspec.structs.replace(GOOD, **said)


CHOICES = {"type": "enumeration", "field_type": "select"}


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (GOOD, []),
        (PropertyWish(), ["missing"]),
        (with_(label=" "), ["empty_label"]),
        (with_(label="x" * 256), ["label_too_long"]),
        (with_(label="a\u0000b"), ["odd_character"]),
        (with_(label="a\nb"), ["odd_character"]),
        (with_(description="line\nline"), []),
        (with_(description="x" * 2001), ["description_too_long"]),
        (with_(description="\ud800"), ["odd_character"]),
        (with_(group_name="nowhere"), ["no_such_group"]),
        (with_(type="text"), ["unknown_type"]),
        (with_(field_type="input"), ["unknown_field_type"]),
        (with_(field_type="number"), ["wrong_pair"]),
        (with_(field_type="html", form_field=True), ["not_on_forms"]),
        (with_(field_type="calculation_equation"), ["formula_missing"]),
        (with_(options=(WishedOption("a"),)), ["options_not_allowed"]),
        (with_(**CHOICES), ["options_missing"]),
        (with_(**CHOICES, options=(WishedOption("a"),)), []),
        (with_(**CHOICES, options=(WishedOption(""),)), ["empty_option"]),
        (with_(**CHOICES, options=(WishedOption("a;b"),)), ["option_with_semicolon"]),
        (with_(**CHOICES, options=(WishedOption("a", "A"), WishedOption("a", "B"))), ["duplicate_value"]),
        (with_(**CHOICES, options=(WishedOption("a", "A"), WishedOption("b", "A"))), ["duplicate_label"]),
        (with_(**CHOICES, options=(WishedOption("a" * 300),)), ["label_too_long"]),
        (with_(**CHOICES, options=tuple(WishedOption(str(n)) for n in range(5001))), ["too_many_options"]),
        (with_(type="bool", field_type="booleancheckbox", options=(WishedOption("yes"),)),
         ["options_not_boolean"]),
        (with_(label="", group_name="x", type="date"), ["empty_label", "no_such_group", "wrong_pair"]),
    ],
)  # fmt: skip
def test_a_new_property_is_judged_whole(wish: PropertyWish, found: list[str]) -> None:
    """Each fault has its reason, and several come together."""
    assert created(wish) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", "invalid_name"), ("Blood", "invalid_name"), ("1st", "invalid_name"),
        ("a-b", "invalid_name"), ("a b", "invalid_name"), ("né", "invalid_name"),
        ("x" * 101, "invalid_name"), ("a\n", "invalid_name"), ("../x", "invalid_name"),
        ("hs_own", "reserved_name"), ("groups", "reserved_name"), ("batch", "reserved_name"),
    ],
)  # fmt: skip
def test_wrong_names(name: str, found: str) -> None:
    """A name HubSpot would not take, or could not be asked for again, is refused."""
    assert created(GOOD, name) == [found]


def test_a_taken_name_and_the_name_of_an_archived_one() -> None:
    """A living one is in the way; an archived one comes back when that is said, in its class."""
    put_away = msgspec.structs.replace(PRESENT, archived=True)
    assert created(GOOD, known=[PRESENT]) == ["name_taken"]
    assert created(GOOD, known=[PRESENT], revive=True) == ["name_taken"]
    assert created(GOOD, known=[put_away]) == ["name_of_archived"]
    assert created(GOOD, known=[put_away], revive=True) == []
    other = with_(data_sensitivity=Sensitivity.NON_SENSITIVE)
    assert created(other, known=[put_away], revive=True) == ["other_class_archived"]
    unknown = msgspec.structs.replace(put_away, data_sensitivity=None)
    assert created(GOOD, known=[unknown], revive=True) == ["other_class_archived"]


def test_a_name_is_free_only_where_every_class_can_be_read() -> None:
    """An archived property of a class that is not shown could come back under another one."""
    assert created(GOOD, unseen=[Sensitivity.HIGHLY_SENSITIVE]) == ["name_unseen"]


def test_classes_an_object_cannot_have() -> None:
    """No app reaches a highly sensitive appointment; a custom object must allow sensitive ones."""
    highly = with_(data_sensitivity=Sensitivity.HIGHLY_SENSITIVE)
    assert created(highly, type_id=APPOINTMENT) == ["class_impossible"]
    assert created(GOOD, type_id=APPOINTMENT) == []
    assert created(GOOD, type_id="2-7", allows=False) == ["sensitive_not_allowed"]
    plain = with_(data_sensitivity=Sensitivity.NON_SENSITIVE)
    assert created(plain, type_id="2-7", allows=False) == []
    assert needs_of(kind_of(APPOINTMENT), Sensitivity.HIGHLY_SENSITIVE) == ()
    assert [need.name for need in needs_of(kind_of(TICKET), Sensitivity.SENSITIVE)] == [
        "tickets", "tickets.sensitive",
    ]  # fmt: skip


def test_ten_unique_properties_are_the_most() -> None:
    """An eleventh is refused; archived ones do not count."""
    many = [DefinedProperty(f"u{n}", has_unique_value=True) for n in range(10)]
    unique = with_(has_unique_value=True)
    assert created(unique, known=many) == ["too_many_unique"]
    many[3] = msgspec.structs.replace(many[3], archived=True)
    assert created(unique, known=many) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, []),
        ({"label": "Blood"}, []),
        ({"data_sensitivity": Sensitivity.SENSITIVE}, []),
        ({"data_sensitivity": Sensitivity.NON_SENSITIVE}, ["fixed_class"]),
        ({"data_sensitivity": Sensitivity.HIGHLY_SENSITIVE, "label": ""}, ["fixed_class", "empty_label"]),
        ({"has_unique_value": False}, []),
        ({"has_unique_value": True}, ["fixed"]),
        ({"group_name": "visits"}, []),
        ({"group_name": "nowhere"}, ["no_such_group"]),
        ({"options": ()}, ["options_missing"]),
        ({"field_type": "radio"}, []),
        ({"field_type": "text"}, ["wrong_pair"]),
        ({"type": "string", "field_type": "text"}, ["options_not_allowed"]),
        ({"form_field": False}, []),
    ],
)  # fmt: skip
def test_a_change_is_judged_by_what_it_touches(said: dict[str, Any], found: list[str]) -> None:
    """The class is never changed, and what is said already is no change."""
    assert changed(**said) == found


def test_the_way_out_of_a_class_is_told() -> None:
    """Whoever wants another class reads: create a new one, move the values, archive the old."""
    wish = PropertyWish(data_sensitivity=Sensitivity.HIGHLY_SENSITIVE)
    (why,) = change_problems(kind_of(CONTACT), PRESENT, wish, ())
    for words in (
        "Create a new property",
        "highly sensitive",
        "move the values",
        "archive blood_group",
    ):
        assert words in why.sentence


def test_archived_and_hubspots_own_definitions_stay() -> None:
    """Neither is changed nor archived."""
    put_away = msgspec.structs.replace(PRESENT, archived=True)
    own = msgspec.structs.replace(
        PRESENT, modification_metadata=ModificationMetadata(False, read_only_definition=True)
    )
    new = PropertyWish(label="Other")
    assert codes(change_problems(kind_of(CONTACT), put_away, new, ())) == ["archived"]
    assert codes(change_problems(kind_of(CONTACT), own, new, ())) == ["hubspots_own"]
    assert codes(tuple(archive_problems(put_away))) == ["archived"]
    assert codes(tuple(archive_problems(own))) == ["not_archivable"]
    assert not tuple(archive_problems(PRESENT))


def test_only_what_differs_is_a_difference() -> None:
    """A definition wished for as it is differs in nothing; each part is told alone."""
    assert differences(PRESENT, as_wish(PRESENT)) == PropertyWish()
    wish = msgspec.structs.replace(as_wish(PRESENT), label="Other", hidden=True)
    assert differences(PRESENT, wish) == PropertyWish(label="Other", hidden=True)
    unsaid = msgspec.structs.replace(PRESENT, form_field=None)
    assert differences(unsaid, PropertyWish(form_field=False)) == PropertyWish()
    turned = (WishedOption("b", "B"), WishedOption("a", "A"))
    assert differences(PRESENT, PropertyWish(options=turned)).said() == {"options"}
    assert not differences(PRESENT, PropertyWish(options=turned[::-1])).said()


def test_a_new_property_is_completed() -> None:
    """Forms may show what they can, and yes-or-no has its two options."""
    assert completed(GOOD).form_field is True
    assert completed(with_(field_type="html")).form_field is False
    assert completed(with_(form_field=False)).form_field is False
    boolean = completed(with_(type="bool", field_type="booleancheckbox"))
    assert [one.value for one in boolean.options or ()] == ["true", "false"]
