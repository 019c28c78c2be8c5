"""Records are read without their sensitive values, and changed only as their definitions allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from desk import EMAIL, PASSPORT, SUPERVISOR, VALUES, actions, contact, opened, secret, shared, told
from samples import World

from gateway.domain.answers import Secret
from gateway.domain.audit import Action
from gateway.domain.errors import GatewayError, PermissionDenied
from gateway.domain.hubspot_errors import Unavailable
from gateway.domain.record_errors import (
    ChangeUnclear,
    ForeignRecordsToken,
    InvalidRecord,
    MissingScope,
    RecordRejected,
    RecordsTokenRefused,
    UnknownObjectType,
    UnknownRecord,
)
from gateway.domain.records import Association, Presence, Record, UniqueKey
from gateway.domain.reveals import Purpose
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Role, User
from gateway.emulator import Emulator
from gateway.emulator.faults import KINDS, Area
from gateway.emulator.seed.properties import POLICY
from gateway.emulator.tokens import TokenKind
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import Client
from gateway.hubspot.routes import Host
from gateway.usecases.desk import Desk
from gateway.usecases.gateway import Gateway
from gateway.usecases.records import MANY_NAMES

SHOWN = ("email", "city", "passport_number", "diagnosis", "bank_account")


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


def seen(record: Record) -> dict[str, Any]:
    """name → the value of what is shown, the presence of what is masked."""
    return {
        one.name: str(one.presence) if one.masked else (one.value.reveal() if one.value else None)
        for one in record.fields
    }


def codes(error: InvalidRecord | RecordRejected) -> dict[str, str]:
    """name → the code of its reason."""
    return {name: why.code for name, why in error.reasons.items()}


@pytest.mark.parametrize("by_email", [False, True])
def test_sensitive_values_are_masked(by_email: bool, desk: Gateway) -> None:
    """Of a sensitive property only its presence is told, whether or not the record is named by
    its id; ordinary values are shown."""
    record_id = contact(desk)
    key = UniqueKey("email", secret(x=EMAIL.upper())["x"]) if by_email else record_id
    record = desk.records.read("contacts", key, SHOWN, by=SUPERVISOR)
    assert record.id == record_id
    assert record.created_at
    assert not record.archived
    assert seen(record) == {"email": EMAIL, "city": "Berlin", "passport_number": "set",
                            "diagnosis": "set", "bank_account": "empty"}  # fmt: skip
    assert {one.name: one.sensitivity for one in record.fields}["diagnosis"] is (
        Sensitivity.HIGHLY_SENSITIVE
    )
    passport = record.field("passport_number")
    assert passport is not None
    assert (passport.label, passport.presence, passport.value) == (
        "Passport number", Presence.SET, None,
    )  # fmt: skip
    assert "canary" not in repr(record)


def test_nothing_sensitive_is_asked_for_unasked(world: World, desk: Gateway) -> None:
    """Without names the usual ordinary properties are read, and no sensitive one."""
    record_id = contact(desk)
    read = desk.records.read("contact", record_id, by=SUPERVISOR)
    assert [one.name for one in read.fields] == ["email", "firstname", "lastname"]
    assert not any(one.masked for one in read.fields)


def test_many_properties_are_asked_for_in_a_body(world: World, desk: Gateway) -> None:
    """So many names that an address could not hold them are read all the same."""
    record_id = contact(desk)
    names = [f"extra_{n}" for n in range(MANY_NAMES)]
    for name in names:
        world.portal.properties["0-1"][name] = {
            **world.portal.properties["0-1"]["city"], "name": name,
        }  # fmt: skip
    read = desk.records.read("contacts", record_id, ["city", *names], by=SUPERVISOR)
    assert seen(read) == {"city": "Berlin", **dict.fromkeys(names)}


def test_a_record_is_created_changed_cleared_and_archived(world: World) -> None:
    """Each change reaches HubSpot, and the audit tells that it was asked for and that it was
    made, with names and without values."""
    desk = opened(world)
    record_id = contact(desk)
    key = UniqueKey("email", secret(x=EMAIL)["x"])
    changed = desk.records.update("0-1", record_id, secret(city="Rome"), by=SUPERVISOR)
    assert seen(changed) == {"city": "Rome"}
    desk.records.update("contacts", key, secret(city=""), by=SUPERVISOR)
    cleared = desk.records.clear(
        "contacts", record_id, ["passport_number", "diagnosis"], by=SUPERVISOR
    )
    assert seen(cleared) == {"passport_number": "empty", "diagnosis": "empty"}
    (held,) = world.portal.contacts()
    assert held.values == {"email": EMAIL}
    desk.records.archive("contacts", key, by=SUPERVISOR)
    assert world.portal.contacts()[0].archived
    with pytest.raises(UnknownRecord):
        desk.records.read("contacts", record_id, by=SUPERVISOR)
    gone = desk.records.read("contacts", record_id, ["city"], by=SUPERVISOR, archived=True)
    assert gone.archived
    place, both = f"0-1/{record_id}", ("diagnosis", "passport_number")
    assert actions(desk) == [
        (Action.RECORD_ASKED, "0-1", "create", tuple(sorted(VALUES))),
        (Action.RECORD_CREATED, place, None, tuple(sorted(VALUES))),
        (Action.RECORD_ASKED, place, "update", ("city",)),
        (Action.RECORD_UPDATED, place, None, ("city",)),
        (Action.RECORD_ASKED, place, "update", ("city",)),
        (Action.RECORD_UPDATED, place, None, ("city",)),
        (Action.RECORD_ASKED, place, "clear", both),
        (Action.RECORD_CLEARED, place, None, both),
        (Action.RECORD_ASKED, place, "archive", ()),
        (Action.RECORD_ARCHIVED, place, None, ()),
    ]
    assert {row.actor for row in told(desk)} == {SUPERVISOR.id}
    assert desk._store.audit.verify() == (True, None)


@pytest.mark.parametrize(
    ("kind", "values", "masked"),
    [
        ("companies", {"name": "ACME", "tax_number": "canary-1"}, "tax_number"),
        ("deals", {"dealname": "Big", "dealstage": "closedwon"}, None),
        ("tickets", {"subject": "S", "hs_pipeline": "0", "hs_pipeline_stage": "1",
                     "identity_note": "canary-2"}, "identity_note"),
        ("appointments", {"hs_appointment_name": "A", "visit_reason": "canary-3"}, "visit_reason"),
        (POLICY, {"policy_name": "P", "policy_number": "canary-4"}, "policy_number"),
    ],
)  # fmt: skip
def test_every_object_type(
    kind: str, values: dict[str, str], masked: str | None, desk: Gateway
) -> None:
    """Companies, deals, tickets, appointments and custom objects as well as contacts."""
    made = desk.records.create(kind, secret(**values), by=SUPERVISOR)
    read = desk.records.read(kind, made.id, list(values), by=SUPERVISOR)
    assert seen(read) == {n: "set" if n == masked else v for n, v in values.items()}


def test_a_new_record_is_associated(world: World, desk: Gateway) -> None:
    """With another record, in the call that creates it; one that is not there is refused."""
    company = desk.records.create("companies", secret(name="ACME"), by=SUPERVISOR).id
    joined = [Association(company, 279)]
    made = desk.records.create("contacts", secret(email=EMAIL), joined, by=SUPERVISOR)
    links = world.portal.records.links.of(("0-1", made.id), "0-2")
    assert [to for to, _ in links] == [company]
    with pytest.raises(RecordRejected) as caught:
        desk.records.create("contacts", {}, [Association("77", 279)], by=SUPERVISOR)
    assert codes(caught.value) == {"": "no_association"}
    for odd in (Association("x", 279), Association("1", 0), Association("1", 2**31)):
        with pytest.raises(InvalidRecord):
            desk.records.create("contacts", {}, [odd], by=SUPERVISOR)


WRONG = {
    "nothing_there": "unknown_property",
    "visitor_badge_color": "archived_property",
    "createdate": "read_only",
    "hs_object_id": "read_only",
    "num_unique_conversion_events": "read_only",
    "passport_number": "too_long",
    "city": "not_text",
}


def test_every_wrong_property_is_named_before_the_call(world: World, desk: Gateway) -> None:
    """All faults at once, each by its name, and nothing reaches HubSpot or the audit."""
    record_id = contact(desk)
    before, known = len(told(desk)), calls(world)
    values = dict.fromkeys(WRONG, "x") | {"passport_number": "x" * 65_537, "city": "\ud800"}
    with pytest.raises(InvalidRecord) as caught:
        desk.records.update("contacts", record_id, secret(**values), by=SUPERVISOR)
    assert codes(caught.value) == WRONG
    assert len(told(desk)) == before
    assert calls(world) == known
    with pytest.raises(InvalidRecord) as caught:
        desk.records.read("contacts", record_id, ["nope", "visitor_badge_color"], by=SUPERVISOR)
    assert codes(caught.value) == {
        "nope": "unknown_property", "visitor_badge_color": "archived_property",
    }  # fmt: skip


def test_a_card_number_is_not_written_to_an_ordinary_property(desk: Gateway) -> None:
    """What the content guard blocks in a form it blocks here, naming the kind and not the value;
    in a sensitive property, or where it merely may be one, it is written."""
    record_id = contact(desk)
    card = "4111111111111111"
    with pytest.raises(InvalidRecord) as caught:
        desk.records.update("contacts", record_id, secret(city=f"Card {card}"), by=SUPERVISOR)
    assert codes(caught.value) == {"city": "looks_sensitive"}
    assert "payment card" in str(caught.value)
    assert card not in str(caught.value)
    with pytest.raises(InvalidRecord):
        desk.records.create("contacts", secret(zip="DE89 3704 0044 0532 0130 00"), by=SUPERVISOR)
    written = secret(other_allergies=card, bank_account="DE89370400440532013000")
    desk.records.update("contacts", record_id, written, by=SUPERVISOR)


def calls(world: World) -> int:
    """How many calls about records the emulator has seen."""
    return sum(str(one.area) == "objects" for one in world.portal.arrivals())


def test_the_longest_value_fits_and_a_body_has_an_end(desk: Gateway) -> None:
    """65,536 characters are taken, an emoji being two; a record of more than 1 MiB is refused before the call."""
    record_id = contact(desk)
    longest = "ä" * 65_536
    desk.records.update("contacts", record_id, secret(medication=longest), by=SUPERVISOR)
    names = ("medication", "other_allergies", "diagnosis", "passport_number", "firstname",
             "lastname", "city", "zip")  # fmt: skip
    for longer in (longest + "ä", "\U0001f600" * 32_769):
        with pytest.raises(InvalidRecord) as caught:
            desk.records.update("contacts", record_id, secret(medication=longer), by=SUPERVISOR)
        assert codes(caught.value) == {"medication": "too_long"}
    huge = dict.fromkeys(names, "\U0001f600" * 32_768)
    with pytest.raises(InvalidRecord) as caught:
        desk.records.update("contacts", record_id, secret(**huge), by=SUPERVISOR)
    assert codes(caught.value) == {"": "too_large"}
    with pytest.raises(InvalidRecord) as caught:
        desk.records.update("contacts", record_id, {}, by=SUPERVISOR)
    assert codes(caught.value) == {"": "nothing_to_write"}


@pytest.mark.parametrize("key", [("city", "Berlin"), ("email", ""), ("email", "x" * 70_000)])
def test_what_is_no_key_is_said(key: tuple[str, str], desk: Gateway) -> None:
    """A record named by what several may share, by nothing, or by what no property can hold."""
    contact(desk)
    by_value = UniqueKey(key[0], Secret(key[1]))
    for ask in (
        lambda: desk.records.read("contacts", by_value, ["city"], by=SUPERVISOR),
        lambda: desk.records.update("contacts", by_value, secret(city="Rome"), by=SUPERVISOR),
    ):
        with pytest.raises(InvalidRecord) as caught:
            ask()
        assert codes(caught.value) == {key[0]: "not_a_key"}


@pytest.mark.parametrize("odd", ["", "x", "1/../2", "-1", "1" * 20, "12 ", "1" * 19, "١"])
def test_a_wrong_id_goes_nowhere(odd: str, world: World, desk: Gateway) -> None:
    """What is no id, or none HubSpot gives out, is refused before the call."""
    for ask in (
        lambda: desk.records.read("2-4100721612345", odd, by=SUPERVISOR),
        lambda: desk.records.update("2-4100721612345", odd, secret(a="b"), by=SUPERVISOR),
        lambda: desk.records.archive("2-4100721612345", odd, by=SUPERVISOR),
    ):
        with pytest.raises((InvalidRecord, UnknownObjectType)):
            ask()
    with pytest.raises(UnknownRecord):
        desk.records.read("contacts", "77", by=SUPERVISOR)
    with pytest.raises(UnknownRecord):
        desk.records.update("contacts", "77", secret(city="x"), by=SUPERVISOR)


@pytest.mark.parametrize("kind", ["", "persons", "0-9999", "2-999", "contacts/1", "__proto__"])
def test_an_unknown_object_type(kind: str, desk: Gateway) -> None:
    """It is refused as such, also where only HubSpot knows that it is none."""
    with pytest.raises(UnknownObjectType):
        desk.records.read(kind, "12", by=SUPERVISOR)
    with pytest.raises(UnknownObjectType):
        desk.records.create(kind, secret(name="x"), by=SUPERVISOR)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"preferred_contact": "canary"}, {"preferred_contact": "not_an_option"}),
        ({"email": "canary"}, {"email": "not_an_email"}),
        ({"date_of_birth": "canary"}, {"date_of_birth": "not_a_date"}),
        ({"annual_salary": "canary", "nationality": "canary"},
         {"annual_salary": "not_a_number", "nationality": "not_an_option"}),
        ({"email": EMAIL}, {"": "taken"}),
    ],
)  # fmt: skip
def test_what_hubspot_refuses_is_told_by_name(
    values: dict[str, str], expected: dict[str, str], desk: Gateway
) -> None:
    """HubSpot repeats the value in its message; only our names and known reasons are kept."""
    record_id = contact(desk)
    with pytest.raises(RecordRejected) as caught:
        desk.records.create("contacts", secret(**values), by=SUPERVISOR)
    assert codes(caught.value) == expected
    assert "canary" not in str(caught.value)
    assert caught.value.other_id == (record_id if "" in expected else None)
    assert caught.value.__cause__ is None


def test_what_a_ticket_demands_is_named(desk: Gateway) -> None:
    """A demanded property that was not sent is told by its name."""
    with pytest.raises(RecordRejected) as caught:
        desk.records.create("tickets", secret(subject="x"), by=SUPERVISOR)
    assert codes(caught.value) == {"hs_pipeline": "required", "hs_pipeline_stage": "required"}


def test_a_definition_that_changed_is_looked_up_again(world: World, desk: Gateway) -> None:
    """A property that was created a moment ago is found at once."""
    record_id = contact(desk)
    world.portal.properties["0-1"]["blood_group"] = {
        **world.portal.properties["0-1"]["passport_number"], "name": "blood_group",
    }  # fmt: skip
    made = desk.records.update("contacts", record_id, secret(blood_group="A"), by=SUPERVISOR)
    assert seen(made) == {"blood_group": "set"}


def test_a_class_that_was_lowered_is_noticed(world: World) -> None:
    """What was shown as sensitive and was made anew as ordinary gets no value, until somebody has
    been told."""
    gateway = opened(world)
    record_id = contact(gateway)
    gateway.records.read("contacts", record_id, ["passport_number"], by=SUPERVISOR)
    world.portal.amend_property("0-1", "passport_number", {"dataSensitivity": "non_sensitive"})
    with pytest.raises(InvalidRecord) as caught:
        gateway.records.update("contacts", record_id, secret(passport_number="x"), by=SUPERVISOR)
    assert codes(caught.value) == {"passport_number": "class_lowered"}
    made = gateway.records.update("contacts", record_id, secret(passport_number="x"), by=SUPERVISOR)
    assert seen(made) == {"passport_number": "x"}


def test_an_unknown_class_is_not_shown(world: World, desk: Gateway) -> None:
    """What HubSpot gives no class is neither read nor written."""
    record_id = contact(desk)
    world.portal.properties["0-1"]["city"].pop("dataSensitivity")
    fresh = opened(world)
    with pytest.raises(InvalidRecord) as caught:
        fresh.records.read("contacts", record_id, ["city"], by=SUPERVISOR)
    assert set(codes(caught.value).values()) <= {"class_unknown", "unknown_property"}


def test_a_missing_scope_is_explained_by_object_and_class(world: World) -> None:
    """Before the call where the token tells its scopes: by name, and nothing is sent."""
    scopes = ["crm.objects.contacts.read", "crm.objects.contacts.write"]
    poor = world.portal.issue_token(scopes)
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=poor)
    made = gateway.records.create("contacts", secret(email=EMAIL), by=SUPERVISOR)
    before = calls(world)
    for ask, name, words in (
        (lambda: gateway.records.read("contacts", made.id, ["diagnosis"], by=SUPERVISOR),
         "crm.objects.contacts.highly_sensitive.read", "read highly sensitive contact properties"),
        (lambda: gateway.records.clear("contacts", made.id, ["passport_number"], by=SUPERVISOR),
         "crm.objects.contacts.sensitive.write", "write sensitive contact properties"),
    ):  # fmt: skip
        with pytest.raises(MissingScope) as caught:
            ask()
        assert [need.name for need in caught.value.needs] == [name]
        assert caught.value.certain
        assert words in str(caught.value)
    with pytest.raises(MissingScope, match="definitions of deal properties"):
        gateway.records.read("deals", "12", by=SUPERVISOR)
    assert calls(world) == before


def test_a_missing_scope_is_explained_after_a_403(world: World) -> None:
    """Where HubSpot does not tell a token's scopes, its refusal is put into the same words."""
    scopes = ["crm.objects.contacts.read", "crm.objects.contacts.write"]
    poor = world.portal.issue_token(scopes, kind=TokenKind.OAUTH)
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=poor)
    made = gateway.records.create("contacts", secret(email=EMAIL), by=SUPERVISOR)
    with pytest.raises(MissingScope) as caught:
        gateway.records.read("contacts", made.id, ["passport_number"], by=SUPERVISOR)
    assert [need.name for need in caught.value.needs] == ["crm.objects.contacts.sensitive.read"]
    assert not caught.value.certain


