"""Reading submissions back."""

from __future__ import annotations

import time

import pytest

INTAKE, ONBOARDING = "Patient intake", "Employee onboarding"


@pytest.fixture
def path(hub) -> str:
    return f"/form-integrations/v1/submissions/forms/{hub.form_id(INTAKE)}"


def _submit(hub, count: int, *, start: int = 0) -> list[int]:
    now = time.time_ns() // 1_000_000
    moments = [now - 60_000 + start + i for i in range(count)]
    for moment in moments:
        body = {
            "submittedAt": moment,
            "context": {"pageUri": f"https://intake.example/f/~s/{moment}", "pageName": "Intake"},
        }
        assert hub.submit(INTAKE, hub.good(INTAKE), body=body).ok
    return moments


def test_sensitive_names_and_values_are_left_out(hub, path):
    """Neither the names nor the values of sensitive properties come back."""
    _submit(hub, 1)
    answer = hub.get(path)
    (row,) = answer.json()["results"]
    assert set(row) == {"conversionId", "submittedAt", "values", "pageUrl"}
    assert [v["name"] for v in row["values"]] == [
        "firstname", "lastname", "email", "phone", "newsletter",
    ]  # fmt: skip
    for hidden in ("diagnosis", "cough", "1990-02-28", "date_of_birth"):
        assert hidden not in answer.text


def test_a_value_that_was_sensitive_stays_hidden(hub, path):
    """A property created anew as ordinary does not uncover what was sent before; one that
    became sensitive covers what was ordinary."""
    _submit(hub, 1)
    hub.portal.amend_property("0-1", "diagnosis", {"dataSensitivity": "non_sensitive"})
    hub.portal.amend_property("0-1", "phone", {"dataSensitivity": "sensitive"})
    names = [v["name"] for v in hub.get(path).json()["results"][0]["values"]]
    assert "diagnosis" not in names
    assert "phone" not in names


def test_the_newest_come_first(hub, path):
    """Order is by the moment of submission, whatever the order of arrival."""
    late = _submit(hub, 2, start=100)
    early = _submit(hub, 2)
    found = [row["submittedAt"] for row in hub.get(path).json()["results"]]
    assert found == sorted(early + late, reverse=True)


def test_pages_follow_the_cursor(hub, path):
    """Twenty by default, fifty at most, a link to the emulator, and no paging at the end."""
    moments = _submit(hub, 23)
    first = hub.get(path).json()
    assert len(first["results"]) == 20
    after = first["paging"]["next"]
    assert after["link"].startswith(hub.emulator.api_base)
    second = hub.get(path, params={"after": after["after"]}).json()
    assert "paging" not in second
    assert hub.get(after["link"].removeprefix(hub.emulator.api_base)).json() == second
    found = [row["submittedAt"] for row in first["results"] + second["results"]]
    assert found == moments[::-1]
    assert len(hub.get(path, params={"limit": 50}).json()["results"]) == 23


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 51}, {"limit": "many"}, {"after": "?"}, {"after": "LTE="}]
)
def test_bad_paging_is_400(hub, path, query):
    """A limit outside 1..50 and a foreign cursor are refused."""
    assert hub.get(path, params=query).status_code == 400


def test_an_unknown_form_is_404(hub):
    """There are no submissions of a form that is not there."""
    assert hub.get("/form-integrations/v1/submissions/forms/none").status_code == 404


def test_the_scope_is_needed(hub, path):
    """Reading submissions needs ``forms``."""
    assert hub.get(path, token=hub.portal.issue_token(["oauth"])).status_code == 403
    assert hub.get(path, token=None).status_code == 401


def test_only_the_forms_own_come(hub, path):
    """Another form's submissions are not among them."""
    hub.submit(ONBOARDING, hub.good(ONBOARDING))
    assert hub.get(path).json() == {"results": []}


def test_there_is_no_contact_id(hub, path):
    """Nothing in an entry names the record."""
    _submit(hub, 1)
    (contact,) = hub.portal.contacts()
    assert contact.id not in hub.get(path).text
