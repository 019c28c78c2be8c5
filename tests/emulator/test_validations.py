"""Validation rules of properties: read, set, amended from outside, and kept where asked."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from gateway.domain.validations import RuleType
from gateway.emulator.rules.validations import VALIDATIONS, rule_error

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
BASES = ("/crm/v3/property-validations", "/crm/property-validations/2026-03")
SPEC = (
    Path(__file__).resolve().parents[3]
    / "shared" / "hubspot-openapi" / "property-validations-2026-03.json"
)  # fmt: skip
WRITER = ["crm.schemas.contacts.read", "crm.schemas.contacts.write"]
KEPT_AND_BROKEN = {
    "ALPHANUMERIC": (["NUMERIC_ONLY"], "12", "a1"),
    "DECIMAL": (["2"], "1.25", "1.255"),
    "DOMAIN": ([], "clinic.org", "clinic"),
    "EMAIL": ([], "a@clinic.org", "a"),
    "EMAIL_ALLOWED_DOMAINS": (["clinic.org"], "a@clinic.org", "a@evil.example"),
    "EMAIL_BLOCKED_DOMAINS": (["rival.example"], "a@clinic.org", "a@rival.example"),
    "FORMAT": (["UPPER"], "ABC", "abc"),
    "MAX_LENGTH": (["3"], "abc", "abcd"),
    "MAX_NUMBER": (["5"], "5", "6"),
    "MIN_LENGTH": (["3"], "abc", "ab"),
    "MIN_NUMBER": (["5"], "5", "4"),
    "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE": (["gb"], "+44 20 7946 0000", "020 7946 0000"),
    "REGEX": (["^[A-Z]+$", "Capitals."], "AB", "ab"),
    "SPECIAL_CHARACTERS": (["NOT_ALLOWED"], "ab", "a$"),
    "URL": ([], "https://clinic.org/x", "clinic"),
    "URL_ALLOWED_DOMAINS": (["clinic.org"], "https://www.clinic.org", "https://evil.example"),
    "URL_BLOCKED_DOMAINS": (["spam.example"], "https://clinic.org", "https://spam.example/"),
    "WHITESPACE": ([], "ab", "a b"),
    "START_DATE": (["1640995200000"], "2022-01-01", "2021-12-31"),
    "END_DATE": (["1640995200000"], "2022-01-01", "2022-01-02"),
    "AFTER_DURATION": (["P1Y"], "2199-01-01", "1990-01-01"),
    "BEFORE_DURATION": (["P1Y"], "1990-01-01", "2199-01-01"),
    "DAYS_OF_WEEK": (["MONDAY"], "2026-11-23", "2026-11-24"),
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", ["0-1", "contacts", "0-2", "0-5", "2-41007216"])
def test_the_rules_of_an_object_type(hub, base, kind):
    """Each property that has rules comes once, with all of them; others are left out."""
    scopes = [*hub.portal.seed.scopes, "crm.schemas.custom.read"]
    token = hub.portal.issue_token(scopes)
    results = hub.get(f"{base}/{kind}", token=token).json()["results"]
    seeded = hub.portal.seed.validations.get("0-1" if kind == "contacts" else kind, {})
    assert {row["propertyName"]: {
        rule["ruleType"]: tuple(rule["ruleArguments"]) for rule in row["propertyValidationRules"]
    } for row in results} == seeded  # fmt: skip


@pytest.mark.parametrize("base", BASES)
def test_one_property_and_one_rule(hub, base):
    """The rules of a property, one of them by its kind; what is not there is not found."""
    path = f"{base}/0-1/annual_salary"
    rules = {row["ruleType"]: row for row in hub.get(path).json()["results"]}
    assert rules.keys() == {"MIN_NUMBER", "DECIMAL"}
    assert hub.get(f"{path}/rule-type/DECIMAL").json() == rules["DECIMAL"]
    assert hub.get(f"{path}/rule-type/REGEX").status_code == 404
    assert hub.get(f"{path}/rule-type/ODD").status_code == 400
    assert hub.get(f"{base}/0-1/firstname").json() == {"results": []}
    assert hub.get(f"{base}/0-1/nothing").status_code == 404
    assert hub.get(f"{base}/9-9").status_code == 400


@pytest.mark.parametrize("base", BASES)
def test_a_rule_is_set_and_replaced(hub, base):
    """PUT answers 204 without a body; the rule of that kind is new, others stay."""
    token = hub.portal.issue_token(WRITER)
    path = f"{base}/contacts/insurance_number/rule-type/MAX_LENGTH"
    for limit, shaped in (("12", True), ("15", False)):
        body = {"ruleArguments": [limit], "shouldApplyNormalization": shaped}
        answer = hub.call("PUT", path, token=token, json=body)
        assert (answer.status_code, answer.content) == (204, b"")
        assert hub.get(path, token=token).json() == {"ruleType": "MAX_LENGTH", **body}
    kinds = {
        row["ruleType"]
        for row in hub.get(f"{base}/0-1/insurance_number", token=token).json()["results"]
    }
    assert kinds == {"MIN_LENGTH", "MAX_LENGTH"}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"ruleArguments": "5"}, {"ruleArguments": [5]}, {"ruleArguments": None},
        {"ruleArguments": ["5"], "shouldApplyNormalization": "yes"},
    ],
)  # fmt: skip
def test_a_rule_of_the_wrong_shape_is_refused(hub, body):
    """400 with the general body, and the old rule stays."""
    token = hub.portal.issue_token(WRITER)
    path = f"{BASES[0]}/0-1/insurance_number/rule-type/MAX_LENGTH"
    answer = hub.call("PUT", path, token=token, json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert hub.get(path, token=token).json()["ruleArguments"] == ["40"]


def test_scopes(hub):
    """Reading takes a scope of the object, writing its schema's write scope."""
    path = f"{BASES[1]}/0-1"
    reader = hub.portal.issue_token(["crm.schemas.contacts.read"])
    assert hub.get(path, token=reader).ok
    rule = f"{path}/insurance_number/rule-type/MAX_LENGTH"
    refused = [
        hub.get(path, token=hub.portal.issue_token(["forms"])),
        hub.call("PUT", rule, token=reader, json={"ruleArguments": ["5"]}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert all(answer.json()["category"] == "MISSING_SCOPES" for answer in refused)
    assert hub.get(path, token=None).status_code == 401


def test_rules_are_amended_from_outside(hub):
    """The admin route takes any rules, odd ones too; a reset brings the seed's back."""
    odd = [
        {"ruleType": "OF_TOMORROW", "ruleArguments": ["?"]},
        {"ruleType": "REGEX", "ruleArguments": ["("]},
    ]
    assert hub.admin("PUT", "validations/contacts/firstname", {"rules": odd}).status_code == 204
    assert hub.get(f"{BASES[0]}/0-1/firstname").json() == {"results": odd}
    for path, body in (
        ("validations/contacts/nothing", {"rules": []}),
        ("validations/9-9/firstname", {"rules": []}),
    ):
        assert hub.admin("PUT", path, body).status_code == 404
    assert hub.admin("PUT", "validations/0-1/firstname", {"rules": "x"}).status_code == 400
    assert hub.admin("PUT", "validations/0-1/annual_salary", {"rules": []}).status_code == 204
    names = [row["propertyName"] for row in hub.get(f"{BASES[0]}/0-1").json()["results"]]
    assert "annual_salary" not in names
    hub.portal.reset()
    hub.portal.amend_switches(rate_limit=0)
    assert hub.get(f"{BASES[0]}/0-1/firstname").json() == {"results": []}
    assert hub.get(f"{BASES[0]}/0-1/annual_salary").json()["results"]


@pytest.mark.skipif(not SPEC.is_file(), reason="HubSpot's OpenAPI files are not in ../shared")
@pytest.mark.parametrize("base", BASES)
def test_the_answers_are_as_the_spec_says(hub, base):
    """Lists, rules and errors fit HubSpot's published schemas, with known keys only."""
    document = json.loads(SPEC.read_text(encoding="utf-8"))
    rule_keys = document["components"]["schemas"]["PublicPropertyValidationRule"]["properties"]
    assert set(rule_keys["ruleType"]["enum"]) == set(RuleType)

    def faults(schema: str, instance: object) -> list[str]:
        checker = jsonschema.Draft202012Validator(
            {**document, "$ref": f"#/components/schemas/{schema}"},
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        )
        return [f"{e.json_path}: {e.validator}" for e in checker.iter_errors(instance)]

    page = hub.get(f"{base}/0-1").json()
    assert faults("CollectionResponsePublicPropertyValidationRuleMapNoPaging", page) == []
    one = hub.get(f"{base}/0-1/annual_salary").json()
    assert faults("CollectionResponsePublicPropertyValidationRuleNoPaging", one) == []
    rule = hub.get(f"{base}/0-1/annual_salary/rule-type/DECIMAL").json()
    assert faults("PublicPropertyValidationRule", rule) == []
    assert set(rule) <= set(rule_keys)
    assert faults("Error", hub.get(f"{base}/0-1/nothing").json()) == []
    assert faults("PublicPropertyValidationRule", {**rule, "ruleType": "x"}) == ["$.ruleType: enum"]


def test_every_kind_of_rule_has_a_reading():
    """The emulator's own table is complete, and each row that forms can meet tells apart."""
    assert set(VALIDATIONS) == set(RuleType)
    assert {k for k in RuleType if "DATETIME" not in k} == KEPT_AND_BROKEN.keys()
    for kind, (arguments, kept, broken) in KEPT_AND_BROKEN.items():
        rule = {"ruleType": kind, "ruleArguments": arguments}
        assert rule_error(kept, [rule]) is None, kind
        assert rule_error(broken, [rule]) == VALIDATIONS[RuleType(kind)][0], kind


@pytest.mark.parametrize("kind", [*RuleType, "OF_TOMORROW", None, {}])
@pytest.mark.parametrize("arguments", [[], ["?"], ["("], None, "x", [None]])
def test_odd_rules_forbid_nothing(kind, arguments):
    """A rule that says nothing readable never breaks a submission, nor the emulator."""
    told = rule_error("2026-11-25", [{"ruleType": str(kind), "ruleArguments": arguments}])
    assert told is None or told in {error for error, _ in VALIDATIONS.values()}


def test_secure_submit_keeps_the_rules_when_asked_to(hub):
    """With the switch on a broken rule is a fault of its field; off, nobody looks."""
    good = hub.good(IDENTITY)
    hub.admin("PUT", "validations/0-1/passport_number",
              {"rules": [{"ruleType": "MAX_LENGTH", "ruleArguments": ["3"]}]})  # fmt: skip
    assert hub.submit(IDENTITY, good).status_code == 200
    hub.portal.amend_switches(submit_checks_validations=True)
    answer = hub.submit(IDENTITY, good)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["errorType"] == "INPUT_TOO_LARGE"
    assert "passport_number" in error["message"]
    assert hub.submit(IDENTITY, {**good, "passport_number": "X12"}).status_code == 200


@pytest.mark.parametrize("form", [INTAKE, ONBOARDING, IDENTITY])
def test_the_seeded_answers_keep_the_seeded_rules(hub, form):
    """Good answers pass with the rules enforced."""
    hub.portal.amend_switches(submit_checks_validations=True)
    assert hub.submit(form, hub.good(form)).status_code == 200
