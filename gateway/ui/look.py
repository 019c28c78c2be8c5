"""The frame every page stands in, and the small pieces of HTML the pages share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from gateway.domain.sensitivity import Sensitivity
from gateway.settings import Mode
from gateway.ui.markup import Markup, fill
from gateway.ui.places import Place

CLASS_WORDS: Mapping[Sensitivity, str] = {
    Sensitivity.NON_SENSITIVE: "",
    Sensitivity.SENSITIVE: "Private. It is sealed the moment you send it; only HubSpot gets it.",
    Sensitivity.HIGHLY_SENSITIVE: "Needs the most care, such as an identity number or a "
    "diagnosis. It is sealed the moment you send it; only HubSpot gets it, and shows it to few.",
}
"""What each class means to the person who types."""

BANNERS: Mapping[Mode, tuple[str, str]] = {
    Mode.DEMO: ("Demo", "HubSpot is imitated here. Nothing leaves this machine."),
    Mode.EMULATED: ("Test set-up", "HubSpot is imitated. Nothing reaches a real account."),
    Mode.LIVE: ("", ""),
}
"""What the strip at the top of every page says in each mode; empty: no strip."""


def frame(mode: Mode, places: Sequence[Place], token: str) -> None:
    """The top of every page: the name, which leads home, the way to each of ``places``, and
    where one is. ``token`` tells the page's script when the session is another one."""
    with st.container(key="top", horizontal=True, vertical_alignment="center"):
        st.page_link("home.py", label="Sealed Intake")
        for place in places:
            st.page_link(place.file, label=place.word)
        st.html(
            '<p class="si-where"><span>This machine only</span> <span>no sign-in yet</span></p>'
        )
    st.html(fill('<i class="si-session" data-token="$token"></i>', token=token))
    word, sentence = BANNERS[mode]
    if word:
        st.html(
            fill(
                '<aside class="si-banner" aria-label="Notice"><b>$word</b> $sentence</aside>',
                word=word,
                sentence=sentence,
            )
        )


def heading(text: str, lead: str = "") -> None:
    """The page's one first-level heading, with an optional sentence under it."""
    under = fill('<p class="si-lead">$lead</p>', lead=lead) if lead else Markup("")
    st.html(fill('<h1 class="si-h1">$text</h1>$under', text=text, under=under))


def chip(sensitivity: Sensitivity, described_by: str) -> Markup:
    """A field's class as a small label that opens into its explanation."""
    if sensitivity is Sensitivity.NON_SENSITIVE:
        return Markup("")
    return fill(
        '<details class="si-class" data-level="$level"><summary tabindex="-1">$label</summary>'
        '<p id="$id">$words</p></details>',
        level=sensitivity.value,
        label=sensitivity.label,
        id=described_by,
        words=CLASS_WORDS[sensitivity],
    )


def level(sensitivity: Sensitivity | None) -> Markup:
    """A class as a small label."""
    return fill(
        '<span class="si-level" data-level="$level">$label</span>',
        level=sensitivity.value if sensitivity is not None else "unknown",
        label=sensitivity.label if sensitivity is not None else "Unknown class",
    )


def legend() -> None:
    """Both classes explained, for people who come by keyboard."""
    rows = [
        fill("<dt data-level='$level'>$label</dt><dd>$words</dd>",
             level=level.value, label=level.label, words=words)
        for level, words in CLASS_WORDS.items()
        if words
    ]  # fmt: skip
    st.html(
        fill(
            '<details class="si-legend"><summary>How private answers are treated</summary>'
            "<dl>$rows</dl><p>Private text is shown as dots. Choose Show to read it back. "
            "No answer is kept by this browser.</p></details>",
            rows=Markup("".join(rows)),
        )
    )


def told(sentences: tuple[str, str] | None, *, failed: bool) -> None:
    """What became of the last press: a title, and a sentence beside it. Nothing for None."""
    if sentences is None:
        return
    title, sentence = sentences
    word, role = ("si-error", "alert") if failed else ("si-said", "status")
    st.html(
        fill(
            '<p class="$word si-told-title" role="$role" tabindex="-1"><b>$title.</b> '
            "$sentence</p>", word=word, role=role, title=title, sentence=sentence,
        )
    )  # fmt: skip


def focus(target: str, token: str) -> None:
    """Move the browser's focus once for each ``token``: to ``first`` (the first field),
    ``error`` (the first field with a fault), ``main-action``, or among the deliveries to
    ``detail``, ``reason`` or ``row`` (the one that was chosen last)."""
    st.html(fill('<i class="si-focus" data-target="$target" data-token="$token"></i>',
                 target=target, token=token))  # fmt: skip
