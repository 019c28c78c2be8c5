"""``submit --confirm``: what the content guard asks about, and what no confirming lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from samples import ANSWERS, PATIENT

ODD = "Lovelace canary@canary-home.example"
CARD = "4111 1111 1111 1111"


def answers(shell: Any, **more: Any) -> str:
    """An answers file of the patients' form, with changes; its name."""
    path = shell.folder / "answers.json"
    path.write_text(json.dumps({**ANSWERS[PATIENT], **more}))
    return str(path)


def test_a_question_is_answered_on_the_command_line(quick: Any) -> None:
    """It says which fields may be confirmed and how; with them the answers are taken."""
    path = answers(quick, lastname=ODD)
    asked = quick("submit", PATIENT, "--answers", path, "--queue-only")
    assert asked.code == 1
    assert "This looks like an e-mail address" in asked.out
    assert "--confirm lastname" in asked.out
    told = quick("submit", PATIENT, "--answers", path, "--queue-only", "--json").document
    assert (told["receipt"], told["asks"], set(told["errors"])) == (
        None, ["lastname"], {"lastname"},
    )  # fmt: skip
    sent = quick("submit", PATIENT, "--answers", path, "--queue-only", "--json",
                 "--confirm", "lastname", "--confirm", "diagnosis")  # fmt: skip
    assert sent.code == 0
    assert sent.document["receipt"]
    assert sent.document["asks"] == []
    assert "canary" not in asked.out + asked.err + json.dumps(told) + sent.out + sent.err


def test_a_card_number_is_not_confirmed_away(quick: Any) -> None:
    """It is refused with and without --confirm, and not offered for it."""
    path = answers(quick, firstname=CARD)
    for more in ((), ("--confirm", "firstname")):
        run = quick("submit", PATIENT, "--answers", path, "--queue-only", "--json", *more)
        assert run.code == 1
        assert run.document["asks"] == []
        assert "a payment card number" in run.document["errors"]["firstname"]
        assert "4111" not in run.out + run.err


def test_a_file_is_confirmed_field_by_field(quick: Any) -> None:
    """Without --confirm the row is refused; with it only what is asked about goes through, and
    the same file again sends nothing twice."""
    good = {name: value for name, value in ANSWERS[PATIENT].items() if name != "consent"}
    good |= {"allergies": "nuts", "newsletter": "yes", "consent.processing": "yes"}
    path = str(quick.csv([{**good, "lastname": ODD}, {**good, "lastname": CARD}]))
    plain = ("submit", PATIENT, "--csv", path, "--queue-only", "--json")
    assert [item["state"] for item in quick(*plain).document["items"]] == ["REFUSED", "REFUSED"]
    for already in (False, True):
        first, second = quick(*plain, "--confirm", "lastname").document["items"]
        assert (first["state"], first["already"], second["state"]) == ("QUEUED", already, "REFUSED")
    assert "a payment card number" in second["errors"]["lastname"]


@pytest.mark.parametrize("name", ["no_such_field", "4111111111111111"])
def test_a_field_nobody_has_is_told(name: str, quick: Any) -> None:
    """A slip in --confirm for a whole file is a usage error that repeats no number."""
    path = str(quick.csv([{"email": "a@clinic-mail.example"}]))
    run = quick("submit", PATIENT, "--csv", path, "--confirm", name)
    assert run.code == 2
    assert "no field to confirm" in run.err
    assert "4111" not in run.err
