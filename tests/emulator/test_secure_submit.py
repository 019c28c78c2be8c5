"""The secure endpoint: who may call it, what it answers, and what it keeps."""

from __future__ import annotations

import time
import uuid

import pytest

from gateway.domain.scopes import FORMS

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"


@pytest.mark.parametrize("form", [INTAKE, ONBOARDING, IDENTITY])
def test_good_answers_are_taken(hub, form):
    """A good submission gets 200 and is stored with every value."""
    answer = hub.submit(form, hub.good(form))
    assert answer.status_code == 200
    (stored,) = hub.portal.submissions(hub.form_id(form))
    assert len(stored.values) == len(hub.good(form))
    assert stored.value("email") == "ada.probe@mail.example"


@pytest.mark.parametrize(
    ("form", "key"),
    [(INTAKE, "inlineMessage"), (ONBOARDING, "inlineMessage"), (IDENTITY, "redirectUri")],
)
def test_success_says_exactly_one_thing(hub, form, key):
    """Success is one key, chosen by the form, and no id."""
    assert list(hub.submit(form, hub.good(form)).json()) == [key]


def test_no_token_is_401(hub):
    """A call without a token hears that credentials were not found."""
    answer = hub.submit(INTAKE, hub.good(INTAKE), token=None)
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["message"].startswith("Authentication credentials not found.")


@pytest.mark.parametrize(
    ("token", "category"),
    [
        (f"pat-na1-{uuid.UUID(int=7)}", "INVALID_AUTHENTICATION"),
        ("garbage", "EXPIRED_AUTHENTICATION"),
    ],
)
def test_bad_tokens_are_401(hub, token, category):
    """A token of the right shape is unknown; garbage is expired since 1970."""
    answer = hub.submit(INTAKE, hub.good(INTAKE), token=token)
    assert (answer.status_code, answer.json()["category"]) == (401, category)
    if category == "EXPIRED_AUTHENTICATION":
        assert answer.json()["context"] == {"expire time": ["1970-01-01T00:00:00Z"]}


def test_an_expired_token_is_401(hub):
    """An expired token hears when it expired."""
    token = hub.portal.issue_token([FORMS], expires_in=-75)
    answer = hub.submit(INTAKE, hub.good(INTAKE), token=token)
    assert answer.status_code == 401
    assert answer.json()["message"] == (
        "The OAuth token used to make this call expired 75 second(s) ago."
    )


def test_the_forms_scope_is_needed(hub):
    """A token without ``forms`` gets 403 and the scope's name."""
    token = hub.portal.issue_token(["crm.objects.contacts.sensitive.write"])
    answer = hub.submit(INTAKE, hub.good(INTAKE), token=token)
    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert _scopes(answer) == ["forms"]


@pytest.mark.parametrize(
    ("form", "only", "held", "missing"),
    [
        (INTAKE, "date_of_birth", [], ["crm.objects.contacts.sensitive.write.v2"]),
        (
            INTAKE,
            "diagnosis",
            ["crm.objects.contacts.sensitive.write"],
            ["crm.objects.contacts.highly_sensitive.write.v2"],
        ),
        (
            IDENTITY,
            "0-5/identity_note",
            [],
            ["tickets.sensitive.v2", "crm.objects.tickets.sensitive.write.v2"],
        ),
    ],
)
def test_sensitive_fields_need_their_write_scope(hub, form, only, held, missing):
    """One sensitive field without its scope gets 403, spelled as the live service does."""
    token = hub.portal.issue_token([FORMS, *held])
    answer = hub.submit(form, {only: "1990-02-28"}, token=token)
    assert answer.status_code == 403
    assert _scopes(answer) == missing
    assert hub.portal.submissions() == ()


@pytest.mark.parametrize("ending", ["", ".v2"])
def test_both_spellings_of_a_scope_count(hub, ending):
    """A scope counts as the documentation spells it and as the specs do."""
    scopes = [f"crm.objects.contacts.{word}.write{ending}" for word in
              ("sensitive", "highly_sensitive")]  # fmt: skip
    token = hub.portal.issue_token([FORMS, *scopes])
    assert hub.submit(INTAKE, hub.good(INTAKE), token=token).status_code == 200


def test_ordinary_fields_need_no_sensitive_scope(hub):
    """``forms`` alone suffices while nothing sensitive is sent."""
    hub.portal.amend_form(hub.form_id(INTAKE), {"fieldGroups": []})
    token = hub.portal.issue_token([FORMS])
    assert hub.submit(INTAKE, {"email": "a@mail.example"}, token=token).status_code == 200


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_a_browser_cannot_use_it(hub, method):
    """No preflight, no CORS header: not on success, refusal or preflight."""
    path = hub.submit_path(INTAKE)
    answers = [
        hub.call(method, path, headers={"Origin": "https://web.example"}),
        hub.submit(INTAKE, hub.good(INTAKE), headers={"Origin": "https://web.example"}),
        hub.submit(INTAKE, {}, headers={"Origin": "https://web.example"}),
    ]
    assert [a.status_code for a in answers] == [405, 200, 400]
    assert not any(name.lower().startswith("access-control") for a in answers for name in a.headers)


