"""Whatever is wrong, a sentence says what happened and what to do: no traceback, no secret."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import requests
from samples import ANSWERS, PATIENT


def token_with(emulator: dict[str, Any], *scopes: str) -> str:
    """A further token of the emulated account."""
    answer = requests.post(
        emulator["api_base"] + "/_emulator/tokens", json={"scopes": list(scopes)}, timeout=10
    )
    return str(answer.json()["access_token"])


def test_a_wrong_token(shell: Any) -> None:
    """A token HubSpot refuses exits 3, and says which setting to correct."""
    run = shell("check", "--all", HUBSPOT_ACCESS_TOKEN="pat-eu1-not-the-token")
    assert run.code == 3
    assert "HUBSPOT_ACCESS_TOKEN" in run.err
    submitted = shell(
        "submit", PATIENT, "--answers", shell.answers(), HUBSPOT_ACCESS_TOKEN="pat-eu1-not-it"
    )
    assert submitted.code == 3


def test_a_wrong_portal(shell: Any) -> None:
    """A token of another account than HUBSPOT_PORTAL_ID accepts nothing."""
    answers = shell.answers(**ANSWERS[PATIENT])
    run = shell("submit", PATIENT, "--answers", answers, HUBSPOT_PORTAL_ID="12345")
    assert run.code == 1
    assert "HUBSPOT_PORTAL_ID" in run.err
    doctor = shell("doctor", "--json", HUBSPOT_PORTAL_ID="12345")
    assert doctor.code == 1
    assert "portal_mismatch" in {f["code"] for f in doctor.document["findings"]}


def test_a_missing_scope(emulator: dict[str, Any], shell: Any) -> None:
    """A token without a sensitive scope closes the form, and names the scope."""
    token = token_with(
        emulator, "forms", "crm.schemas.contacts.read", "crm.objects.contacts.sensitive.write"
    )
    run = shell("check", PATIENT, "--json", HUBSPOT_ACCESS_TOKEN=token)
    assert run.code == 1
    assert run.document["scopes"]["missing"] == ["crm.objects.contacts.highly_sensitive.write"]
    row = next(f for f in run.document["fields"] if f["field"] == "diagnosis")
    assert (row["verdict"], row["code"], row["scope_held"]) == ("refused", "scope_missing", False)


def test_no_scope_at_all(emulator: dict[str, Any], shell: Any) -> None:
    """A token that may not even read forms exits 3 and points to the doctor."""
    run = shell("check", "--all", HUBSPOT_ACCESS_TOKEN=token_with(emulator, "oauth"))
    assert run.code == 3
    assert "permission" in run.err


def test_an_unknown_form(shell: Any) -> None:
    """A form HubSpot does not have exits 1 and says how to list them."""
    run = shell("check", "11111111-2222-3333-4444-555555555555")
    assert run.code == 1
    assert "check --all" in run.err


def test_an_archived_form(emulator: dict[str, Any], shell: Any) -> None:
    """An archived form is closed for that reason."""
    form = next(f["id"] for f in emulator["forms"] if f["name"] == "Client identification")
    address = f"{emulator['api_base']}/_emulator/forms/{form}"
    requests.patch(address, json={"archived": True}, timeout=10).raise_for_status()
    try:
        run = shell("check", form, "--json")
        assert run.code == 1
        assert "form_archived" in {f["code"] for f in run.document["findings"]}
    finally:
        requests.patch(address, json={"archived": False}, timeout=10).raise_for_status()


def test_hubspot_unreachable(shell: Any) -> None:
    """Unreachable: unknown forms exit 3; known ones stay open, and submissions are held."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    away = {"HUBSPOT_API_BASE": closed, "HUBSPOT_FORMS_BASE": closed}
    never = shell("check", PATIENT, **away)
    assert never.code == 3
    assert "cannot be reached" in never.err
    assert shell("check", "--all").code == 1
    known = shell("check", PATIENT, "--json", **away)
    assert (known.code, known.document["stale"]) == (0, True)
    answers = shell.answers(**ANSWERS[PATIENT])
    run = shell("submit", PATIENT, "--answers", answers, "--wait", "1", "--json", **away)
    assert (run.code, run.document["state"]) == (0, "QUEUED")
    assert shell("worker", "--until-empty", **away).code == 3
    # The queue may still rest from the failures before.
    assert shell("outbox", "resume").code == 0
    assert any(shell("worker", "--until-empty").code == 0 for _ in range(8))
    assert (
        shell("outbox", "show", run.document["receipt"], "--json").document["state"] == "DELIVERED"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("HUBSPOT_API_BASE", "https://evil.example"), ("GATEWAY_RATE_LIMIT", "many"),
     ("GATEWAY_DATABASE_URL", "mysql://root:canary@db/x"), ("GATEWAY_TYPO", "1")],
)  # fmt: skip
def test_wrong_settings(name: str, value: str, shell: Any) -> None:
    """A wrong setting exits 2 and is named; with --json there is still one document."""
    run = shell("doctor", **{name: value})
    assert run.code == 2
    assert name in run.err
    assert "canary" not in run.err
    told = shell("doctor", "--json", **{name: value})
    assert told.document["error"]["code"] == "SettingsError"


