"""Many definitions at once: batches that say which half was done, and plans that do it once."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from samples import World

from gateway.domain.audit import Action
from gateway.domain.errors import IntakeClosed, PropertyRefused
from gateway.domain.hubspot_errors import Forbidden, Unavailable
from gateway.domain.property_definitions import PropertyWish
from gateway.domain.property_plans import PlannedObject, Progress, PropertyPlan, StepKind
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR as ME
from gateway.hubspot.routes import Operation
from gateway.hubspot.wire import Request, Response
from gateway.usecases.gateway import Gateway
from gateway.usecases.property_changes import create
from gateway.usecases.property_groups import create_group

EDITIONS = ("v3", "2026-09")
NOTE = PropertyWish(
    label="Note",
    type="string",
    field_type="textarea",
    group_name="health",
    data_sensitivity=Sensitivity.SENSITIVE,
)
PLAN = PropertyPlan(
    version=1,
    objects={
        "contacts": PlannedObject(
            groups={"vitals": "Vitals", "health": "Health and care"},
            properties={
                "pulse": msgspec.structs.replace(
                    NOTE, type="number", field_type="number", group_name="vitals", label="Pulse"
                ),
                "secret_note": msgspec.structs.replace(
                    NOTE, data_sensitivity=Sensitivity.HIGHLY_SENSITIVE, label="Secret note"
                ),
                "passport_number": PropertyWish(
                    label="Passport no.", data_sensitivity=Sensitivity.SENSITIVE
                ),
                "email": PropertyWish(data_sensitivity=Sensitivity.NON_SENSITIVE),
            },
        ),
        "0-5": PlannedObject(
            properties={"note": msgspec.structs.replace(NOTE, group_name="ticketinformation")}
        ),
    },
)


def opened(world: World, edition: str = "v3", **more: str) -> Gateway:
    """A gateway whose desk has every scope."""
    token = {"HUBSPOT_RECORDS_TOKEN": world.emulator.desk_token, **more}
    return world.open(HUBSPOT_EDITION=edition, **token)


def writes(world: World) -> list[str]:
    """The calls that changed definitions, as the emulator saw them."""
    return [
        f"{entry.method} {entry.path}"
        for entry in world.portal.journal.entries()
        if entry.method != "GET" and entry.area == "properties" and "/batch/read" not in entry.path
    ]


def named(label: str) -> PropertyWish:
    """The note under another label."""
    return msgspec.structs.replace(NOTE, label=label)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_batch_says_which_half_was_done(world: World, edition: str) -> None:
    """Created in one call per class; each that was not has its own reason, ours or HubSpot's."""
    gateway = opened(world, edition)
    wishes = {
        **{f"note_{n}": named(f"Note {n}") for n in range(120)},
        "email": NOTE,
        "wrong pair": NOTE,
        "secret": msgspec.structs.replace(NOTE, data_sensitivity=Sensitivity.HIGHLY_SENSITIVE),
    }
    outcome = gateway.properties.batch.create("contacts", wishes, by=ME)
    assert len(outcome.done) == 121
    assert {name: why.code for name, why in outcome.failed.items()} == {
        "email": "name_taken", "wrong pair": "invalid_name",
    }  # fmt: skip
    assert len(writes(world)) == 3
    read = gateway.properties.batch.read("contacts", ["secret", "no_such", "note_7", "a/b"], by=ME)
    assert [row.name for row in read.rows] == ["secret", "note_7"]
    gone = gateway.properties.batch.archive(
        "contacts", [*(f"note_{n}" for n in range(120)), "no_such", "email"], by=ME
    )
    assert len(gone.done) == 120
    assert {name: why.code for name, why in gone.failed.items()} == {
        "no_such": "no_such_property", "email": "not_archivable",
    }  # fmt: skip
    assert not gone.whole
    told = [row for row in gateway._store.audit.rows() if row.action is Action.PROPERTY_ARCHIVED]
    assert sum(len(row.fields) for row in told) == 120


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_hubspot_refuses_of_a_batch_is_told_by_name(world: World, edition: str) -> None:
    """A property that somebody else made a moment before: 207, or 200 with faults inside."""
    gateway = opened(world, edition)
    real = gateway.properties.batch._book.present
    contacts = gateway.properties.batch._book.kind("contacts")
    before = real(contacts)
    gateway.properties.create("contacts", "note", NOTE, by=ME)
    gateway.properties.batch._book.present = lambda *_, **__: before  # type: ignore[method-assign]
    outcome = gateway.properties.batch.create(
        "contacts", {"note": NOTE, "other": named("Other")}, by=ME
    )
    assert outcome.done == ("other",)
    assert outcome.failed["note"].code == "name_taken"


