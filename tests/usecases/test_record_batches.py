"""Many records at once: which were done, which were not and why, and nothing half-done in
silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from desk import EMAIL, SUPERVISOR, actions, contact, opened, secret, shared
from samples import World

from gateway.cli.record_views import batch_text
from gateway.domain.audit import Action
from gateway.domain.errors import PermissionDenied
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.record_errors import BatchTooLarge, InvalidBatch, InvalidRecord, MissingScope
from gateway.domain.records import (
    MAX_BATCH,
    Association,
    BatchReport,
    NewRecord,
    RecordChange,
    RowState,
    UniqueKey,
)
from gateway.domain.users import Role, User
from gateway.emulator import Emulator
from gateway.hubspot.wire import Response
from gateway.usecases.gateway import Gateway

DONE, REFUSED, UNCLEAR, NOT_SENT = RowState


@pytest.fixture(scope="module")
def gateway_of_all(
    running: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """The one gateway of this file."""
    with shared(running, tmp_path_factory.mktemp("desk")) as gateway:
        yield gateway


@pytest.fixture
def desk(world: World, gateway_of_all: Gateway) -> Gateway:
    """A gateway with a token for records, over an account as it started."""
    return gateway_of_all


def new(*emails: str) -> list[NewRecord]:
    """A contact for each address."""
    return [NewRecord(secret(email=email)) for email in emails]


def outline(report: BatchReport) -> list[tuple[int, RowState, list[str]]]:
    """Place, state and codes of every row."""
    return [
        (row.place, row.state, [why.code for why in row.reasons.values()]) for row in report.rows
    ]


def emails(count: int) -> list[str]:
    """Addresses nobody has."""
    return [f"canary-{n}@clinic-mail.example" for n in range(count)]


def test_what_can_be_done_is_done_and_the_rest_is_named(world: World) -> None:
    """HubSpot answers 207: each record has its own outcome, and the audit a row for each that
    was done."""
    desk = opened(world)
    contact(desk, email=EMAIL)
    before = len(actions(desk))
    report = desk.records.batches.create(
        "contacts", new("a@clinic-mail.example", EMAIL, "b@clinic-mail.example"), by=SUPERVISOR
    )
    assert outline(report) == [(1, DONE, []), (2, REFUSED, ["taken"]), (3, DONE, [])]
    assert not report.complete
    assert report.counts() == {DONE: 2, REFUSED: 1, UNCLEAR: 0, NOT_SENT: 0}
    ids = [row.record.id for row in report.rows if row.record is not None]
    assert actions(desk)[before:] == [
        (Action.RECORD_ASKED, "0-1", "create", ("email",)),
        *((Action.RECORD_CREATED, f"0-1/{one}", None, ("email",)) for one in ids),
    ]
    assert len(world.portal.contacts()) == 3
    assert "canary" not in repr(report)


def test_every_kind_of_batch(world: World, desk: Gateway) -> None:
    """Create with associations, read masked, update by id and by a unique property, archive."""
    batches = desk.records.batches
    company = desk.records.create("companies", secret(name="ACME"), by=SUPERVISOR).id
    joined = (Association(company, 279),)
    values = secret(email=EMAIL, passport_number="canary-1")
    created = batches.create("contacts", [NewRecord(values, joined)], by=SUPERVISOR)
    assert created.complete
    (row,) = created.rows
    assert row.record is not None
    record_id = row.record.id
    assert [to for to, _ in world.portal.records.links.of(("0-1", record_id), "0-2")] == [company]
    other = contact(desk, email="other@clinic-mail.example")
    key = UniqueKey("email", secret(x="other@clinic-mail.example")["x"])
    changed = batches.update(
        "contacts",
        [RecordChange(record_id, secret(city="Rome")), RecordChange(key, secret(city="Oslo")),
         RecordChange("77", secret(city="Bern"))],
        by=SUPERVISOR,
    )  # fmt: skip
    assert outline(changed) == [(1, DONE, []), (2, DONE, []), (3, REFUSED, ["no_record"])]
    read = batches.read(
        "contacts", [other, "77", record_id], ["city", "passport_number"], by=SUPERVISOR
    )
    assert outline(read) == [(1, DONE, []), (2, REFUSED, ["no_record"]), (3, DONE, [])]
    cities = [row.record.fields[0].value for row in read.rows if row.record is not None]
    assert [city.reveal() for city in cities if city is not None] == ["Oslo", "Rome"]
    assert "canary" not in repr(read)
    assert batches.archive("contacts", [record_id, other, "77"], by=SUPERVISOR).complete
    assert all(one.archived for one in world.portal.contacts())


def test_a_batch_of_several_calls(world: World, desk: Gateway) -> None:
    """More than a hundred are sent in as many calls as it takes, in their order."""
    report = desk.records.batches.create("contacts", new(*emails(230)), by=SUPERVISOR)
    assert report.complete
    assert [row.place for row in report.rows] == list(range(1, 231))
    held = [record.values["email"] for record in world.portal.contacts()]
    assert held == emails(230)
    posts = [one for one in world.portal.journal.entries() if one.path.endswith("batch/create")]
    assert len(posts) == 3
    ids = [row.record.id for row in report.rows if row.record is not None]
    assert desk.records.batches.read("contacts", ids, ["email"], by=SUPERVISOR).complete


def test_large_values_make_smaller_calls(world: World, desk: Gateway) -> None:
    """No body grows beyond 1 MiB: long values go in more calls."""
    values = secret(medication="x" * 65_000, other_allergies="y" * 65_000)
    report = desk.records.batches.create("contacts", [NewRecord(values)] * 20, by=SUPERVISOR)
    assert report.complete
    posts = [one for one in world.portal.journal.entries() if one.path.endswith("batch/create")]
    assert len(posts) == 3


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ([{"nope": "x"}, {"city": "x"}, {"createdate": "x"}],
         {1: {"nope": "unknown_property"}, 3: {"createdate": "read_only"}}),
        ([{"city": "x" * 65_537}], {1: {"city": "too_long"}}),
    ],
)  # fmt: skip
def test_nothing_is_sent_of_a_batch_that_cannot_be(
    inputs: list[dict[str, str]], expected: dict[int, Any], world: World, desk: Gateway
) -> None:
    """Every fault at once, by its place in the file; not even the good half is sent."""
    made = [NewRecord(secret(**one)) for one in inputs]
    with pytest.raises(InvalidBatch) as caught:
        desk.records.batches.create("contacts", made, by=SUPERVISOR)
    found = {
        place: {name: why.code for name, why in reasons.items()}
        for place, reasons in caught.value.rows.items()
    }
    assert found == expected
    assert not world.portal.contacts()


def test_what_stands_twice_is_refused(desk: Gateway) -> None:
    """The same record twice in a batch, or an id that is none, is refused before the call."""
    key = UniqueKey("email", secret(x="A@clinic-mail.example")["x"])
    same = UniqueKey("email", secret(x="a@clinic-mail.example")["x"])
    changes = [RecordChange(one, secret(city="x")) for one in ("12", key, "12", same, "x")]
    with pytest.raises(InvalidBatch) as caught:
        desk.records.batches.update("contacts", changes, by=SUPERVISOR)
    assert {place: reasons[""].code for place, reasons in caught.value.rows.items()} == {
        3: "named_twice", 4: "named_twice", 5: "bad_id",
    }  # fmt: skip
    for ask in (
        lambda: desk.records.batches.archive("contacts", ["1", "1"], by=SUPERVISOR),
        lambda: desk.records.batches.read("contacts", ["../1"], [], by=SUPERVISOR),
    ):
        with pytest.raises(InvalidBatch):
            ask()
    with pytest.raises(InvalidRecord):
        desk.records.batches.read("contacts", ["1"], ["nope"], by=SUPERVISOR)


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_a_batch_has_an_end(count: int, desk: Gateway) -> None:
    """None, or more than a thousand, are not taken at once."""
    with pytest.raises(BatchTooLarge):
        desk.records.batches.create("contacts", new(*emails(count)), by=SUPERVISOR)
    with pytest.raises(BatchTooLarge):
        desk.records.batches.archive("contacts", ["1"] * count, by=SUPERVISOR)


@pytest.mark.parametrize(
    ("kind", "second", "why"),
    [
        ("429", NOT_SENT, "slow down"),
        ("500", UNCLEAR, ""),
        ("reset", UNCLEAR, ""),
        ("403", NOT_SENT, "scope"),
    ],
)
def test_the_second_call_fails(
    kind: str,
    second: RowState,
    why: str,
    world: World,
    desk: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was done before stays told; the failed call's records are unclear or not sent, nothing
    after them is sent, and the report says why."""
    client = desk.records._desk.hubspot.client
    send, sent = client.send, []

    def counted(request: Any) -> Any:
        if request.operation == "create_records":
            sent.append(request)
            if len(sent) == 2:
                world.portal.faults.add(on="objects", kind=kind, times=1)
        return send(request)

    monkeypatch.setattr(client, "send", counted)
    report = desk.records.batches.create("contacts", new(*emails(250)), by=SUPERVISOR)
    states = [row.state for row in report.rows]
    assert states == [DONE] * 100 + [second] * 100 + [NOT_SENT] * 50
    assert len(world.portal.contacts()) == 100
    assert report.audited
    assert why in report.stopped
    assert bool(report.stopped) == (second is NOT_SENT)
    assert report.stopped in batch_text(report)


