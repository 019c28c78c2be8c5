"""What a property's definition allows: whose value is shown, what is written, which scopes."""

from __future__ import annotations

import pytest

from gateway.domain.answers import Secret
from gateway.domain.objects import OBJECT_TYPES, object_type
from gateway.domain.properties import ModificationMetadata, Property
from gateway.domain.records import MAX_BODY, MAX_VALUE
from gateway.domain.scopes import Access
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.record_rules import (
    ENVELOPE_BYTES,
    KEPT_BY_HUBSPOT,
    class_of,
    needs,
    reading_faults,
    size_of,
    writing_faults,
)

CONTACT = OBJECT_TYPES["0-1"]


def prop(name: str = "p", sensitivity: str | None = "non_sensitive", **more: object) -> Property:
    """A definition."""
    return Property(name, "P", "string", "text", data_sensitivity=sensitivity, **more)  # type: ignore[arg-type]  # by name


def living(*found: Property) -> dict[str, tuple[Property, ...]]:
    """Definitions by name."""
    by_name: dict[str, tuple[Property, ...]] = {}
    for one in found:
        by_name[one.name] = (*by_name.get(one.name, ()), one)
    return by_name


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([prop()], Sensitivity.NON_SENSITIVE),
        ([prop(sensitivity="sensitive")], Sensitivity.SENSITIVE),
        ([prop(sensitivity="highly_sensitive")], Sensitivity.HIGHLY_SENSITIVE),
        ([prop(sensitivity=None)], None),
        ([prop(sensitivity="SENSITIVE")], None),
        ([prop(), prop(sensitivity="sensitive")], None),
        ([prop(), prop()], None),
        ([], None),
    ],
)
def test_the_class_of_a_property(found: list[Property], expected: Sensitivity | None) -> None:
    """The one HubSpot names; none where it names none, or the name stands there twice."""
    assert class_of("p", living(*found)) is expected


def test_what_every_record_has_is_ordinary() -> None:
    """HubSpot's own moments and ids are shown though no definition is listed, and never written."""
    for name in KEPT_BY_HUBSPOT:
        assert class_of(name, {}) is Sensitivity.NON_SENSITIVE
        assert not reading_faults([name], {}, (), CONTACT)
        written = writing_faults({name: Secret("1")}, {}, (), CONTACT)
        assert written[name].code == "read_only"


@pytest.mark.parametrize(
    ("found", "value", "code"),
    [
        (prop(), "x", None),
        (prop(), "", None),
        (prop(sensitivity="highly_sensitive"), "x", None),
        (prop(sensitivity=None), "x", "class_unknown"),
        (prop(archived=True), "x", "archived_property"),
        (prop(calculated=True), "x", "calculated"),
        (prop(modification_metadata=ModificationMetadata(read_only_value=True)), "x", "read_only"),
        (prop(), "x" * MAX_VALUE, None),
        (prop(), "x" * (MAX_VALUE + 1), "too_long"),
        (prop(), "a\0b", "not_text"),
        (prop(), "a\udfff", "not_text"),
        (prop(), "\U0001f600\n\t", None),
        (prop(), "4111 1111 1111 1111", "looks_sensitive"),
        (prop(sensitivity="sensitive"), "4111 1111 1111 1111", None),
    ],
)
def test_what_may_be_written(found: Property, value: str, code: str | None) -> None:
    """Each thing that stands against a value, by its name."""
    faults = writing_faults({"p": Secret(value)}, living(found), (), CONTACT)
    assert {name: why.code for name, why in faults.items()} == ({"p": code} if code else {})


def test_what_is_not_there() -> None:
    """An archived name is told apart from an unknown one."""
    faults = reading_faults(["gone", "never"], {}, {"gone"}, CONTACT)
    assert {name: why.code for name, why in faults.items()} == {
        "gone": "archived_property", "never": "unknown_property",
    }  # fmt: skip


def test_a_record_has_an_end() -> None:
    """All values together fit a request of 1 MiB, counted as they are sent."""
    names = [f"p{n}" for n in range(20)]
    found = living(*(prop(name) for name in names))
    fits = {name: Secret("ä" * 25_000) for name in names}
    assert size_of(fits) < MAX_BODY - ENVELOPE_BYTES
    assert not writing_faults(fits, found, (), CONTACT)
    beyond = {name: Secret('"' * 30_000) for name in names}
    assert {n: w.code for n, w in writing_faults(beyond, found, (), CONTACT).items()} == {
        "": "too_large"
    }


@pytest.mark.parametrize("access", Access)
def test_which_scopes_it_takes(access: Access) -> None:
    """The object's own, and one for each sensitive class that is named, each once."""
    found = living(
        prop("a"), prop("b", "sensitive"), prop("c", "highly_sensitive"), prop("d", "sensitive")
    )
    assert [need.name for need in needs(CONTACT, "abcd", found, access)] == [
        f"crm.objects.contacts.{access}",
        f"crm.objects.contacts.sensitive.{access}",
        f"crm.objects.contacts.highly_sensitive.{access}",
    ]
    assert [need.name for need in needs(CONTACT, "a", found, access)] == [
        f"crm.objects.contacts.{access}"
    ]
    assert [need.name for need in needs(OBJECT_TYPES["0-5"], "b", found, access)] == [
        "tickets", "tickets.sensitive",
    ]  # fmt: skip
    custom = object_type("2-7")
    assert custom is not None
    assert needs(custom, "b", found, access)[1].name == f"crm.objects.custom.sensitive.{access}"
