"""``reconcile`` and ``probe``: the books balance or say why not, and a measurement says what
follows from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from samples import ANSWERS, IDENTIFICATION, PATIENT

from gateway.cli.books import NUMBERS


def submitted(shell: Any, form: str = PATIENT, *more: str) -> str:
    """The receipt of a good submission, once it is settled."""
    more = more or ("--wait", "60")
    answers = shell.answers(**ANSWERS[form])
    run = shell("submit", form, "--answers", answers, "--json", *more)
    return str(run.document["receipt"])


def test_the_books_balance(quick: Any, account: Any) -> None:
    """Per form and day, in numbers and in words."""
    submitted(quick)
    submitted(quick, IDENTIFICATION, "--queue-only")
    account.ask("POST", "faults", on="secure_submit", kind="404")
    submitted(quick)
    run = quick("reconcile", "--report", "--json")
    assert run.code == 0
    told = run.document
    assert {name: told[name] for name in NUMBERS if told[name]} == {
        "accepted": 3, "delivered": 2, "rejected": 1,
    }  # fmt: skip
    assert (told["balanced"], told["audit_intact"], told["copies"]) == (True, True, [])
    assert {row["form"]["name"] for row in told["rows"]} == {PATIENT, IDENTIFICATION}
    text = quick("reconcile", "--report")
    assert text.code == 0
    assert "It balances" in text.out
    assert PATIENT in text.out


def test_a_row_that_vanished(quick: Any) -> None:
    """It shows, with exit 1."""
    receipt = submitted(quick)
    submitted(quick)
    database = next(Path(quick.folder).rglob("*.db"))
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM outbox WHERE receipt = ?", (receipt,))
    connection.close()
    run = quick("reconcile", "--report", "--json")
    assert (run.code, run.document["balanced"]) == (1, False)
    text = quick("reconcile", "--report")
    assert text.code == 1
    assert "does not balance" in text.out
    assert "MISSING  (no longer in the outbox)" in text.out


def test_a_form_that_cannot_be_read(quick: Any) -> None:
    """Its row is drawn all the same, and is not told missing."""
    submitted(quick)
    database = next(Path(quick.folder).rglob("*.db"))
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE outbox SET form_id = x'ff', form_name = x'fe'")
    connection.close()
    text = quick("reconcile", "--report")
    assert text.code == 0
    assert "(cannot be read)" in text.out
    assert "MISSING" not in text.out


def test_looking_up(quick: Any, account: Any) -> None:
    """reconcile finds what arrived although the answer was lost."""
    account.ask("POST", "faults", on="secure_submit", kind="drop_after_store")
    receipt = submitted(quick, PATIENT, "--queue-only")
    quick("worker", "--until-empty")
    run = quick("reconcile", "--json")
    assert run.code == 0
    assert all(isinstance(count, int) for count in run.document.values())
    assert quick("outbox", "show", receipt, "--json").document["state"] == "DELIVERED"
    assert "looked up once" in quick("reconcile").out


def test_probe(quick: Any, account: Any) -> None:
    """It prints its steps, what it measured, and what follows."""
    answers = quick.answers(**ANSWERS[PATIENT])
    run = quick("probe", PATIENT, "--answers", answers, "--json")
    assert run.code == 0, run.err
    told = run.document
    assert told["proves_absence"] is True
    assert (told["sent"], told["uri_kept"], told["time_kept"]) == (told["seen"], True, True)
    assert len(run.err.splitlines()) > 2
    assert "canary" not in run.out + run.err
    account.ask("PATCH", "switches", submission_delay=0.5)
    slow = quick("probe", PATIENT, "--answers", answers, GATEWAY_UNKNOWN_WINDOW="1")
    assert slow.code == 1
    assert "may not go back to the queue by themselves" in slow.out


def test_probe_with_answers_that_do_not_fit(quick: Any) -> None:
    """The fields are named, and how to give better answers."""
    run = quick("probe", PATIENT, "--answers", quick.answers(email="canary"))
    assert run.code == 1
    assert "email: This is not an e-mail address" in run.out
    assert "--answers" in run.out
    assert "canary" not in run.out + run.err


def test_probe_of_a_closed_form(quick: Any) -> None:
    """The gate's refusal is told as everywhere."""
    assert quick("probe", "Documents and payment").code == 1