def test_the_first_call_fails(world: World, desk: Gateway) -> None:
    """Proven that nothing was done, the error itself is told; unclear, the report says so."""
    world.portal.faults.add(on="objects", kind="429", times=1)
    with pytest.raises(RateLimited):
        desk.records.batches.create("contacts", new(*emails(2)), by=SUPERVISOR)
    world.portal.faults.add(on="objects", kind="reset", times=1)
    report = desk.records.batches.create("contacts", new(*emails(2)), by=SUPERVISOR)
    assert outline(report) == [(1, UNCLEAR, []), (2, UNCLEAR, [])]
    poor = opened(world, HUBSPOT_RECORDS_TOKEN=world.portal.issue_token(
        ["crm.objects.contacts.read"]))  # fmt: skip
    with pytest.raises(MissingScope, match=r"crm\.objects\.contacts\.write"):
        poor.records.batches.create("contacts", new(*emails(2)), by=SUPERVISOR)


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ADMIN, Role.AUDITOR])
def test_who_may_not(role: Role, desk: Gateway) -> None:
    """Whoever may not read or change one record may not do so with many."""
    by = User("u", "U", frozenset({role}))
    batches = desk.records.batches
    for ask in (
        lambda: batches.read("contacts", ["1"], [], by=by),
        lambda: batches.create("contacts", new("a@b.example"), by=by),
        lambda: batches.update("contacts", [RecordChange("1", secret(city="x"))], by=by),
        lambda: batches.archive("contacts", ["1"], by=by),
    ):
        with pytest.raises(PermissionDenied):
            ask()


