"""The page of the audit: what was done, by whom and why, a page at a time, newest first; and
whether the chain is intact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from gateway.domain.audit import Action
from gateway.domain.audit_words import (
    ACTIONS,
    AREAS,
    WHO,
    AuditCheck,
    AuditEntry,
    AuditPage,
    Subject,
    actions_named,
    area,
    form_id_of,
)
from gateway.domain.users import Permission, User
from gateway.hubspot.api import is_form_id
from gateway.ui import errors, renewing, session
from gateway.ui.markup import Markup, fill, join
from gateway.ui.places import leads_to
from gateway.ui.session import AuditView
from gateway.ui.times import to_the_second
from gateway.usecases.gateway import Gateway

PAGE = 50
"""How many rows are listed at once."""
MOST_FIELDS = 8
"""Names of one row that are listed; a webhook may bring a hundred."""
EVERYTHING, EVERYBODY = "Everything", "Everybody"
_COLUMNS = ("When", "Who", "What was done", "About", "Why", "Fields")
_BROKEN = (
    "is the first that is wrong or missing. Somebody may have altered the database. Keep a copy of "
    "it, and tell your administrator."
)


def show(gateway: Gateway, by: User, linked: str) -> None:
    """The whole page, renewed from time to time; ``linked`` is what its address asks about, or
    ""."""
    seen = session.audit()
    if linked and linked != seen.linked:
        seen.linked = linked
        seen.narrow(about=linked, action="", actor="")
        seen.opened += 1

    def draw() -> None:
        with errors.calm():
            _draw(gateway, by, seen)

    with st.container(key="audit"):
        renewing.every_so_often(seen, draw)


def _draw(gateway: Gateway, by: User, seen: AuditView) -> None:
    checking, seen.checking = seen.checking, False
    if checking:
        seen.checked = gateway.audit.verify(by=by)
    page = _page(gateway, by, seen)
    with st.container(key="chain", horizontal=True, vertical_alignment="center"):
        st.html(chain(page.rows, seen.checked))
        st.button("Check the chain", key="check-chain", on_click=_check, args=(seen,))
    _choose(seen, page)
    with st.container(key="rows"):
        st.html(table(page.entries, by))
        _turn(seen, page)


def _page(gateway: Gateway, by: User, seen: AuditView) -> AuditPage:
    """What is to be shown. While the chain has not grown it is what was shown before: a long one
    is not searched through anew each time the page renews itself."""
    before = seen.turned[-1] if seen.turned else None
    asked = (gateway.audit.rows(by=by), PAGE, before, seen.action, seen.actor, seen.about)
    if seen.shown is None or seen.shown[0] != asked:
        page = gateway.audit.page(
            by=by,
            limit=PAGE,
            before=before,
            actions=actions_named(seen.action) if seen.action else (),
            actor=seen.actor or None,
            about=seen.about,
        )
        seen.shown = (asked, page)
    return seen.shown[1]


def chain(rows: int, checked: AuditCheck | None) -> Markup:
    """What is known of the chain, as a line."""
    if checked is None:
        return fill(
            '<p class="si-chain">$rows. Each is bound to the one before it, so that nothing can be '
            "altered unseen.</p>",
            rows=_count(rows),
        )
    if checked.intact:
        return fill(
            '<p class="si-chain" role="status" data-tone="done"><b>The chain is intact, $rows.</b> '
            "Checked $when.</p>",
            rows=_count(checked.rows),
            when=to_the_second(checked.at_ms),
        )
    return fill(
        '<p class="si-chain" role="alert" data-tone="stopped"><b>The chain is broken.</b> Row '
        "$first $words</p>",
        first=str(checked.first_wrong),
        words=_BROKEN,
    )


def table(entries: Sequence[AuditEntry], by: User) -> Markup:
    """The rows as HTML, with the links that ``by`` may follow."""
    if not entries:
        return Markup('<p class="si-none">There are none of these.</p>')
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<table class="si-rows si-audit"><caption class="si-sr">What was done, newest first'
        "</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(one, by) for one in entries]),
    )


def _row(one: AuditEntry, by: User) -> Markup:
    return fill(
        '<tr data-action="$action"><th scope="row" data-name="When">$when<span>No. $seq</span></th>'
        '<td data-name="Who">$who</td><td data-name="What was done"><b>$words</b></td>'
        '<td data-name="About" data-subject="$subject">$about</td><td data-name="Why">$why</td>'
        '<td data-name="Fields" translate="no">$fields</td></tr>',
        action=one.row.action.value,
        when=to_the_second(one.row.at_ms),
        seq=str(one.row.seq),
        who=one.who,
        words=one.words,
        subject=one.subject.value,
        about=_about(one, by),
        why=one.why,
        fields=_fields(one.row.fields),
    )


def _fields(names: Sequence[str]) -> str:
    more = len(names) - MOST_FIELDS
    shown = ", ".join(str(name) for name in names[:MOST_FIELDS])
    return f"{shown} and {more} more" if more > 0 else shown


def _about(one: AuditEntry, by: User) -> Markup:
    address = _address(one, by)
    if not address:
        return fill("$about", about=one.about)
    # In a tab of its own: a plain link starts the page anew, and what is chosen here is lost.
    return fill(
        '<a href="$address" target="_blank" rel="noopener">$about<span class="si-sr">, in a new '
        "tab</span></a>",
        address=address,
        about=one.about,
    )


def _address(one: AuditEntry, by: User) -> str:
    """Where to look at what a row is about; "" where there is no such place for ``by``."""
    place = one.row.sid
    if one.subject is Subject.SUBMISSION and one.about != place:
        allowed = by.may(Permission.VIEW_RECEIPTS)
        return f"/receipt?{urlencode({'code': one.about})}" if allowed else ""
    if one.subject is Subject.FORM and is_form_id(form_id_of(place)):
        allowed = by.may(Permission.APPROVE_FORMS)
        return f"/approve?{urlencode({'form': form_id_of(place)})}" if allowed else ""
    if one.subject is Subject.RECORD and "/" in place:
        kind, _, record_id = place.partition("/")
        query = urlencode({"object": kind, "id": record_id})
        return f"/records?{query}" if leads_to("records.py", by) else ""
    if one.subject is Subject.INBOX:
        return "/inbox" if leads_to("inbox.py", by) else ""
    return ""


def _choose(seen: AuditView, page: AuditPage) -> None:
    actors = {**WHO, **{one.row.actor: one.who for one in page.entries}}
    if seen.actor:
        actors.setdefault(seen.actor, seen.actor)
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        _one_of("What", EVERYTHING, _kinds(), "action", seen)
        _one_of("Who", EVERYBODY, actors, "actor", seen)
        key = f"audit-about-{seen.opened}"
        st.text_input(
            "About",
            value=seen.about,
            key=key,
            max_chars=128,
            autocomplete="off",
            placeholder="Receipt, record, form, property",
            on_change=_narrow,
            args=(seen, "about", key),
        )


def _kinds() -> Mapping[str, str]:
    """Areas, each followed by its actions."""
    words: dict[str, str] = {}
    for name, label in AREAS.items():
        words[name] = f"{label}: all"
        words |= {one.value: f"{label}: {ACTIONS[one][1]}" for one in Action if area(one) == name}
    return words


def _one_of(label: str, every: str, words: Mapping[str, str], name: str, seen: AuditView) -> None:
    options = ["", *words]
    chosen: str = getattr(seen, name)
    key = f"audit-{name}-{seen.opened}"
    st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen in options else 0,
        key=key,
        format_func=lambda one: words.get(one, every),
        on_change=_narrow,
        args=(seen, name, key),
    )


def _turn(seen: AuditView, page: AuditPage) -> None:
    if not seen.turned and page.older is None:
        return
    with st.container(key="turn", horizontal=True):
        if page.older is not None:
            st.button("Older", key="turn-older", on_click=_older, args=(seen, page.older))
        if seen.turned:
            st.button("Newer", key="turn-newer", on_click=_newer, args=(seen,))
            st.button("Newest", key="turn-newest", on_click=seen.turned.clear)


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _narrow(seen: AuditView, name: str, key: str) -> None:
    seen.narrow(**{name: str(st.session_state[key] or "").strip()})


def _older(seen: AuditView, number: int) -> None:
    seen.turned.append(number)


def _newer(seen: AuditView) -> None:
    if seen.turned:
        seen.turned.pop()


def _check(seen: AuditView) -> None:
    seen.checking = True
