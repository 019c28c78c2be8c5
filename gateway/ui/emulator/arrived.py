"""The submissions that arrived: whose they are, when they came, and how often."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import streamlit as st

from gateway.domain.users import User
from gateway.ui import renewing
from gateway.ui.emulator import told
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.ui.times import clock
from gateway.usecases.emulated import MOST_RECEIVED, EmulatedAccount
from gateway.usecases.emulated_views import ReceivedRow

_COLUMNS = ("Sent", "Form", "Receipt", "Arrived", "Page address", "Fields")


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The table, which renews itself."""
    told.lead(
        f"The newest {MOST_RECEIVED} submissions HubSpot has taken. Each of ours carries a random "
        "tag in its page address: by it one sees that it arrived exactly once."
    )

    def draw_rows() -> None:
        st.html(table(account.received(by=by), time.time_ns() // 1_000_000))

    with st.container(key="rows"):
        renewing.every_so_often(view, draw_rows)


def table(rows: tuple[ReceivedRow, ...], now_ms: int) -> Markup:
    """The submissions as HTML."""
    if not rows:
        return told.none_yet("Nothing has arrived yet. Fill in a form.")
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<table class="si-rows si-emulated"><caption class="si-sr">Submissions that arrived, '
        "newest first</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(row, now_ms) for row in rows]),
    )


def _row(row: ReceivedRow, now_ms: int) -> Markup:
    return fill(
        '<tr data-tone="$tone"><th scope="row" data-name="Sent">$at</th>'
        '<td data-name="Form">$form</td><td data-name="Receipt">$receipt</td>'
        '<td data-name="Arrived"><b>$times</b></td>'
        '<td data-name="Page address"><code translate="no">$uri</code></td>'
        '<td data-name="Fields" translate="no">$fields</td></tr>',
        tone="done" if row.times == 1 else "stopped",
        at=clock(row.submitted_ms, now_ms),
        form=row.form,
        receipt=_receipt(row.receipt),
        times="once" if row.times == 1 else f"{row.times} times",
        uri=row.page_uri or "none",
        fields=", ".join(row.fields) or "none",
    )


def _receipt(code: str | None) -> Markup:
    if code is None:
        return Markup("not ours")
    # In a tab of its own: a plain link starts the page anew, and what is typed in this one is lost.
    return fill(
        '<a href="/receipt?$query" target="_blank" rel="noopener" translate="no">$code'
        '<span class="si-sr">, in a new tab</span></a>',
        query=urlencode({"code": code}),
        code=code,
    )