def test_a_property_in_use_keeps_no_other_from_being_archived(world: World) -> None:
    """HubSpot refuses the whole batch without a name; one by one each gets its own answer."""
    gateway = opened(world)
    gateway.properties.create("contacts", "note", NOTE, by=ME)
    outcome = gateway.properties.batch.archive("contacts", ["note", "passport_number"], by=ME)
    assert outcome.done == ("note",)
    assert outcome.failed["passport_number"].code == "in_use"


def test_a_missing_scope_stops_its_class_only(world: World) -> None:
    """The ordinary ones are made, the sensitive ones say which scope is missing."""
    token = world.portal.issue_token(["crm.schemas.contacts.write"])
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=token)
    plain = msgspec.structs.replace(NOTE, data_sensitivity=Sensitivity.NON_SENSITIVE)
    outcome = gateway.properties.batch.create("contacts", {"a": NOTE, "b": plain}, by=ME)
    assert outcome.done == ("b",)
    assert outcome.failed["a"].code == "scope_missing"
    assert "crm.objects.contacts.sensitive.write" in outcome.failed["a"].sentence


def test_a_batch_without_an_answer_is_looked_up(world: World) -> None:
    """Stored and not answered counts as done; nothing stored and nothing else done is an error."""
    gateway = opened(world)
    batch, book = gateway.properties.batch, gateway.properties._book
    contacts = book.kind("contacts")
    present, groups = book.present(contacts), book.hubspot.groups("contacts")
    book.present = lambda *_, **__: present  # type: ignore[method-assign]
    book.hubspot.groups = lambda _: groups  # type: ignore[method-assign]
    gateway.properties.needs("contacts", by=ME)
    world.portal.faults.add("properties", "drop_after_store", times=1)
    assert batch.create("contacts", {"note": NOTE}, by=ME).done == ("note",)
    world.portal.faults.add("properties", "drop_before", times=1)
    with pytest.raises(Unavailable):
        batch.create("contacts", {"second": NOTE}, by=ME)
    world.portal.faults.add("properties", "500", times=None)
    outcome = batch.create("contacts", {"third": NOTE, "no name": NOTE}, by=ME)
    world.portal.faults.clear()
    assert {name: why.code for name, why in outcome.failed.items()} == {
        "third": "unclear", "no name": "invalid_name",
    }  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_plan_is_shown_then_done_then_the_same(world: World, edition: str) -> None:
    """The preview sends nothing that changes; the second apply changes nothing."""
    plans = opened(world, edition).properties.plans
    shown = plans.preview(PLAN, by=ME)
    assert writes(world) == []
    assert {(step.name, step.kind, step.parts) for step in shown.steps} == {
        ("vitals", StepKind.CREATE, ()), ("health", StepKind.EDIT, ("label",)),
        ("pulse", StepKind.CREATE, ()), ("secret_note", StepKind.CREATE, ()),
        ("passport_number", StepKind.EDIT, ("label",)), ("email", StepKind.SAME, ()),
        ("note", StepKind.CREATE, ()),
    }  # fmt: skip
    done = plans.apply(PLAN, by=ME)
    assert done.whole
    assert {step.progress for step in done.steps if step.kind is not StepKind.SAME} == {
        Progress.DONE
    }
    first = writes(world)
    assert len(first) == 6
    again = plans.apply(PLAN, by=ME)
    assert {step.kind for step in again.steps} == {StepKind.SAME}
    assert writes(world) == first


def test_a_refused_step_stops_the_whole_plan(world: World) -> None:
    """A class change is refused with the way out, and nothing at all is sent."""
    plans = opened(world).properties.plans
    wrong = PropertyPlan(
        version=1,
        objects={"contacts": PlannedObject(properties={
            "fine": NOTE,
            "passport_number": PropertyWish(data_sensitivity=Sensitivity.NON_SENSITIVE),
            "visitor_badge_color": NOTE,
        })},
    )  # fmt: skip
    report = plans.apply(wrong, by=ME)
    assert report.refused
    refused = {step.name: step.reason.code for step in report.steps if step.reason is not None}
    assert refused == {
        "passport_number": "fixed_class",
        "visitor_badge_color": "other_class_archived",
    }
    assert {step.progress for step in report.steps} == {Progress.PLANNED}
    assert writes(world) == []
    twice = PropertyPlan(version=1, objects={"contacts": PlannedObject(), "0-1": PlannedObject()})
    with pytest.raises(PropertyRefused, match="twice"):
        plans.preview(twice, by=ME)


