"""A page that renews itself: the Live switch, and rest while nobody looks."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gateway.ui.session import Renewed

REFRESH_S = 2.5


def every_so_often(seen: Renewed, draw: Callable[[], None]) -> None:
    """Draws, and draws again from time to time; while the tab is hidden, or the person has
    switched Live off, nothing is renewed."""
    with st.container(key="live", horizontal=True, horizontal_alignment="right"):
        seen.live = st.toggle("Live", value=seen.live, key="live-switch")
    with st.container(key="away"):
        # The page's script presses it when the tab is hidden or shown again.
        name = "wake" if seen.away else "rest"
        st.button(name, key=name, on_click=_away, args=(seen, not seen.away))
    renewed = REFRESH_S if seen.live and not seen.away else None
    st.fragment(draw, run_every=renewed)()


def _away(seen: Renewed, away: bool) -> None:
    seen.away = away