def test_highly_sensitive_appointments_have_no_scope(world: World, desk: Gateway) -> None:
    """What HubSpot has no permission for is said to be so, before the call."""
    world.portal.properties["0-421"]["visit_reason"]["dataSensitivity"] = "highly_sensitive"
    with pytest.raises(InvalidRecord) as caught:
        desk.records.read("appointments", "12", ["visit_reason"], by=SUPERVISOR)
    assert codes(caught.value) == {"visit_reason": "no_scope_exists"}


def test_the_token_that_submits_reads_no_value_back(world: World) -> None:
    """Without a second token, records are asked for with the first, which may not read any."""
    gateway = world.open(HUBSPOT_ACCESS_TOKEN=world.emulator.intake_token)
    with pytest.raises(MissingScope):
        gateway.records.read("contacts", "12", by=SUPERVISOR)
    both = world.open(HUBSPOT_ACCESS_TOKEN=world.emulator.access_token)
    with pytest.raises(UnknownRecord):
        both.records.read("contacts", "12", by=SUPERVISOR)
    found = {one.code for one in both.doctor(by=User("a", "A", frozenset({Role.ADMIN})))}
    assert "records_token_same" in found


def test_a_token_hubspot_does_not_know(world: World, desk: Gateway) -> None:
    """It is told apart from the token that submits, here and by the doctor."""
    admin = User("a", "A", frozenset({Role.ADMIN}))
    assert "records_token_ready" in {one.code for one in desk.doctor(by=admin)}
    strange = opened(world, HUBSPOT_RECORDS_TOKEN="pat-na1-00000000-0000-4000-8000-000000000000")
    with pytest.raises(RecordsTokenRefused, match="HUBSPOT_RECORDS_TOKEN"):
        strange.records.read("contacts", "12", by=SUPERVISOR)
    assert "records_token_refused" in {one.code for one in strange.doctor(by=admin)}