def test_a_busy_port(emulator: dict[str, Any], shell: Any) -> None:
    """An emulator on a busy port exits 2 and says to choose another."""
    port = emulator["api_base"].rsplit(":", 1)[1]
    run = shell("emulator", "--port", port)
    assert run.code == 2
    assert "another port" in run.err


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '"canary"', '{"email": "a", "email": "b"}', "\ufeff{", "[" * 100_000, '{"a": NaN'],
)
def test_a_broken_answers_file(content: str, shell: Any) -> None:
    """A file of answers that cannot be read exits 2, without repeating what is in it."""
    path = Path(shell.folder) / "broken.json"
    path.write_text(content, encoding="utf-8")
    run = shell("submit", PATIENT, "--answers", str(path))
    assert run.code == 2
    assert "answers file" in run.err
    assert "canary" not in run.err


def test_a_missing_answers_file(shell: Any) -> None:
    """A file that is not there exits 2."""
    assert shell("submit", PATIENT, "--answers", "nowhere.json").code == 2


def test_odd_answers(shell: Any) -> None:
    """Nested, huge and foreign values are refused by field, exit 1."""
    path = Path(shell.folder) / "odd.json"
    odd = {**ANSWERS[PATIENT], "firstname": {"canary": 1}, "lastname": ["canary"], "email": 1e400}
    path.write_text(json.dumps(odd), encoding="utf-8")
    run = shell("submit", PATIENT, "--answers", str(path), "--json")
    assert run.code == 1
    assert {"firstname", "lastname", "email"} <= set(run.document["errors"])
    assert "canary" not in run.out + run.err


def test_keys_of_another_mode(shell: Any) -> None:
    """Demo keys in a live folder are refused with the cause."""
    assert shell("outbox", "list").code == 0
    keys = Path(shell.folder) / "data" / "emulated" / "keys"
    run = shell(
        "outbox", "list", HUBSPOT_API_BASE="", HUBSPOT_FORMS_BASE="", GATEWAY_KEYS=str(keys)
    )
    assert run.code == 1
    assert "keys" in run.err


def test_a_broken_key_folder(shell: Any) -> None:
    """A damaged key file is refused by name, and nothing is created in its place."""
    assert shell("outbox", "list").code == 0
    keys = Path(shell.folder) / "data" / "emulated" / "keys"
    for file in keys.iterdir():
        file.write_bytes(b"canary")
    run = shell("outbox", "list")
    assert run.code == 1
    assert "backup" in run.err
    assert "canary" not in run.err
    doctor = shell("doctor", "--json")
    assert doctor.code == 1
    assert [f["code"] for f in doctor.document["findings"]] == ["keys_broken"]


def test_a_lost_outbox(shell: Any) -> None:
    """Where the outbox's file is gone no command starts an empty one; the doctor names the way."""
    assert shell("outbox", "list").code == 0
    next(Path(shell.folder).rglob("outbox.db")).unlink()
    run = shell("outbox", "list")
    assert run.code == 2
    assert "have had one before" in run.err
    doctor = shell("doctor", "--json")
    assert doctor.code == 1
    assert [f["code"] for f in doctor.document["findings"]] == ["outbox_gone"]


def test_an_unknown_receipt(shell: Any) -> None:
    """A receipt that does not exist exits 1 with one sentence."""
    run = shell("outbox", "show", "2345-6789-ABCD")
    assert run.code == 1
    assert "receipt" in run.err
