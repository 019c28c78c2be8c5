"""A file of rows goes by the same conditions and rules as the page: one module decides."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import requests
from samples import ANSWERS, PATIENT

PROJECT = Path(__file__).resolve().parents[2]


def row(**more: Any) -> dict[str, Any]:
    """Good cells of the patients' form."""
    cells = {name: value for name, value in ANSWERS[PATIENT].items() if name != "consent"}
    return {**cells, "allergies": "nuts", "newsletter": "yes", "consent.processing": "yes", **more}


def kept(account: Any, email: str) -> dict[str, str]:
    """What HubSpot has of a person's allergies."""
    properties = requests.get(
        account.banner["api_base"] + "/crm/v3/objects/contacts/" + email,
        params={"idProperty": "email", "properties": "allergies,other_allergies"},
        headers={"Authorization": f"Bearer {account.banner['access_token']}"}, timeout=10,
    ).json()["properties"]  # fmt: skip
    return {name: properties[name] for name in ("allergies", "other_allergies") if properties[name]}


def test_a_column_under_a_condition_is_sent_only_when_it_shows(quick: Any, account: Any) -> None:
    """What the form does not ask in a row is neither demanded nor sent, whatever its cell says;
    what it asks is demanded."""
    rows = [
        row(email="a@clinic-mail.example", has_allergies="no", other_allergies="canary-hidden"),
        row(email="b@clinic-mail.example", allergies="other", other_allergies="canary-shown"),
        row(email="c@clinic-mail.example", allergies="other", other_allergies=""),
    ]
    run = quick("submit", PATIENT, "--csv", str(quick.csv(rows)), "--json")
    assert run.code == 1
    first, second, third = run.document["items"]
    assert (first["state"], second["state"]) == ("DELIVERED", "DELIVERED")
    assert third["errors"].keys() == {"other_allergies"}
    assert kept(account, "a@clinic-mail.example") == {}
    assert kept(account, "b@clinic-mail.example") == {
        "allergies": "other",
        "other_allergies": "canary-shown",
    }


def test_a_row_is_held_to_the_rules_of_its_properties(quick: Any, account: Any) -> None:
    """A row that breaks a rule has its reason in the result, without the answer; the others
    go on."""
    rows = [
        row(email="a@clinic-mail.example", insurance_number="A1", phone="+44 1234"),
        row(email="b@clinic-mail.example"),
    ]
    run = quick("submit", PATIENT, "--csv", str(quick.csv(rows)), "--json")
    bad, good = run.document["items"]
    assert good["state"] == "DELIVERED"
    assert bad["errors"].keys() == {"insurance_number", "phone"}
    assert "A1" not in run.out
    assert "1234" not in str(bad)


def test_one_module_decides_what_shows() -> None:
    """Nobody but :mod:`gateway.intake.logic` reads an operator, so page, gateway and command
    cannot disagree; the emulator has its own reading, as a witness should."""
    for path in (PROJECT / "gateway").rglob("*.py"):
        if "emulator" in path.parts or path.name in ("logic.py", "operators.py"):
            continue
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module == "gateway.intake.operators"
            for alias in node.names
        }
        assert names == set(), path.name
