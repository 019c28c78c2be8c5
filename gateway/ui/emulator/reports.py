"""What HubSpot reports by webhook: changes made by hand, reports sent again, and each try."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping

import streamlit as st

from gateway.domain.users import User
from gateway.intake.richtext import plain
from gateway.ui import renewing
from gateway.ui.emulator import told
from gateway.ui.emulator.definitions import words
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.ui.times import clock
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.emulated_controls import Again
from gateway.usecases.emulated_views import DeliveryRow

AGAIN: Mapping[Again, tuple[str, str]] = {
    Again.AS_IT_WAS: ("Send the last one again", "The inbox shows it once all the same."),
    Again.FORGED: ("Send a forged one", "It is refused, and nothing of it is kept."),
    Again.OLD: ("Send one with an old stamp", "It is refused as too old: it may be a replay."),
}
"""Each way to report again: its button, and what the gateway makes of it."""

TURNS: Mapping[str, tuple[str, str, object, object]] = {
    "webhook_duplicates": (
        "Send every report twice", "Each change shows once in the inbox.", 1.0, 0.0,
    ),
    "webhook_disorder": (
        "Send reports in disorder", "The inbox still knows which change was the last.", True, False,
    ),
}  # fmt: skip
"""Switch → its words, what the gateway makes of it, and its values when on and off."""

STATES: Mapping[str, str] = {
    "waiting": "waits for its next try",
    "sending": "on its way",
    "delivered": "taken",
    "given_up": "given up after ten tries",
    "not_sent": "not sent: nobody listens here",
}
"""A delivery's state, in words."""

_COLUMNS = ("No.", "What it reports", "State", "Tries")
USUAL = "0-1/phone"


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """Everything about webhooks."""
    told.lead(
        "HubSpot tells the gateway which property of which record changed. Of a sensitive one it "
        "leaves the value out; of a highly sensitive one it tells nothing."
    )
    told.what_came(view)
    with st.container(key="choose"):
        _change(account, by, view)
        _again(account, by, view)
        _turns(account, by)

    def draw_rows() -> None:
        st.html(table(account.controls.deliveries(by=by), time.time_ns() // 1_000_000))

    with st.container(key="rows"):
        renewing.every_so_often(view, draw_rows)


def _change(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    cards = {one.key: one for one in account.controls.properties(by=by) if one.for_forms}
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Property, the newest first",
            list(cards),
            index=list(cards).index(USUAL) if USUAL in cards else 0,
            key="report-property",
            format_func=lambda one: words(cards[one]) if one in cards else one,
        )
        pressed = st.button("Let a person in HubSpot change it", key="change", type="primary")
    told.then(
        "The inbox shows that it changed, and on which record: the newest of its kind gets a "
        "made-up value."
    )
    if pressed and key:
        label = plain(cards[key].label)
        told.carry_out(
            view,
            lambda: account.controls.change_record(key, by=by),
            ("It is changed.", f"{label} of the newest {cards[key].record} has another value."),
        )
        st.rerun()


def _again(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    for how, (label, then) in AGAIN.items():
        with st.container(key=f"again-{how.name}", horizontal=True, vertical_alignment="center"):
            pressed = st.button(label, key=f"send-{how.name}")
            st.html(fill('<p class="si-does">$then</p>', then=then))
        if pressed:
            told.carry_out(
                view,
                functools.partial(account.controls.report_again, how, by=by),
                ("It is sent.", then),
            )
            st.rerun()


def _turns(account: EmulatedAccount, by: User) -> None:
    set_to = {row.name: row.value for row in account.controls.switches(by=by)}
    for name, (label, then, on, off) in TURNS.items():
        key = f"turn-{name}"
        st.checkbox(
            f"{label}. {then}",
            value=set_to[name] == on,
            key=key,
            on_change=_turn,
            args=(account, by, name, key, on, off),
        )


def _turn(account: EmulatedAccount, by: User, name: str, key: str, on: object, off: object) -> None:
    account.controls.turn(name, on if st.session_state[key] else off, by=by)


def table(rows: tuple[DeliveryRow, ...], now_ms: int) -> Markup:
    """The webhook requests as HTML."""
    if not rows:
        return told.none_yet("HubSpot has reported nothing yet.")
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<table class="si-rows si-emulated"><caption class="si-sr">Webhook requests, newest first'
        "</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(row, now_ms) for row in rows]),
    )


def _row(row: DeliveryRow, now_ms: int) -> Markup:
    tries = [
        f"{clock(at, now_ms)}: {f'answered {status}' if status else 'no answer'}"
        for at, status in row.attempts
    ]
    events = [f"{count} × {kind}" for kind, count in row.events.items()]
    return fill(
        '<tr data-tone="$tone"><th scope="row" data-name="No.">$id</th>'
        '<td data-name="What it reports" translate="no">$events</td>'
        '<td data-name="State"><b>$state</b></td><td data-name="Tries">$tries</td></tr>',
        tone="done" if row.state == "delivered" else "waiting",
        id=str(row.id),
        events=", ".join(events) or "a body made by hand",
        state=STATES[row.state],
        tries="; ".join(tries) or "none yet",
    )
