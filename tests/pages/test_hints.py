"""What a field's rules ask of an answer stands at the field before anybody types."""

from __future__ import annotations

import pytest

from gateway.domain.forms import FormField
from gateway.domain.sensitivity import Sensitivity
from gateway.ui.fields import Slot
from gateway.ui.form import head
from gateway.ui.session import Draft


def _head(field: FormField, advice: str) -> str:
    draft = Draft("f")
    return str(head(Slot(field, draft, Sensitivity.NON_SENSITIVE, advice)))


@pytest.mark.parametrize(
    ("description", "advice", "shown"),
    [
        ("On your card.", "At most 20 characters.", "On your card. At most 20 characters."),
        (None, "Digits only.", "Digits only."),
        ("On your card.", "", "On your card."),
        ("<b>Bold</b>", "Say <b>one</b>.", "Bold Say &lt;b&gt;one&lt;/b&gt;."),
    ],
)
def test_a_hint_follows_the_description(description: str | None, advice: str, shown: str) -> None:
    """The form's own words come first, then what the rules ask; nothing of it is markup."""
    field = FormField("0-1", "f", "single_line_text", label="Field", description=description)
    markup = _head(field, advice)
    assert f">{shown}</p>" in markup


def test_without_either_there_is_no_hint() -> None:
    """A field that asks for nothing has no empty line above it."""
    field = FormField("0-1", "f", "single_line_text", label="Field")
    assert "si-hint" not in _head(field, "")
