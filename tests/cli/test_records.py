"""``records``: values come in unseen, sensitive ones stay masked, one is revealed on purpose."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import PROJECT, Account, Shell

from gateway.domain.reveals import Purpose

CANARY = "canary-X1234567"
NEW = f"canary@clinic-mail.example\n{CANARY}\ncanary-diagnosis\n"


@pytest.fixture(scope="module")
def desk(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with a token for records, over an account that has no record yet."""
    account.start_again()
    folder = tmp_path_factory.mktemp("desk")
    token = account.banner["records_token"]
    yield Shell(account.environ(folder, HUBSPOT_RECORDS_TOKEN=token), folder)
    account.start_again()


@pytest.fixture(scope="module")
def record_id(desk: Shell) -> str:
    """The id of a contact with a value of each class."""
    names = "email,passport_number,diagnosis"
    made = desk("records", "create", "contacts", "--property", names, "--json", stdin=NEW)
    assert made.code == 0, made.err
    assert CANARY not in made.out + made.err
    assert made.document["errors"] == {}
    return str(made.document["record"]["id"])


def test_a_record_is_shown_masked(desk: Shell, record_id: str) -> None:
    """Presence for sensitive values, the value of ordinary ones; also by a unique property."""
    names = "--property=email,passport_number,city"
    shown = desk("records", "show", "contact", record_id, names)
    assert shown.code == 0
    assert "canary@clinic-mail.example" in shown.out
    assert "(set)" in shown.out
    assert CANARY not in shown.out
    by_email = desk(
        "records", "show", "contacts", "--by", "email", names, "--json",
        stdin="canary@clinic-mail.example\n",
    )  # fmt: skip
    record = by_email.document["record"]
    assert record["id"] == record_id
    assert record["properties"]["passport_number"] == {
        "class": "sensitive", "presence": "set", "value": None,
    }  # fmt: skip
    assert record["properties"]["city"]["presence"] == "empty"


def test_a_value_goes_to_a_pipe_only_when_it_is_said(desk: Shell, record_id: str) -> None:
    """Without a terminal it takes --stdout; refused before anything is told or asked."""
    ask = ("records", "reveal", "contacts", record_id, "--property", "passport_number")
    purpose = ("--purpose", "identify")
    assert desk(*ask, *purpose).code == 2
    assert desk(*ask, *purpose, "--json").code == 2
    assert desk(*ask).code == 2
    assert desk(*ask, "--purpose", "curiosity").code == 2
    assert desk(*ask, *purpose, "--property", "diagnosis", "--stdout").code == 2
    shown = desk(*ask, *purpose, "--stdout")
    assert (shown.code, shown.out) == (0, f"{CANARY}\n")
    told = desk(*ask, *purpose, "--stdout", "--json").document
    assert told == {"id": record_id, "property": "passport_number", "purpose": "identify",
                    "value": CANARY}  # fmt: skip


def test_highly_sensitive_takes_a_yes(desk: Shell, record_id: str) -> None:
    """Without --yes the command says so and shows nothing."""
    ask = ("records", "reveal", "contacts", record_id, "--property", "diagnosis",
           "--purpose", "care", "--stdout")  # fmt: skip
    refused = desk(*ask)
    assert refused.code == 1
    assert "--yes" in refused.err
    assert desk(*ask, "--yes").out == "canary-diagnosis\n"


