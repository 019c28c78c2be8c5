"""One submission among the deliveries: its whole history, and the decisions about it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gateway.domain.decisions import (
    DECISION_PERMISSIONS,
    DECISION_WORDS,
    REASONS,
    REASONS_FOR,
    decisions_in,
)
from gateway.domain.submissions import CAUSES, STATE_WORDS, Event, State, Status
from gateway.domain.users import User
from gateway.intake.richtext import plain
from gateway.ui import errors, receipt
from gateway.ui.markup import Markup, fill, join
from gateway.ui.sending import rejection_reasons
from gateway.ui.session import Watch
from gateway.ui.times import clock, moment
from gateway.usecases.gateway import Gateway

STEP_WORDS: Mapping[str, str] = {
    "accepted": "Accepted and kept safely",
    Event.CLAIMED: "Taken up for sending",
    Event.ACCEPTED_BY_HUBSPOT: "HubSpot confirmed it",
    Event.PROVEN_UNSENT: "Not sent; back in the queue",
    Event.REFUSED_BY_HUBSPOT: "HubSpot refused it",
    Event.OUTCOME_UNCLEAR: "No clear answer from HubSpot",
    Event.LEASE_EXPIRED: "The program stopped while sending",
    Event.GATE_REFUSED: "Held back, because the form changed",
    Event.GATE_PASSES_AGAIN: "The form is put right; back in the queue",
    Event.FOUND_IN_HUBSPOT: "Found in HubSpot",
    Event.ABSENCE_PROVEN: "Proven not to be in HubSpot; back in the queue",
    Event.GIVEN_TO_A_PERSON: "Given to a person to decide",
    Event.RESENT: "A person sends it again",
    Event.CONFIRMED: "A person confirmed that it arrived",
    Event.DISCARDED: "A person withdrew it",
    Event.CORRECTED: "Corrected under a new receipt",
    Event.OUTBOX_RESTORED: "The outbox was an older backup; looked up in HubSpot first",
    "guard_confirmed": "A person confirmed an unusual answer",
    "resealed": "Sealed again with a newer key",
    "shredded": "The answers kept here were destroyed",
    "copies_seen": "Seen in HubSpot more than once",
}
"""Every step of a history, as a person reads it."""

MEANINGS: Mapping[Event, str] = {
    Event.CONFIRMED: "It counts as delivered and is not sent any more.",
    Event.RESENT: "It goes back into the queue as it was typed. If HubSpot has it after all, it "
    "will be there twice.",
    Event.DISCARDED: "It is never sent. This cannot be undone.",
    Event.CORRECTED: "The form opens empty, because nobody can read the sealed answers. Type them "
    "anew; they get a new receipt, and this submission is withdrawn.",
}
"""What each decision does, said before it is taken."""

CONFIRMATIONS: Mapping[Event, str] = {
    Event.CONFIRMED: "Yes, it arrived",
    Event.RESENT: "Yes, send it again",
    Event.DISCARDED: "Yes, withdraw it",
    Event.CORRECTED: "Open the form",
}
DONE: Mapping[Event, tuple[str, str]] = {
    Event.CONFIRMED: ("Noted", "It counts as delivered."),
    Event.RESENT: ("Back in the queue", "It is sent as soon as possible."),
    Event.DISCARDED: ("Withdrawn", "It is never sent."),
    Event.CORRECTED: ("Withdrawn", "It was corrected under a new receipt."),
}
"""What is said once a decision is taken."""


def draw(gateway: Gateway, by: User, watch: Watch, now_ms: int) -> None:
    """The chosen submission, or why it cannot be shown."""
    with st.container(key="detail"):
        with st.container(key="detail-top", horizontal=True, vertical_alignment="center"):
            st.html(
                fill('<h2 class="si-h2 si-detail-title" tabindex="-1"><span class="si-sr">Receipt '
                     '</span>$code</h2>', code=watch.chosen)
            )  # fmt: skip
            st.button("Close", key="close", on_click=watch.look_at, args=("",))
        if watch.told is not None:
            title, sentence = watch.told
            st.html(fill('<p class="si-said" role="status"><b>$title.</b> $sentence</p>',
                         title=title, sentence=sentence))  # fmt: skip
        found: list[Status] = []
        missed: list[tuple[str, str]] = []
        with errors.noted(missed.append):
            found.append(gateway.status(watch.chosen, by=by))
        for title, sentence in missed:
            st.html(fill('<p class="si-error" role="alert">$title. $sentence</p>',
                         title=title, sentence=sentence))  # fmt: skip
        for status in found:
            with st.container(key="detail-body"):
                st.html(facts(status))
                st.html(history(status, now_ms))
            _decisions(status, by, watch)


def facts(status: Status) -> Markup:
    """Where it is and why, and what is known about it."""
    words, sentence = STATE_WORDS[status.state]
    rows = [fill("<dt>$name</dt><dd>$value</dd>", name=n, value=v) for n, v in _facts(status) if v]
    return fill(
        '<div class="si-facts" data-tone="$tone"><p class="si-state-words">$words</p>'
        "<p>$sentence $why</p>$fields<dl>$rows</dl></div>",
        tone=receipt.TONES[status.state], words=words, sentence=sentence,
        why="" if status.state is State.REJECTED else CAUSES.get(status.cause or "", ""),
        fields=_refused(status), rows=join(rows),
    )  # fmt: skip


def _facts(status: Status) -> tuple[tuple[str, str], ...]:
    shredded = status.shredded_at_ms
    return (
        ("Form", plain(status.form_name)),
        ("Accepted", moment(status.accepted_at_ms)),
        ("Delivered", moment(status.delivered_at_ms) if status.delivered_at_ms else ""),
        ("Tries", str(status.attempts)),
        ("Sent again", f"{status.resends} times" if status.resends > 1
         else "once" if status.resends else ""),
        ("Copies in HubSpot", str(status.copies) if status.copies else ""),
        ("Decided because", REASONS.get(status.decision or "", "")),
        ("Answers", f"Destroyed here on {moment(shredded)}" if shredded
         else "Kept here, sealed; nobody can read them"),
    )  # fmt: skip


def _refused(status: Status) -> Markup:
    if status.state is not State.REJECTED:
        return Markup("")
    rows = [
        fill("<li>$field$sentence</li>", sentence=reason.sentence,
             field=fill("<b>$key</b>: ", key=key) if key else Markup(""))
        for key, reason in rejection_reasons(status).items()
    ]  # fmt: skip
    return fill('<ul class="si-points">$rows</ul>', rows=join(rows))


def history(status: Status, now_ms: int) -> Markup:
    """Every step with its time, oldest first."""
    steps = [
        fill("<li><time>$at</time> <span>$words</span></li>",
             at=clock(at_ms, now_ms), words=STEP_WORDS.get(event, STATE_WORDS[state][0]))
        for at_ms, state, event in status.history
    ]  # fmt: skip
    return fill('<h3 class="si-h3">What happened</h3><ol class="si-history">$steps</ol>',
                steps=join(steps))  # fmt: skip


def _decisions(status: Status, by: User, watch: Watch) -> None:
    offered = [d for d in decisions_in(status.state) if by.may(DECISION_PERMISSIONS[d])]
    if not offered:
        return
    if watch.deciding not in offered:
        watch.undecide()
        st.html('<h3 class="si-h3">What shall be done?</h3>')
        with st.container(key="decisions", horizontal=True):
            for decision in offered:
                st.button(DECISION_WORDS[decision], key=f"decide-{decision}",
                          on_click=_begin, args=(watch, decision))  # fmt: skip
        return
    _confirm(status, watch, watch.deciding)


def _confirm(status: Status, watch: Watch, decision: Event) -> None:
    reason_key = f"reason-{watch.turn}"
    with st.container(key="decide"):
        st.html(fill('<h3 class="si-h3">$words</h3><p class="si-told">$meaning</p>',
                     words=DECISION_WORDS[decision], meaning=MEANINGS[decision]))  # fmt: skip
        if decision is not Event.CORRECTED:
            watch.reason = st.selectbox(
                "Why?",
                REASONS_FOR[decision],
                index=None,
                key=reason_key,
                format_func=lambda reason: REASONS[reason],
                placeholder="Choose a reason",
            )
        with st.container(key="confirm", horizontal=True):
            sure = st.button(
                CONFIRMATIONS[decision],
                key=f"sure-{decision}",
                type="primary",
                disabled=decision is not Event.CORRECTED and watch.reason is None,
                on_click=_decide,
                args=(watch, status.code, decision, reason_key),
            )
            if sure and decision is Event.CORRECTED:
                receipt.correct(status)
            st.button("Leave it as it is", key="confirm-no", on_click=_stop, args=(watch,))


def _begin(watch: Watch, decision: Event) -> None:
    watch.undecide()
    watch.deciding, watch.told = decision, None
    watch.send_focus("reason")


def _decide(watch: Watch, code: str, decision: Event, reason_key: str) -> None:
    """A press that arrives late is about the receipt and the question it was pressed under, and
    its reason is the one that is chosen by then."""
    if decision is Event.CORRECTED or (watch.chosen, watch.deciding) != (code, decision):
        return
    watch.decided, watch.reason = True, st.session_state.get(reason_key)


def _stop(watch: Watch) -> None:
    watch.undecide()
    watch.send_focus("detail")
