"""The queue's switch: where it stands, in words, and the buttons that turn it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import streamlit as st

from gateway.domain.overview import Overview
from gateway.domain.queue import POSITIONS, Ends, QueueState, Switch
from gateway.domain.submissions import CAUSES
from gateway.ui.markup import Markup, fill
from gateway.ui.session import Watch
from gateway.ui.times import clock


@dataclasses.dataclass(frozen=True)
class Turn:
    """One button: its label, and what pressing it does."""

    label: str
    does: str


TURNS: Mapping[Switch, Turn] = {
    Switch.RUNNING: Turn("Resume", "Send again, at once."),
    Switch.PAUSED_OPERATOR: Turn("Pause", "New ones are kept; nothing leaves until it is resumed."),
    Switch.DRAIN: Turn("Empty for maintenance", "Nothing new is taken; what is here is sent."),
}
"""The positions a person may turn the switch to, in the order of the buttons."""

ENDINGS: Mapping[Ends, tuple[str, str]] = {
    Ends.NEVER: ("", ""),
    Ends.CALL: ("HubSpot is asked again by itself.", "HubSpot is asked again at $at."),
    Ends.TRIAL: ("One submission is tried by itself.", "One submission is tried at $at."),
    Ends.TIME: ("Sending goes on by itself.", "Sending goes on at $at."),
    Ends.PERSON: ("It stays so until somebody resumes it here.",) * 2,
}
"""What ends a position: without a time, and with one."""


def draw(overview: Overview, watch: Watch, *, may_turn: bool) -> None:
    """The queue's state and, for who may, the turns it can take from here."""
    queue = overview.queue
    with st.container(key="queue", horizontal=True, vertical_alignment="center"):
        st.html(words(queue, overview.at_ms))
        for target, turn in TURNS.items():
            if may_turn and target is not queue.switch:
                st.button(
                    turn.label,
                    key=f"turn-{target}",
                    help=turn.does,
                    type="primary" if target is Switch.RUNNING else "secondary",
                    on_click=_turn,
                    args=(watch, target),
                )


def words(queue: QueueState, now_ms: int) -> Markup:
    """Where the switch stands, since when, why, and what ends it."""
    position = POSITIONS[queue.switch]
    return fill(
        '<div class="si-queue" data-tone="$tone"><h2 class="si-h2"><span class="si-sr">The queue: '
        "</span>$words</h2><p>$more</p></div>",
        tone="done" if position.sends and position.accepts and not _rests(queue, now_ms)
        else "waiting" if position.ends in (Ends.PERSON, Ends.TIME, Ends.NEVER) else "stopped",
        words=position.words,
        more=" ".join(part for part in _parts(queue, now_ms) if part),
    )  # fmt: skip


def _parts(queue: QueueState, now_ms: int) -> tuple[str, ...]:
    position = POSITIONS[queue.switch]
    untimed, timed = ENDINGS[position.ends]
    ending = untimed
    if queue.until_ms is not None:
        ending = timed.replace("$at", clock(queue.until_ms, now_ms))
    turned = position.ends is not Ends.NEVER and queue.since_ms
    return (
        f"Since {clock(queue.since_ms, now_ms)}." if turned else "",
        CAUSES[position.cause] if position.cause else "",
        ending,
        _rest(queue, now_ms),
        f"At most {queue.limit} leave in ten seconds." if position.sends and queue.limit else "",
    )


def _rests(queue: QueueState, now_ms: int) -> bool:
    sends = POSITIONS[queue.switch].sends
    return sends and queue.rest_cause is not None and queue.rest_until_ms > now_ms


def _rest(queue: QueueState, now_ms: int) -> str:
    if not _rests(queue, now_ms):
        return ""
    why = CAUSES[queue.rest_cause or ""]
    return f"It rests for a moment: {why} It goes on at {clock(queue.rest_until_ms, now_ms)}."


def _turn(watch: Watch, target: Switch) -> None:
    watch.turning = target
    watch.told = None
