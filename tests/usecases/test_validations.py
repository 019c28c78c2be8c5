"""HubSpot's validation rules from the account to the person, over real HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from samples import IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.errors import InvalidSubmission
from gateway.domain.snapshots import Snapshot
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.domain.validations import PlacedRules, ValidationRule

NO_CACHE = {"GATEWAY_DEFINITION_MAX_AGE": "0"}


def amend(world: World, name: str, *rules: tuple[str, list[str]], kind: str = "0-1") -> None:
    """Sets the rules of a property."""
    rows = [{"ruleType": rule, "ruleArguments": arguments} for rule, arguments in rules]
    world.portal.amend_rules(kind, name, rows)


def codes(gateway: Any, form: str, **answers: Any) -> dict[str, str]:
    """What is wrong with good answers and these changes, by field."""
    try:
        submit(gateway, form, **answers)
    except InvalidSubmission as refused:
        return {key: why.code for key, why in refused.reasons.items()}
    return {}


def reads(world: World, area: str) -> int:
    """How many calls of an area arrived."""
    return sum(row.area == area for row in world.portal.arrivals())


def test_the_seed_s_rules_are_kept(world: World) -> None:
    """What breaks a rule of HubSpot's is refused with its sentence before anything is sealed;
    good answers go out and HubSpot takes them with the rules switched on."""
    world.portal.amend_switches(submit_checks_validations=True)
    gateway = world.open()
    assert codes(gateway, ONBOARDING, annual_salary="-62000") == {"annual_salary": "rule_least"}
    assert codes(gateway, ONBOARDING, annual_salary="620.125") == {"annual_salary": "rule_decimals"}
    assert codes(gateway, PATIENT, date_of_birth="2190-01-01") == {
        "date_of_birth": "rule_not_future"
    }
    assert codes(gateway, PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}
    long = codes(gateway, ONBOARDING, **{"0-2/name": "x" * 121})
    assert long == {"0-2/name": "rule_long"}
    assert sum(gateway.outbox(by=LOCAL_OPERATOR).counts.values()) == 0
    gateway.start_worker()
    for form in (PATIENT, ONBOARDING, IDENTIFICATION):
        assert settled(gateway, submit(gateway, form)).state is State.DELIVERED


def test_what_hubspot_would_refuse_is_told_before(world: World) -> None:
    """The emulator, held to its rules by itself, refuses nothing that the gateway let through,
    for rules of every part of the table."""
    world.portal.amend_switches(submit_checks_validations=True)
    amend(world, "passport_number", ("REGEX", ["^canary-[A-Z][0-9]{7}$", "A letter, 7 digits."]))
    amend(world, "phone", ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", ["gb"]))
    amend(world, "id_issued_on", ("END_DATE", ["1640995200000"]), ("DAYS_OF_WEEK", ["MONDAY"]))
    amend(world, "email", ("EMAIL_BLOCKED_DOMAINS", ["rival.example"]), ("FORMAT", ["LOWER"]))
    gateway = world.open()
    gateway.start_worker()
    bad = {
        "passport_number": ("canary-1", "rule_pattern_told"),
        "phone": ("+1 202 555 0143", "rule_phone_country"),
        "id_issued_on": ("2022-01-03", "rule_last_day"),
        "email": ("alan@rival.example", "email_blocked"),
    }
    assert codes(gateway, IDENTIFICATION, **{k: v for k, (v, _) in bad.items()}) == {
        k: code for k, (_, code) in bad.items()
    }
    good = submit(gateway, IDENTIFICATION)
    assert settled(gateway, good).state is State.DELIVERED


def test_a_changed_rule_counts_within_one_poll(world: World) -> None:
    """A rule that is set while the gateway runs is kept from the next reading on; one that goes
    is kept no more."""
    gateway = world.open(**NO_CACHE)
    assert codes(gateway, PATIENT, firstname="Ada") == {}
    amend(world, "firstname", ("MAX_LENGTH", ["2"]))
    assert codes(gateway, PATIENT, firstname="Ada") == {"firstname": "rule_long"}
    amend(world, "firstname")
    assert codes(gateway, PATIENT, firstname="Ada") == {}


def test_one_call_per_object_type_and_poll(world: World) -> None:
    """However many are submitted and delivered, the rules are asked for once in the age limit:
    neither accepting nor sending waits for them."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="600")
    gateway.start_worker()
    for _ in range(3):
        assert settled(gateway, submit(gateway, IDENTIFICATION)).state is State.DELIVERED
    assert reads(world, "validations") == 3  # contacts, companies and tickets
    assert reads(world, "properties") > 9


@pytest.mark.parametrize("fault", ["403", "404", "500", "502_html", "garbage_json", "reset", "423"])
def test_rules_that_are_not_told_close_nothing(world: World, fault: str) -> None:
    """When HubSpot does not tell the rules, the form is open with a warning, and what was asked
    for is accepted and delivered."""
    world.portal.faults.add("validations", fault, times=None)
    gateway = world.open(**NO_CACHE)
    report = gateway.check(PATIENT, by=LOCAL_OPERATOR)
    assert report.open
    assert "rules_unknown" in {finding.code for finding in report.findings}
    gateway.start_worker()
    answered = submit(gateway, PATIENT, insurance_number="A1")
    assert settled(gateway, answered).state is State.DELIVERED