def test_an_archived_name_comes_back_when_that_is_said(world: World) -> None:
    """Without the word it is explained; with it the step is a revival."""
    gateway = opened(world)
    gateway.properties.create("contacts", "note", NOTE, by=ME)
    gateway.properties.archive("contacts", "note", by=ME)
    plan = PropertyPlan(version=1, objects={"contacts": PlannedObject(properties={"note": NOTE})})
    (step,) = gateway.properties.plans.preview(plan, by=ME).steps
    assert step.reason is not None
    assert step.reason.code == "name_of_archived"
    (step,) = gateway.properties.plans.apply(plan, by=ME, revive=True).steps
    assert (step.kind, step.progress) == (StepKind.REVIVE, Progress.DONE)
    (step,) = gateway.properties.plans.preview(plan, by=ME).steps
    assert step.kind is StepKind.SAME


def test_a_plan_that_is_cut_off_says_which_half_was_done(world: World) -> None:
    """What came before the break is done, the rest was not tried; the same plan again ends it."""
    gateway = opened(world)
    plans = gateway.properties.plans
    compared = plans._compare(PLAN, revive=False)
    plans._compare = lambda *_, **__: compared  # type: ignore[method-assign]
    gateway.properties.groups.create("contacts", "vitals", "Vitals", by=ME)
    world.portal.faults.add("properties", "500", times=None)
    report = plans.apply(PLAN, by=ME)
    world.portal.faults.clear()
    told = {step.name: step.reason.code for step in report.steps if step.reason is not None}
    assert told.pop("vitals") == "unclear"
    assert set(told.values()) == {"not_tried"}
    assert not report.whole
    del plans._compare
    assert plans.apply(PLAN, by=ME).whole
    assert {step.kind for step in plans.preview(PLAN, by=ME).steps} == {StepKind.SAME}


def test_what_is_there_is_written_down_as_a_plan(world: World) -> None:
    """The account's own properties with their groups; carried out where they are, it changes
    nothing."""
    gateway = opened(world)
    plan = gateway.properties.plans.export(["contacts", "tickets"], by=ME)
    contacts = plan.objects["contacts"]
    assert contacts.properties["diagnosis"].data_sensitivity is Sensitivity.HIGHLY_SENSITIVE
    assert "email" not in contacts.properties
    assert set(contacts.groups) >= {"health", "identity"}
    report = gateway.properties.plans.apply(plan, by=ME)
    assert {step.kind for step in report.steps} == {StepKind.SAME}
    assert writes(world) == []


def test_hubspots_limit_ends_a_batch_that_goes_one_by_one(world: World) -> None:
    """The property in use spoils the common call; then the limit is reached: nothing more is
    sent, and each name says that it was left as it was, and why."""
    gateway = opened(world)
    notes = {f"note_{n}": named(f"Note {n}") for n in range(4)}
    gateway.properties.batch.create("contacts", notes, by=ME)
    client = gateway.properties._book.hubspot._client
    send, sent = client.send, []

    def limited(request: Request) -> Response:
        if request.operation is Operation.ARCHIVE_PROPERTY:
            sent.append(request)
            if len(sent) == 2:
                world.portal.faults.add("properties", "429", times=1)
        return send(request)

    client.send = limited  # type: ignore[method-assign]
    outcome = gateway.properties.batch.archive("contacts", [*notes, "passport_number"], by=ME)
    assert len(sent) == 2
    assert outcome.done == ("note_0",)
    assert {why.code for why in outcome.failed.values()} == {"not_tried"}
    assert "slow down" in outcome.failed["note_1"].sentence


@pytest.mark.parametrize(
    ("moment", "done", "codes"),
    [("asked", 100, {"not_tried"}), ("made", 0, {"outcome_not_audited", "not_tried"})],
)
def test_an_audit_that_breaks_hides_no_half_of_a_batch(
    world: World, moment: str, done: int, codes: set[str]
) -> None:
    """The audit ends in the middle: what was done before is told, what HubSpot did and the audit
    does not know is told as that, and the rest was not tried."""
    gateway = opened(world)
    rows = gateway.properties._book._rows
    real, calls = getattr(rows, moment), []

    def broken(*args: object, **named: object) -> None:
        calls.append(args)
        if moment == "made" or len(calls) > 1:
            raise IntakeClosed("disk")
        real(*args, **named)

    setattr(rows, moment, broken)
    wishes = {f"note_{n}": named(f"Note {n}") for n in range(130)}
    outcome = gateway.properties.batch.create("contacts", wishes, by=ME)
    assert len(outcome.done) == done
    assert {why.code for why in outcome.failed.values()} == codes
    assert outcome.done + tuple(outcome.failed) == tuple(wishes)
    setattr(rows, moment, real)
    gateway.properties._book.forget()
    there = gateway.properties.batch.read("contacts", wishes, by=ME)
    assert len(there.rows) == 100


