"""Definitions of properties, on a real gateway over a real emulator, in both editions."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from samples import IDENTIFICATION, PATIENT, World

from gateway.domain.audit import Action
from gateway.domain.errors import PermissionDenied, PropertyRefused
from gateway.domain.hubspot_errors import Unavailable
from gateway.domain.objects import OBJECT_TYPES
from gateway.domain.property_definitions import PropertyWish, WishedOption
from gateway.domain.property_faults import DefinitionUnclear
from gateway.domain.record_errors import MissingScope
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR as ME
from gateway.domain.users import Role, User
from gateway.policy.defining import completed
from gateway.usecases.gateway import Gateway
from gateway.usecases.property_changes import archive, create
from gateway.usecases.property_changes import change as change_property
from gateway.usecases.property_groups import create_group

CUSTOM = "2-41007216"
BLOOD = PropertyWish(
    label="Blood group",
    type="enumeration",
    field_type="select",
    group_name="health",
    data_sensitivity=Sensitivity.SENSITIVE,
    options=(WishedOption("a", "A"), WishedOption("b", "B", description="as on the card")),
)
GROUPS = {"contacts": "contactinformation", "companies": "companyinformation",
          "deals": "dealinformation", "tickets": "ticketinformation",
          "appointments": "appointmentinformation", "projects": "projectinformation"}  # fmt: skip


def opened(world: World, edition: str = "v3", **more: str) -> Gateway:
    """A gateway whose desk has every scope."""
    token = {"HUBSPOT_RECORDS_TOKEN": world.emulator.desk_token, **more}
    return world.open(HUBSPOT_EDITION=edition, **token)


def text(sensitivity: Sensitivity, group: str = "health", **more: Any) -> PropertyWish:
    """A wish for a line of text."""
    return PropertyWish(label=more.pop("label", "Text"), type="string", field_type="text",
                        group_name=group, data_sensitivity=sensitivity, **more)  # fmt: skip


def codes(caught: pytest.ExceptionInfo[PropertyRefused]) -> list[str]:
    """The codes of a refusal."""
    return [one.code for one in caught.value.reasons]


def writes(world: World) -> list[str]:
    """The calls that changed definitions, as the emulator saw them."""
    return [
        f"{entry.method} {entry.path}"
        for entry in world.portal.journal.entries()
        if entry.method != "GET" and "/propert" in entry.path and "/batch/read" not in entry.path
    ]


@pytest.mark.parametrize(
    ("edition", "sensitivity"),
    [*(("v3", one) for one in Sensitivity), ("2026-09", Sensitivity.HIGHLY_SENSITIVE)],
)
def test_a_property_lives(world: World, edition: str, sensitivity: Sensitivity) -> None:
    """In each class and edition: created, listed, read, edited, archived, brought back."""
    properties = opened(world, edition).properties
    wish = msgspec.structs.replace(BLOOD, data_sensitivity=sensitivity)
    made = properties.create("contacts", "blood_group", wish, by=ME)
    assert (made.sensitivity, made.definition.form_field) == (sensitivity, True)
    listed = properties.list("contact", by=ME).find("blood_group")
    assert listed is not None
    assert [(c.value, c.label, c.description) for c in listed.definition.choices] == [
        ("a", "A", ""), ("b", "B", "as on the card"),
    ]  # fmt: skip
    changed = properties.edit("0-1", "blood_group", PropertyWish(label="Blood"), by=ME)
    assert (changed.definition.label, changed.sensitivity) == ("Blood", sensitivity)
    properties.archive("contacts", "blood_group", by=ME)
    assert properties.get("contacts", "blood_group", by=ME).definition.archived
    assert properties.list("contacts", by=ME).find("blood_group") is None
    assert properties.list("contacts", by=ME, archived=True).find("blood_group") is not None
    with pytest.raises(PropertyRefused) as caught:
        properties.create("contacts", "blood_group", wish, by=ME)
    assert codes(caught) == ["name_of_archived"]
    assert properties.create("contacts", "blood_group", wish, by=ME, revive=True).name
    seen = {entry.path for entry in world.portal.journal.entries() if "/propert" in entry.path}
    assert all((f"/{edition}/" in path) for path in seen if "validations" not in path)


@pytest.mark.parametrize("object_type", [*GROUPS, CUSTOM])
def test_every_object_type(world: World, object_type: str) -> None:
    """Sensitive properties of every object that may have them."""
    gateway = opened(world)
    group = GROUPS.get(object_type) or gateway.properties.groups.list(object_type, by=ME)[0].name
    made = gateway.properties.create(
        object_type, "case_note", text(Sensitivity.SENSITIVE, group), by=ME
    )
    assert made.sensitivity is Sensitivity.SENSITIVE
    assert (
        gateway.properties.list(object_type, by=ME).sensitivity("case_note")
        is Sensitivity.SENSITIVE
    )
    offered = {row.kind.id for row in gateway.properties.object_types(by=ME)}
    assert offered == {*OBJECT_TYPES, CUSTOM}


def test_nothing_is_asked_for_what_cannot_be(world: World) -> None:
    """Unknown objects, odd names, a class change and a taken name end before anything is sent."""
    properties = opened(world).properties
    refused = {
        "unknown_object": lambda: properties.list("widgets", by=ME),
        "no_such_property": lambda: properties.get("contacts", "../../x", by=ME),
        "fixed_class": lambda: properties.edit(
            "contacts", "passport_number", PropertyWish(data_sensitivity=Sensitivity.NON_SENSITIVE), by=ME
        ),
        "nothing_to_change": lambda: properties.edit("contacts", "passport_number", PropertyWish(), by=ME),
        "name_taken": lambda: properties.create("contacts", "email", text(Sensitivity.SENSITIVE), by=ME),
        "not_archivable": lambda: properties.archive("contacts", "email", by=ME),
        "archived": lambda: properties.archive("contacts", "visitor_badge_color", by=ME),
        "class_impossible": lambda: properties.create(
            "appointments", "x", text(Sensitivity.HIGHLY_SENSITIVE, "appointmentinformation"), by=ME
        ),
    }  # fmt: skip
    for code, work in refused.items():
        with pytest.raises(PropertyRefused) as caught:
            work()
        assert codes(caught) == [code]
    for unknown in ("2-999", "groups"):
        with pytest.raises(PropertyRefused):
            properties.get("contacts" if unknown == "groups" else unknown, "groups", by=ME)
    assert writes(world) == []


def test_the_strict_reading_of_get_finds_every_class(world: World) -> None:
    """Where HubSpot finds a property only under its class, it is found all the same."""
    properties = opened(world).properties
    for any_class in (True, False):
        world.portal.amend_switches(get_property_any_class=any_class)
        for name in ("email", "passport_number", "diagnosis"):
            assert properties.get("contacts", name, by=ME).name == name
        assert properties.get("contacts", "visitor_badge_color", by=ME).definition.archived


def test_a_class_without_its_scope_is_told_and_the_others_shown(world: World) -> None:
    """One class that HubSpot does not show is named with object, class and scope."""
    world.portal.amend_switches(sensitive_definitions_need_scope=True)
    token = world.portal.issue_token(
        ["crm.schemas.contacts.read", "crm.objects.contacts.sensitive.read"]
    )
    listing = opened(world, HUBSPOT_RECORDS_TOKEN=token).properties.list("contacts", by=ME)
    assert [gap.sensitivity for gap in listing.gaps] == [Sensitivity.HIGHLY_SENSITIVE]
    sentence = listing.gap_sentence(listing.gaps[0])
    assert "highly sensitive contact properties" in sentence
    assert "crm.objects.contacts.highly_sensitive.read" in sentence
    assert {row.sensitivity for row in listing.rows} == {
        Sensitivity.NON_SENSITIVE,
        Sensitivity.SENSITIVE,
    }


def test_a_missing_scope_is_told_before_anything_is_sent(world: World) -> None:
    """Which class of which object lacks which scope; nothing is sent, nothing audited as asked."""
    token = world.portal.issue_token(["crm.schemas.contacts.write"])
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=token)
    with pytest.raises(MissingScope) as caught:
        gateway.properties.create("contacts", "blood_group", text(Sensitivity.SENSITIVE), by=ME)
    assert "crm.objects.contacts.sensitive.write" in str(caught.value)
    assert writes(world) == []
    needs = gateway.properties.needs("contacts", by=ME)
    assert {state.need.name for state in needs if not state.held} == {
        "crm.objects.contacts.sensitive.write", "crm.objects.contacts.highly_sensitive.write",
    }  # fmt: skip
    gateway.properties.create("contacts", "plain", text(Sensitivity.NON_SENSITIVE), by=ME)


def test_the_audit_tells_each_change_twice(world: World) -> None:
    """What was asked, then what was made, with object, names and class; never a text."""
    gateway = opened(world)
    gateway.properties.create("contacts", "blood_group", BLOOD, by=ME)
    gateway.properties.edit("contacts", "blood_group", PropertyWish(label="canary-label"), by=ME)
    gateway.properties.archive("contacts", "blood_group", by=ME)
    gateway.properties.groups.create("contacts", "vitals", "canary-vitals", by=ME)
    rows = gateway._store.audit.rows()
    assert [(row.action, row.cause, row.sid, row.fields) for row in rows] == [
        (Action.DEFINITION_ASKED, "create property", "0-1", ("blood_group",)),
        (Action.PROPERTY_CREATED, "sensitive", "0-1", ("blood_group",)),
        (Action.DEFINITION_ASKED, "change property", "0-1", ("blood_group",)),
        (Action.PROPERTY_CHANGED, "sensitive", "0-1", ("blood_group",)),
        (Action.DEFINITION_ASKED, "archive property", "0-1", ("blood_group",)),
        (Action.PROPERTY_ARCHIVED, "sensitive", "0-1", ("blood_group",)),
        (Action.DEFINITION_ASKED, "create group", "0-1", ("vitals",)),
        (Action.GROUP_CREATED, None, "0-1", ("vitals",)),
    ]
    assert "canary" not in repr(rows)
    assert gateway._store.audit.verify() == (True, None)


def test_the_gate_sees_a_change_at_once(world: World) -> None:
    """What was read a moment before does not count: a form closes with its property, and opens
    with it again."""
    gateway = opened(world, GATEWAY_DEFINITION_MAX_AGE="3600")
    world.portal.amend_switches(property_in_use_kept=False)
    assert gateway.check(IDENTIFICATION, by=ME).open
    wish = text(Sensitivity.SENSITIVE, "identity", label="Passport number")
    gateway.properties.archive("contacts", "passport_number", by=ME)
    assert not gateway.check(IDENTIFICATION, by=ME).open
    gateway.properties.create("contacts", "passport_number", wish, by=ME, revive=True)
    assert gateway.check(IDENTIFICATION, by=ME).open
    gateway.properties.edit("contacts", "passport_number", PropertyWish(form_field=False), by=ME)
    assert not gateway.check(IDENTIFICATION, by=ME).open


def test_approved_forms_are_named(world: World) -> None:
    """Whoever archives a property reads which approved forms use it; HubSpot's own no is told."""
    gateway = opened(world)
    shown = gateway.approvals.preview(PATIENT, by=ME)
    gateway.approvals.approve(PATIENT, by=ME, expected=shown.expected)
    listing = gateway.properties.list("contacts", by=ME)
    row = listing.find("insurance_number")
    assert row is not None
    assert row.used_by == (PATIENT,)
    assert gateway.properties.get("contacts", "passport_number", by=ME).used_by == ()
    with pytest.raises(PropertyRefused) as caught:
        gateway.properties.archive("contacts", "insurance_number", by=ME)
    assert codes(caught) == ["in_use"]


