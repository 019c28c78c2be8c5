"""The page of the set-up: the doctor's findings, each form's fields, and the token's scopes.

Everything is asked anew whenever the page runs; folding and unfolding happens in the browser.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit import config

from gateway.domain.findings import Finding, Severity, verdict
from gateway.domain.users import Permission, User
from gateway.ui import check_table, errors, oauth, scope_table
from gateway.ui.markup import Markup, fill, join
from gateway.ui.times import clock
from gateway.usecases.gateway import Gateway

WORDS: Mapping[Severity, str] = {
    Severity.ERROR: "Put right",
    Severity.WARNING: "Worth knowing",
    Severity.INFO: "Noted",
}
"""How heavy a finding is, as its label says it."""


def show(gateway: Gateway, by: User, form: str) -> None:
    """The whole page; the fields of the form with the id ``form`` are unfolded."""
    with st.container(key="setup"):
        _look_again()
        if by.may(Permission.DIAGNOSE):
            st.html(findings(gateway.doctor(by=by, option=config.get_option)))
        oauth.show(gateway, by)
        with errors.calm():
            st.html(check_table.forms(gateway.forms(by=by), form))
            st.html(scope_table.scopes(gateway.scopes.plan(by=by)))


def _look_again() -> None:
    with st.container(key="look-again", horizontal=True, vertical_alignment="center"):
        now = round(time.time() * 1000)
        st.html(fill('<p class="si-latest">Looked at $at.</p>', at=clock(now, now)))
        st.button("Look again", key="again")


def findings(found: Sequence[Finding]) -> Markup:
    """Every finding with its weight, its cure and its code; what asks for nothing is folded."""
    open_points = [f for f in found if f.severity is not Severity.INFO]
    ordered = sorted(open_points, key=lambda f: list(Severity).index(f.severity))
    fine = [f for f in found if f.severity is Severity.INFO]
    return fill(
        '<section class="si-block" data-tone="$tone" aria-labelledby="findings-title">'
        '<h2 class="si-h2" id="findings-title">$verdict</h2>$points'
        '<details class="si-fold"><summary>What else was looked at ($count)</summary>'
        "$fine</details>"
        '<p class="si-note">Each point has a code that stays the same; '
        "docs/findings.md lists them all.</p></section>",
        tone="stopped" if any(f.severity is Severity.ERROR for f in found) else "done",
        verdict=verdict(found),
        points=_points(ordered),
        count=str(len(fine)),
        fine=_points(fine),
    )


def _points(found: Sequence[Finding]) -> Markup:
    if not found:
        return Markup("")
    rows = [
        fill(
            '<li data-severity="$severity"><p><b class="si-weight">$weight</b> $message</p>'
            '<p class="si-cure">$cure <code>$code</code></p></li>',
            severity=one.severity.value,
            weight=WORDS[one.severity],
            message=one.message,
            cure="" if one.cure == NOTHING else one.cure.replace("`", ""),
            code=one.code,
        )
        for one in found
    ]
    return fill('<ul class="si-findings">$rows</ul>', rows=join(rows))


NOTHING = "Nothing to do."
"""The cure of what is in order."""