def test_no_such_form_is_404(hub):
    """An unknown form is not found."""
    assert hub.submit("00000000-0000-4000-8000-000000000000", {}).status_code == 404


def test_another_account_is_404(hub):
    """The form's id under another account's number is not found."""
    path = f"/submissions/v3/integration/secure/submit/1/{hub.form_id(INTAKE)}"
    assert hub.call("POST", path, json={"fields": []}).status_code == 404


def test_an_archived_form_takes_nothing(hub):
    """An archived form is gone for submitters."""
    form_id = hub.form_id(INTAKE)
    hub.portal.amend_form(form_id, {"archived": True})
    assert hub.submit(form_id, hub.good(INTAKE)).status_code == 404
    assert hub.portal.submissions() == ()


def test_not_json_is_415(hub):
    """A form-encoded body is another media type."""
    path = hub.submit_path(INTAKE)
    assert hub.call("POST", path, data={"fields": "x"}).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"fields": {}}',
        b'{"fields": ["email"]}',
        b'{"fields": [{"name": "email"}]}',
        b'{"fields": [{"name": "annual_salary", "value": 62000}]}',
        b'{"fields": [{"name": "newsletter", "value": true}]}',
        b'{"fields": [{"name": "", "value": "x"}]}',
        b'{"fields": [], "context": []}',
        b'{"fields": [], "legalConsentOptions": 1}',
        b'{"fields": [], "submittedAt": "yesterday"}',
        b'{"fields": [], "submittedAt": true}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_body_is_400(hub, body):
    """What is not the documented shape is refused; values are always texts."""
    path = hub.submit_path(INTAKE)
    answer = hub.call("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "62000" not in answer.text
    assert hub.portal.submissions() == ()


def test_nothing_is_idempotent(hub):
    """The same payload twice is two submissions and one contact."""
    body = {"submittedAt": str(time.time_ns() // 1_000_000)}
    for _ in range(2):
        assert hub.submit(INTAKE, hub.good(INTAKE), body=body).status_code == 200
    assert len(hub.portal.submissions()) == 2
    assert len(hub.portal.contacts()) == 1


def test_the_moment_may_be_given_as_text_or_number(hub):
    """``submittedAt`` back-dates the submission to the millisecond."""
    moment = time.time_ns() // 1_000_000 - 86_400_000 + 123
    for given in (moment, str(moment)):
        assert hub.submit(INTAKE, hub.good(INTAKE), body={"submittedAt": given}).ok
    assert [s.submitted_at for s in hub.portal.submissions()] == [moment, moment]


def test_a_deprecated_key_is_ignored(hub):
    """``skipValidation`` changes nothing."""
    assert hub.submit(INTAKE, {}, body={"skipValidation": True}).status_code == 400


def test_a_missing_object_type_means_contact(hub):
    """A field without objectTypeId belongs to the contact."""
    fields = [{"name": k, "value": v} for k, v in hub.good(INTAKE).items()]
    assert hub.submit(INTAKE, {}, body={"fields": fields}).status_code == 200
    (contact,) = hub.portal.contacts()
    assert contact.values["firstname"] == "Ada"


def test_records_follow_the_submission(hub):
    """Contacts are found by e-mail, companies by domain, tickets are always new."""
    hub.submit(ONBOARDING, hub.good(ONBOARDING))
    hub.submit(ONBOARDING, hub.good(ONBOARDING, firstname="Eva", **{"0-2/name": "Agency GmbH"}))
    for _ in range(2):
        hub.submit(IDENTITY, hub.good(IDENTITY, email="Ada.Probe@mail.example"))
    (contact,) = hub.portal.contacts()
    (company,) = hub.portal.records_of("0-2")
    assert contact.values["passport_number"] == "X1234567"
    assert contact.values["annual_salary"] == "62000"
    assert company.values == {"name": "Agency GmbH", "domain": "agency.example"}
    assert len(hub.portal.records_of("0-5")) == 2


def test_companies_are_found_by_name_without_a_domain(hub):
    """Without a domain the company's name decides."""
    for name in ("Agency Ltd", "agency ltd", "Other Ltd"):
        answers = hub.good(ONBOARDING, **{"0-2/name": name, "0-2/domain": None})
        hub.submit(ONBOARDING, answers)
    assert len(hub.portal.records_of("0-2")) == 2


def test_dates_are_stored_in_one_form(hub):
    """A date sent as milliseconds at midnight UTC reads back as a date."""
    hub.submit(INTAKE, hub.good(INTAKE, date_of_birth="636163200000"))
    (contact,) = hub.portal.contacts()
    assert contact.values["date_of_birth"] == "1990-02-28"


def _scopes(answer):
    return answer.json()["errors"][0]["context"]["requiredGranularScopes"]
