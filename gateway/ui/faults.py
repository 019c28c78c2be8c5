"""Faults in answers: the summary above the form, and the sentence at each field."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gateway.domain.errors import Reason
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import Draft


def error_id(draft: Draft, field_key: str) -> str:
    """The id of a field's sentence in the page, for ``aria-describedby``."""
    return "e-" + draft.key(field_key)


def sentence(draft: Draft, field_key: str) -> Markup:
    """The sentence at one field, empty when nothing is wrong with it."""
    reason = draft.reasons.get(field_key)
    if reason is None:
        return Markup("")
    return fill(
        '<p class="si-error" id="$id"><span class="si-sr">Error: </span>$sentence</p>',
        id=error_id(draft, field_key),
        sentence=reason.sentence,
    )


def summary(draft: Draft, labels: Mapping[str, str]) -> None:
    """What came back from the last try, above the form.

    ``labels`` names the fields of this page by key, in their order: each of them is linked.
    """
    if draft.closed is None and not draft.reasons:
        return
    order = {key: place for place, key in enumerate(labels)}
    rows = [
        _row(draft, key, draft.reasons[key], labels)
        for key in sorted(draft.reasons, key=lambda key: order.get(key, len(order)))
    ]
    st.html(
        fill(
            '<section class="si-summary" role="alert" tabindex="-1"'
            ' aria-labelledby="summary-title">'
            '<h2 class="si-h2" id="summary-title">$title</h2>$closed<ul>$rows</ul>'
            "<p>Everything you typed is still here.</p></section>",
            title=_title(draft),
            closed=fill("<p>$closed</p>", closed=draft.closed) if draft.closed else Markup(""),
            rows=join(rows),
        )
    )


def _title(draft: Draft) -> str:
    if draft.closed is not None:
        return "Not sent yet"
    if draft.replaces is not None:
        return "HubSpot did not accept this yet"
    count = len(draft.reasons)
    return "One answer needs another look" if count == 1 else f"{count} answers need another look"


def _row(draft: Draft, key: str, reason: Reason, labels: Mapping[str, str]) -> Markup:
    if key not in labels:
        return fill("<li>$sentence</li>", sentence=reason.sentence)
    return fill(
        '<li><a href="#$id" data-si-goto="$target">$label</a> – $sentence</li>',
        id=error_id(draft, key),
        target=draft.key(key),
        label=labels[key].rstrip(".:"),
        sentence=reason.sentence,
    )
