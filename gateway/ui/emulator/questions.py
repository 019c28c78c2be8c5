"""What nobody has published about HubSpot, as one switch each."""

from __future__ import annotations

import streamlit as st

from gateway.domain.users import User
from gateway.ui.emulator import told
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.emulated_views import SwitchRow

_COLUMNS = ("Switch", "Set to", "At first", "The question")
_LARGEST = 10_000_000


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The choice of a switch, its value, and all of them as a table."""
    told.lead(
        "Some things about HubSpot stand in no document. Each is a switch here, and the safer "
        "reading is chosen at first."
    )
    told.what_came(view)
    rows = {row.name: row for row in account.controls.switches(by=by)}
    with st.container(key="choose"):
        with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox("Switch", list(rows), key="switch-name")
            value = _value(rows[name])
        st.html(fill('<p class="si-doc">$doc</p>', doc=_question(rows[name])))
        told.then("It is built to be right under every reading. Where it is not, that is a bug.")
        with st.container(key="turns", horizontal=True):
            if st.button("Set it", key="set-switch", type="primary"):
                told.carry_out(
                    view,
                    lambda: account.controls.turn(name, value, by=by),
                    ("It is set.", f"{name} holds from the next call on."),
                )
                st.rerun()
            if any(row.value != row.default for row in rows.values()) and st.button(
                "All as at first", key="reset-switches"
            ):
                told.carry_out(
                    view,
                    lambda: account.controls.turn_back(by=by),
                    ("All are as at first.", "They hold from the next call on."),
                )
                st.rerun()
    st.html(table(tuple(rows.values())))


def _value(row: SwitchRow) -> bool | int | float | str:
    key = f"switch-{row.name}"
    if row.choices:
        place = row.choices.index(str(row.value))
        return st.selectbox("Set to", row.choices, index=place, key=key, format_func=_spoken)
    if isinstance(row.value, bool):
        return st.selectbox(
            "Set to", (True, False), index=0 if row.value else 1, key=key, format_func=_word
        )
    if isinstance(row.value, int):
        return int(st.number_input("Set to", 0, _LARGEST, row.value, key=key))
    return float(st.number_input("Set to", 0.0, float(_LARGEST), float(row.value), key=key))


def table(rows: tuple[SwitchRow, ...]) -> Markup:
    """Every switch; those that were turned come first."""
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    ordered = sorted(rows, key=lambda row: row.value == row.default)
    return fill(
        '<table class="si-rows si-emulated"><caption class="si-sr">Every switch</caption>'
        "<thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(row) for row in ordered]),
    )


def _row(row: SwitchRow) -> Markup:
    return fill(
        '<tr data-tone="$tone"><th scope="row" data-name="Switch"><code translate="no">$name</code>'
        "</th>"
        '<td data-name="Set to"><b>$value</b></td><td data-name="At first">$default</td>'
        '<td data-name="The question">$doc</td></tr>',
        tone="done" if row.value == row.default else "waiting",
        name=row.name,
        value=_word(row.value),
        default=_word(row.default),
        doc=_question(row),
    )


def _question(row: SwitchRow) -> str:
    """The question without its number in our contract with HubSpot."""
    asked = row.doc.partition(": ")[2] or row.doc
    return asked[:1].upper() + asked[1:]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _spoken(str(value))


def _spoken(name: str) -> str:
    return name.replace("_", " ")
