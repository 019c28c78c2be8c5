"""A property's class decides who sees its values and where they may go: also when it changed a
moment ago, and when a record is named by a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from desk import PASSPORT, SUPERVISOR, VALUES, actions, contact, opened, secret
from samples import World

from gateway.domain.answers import Secret
from gateway.domain.audit import Action
from gateway.domain.record_errors import (
    InvalidBatch,
    InvalidRecord,
    NeedsConfirmation,
    RecordRejected,
    SearchRefused,
)
from gateway.domain.records import RecordChange, UniqueKey
from gateway.domain.reveals import Purpose
from gateway.domain.search import Filter, Operator, Search
from gateway.usecases.gateway import Gateway

KINDS = pytest.mark.parametrize("name", ["passport_number", "diagnosis"])
CITY = Search(((Filter("city", Operator.EQ, (Secret("Berlin"),)),),))
HALF = "canary-\ud800"


def amend(world: World, name: str, **to: Any) -> None:
    """Somebody changes a property in HubSpot."""
    world.portal.amend_property("0-1", name, to)


def codes(error: InvalidRecord | RecordRejected) -> dict[str, str]:
    """name → the code of its reason."""
    return {name: why.code for name, why in error.reasons.items()}


def asked_about_records(world: World) -> int:
    """How many calls about records HubSpot has seen."""
    return sum(str(one.area) == "objects" for one in world.portal.arrivals())


@KINDS
def test_no_record_is_named_by_a_sensitive_value(name: str, world: World) -> None:
    """Whoever guessed it would know it, unaudited, so HubSpot is not asked: by no way of naming a
    record, in neither class."""
    amend(world, name, hasUniqueValue=True)
    desk = opened(world)
    contact(desk)
    before, rows = asked_about_records(world), actions(desk)
    key, change = UniqueKey(name, Secret(VALUES[name])), secret(city="Rome")
    ways: list[Callable[[], object]] = [
        lambda: desk.records.read("contacts", key, ["email"], by=SUPERVISOR),
        lambda: desk.records.update("contacts", key, change, by=SUPERVISOR),
        lambda: desk.records.clear("contacts", key, ["city"], by=SUPERVISOR),
        lambda: desk.records.archive("contacts", key, by=SUPERVISOR),
    ]
    for way in ways:
        with pytest.raises(InvalidRecord) as caught:
            way()
        assert codes(caught.value) == {name: "known_by_sensitive"}
    with pytest.raises(InvalidBatch) as refused:
        desk.records.batches.update("contacts", [RecordChange(key, change)], by=SUPERVISOR)
    assert {one: why.code for one, why in refused.value.rows[1].items()} == {
        name: "known_by_sensitive"
    }
    assert asked_about_records(world) == before
    assert actions(desk) == rows


@KINDS
def test_whose_a_sensitive_value_is_stays_untold(name: str, world: World) -> None:
    """HubSpot names the record that has a value already; of a value that is kept from view nobody
    is told whose it is."""
    amend(world, name, hasUniqueValue=True)
    amend(world, "city", hasUniqueValue=True)
    desk = opened(world)
    first, other = contact(desk), contact(desk, email="other@clinic-mail.example")
    with pytest.raises(RecordRejected) as caught:
        desk.records.update("contacts", other, secret(**{name: VALUES[name]}), by=SUPERVISOR)
    assert codes(caught.value) == {name: "taken"}
    assert caught.value.other_id is None
    assert first not in str(caught.value)
    with pytest.raises(RecordRejected) as caught:
        desk.records.update("contacts", other, secret(city="Berlin"), by=SUPERVISOR)
    assert caught.value.other_id == first


def test_a_class_that_was_raised_asks_for_the_second_word(world: World) -> None:
    """What is revealed is looked up anew: nobody is shown a highly sensitive value unconfirmed."""
    desk = opened(world)
    record_id = contact(desk)
    desk.records.read("contacts", record_id, ["passport_number"], by=SUPERVISOR)
    amend(world, "passport_number", dataSensitivity="highly_sensitive")
    with pytest.raises(NeedsConfirmation):
        desk.records.reveal("contacts", record_id, "passport_number", Purpose.CARE, by=SUPERVISOR)
    assert actions(desk)[-1][0] is not Action.RECORD_REVEALED


def test_a_class_that_was_raised_is_masked_and_not_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values are shown and compared by definitions that are a moment old at most, whatever the
    setting allows those of forms."""
    desk = opened(world)
    record_id = contact(desk)
    read: list[Callable[[], Any]] = [
        lambda: desk.records.read("contacts", record_id, ["city"], by=SUPERVISOR),
        lambda: desk.records.batches.read("contacts", [record_id], ["city"], by=SUPERVISOR)
        .rows[0].record,
    ]  # fmt: skip
    assert [one().field("city").value.reveal() for one in read] == ["Berlin", "Berlin"]
    desk.search.find("contacts", CITY, by=SUPERVISOR)
    monkeypatch.setattr("gateway.usecases.classes.SHOWN_MS", 0)
    amend(world, "city", dataSensitivity="highly_sensitive")
    assert [one().field("city").value for one in read] == [None, None]
    with pytest.raises(SearchRefused):
        desk.search.find("contacts", CITY, by=SUPERVISOR)


