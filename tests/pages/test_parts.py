"""A long form, walked through in parts."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def _long_form() -> None:
    import msgspec
    import streamlit as st

    from gateway.domain.errors import Reason
    from gateway.domain.findings import Verdict
    from gateway.domain.forms import FormDefinition
    from gateway.domain.reports import FieldReport, FormReport, ScopeReport
    from gateway.domain.sensitivity import Sensitivity
    from gateway.ui import form, session
    from gateway.usecases.check import IntakeForm

    kind = "single_line_text"
    row = {"objectTypeId": "0-1", "fieldType": kind}
    groups = [
        {"fields": [row | {"name": f"f{g}_{n}", "label": f"Field {g} {n}"} for n in range(20)]}
        for g in range(6)
    ]
    definition = msgspec.convert(
        {"id": "long", "name": "Long form", "fieldGroups": groups}, FormDefinition
    )
    fields = tuple(
        FieldReport(f.key, f.label, "0-1", f.name, kind, Sensitivity.NON_SENSITIVE, (),
                    Verdict.OK, "ok", "", (), True, False, False)
        for f in definition.walk()
    )  # fmt: skip
    report = FormReport("long", "Long form", fields, (), ScopeReport((), (), (), ()), "", 0)
    draft = session.draft("long")
    answers = form.draw(IntakeForm(definition, report), draft)
    st.session_state["answers"] = answers
    if draft.busy:
        draft.come_back({"f0_3": Reason("required", "This field needs an answer.")})
        st.rerun()


@pytest.fixture
def test() -> AppTest:
    return AppTest.from_function(_long_form).run(timeout=20)


def _press(test: AppTest, label: str) -> None:
    (button,) = [b for b in test.button if b.label == label]
    button.click().run(timeout=20)
    assert not test.exception


def _box(test: AppTest, label: str) -> Any:
    (found,) = [w for w in test.text_input if w.label == label]
    return found


def test_answers_of_all_parts_are_kept_and_sent_together(test: AppTest) -> None:
    """120 fields come in three parts of 40; what was typed in each is there at the end, and
    on the way back."""
    assert len(test.text_input) == 40
    _box(test, "Field 0 0").input("first")
    _press(test, "Continue")
    _box(test, "Field 2 0").input("second")
    _press(test, "Continue")
    _box(test, "Field 5 19").input("last")
    test.run(timeout=20)
    expected = {"f0_0": "first", "f2_0": "second", "f5_19": "last"}
    assert test.session_state["answers"] == expected
    _press(test, "Back")
    assert _box(test, "Field 2 0").value == "second"
    assert test.session_state["answers"] == expected


def test_a_second_press_does_not_leave_the_next_part(test: AppTest) -> None:
    """Each part has a Continue of its own, so that a press that arrives late passes over none."""
    first = [b.proto.id for b in test.button if b.label == "Continue"]
    _press(test, "Continue")
    second = [b.proto.id for b in test.button if b.label == "Continue"]
    assert len(first) == len(second) == 1
    assert first != second


def test_a_fault_leads_back_to_its_part(test: AppTest) -> None:
    """A form sent from the last part comes back at the part with the first fault."""
    _press(test, "Continue")
    _press(test, "Continue")
    _press(test, "Submit")
    assert _box(test, "Field 0 3") is not None
    assert any("Part 1 of 3" in element.proto.body for element in test.get("html"))
