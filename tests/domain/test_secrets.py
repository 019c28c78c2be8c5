"""What a person typed, and what a token is, cannot be printed, formatted, logged or pickled."""

from __future__ import annotations

import copy
import logging
import pickle

import pytest

from gateway.domain.answers import Answers, Secret, WireField
from gateway.domain.submissions import Payload

CANARY = "canary-7f3a-do-not-print"
HOLDERS = (
    Secret(CANARY),
    Answers({"email": CANARY}),
    WireField("0-1", "email", CANARY),
    Payload((WireField("0-1", "email", CANARY),), "https://x/~s/1", "Intake", {"text": CANARY}),
)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda h: type(h).__name__)
def test_it_does_not_print(holder: object, caplog: pytest.LogCaptureFixture) -> None:
    """Neither str, repr, format nor a log line shows the value."""
    logging.getLogger("canary").warning("%s %r", holder, holder)
    shown = f"{holder} {holder!r} {holder!s} {[holder]} {caplog.text}"
    assert CANARY not in shown


@pytest.mark.parametrize("holder", HOLDERS[:3], ids=lambda h: type(h).__name__)
def test_it_does_not_copy_out(holder: object) -> None:
    """Neither pickle nor copy takes the value along."""
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            take(holder)  # type: ignore[operator]


def test_a_secret_gives_itself_back_when_asked() -> None:
    """reveal() is the one way to the text."""
    assert HOLDERS[0].reveal() == CANARY  # type: ignore[attr-defined]
    assert not Secret("")
