"""What makes the secure endpoint refuse a submission, and how it says so."""

from __future__ import annotations

import time
import uuid

import pytest

from gateway.emulator.rules.messages import ASSUMED

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
DAY_MS = 86_400_000
LONG = "x" * 65_537


def _now() -> int:
    return time.time_ns() // 1_000_000


def _entries(answer):
    """(path, errorType) of every entry, after checking the envelope."""
    assert answer.status_code == 400
    body = answer.json()
    assert set(body) == {"status", "message", "correlationId", "errors"}
    assert (body["status"], body["message"]) == ("error", "The request is not valid")
    uuid.UUID(body["correlationId"])
    assert all(set(entry) == {"message", "errorType"} for entry in body["errors"])
    return [(_path(entry["message"]), entry["errorType"]) for entry in body["errors"]]


def _path(message: str) -> str:
    return message.split("'")[1] if message.startswith("Error in '") else ""


@pytest.mark.parametrize(
    ("form", "key", "value", "error_type"),
    [
        (INTAKE, "email", "ada", "INVALID_EMAIL"),
        (INTAKE, "email", "ada@mail", "INVALID_EMAIL"),
        (INTAKE, "email", "a da@mail.example", "INVALID_EMAIL"),
        (INTAKE, "email", "ada@mailinator.com", "BLOCKED_EMAIL"),
        (INTAKE, "phone", "12345", "INVALID_PHONE_NUMBER"),
        (INTAKE, "phone", "1" * 21, "INVALID_PHONE_NUMBER"),
        (INTAKE, "firstname", LONG, "INPUT_TOO_LARGE"),
        (INTAKE, "diagnosis", LONG, "INPUT_TOO_LARGE"),
        (INTAKE, "sex_at_birth", "Female", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "has_allergies", "Yes", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "allergies", "nuts, latex", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "allergies", "nuts;Latex", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "allergies", "nuts;", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "newsletter", "True", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "newsletter", "1", "VALUE_NOT_IN_FIELD_DEFINITION"),
        (INTAKE, "date_of_birth", "28.02.1990", "INVALID_DATE"),
        (INTAKE, "date_of_birth", "1990-02-30", "INVALID_DATE"),
        (INTAKE, "date_of_birth", "19900228", "INVALID_DATE"),
        (INTAKE, "date_of_birth", "636163200001", "INVALID_DATE"),
        (ONBOARDING, "annual_salary", "62,000", "INVALID_NUMBER"),
        (ONBOARDING, "annual_salary", "$62000", "INVALID_NUMBER"),
        (ONBOARDING, "annual_salary", "620", "NUMBER_OUT_OF_RANGE"),
        (ONBOARDING, "annual_salary", "62000000", "NUMBER_OUT_OF_RANGE"),
        (ONBOARDING, "0-2/name", LONG, "INPUT_TOO_LARGE"),
        (IDENTITY, "0-5/identity_note", LONG, "INPUT_TOO_LARGE"),
        (IDENTITY, "nationality", "Germany", "VALUE_NOT_IN_FIELD_DEFINITION"),
    ],
)
def test_a_bad_value_refuses_everything(hub, form, key, value, error_type):
    """One bad value is named by path and type, and nothing of the submission is stored."""
    answer = hub.submit(form, hub.good(form, **{key: value}))
    assert (f"fields.{key}", error_type) in _entries(answer)
    assert hub.portal.submissions() == ()
    assert hub.portal.contacts() == ()