def test_groups(world: World) -> None:
    """Created, renamed, archived when empty; clashes and unknown ones are refused."""
    gateway = opened(world)
    groups = gateway.properties.groups
    assert groups.create("contacts", "vitals", "Vitals", by=ME).label == "Vitals"
    assert groups.edit("contacts", "vitals", "Vital signs", by=ME).label == "Vital signs"
    assert "vitals" in {one.name for one in groups.list("contacts", by=ME)}
    for work, code in (
        (lambda: groups.create("contacts", "vitals", "Again", by=ME), "group_taken"),
        (lambda: groups.create("contacts", "Vitals!", "", by=ME), "invalid_name"),
        (lambda: groups.edit("contacts", "nowhere", "X", by=ME), "no_such_named_group"),
        (lambda: groups.archive("contacts", "health", by=ME), "group_in_use"),
        (lambda: groups.archive("contacts", "a/b", by=ME), "no_such_named_group"),
    ):
        with pytest.raises(PropertyRefused) as caught:
            work()
        assert codes(caught)[0] == code
    groups.archive("contacts", "vitals", by=ME)
    assert "vitals" not in {one.name for one in groups.list("contacts", by=ME)}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.INTAKE])
def test_who_may_not_define_does_not(gateway: Gateway, world: World, role: Role) -> None:
    """Looking takes one permission, defining another; intake has neither."""
    user = User("u", "U", frozenset({role}))
    properties = gateway.properties
    for work in (
        lambda: properties.create("contacts", "x", BLOOD, by=user),
        lambda: properties.edit("contacts", "email", BLOOD, by=user),
        lambda: properties.archive("contacts", "email", by=user),
        lambda: properties.groups.create("contacts", "x", "X", by=user),
        lambda: properties.batch.archive("contacts", ["email"], by=user),
    ):
        with pytest.raises(PermissionDenied):
            work()
    if role is Role.INTAKE:
        with pytest.raises(PermissionDenied):
            properties.list("contacts", by=user)
    else:
        assert properties.list("contacts", by=user).rows
    assert writes(world) == []