def test_the_dated_edition_tells_the_same(world: World) -> None:
    """Where every batch is answered with 200, the half that failed is found inside."""
    desk = opened(world, HUBSPOT_EDITION="2026-09")
    contact(desk, email=EMAIL)
    report = desk.records.batches.create("contacts", new("a@b-mail.example", EMAIL), by=SUPERVISOR)
    assert outline(report) == [(1, DONE, []), (2, REFUSED, ["taken"])]
    paths = {one.path for one in world.portal.journal.entries() if "objects" in one.path}
    assert paths
    assert all("/2026-09/" in path for path in paths)


def test_a_fault_elsewhere_is_not_told_as_a_record_that_is_gone(
    desk: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot could not read one of the records and does not say which: only the one it says it
    has not is told as gone. And of a batch it archived in part nobody knows which."""
    client = desk.records._desk.hubspot.client
    body = {
        "results": [{"id": "1", "properties": {"city": "Berlin"}}],
        "errors": [
            {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["2"]}},
            {"category": "INTERNAL", "message": "internal error", "context": {"ids": ["3"]}},
        ],
    }
    send = client.send

    def answered(request: Any) -> Any:
        if request.operation in ("read_records", "archive_records"):
            return Response(207, {}, json.dumps(body).encode())
        return send(request)

    monkeypatch.setattr(client, "send", answered)
    ids = ["1", "2", "3"]
    report = desk.records.batches.read("contacts", ids, ["city"], by=SUPERVISOR)
    assert outline(report) == [(1, DONE, []), (2, REFUSED, ["no_record"]), (3, UNCLEAR, [])]
    report = desk.records.batches.archive("contacts", ids, by=SUPERVISOR)
    assert {row.state for row in report.rows} == {UNCLEAR}