@pytest.mark.parametrize(
    ("form", "key", "value"),
    [
        (INTAKE, "date_of_birth", "636163200000"),
        (INTAKE, "date_of_birth", "1969-12-31"),
        (INTAKE, "newsletter", "false"),
        (INTAKE, "phone", "(555) 010-4477"),
        (INTAKE, "firstname", "x" * 65_536),
        (ONBOARDING, "annual_salary", "62000.5"),
        (ONBOARDING, "annual_salary", "+62000"),
    ],
)
def test_odd_but_right_values_pass(hub, form, key, value):
    """What the documentation allows is taken."""
    assert hub.submit(form, hub.good(form, **{key: value})).status_code == 200


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(
    ("form", "key"), [(INTAKE, "email"), (ONBOARDING, "0-2/name"), (IDENTITY, "0-5/subject")]
)
def test_required_fields_are_demanded_verbatim(hub, form, key, value):
    """A missing or empty required field has the known sentence, with the object type."""
    answer = hub.submit(form, hub.good(form, **{key: value}))
    assert _entries(answer) == [(f"fields.{key}", "REQUIRED_FIELD")]
    (entry,) = answer.json()["errors"]
    assert entry["message"] == f"Error in 'fields.{key}'. Required field '{key}' is missing"


def test_the_known_sentence_of_an_email_is_verbatim(hub):
    """A bad address has the sentence captured from the live service."""
    answer = hub.submit(INTAKE, hub.good(INTAKE, email="ada"))
    assert answer.json()["errors"][0]["message"] == (
        "Error in 'fields.email'. Invalid email address"
    )


@pytest.mark.parametrize(
    ("answers", "demanded"),
    [
        ({"has_allergies": "yes"}, ["allergies"]),
        ({"has_allergies": "yes", "allergies": "nuts;other"}, ["other_allergies"]),
        ({"has_allergies": "yes", "allergies": "nuts;latex"}, []),
        ({"takes_medication": "true"}, ["medication"]),
        ({"takes_medication": "false"}, []),
        ({"insurance_type": "private"}, ["insurance_number"]),
    ],
)
def test_dependent_fields_are_demanded_while_they_show(hub, answers, demanded):
    """A required dependent field is demanded only under its condition, at every depth."""
    answer = hub.submit(INTAKE, hub.good(INTAKE, **answers))
    found = [] if answer.ok else _entries(answer)
    assert found == [(f"fields.{name}", "REQUIRED_FIELD") for name in demanded]


def test_all_faults_come_together(hub):
    """One answer names every fault of fields, context and consent."""
    answer = hub.submit(
        INTAKE,
        hub.good(INTAKE, email="ada", firstname=None, sex_at_birth="x"),
        body={
            "context": {"hutk": "37184", "colour": "blue"},
            "legalConsentOptions": {"consent": {"consentToProcess": False, "text": "T"}},
        },
    )
    assert sorted(_entries(answer)) == [
        ("context.colour", "INVALID_METADATA"),
        ("context.hutk", "INVALID_HUTK"),
        ("fields.email", "INVALID_EMAIL"),
        ("fields.firstname", "REQUIRED_FIELD"),
        ("fields.sex_at_birth", "VALUE_NOT_IN_FIELD_DEFINITION"),
        ("legalConsentOptions.consent", "MISSING_PROCESSING_CONSENT"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "error_type"),
    [
        ("hutk", "", "INVALID_HUTK"),
        ("hutk", "37184", "INVALID_HUTK"),
        ("ipAddress", "300.1.1.1", "INVALID_IP_ADDRESS"),
        ("pageUri", "not a uri", "INVALID_PAGE_URI"),
        ("pageUri", "ftp://intake.example/", "INVALID_PAGE_URI"),
        ("pageUri", "http://[", "INVALID_PAGE_URI"),
        ("goToWebinarWebinarKey", "key", "INVALID_GOTOWEBINAR_WEBINAR_KEY"),
        ("pageName", 7, "INVALID_METADATA"),
        ("tag", "x", "INVALID_METADATA"),
    ],
)
def test_a_bad_context_is_refused(hub, key, value, error_type):
    """Each bad key of the context has its own type, at ``context.<key>``."""
    answer = hub.submit(INTAKE, hub.good(INTAKE), body={"context": {key: value}})
    assert _entries(answer) == [(f"context.{key}", error_type)]


