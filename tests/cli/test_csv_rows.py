"""A cell becomes the answer the page would give."""

from __future__ import annotations

from typing import Any

import pytest
from samples import ANSWERS, ONBOARDING

from gateway.intake.csv_rows import TRUTHS, CsvRows, cell_text


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        ({"firstname": "1", "has_allergies": "yes"}, {"firstname": "1", "has_allergies": "yes"}),
        ({"newsletter": "maybe"}, {"newsletter": "maybe"}),
        ({"allergies": "nuts; latex;"}, {"allergies": ["nuts", "latex"]}),
        ({"consent.processing": "YES"}, {"consent": {"processing": True}}),
        ({"consent.processing": "x"}, {"consent": {"processing": "x"}}),
        ({"consent.communications.999": "no", "consent.communications.1001": "1"},
         {"consent": {"communications": {"999": False, "1001": True}}}),
        ({}, {}),
    ],
)  # fmt: skip
def test_cells_become_answers(
    columns: CsvRows, cells: dict[str, str], answers: dict[str, object]
) -> None:
    """By the type of the field: ticks, choices, consent, and text as it is."""
    assert columns.answers(cells) == answers


@pytest.mark.parametrize("word", TRUTHS)
def test_every_word_for_a_tick(columns: CsvRows, word: str) -> None:
    """In any case of letters."""
    assert columns.answers({"newsletter": word.upper()}) == {"newsletter": TRUTHS[word]}


def test_a_spreadsheet_that_saves_anew_changes_nothing() -> None:
    """TRUE is true, and line ends and outer spaces do not count: the row stays the same row."""
    assert cell_text("TRUE") == cell_text(" true ") == "true"
    assert cell_text("a\r\nb\n") == cell_text("a\nb") == "a\nb"
    assert cell_text("True North") == "True North"


def test_columns_of_other_objects(columns_of: Any) -> None:
    """Contact fields may be named in full; others are."""
    columns = columns_of(ONBOARDING)
    header = columns.header(["0-1/email", "0-2/name", ""])
    assert (header.keys, header.strangers, header.twice) == (("email", "0-2/name", None), (), ())
    assert columns.answers({"0-2/name": "ACME"}) == {"0-2/name": "ACME"}
    assert columns.recognised(["email", "0-2/name", "shoe_size", ""]) == 2


def test_every_sample_can_be_written_as_a_row(columns_of: Any) -> None:
    """The columns of the samples are known."""
    for form, answers in ANSWERS.items():
        columns = columns_of(form)
        names = [name for name in answers if name != "consent"]
        assert columns.header([*names, "consent.processing"]).strangers == ()


def test_subscriptions_the_form_does_not_offer_are_strangers(columns: CsvRows) -> None:
    """A column for one is told of, without repeating its number."""
    assert columns.header(["consent.communications.5"]).strangers == ("column 1",)
