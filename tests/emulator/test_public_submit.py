"""The public twin: open to browsers, and closed to everything sensitive."""

from __future__ import annotations

import pytest

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
PLAIN = {"firstname": "Ada", "lastname": "Probe", "email": "ada.probe@mail.example"}


@pytest.mark.parametrize(
    ("form", "key"),
    [(INTAKE, "date_of_birth"), (INTAKE, "diagnosis"), (IDENTITY, "0-5/identity_note")],
)
def test_one_sensitive_field_is_403(hub, form, key):
    """One sensitive field closes the door, and nothing is stored."""
    answer = hub.submit_public(form, {**PLAIN, key: "1990-02-28"})
    assert answer.status_code == 403
    assert "1990-02-28" not in answer.text
    assert hub.portal.submissions() == ()


def test_a_token_does_not_help(hub):
    """The public endpoint refuses sensitive fields with a token too."""
    assert hub.submit(INTAKE, hub.good(INTAKE), door="submit").status_code == 403


def test_ordinary_answers_are_taken(hub):
    """A form whose sent fields are all ordinary is taken without a token."""
    hub.portal.amend_form(hub.form_id("Visitor sign-in (2019)"),
                          {"configuration": {"recaptchaEnabled": False}})  # fmt: skip
    answers = hub.good("Visitor sign-in (2019)")
    assert hub.submit_public("Visitor sign-in (2019)", answers).status_code == 200
    assert len(hub.portal.submissions()) == 1


def test_unlisted_fields_are_refused(hub):
    """What is not on the form is refused, even a good property."""
    answer = hub.submit_public(INTAKE, {**PLAIN, "city": "Berlin"})
    types = {e["message"].split("'")[1]: e["errorType"] for e in answer.json()["errors"]}
    assert answer.status_code == 400
    assert types["fields.city"] == "FIELD_NOT_IN_FORM_DEFINITION"


def test_required_fields_are_demanded_here_too(hub):
    """Required fields are enforced on both endpoints."""
    answer = hub.submit_public(IDENTITY, PLAIN)
    assert "REQUIRED_FIELD" in {e["errorType"] for e in answer.json()["errors"]}


def test_browsers_may_call(hub):
    """Preflight and answers carry CORS headers, refusals too."""
    path = hub.submit_path(INTAKE, "submit")
    answers = [
        hub.call("OPTIONS", path, token=None, headers={"Origin": "https://web.example"}),
        hub.submit_public(INTAKE, PLAIN),
        hub.submit_public(INTAKE, {**PLAIN, "diagnosis": "x"}),
    ]
    assert [a.status_code for a in answers] == [200, 400, 403]
    assert all(a.headers["Access-Control-Allow-Origin"] == "*" for a in answers)