def test_the_known_sentence_of_a_hutk_echoes_it(hub):
    """The live service repeats the cookie: a client must never log this message."""
    answer = hub.submit(INTAKE, hub.good(INTAKE), body={"context": {"hutk": "37184"}})
    assert answer.json()["errors"][0]["message"] == (
        "Error in 'context.hutk'. '37184' is not a valid Hutk"
    )


def test_a_full_context_passes(hub):
    """Every documented key of the context is taken."""
    context = {
        "hutk": "0123456789abcdef0123456789abcdef",
        "ipAddress": "2001:db8::1",
        "pageUri": "https://intake.example/f/1/~s/0a1b?x=y#z",
        "pageName": "Intake",
        "pageId": "42",
        "sfdcCampaignId": "701",
        "goToWebinarWebinarKey": "123456",
    }
    assert hub.submit(INTAKE, hub.good(INTAKE), body={"context": context}).status_code == 200


_MAIL = {"value": True, "subscriptionTypeId": 999, "text": "Mail me"}
_CONSENT = {"consentToProcess": True, "text": "I agree", "communications": [_MAIL]}
_INTEREST = {"value": True, "subscriptionTypeId": 2001, "legalBasis": "CUSTOMER", "text": "Ours"}


@pytest.mark.parametrize(
    ("legal", "error_types"),
    [
        ({"consent": _CONSENT}, []),
        ({"consent": {**_CONSENT, "communications": []}}, []),
        ({"legitimateInterest": _INTEREST}, []),
        ({}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        (
            {"consent": _CONSENT, "legitimateInterest": _INTEREST},
            ["INVALID_LEGAL_OPTION_FORMAT"],
        ),
        ({"consent": "yes"}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": {**_CONSENT, "consentToProcess": False}}, ["MISSING_PROCESSING_CONSENT"]),
        ({"consent": {**_CONSENT, "consentToProcess": "true"}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": {**_CONSENT, "text": ""}}, ["MISSING_PROCESSING_CONSENT_TEXT"]),
        ({"consent": {**_CONSENT, "communications": {}}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": {**_CONSENT, "communications": [7]}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        (
            {"consent": {**_CONSENT, "communications": [{**_MAIL, "text": None}]}},
            ["MISSING_COMMUNICATION_CONSENT_TEXT"],
        ),
        (
            {"consent": {**_CONSENT, "communications": [_MAIL, _MAIL]}},
            ["DUPLICATE_SUBSCRIPTION_TYPE_ID"],
        ),
        ({"legitimateInterest": {**_INTEREST, "value": False}}, ["MISSING_PROCESSING_CONSENT"]),
        ({"legitimateInterest": {**_INTEREST, "text": " "}}, ["MISSING_LEGITIMATE_INTEREST_TEXT"]),
        (
            {"legitimateInterest": {**_INTEREST, "legalBasis": "OTHER"}},
            ["INVALID_LEGAL_OPTION_FORMAT"],
        ),
    ],
)
def test_consent_has_one_variant_with_its_texts(hub, legal, error_types):
    """Exactly one variant, well formed, agreed to, and with every text."""
    answer = hub.submit(INTAKE, hub.good(INTAKE), body={"legalConsentOptions": legal})
    found = [] if answer.ok else [error_type for _, error_type in _entries(answer)]
    assert found == error_types


def test_a_foreign_subscription_is_a_plain_400(hub):
    """A subscription of another account is named in a plain message."""
    legal = {"consent": {**_CONSENT, "communications": [{**_MAIL, "subscriptionTypeId": 123}]}}
    answer = hub.submit(INTAKE, hub.good(INTAKE), body={"legalConsentOptions": legal})
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid subscription type 123"


def test_more_than_a_thousand_values_are_refused(hub):
    """The 1001st value refuses the submission; the thousandth does not."""
    fields = [{"objectTypeId": "0-1", "name": "firstname", "value": "x"}] * 1001
    answer = hub.submit(INTAKE, {}, body={"fields": fields})
    assert _entries(answer) == [("", "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED")]
    answer = hub.submit(INTAKE, {}, body={"fields": fields[1:]})
    assert ("", "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED") not in _entries(answer)


@pytest.mark.parametrize(("age_days", "status"), [(27, 200), (32, 400)])
def test_a_submission_may_be_a_month_old(hub, age_days, status):
    """A moment more than a month ago is a plain 400."""
    moment = _now() - age_days * DAY_MS
    answer = hub.submit(INTAKE, hub.good(INTAKE), body={"submittedAt": moment})
    assert answer.status_code == status


def test_captcha_refuses_programs(hub):
    """A form with captcha on takes nothing from a program, whatever is sent."""
    answer = hub.submit("Visitor sign-in (2019)", hub.good("Visitor sign-in (2019)"))
    assert _entries(answer) == [("", "FORM_HAS_RECAPTCHA_ENABLED")]
    assert answer.json()["errors"][0]["message"] == (
        "Form '%s' can't receive API submissions as Captcha (SPAM prevention) is enabled."
    )


def test_captcha_can_be_switched_on_later(hub):
    """A form somebody switched captcha on for refuses from then on."""
    hub.portal.amend_form(hub.form_id(INTAKE), {"configuration": {"recaptchaEnabled": True}})
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 400


def test_unknown_sentences_are_marked(hub):
    """A sentence nobody has published says that it is assumed."""
    answer = hub.submit(INTAKE, hub.good(INTAKE, sex_at_birth="Female"))
    assert answer.json()["errors"][0]["message"].endswith(ASSUMED)


@pytest.mark.parametrize(
    ("key", "value"),
    [("city", "Berlin"), ("2-41007216/policy_name", "Gold"), ("0-2/city", "Berlin")],
)
def test_an_unlisted_property_is_taken(hub, key, value):
    """The secure endpoint takes a form-compatible property that is not on the form."""
    assert hub.submit(INTAKE, hub.good(INTAKE, **{key: value})).status_code == 200
    kind, _, name = key.rpartition("/")
    (record,) = hub.portal.records_of(kind or "0-1")
    assert record.values[name] == value


@pytest.mark.parametrize("key", ["internal_rating", "hs_object_id", "num_unique_conversion_events"])
def test_a_property_forms_may_not_set_is_refused(hub, key):
    """A property that is not for forms, read-only or calculated refuses the submission."""
    answer = hub.submit(INTAKE, hub.good(INTAKE, **{key: "5"}))
    assert _entries(answer) == [(f"fields.{key}", "FIELD_NOT_IN_FORM_DEFINITION")]


@pytest.mark.parametrize(
    ("key", "value", "error_type"),
    [
        ("2-41007216/email", "ada", "INVALID_EMAIL"),
        ("last_visit_at", "2026-11-03T14:05:00", "INVALID_DATE"),
        ("start_date", "soon", "INVALID_DATE"),
        ("contract_type", "Permanent", "VALUE_NOT_IN_FIELD_DEFINITION"),
        ("zip", LONG, "INPUT_TOO_LARGE"),
    ],
)
def test_an_unlisted_value_has_its_propertys_form(hub, key, value, error_type):
    """What is not on the form is checked by the property's own type."""
    hub.portal.properties["2-41007216"]["email"] = hub.portal.properties["0-1"]["email"]
    answer = hub.submit(INTAKE, hub.good(INTAKE, **{key: value}))
    assert _entries(answer) == [(f"fields.{key}", error_type)]


@pytest.mark.parametrize("value", ["2026-11-03T14:05:00.000Z", "1793491200001"])
def test_a_moment_has_two_wire_forms(hub, value):
    """A datetime is ISO 8601 with its zone, or milliseconds."""
    assert hub.submit(INTAKE, hub.good(INTAKE, last_visit_at=value)).status_code == 200
