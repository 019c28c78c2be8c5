"""Faults to switch on: where, of which kind, how often, and what the gateway will make of it."""

from __future__ import annotations

import streamlit as st

from gateway.domain.users import User
from gateway.emulator.faults import EVERYWHERE, Area
from gateway.ui.emulator import told
from gateway.ui.fields import markdown
from gateway.ui.markup import fill
from gateway.ui.session import EmulatorView
from gateway.usecases.consequences import AREAS, consequence
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.emulated_views import ArmedFault, FaultKind

USUAL = "drop_after_store"
"""The kind that is chosen at first: the one that shows most of what the gateway is for."""
MOST_TIMES, MOST_SECONDS = 1000, 120.0


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The choice of a fault, and those that wait for their call."""
    told.lead(
        "HubSpot fails in many ways. Choose one, fill in a form, and watch its receipt: nothing is "
        "lost, and nothing is sent twice."
    )
    told.what_came(view)
    controls = account.controls
    with st.container(key="choose"):
        with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
            on = st.selectbox(
                "Where",
                [Area.SECURE_SUBMIT, *(a for a in AREAS if a != Area.SECURE_SUBMIT)],
                key="fault-on",
                format_func=lambda area: AREAS[area][0],
            )
            fitting = {
                kind.name: kind
                for kind in controls.fault_kinds(by=by)
                if on == EVERYWHERE or on in kind.areas
            }
            kind = st.selectbox(
                "What happens",
                list(fitting),
                index=list(fitting).index(USUAL),
                # Another part of the API has other kinds: then it is another box.
                key=f"fault-kind-{on}",
                format_func=lambda name: f"{_spoken(name)}: {fitting[name].doc}",
            )
        with st.container(key="how-often", horizontal=True, vertical_alignment="bottom"):
            times = st.number_input("How many calls", 1, MOST_TIMES, 1, key="fault-times")
            always = st.checkbox("Every call, until I remove it", key="fault-always")
            seconds = _seconds(fitting[kind])
        told.then(consequence(on, kind), hubspot=fitting[kind].doc)
        if st.button("Switch it on", key="arm", type="primary"):
            told.carry_out(
                view,
                lambda: controls.arm(on, kind, None if always else int(times), seconds, by=by),
                ("It is on.", "It strikes the next call that fits."),
            )
            st.rerun()
    _armed(account, by)


def _seconds(kind: FaultKind) -> float:
    if not kind.timed:
        return 0.0
    return float(st.number_input("Seconds", 0.0, MOST_SECONDS, 5.0, key=f"seconds-{kind.name}"))


def _armed(account: EmulatedAccount, by: User) -> None:
    waiting = account.controls.faults(by=by)
    with st.container(key="armed"):
        st.html('<h2 class="si-h2">Switched on now</h2>')
        if not waiting:
            st.html(told.none_yet("None. HubSpot works as it should."))
            return
        for fault in waiting:
            with st.container(
                key=f"fault-{fault.id}", horizontal=True, vertical_alignment="center"
            ):
                st.html(fill('<p class="si-armed">$words</p>', words=words(fault)))
                st.button(
                    f"Remove {markdown(_spoken(fault.kind))}",
                    key=f"remove-{fault.id}",
                    on_click=account.controls.disarm,
                    args=(fault.id,),
                    kwargs={"by": by},
                )
        if len(waiting) > 1:
            st.button(
                "Remove all",
                key="remove-all",
                on_click=account.controls.disarm,
                args=(None,),
                kwargs={"by": by},
            )


def words(fault: ArmedFault) -> str:
    """A fault that waits, in a line."""
    often = (
        "until it is removed"
        if fault.times is None
        else "the next call"
        if fault.times == 1
        else f"the next {fault.times} calls"
    )
    late = f", {fault.seconds:g} s" if fault.seconds else ""
    return f"{_spoken(fault.kind)} on {AREAS[fault.on][0].lower()}: {often}{late}"


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")