@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is a thing of POSIX systems")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTSTP"])
def test_a_terminal_forgets_the_value(name: str, desk: Shell, record_id: str) -> None:
    """On a terminal it is drawn on the second screen, and that is left with Ctrl+C, or when its
    time is over. Who wants to suspend the command leaves it, too."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway", "records", "reveal", "contacts", record_id,
               "--property", "passport_number", "--purpose", "contact"]  # fmt: skip
    environ = {**os.environ, **desk.environ}
    with subprocess.Popen(
        command, cwd=PROJECT, env=environ, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        drawn = _drawn(ours, until=CANARY)
        process.send_signal(getattr(signal, name))
        drawn += _drawn(ours, until="\033[?1049l")
        assert process.wait(60) == 0
    os.close(ours)
    there, value, back = (drawn.find(one) for one in ("\033[?1049h", CANARY, "\033[?1049l"))
    assert 0 <= there < value < back


def _drawn(terminal: int, until: str = "\0") -> str:
    """What is drawn until ``until`` is, the other end closes, or a minute has passed."""
    drawn, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline and until.encode() not in drawn:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:
            # So Linux tells that nobody has the other end any more.
            break
        if not part:
            break
        drawn += part
    return drawn.decode()


def test_values_are_corrected_and_cleared(desk: Shell, record_id: str) -> None:
    """From standard input or a file; what HubSpot or the definitions refuse is told by name."""
    ask = ("records", "update", "contacts", record_id)
    assert desk(*ask, "--property", "city", stdin="Rome\n").code == 0
    file = desk.folder / "values.json"
    file.write_text(json.dumps({"zip": 12345, "newsletter": True, "other_allergies": None}))
    done = desk(*ask, "--values", str(file))
    assert done.code == 0, done.err
    assert "was changed" in done.out
    refused = desk(*ask, "--property", "nationality,nope", "--json", stdin=f"{CANARY}\nx\n")
    assert refused.code == 1
    assert list(refused.document["errors"]) == ["nope"]
    refused = desk(*ask, "--property", "nationality", "--json", stdin=f"{CANARY}\n")
    assert (refused.code, list(refused.document["errors"])) == (1, ["nationality"])
    assert CANARY not in refused.out + refused.err
    cleared = desk("records", "clear", "contacts", record_id, "--property", "city,zip")
    assert cleared.code == 0
    assert "Rome" not in desk("records", "show", "contacts", record_id, "--property=city").out


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("show", "contacts"), ""),
        (("show", "contacts", "12", "--by", "email"), ""),
        (("update", "contacts", "12", "--property", "city"), ""),
        (("update", "contacts", "12", "--property", "city", "--values", "-"), "{}"),
        (("update", "contacts", "12", "--values", "-"), "[]"),
        (("update", "contacts", "12", "--values", "-"), '{"city": ["canary"]}'),
        (("update", "contacts", "12", "--values", "-"), '{"city": "canary"'),
        (("update", "contacts", "12", "--values", "/nowhere/at/all"), ""),
        (("create", "contacts"), ""),
        (("create", "contacts", "--values", "-"), "{}"),
        (("create", "contacts", "--property", "city", "--associate", "companies"), "Rome\n"),
        (("create", "contacts", "--property", "city", "--associate", "companies/1:NONE:1"), "R\n"),
        (("create", "projects", "--property", "room", "--associate", "companies/1"), "R\n"),
        (("batch", "create", "contacts", "--file", "-"), '{"inputs": {}}'),
        (("batch", "create", "contacts", "--file", "-"), '{"inputs": [{"canary": 1}]}'),
        (("batch", "create", "contacts", "--file", "-"), '{"inputs": [{"properties": "canary"}]}'),
        (("batch", "update", "contacts", "--file", "-"), '{"inputs": [{"properties": {}}]}'),
        (("batch", "read", "contacts", "--file", "-"),
         '{"inputs": [{"id": "1"}], "properties": "canary"}'),
        (("batch", "create", "contacts", "--file", "-"),
         '{"inputs": [{"properties": {}, "associations": ["canary"]}]}'),
        (("batch", "create", "contacts", "--file", "-"),
         '{"inputs": [{"properties": {}, "associations": [{"to": {"id": "1"}, "types": [1]}]}]}'),
    ],
)  # fmt: skip
def test_what_cannot_be_used(arguments: tuple[str, ...], stdin: str, desk: Shell) -> None:
    """It is said so, exit code 2, and nothing of the file is repeated."""
    done = desk("records", *arguments, stdin=stdin)
    assert done.code == 2
    assert done.err
    assert "canary" not in done.out + done.err


def test_what_is_refused(desk: Shell, account: Account) -> None:
    """An unknown object, record or property is exit code 1; HubSpot in trouble is 3."""
    assert desk("records", "show", "persons", "12").code == 1
    assert desk("records", "show", "contacts", "77").code == 1
    assert desk("records", "archive", "contacts", "../1", "--yes").code == 1
    assert desk("records", "show", "contacts", "77", "--property", "nope").code == 1
    account.ask("POST", "faults", on="objects", kind="500", times=1)
    assert desk("records", "show", "contacts", "77").code == 3


def test_a_batch_reports_each_record(desk: Shell) -> None:
    """What was done and what was not, by place; nothing at all where the file cannot be sent."""
    inputs: list[dict[str, Any]] = [
        {"properties": {"email": f"batch-{n}@clinic-mail.example"}} for n in range(3)
    ]
    company = desk("records", "create", "companies", "--property=name", "--json", stdin="ACME\n")
    inputs[0]["associations"] = [
        {"to": {"id": company.document["record"]["id"]},
         "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]}
    ]  # fmt: skip
    inputs[2] = {"properties": {"email": "canary@clinic-mail.example"}}
    run = ("records", "batch")
    made = desk(
        *run, "create", "contacts", "--file=-", "--json", stdin=json.dumps({"inputs": inputs})
    )
    report = made.document
    assert made.code == 1
    assert report["counts"] == {"done": 2, "refused": 1, "unclear": 0, "not_sent": 0}
    assert [row["state"] for row in report["rows"]] == ["done", "done", "refused"]
    ids = [row["record"]["id"] for row in report["rows"][:2]]
    changes = {"inputs": [
        {"id": ids[0], "properties": {"city": "Rome"}},
        {"id": "batch-1@clinic-mail.example", "idProperty": "email", "properties": {"city": "Oslo"}},
    ]}  # fmt: skip
    changed = desk(*run, "update", "contacts", "--file=-", stdin=json.dumps(changes))
    assert (changed.code, changed.out.splitlines()[-1]) == (0, "2 done.")
    asked = json.dumps({"inputs": [{"id": int(ids[0])}, {"id": "77"}], "properties": ["city"]})
    read = desk(*run, "read", "contacts", "--file=-", stdin=asked)
    assert read.code == 1
    assert "city: Rome" in read.out
    wrong = desk(*run, "create", "contacts", "--file=-", "--json",
                 stdin=json.dumps({"inputs": [inputs[1], {"properties": {"nope": "x"}}]}))  # fmt: skip
    assert wrong.code == 1
    assert wrong.document["rows"][0]["place"] == 2
    gone = json.dumps({"inputs": [{"id": one} for one in ids]})
    assert desk(*run, "archive", "contacts", "--file=-", stdin=gone).code == 0
    again = desk(*run, "read", "contacts", "--file=-", "--json", stdin=gone)
    assert [row["state"] for row in again.document["rows"]] == ["refused", "refused"]


def test_a_ticket_is_associated(desk: Shell, record_id: str) -> None:
    """--associate takes the usual type of association between two objects."""
    values = {"subject": "S", "hs_pipeline": "0", "hs_pipeline_stage": "1"}
    made = desk("records", "create", "tickets", "--values=-", "--associate", f"contacts/{record_id}",
                "--json", stdin=json.dumps(values))  # fmt: skip
    assert made.code == 0, made.err
    ticket = made.document["record"]["id"]
    asked = desk("records", "archive", "tickets", ticket)
    assert (asked.code, "--yes" in asked.err, asked.out) == (1, True, "Nothing was archived.\n")
    assert desk("records", "archive", "tickets", ticket, "--yes").code == 0
    assert desk("records", "show", "tickets", ticket, "--archived").code == 0


def test_every_purpose_is_explained(desk: Shell) -> None:
    """The help lists each purpose a value may be looked at for."""
    told = desk("records", "reveal", "--help").out
    assert all(f"  {purpose} " in told for purpose in Purpose)


def test_no_value_stays_in_the_folder(desk: Shell, record_id: str) -> None:
    """Neither the outbox nor anything beside it has a value that was written or shown."""
    for path in Path(desk.environ["GATEWAY_DATA_DIR"]).rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path.name
