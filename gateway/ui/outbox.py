"""The newest submissions as a table, what narrows it down, and the search for one receipt."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gateway.domain.overview import Overview
from gateway.domain.queue import POSITIONS, QueueState
from gateway.domain.submissions import CAUSES, STATE_WORDS, State, Status
from gateway.intake.richtext import plain
from gateway.ui.markup import Markup, fill, join
from gateway.ui.receipt import TONES
from gateway.ui.session import Watch
from gateway.ui.times import clock

PAGE = 25
"""How many submissions are listed at first, and how many more at a time."""
MOST = 200
EVERY_FORM = "All forms"
_COLUMNS = ("Receipt", "Form", "State", "Since", "Tries", "Why")


def choose(watch: Watch) -> None:
    """The search box and the choice of a form. The page's script writes into the box, too,
    when somebody chooses a row."""
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        find_key, form_key = f"find-{watch.opened}", "narrow-form"
        st.text_input(
            "Find a receipt",
            value=watch.chosen,
            key=find_key,
            placeholder="ABCD-EFGH-JKMN",
            autocomplete="off",
            on_change=_find,
            args=(watch, find_key),
        )
        names = {"": EVERY_FORM, **{form: plain(name) for form, name in watch.forms.items()}}
        st.selectbox(
            "Form",
            list(names),
            index=list(names).index(watch.form_id or ""),
            key=form_key,
            format_func=lambda form: names.get(form, EVERY_FORM),
            on_change=_narrow,
            args=(watch, form_key),
        )
        if watch.state is not None or watch.form_id is not None:
            st.button("Show all", key="show-all", on_click=_widen, args=(watch, form_key))


def draw(items: Sequence[Status], watch: Watch, overview: Overview) -> None:
    """The table; a row is chosen with its button."""
    with st.container(key="rows"):
        st.html(table(items[: watch.rows], watch, overview))
        if len(items) > watch.rows:
            st.button("Show more", key="more", on_click=_more, args=(watch,))


def title(watch: Watch) -> str:
    """What the table shows, in words."""
    state = "Newest submissions" if watch.state is None else STATE_WORDS[watch.state][0]
    form = plain(watch.forms.get(watch.form_id, "")) if watch.form_id else ""
    return f"{state} · {form}" if form else state


def table(items: Sequence[Status], watch: Watch, overview: Overview) -> Markup:
    """The rows as HTML; times stand as clock times, so that nothing changes but news."""
    caption = fill('<h2 class="si-h2">$title</h2>', title=title(watch))
    if not items:
        return fill('$caption<p class="si-none">There are none.</p>', caption=caption)
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '$caption<table class="si-rows"><caption class="si-sr">$title</caption>'
        "<thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        caption=caption, title=title(watch), heads=join(heads),
        rows=join([_row(one, watch, overview) for one in items]),
    )  # fmt: skip


def _row(one: Status, watch: Watch, overview: Overview) -> Markup:
    return fill(
        '<tr data-si-row data-tone="$tone" data-chosen="$chosen"><th scope="row">'
        '<button type="button" class="si-receipt" translate="no" data-si-do="choose"'
        ' data-si-text="$code">$code</button></th><td data-name="Form">$form</td>'
        '<td data-name="State"><b>$words</b></td>'
        '<td data-name="Since">$since</td><td data-name="Tries">$attempts</td>'
        '<td data-name="Why">$why</td></tr>',
        tone=TONES[one.state],
        chosen="yes" if watch.chosen and one.code == watch.chosen else "no",
        code=one.code,
        form=plain(one.form_name),
        words=STATE_WORDS[one.state][0],
        since=clock(one.changed_at_ms, overview.at_ms),
        attempts=str(one.attempts),
        why=why(one, overview.queue) or "–",
    )


def why(one: Status, queue: QueueState) -> str:
    """Why a submission is where it is, in one sentence; "" when all is well. One that waits
    without a cause of its own waits for the same reason as the whole queue."""
    if one.state is State.DELIVERED:
        return ""
    waits = one.state is State.QUEUED
    shared = POSITIONS[queue.switch].cause or queue.rest_cause if waits else None
    return CAUSES.get(one.cause or shared or "", "")


def _find(watch: Watch, key: str) -> None:
    watch.look_at(str(st.session_state[key]).strip())


def _narrow(watch: Watch, key: str) -> None:
    watch.form_id = st.session_state[key] or None
    watch.rows = PAGE


def _more(watch: Watch) -> None:
    watch.rows += PAGE


def _widen(watch: Watch, key: str) -> None:
    watch.state = watch.form_id = None
    st.session_state[key] = ""