def test_a_token_of_another_account_is_not_used(
    world: World, desk: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token whose account is not the one submissions go to opens nothing."""
    with Emulator() as other:
        other.portal.id = world.emulator.portal_id + 1
        token = Secret(other.desk_token)
        client = Client(token, {Host.API: other.api_base}, emulated=True)
        strange = Desk(
            HubSpot(client, token, client_secret=Secret("")), desk._doctor._portal,
            separate=True, now_ms=desk._now_ms,
        )  # fmt: skip
        with pytest.raises(ForeignRecordsToken), strange.asking([]):
            pytest.fail("asked nevertheless")
        monkeypatch.setattr(desk._doctor, "_desk", strange)
        found = desk.doctor(by=User("a", "A", frozenset({Role.ADMIN})))
        assert "records_token_foreign" in {one.code for one in found}


ROLES = {
    Role.OPERATOR: {"read", "change", "reveal"},
    Role.SUPERVISOR: {"read", "change", "reveal"},
    Role.INTAKE: set(),
    Role.ADMIN: set(),
    Role.AUDITOR: set(),
}


@pytest.mark.parametrize("role", Role)
def test_who_may_do_what(role: Role, desk: Gateway) -> None:
    """Of the roles only supervisor and operator see, change and reveal."""
    by = User("u", "U", frozenset({role}))
    asked = {
        "read": lambda: desk.records.read("persons", "12", by=by),
        "change": lambda: desk.records.update("persons", "12", {}, by=by),
        "reveal": lambda: desk.records.reveal("persons", "12", "x", Purpose.CARE, by=by),
    }
    may = set()
    for name, ask in asked.items():
        try:
            ask()
        except PermissionDenied:
            continue
        except UnknownObjectType:
            may.add(name)
    assert may == ROLES[role]


@pytest.mark.parametrize("kind", ["drop_before", "reset", "500", "504_html", "garbage_json"])
def test_a_lost_answer_is_unclear(kind: str, world: World, desk: Gateway) -> None:
    """A change whose answer did not come may have been made: it is said so, and the audit has
    that it was asked for. A read that got none may be asked again."""
    record_id = contact(desk)
    world.portal.faults.add(on="objects", kind=kind, times=1)
    with pytest.raises(ChangeUnclear):
        desk.records.update("contacts", record_id, secret(city="Rome"), by=SUPERVISOR)
    assert actions(desk)[-1][:3] == (Action.RECORD_ASKED, f"0-1/{record_id}", "update")
    world.portal.faults.add(on="objects", kind=kind, times=1)
    with pytest.raises(Unavailable):
        desk.records.read("contacts", record_id, by=SUPERVISOR)


TROUBLE = sorted(
    kind for kind, of in KINDS.items() if Area.OBJECTS in of.areas and "slow" not in kind
)


@pytest.mark.parametrize("kind", TROUBLE)
def test_every_trouble_is_a_named_error(kind: str, world: World, desk: Gateway) -> None:
    """Whatever HubSpot answers instead, an error of our own comes, without a value."""
    record_id = contact(desk)
    for ask in (
        lambda: desk.records.read("contacts", record_id, ["passport_number"], by=SUPERVISOR),
        lambda: desk.records.update(
            "contacts", record_id, secret(passport_number=PASSPORT), by=SUPERVISOR
        ),
        lambda: desk.records.reveal(
            "contacts", record_id, "passport_number", Purpose.CARE, by=SUPERVISOR
        ),
    ):
        world.portal.faults.clear()
        world.portal.faults.add(on="objects", kind=kind, times=1)
        with pytest.raises(GatewayError) as caught:
            ask()
        assert PASSPORT not in json.dumps([str(caught.value), repr(caught.value.__dict__)])