def lower(world: World, desk: Gateway) -> None:
    """The class becomes lower while others look."""
    amend(world, "passport_number", dataSensitivity="non_sensitive")
    desk.records.properties("contacts", by=SUPERVISOR)


def make_anew(world: World, desk: Gateway) -> None:
    """The property is archived, and made anew in a lower class, while others look."""
    amend(world, "passport_number", archived=True)
    desk.records.properties("contacts", by=SUPERVISOR)
    amend(world, "passport_number", archived=False, dataSensitivity="non_sensitive")
    desk.records.properties("contacts", by=SUPERVISOR)


@pytest.mark.parametrize("how", [lower, make_anew])
def test_a_lowered_class_is_told_to_who_writes(
    how: Callable[[World, Gateway], None], world: World
) -> None:
    """However often others have looked since it was lowered: the next value is refused once, and
    a batch like a single one."""
    desk = opened(world, GATEWAY_DEFINITION_MAX_AGE="0")
    record_id = contact(desk)
    how(world, desk)
    values = secret(passport_number="canary-new")
    with pytest.raises(InvalidRecord) as caught:
        desk.records.update("contacts", record_id, values, by=SUPERVISOR)
    assert codes(caught.value) == {"passport_number": "class_lowered"}
    assert world.portal.records.find("0-1", record_id).values["passport_number"] == PASSPORT
    desk.records.update("contacts", record_id, values, by=SUPERVISOR)
    amend(world, "passport_number", dataSensitivity="sensitive")
    desk.records.properties("contacts", by=SUPERVISOR)
    how(world, desk)
    with pytest.raises(InvalidBatch):
        desk.records.batches.update("contacts", [RecordChange(record_id, values)], by=SUPERVISOR)


def test_what_cannot_be_sent_is_refused_by_name(world: World) -> None:
    """Half a character in what names a record, or is looked for, is a reason and no crash; nothing
    of it is kept by the error."""
    desk = opened(world)
    contact(desk)
    key = UniqueKey("email", Secret(HALF))
    ways: list[Callable[[], object]] = [
        lambda: desk.records.read("contacts", key, by=SUPERVISOR),
        lambda: desk.records.archive("contacts", key, by=SUPERVISOR),
        lambda: desk.search.by_email(HALF, by=SUPERVISOR),
        lambda: desk.search.find("contacts", Search(query=Secret(HALF)), by=SUPERVISOR),
        lambda: desk.search.find(
            "contacts", Search(((Filter("city", Operator.EQ, (Secret(HALF),)),),)), by=SUPERVISOR
        ),
        lambda: desk.records.batches.update(
            "contacts", [RecordChange(key, secret(city="Rome"))], by=SUPERVISOR
        ),
    ]
    for way in ways:
        with pytest.raises((InvalidRecord, InvalidBatch, SearchRefused)) as caught:
            way()
        assert "canary" not in str(caught.value)
        assert caught.value.__context__ is None


def test_a_purpose_of_ones_own_is_repeated_nowhere(world: World) -> None:
    """Words that are none of the list's could hold a value: neither the error nor the audit has
    them; a purpose's own spelling will do."""
    desk = opened(world)
    record_id = contact(desk)
    ask = ("contacts", record_id, "passport_number")
    with pytest.raises(InvalidRecord) as caught:
        desk.records.reveal(*ask, cast(Purpose, "canary 078-05-1120"), by=SUPERVISOR)
    assert codes(caught.value) == {"": "no_purpose"}
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None
    assert actions(desk)[-1][0] is not Action.RECORD_REVEALED
    assert desk.records.reveal(*ask, cast(Purpose, "care"), by=SUPERVISOR).reveal() == PASSPORT
