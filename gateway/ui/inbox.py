"""The page of what HubSpot reported: which property of which record changed, never to what."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from gateway.domain.objects import object_type
from gateway.domain.users import User
from gateway.domain.webhooks import (
    CHANGE_WORDS,
    PATH,
    Change,
    InboxRow,
    record_word,
    source_word,
)
from gateway.intake.richtext import plain
from gateway.ui import errors, look, renewing, session
from gateway.ui.markup import Markup, fill, join
from gateway.ui.places import leads_to
from gateway.ui.session import InboxView
from gateway.ui.times import clock
from gateway.usecases.gateway import Gateway
from gateway.usecases.receive import InboxListing

PAGE = 50
"""How many notices are listed at first, and how many more at a time."""
MOST = 1_000
EVERY_RECORD, EVERY_PROPERTY = "All records", "All properties"
REVEAL = "records.py"
"""The page that shows a value, for a purpose and a short time."""
_COLUMNS = ("When", "Record", "What changed", "Class", "By")

VALUE_WORDS: Mapping[bool | None, str] = {
    True: "HubSpot left the value out",
    False: "the value is not kept here",
    None: "class not known; the value is not kept here",
}
"""``InboxRow.redacted`` → what became of the value HubSpot reported."""


def show(gateway: Gateway, by: User) -> None:
    """The whole page, renewed from time to time."""
    seen = session.inbox()

    def draw() -> None:
        with errors.calm():
            _draw(gateway, by, seen)

    with st.container(key="inbox"):
        renewing.every_so_often(seen, draw)


def _draw(gateway: Gateway, by: User, seen: InboxView) -> None:
    listing = gateway.webhooks.inbox(
        by=by,
        limit=seen.rows,
        object_type_id=seen.object_type_id,
        name=seen.property_name,
    )
    if not listing.names:
        st.html(nothing_yet(gateway.webhooks.listens, gateway.webhooks.public_url + PATH))
        return
    _choose(seen, listing)
    with st.container(key="rows"):
        st.html(table(listing.rows, time.time_ns() // 1_000_000, reveals=leads_to(REVEAL, by)))
        if len(listing.rows) == seen.rows < MOST:
            st.button("Show more", key="more", on_click=_more, args=(seen,))


def nothing_yet(listens: bool, address: str) -> Markup:
    """What to do so that something comes."""
    if listens:
        words = "HubSpot has reported nothing yet. It sends its webhooks to"
    else:
        words = (
            "HubSpot cannot report anything yet: put the app's client secret into "
            "HUBSPOT_CLIENT_SECRET, and have HubSpot send its webhooks to"
        )
    return fill(
        '<p class="si-none">$words <code translate="no">$address</code>.</p>',
        words=words,
        address=address,
    )


def table(rows: Sequence[InboxRow], now_ms: int, *, reveals: bool) -> Markup:
    """The notices as HTML; with ``reveals`` each property's value can be looked at elsewhere."""
    if not rows:
        return Markup('<p class="si-none">There are none of these.</p>')
    columns = (*_COLUMNS, "Value") if reveals else _COLUMNS
    heads = [fill('<th scope="col">$name</th>', name=name) for name in columns]
    return fill(
        '<table class="si-rows si-inbox"><caption class="si-sr">What HubSpot reported, newest '
        "first</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(one, now_ms, reveals=reveals) for one in rows]),
    )


def _row(one: InboxRow, now_ms: int, *, reveals: bool) -> Markup:
    notice = one.kept.notice
    return fill(
        '<tr data-latest="$latest"><th scope="row" data-name="When">$when</th>'
        '<td data-name="Record">$record <span translate="no">$id</span></td>'
        '<td data-name="What changed">$what$again</td>'
        '<td data-name="Class">$class_</td><td data-name="By">$by</td>$reveal</tr>',
        latest="yes" if one.kept.latest else "no",
        when=clock(notice.occurred_at_ms, now_ms),
        record=one.object.capitalize(),
        id=str(notice.object_id),
        what=_what(one),
        again=Markup("")
        if one.kept.latest
        else Markup(' <span class="si-again">changed again since</span>'),
        class_=_class(one),
        by=_by(one),
        reveal=_reveal(one) if reveals else Markup(""),
    )


def _what(one: InboxRow) -> Markup:
    notice = one.kept.notice
    if notice.property_name:
        return fill(
            '<b translate="no">$name</b>$label',
            name=notice.property_name,
            label=fill(" <span>$label</span>", label=plain(one.label)) if one.label else Markup(""),
        )
    other = f" (record {notice.other_id})" if notice.other_id is not None else ""
    return fill("<b>$words</b>$other", words=CHANGE_WORDS[notice.change].capitalize(), other=other)


def _class(one: InboxRow) -> Markup:
    if one.kept.notice.change is not Change.PROPERTY:
        return Markup("–")
    return fill(
        "$level <small>$value</small>",
        level=look.level(one.sensitivity),
        value=VALUE_WORDS[one.redacted],
    )


def _by(one: InboxRow) -> str:
    notice = one.kept.notice
    user = f" (user {notice.user_id})" if notice.user_id is not None else ""
    return (source_word(notice.source) or "HubSpot did not say") + user


def _reveal(one: InboxRow) -> Markup:
    notice = one.kept.notice
    # Records of products, line items, conversations and the like are not looked at here.
    if notice.change is not Change.PROPERTY or object_type(notice.object_type_id) is None:
        return Markup('<td data-name="Value">–</td>')
    asked = {
        "object": notice.object_type_id,
        "id": str(notice.object_id),
        "property": notice.property_name,
    }
    # In a tab of its own: a plain link starts the page anew, and what is typed in this one is lost.
    return fill(
        '<td data-name="Value"><a href="/records?$query" target="_blank" rel="noopener">Reveal'
        '<span class="si-sr"> $name of $record $id, in a new tab</span></a></td>',
        query=urlencode(asked),
        name=notice.property_name,
        record=one.object,
        id=str(notice.object_id),
    )


def _choose(seen: InboxView, listing: InboxListing) -> None:
    chosen = seen.object_type_id
    kinds = sorted({type_id for type_id, _ in listing.names}, key=record_word)
    names = sorted({name for type_id, name in listing.names if name and chosen in (None, type_id)})
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        _one_of("Records", EVERY_RECORD, {one: record_word(one).capitalize() for one in kinds},
                chosen, "inbox-kind", _of_kind, seen)  # fmt: skip
        # Another kind of record has other properties: then it is another box.
        _one_of("Property", EVERY_PROPERTY, {one: one for one in names}, seen.property_name,
                f"inbox-name-{chosen or 'all'}", _of_name, seen)  # fmt: skip


def _one_of(
    label: str,
    every: str,
    words: Mapping[str, str],
    chosen: str | None,
    key: str,
    on_change: Callable[[InboxView, str], None],
    seen: InboxView,
) -> None:
    options = ["", *words]
    st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen in options else 0,
        key=key,
        format_func=lambda one: words.get(one, every),
        on_change=on_change,
        args=(seen, key),
    )


def _of_kind(seen: InboxView, key: str) -> None:
    seen.object_type_id = st.session_state[key] or None
    seen.property_name = None
    seen.rows = PAGE


def _of_name(seen: InboxView, key: str) -> None:
    seen.property_name = st.session_state[key] or None
    seen.rows = PAGE


def _more(seen: InboxView) -> None:
    seen.rows = min(MOST, seen.rows + PAGE)
