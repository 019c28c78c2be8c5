"""Searches for records over a real emulator: what is found, what is refused before the call, and
what never leaves for an address, a log or the audit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import World

from gateway.bootstrap import open_gateway
from gateway.domain.answers import Secret
from gateway.domain.audit import Action
from gateway.domain.errors import PermissionDenied
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.record_errors import MissingScope, SearchRefused, UnknownObjectType
from gateway.domain.records import Presence
from gateway.domain.search import (
    PER_SECOND,
    Filter,
    Found,
    Operator,
    Search,
    SearchFault,
    Sort,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

PEOPLE: tuple[dict[str, str], ...] = (
    {"email": "ada@mail.example", "firstname": "Ada", "internal_rating": "3",
     "start_date": "2026-01-31", "contract_type": "permanent", "passport_number": "CANARY-P1"},
    {"email": "bo@clinic.example", "firstname": "Bo Ann", "internal_rating": "20",
     "start_date": "2026-03-01", "contract_type": "trainee", "diagnosis": "CANARY-cough"},
    {"email": "cy@clinic.example", "lastname": "Ng"},
)  # fmt: skip
CASES = [
    ("firstname", Operator.EQ, ("ada",), "a"),
    ("firstname", Operator.NEQ, ("Ada",), "b"),
    ("internal_rating", Operator.LT, ("20",), "a"),
    ("internal_rating", Operator.LTE, ("20",), "ab"),
    ("internal_rating", Operator.GT, ("3",), "b"),
    ("internal_rating", Operator.GTE, ("3",), "ab"),
    ("start_date", Operator.BETWEEN, ("2026-01-01", "2026-02-01"), "a"),
    ("contract_type", Operator.IN, ("permanent", "trainee"), "ab"),
    ("contract_type", Operator.NOT_IN, ("permanent",), "b"),
    # HubSpot compares listed texts in lower case; the gateway writes them so.
    ("firstname", Operator.IN, ("Ada",), "a"),
    ("lastname", Operator.HAS_PROPERTY, (), "c"),
    ("firstname", Operator.NOT_HAS_PROPERTY, (), "c"),
    ("email", Operator.CONTAINS_TOKEN, ("*@clinic.example",), "bc"),
    ("firstname", Operator.NOT_CONTAINS_TOKEN, ("ann",), "a"),
    ("passport_number", Operator.EQ, ("CANARY-P1",), "a"),
]
AUDITOR = User("clerk", "Clerk", frozenset({Role.AUDITOR}))


@pytest.fixture(scope="module")
def found_by(
    running: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Gateway]]:
    """Three contacts, and a gateway whose desk may do everything."""
    running.portal.reset()
    running.portal.amend_switches(rate_limit=0, public_limit=0, search_limit=0)
    here = World(running, tmp_path_factory.mktemp("search"), open_gateway)
    environ = here.environ(HUBSPOT_RECORDS_TOKEN=running.desk_token)
    with open_gateway(load_settings(environ, None)) as gateway:
        for person in PEOPLE:
            values = {name: Secret(value) for name, value in person.items()}
            gateway.records.create("contacts", values, by=LOCAL_OPERATOR)
        yield here, gateway


@pytest.fixture
def gateway(found_by: tuple[World, Gateway]) -> Gateway:
    return found_by[1]


def _where(name: str, operator: Operator, *values: str) -> Filter:
    return Filter(name, operator, tuple(Secret(value) for value in values))


def _find(gateway: Gateway, *filters: Filter, **how: Any) -> Found:
    wanted = Search(groups=(filters,) if filters else (), **how)
    return gateway.search.find("contacts", wanted, by=LOCAL_OPERATOR)


def _letters(found: Found) -> str:
    fields = [record.field("email") for record in found.records]
    return "".join(f.value.reveal()[0] for f in fields if f is not None and f.value is not None)


@pytest.mark.parametrize(("name", "operator", "values", "letters"), CASES)
def test_every_operator_finds_what_it_says(
    gateway: Gateway, name: str, operator: Operator, values: tuple[str, ...], letters: str
) -> None:
    """Each over HubSpot's own comparison, with the values in the request's body."""
    assert _letters(_find(gateway, _where(name, operator, *values))) == letters


def test_every_operator_is_tried() -> None:
    """No operator without a case above."""
    assert {operator for _, operator, _, _ in CASES} == set(Operator)


def test_groups_words_sorts_and_pages(gateway: Gateway) -> None:
    """One group that holds is enough, all of its filters must; words are looked for; a page leads
    to the next, and the total counts all."""
    either = ((_where("firstname", Operator.EQ, "ada"),),
              (_where("lastname", Operator.EQ, "ng"), _where("email", Operator.HAS_PROPERTY)))  # fmt: skip
    find = gateway.search.find
    assert _letters(find("0-1", Search(either), by=LOCAL_OPERATOR)) == "ac"
    assert _letters(_find(gateway, query=Secret("bo ann"))) == "b"
    newest = (Sort("email", descending=True),)
    first = _find(gateway, sorts=newest, limit=2)
    assert (first.total, _letters(first), first.beyond) == (3, "cb", False)
    last = _find(gateway, sorts=newest, limit=2, after=first.after)
    assert (_letters(last), last.after) == ("a", "")
    seek = _find(gateway, _where("hs_object_id", Operator.GT, first.records[0].id))
    assert seek.total == 0


def test_sensitive_values_stay_masked(gateway: Gateway) -> None:
    """A sensitive property is shown only when it is named, and then only whether it has a
    value."""
    plain = _find(gateway, _where("firstname", Operator.EQ, "ada")).records[0]
    assert plain.field("passport_number") is None
    named = _find(gateway, _where("firstname", Operator.EQ, "ada"), properties=("passport_number",))
    field = named.records[0].field("passport_number")
    assert field is not None
    assert (field.sensitivity, field.presence, field.value) == (
        Sensitivity.SENSITIVE, Presence.SET, None,
    )  # fmt: skip
    assert "CANARY" not in repr(named)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"groups": ((_where("diagnosis", Operator.HAS_PROPERTY),),)}, "highly_sensitive"),
        ({"sorts": (Sort("diagnosis"),)}, "highly_sensitive"),
        ({"properties": ("firstname", "diagnosis")}, "highly_sensitive"),
        ({"groups": ((_where("no_such", Operator.EQ, "CANARY"),),)}, "unknown_property"),
        ({"properties": ("visitor_badge_color",)}, "archived_property"),
        ({"after": "9999"}, "too_deep"),
        ({"groups": ((_where("firstname", Operator.EQ),),)}, "values_missing"),
    ],
)
def test_what_must_not_be_asked_is_refused_before_the_call(
    found_by: tuple[World, Gateway], how: dict[str, Any], fault: str
) -> None:
    """Nothing reaches HubSpot's search; the reason names the property and no value."""
    world, gateway = found_by
    before = _searches(world)
    with pytest.raises(SearchRefused) as refused:
        gateway.search.find("contacts", Search(**how), by=LOCAL_OPERATOR)
    assert [flaw.fault for flaw in refused.value.flaws] == [SearchFault(fault)]
    assert "CANARY" not in str(refused.value)
    assert _searches(world) == before


