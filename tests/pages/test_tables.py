"""The tables of the pages are whole: every kind of field, state, mode and error has its row."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import GatewayError
from gateway.domain.forms import SENDABLE, ConsentType, FormDefinition
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import STATE_WORDS, State
from gateway.settings import Mode
from gateway.ui import consent, errors, home, look, receipt
from gateway.ui.fields import WIDGETS, markdown
from gateway.ui.form import PART_SIZE, split
from gateway.ui.markup import Markup, fill


def test_every_field_type_that_can_be_sent_has_a_widget() -> None:
    """All 11 kinds, and no other: the rest the gate refuses."""
    assert WIDGETS.keys() == SENDABLE


def test_every_state_mode_and_class_has_its_look() -> None:
    """No state, mode, class or consent can turn up without words."""
    assert receipt.TONES.keys() == receipt.STEPS_DONE.keys() == set(State) == STATE_WORDS.keys()
    assert set(home.ON_THEIR_WAY) | set(home.IN_NEED) == set(State) - {
        State.DELIVERED, State.DISCARDED,
    }  # fmt: skip
    assert look.BANNERS.keys() == set(Mode)
    assert look.CLASS_WORDS.keys() == set(Sensitivity)
    assert consent.MODES.keys() == set(ConsentType)


def _every(kind: type[GatewayError]) -> set[type[GatewayError]]:
    return {kind}.union(*(_every(sub) for sub in kind.__subclasses__()))


def test_every_error_of_the_tree_becomes_a_title_and_a_sentence() -> None:
    """Whatever a gateway raises, a page can say it."""
    for kind in _every(GatewayError):
        error = kind.__new__(kind)
        Exception.__init__(error, "What happened.")
        assert all(errors.words_for(error)), kind


@given(st.text(max_size=60))
def test_texts_cannot_become_markup(text: str) -> None:
    """Whatever a text holds, it is escaped, in content and in attributes."""
    made = fill('<p title="$text">$text</p>', text=text)
    inner = made.removeprefix('<p title="').removesuffix("</p>")
    assert "<" not in inner
    assert inner.count('"') == 1
    assert fill("$a", a=Markup("<b>")) == "<b>"


@given(st.text(alphabet=r"\`*_{}[]<>#+-.!|~$: ab1", max_size=30))
def test_markdown_signs_in_a_label_are_shown_as_they_are(text: str) -> None:
    """Every sign with a meaning is escaped, and nothing else is changed."""
    shown = markdown(text)
    bare = ""
    signs = iter(shown)
    for sign in signs:
        bare += next(signs) if sign == "\\" else sign
    assert bare == text


def _form(sizes: list[int]) -> FormDefinition:
    field = {"objectTypeId": "0-1", "fieldType": "single_line_text"}
    groups = [
        {"fields": [field | {"name": f"f{g}_{n}"} for n in range(size)]}
        for g, size in enumerate(sizes)
    ]
    return msgspec.convert({"id": "1", "name": "F", "fieldGroups": groups}, FormDefinition)


@given(st.lists(st.integers(0, 80), max_size=30))
def test_a_long_form_is_split_between_its_groups(sizes: list[int]) -> None:
    """Every group is in exactly one part, in order; a part is larger than the limit only when
    one group alone is."""
    form = _form(sizes)
    parts = split(form)
    assert [group for part in parts for group in part] == list(form.field_groups)
    for part in parts:
        filled = [len(group.fields) for group in part if group.fields]
        assert sum(filled) <= PART_SIZE or len(filled) == 1


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({}, "Nothing is waiting to be sent."),
        ({State.DELIVERED: 9, State.DISCARDED: 2}, "Nothing is waiting to be sent."),
        ({State.SENDING: 1}, "1 submission kept safely and on its way."),
        (
            {State.QUEUED: 2, State.HELD: 1},
            "2 submissions kept safely and on their way. 1 submission needs a person.",
        ),
    ],
)
def test_the_outbox_in_one_line(counts: dict[State, int], line: str) -> None:
    """Counts become a sentence with the right number and nobody else's business."""
    assert home.outbox_line(counts) == line
