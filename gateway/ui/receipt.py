"""A receipt: its code, where the submission is, and what to do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import streamlit as st

from gateway.domain.decisions import REASONS
from gateway.domain.submissions import CAUSES, FINAL, STATE_WORDS, State, Status
from gateway.domain.webhooks import Confirmation
from gateway.intake.richtext import clean_markup, plain
from gateway.ui import errors, look, session
from gateway.ui.markup import Markup, fill, join
from gateway.ui.sending import rejection_reasons
from gateway.ui.times import moment, to_the_minute
from gateway.usecases.receive import Confirmations

REFRESH_S = 2.0

TONES: Mapping[State, str] = {
    State.QUEUED: "waiting",
    State.SENDING: "waiting",
    State.DELIVERED: "done",
    State.REJECTED: "stopped",
    State.UNKNOWN: "waiting",
    State.HELD: "stopped",
    State.REVIEW: "stopped",
    State.DISCARDED: "done",
}
"""How each state looks: on its way, done, or in need of a person."""

_STEPS = ("Kept safely", "Sent", "Confirmed")
STEPS_DONE: Mapping[State, int] = {
    State.QUEUED: 1,
    State.SENDING: 1,
    State.DELIVERED: 3,
    State.REJECTED: 2,
    State.UNKNOWN: 2,
    State.HELD: 1,
    State.REVIEW: 2,
    State.DISCARDED: 3,
}
"""How many of the steps to HubSpot are behind a submission."""


def show(
    status: Status,
    ask_again: Callable[[], Status],
    thank_you: str,
    listen: Callable[[], Confirmations],
) -> None:
    """The receipt of ``status``; while it is on its way, ``ask_again`` is asked for news, and
    right after its delivery ``listen`` for what HubSpot reports of it. ``thank_you`` is the
    form's own message, as HubSpot holds it."""
    with st.container(key="receipt"):
        st.html(_slip(status))
        if _settled(status):
            st.html(_state(status))
        else:
            _live(ask_again)
        _heard(listen)
        if thank_you:
            st.html(
                fill(
                    '<section class="si-rich si-thanks" aria-label="The form says">$text</section>',
                    text=Markup(clean_markup(thank_you)),
                )
            )
        st.html(
            '<div class="si-tools"><button type="button" class="si-button" data-si-do="print">'
            'Print</button><button type="button" class="si-button" data-si-do="copy" '
            f'data-si-text="{Markup(status.code)}">Copy code</button>'
            '<span class="si-copied" role="status"></span></div>'
        )
    _next(status)


def _settled(status: Status) -> bool:
    """Whether looking again would tell nothing new by itself."""
    return status.state in FINAL or TONES[status.state] == "stopped"


def _live(ask_again: Callable[[], Status]) -> None:
    @st.fragment(run_every=REFRESH_S)
    def live() -> None:
        with errors.calm():
            status = ask_again()
            if _settled(status):
                st.rerun()
            st.html(_state(status))

    live()


def _heard(listen: Callable[[], Confirmations]) -> None:
    first = listen()
    if not first.awaited:
        _tell(first)
        return

    @st.fragment(run_every=REFRESH_S)
    def live() -> None:
        with errors.calm():
            told = listen()
            if not told.awaited:
                st.rerun()
            _tell(told)

    live()


def _tell(told: Confirmations) -> None:
    if told.found:
        st.html(heard(told.found))


def heard(found: Sequence[Confirmation]) -> Markup:
    """What HubSpot reported right after the delivery, and what that does not prove."""
    together: dict[tuple[str, int], list[str]] = {}
    for one in found:
        at = (to_the_minute(one.occurred_at_ms), one.others)
        together.setdefault(at, []).append(plain(one.label) or one.property_name)
    rows = [
        fill("<li>$words</li>", words=f"{_reported(names, at)} {_others(others)}".strip())
        for (at, others), names in together.items()
    ]
    return fill(
        '<section class="si-heard" role="status"><p class="si-heard-title">Heard from HubSpot</p>'
        "<ul>$rows</ul></section>",
        rows=join(rows),
    )


def _reported(names: Sequence[str], at: str) -> str:
    *most, last = names
    named = f"{', '.join(most)} and {last}" if most else last
    return f"HubSpot reported a change of {named} at {at}, right after this was delivered."


def _others(count: int) -> str:
    if count == 0:
        return ""
    which = "another submission" if count == 1 else f"one of {count} other submissions"
    return f"It may belong to {which} of that moment instead."


def _slip(status: Status) -> Markup:
    return fill(
        '<section class="si-slip" aria-label="Receipt"><p class="si-slip-title">Receipt code</p>'
        '<p class="si-code" translate="no">$code</p>'
        "<dl><dt>Form</dt><dd>$form</dd><dt>Accepted</dt><dd>$when</dd></dl></section>",
        code=status.code,
        form=status.form_name,
        when=moment(status.accepted_at_ms),
    )


def _state(status: Status) -> Markup:
    words, sentence = STATE_WORDS[status.state]
    why = CAUSES.get(status.cause or "", "")
    if status.state is State.REJECTED:
        why = " ".join(
            f"{key}: {reason.sentence}" if key else reason.sentence
            for key, reason in rejection_reasons(status).items()
        )
    done = STEPS_DONE[status.state]
    steps = [
        fill('<li data-done="$done">$name</li>', done="yes" if n < done else "no", name=name)
        for n, name in enumerate(_STEPS)
    ]
    return fill(
        '<div class="si-state" data-tone="$tone" role="status"><p class="si-state-words">$words</p>'
        "<p>$sentence $why</p><ol>$steps</ol>$delivered$decided</div>",
        tone=TONES[status.state],
        words=words,
        sentence=sentence,
        why=why,
        steps=join(steps),
        delivered=fill("<p>Confirmed on $when.</p>", when=moment(status.delivered_at_ms))
        if status.delivered_at_ms
        else Markup(""),
        decided=fill("<p>A person decided: $why</p>", why=REASONS[status.decision])
        if status.decision
        else Markup(""),
    )


def _next(status: Status) -> None:
    refused = status.state is State.REJECTED
    with st.container(key="next", horizontal=True, vertical_alignment="center"):
        if refused and st.button("Correct it and send again", type="primary", key="correct"):
            correct(status)
        if st.button("Next person", type="secondary" if refused else "primary", key="next-person"):
            _start_anew(status)
            _open(status)
        st.page_link("home.py", label="All forms")
    look.focus("main-action", status.code)


def correct(status: Status) -> NoReturn:
    """Open the form of a refused submission to be typed anew; what is sent replaces it."""
    draft = _start_anew(status)
    draft.replaces = status.code
    draft.come_back(rejection_reasons(status))
    _open(status)


def _start_anew(status: Status) -> session.Draft:
    session.forget(session.draft(status.form_id))
    return session.draft(status.form_id)


def _open(status: Status) -> NoReturn:
    st.switch_page("intake.py", query_params={"form": status.form_id})