def test_an_unknown_object_type_is_refused(gateway: Gateway) -> None:
    """Whether it cannot be one, or HubSpot has none of it."""
    for name in ("planets", "2-99999", "../contacts"):
        with pytest.raises(UnknownObjectType):
            gateway.search.find(name, Search(), by=LOCAL_OPERATOR)


def test_an_email_goes_into_no_address_log_or_audit(
    found_by: tuple[World, Gateway], caplog: pytest.LogCaptureFixture
) -> None:
    """A look-up by e-mail finds the contact, and every address HubSpot was asked under is free of
    it; each search is in the audit by the names of what it compares, and not by its values."""
    world, gateway = found_by
    caplog.set_level(logging.DEBUG)
    found = gateway.search.by_email(" ada@mail.example ", by=LOCAL_OPERATOR)
    assert _letters(found) == "a"
    assert gateway.search.by_email("nobody@mail.example", by=LOCAL_OPERATOR).total == 0
    with pytest.raises(SearchRefused):
        gateway.search.by_email(" ", by=LOCAL_OPERATOR)
    assert _letters(_find(gateway, _where("email", Operator.EQ, "ada@mail.example"))) == "a"
    _find(gateway, _where("passport_number", Operator.EQ, "CANARY-P1"))
    # The HTTP library writes down every address it asks.
    assert "/crm/v3/objects/contacts/search" in caplog.text
    assert "/crm/v3/objects/contacts/batch/read" in caplog.text
    told = repr(world.portal.journal.entries()) + caplog.text + repr(found)
    assert "ada@" not in told
    assert "CANARY" not in told
    rows = [row for row in _audit(gateway) if row.action is Action.RECORD_SEARCHED]
    told = [(row.sid, row.fields, row.cause) for row in rows[-4:]]
    assert told == [("0-1", ("email",), None)] * 3 + [("0-1", ("passport_number",), None)]


