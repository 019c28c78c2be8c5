"""``audit``: what was done, as text, JSON and CSV; and whether the chain is intact."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION, PATIENT

from gateway import bootstrap
from gateway.domain.users import LOCAL_OPERATOR
from gateway.settings import load_settings


@pytest.fixture
def told(shell: Any) -> Iterator[Any]:
    """A shell over an outbox with two submissions and an approval."""
    with bootstrap.open_gateway(load_settings(shell.environ, None)) as gateway:
        codes = [
            gateway.submit(form, ANSWERS[form], by=LOCAL_OPERATOR).code
            for form in (PATIENT, IDENTIFICATION)
        ]
        expected = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR).expected
        gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=expected)
    shell.codes = codes
    yield shell


def test_what_was_done_is_listed(told: Any) -> None:
    """Newest first, with everything the chain has of a row; and no answer."""
    run = told("audit", "list", "--json")
    items = run.document["items"]
    assert [one["action"] for one in items] == [
        "form.approved", "submission.accepted", "submission.accepted",
    ]  # fmt: skip
    assert [one["about"] for one in items] == [PATIENT, told.codes[1], told.codes[0]]
    assert [one["seq"] for one in items] == [3, 2, 1]
    assert (run.document["older"], run.document["rows"]) == (None, 3)
    assert all(len(one["hash"]) == 64 for one in items)
    text = told("audit", "list")
    assert f"Operator: Answers were taken, sealed and kept [{told.codes[0]}]" in text.out
    assert "canary" not in run.out + text.out


def test_it_is_narrowed_down(told: Any) -> None:
    """By action or kind, by receipt, record or form, by who, by moment; and bounded."""
    for arguments, count in (
        (("--action", "form.approved"), 1), (("--action", "submission"), 2),
        (("--about", told.codes[0]), 1), (("--about", PATIENT), 1), (("--about", "contacts/1"), 0),
        (("--who", "local"), 3), (("--who", "worker"), 0), (("--since", "2020-01-01"), 3),
        (("--since", "2990-01-01T00:00"), 0), (("--limit", "2"), 2),
    ):  # fmt: skip
        assert len(told("audit", "list", "--json", *arguments).document["items"]) == count
    assert told("audit", "list", "--limit", "2", "--json").document["older"] == 2
    assert "There are older rows" in told("audit", "list", "--limit", "2").out
    assert "nothing of this" in told("audit", "list", "--action", "key").out


@pytest.mark.parametrize(
    "wrong",
    [("--action", "record.eaten"), ("--since", "yesterday"), ("--limit", "0"), ("--csv", "--json")],
    ids=" ".join,
)
def test_a_wrong_call(shell: Any, wrong: tuple[str, ...]) -> None:
    """It says what may be given."""
    run = shell("audit", "list", *wrong)
    assert run.code == 2
    assert run.err


def test_as_csv(told: Any) -> None:
    """A header and a line for each row, which no spreadsheet takes for formulas."""
    table = list(csv.DictReader(io.StringIO(told("audit", "list", "--csv").out)))
    assert [one["seq"] for one in table] == ["3", "2", "1"]
    assert table[0]["about"] == PATIENT
    assert "email" in table[0]["fields"].split()
    assert not [cell for one in table for cell in one.values() if cell[:1] in "=+-@" and cell]


def test_the_chain_is_checked(told: Any) -> None:
    """Exit code 0 while it is intact; 1 and the number of the first wrong row after an edit."""
    run = told("audit", "verify")
    assert (run.code, run.out.strip()) == (0, "The chain is intact, 3 rows.")
    (file,) = Path(told.environ["GATEWAY_DATA_DIR"]).rglob("outbox.db")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 2")
        connection.commit()
    run = told("audit", "verify", "--json")
    assert run.code == 1
    assert (run.document["intact"], run.document["first_wrong"]) == (False, 2)
    assert "row 2 is the first" in told("audit", "verify").out
