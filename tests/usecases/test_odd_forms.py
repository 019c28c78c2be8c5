"""Forms as nobody should make them: looked at, refused or approved, and never a crash."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from samples import World

from gateway.domain.errors import PolicyViolation
from gateway.domain.forms import MAX_DEPTH
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.seed.shapes import email, field, form, group, prop, when
from gateway.usecases.approvals import Preview
from gateway.usecases.gateway import Gateway

FORM = "00000000-0000-4000-8000-000000000001"
HOSTILE = '<img src=x onerror="alert(1)">\u202e{was}%s$name\x00'


def furnish(world: World, *fields: dict[str, Any], name: str = "Odd form") -> None:
    """A form of these fields, each with an ordinary property unless it has one."""

    def own(one: dict[str, Any]) -> None:
        known = world.portal.properties[one["objectTypeId"]]
        made = prop(one["name"], "Detail", "string", "text")
        made["options"] = one.get("options", [])
        known.setdefault(one["name"], made)
        for below in one["dependentFields"]:
            own(below["dependentField"])

    for one in fields:
        own(one)
    world.portal.forms[FORM] = form(
        FORM, name, [group(*fields)], legal={"type": "none"}, button="Send"
    )


def text(name: str, *below: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A line of text with fields under it."""
    return field("single_line_text", name, more.pop("label", "Detail"), dependents=below, **more)


def preview(gateway: Gateway) -> Preview:
    """What an approval would do."""
    return gateway.approvals.preview(FORM, by=LOCAL_OPERATOR)


def codes(shown: Preview) -> set[str]:
    """Why it cannot be approved."""
    return {found.code for found in shown.hindrances}


def test_a_thousand_fields(world: World) -> None:
    """The largest form HubSpot takes is approved, kept and found unchanged; one more field is
    one too many."""
    furnish(world, *(text(f"large_{i}") for i in range(1000)))
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    shown = preview(gateway)
    assert codes(shown) == set()
    report = gateway.approvals.approve(FORM, by=LOCAL_OPERATOR, expected=shown.expected)
    assert report.lock is not None
    assert len(report.lock.fields) == 1000
    assert gateway.check(FORM, by=LOCAL_OPERATOR).open
    furnish(world, *(text(f"large_{i}") for i in range(1001)))
    report = gateway.check(FORM, by=LOCAL_OPERATOR)
    assert {found.code for found in report.errors} == {"drift", "form_too_large"}
    assert [change.field for change in report.drift] == ["large_1000"]


def test_ten_thousand_choices(world: World) -> None:
    """A choice that is added to ten thousand is found."""
    choices = [(f"v{i}", f"Choice {i}") for i in range(10_000)]
    furnish(world, field("dropdown", "many", "Many", choices=choices))
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    shown = preview(gateway)
    assert shown.lock.fields["many"].choices == 10_000
    assert gateway.approvals.approve(FORM, by=LOCAL_OPERATOR, expected=shown.expected).open
    furnish(world, field("dropdown", "many", "Many", choices=[*choices, ("new", "New")]))
    (change,) = gateway.check(FORM, by=LOCAL_OPERATOR).drift
    assert (change.was, change.now) == ("10000 choices", "10001 choices")


def test_one_field_twice(world: World) -> None:
    """A field that stands twice on the form is refused, wherever it stands."""
    furnish(world, text("twice"), text("above", when(["x"], text("twice"))))
    assert codes(preview(world.open())) == {"field_duplicate"}


def test_a_field_under_itself(world: World) -> None:
    """A field that depends on itself, directly or through others, is refused."""
    furnish(world, text("self", when(["x"], text("self"))))
    assert codes(preview(world.open())) == {"field_duplicate"}
    furnish(world, text("a", when(["x"], text("b", when(["y"], text("a"))))))
    assert codes(preview(world.open(GATEWAY_DEFINITION_MAX_AGE="0"))) == {"field_duplicate"}


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 60, 300])
def test_deep_dependants(depth: int, world: World) -> None:
    """Fields nested as deep as is followed are pinned; a deeper form cannot be read, and says
    so, and hides no other."""
    inner = text(f"deep_{depth}")
    for level in reversed(range(depth)):
        inner = text(f"deep_{level}", when(["x"], inner))
    furnish(world, inner)
    gateway = world.open()
    if depth <= MAX_DEPTH:
        assert len(preview(gateway).lock.fields) == depth + 1
        return
    with pytest.raises(PolicyViolation) as caught:
        preview(gateway)
    assert "form_unreadable" in {found.code for found in caught.value.findings}
    listed = {report.form_id: report.open for report in gateway.forms(by=LOCAL_OPERATOR)}
    assert listed.pop(FORM) is False
    assert any(listed.values())


@pytest.mark.parametrize("kind", ["retina_scan", "file", "", "SINGLE_LINE_TEXT"])
def test_an_unknown_kind_of_field(kind: str, world: World) -> None:
    """A kind of field nobody knows, or nobody can send, is refused and cannot be approved."""
    furnish(world, {**text("odd"), "fieldType": kind})
    assert codes(preview(world.open())) <= {"field_type_unknown", "field_type_unsupported"}
    assert codes(preview(world.open()))


def test_no_class(world: World) -> None:
    """A property whose class HubSpot does not name is never taken for an ordinary one."""
    furnish(world, text("classless"), email("email", "E-mail"))
    del world.portal.properties["0-1"]["classless"]["dataSensitivity"]
    shown = preview(world.open())
    assert codes(shown) <= {"class_unknown", "property_missing"}
    assert codes(shown)
    assert "classless" not in shown.lock.fields


def test_hostile_texts(world: World) -> None:
    """Markup, control characters and braces in names and labels go through an approval and a
    drift as plain texts."""
    furnish(world, text("hostile", label=HOSTILE), name=HOSTILE)
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="0")
    shown = preview(gateway)
    assert gateway.approvals.approve(FORM, by=LOCAL_OPERATOR, expected=shown.expected).open
    world.portal.amend_property("0-1", "hostile", {"sensitiveDataCategories": [HOSTILE]})
    report = gateway.check(FORM, by=LOCAL_OPERATOR)
    assert [change.now for change in report.drift] == [HOSTILE]
    assert dataclasses.asdict(report)