def test_comparing_a_sensitive_value_takes_the_right_to_reveal(gateway: Gateway) -> None:
    """Who may not see a value may not guess it either, and who may view no record finds none."""
    wanted = Search(((_where("passport_number", Operator.EQ, "CANARY-P1"),),))
    with pytest.raises(PermissionDenied):
        gateway.search.find("contacts", wanted, by=AUDITOR)
    with pytest.raises(PermissionDenied):
        gateway.search.find("contacts", Search(), by=User("n", "N", frozenset({Role.INTAKE})))


def test_no_second_holds_more_than_five_searches(found_by: tuple[World, Gateway]) -> None:
    """The places are shared: with HubSpot's own limit on, none of seven searches is refused."""
    world, gateway = found_by
    world.portal.amend_switches(search_limit=PER_SECOND)
    try:
        before = len(world.portal.journal.entries())
        for _ in range(PER_SECOND + 2):
            _find(gateway)
        answers = [one.status for one in world.portal.journal.entries()[before:]]
        assert answers.count(200) >= PER_SECOND + 2
        assert 429 not in answers
    finally:
        world.portal.amend_switches(search_limit=0)


def test_a_limit_of_others_is_waited_for(found_by: tuple[World, Gateway]) -> None:
    """HubSpot's 429 is heeded and the search sent again; one that asks for a long wait is not."""
    world, gateway = found_by
    world.portal.faults.add("objects", "429_retry_after", times=1, seconds=0)
    assert _find(gateway).total == 3
    world.portal.faults.add("objects", "429_retry_after", times=1, seconds=120)
    with pytest.raises(RateLimited):
        _find(gateway)


def test_a_missing_scope_is_explained(running: Emulator, gateway: Gateway, tmp_path: Path) -> None:
    """The scope of the class is named before HubSpot is asked."""
    token = running.portal.issue_token(["crm.objects.contacts.read"])
    environ = World(running, tmp_path, open_gateway).environ(HUBSPOT_RECORDS_TOKEN=token)
    with open_gateway(load_settings(environ, None)) as narrow:
        assert narrow.search.find("contacts", Search(), by=LOCAL_OPERATOR).total == 3
        wanted = Search(properties=("passport_number",))
        with pytest.raises(MissingScope) as missing:
            narrow.search.find("contacts", wanted, by=LOCAL_OPERATOR)
    assert "crm.objects.contacts.sensitive.read" in str(missing.value)


def _searches(world: World) -> int:
    return sum(one.path.endswith("/search") for one in world.portal.journal.entries())


def _audit(gateway: Gateway) -> Any:
    return gateway._store.audit.rows()
