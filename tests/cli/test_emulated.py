"""What the command ``emulator`` can start with, as another shell sees it."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cli.conftest import Run, Shell
from emulator.receiver import Receiver, until

from gateway.emulator.faults import KINDS
from gateway.emulator.switches import Switches

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gateway", "emulator", *arguments]


@contextlib.contextmanager
def emulator(*arguments: str, end: signal.Signals = signal.SIGTERM) -> Iterator[dict[str, Any]]:
    """The command in another shell, and the line it printed."""
    process = subprocess.Popen(
        command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(end)
        code = process.wait(60)
        assert code == (0 if end is signal.SIGTERM else -end)
    finally:
        process.kill()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def ended(*arguments: str) -> Run:
    """The command in this process, where it does not start anything."""
    return Shell({}, ROOT)("emulator", *arguments)


def get(banner: dict[str, Any], path: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {banner['access_token']}"}
    return requests.get(banner["api_base"] + path, headers=headers, timeout=30)


def submit(banner: dict[str, Any], email: str) -> requests.Response:
    form = next(form["id"] for form in banner["forms"] if form["name"] == "Employee onboarding")
    path = f"/submissions/v3/integration/secure/submit/{banner['portal_id']}/{form}"
    answers = {
        "firstname": "Ada", "lastname": "Probe", "email": email, "start_date": "2026-12-01",
        "contract_type": "permanent", "annual_salary": "62000", "bank_account": "DE89370400440532013000", "mobilephone": "+1 555 010 2210",
    }  # fmt: skip
    fields = [{"objectTypeId": "0-1", "name": k, "value": v} for k, v in answers.items()]
    company = {"name": "Agency Ltd", "domain": "agency.example"}
    fields += [{"objectTypeId": "0-2", "name": k, "value": v} for k, v in company.items()]
    headers = {"Authorization": f"Bearer {banner['access_token']}"}
    return requests.post(
        banner["api_base"] + path, headers=headers, json={"fields": fields}, timeout=30
    )


def test_the_list_names_every_fault_and_switch():
    """For people and as JSON; nothing is started."""
    listed = ended("--list", "--json").document
    assert listed["faults"].keys() == KINDS.keys()
    assert [row["name"] for row in listed["switches"]] == [
        row["name"] for row in Switches().listing()
    ]
    text = ended("--list").out
    assert all(kind in text for kind in KINDS)


def test_faults_and_switches_hold_from_the_start():
    """A fault strikes as often as was said; a switch is set before the first call."""
    with emulator("--fault", "account:423:2", "--fault", "forms:slow:always:0.01",
                  "--switch", "rate_limit=7", "--switch", "retry_after=true",
                  "--switch", "page_uri=no_query") as banner:  # fmt: skip
        details = [get(banner, "/account-info/v3/details") for _ in range(3)]
        assert [answer.status_code for answer in details] == [423, 423, 200]
        assert details[-1].headers["X-HubSpot-RateLimit-Max"] == "7"
        rows = requests.get(f"{banner['api_base']}/_emulator/faults", timeout=30).json()["faults"]
        assert [(row["kind"], row["times"], row["seconds"]) for row in rows] == [
            ("slow", None, 0.01)
        ]


def test_every_fault_can_be_given():
    """One start with all of them, each in a place where it can strike."""
    given = [f"{min(of.areas)}:{kind}:1:0.1" for kind, of in KINDS.items()]
    flags = [part for text in given for part in ("--fault", text)]
    with emulator(*flags) as banner:
        rows = requests.get(f"{banner['api_base']}/_emulator/faults", timeout=30).json()["faults"]
        assert [row["kind"] for row in rows] == list(KINDS)


def test_webhooks_are_sent_from_the_start():
    """One option names the address, another each subscription."""
    with Receiver() as receiver, emulator(
        "--webhook-url", receiver.url, "--subscribe", "contact.creation",
        "--subscribe", "contact.propertyChange:annual_salary",
        "--subscribe", "object.propertyChange:0-1/firstname",
    ) as banner:  # fmt: skip
        assert submit(banner, "ada@mail.example").ok
        until(lambda: len(receiver.events) == 2)
        assert sorted(event["subscriptionType"] for event in receiver.events) == [
            "contact.creation", "object.propertyChange",
        ]  # fmt: skip


def test_the_account_outlives_the_command(tmp_path):
    """After a stop in order and after a kill, the same tokens open the same account."""
    state = tmp_path / "clinic.state"
    with emulator("--state", str(state)) as first:
        assert submit(first, "one@mail.example").ok
    with emulator("--state", str(state), end=signal.SIGKILL) as second:
        assert second["access_token"] == first["access_token"]
        before = state.stat().st_mtime_ns
        assert submit(second, "two@mail.example").ok
        until(lambda: state.stat().st_mtime_ns != before)
        time.sleep(0.1)
    with emulator("--state", str(state)) as third:
        rows = get(third, "/crm/v3/objects/contacts?limit=10").json()["results"]
        assert {row["properties"]["email"] for row in rows} == {
            "one@mail.example",
            "two@mail.example",
        }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--switch", "nothing=1"), "no switch"),
        (("--switch", "rate_limit"), "NAME=VALUE"),
        (("--switch", "rate_limit=nan"), "rate_limit"),
        (("--switch", "page_uri=purple"), "page_uri"),
        (("--fault", "account"), "fault is one of"),
        (("--fault", "account:500:often"), "TIMES"),
        (("--fault", "account:500:0"), "at least once"),
        (("--fault", "moon:500"), "strikes one of"),
        (("--fault", "account:slow:1:99999"), "3600"),
        (("--subscribe", "contact.creation"), "--webhook-url"),
        (("--webhook-url", "https://www.example.com/"), "127.0.0.1"),
        (("--webhook-url", "http://127.0.0.1:9/", "--subscribe", "contact.purchase"), "eventType"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
def test_what_cannot_be_started_with_is_told(arguments, said):
    """Exit code 2 and a sentence; nothing is served."""
    run = ended(*arguments)
    assert run.code == 2
    assert said in run.err
    assert run.out == ""


def test_a_damaged_state_file_is_told(tmp_path):
    """The same, with the file's name."""
    state = tmp_path / "clinic.state"
    state.write_bytes(b"garbage")
    state.chmod(0o600)
    state.with_name("clinic.state.key").write_bytes(bytes(32))
    state.with_name("clinic.state.key").chmod(0o600)
    run = ended("--state", str(state))
    assert run.code == 2
    assert "clinic.state is damaged" in run.err
