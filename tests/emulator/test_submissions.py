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


def test_pages_hold_while_new_ones_arrive(hub, path):
    """Whatever arrives between two pages, a sweep shows each older row once, and no row twice."""
    moments = _submit(hub, 7)
    seen, after = [], {}
    for start in range(100, 800, 100):
        body = hub.get(path, params={"limit": 2, **after}).json()
        seen += [row["submittedAt"] for row in body["results"]]
        if "paging" not in body:
            break
        after = {"after": body["paging"]["next"]["after"]}
        _submit(hub, 3, start=start)
    assert seen == moments[::-1]


def test_rows_of_one_moment_do_not_get_lost_between_pages(hub, path):
    """Equal moments are told apart by arrival, the latest first."""
    moment = time.time_ns() // 1_000_000
    for number in range(5):
        body = {"submittedAt": moment, "context": {"pageUri": f"https://i.example/~s/{number}"}}
        assert hub.submit(INTAKE, hub.good(INTAKE), body=body).ok
    pages, after = [], {}
    for _ in range(3):
        body = hub.get(path, params={"limit": 2, **after}).json()
        pages.append([row["pageUrl"][-1] for row in body["results"]])
        after = {"after": body["paging"]["next"]["after"]} if "paging" in body else {}
    assert pages == [["4", "3"], ["2", "1"], ["0"]]


def test_what_becomes_visible_late_takes_its_place(hub, path):
    """A row shows after its delay, at the place its moment gives it."""
    hub.portal.amend_switches(submission_delay=2.0)
    early = _submit(hub, 1)
    hub.portal.amend_switches(submission_delay=0.0)
    late = _submit(hub, 1, start=50)
    assert [row["submittedAt"] for row in hub.get(path).json()["results"]] == late
    time.sleep(2.05)
    assert [row["submittedAt"] for row in hub.get(path).json()["results"]] == late + early


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 51},
        {"limit": "many"},
        {"after": "?"},
        {"after": "LTE="},
        {"after": "MQ=="},
    ],
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
