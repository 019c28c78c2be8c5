"""The page of deliveries: it renews itself, and carries out what was pressed before it draws."""

from __future__ import annotations

import dataclasses

import streamlit as st

from gateway.domain.overview import Overview
from gateway.domain.queue import QueueState
from gateway.domain.submissions import STATE_WORDS, State
from gateway.domain.users import Permission, User
from gateway.ui import charts, errors, look, outbox, renewing, session, submission, switch
from gateway.ui.errors import points
from gateway.ui.markup import Markup, fill
from gateway.ui.session import Watch
from gateway.ui.times import span
from gateway.usecases.gateway import Gateway

NEEDY = frozenset({State.REJECTED, State.REVIEW, State.HELD})
"""States whose number is written in the colour of warnings."""


def show(gateway: Gateway, by: User, linked: str) -> None:
    """The whole page; ``linked`` is the receipt its address asks for, or "".

    While the tab is hidden, or the person has switched Live off, nothing is renewed.
    """
    watch = session.watch()
    if linked and linked != watch.linked:
        watch.linked = linked
        watch.look_at(linked)
    with st.container(key="deliveries"):
        renewing.every_so_often(watch, lambda: _draw(gateway, by, watch))


def _draw(gateway: Gateway, by: User, watch: Watch) -> None:
    with errors.calm():
        turned = _carry_out(gateway, by, watch)
        overview = gateway.overview(by=by)
        if turned is not None:
            # An overview may be a second old; who has just turned the switch sees it turned.
            overview = dataclasses.replace(overview, queue=turned)
        listing = gateway.outbox(by=by, limit=outbox.MOST, state=watch.state, form_id=watch.form_id)
        watch.forms |= {one.form_id: one.form_name for one in listing.items}
        st.html(alarm(overview))
        switch.draw(overview, watch, may_turn=by.may(Permission.SWITCH_QUEUE))
        charts.draw(overview)
        _tiles(overview, watch)
        outbox.choose(watch)
        if watch.chosen:
            submission.draw(gateway, by, watch, overview.at_ms)
        outbox.draw(listing.items, watch, overview)
        look.focus(watch.focus, f"watch-{watch.turn}")


def _carry_out(gateway: Gateway, by: User, watch: Watch) -> QueueState | None:
    """Does what was pressed; the queue's state when its switch was turned."""
    queue: QueueState | None = None

    def note(told: tuple[str, str]) -> None:
        watch.told = told

    turning, watch.turning = watch.turning, None
    if turning is not None:
        with errors.noted(note):
            queue = gateway.turn(turning, by=by)
    deciding, reason = watch.deciding, watch.reason
    decided, watch.decided = watch.decided, False
    if decided and deciding is not None and reason is not None:
        watch.undecide()
        watch.send_focus("detail")
        with errors.noted(note):
            gateway.decide(watch.chosen, deciding, reason, by=by)
            note(submission.DONE[deciding])
    return queue


def alarm(overview: Overview) -> Markup:
    """What needs a person now and who that is, or that all is well. It is the same text as
    long as the alarms are the same, so that it is read aloud once and not at every renewal."""
    if not overview.alarms:
        return Markup('<p class="si-well">All is well.</p>')
    count = len(overview.alarms)
    return fill(
        '<section class="si-alarm" role="alert"><h2 class="si-h2">$title</h2>$points</section>',
        title=f"For {overview.owner}: "
        + ("one point needs a person" if count == 1 else f"{count} points need a person"),
        points=points(overview.alarms),
    )


def _tiles(overview: Overview, watch: Watch) -> None:
    with st.container(key="tiles"):
        for state in State:
            st.button(
                tile(overview, state),
                key=f"tile-{state}",
                type="primary" if watch.state is state else "secondary",
                on_click=_only,
                args=(watch, state),
            )


def tile(overview: Overview, state: State) -> str:
    """A state's number, words and oldest age, as markdown; its style sets them below one
    another."""
    count = overview.counts.get(state, 0)
    number = f"***{count}***" if count and state in NEEDY else f"**{count}**"
    oldest = overview.oldest_ms.get(state)
    age = f" *oldest {span((overview.at_ms - oldest) / 1000)}*" if oldest is not None else ""
    return f"{number} {STATE_WORDS[state][0]}{age}"


def _only(watch: Watch, state: State) -> None:
    watch.state = None if watch.state is state else state
    watch.rows = outbox.PAGE