@pytest.mark.parametrize("change", ["create", "edit", "archive", "group"])
def test_a_call_without_an_answer_is_looked_up(world: World, change: str) -> None:
    """HubSpot did it and the answer was lost: it counts as done. It did not: that is said, too.
    And when nobody can tell, that."""
    gateway = opened(world)
    book = gateway.properties._book
    contacts = book.kind("contacts")
    gateway.properties.create("contacts", "old", text(Sensitivity.SENSITIVE), by=ME)
    old = gateway.properties.get("contacts", "old", by=ME).definition
    works = {
        "create": lambda: create(book, contacts, "new", completed(BLOOD), by=ME),
        "edit": lambda: change_property(book, contacts, old, PropertyWish(label="Other"), by=ME),
        "archive": lambda: archive(book, contacts, old, by=ME),
        "group": lambda: create_group(book, contacts, "vitals", "Vitals", by=ME),
    }
    gateway.properties.needs("contacts", by=ME)
    for kind, times, error in (
        ("drop_before", 1, Unavailable),
        ("drop_before", None, DefinitionUnclear),
        ("drop_after_store", 1, None),
    ):
        world.portal.faults.add("properties", kind, times=times)
        with pytest.raises(error) if error is not None else contextlib.nullcontext():
            works[change]()
        world.portal.faults.clear()
    made = [row.action for row in gateway._store.audit.rows()][2:]
    assert made.count(Action.DEFINITION_ASKED) == 3
    assert len(made) == 4


def test_the_gate_of_other_pages_reads_classes_anew(world: World) -> None:
    """A value goes into a property made a moment ago, though its object was read before."""
    gateway = opened(world, GATEWAY_DEFINITION_MAX_AGE="3600")
    assert "blood_group" not in {one.name for one in gateway.records.properties("contacts", by=ME)}
    gateway.properties.create("contacts", "blood_group", BLOOD, by=ME)
    assert "blood_group" in {one.name for one in gateway.records.properties("contacts", by=ME)}


def test_a_remembered_view_ends_with_a_change(world: World) -> None:
    """A page may take a view that is some seconds old, but never one from before its own change."""
    properties = opened(world).properties
    before = properties.list("contacts", by=ME, max_age_ms=60_000)
    assert properties.list("contacts", by=ME, max_age_ms=60_000) is before
    properties.create("contacts", "blood_group", BLOOD, by=ME)
    assert properties.list("contacts", by=ME, max_age_ms=60_000).find("blood_group") is not None
