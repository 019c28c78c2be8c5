"""The start: which forms there are, what is on its way, and a look-up for receipts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import streamlit as st

from gateway.domain.findings import Finding, Verdict
from gateway.domain.reports import FormReport
from gateway.domain.submissions import CAUSES, STATE_WORDS, State, Status, read_receipt
from gateway.intake.richtext import plain
from gateway.ui.approval import changes
from gateway.ui.errors import points
from gateway.ui.fields import markdown
from gateway.ui.markup import Markup, fill, join
from gateway.ui.times import moment

ON_THEIR_WAY = (State.QUEUED, State.SENDING, State.UNKNOWN)
IN_NEED = (State.REJECTED, State.HELD, State.REVIEW)


@dataclasses.dataclass(frozen=True)
class Waiting:
    """What is in the outbox: how many in each state, why the queue rests (a key of ``CAUSES``
    or None), the newest submissions, and what needs a person now."""

    counts: Mapping[State, int]
    resting: str | None
    latest: Sequence[Status]
    alarms: Sequence[Finding] = ()
    """Only for who may look at the deliveries."""


def show(reports: Sequence[FormReport], waiting: Waiting, *, approves: bool = False) -> None:
    """The whole page. Open forms come first, each a card that opens it; who ``approves`` forms
    finds the way to it on each card."""
    _alarms(waiting.alarms)
    _outbox(waiting)
    if not reports:
        st.html('<p class="si-none">There are no forms yet. Create one in HubSpot.</p>')
    for report in sorted(reports, key=lambda report: (not report.open, report.form_name)):
        _card(report, approves=approves)
    _look_up()
    _latest(waiting.latest)


def outbox_line(waiting: Mapping[State, int]) -> str:
    """What is in the outbox, in one line."""
    moving = sum(waiting.get(state, 0) for state in ON_THEIR_WAY)
    stuck = sum(waiting.get(state, 0) for state in IN_NEED)
    parts = [
        "Nothing is waiting to be sent."
        if moving == 0
        else f"{_count(moving)} kept safely and on {'its' if moving == 1 else 'their'} way.",
        f"{_count(stuck)} {'needs' if stuck == 1 else 'need'} a person." if stuck else "",
    ]
    return " ".join(part for part in parts if part)


def _count(number: int) -> str:
    return "1 submission" if number == 1 else f"{number} submissions"


def _outbox(waiting: Waiting) -> None:
    why = CAUSES.get(waiting.resting or "", "")
    in_need = any(waiting.counts.get(state) for state in IN_NEED)
    st.html(
        fill('<p class="si-outbox" data-tone="$tone">$line $why</p>',
             tone="stopped" if why or in_need else "done",
             line=outbox_line(waiting.counts), why=why)
    )  # fmt: skip


def _alarms(alarms: Sequence[Finding]) -> None:
    if alarms:
        with st.container(key="alarms"):
            more = f" ({len(alarms) - 1} more)" if len(alarms) > 1 else ""
            st.page_link("deliveries.py", label=markdown(f"{alarms[0].message}{more}"))


def _latest(latest: Sequence[Status]) -> None:
    if not latest:
        return
    with st.container(key="latest"):
        st.html('<h2 class="si-h2">Latest receipts</h2>')
        for one in latest:
            words = (
                f"{plain(one.form_name)}, {moment(one.accepted_at_ms)}: {STATE_WORDS[one.state][0]}"
            )
            with st.container(key=f"latest-{one.code}"):
                st.page_link("receipt.py", label=one.code, query_params={"code": one.code})
                st.html(fill('<p class="si-latest">$words</p>', words=words))


def _card(report: FormReport, *, approves: bool) -> None:
    state = "open" if report.open else "closed"
    with st.container(key=f"card-{state}-{report.form_id}"):
        st.html(
            fill(
                '<div class="si-card-text"><h2>$name</h2><p><b data-state="$state">$word</b> '
                "$about</p>$why</div>",
                name=plain(report.form_name),
                state=state,
                word="Open" if report.open else "Closed",
                about=_about(report),
                why=Markup("") if report.open else _why(report),
            )
        )
        if report.open:
            st.page_link(
                "intake.py",
                label=f"Fill in {markdown(plain(report.form_name))}",
                query_params={"form": report.form_id},
            )
        if approves:
            with st.container(key=f"approves-{report.form_id}"):
                st.page_link(
                    "approve.py", label="Check and approve", query_params={"form": report.form_id}
                )


def _about(report: FormReport) -> str:
    private = sum(1 for f in report.fields if f.sensitivity is not None and f.sensitivity.rank > 0)
    if not report.open:
        count = len(report.errors)
        return "for now: " + ("one point" if count == 1 else f"{count} points") + " to put right."
    fields = f"{sum(not f.hidden for f in report.fields)} questions"
    return f"{fields}, {private} of them private." if private else f"{fields}."


def _why(report: FormReport) -> Markup:
    refused = [
        fill("<li><b>$label</b> <span>$reason</span></li>", label=plain(f.label) or f.key,
             reason=f.reason)
        for f in report.fields
        if f.verdict is Verdict.REFUSED and f.code != "drift"
    ]  # fmt: skip
    whole = tuple(f for f in report.errors if f.field is None and f.code != "drift")
    return fill(
        '<details class="si-why"><summary>Why it is closed</summary>$whole$fields$drift'
        "<p>Please pass this on to your administrator.</p></details>",
        whole=points(whole),
        fields=fill('<ul class="si-points">$rows</ul>', rows=join(refused))
        if refused
        else Markup(""),
        drift=changes(report) if report.drift else Markup(""),
    )


def _look_up() -> None:
    with st.container(key="lookup"):
        st.html('<h2 class="si-h2">Find a receipt</h2>')
        with st.form("look-up", border=False):
            typed = st.text_input(
                "Receipt code", placeholder="ABCD-EFGH-JKMN", autocomplete="off", key="receipt-code"
            )
            asked = st.form_submit_button("Look it up")
        code = read_receipt(typed) if typed else None
        if asked and code:
            st.switch_page("receipt.py", query_params={"code": code})
        if asked:
            st.html(
                '<p class="si-error" role="alert">This is not a receipt code. It has 12 letters '
                "and digits, like ABCD-EFGH-JKMN. Check it for a typing slip.</p>"
            )
