"""The page as a whole: its parts, of which one is drawn at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st

from gateway.domain.users import User
from gateway.ui import errors, session
from gateway.ui.emulator import (
    about,
    arrived,
    definitions,
    faults,
    questions,
    records,
    reports,
    requests,
)
from gateway.ui.session import EmulatorView
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.gateway import Gateway


@dataclasses.dataclass(frozen=True)
class Part:
    """One part: its word on the tab, and what draws it."""

    word: str
    draw: Callable[[EmulatedAccount, User, EmulatorView], None]


PARTS = {
    "account": Part("Account", about.draw),
    "records": Part("Records", records.draw),
    "submissions": Part("Submissions", arrived.draw),
    "requests": Part("Requests", requests.draw),
    "faults": Part("Faults", faults.draw),
    "definitions": Part("Definitions", definitions.draw),
    "reports": Part("Webhooks", reports.draw),
    "questions": Part("Open questions", questions.draw),
}
"""The parts by what the page's address calls them."""
TABS = "emulator-parts"


def show(gateway: Gateway, by: User, asked: str) -> None:
    """The whole page; the part that its address asks for is open at first."""
    account, view = gateway.emulated, session.emulator()
    if account is None:
        st.stop()
    opened = PARTS.get(asked) or PARTS.get(view.part)
    if TABS not in st.session_state and opened is not None:
        st.session_state[TABS] = opened.word
    with st.container(key="emulator"):
        tabs = st.tabs([part.word for part in PARTS.values()], key=TABS, on_change="rerun")
        for tab, (name, part) in zip(tabs, PARTS.items(), strict=True):
            if tab.open:
                if view.part != name:
                    view.part, view.told = name, None
                with tab, errors.calm():
                    part.draw(account, by, view)
