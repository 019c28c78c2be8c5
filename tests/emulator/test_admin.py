"""The emulator's own routes: drift, tokens, journal, reset."""

from __future__ import annotations

import time

import pytest

INTAKE = "Patient intake"


def test_a_class_change_is_a_new_creation(hub):
    """Another class shows in the other list, with a new ``createdAt``."""
    before = hub.get("/crm/v3/properties/contacts/diagnosis").json()
    body = {"dataSensitivity": "non_sensitive"}
    assert hub.admin("PATCH", "properties/contacts/diagnosis", body).ok
    after = hub.get("/crm/v3/properties/contacts/diagnosis").json()
    assert after["dataSensitivity"] == "non_sensitive"
    assert after["createdAt"] > before["createdAt"]
    listed = hub.get("/crm/v3/properties/contacts").json()["results"]
    assert "diagnosis" in {row["name"] for row in listed}


def test_a_label_change_keeps_the_creation(hub):
    """Any other change leaves ``createdAt`` alone; null takes a key away."""
    before = hub.get("/crm/v3/properties/contacts/diagnosis").json()
    hub.admin("PATCH", "properties/0-1/diagnosis", {"label": "D", "sensitiveDataCategories": None})
    after = hub.get("/crm/v3/properties/contacts/diagnosis").json()
    assert after["createdAt"] == before["createdAt"]
    assert after["label"] == "D"
    assert "sensitiveDataCategories" not in after


def test_archiving_and_restoring(hub):
    """An archived property is gone until it is restored."""
    assert hub.admin("POST", "properties/contacts/diagnosis/archive").ok
    assert hub.get("/crm/v3/properties/contacts/diagnosis").status_code == 404
    assert hub.admin("PATCH", "properties/contacts/diagnosis", {"archived": False}).ok
    assert "archivedAt" not in hub.get("/crm/v3/properties/contacts/diagnosis").json()


def test_a_form_drifts(hub):
    """Captcha goes on, the rest of the configuration stays."""
    form_id = hub.form_id(INTAKE)
    before = hub.get(f"/marketing/v3/forms/{form_id}").json()
    body = {"configuration": {"recaptchaEnabled": True}}
    after = hub.admin("PATCH", f"forms/{form_id}", body).json()
    assert after["configuration"] == {**before["configuration"], "recaptchaEnabled": True}
    assert after["updatedAt"] > before["updatedAt"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "forms/none"),
        ("PATCH", "properties/contacts/none"),
        ("PATCH", "properties/spaceships/none"),
        ("POST", "properties/contacts/none/archive"),
    ],
)
def test_what_is_not_there_cannot_drift(hub, method, path):
    """Unknown forms and properties are not found."""
    assert hub.admin(method, path, {}).status_code == 404


def test_a_further_token(hub):
    """A token with chosen scopes works at once, and may expire."""
    body = hub.admin("POST", "tokens", {"scopes": ["forms"]}).json()
    assert body["access_token"].startswith("pat-na1-")
    assert hub.get("/marketing/v3/forms", token=body["access_token"]).status_code == 200
    short = hub.admin("POST", "tokens", {"scopes": ["forms"], "expires_in": -1}).json()
    assert hub.get("/marketing/v3/forms", token=short["access_token"]).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"scopes": "forms"}, {"scopes": [1]}, {"scopes": [], "kind": "x"},
     {"scopes": [], "expires_in": "soon"}],
)  # fmt: skip
def test_a_bad_token_request_is_told(hub, body):
    """What makes no token is refused."""
    assert hub.admin("POST", "tokens", body).status_code == 400


def test_a_revoked_token_is_unknown(hub):
    """A revoked token gets 401."""
    token = hub.portal.issue_token(["forms"])
    hub.portal.tokens.revoke(token)
    assert hub.get("/marketing/v3/forms", token=token).status_code == 401


def test_the_journal_has_names_only(hub):
    """Method, path, status and names; no value and no token, wherever they stood."""
    hub.submit(INTAKE, {"email": "ada.probe@mail.example", "0-2/name": "Agency"})
    hub.get(
        "/crm/v3/objects/contacts/ada.probe@mail.example",
        params={"idProperty": "email", "properties": "diagnosis"},
    )
    hub.get(f"/oauth/v1/access-tokens/{hub.emulator.access_token}")
    text = hub.admin("GET", "requests").text
    for value in ("ada.probe", "Agency", hub.emulator.access_token):
        assert value not in text
    first, second, third = hub.admin("GET", "requests").json()["requests"]
    assert first["fields"] == ["email", "0-2/name"]
    assert "authorization" in first["headers"]
    assert (second["path"], second["query"]) == (
        "/crm/v3/objects/contacts/{id}", ["idProperty", "properties"],
    )  # fmt: skip
    assert (third["path"], third["status"]) == ("/oauth/v1/access-tokens/{token}", 200)
    assert hub.admin("DELETE", "requests").status_code == 204
    assert hub.admin("GET", "requests").json() == {"requests": []}


def test_the_journal_tells_when_and_whose_a_call_was(hub):
    """Its moment, how long it took, its correlation id, its part of the API, and the token by its
    name."""
    hub.portal.faults.add("forms", "slow", seconds=0.05)
    answer = hub.get("/marketing/v3/forms")
    tokens = {
        "intake token": hub.emulator.intake_token,
        "records token": hub.emulator.desk_token,
        "another token": hub.portal.issue_token(["forms"]),
        "an unknown token": "pat-na1-00000000-0000-0000-0000-000000000000",
        "no token": None,
    }
    for token in tokens.values():
        hub.get("/account-info/v3/details", token=token)
    first, *others = hub.admin("GET", "requests").json()["requests"]
    assert first["correlation_id"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert (first["area"], first["caller"]) == ("forms", "main token")
    assert first["took_ms"] >= 50
    assert abs(first["at_ms"] - time.time() * 1000) < 60_000
    assert [row["caller"] for row in others] == list(tokens)
    newest = hub.portal.journal.newest(2, "account")
    assert [row.caller for row in newest] == ["no token", "an unknown token"]


def test_a_reset_brings_the_seed_back(hub):
    """Submissions, records, drift, faults and switches go; the token stays."""
    hub.submit(INTAKE, hub.good(INTAKE))
    hub.admin("POST", "properties/contacts/diagnosis/archive")
    hub.admin("POST", "faults", {"on": "*", "kind": "500", "times": None})
    assert hub.admin("POST", "reset").status_code == 204
    assert hub.portal.submissions() == ()
    assert hub.portal.contacts() == ()
    assert hub.get("/crm/v3/properties/contacts/diagnosis").status_code == 200


@pytest.mark.parametrize("path", ["requests", "switches", "faults"])
def test_web_pages_are_kept_out(hub, path):
    """A call with an Origin comes from a web page, which has no business here."""
    answer = hub.call(
        "GET", f"/_emulator/{path}", token=None, headers={"Origin": "https://web.example"}
    )
    assert answer.status_code == 403
