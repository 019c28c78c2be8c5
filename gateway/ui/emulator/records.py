"""The records of one kind, newest first, with their values as HubSpot stores them."""

from __future__ import annotations

import time

import streamlit as st

from gateway.domain.users import User
from gateway.ui import renewing
from gateway.ui.emulator import told
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.ui.times import clock
from gateway.usecases.emulated import MOST_RECORDS, EmulatedAccount
from gateway.usecases.emulated_views import Cell, RecordPage, RecordRow

MOST_COLUMNS = 8


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The choice of records and columns, and the table, which renews itself."""
    told.lead(
        f"What HubSpot keeps: the newest {MOST_RECORDS} records of a kind. A submission creates "
        "one, or changes the one with its e-mail."
    )
    kinds = {kind.id: kind for kind in account.record_kinds(by=by)}
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        view.object_type_id = st.selectbox(
            "Records",
            list(kinds),
            index=list(kinds).index(view.object_type_id) if view.object_type_id in kinds else 0,
            key="emulator-kind",
            format_func=lambda one: f"{kinds[one].word.capitalize()} ({kinds[one].count})",
        )
        offered = account.columns(view.object_type_id, by=by)
        chosen = st.multiselect(
            "Columns",
            list(offered),
            key=f"emulator-columns-{view.object_type_id}",
            format_func=lambda name: offered.get(name, name),
            placeholder="Those people know best",
            max_selections=MOST_COLUMNS,
        )
        st.button(
            "Show sensitive values for a minute",
            key="show-values",
            help="Anybody who looks at this screen can read them.",
            on_click=_show_values,
            args=(view,),
        )

    def table_of(shown: bool) -> None:
        page = account.records(view.object_type_id, by=by, columns=chosen, with_sensitive=shown)
        st.html(table(page, kinds[view.object_type_id].word, time.time_ns() // 1_000_000))

    with st.container(key="rows"):
        renewing.every_so_often(view, lambda: told.for_a_while(view.values_until, table_of))


def table(page: RecordPage, word: str, now_ms: int) -> Markup:
    """The records as HTML."""
    if not page.rows:
        return told.none_yet(f"There is no {word} yet.")
    names = ("Record", *page.columns.values(), "Changed")
    heads = [fill('<th scope="col">$name</th>', name=name) for name in names]
    return fill(
        '<table class="si-rows si-emulated"><caption class="si-sr">Records of the kind $word, '
        "newest first</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        word=word,
        heads=join(heads),
        rows=join([_row(row, page, now_ms) for row in page.rows]),
    )


def _row(row: RecordRow, page: RecordPage, now_ms: int) -> Markup:
    cells = [
        fill('<td data-name="$label">$value</td>', label=label, value=_value(row.cells.get(name)))
        for name, label in page.columns.items()
    ]
    return fill(
        '<tr><th scope="row" data-name="Record" translate="no">$id$archived</th>$cells'
        '<td data-name="Changed">$at</td></tr>',
        id=row.id,
        archived=Markup(" <small>archived</small>") if row.archived else Markup(""),
        cells=join(cells),
        at=clock(row.updated_ms, now_ms),
    )


def _value(cell: Cell | None) -> Markup:
    if cell is None:
        return Markup("–")
    if cell.hidden:
        return fill(
            '<span class="si-kept"><span aria-hidden="true">••••••</span>'
            '<span class="si-sr">kept back</span> <small>$class_</small></span>',
            class_=told.CLASS_WORDS[cell.sensitivity],
        )
    return fill('<span translate="no">$text</span>', text=cell.text)


def _show_values(view: EmulatorView) -> None:
    view.values_until = time.monotonic() + told.SHOWN_S
