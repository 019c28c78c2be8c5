"""Answers the content guard asks about: the box with which a person says that one is right.

What is confirmed is one answer, not a field: typed anew, it is asked about anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gateway.domain.errors import Reason
from gateway.ui import session
from gateway.ui.fields import Slot
from gateway.ui.markup import fill
from gateway.ui.session import Draft
from gateway.usecases.guarding import ASKS

WORDS = "This is right; send it as it is"


def draw(slot: Slot) -> None:
    """The box below a field whose answer is asked about; nothing below any other."""
    draft, field_key = slot.draft, slot.field.key
    reason = draft.reasons.get(field_key)
    if reason is None or reason.code != ASKS:
        return
    key = _box(draft, field_key)
    with st.container(key=f"sure-{key}"):
        st.html(
            fill(
                '<div class="si-head" data-key="$key" data-required="no" data-grouped="no"'
                ' data-keyboard="text" data-private="no" data-parent="no">'
                '<p class="si-hint si-sr" id="hint-$key">$label: $sentence</p></div>',
                key=key,
                label=slot.label.rstrip(".:?"),
                sentence=reason.sentence,
            )
        )
        session.seed(draft, key, False)
        st.checkbox(WORDS, key=key)
        session.held(draft, key)


def confirmed(draft: Draft, answers: Mapping[str, object]) -> frozenset[str]:
    """The keys of the fields whose answers, as they stand in ``answers``, a person confirmed."""
    for field_key, answer in draft.asked.items():
        if session.held(draft, _box(draft, field_key)) is True:
            draft.sure[field_key] = answer
        else:
            draft.sure.pop(field_key, None)
    return frozenset(key for key, answer in draft.sure.items() if answers.get(key) == answer)


def ask(draft: Draft, answers: Mapping[str, object], reasons: Mapping[str, Reason]) -> None:
    """Remember which answers are asked about now, each with a box of its own that is empty."""
    draft.asked = {
        key: answers[key]
        for key, reason in reasons.items()
        if reason.code == ASKS and key in answers
    }
    draft.askings += 1


def _box(draft: Draft, field_key: str) -> str:
    return draft.key(field_key, f"sure-{draft.askings}")
