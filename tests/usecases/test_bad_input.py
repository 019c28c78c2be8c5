"""Records and definitions that cannot be written as they were given: refused with a reason before
HubSpot is asked to write, or told by HubSpot, and then which half was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from samples import World

from gateway.bootstrap import open_gateway
from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError, PropertyRefused
from gateway.domain.property_definitions import PropertyWish
from gateway.domain.property_faults import PropertyFault
from gateway.domain.record_errors import (
    BatchTooLarge,
    InvalidBatch,
    InvalidRecord,
    RecordFault,
    UnknownObjectType,
    UnknownRecord,
)
from gateway.domain.records import (
    MAX_BATCH,
    MAX_VALUE,
    NewRecord,
    RecordChange,
    RowState,
    UniqueKey,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR as BY
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

CANARY = "CANARY-7261"
NOBODY = "99999999999"
READS = ("/search", "/batch/read", "/introspect", "/access-token-info")
WIDE = ("firstname", "lastname", "city", "zip", "visitor_reference", "other_allergies")
"""Properties that hold any text."""

Write = Callable[[Gateway], object]


@pytest.fixture(scope="module")
def ground(
    running: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Gateway]]:
    """A gateway whose desk may do everything."""
    running.portal.reset()
    running.portal.amend_switches(rate_limit=0, public_limit=0, search_limit=0)
    here = World(running, tmp_path_factory.mktemp("bad"), open_gateway)
    environ = here.environ(HUBSPOT_RECORDS_TOKEN=running.desk_token)
    with open_gateway(load_settings(environ, None)) as gateway:
        yield here, gateway


def _values(**values: str) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in values.items()}


def _writes(world: World) -> int:
    """How often HubSpot was asked to change anything."""
    with world.portal.lock:
        entries = world.portal.journal.entries()
    return sum(e.method != "GET" and not e.path.endswith(READS) for e in entries)


def _create(kind: str = "contacts", **values: str) -> Write:
    return lambda gateway: gateway.records.create(kind, _values(**values), by=BY)


def _change(record: Any, **values: str) -> Write:
    return lambda gateway: gateway.records.update("contacts", record, _values(**values), by=BY)


UNFIT: dict[str, tuple[Write, type[GatewayError], str, RecordFault | None]] = {
    "no object type": (_create("spaceships", name=CANARY), UnknownObjectType, "", None),
    "a custom object's id that is none": (_create("2-", x=CANARY), UnknownObjectType, "", None),
    "a path for an object type": (
        _create("contacts/../deals", x=CANARY), UnknownObjectType, "", None
    ),
    "no property": (
        _create(nothing=CANARY), InvalidRecord, "nothing", RecordFault.UNKNOWN_PROPERTY
    ),
    "an archived property": (
        _create(visitor_badge_color=CANARY), InvalidRecord, "visitor_badge_color",
        RecordFault.ARCHIVED_PROPERTY,
    ),
    "what HubSpot writes itself": (
        _create(createdate=CANARY), InvalidRecord, "createdate", RecordFault.READ_ONLY
    ),
    "one character too many": (
        _create(firstname=CANARY + "x" * (MAX_VALUE + 1 - len(CANARY))), InvalidRecord,
        "firstname", RecordFault.TOO_LONG,
    ),
    "more than a mebibyte": (
        _create(**dict.fromkeys(WIDE, "\u8a66" * MAX_VALUE)), InvalidRecord, "",
        RecordFault.TOO_LARGE,
    ),
    "half a character": (
        _create(firstname=CANARY + "\ud800"), InvalidRecord, "firstname", RecordFault.NOT_TEXT
    ),
    "nothing at all": (_change("1"), InvalidRecord, "", RecordFault.NOTHING_TO_WRITE),
    "an id of words": (
        _change(f"{CANARY}@mail.example", city="Graz"), InvalidRecord, "", RecordFault.BAD_ID
    ),
    "an id of other digits": (_change("١٢", city="Graz"), InvalidRecord, "", RecordFault.BAD_ID),
    "an id that is a path": (_change("1/../2", city="Graz"), InvalidRecord, "", RecordFault.BAD_ID),
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_an_unfit_record_is_refused_before_it_is_sent(
    case: str, ground: tuple[World, Gateway]
) -> None:
    """Each for its own reason, by the name of the property, and the refusal holds no value."""
    world, gateway = ground
    before = _writes(world)
    write, kind, name, fault = UNFIT[case]
    with pytest.raises(kind) as caught:
        write(gateway)
    assert _writes(world) == before
    assert CANARY not in str(caught.value) + repr(caught.value.__dict__)
    if isinstance(caught.value, InvalidRecord):
        assert [(key, why.code) for key, why in caught.value.reasons.items()] == [(name, fault)]


def test_the_longest_value_is_kept_whole(ground: tuple[World, Gateway]) -> None:
    """65,536 characters arrive, to the last one."""
    world, gateway = ground
    made = gateway.records.create("contacts", _values(firstname="x" * (MAX_VALUE - 1) + "y"), by=BY)
    (record,) = [one for one in world.portal.contacts() if one.id == made.id]
    assert len(record.values["firstname"]) == MAX_VALUE
    assert record.values["firstname"].endswith("xy")


@pytest.mark.parametrize(
    "ref", [NOBODY, UniqueKey("email", Secret(f"{CANARY}@mail.example"))], ids=["id", "e-mail"]
)
def test_a_record_that_is_not_there_is_told_as_such(
    ref: Any, ground: tuple[World, Gateway]
) -> None:
    """Read and change alike, and the address it was looked for is not repeated."""
    _, gateway = ground
    for ask in (
        lambda: gateway.records.read("contacts", ref, by=BY),
        lambda: gateway.records.update("contacts", ref, _values(city="Graz"), by=BY),
    ):
        with pytest.raises(UnknownRecord) as caught:
            ask()
        assert CANARY not in str(caught.value)


def test_a_batch_with_an_unfit_row_is_refused_whole(ground: tuple[World, Gateway]) -> None:
    """Every unfit row is named by its place, and none of the others is sent."""
    world, gateway = ground
    before = _writes(world)
    rows = [NewRecord(_values(firstname="Good")), NewRecord(_values(nothing=CANARY)),
            NewRecord(_values(firstname="x" * (MAX_VALUE + 1)))]  # fmt: skip
    with pytest.raises(InvalidBatch) as caught:
        gateway.records.batches.create("contacts", rows, by=BY)
    assert {place: list(reasons) for place, reasons in caught.value.rows.items()} == {
        2: ["nothing"], 3: ["firstname"],
    }  # fmt: skip
    assert _writes(world) == before
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_a_batch_has_a_size(count: int, ground: tuple[World, Gateway]) -> None:
    """None, or more than are taken at once: refused, and nothing is sent."""
    world, gateway = ground
    before = _writes(world)
    with pytest.raises(BatchTooLarge):
        gateway.records.batches.create(
            "contacts", [NewRecord(_values(firstname="Good"))] * count, by=BY
        )
    assert _writes(world) == before


def test_a_batch_hubspot_refuses_in_part_says_which_half(ground: tuple[World, Gateway]) -> None:
    """The second of three has a value HubSpot does not take: the two others are there, and the
    report tells each by its place."""
    world, gateway = ground
    there = len(world.portal.contacts())
    rows = [NewRecord(_values(firstname="One")), NewRecord(_values(contract_type=CANARY)),
            NewRecord(_values(firstname="Three"))]  # fmt: skip
    report = gateway.records.batches.create("contacts", rows, by=BY)
    assert [(row.place, row.state) for row in report.rows] == [
        (1, RowState.DONE), (2, RowState.REFUSED), (3, RowState.DONE),
    ]  # fmt: skip
    assert list(report.rows[1].reasons) == ["contract_type"]
    assert CANARY not in repr(report)
    assert len(world.portal.contacts()) == there + 2


def test_a_change_of_many_says_which_is_not_there(ground: tuple[World, Gateway]) -> None:
    """One record exists and is changed; the other is told to be nowhere."""
    _, gateway = ground
    made = gateway.records.create("contacts", _values(firstname="Here"), by=BY)
    changes = [
        RecordChange(NOBODY, _values(city="Graz")),
        RecordChange(made.id, _values(city="Graz")),
    ]
    report = gateway.records.batches.update("contacts", changes, by=BY)
    assert [row.state for row in report.rows] == [RowState.REFUSED, RowState.DONE]


def _wish(**more: Any) -> PropertyWish:
    said = {"label": "Note", "type": "string", "field_type": "text",
            "group_name": "contactinformation", "data_sensitivity": Sensitivity.SENSITIVE}  # fmt: skip
    return PropertyWish(**{**said, **more})


F = PropertyFault
DEFINITIONS: dict[str, tuple[Callable[[Gateway], object], PropertyFault]] = {
    "a name that is taken": (
        lambda g: g.properties.create("contacts", "passport_number", _wish(), by=BY), F.NAME_TAKEN
    ),
    "an archived name": (
        lambda g: g.properties.create(
            "contacts", "visitor_badge_color", _wish(data_sensitivity=Sensitivity.NON_SENSITIVE),
            by=BY,
        ),
        F.NAME_OF_ARCHIVED,
    ),
    "an archived name of another class": (
        lambda g: g.properties.create("contacts", "visitor_badge_color", _wish(), by=BY, revive=True),
        F.OTHER_CLASS_ARCHIVED,
    ),
    "another class": (
        lambda g: g.properties.edit(
            "contacts", "city", PropertyWish(data_sensitivity=Sensitivity.SENSITIVE), by=BY
        ),
        F.FIXED_CLASS,
    ),
    "a change of an archived one": (
        lambda g: g.properties.edit("contacts", "visitor_badge_color", _wish(), by=BY), F.ARCHIVED
    ),
    "a property that is not there": (
        lambda g: g.properties.archive("contacts", "nothing_here", by=BY), F.NO_SUCH_PROPERTY
    ),
    "the end of HubSpot's own": (
        lambda g: g.properties.archive("contacts", "email", by=BY), F.NOT_ARCHIVABLE
    ),
    "a change of HubSpot's own": (
        lambda g: g.properties.edit("contacts", "email", PropertyWish(label="Post"), by=BY),
        F.HUBSPOTS_OWN,
    ),
    "no object type": (
        lambda g: g.properties.create("spaceships", "note", _wish(), by=BY), F.UNKNOWN_OBJECT
    ),
    "a name that is a path": (
        lambda g: g.properties.create("contacts", "../deals", _wish(), by=BY), F.INVALID_NAME
    ),
    "a description of a mebibyte": (
        lambda g: g.properties.create("contacts", "note", _wish(description="x" * 2**20), by=BY),
        F.DESCRIPTION_TOO_LONG,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DEFINITIONS)
def test_an_unfit_definition_is_refused_before_it_is_sent(
    case: str, ground: tuple[World, Gateway]
) -> None:
    """Each for its own reason; an archived name is explained, not simply taken."""
    world, gateway = ground
    before = _writes(world)
    write, fault = DEFINITIONS[case]
    with pytest.raises(PropertyRefused) as caught:
        write(gateway)
    assert fault in [why.code for why in caught.value.reasons]
    assert _writes(world) == before


def test_a_batch_of_definitions_says_which_half(ground: tuple[World, Gateway]) -> None:
    """One is new, one is taken, one is archived: the new one is made, and the others say why."""
    world, gateway = ground
    wishes = {
        "bad_input_note": _wish(),
        "passport_number": _wish(),
        "visitor_badge_color": _wish(data_sensitivity=Sensitivity.NON_SENSITIVE),
    }
    outcome = gateway.properties.batch.create("contacts", wishes, by=BY)
    assert outcome.done == ("bad_input_note",)
    assert set(outcome.failed) == {"passport_number", "visitor_badge_color"}
    assert world.portal.property("0-1", "bad_input_note")["dataSensitivity"] == "sensitive"
    gone = gateway.properties.batch.archive("contacts", ["bad_input_note", "nothing_here"], by=BY)
    assert (gone.done, list(gone.failed)) == (("bad_input_note",), ["nothing_here"])
