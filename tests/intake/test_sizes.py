"""Hostile sizes: work grows with a form, not with its square.

Time is not asserted: machines differ. What is counted are the lines of our own code that run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import gateway.intake
from gateway.domain.validations import ValidationRule
from gateway.intake.csv_rows import CsvRows
from gateway.intake.demands import Demands
from gateway.intake.prepare import prepare, shown_fields

OURS = str(Path(gateway.intake.__file__).parent.parent)
MARGIN = 1.6
"""How much more than the size the work may grow when the size does."""


def work(do: Callable[[], object]) -> int:
    """How many lines of the program run in ``do``."""
    lines = 0

    def trace(frame, event, _argument):
        nonlocal lines
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
    return lines


def _wide(form, field, options, when, size):
    """A form of ``size`` fields, every other one under a condition, and good answers."""
    half = size // 2
    asked = form(
        *(
            field(
                f"f{n}",
                "single_line_text",
                required=True,
                dependentFields=[when("eq", field(f"g{n}", "number", required=True), value="x")],
            )
            for n in range(half)
        )
    )
    answers = {f"f{n}": "x" for n in range(half)} | {f"g{n}": "1" for n in range(half)}
    rules = {f"f{n}": (ValidationRule("MAX_LENGTH", ("5",)),) for n in range(half)}
    checks = {f"g{n}": "luhn" for n in range(0, half, 10)}
    answers |= dict.fromkeys(checks, "18")
    return asked, answers, Demands(rules, checks)


@pytest.mark.parametrize("what", ["prepare", "shown", "header"])
def test_a_form_of_a_thousand_fields(form, field, options, when, what):
    """Ten times the fields take about ten times the work."""

    def one(size: int) -> int:
        asked, answers, demands = _wide(form, field, options, when, size)
        return work(
            {
                "prepare": lambda: prepare(asked, answers, demands),
                "shown": lambda: shown_fields(asked, answers),
                "header": lambda: CsvRows(asked).header(list(answers)),
            }[what]
        )

    one(100)  # what is remembered from the first time is no part of the comparison
    assert one(1000) < one(100) * 10 * MARGIN


@pytest.mark.parametrize("kind", ["dropdown", "radio", "multiple_checkboxes"])
def test_a_field_of_ten_thousand_choices(form, field, options, when, kind):
    """Ten times the choices take about ten times the work at most, however many are chosen."""

    def one(size: int) -> int:
        values = [f"v{n}" for n in range(size)]
        asked = form(
            field(
                "f",
                kind,
                options=options(*values),
                dependentFields=[when("set_any", field("g", "number"), values=values)],
            )
        )
        many = kind == "multiple_checkboxes"
        answer = values[-size // 10 :] if many else values[-1]
        return work(lambda: prepare(asked, {"f": answer, "g": "1"}))

    one(1000)
    assert one(10_000) < one(1000) * 10 * MARGIN


def test_the_most_of_everything_is_taken(form, field, options):
    """A thousand answers and a choice of a thousand among ten thousand go out whole."""
    values = [f"v{n}" for n in range(10_000)]
    asked = form(
        field("many", "multiple_checkboxes", options=options(*values)),
        *(field(f"f{n}", "single_line_text") for n in range(999)),
    )
    answers = {"many": values[-1000:]} | {f"f{n}": "x" for n in range(999)}
    sent = prepare(asked, answers).fields
    assert len(sent) == 1000
    assert sent[0].value == ";".join(values[-1000:])
