"""Each command answers, exits with its code, and gives one JSON document when asked."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from samples import ANSWERS, IDENTIFICATION, ONBOARDING, PATIENT

GOOD = (PATIENT, ONBOARDING, IDENTIFICATION)
BAD = {
    "Visitor sign-in (2019)": {"property_archived", "label_names_sensitive", "recaptcha"},
    "Documents and payment": {"field_type_unsupported"},
}


def form_id(emulator: dict[str, Any], name: str) -> str:
    """A form's id, as the emulator printed it."""
    return next(form["id"] for form in emulator["forms"] if form["name"] == name)


def test_the_emulators_first_line(emulator: dict[str, Any]) -> None:
    """The first line is one JSON object with everything another shell needs."""
    assert set(emulator) >= {
        "api_base", "forms_base", "portal_id", "access_token", "client_secret", "forms",
    }  # fmt: skip
    assert {form["name"] for form in emulator["forms"]} == {*GOOD, *BAD}


@pytest.mark.parametrize("name", GOOD)
def test_check_says_yes(name: str, emulator: dict[str, Any], shell: Any) -> None:
    """check exits 0 for a good form, with a row per field."""
    run = shell("check", form_id(emulator, name), "--json")
    assert run.code == 0
    assert run.document["open"] is True
    assert all(row["verdict"] == "ok" and row["class"] for row in run.document["fields"])
    assert run.document["scopes"]["missing"] == []


@pytest.mark.parametrize("name", BAD)
def test_check_says_no(name: str, emulator: dict[str, Any], shell: Any) -> None:
    """check exits 1 for a bad form, and names each reason."""
    run = shell("check", form_id(emulator, name), "--json")
    assert run.code == 1
    errors = [f for f in run.document["findings"] if f["severity"] == "error"]
    assert {f["code"] for f in errors} == BAD[name]
    assert all(f["message"] and f["cure"] for f in errors)
    text = shell("check", name)
    assert text.code == 1
    assert all(f["message"] in text.out for f in errors)


def test_check_all(shell: Any) -> None:
    """check --all gives every form, and 1 because two are closed."""
    run = shell("check", "--all", "--json")
    assert run.code == 1
    assert {f["form"]["name"]: f["open"] for f in run.document["forms"]} == {
        **dict.fromkeys(GOOD, True), **dict.fromkeys(BAD, False),
    }  # fmt: skip


def test_submit_and_outbox(emulator: dict[str, Any], shell: Any) -> None:
    """submit gives a receipt, outbox show says delivered, and HubSpot has the values."""
    answers = shell.answers(**ANSWERS[PATIENT])
    run = shell.process("submit", PATIENT, "--answers", answers, "--json")
    assert run.code == 0
    assert set(run.document) == {"receipt", "state", "form", "errors", "asks", "findings"}
    assert run.document["state"] == "DELIVERED"
    shown = shell("outbox", "show", run.document["receipt"], "--json")
    assert (shown.code, shown.document["state"]) == (0, "DELIVERED")
    assert [step["state"] for step in shown.document["history"]] == [
        "QUEUED",
        "SENDING",
        "DELIVERED",
    ]
    listed = shell("outbox", "list", "--json").document
    assert listed["items"][0]["receipt"] == run.document["receipt"]
    assert listed["counts"]["DELIVERED"] == 1
    record = requests.get(
        emulator["api_base"] + "/crm/v3/objects/contacts/" + ANSWERS[PATIENT]["email"],
        params={"idProperty": "email", "properties": "diagnosis,allergies,date_of_birth"},
        headers={"Authorization": f"Bearer {emulator['access_token']}"}, timeout=10,
    )  # fmt: skip
    assert record.json()["properties"]["diagnosis"] == "canary-diagnosis"
    assert "canary" not in run.out + run.err + shown.out


def test_submit_from_standard_input(shell: Any) -> None:
    """Answers may come through a pipe, so that no file holds them."""
    import json

    run = shell(
        "submit", IDENTIFICATION, "--answers", "-", stdin=json.dumps(ANSWERS[IDENTIFICATION])
    )
    assert run.code == 0
    assert "Delivered to HubSpot" in run.out


def test_queue_only_then_worker(shell: Any) -> None:
    """--queue-only leaves it to a worker; worker --until-empty delivers it and ends."""
    answers = shell.answers(**ANSWERS[ONBOARDING])
    queued = shell("submit", ONBOARDING, "--answers", answers, "--queue-only", "--json")
    assert (queued.code, queued.document["state"]) == (0, "QUEUED")
    worker = shell.process("worker", "--until-empty", "--json")
    assert (worker.code, worker.document["empty"]) == (0, True)
    shown = shell("outbox", "show", queued.document["receipt"], "--json")
    assert shown.document["state"] == "DELIVERED"


def test_the_same_key_again(shell: Any) -> None:
    """The same key and answers give the same receipt; other answers exit 1."""
    answers = shell.answers(**ANSWERS[PATIENT])
    first = shell("submit", PATIENT, "--answers", answers, "--key", "row-1", "--json")
    again = shell("submit", PATIENT, "--answers", answers, "--key", "row-1", "--json")
    assert first.document["receipt"] == again.document["receipt"]
    other = shell.answers(**{**ANSWERS[PATIENT], "firstname": "Augusta"})
    conflict = shell("submit", PATIENT, "--answers", other, "--key", "row-1")
    assert conflict.code == 1
    assert "key" in conflict.err


def test_bad_answers(shell: Any) -> None:
    """Answers that need another look exit 1, each with its field and reason."""
    answers = {
        **ANSWERS[PATIENT],
        "email": "canary",
        "date_of_birth": "canary",
        "shoe_size": "canary",
    }
    run = shell("submit", PATIENT, "--answers", shell.answers(**answers), "--json")
    assert run.code == 1
    assert (run.document["receipt"], run.document["state"]) == (None, "REFUSED")
    assert set(run.document["errors"]) == {"email", "date_of_birth", "shoe_size"}
    assert "canary" not in run.out + run.err


def test_a_closed_form(shell: Any) -> None:
    """Submitting to a form the gate refuses exits 1 with the findings."""
    run = shell(
        "submit", "Documents and payment", "--answers", shell.answers(email="a@b.example"), "--json"
    )
    assert run.code == 1
    assert {f["code"] for f in run.document["findings"]} == {"field_type_unsupported"}


def test_doctor(shell: Any) -> None:
    """doctor finds the set-up sound, and says which forms are closed and why."""
    run = shell("doctor", "--json")
    assert run.code == 0
    assert run.document["ok"] is True
    assert {"emulated", "form_open", "form_refused"} <= {
        f["code"] for f in run.document["findings"]
    }
    assert all(set(f) >= {"code", "severity", "message", "cure"} for f in run.document["findings"])