def test_a_class_that_was_not_kept_is_seen_without_an_answer(world: World) -> None:
    """HubSpot makes it in another class and the answer is lost: it does not count as done."""
    gateway = opened(world)
    gateway.properties.needs("contacts", by=ME)
    client = gateway.properties._book.hubspot._client
    send = client.send

    def lowered(request: Request) -> Response:
        if request.operation in (Operation.CREATE_PROPERTY, Operation.CREATE_PROPERTIES):
            text = (request.body or b"").replace(b'"sensitive"', b'"non_sensitive"')
            send(dataclasses.replace(request, body=text))
            raise Unavailable
        return send(request)

    client.send = lowered  # type: ignore[method-assign]
    outcome = gateway.properties.batch.create("contacts", {"one": NOTE}, by=ME)
    assert outcome.failed["one"].code == "class_not_kept"
    with pytest.raises(PropertyRefused, match="not in the class that was asked for"):
        gateway.properties.create("contacts", "three", NOTE, by=ME)


def test_what_nobody_asked_for_is_passed_over(world: World) -> None:
    """HubSpot tells of another property than the one that was asked for: nothing breaks."""
    gateway = opened(world)
    client = gateway.properties._book.hubspot._client
    body = b'{"status":"COMPLETE","results":[{"name":"other","dataSensitivity":"sensitive"}]}'
    client.send = lambda _: Response(200, {}, body)  # type: ignore[method-assign]
    assert gateway.properties.batch.read("contacts", ["email"], by=ME).rows == ()


def test_a_scope_that_is_missed_half_way_hides_no_half_of_a_plan(world: World) -> None:
    """The edit of a sensitive property lacks its scope: that step says so, the others are done;
    and where the audit breaks, each step says what became of it."""
    gateway = opened(world)
    gateway.properties.create("contacts", "old", NOTE, by=ME)
    scopes = ["crm.schemas.contacts.write"]
    poor = world.open(HUBSPOT_RECORDS_TOKEN=world.portal.issue_token(scopes))
    plain = msgspec.structs.replace(NOTE, data_sensitivity=Sensitivity.NON_SENSITIVE)
    planned = {"plain": plain, "old": named("Renamed"), "new": named("New")}
    plan = PropertyPlan(
        version=1,
        objects={"contacts": PlannedObject(groups={"vitals": "Vitals"}, properties=planned)},
    )
    report = poor.properties.plans.apply(plan, by=ME)
    told = {step.name: step.reason.code if step.reason else None for step in report.steps}
    missing = "scope_missing"
    assert told == {"vitals": None, "plain": None, "old": missing, "new": missing}

    def broken(*_: object, **__: object) -> None:
        raise IntakeClosed("disk")

    rows = gateway.properties._book._rows
    rows.made = broken  # type: ignore[method-assign]
    report = gateway.properties.plans.apply(plan, by=ME)
    told = {step.name: step.reason.code if step.reason else None for step in report.steps}
    assert told == {
        "vitals": None, "plain": None, "old": "not_tried", "new": "outcome_not_audited",
    }  # fmt: skip


def test_a_forbidden_call_names_what_hubspot_named(world: World) -> None:
    """Looking at groups takes no scope that we know; where HubSpot says no, the sentence is not
    left without one."""
    gateway = opened(world)
    gateway.properties.needs("contacts", by=ME)
    world.portal.faults.add("properties", "403", times=1)
    with pytest.raises(Forbidden, match=r"crm\.objects\.contacts\.sensitive\.write"):
        gateway.properties.groups.list("contacts", by=ME)
    world.portal.faults.add("properties", "404", times=None)
    book = gateway.properties._book
    for make in (
        lambda: create_group(book, book.kind("contacts"), "x", "X", by=ME),
        lambda: create(book, book.kind("contacts"), "x", NOTE, by=ME),
    ):
        with pytest.raises(PropertyRefused, match="no such object type"):
            make()
