"""What changed among choices and in texts is told in a few words, whatever stands in them."""

from __future__ import annotations

import msgspec
import pytest

from gateway.domain.forms import CommunicationCheckbox, LegalConsent
from gateway.policy.differences import (
    MOST_TEXT,
    SHOWN_CHOICES,
    SHOWN_TEXT,
    choices_in_words,
    consent_texts,
    named,
    swapped,
    texts_in_words,
)

LONG = "We keep what you tell us for one year, and then it is destroyed, as the law says it is."


ONE, TWO = {"f": "Female", "m": "Male"}, {"f": "Female", "m": "Male", "x": "Other"}


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (ONE, TWO, ("2 choices", "3 choices, with x")),
        (ONE, {"f": "Female"}, ("2 choices, with m", "1 choice")),
        (ONE, {"f": "Female", "x": "Male"}, ("2 choices, with m", "2 choices, with x")),
        ({}, ONE, ("0 choices", "2 choices")),
        (ONE, {"f": "Male", "m": "Female"},
         ("2 choices, with “Female” for f, “Male” for m",
          "2 choices, with “Male” for f, “Female” for m")),
        (ONE, {"f": "Woman", "m": "Man"}, ("2 choices", "2 choices")),
    ],
)  # fmt: skip
def test_the_choices_that_came_and_went(
    was: dict[str, str], now: dict[str, str], told: tuple[str, str]
) -> None:
    """Each side names what only it has, else what people read otherwise; where one side's values
    are not known, none is named."""
    assert choices_in_words(len(was), was, now) == told[0]
    assert choices_in_words(len(now), now, was) == told[1]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (ONE, []),
        ({"f": "Male", "m": "Female"}, ["f", "m"]),
        ({"f": "Male", "m": "Man"}, ["f", "m"]),
        ({"f": "Woman", "m": "Female"}, ["f", "m"]),
        ({"f": "Woman", "m": "Male"}, []),
        ({"f": "", "m": ""}, []),
        ({}, []),
    ],
)
def test_a_label_that_stands_for_another_choice(now: dict[str, str], found: list[str]) -> None:
    """A new label is no matter; one that was another choice's is."""
    assert swapped(ONE, now) == found


def test_many_and_long_choices_stay_short() -> None:
    """A row shows a few, cut, on one line and without what reorders text, and counts the rest."""
    assert named([str(i) for i in range(9)], SHOWN_CHOICES) == "0, 1, 2, 3, 4, 5, 3 more"
    assert named(["a\n\u202eb", "x" * 500], 2) == f"a b, {'x' * (SHOWN_TEXT - 1)}…"


def test_the_piece_of_a_text_that_changed() -> None:
    """The piece begins a little before the difference, and says that more comes before and
    after it."""
    was, now = {"privacy text": f"<p>{LONG}</p>"}, {"privacy text": LONG.replace("one", "ten")}
    assert texts_in_words(was, now) == (
        "privacy text “…hat you tell us for one year, and then it is destroyed, as t…”"
    )
    assert texts_in_words(now, was).startswith("privacy text “…hat you tell us for ten year")


@pytest.mark.parametrize(
    ("mine", "other", "told"),
    [
        ({"a": "x"}, {"a": "x", "b": "y"}, "no b"),
        ({"a": "x", "b": "y"}, {"a": "x"}, "b “y”"),
        ({"a": "<b>x</b>"}, {"a": "x"}, "a in other markup"),
        ({"a": "x"}, {"a": "x y"}, "a “x”"),
        ({"a": "x"}, {}, ""),
        ({}, {"a": "x"}, ""),
        ({"a": "x"}, {"a": "x"}, ""),
    ],
)
def test_the_parts_of_a_consent(mine: dict[str, str], other: dict[str, str], told: str) -> None:
    """Only what differs is told; nothing where one side is not known."""
    assert texts_in_words(mine, other) == told


def test_every_part_of_a_consent_is_told() -> None:
    """Each field of the consent changes its texts; a very long consent has none."""
    whole = LegalConsent(
        type="explicit_consent_to_process",
        privacy_text="p",
        lawful_basis="lead",
        subscription_type_ids=(1, 2),
        communications_checkboxes=(CommunicationCheckbox(9, "News", True),),
        communication_consent_text="c",
        consent_to_process_text="t",
        consent_to_process_checkbox_label="l",
        consent_to_process_footer_text="f",
    )
    texts = consent_texts(whole)
    assert texts["checkbox 9"] == "News (required)"
    bare = LegalConsent()
    for name in {field.name for field in msgspec.structs.fields(LegalConsent)} - {"type"}:
        without = msgspec.structs.replace(whole, **{name: getattr(bare, name)})
        assert len(consent_texts(without)) == len(texts) - 1, name
    assert consent_texts(LegalConsent(privacy_text="x" * (MOST_TEXT + 1))) == {}
