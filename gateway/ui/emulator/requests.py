"""The calls HubSpot has seen, as its own journal has them: names and numbers, never a value."""

from __future__ import annotations

import time

import streamlit as st

from gateway.domain.users import User
from gateway.emulator.faults import Area
from gateway.ui import renewing
from gateway.ui.emulator import told
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.ui.times import clock
from gateway.usecases.consequences import AREAS
from gateway.usecases.emulated import MOST_REQUESTS, EmulatedAccount
from gateway.usecases.emulated_views import RequestRow

_COLUMNS = ("Time", "Call", "Answer", "Took", "Token", "Correlation id")
_EVERY = ""


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The choice of a part of the API, and the table, which renews itself."""
    told.lead(
        f"The newest {MOST_REQUESTS} calls, whoever made them. HubSpot's support asks for the "
        "correlation id of an answer."
    )
    with st.container(key="area"):
        options = [_EVERY, *Area]
        chosen = st.selectbox(
            "Part of the API",
            options,
            index=options.index(view.area or _EVERY),
            key="emulator-area",
            format_func=lambda area: AREAS[area][0] if area else "All parts",
        )
        view.area = chosen or None

    def draw_rows() -> None:
        found = account.requests(by=by, area=view.area)
        st.html(table(found, time.time_ns() // 1_000_000))

    with st.container(key="rows"):
        renewing.every_so_often(view, draw_rows)


def table(rows: tuple[RequestRow, ...], now_ms: int) -> Markup:
    """The calls as HTML."""
    if not rows:
        return told.none_yet("Nobody has called yet.")
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<table class="si-rows si-emulated"><caption class="si-sr">Calls that HubSpot has seen, '
        "newest first</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(row, now_ms) for row in rows]),
    )


def _row(row: RequestRow, now_ms: int) -> Markup:
    return fill(
        '<tr data-tone="$tone"><th scope="row" data-name="Time">$at</th>'
        '<td data-name="Call"><code translate="no">$method $path</code>$fields</td>'
        '<td data-name="Answer"><b>$status</b>$fault</td><td data-name="Took">$took ms</td>'
        '<td data-name="Token">$caller</td>'
        '<td data-name="Correlation id"><code translate="no">$id</code></td></tr>',
        tone="done" if 200 <= row.status < 400 else "stopped",
        at=clock(row.at_ms, now_ms),
        method=row.method,
        path=row.path,
        fields=fill(" <small>$count fields</small>", count=str(row.fields))
        if row.fields
        else Markup(""),
        status=str(row.status) if row.status else "cut off",
        fault=fill(' <small>fault <span translate="no">$fault</span></small>', fault=row.fault)
        if row.fault
        else Markup(""),
        took=f"{row.took_ms:,}",
        caller=row.caller,
        id=row.correlation_id or "none",
    )
