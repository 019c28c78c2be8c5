"""What the parts of the page share: what came of a press, words for classes, and time running
out for what is shown for a while only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import streamlit as st

from gateway.domain.sensitivity import Sensitivity
from gateway.ui import errors
from gateway.ui.markup import Markup, fill
from gateway.ui.session import EmulatorView

SHOWN_S = 60.0
"""How long tokens and sensitive values are shown."""
_LOOK_EVERY_S = 3.0

CLASS_WORDS: Mapping[Sensitivity | None, str] = {
    Sensitivity.NON_SENSITIVE: "not sensitive",
    Sensitivity.SENSITIVE: "sensitive",
    Sensitivity.HIGHLY_SENSITIVE: "highly sensitive",
    None: "class not known",
}
"""A property's class within a line."""


def lead(sentence: str) -> None:
    """What a part shows, under its tab."""
    st.html(fill('<p class="si-lead">$sentence</p>', sentence=sentence))


def then(sentence: str, hubspot: str = "") -> None:
    """What HubSpot will do, where that is said nowhere else, and what the gateway makes of it."""
    does = fill("<b>HubSpot:</b> $does<br>", does=hubspot) if hubspot else Markup("")
    st.html(
        fill('<p class="si-then">$does<b>The gateway:</b> $sentence</p>',
             does=does, sentence=sentence)
    )  # fmt: skip


def what_came(view: EmulatorView) -> None:
    """What came of the last press in this part."""
    if view.told is not None:
        title, sentence = view.told
        st.html(fill('<p class="si-said" role="status"><b>$title</b> $sentence</p>',
                     title=title, sentence=sentence))  # fmt: skip


def carry_out(view: EmulatorView, press: Callable[[], object], done: tuple[str, str]) -> None:
    """Do what was pressed, and tell what came of it: ``done`` as a title and a sentence, or why
    it could not be done."""

    def note(told: tuple[str, str]) -> None:
        view.told = told

    view.told = done
    with errors.noted(note):
        press()


def for_a_while(until: float, draw: Callable[[bool], object]) -> None:
    """Draw with what is kept back (True) until that moment of the monotonic clock, and without
    it from then on, whatever else happens on the page."""
    again = _LOOK_EVERY_S if time.monotonic() < until else None
    st.fragment(lambda: draw(time.monotonic() < until), run_every=again)()


def none_yet(sentence: str) -> Markup:
    """What stands where a list is empty."""
    return fill('<p class="si-none">$sentence</p>', sentence=sentence)
