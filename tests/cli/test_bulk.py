"""``submit --csv``: every row on the same river as the page, once, whatever happens between."""

from __future__ import annotations

import csv
import json
import os
import signal
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from samples import ANSWERS, ONBOARDING, PATIENT

from gateway.usecases.worker import COURIERS

CANARY = "canary"


def row(**more: Any) -> dict[str, Any]:
    """Good cells of the patients' form."""
    cells = {name: value for name, value in ANSWERS[PATIENT].items() if name != "consent"}
    return {**cells, "allergies": "nuts;latex", "newsletter": "yes", "consent.processing": "TRUE",
            "consent.communications.999": "no", **more}  # fmt: skip


def many(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Rows of different people."""
    return [row(email=f"p{n}@clinic-mail.example") for n in range(start, start + count)]


def results(path: Path) -> list[dict[str, str]]:
    """The result file, read as strictly as can be; it holds no answer."""
    text = path.read_text(encoding="utf-8")
    assert CANARY not in text
    assert "clinic-mail" not in text
    return list(csv.DictReader(text.splitlines(), strict=True))


def test_rows_arrive_as_the_page_would_give_them(quick: Any, account: Any) -> None:
    """Choices, ticks, dates and consent arrive; the document and the result file agree."""
    path = quick.csv([row(), row(email="b@clinic-mail.example", newsletter="0")])
    run = quick.process("submit", PATIENT, "--csv", str(path), "--json")
    assert run.code == 0, run.err
    told = run.document
    counts = {name: told[name] for name in ("rows", "accepted", "already", "refused", "left")}
    assert counts == {"rows": 2, "accepted": 2, "already": 0, "refused": 0, "left": 0}
    assert [item["state"] for item in told["items"]] == ["DELIVERED"] * 2
    assert CANARY not in run.out + run.err
    result = path.with_name("rows.result.csv")
    assert stat.S_IMODE(result.stat().st_mode) == 0o600
    assert [(line["row"], line["receipt"], line["state"]) for line in results(result)] == [
        (str(item["row"]), item["receipt"], "DELIVERED") for item in told["items"]
    ]
    assert [line["row"] for line in results(result)] == ["2", "3"]
    wanted = {"allergies": "nuts;latex", "newsletter": "true", "date_of_birth": "1990-02-28"}
    record = requests.get(
        account.banner["api_base"] + "/crm/v3/objects/contacts/" + ANSWERS[PATIENT]["email"],
        params={"idProperty": "email", "properties": ",".join(wanted)},
        headers={"Authorization": f"Bearer {account.banner['access_token']}"}, timeout=10,
    ).json()["properties"]  # fmt: skip
    assert {name: record[name] for name in wanted} == wanted


def test_other_objects_and_a_pipe(quick: Any, account: Any) -> None:
    """Columns of companies work, and a pipe leaves no file with answers."""
    answers = ANSWERS[ONBOARDING]
    text = f"{';'.join(answers)}\n{';'.join(map(str, answers.values()))}\n"
    result = str(quick.folder / "out.csv")
    run = quick("submit", ONBOARDING, "--csv", "-", "--result", result, "--json", stdin=text)
    assert run.code == 0, run.err
    assert account.stored() == 1
    assert quick("submit", ONBOARDING, "--csv", "-", stdin=text).code == 2


def test_faulty_rows(quick: Any, account: Any) -> None:
    """Each gets its reasons by field, and the good ones are received all the same."""
    path = quick.csv([row(), row(email="canary", date_of_birth="canary"), row(firstname="Bo"),
                      row(newsletter="canary", **{"consent.processing": ""})])  # fmt: skip
    with path.open("a", encoding="utf-8") as file:
        file.write("canary,canary\r\n,,\r\n")
    run = quick("submit", PATIENT, "--csv", str(path), "--json")
    assert run.code == 1
    told = run.document
    assert (told["accepted"], told["refused"], told["empty"], account.stored()) == (2, 3, 1, 2)
    assert [sorted(item["errors"]) for item in told["items"]] == [
        [], ["date_of_birth", "email"], [], ["consent.processing", "newsletter"], ["(answers)"],
    ]  # fmt: skip
    assert CANARY not in run.out + run.err
    lines = results(path.with_name("rows.result.csv"))
    assert [line["state"] for line in lines] == [
        "DELIVERED",
        "REFUSED",
        "DELIVERED",
        "REFUSED",
        "REFUSED",
    ]
    assert "email: This is not an e-mail address." in lines[1]["reasons"]
    text = quick("submit", PATIENT, "--csv", str(path))
    assert text.code == 1
    assert "row 3: email: This is not" in text.out
    assert "5 rows: 0 received, 2 received before, 3 refused" in text.out


def test_the_same_rows_again(quick: Any, account: Any) -> None:
    """In another order, with rows added, saved anew by a spreadsheet: nothing is sent twice,
    and every row gets the receipt it had. Equal rows are submissions of their own."""
    rows = [*many(4), *many(2)]
    first = quick("submit", PATIENT, "--csv", str(quick.csv(rows)), "--json").document
    assert (first["accepted"], first["repeated"], account.stored()) == (6, 2, 6)
    assert len({item["receipt"] for item in first["items"]}) == 6
    shuffled = [row(email="new@clinic-mail.example"), *reversed(rows)]
    path = quick.csv(shuffled, delimiter=";", quoting=csv.QUOTE_ALL)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b'"yes"', b'"yes "'))
    again = quick("submit", PATIENT, "--csv", str(path), "--json")
    assert again.code == 0
    told = again.document
    assert (told["accepted"], told["already"], account.stored()) == (1, 6, 7)
    assert {item["receipt"] for item in told["items"][1:]} == {
        item["receipt"] for item in first["items"]
    }
    assert [item["already"] for item in told["items"]] == [False, *[True] * 6]
    assert {line["received"] for line in results(path.with_name("rows.result.csv"))} == {"now", "before"}  # fmt: skip
    assert "2 rows equal an earlier row" in quick("submit", PATIENT, "--csv", str(path)).out


def test_queue_only(quick: Any, account: Any) -> None:
    """Nothing leaves until a worker runs."""
    path = str(quick.csv(many(3)))
    run = quick("submit", PATIENT, "--csv", path, "--queue-only")
    assert run.code == 0
    assert "still on their way" in run.out
    assert account.stored() == 0
    assert quick("worker", "--until-empty").code == 0
    assert account.stored() == 3


def kill_when(run: Any, result: Path, lines: int) -> list[dict[str, str]]:
    """Kills a run once its result file has so many lines; what the file holds then."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if result.exists() and len(result.read_bytes().splitlines()) > lines:
            break
        time.sleep(0.005)
    run.kill()
    out, err = run.communicate(timeout=60)
    assert CANARY not in out + err
    return results(result)


def test_killed_in_the_middle(quick: Any, account: Any) -> None:
    """kill -9 within 300 rows, and the same command again: HubSpot has exactly 300, each once.
    What was killed left a result file that can be read."""
    path = quick.csv(many(300))
    result = path.with_name("rows.result.csv")
    with quick.started("submit", PATIENT, "--csv", str(path), "--queue-only") as killed:
        before = kill_when(killed, result, 60)
    assert 60 <= len(before) < 300
    again = quick.process("submit", PATIENT, "--csv", str(path), "--wait", "30", "--json")
    assert again.code == 0
    told = again.document
    assert told["already"] >= len(before)
    assert told["accepted"] + told["already"] == 300
    assert [item["receipt"] for item in told["items"][: len(before)]] == [
        line["receipt"] for line in before
    ]
    assert told["states"] == {"DELIVERED": 300}
    tags = account.ask("GET", "tags")
    assert (account.stored(), len(tags), set(tags.values())) == (300, 300, {1})
    assert {line["state"] for line in results(result)} == {"DELIVERED"}


def test_killed_while_sending(quick: Any, account: Any) -> None:
    """kill -9 between sends: at most those under way are unclear, and none is sent twice."""
    path = quick.csv(many(60))
    result = path.with_name("rows.result.csv")
    with quick.started("submit", PATIENT, "--csv", str(path)) as killed:
        before = kill_when(killed, result, 20)
    told = quick("submit", PATIENT, "--csv", str(path), "--queue-only", "--json").document
    assert told["accepted"] + told["already"] == 60
    assert told["already"] >= len(before)
    quick("worker", "--until-empty")
    counts = quick("outbox", "list", "--json").document["counts"]
    states = {state: count for state, count in counts.items() if count}
    assert states.pop("DELIVERED") >= 60 - COURIERS
    assert states.keys() <= {"SENDING", "UNKNOWN"}
    tags = account.ask("GET", "tags")
    assert len(tags) >= 60 - COURIERS
    assert set(tags.values()) == {1}


def test_interrupted(quick: Any, account: Any) -> None:
    """Ctrl+C ends it after the row under way: every receipt is in the result file, and the same
    command goes on."""
    path = quick.csv(many(300))
    result = path.with_name("rows.result.csv")
    with quick.started("submit", PATIENT, "--csv", str(path), "--queue-only", "--json") as running:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (
            result.exists() and len(result.read_bytes().splitlines()) > 5
        ):
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    stopped = json.loads(out)
    assert 0 < stopped["accepted"] < 300
    assert stopped["left"] == 300 - stopped["accepted"]
    assert len(results(result)) == stopped["accepted"]
    on = quick("submit", PATIENT, "--csv", str(path), "--queue-only", "--json").document
    assert (on["already"], on["accepted"]) == (stopped["accepted"], stopped["left"])


@pytest.mark.parametrize("closed", ["drain", "form"])
def test_intake_closes(closed: str, quick: Any, account: Any) -> None:
    """What would stop every row stops the run with a sentence; once it is over, the same
    command goes on."""
    path = quick.csv(many(2))
    form = next(f["id"] for f in account.banner["forms"] if f["name"] == PATIENT)
    if closed == "drain":
        assert quick("outbox", "drain").code == 0
    else:
        account.ask("PATCH", f"forms/{form}", archived=True)
    run = quick("submit", form, "--csv", str(path), "--json")
    assert run.code == 1
    told = run.document
    assert told["accepted"] == 0
    if closed == "drain":
        assert (told["stopped"]["code"], told["left"]) == ("IntakeClosed", 2)
        assert "maintenance" in quick("submit", form, "--csv", str(path)).out
    else:
        assert {f["code"] for f in told["findings"]} == {"form_archived"}
    assert quick("outbox", "resume").code == 0
    account.ask("PATCH", f"forms/{form}", archived=False)
    assert quick("submit", PATIENT, "--csv", str(path)).code == 0
    assert account.stored() == 2


def test_hubspot_away(quick: Any, account: Any) -> None:
    """A form nobody can read exits 3 with one document."""
    away = {"HUBSPOT_API_BASE": "http://127.0.0.1:9", "HUBSPOT_FORMS_BASE": "http://127.0.0.1:9"}
    run = quick("submit", PATIENT, "--csv", str(quick.csv(many(1))), "--json", **away)
    assert run.code == 3
    assert run.document["items"] == []


def test_hubspot_refuses_a_row(quick: Any, account: Any) -> None:
    """A row HubSpot does not take exits 1, with HubSpot's reason by field."""
    account.ask("POST", "faults", on="secure_submit", kind="404")
    run = quick("submit", PATIENT, "--csv", str(quick.csv(many(2))), "--json")
    assert run.code == 1
    assert run.document["states"] == {"DELIVERED": 1, "REJECTED": 1}


def test_refusals_leave_everything_as_it_was(quick: Any, account: Any) -> None:
    """A wrong file or result path exits 2 before anything is submitted."""
    path = quick.csv(many(1))
    before = path.read_bytes()
    assert quick("submit", PATIENT, "--csv", str(path), "--result", str(path)).code == 2
    assert quick("submit", PATIENT, "--csv", str(path), "--result", str(quick.folder)).code == 2
    assert quick("submit", PATIENT, "--csv", str(path), "--delimiter", "pipe").code == 2
    assert quick("submit", PATIENT, "--csv", "nowhere.csv", "--json").code == 2
    (quick.folder / "broken.csv").write_text(f'email\n"{CANARY}', encoding="utf-8")
    broken = quick("submit", PATIENT, "--csv", str(quick.folder / "broken.csv"))
    assert (broken.code, CANARY in broken.err) == (2, False)
    assert path.read_bytes() == before
    assert not (quick.folder / "rows.result.csv").exists()
    assert account.stored() == 0


def test_nothing_in_clear_is_left_behind(quick: Any) -> None:
    """No answer stands in any file but the CSV file itself."""
    path = quick.csv(many(3))
    quick("submit", PATIENT, "--csv", str(path))
    for file in quick.folder.rglob("*"):
        if file.is_file() and file != path:
            assert b"canary" not in file.read_bytes(), file.name
            assert b"clinic-mail" not in file.read_bytes(), file.name


@pytest.mark.skipif(sys.platform != "linux", reason="a pseudo-terminal is needed")
def test_a_bar_on_a_real_terminal(quick: Any) -> None:
    """On a terminal a bar is drawn; standard output stays one document."""
    import pty
    import subprocess

    path = quick.csv(many(5))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "submit", PATIENT, "--csv", str(path), "--json"],
        env={**os.environ, "COLUMNS": "80", **quick.environ},
        stdout=subprocess.PIPE, stderr=theirs, timeout=60,
        check=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert json.loads(done.stdout)["accepted"] == 5
    assert "[##############################] Rows: 5 of 5" in drawn