def test_the_last_rules_outlive_an_outage_of_theirs(world: World) -> None:
    """Rules once read are kept while the next reading fails."""
    gateway = world.open(**NO_CACHE)
    assert codes(gateway, PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}
    world.portal.faults.add("validations", "500", times=None)
    assert codes(gateway, PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}
    report = gateway.check(PATIENT, by=LOCAL_OPERATOR)
    assert "rules_unknown" not in {finding.code for finding in report.findings}


def test_a_token_without_any_scope_for_them(world: World) -> None:
    """A 403 of the rules alone is a warning that names the object."""
    world.portal.faults.add("validations", "403", times=None)
    report = world.open().check(ONBOARDING, by=LOCAL_OPERATOR)
    told = [f.message for f in report.findings if f.code == "rules_unknown"]
    assert len(told) == 2
    assert any("contact" in message for message in told)
    assert any("company" in message for message in told)


@pytest.mark.parametrize(
    "rule",
    [
        {"ruleType": "REGEX", "ruleArguments": ["(?=look)ahead"]},
        {"ruleType": "OF_TOMORROW", "ruleArguments": []},
        {"ruleType": "MAX_LENGTH", "ruleArguments": ["few"]},
        {"ruleType": "MAX_LENGTH", "ruleArguments": "20"},
        {"ruleType": "MAX_LENGTH", "ruleArguments": [20]},
        {"ruleType": 5, "ruleArguments": []},
        {"ruleType": "START_DATETIME", "ruleArguments": ["1640995200000"]},
    ],
)
def test_an_odd_rule_is_a_warning_at_its_field(world: World, rule: dict[str, Any]) -> None:
    """A rule nobody can keep here leaves the form open, warns at its field, and crashes
    nothing."""
    world.portal.amend_rules("0-1", "firstname", [rule])
    gateway = world.open()
    report = gateway.check(PATIENT, by=LOCAL_OPERATOR)
    (field,) = [field for field in report.fields if field.key == "firstname"]
    assert report.open
    assert (field.code, field.verdict) == ("rule_unchecked", "warn")
    assert codes(gateway, PATIENT) == {}


def test_a_row_without_a_name_is_no_rule(world: World) -> None:
    """A row that names no property is passed over, the others are kept."""
    world.portal.validations["0-1"][""] = {"x": {"ruleType": "MAX_LENGTH", "ruleArguments": ["1"]}}
    gateway = world.open()
    assert codes(gateway, PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}


def test_the_page_s_form_carries_the_rules(world: World) -> None:
    """Whoever draws the form knows the rules of each field."""
    form = world.open().intake(PATIENT, by=LOCAL_OPERATOR)
    assert [rule.rule_type for rule in form.rules("insurance_number")] == [
        "MIN_LENGTH",
        "MAX_LENGTH",
    ]
    assert form.rules("firstname") == ()


def test_a_description_from_before_there_were_rules_can_still_be_read() -> None:
    """What an earlier release remembered decodes, with the same hash it had."""
    old = Snapshot("f", "F", None, (), (), 7)
    stored = msgspec.json.encode(old)
    assert b"validations" not in stored
    again = msgspec.json.decode(stored, type=Snapshot)
    assert again == old
    assert again.hash == old.hash
    with_rules = msgspec.structs.replace(
        old, validations=(PlacedRules("0-1", "email", (ValidationRule("EMAIL"),)),)
    )
    assert with_rules.hash != old.hash
    assert msgspec.json.decode(msgspec.json.encode(with_rules), type=Snapshot) == with_rules


def test_rules_outlive_a_restart_without_hubspot(world: World) -> None:
    """The last good description holds the rules too: with HubSpot away they are kept."""
    gateway = world.open()
    assert codes(gateway, PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}
    gateway.close()
    world.portal.faults.add("*", "502_html", times=None)
    assert codes(world.open(), PATIENT, insurance_number="A1") == {"insurance_number": "rule_short"}


@pytest.mark.parametrize(
    ("region", "phone", "code"),
    [
        ("", "020 7946 0958", None),
        ("GB", "020 7946 0958", None),
        ("us", "020 7946 0958", "phone_long"),
        ("", "+44 20 7946", "phone_local"),
    ],
)
def test_the_country_of_phone_numbers_is_a_setting(
    world: World, region: str, phone: str, code: str | None
) -> None:
    """A number without its country is read as one of GATEWAY_PHONE_REGION, and sent with the
    country where the form's own page asks for it."""
    gateway = world.open(GATEWAY_PHONE_REGION=region)
    expected = {"phone": code} if code else {}
    assert codes(gateway, PATIENT, phone=phone) == expected
    if region == "GB":
        gateway.start_worker()
        assert settled(gateway, submit(gateway, PATIENT, phone=phone)).state is State.DELIVERED
        sent = world.portal.submissions()[-1].values
        assert {v.value for v in sent if v.name == "phone"} == {"+442079460958"}


def test_a_slow_answer_of_the_rules_is_waited_for_once(world: World) -> None:
    """A slow rules call holds up the first reading only."""
    world.portal.faults.add("validations", "slow", seconds=1.0)
    gateway = world.open()
    assert codes(gateway, PATIENT) == {}
    world.portal.faults.add("validations", "slow", seconds=600.0)
    assert codes(gateway, PATIENT) == {}
    assert reads(world, "validations") == 3  # one for each object type of the account's forms
