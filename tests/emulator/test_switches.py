"""Every guess is a switch, every switch does something, and says which question it answers."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path

import pytest

from gateway.emulator import Switches
from gateway.emulator.tokens import TokenKind

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
DETAILS = "/account-info/v3/details"


def _status(form, **changes):
    return lambda hub: hub.submit(form, hub.good(form, **changes)).status_code


def _read(hub):
    path = f"/form-integrations/v1/submissions/forms/{hub.form_id(INTAKE)}"
    body = {
        "submittedAt": time.time_ns() // 1_000_000_000 * 1000 - 877,
        "context": {"pageUri": "https://Intake.example/f/~s/AB?x=1#y"},
    }
    hub.submit(INTAKE, hub.good(INTAKE), body=body)
    return hub.get(path).json()["results"]


def _forms_only(hub):
    token = hub.portal.issue_token(["forms"])
    answer = hub.submit(INTAKE, hub.good(INTAKE), token=token)
    return answer.status_code, "errors" in answer.json()


def _service_key(hub):
    token = hub.portal.issue_token(hub.portal.seed.scopes, kind=TokenKind.SERVICE_KEY)
    return hub.submit(INTAKE, hub.good(INTAKE), token=token).status_code


def _archived_form(hub):
    hub.portal.amend_form(hub.form_id(INTAKE), {"archived": True})
    form = next(i for i, f in hub.portal.forms.items() if f["name"] == INTAKE)
    return hub.submit(form, {}).status_code


def _no_form(hub):
    return bool(hub.submit("00000000-0000-4000-8000-000000000000", {}).content)


def _bad_token(hub):
    path = "/oauth/v2/private-apps/get/access-token-info"
    return hub.call("POST", path, token=None, json={"tokenKey": "x"}).status_code


def _two_calls(hub):
    answers = [hub.get(DETAILS), hub.get(DETAILS)]
    return answers[-1].status_code


def _two_submissions(hub):
    return [hub.submit(INTAKE, hub.good(INTAKE)).status_code for _ in range(2)][-1]


def _two_public(hub):
    return [hub.submit_public(INTAKE, {}).status_code for _ in range(2)][-1]


def _later(hub):
    hub.portal.amend_switches(rate_limit=1)
    hub.get(DETAILS)
    time.sleep(0.1)
    return hub.get(DETAILS).status_code


def _blocked(hub):
    hub.portal.faults.add("account", "429", times=10)
    for _ in range(10):
        hub.get(DETAILS)
    time.sleep(0.1)
    return hub.get(DETAILS).status_code


def _retry_after(hub):
    hub.portal.amend_switches(rate_limit=1)
    hub.get(DETAILS)
    return hub.get(DETAILS).headers.get("Retry-After")


def _pages(hub):
    """How many of four rows two pages show, when two more arrive in between."""
    path = f"/form-integrations/v1/submissions/forms/{hub.form_id(INTAKE)}"
    seen, after = [], None
    for arrivals in (4, 2):
        for _ in range(arrivals):
            hub.submit(INTAKE, hub.good(INTAKE))
        body = hub.get(path, params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [row["conversionId"] for row in body["results"]]
        after = body["paging"]["next"]["after"] if "paging" in body else None
    return len(set(seen))


def _contacts(hub):
    hub.submit(INTAKE, hub.good(INTAKE))
    return len(hub.portal.contacts())


def _cleared(hub):
    for newsletter in ("true", ""):
        hub.submit(INTAKE, hub.good(INTAKE, newsletter=newsletter))
    return "newsletter" in hub.portal.contacts()[0].values


def _other_basis(hub):
    interest = {"value": True, "subscriptionTypeId": 2001, "legalBasis": "OTHER", "text": "x"}
    body = {"legalConsentOptions": {"legitimateInterest": interest}}
    return hub.submit(ONBOARDING, hub.good(ONBOARDING), body=body).status_code


def _no_object_type(hub):
    fields = [{"name": k, "value": v} for k, v in hub.good(INTAKE).items()]
    return hub.submit(INTAKE, {}, body={"fields": fields}).status_code


def _no_user_agent(hub):
    return hub.submit(INTAKE, hub.good(INTAKE), headers={"User-Agent": ""}).status_code


def _reserved(hub):
    hub.submit(INTAKE, hub.good(INTAKE, email="ada@example.com"))
    return len(hub.portal.submissions())


def _writing(hub, method, name, **keys):
    scopes = ["crm.schemas.contacts.write", "crm.objects.contacts.sensitive.write"]
    path = f"/crm/v3/properties/contacts/{name}"
    return hub.call(method, path, token=hub.portal.issue_token(scopes), **keys).status_code


def _archived(hub):
    return _writing(hub, "DELETE", "passport_number")


def _reclassed(hub):
    return _writing(hub, "PATCH", "passport_number", json={"dataSensitivity": "non_sensitive"})


def _sd_list(hub):
    token = hub.portal.issue_token(["crm.schemas.contacts.read"])
    path = "/crm/v3/properties/contacts?dataSensitivity=sensitive"
    return hub.get(path, token=token).status_code


def _sd_property(hub):
    return hub.get("/crm/v3/properties/contacts/diagnosis").status_code


def _echo(hub):
    return "Femail" in hub.submit(INTAKE, hub.good(INTAKE, sex_at_birth="Femail")).text


def _deal(hub):
    hub.portal.properties["0-3"] = {"dealname": {**hub.portal.properties["0-2"]["name"]}}
    return hub.submit(INTAKE, hub.good(INTAKE, **{"0-3/dealname": "D"})).status_code


def _page_url(hub):
    return _read(hub)[0].get("pageUrl")


_URI = "https://Intake.example/f/~s/AB"
EFFECTS = [
    ("submit_checks_sensitive_write", True, _forms_only, (403, True)),
    ("submit_checks_sensitive_write", False, _forms_only, (200, False)),
    ("forbidden_submit_names_scopes", False, _forms_only, (403, False)),
    ("get_property_any_class", True, _sd_property, 200),
    ("get_property_any_class", False, _sd_property, 404),
    ("sensitive_definitions_need_scope", False, _sd_list, 200),
    ("sensitive_definitions_need_scope", True, _sd_list, 403),
    ("messages_echo_values", False, _echo, False),
    ("messages_echo_values", True, _echo, True),
    ("unknown_property", "keep", _status(INTAKE, nothing="x"), 200),
    ("unknown_property", "reject", _status(INTAKE, nothing="x"), 400),
    ("unknown_property", "reject", _status(INTAKE, visitor_badge_color="blue"), 400),
    ("incompatible_property", "reject", _status(INTAKE, internal_rating="5"), 400),
    ("incompatible_property", "keep", _status(INTAKE, internal_rating="5"), 200),
    ("wrong_value", "reject", _status(INTAKE, start_date="soon"), 400),
    ("wrong_value", "keep", _status(INTAKE, start_date="soon"), 200),
    ("wrong_value", "keep", _status(INTAKE, date_of_birth="soon"), 400),
    ("archived_form_status", 404, _archived_form, 404),
    ("archived_form_status", 400, _archived_form, 400),
    ("submit_404_is_empty", False, _no_form, True),
    ("submit_404_is_empty", True, _no_form, False),
    ("unknown_token_status", 401, _bad_token, 401),
    ("unknown_token_status", 404, _bad_token, 404),
    ("submit_redirects", True, _status(INTAKE), 307),
    ("rate_limit", 1, _two_calls, 429),
    ("rate_limit", 2, _two_calls, 200),
    ("rate_window", 0.05, _later, 200),
    ("rate_window", 10.0, _later, 429),
    ("submit_limit", 0, _two_submissions, 200),
    ("submit_limit", 1, _two_submissions, 429),
    ("public_limit", 1, _two_public, 429),
    ("public_limit", 2, _two_public, 400),
    ("daily_limit", 1, _two_calls, 429),
    ("submissions_limit_daily", 0, _two_submissions, 200),
    ("submissions_limit_daily", 1, _two_submissions, 429),
    ("submissions_limit_daily", 1, _two_calls, 200),
    ("block_time", 0.05, _blocked, 200),
    ("block_time", 5.0, _blocked, 429),
    ("retry_after", False, _retry_after, None),
    ("retry_after", True, _retry_after, "10"),
    ("submission_delay", 0.0, lambda hub: len(_read(hub)), 1),
    ("submission_delay", 9.0, lambda hub: len(_read(hub)), 0),
    ("record_delay", 0.0, _contacts, 1),
    ("record_delay", 9.0, _contacts, 0),
    ("cursor_counts_rows", False, _pages, 4),
    ("cursor_counts_rows", True, _pages, 2),
    ("submitted_at_step_ms", 1, lambda hub: _read(hub)[0]["submittedAt"] % 1000, 123),
    ("submitted_at_step_ms", 1000, lambda hub: _read(hub)[0]["submittedAt"] % 1000, 0),
    ("page_uri", "as_sent", _page_url, f"{_URI}?x=1#y"),
    ("page_uri", "no_fragment", _page_url, f"{_URI}?x=1"),
    ("page_uri", "no_query", _page_url, _URI),
    ("page_uri", "lower_case", _page_url, f"{_URI}?x=1#y".lower()),
    ("page_uri", "absent", _page_url, None),
    ("hidden_dependents_required", False, _status(INTAKE), 200),
    ("hidden_dependents_required", True, _status(INTAKE), 400),
    ("submit_checks_validations", False, _status(ONBOARDING, annual_salary="-62000"), 200),
    ("submit_checks_validations", True, _status(ONBOARDING, annual_salary="-62000"), 400),
    ("consent_enforced", False, _status(INTAKE), 200),
    ("consent_enforced", True, _status(INTAKE), 400),
    ("consent_enforced", True, _status(ONBOARDING), 200),
    ("other_legal_basis", False, _other_basis, 400),
    ("other_legal_basis", True, _other_basis, 200),
    ("more_form_objects", False, _deal, 400),
    ("more_form_objects", True, _deal, 200),
    ("service_keys_submit", True, _service_key, 200),
    ("service_keys_submit", False, _service_key, 401),
    ("empty_clears", True, _cleared, False),
    ("empty_clears", False, _cleared, True),
    ("object_type_demanded", False, _no_object_type, 200),
    ("object_type_demanded", True, _no_object_type, 400),
    ("property_in_use_kept", True, _archived, 400),
    ("property_in_use_kept", False, _archived, 204),
    ("fixed_keys_refused", True, _reclassed, 400),
    ("fixed_keys_refused", False, _reclassed, 200),
    ("user_agent_demanded", False, _no_user_agent, 200),
    ("user_agent_demanded", True, _no_user_agent, 403),
    ("reserved_domains_vanish", False, _reserved, 1),
    ("reserved_domains_vanish", True, _reserved, 0),
]

ELSEWHERE = {
    "records_check_validations": "test_objects_writes.py",
    "values_may_be_numbers": "test_objects_writes.py",
    "longest_address": "test_spellings.py",
    "batch_read_names_class": "test_property_writes.py",
    "search_limit": "test_search.py",
    "search_delay": "test_search.py",
    "denials_find_empty": "test_search.py",
    "token_life": "test_oauth_tokens.py",
    "oauth_rotates_refresh_token": "test_oauth_tokens.py",
    "oauth_rate_limit": "test_oauth_tokens.py",
    "oauth_consent_page": "test_oauth_install.py",
    "webhook_signatures": "test_webhooks.py",
    "webhook_is_sensitive": "test_webhooks.py",
    "webhook_batch": "test_webhooks.py",
    "webhook_delay": "test_webhooks.py",
    "webhook_duplicates": "test_webhooks.py",
    "webhook_disorder": "test_webhooks.py",
    "webhook_time_scale": "test_webhooks.py",
    "webhook_foreign_targets": "test_webhooks.py",
}


@pytest.mark.parametrize(
    ("name", "value", "observe", "expected"), EFFECTS, ids=[f"{n}-{v}" for n, v, _, _ in EFFECTS]
)
def test_a_switch_does_what_it_says(hub, name, value, observe, expected):
    """Each setting of each switch shows on the wire, when set over HTTP."""
    assert hub.admin("PATCH", "switches", {name: value}).ok
    assert observe(hub) == expected


def test_every_switch_is_tried():
    """The two tables above name every switch."""
    names = {f.name for f in dataclasses.fields(Switches)}
    assert {row[0] for row in EFFECTS} == names - ELSEWHERE.keys()


def test_switches_tried_elsewhere_are_named_there():
    """Whoever says that a switch is tried in another file is held to it."""
    for name, file in ELSEWHERE.items():
        assert name in Path(__file__).with_name(file).read_text(encoding="utf-8")


def test_every_switch_names_its_question(hub):
    """The list tells name, value, default and question of each."""
    rows = hub.admin("GET", "switches").json()["switches"]
    assert [row["name"] for row in rows] == [f.name for f in dataclasses.fields(Switches)]
    for row in rows:
        assert set(row) == {"name", "value", "default", "doc"}
        assert re.match(r"(Q([1-9]|1[0-9]|2[01])|Unlisted): ", row["doc"])


@pytest.mark.parametrize(
    "changes",
    [{"nothing": 1}, {"rate_limit": "many"}, {"rate_limit": True}, {"rate_limit": 1.5},
     {"retry_after": 1}, {"page_uri": "purple"}, {"rate_window": False}],
)  # fmt: skip
def test_a_bad_switch_is_told(hub, changes):
    """What does not exist or does not fit is refused, and nothing changes."""
    before = hub.portal.switches
    assert hub.admin("PATCH", "switches", changes).status_code == 400
    assert hub.portal.switches == before


def test_switches_cannot_be_changed_in_place():
    """A set of switches is a value."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Switches().rate_limit = 1  # type: ignore[misc]  # the point of the test
