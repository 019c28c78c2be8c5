"""An object's properties as one table, what narrows it down, and what is missing from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from gateway.domain.property_definitions import ListedProperty, PropertyListing, SchemaRow
from gateway.domain.property_types import (
    FIELD_TYPE_WORDS,
    TYPE_WORDS,
    PropertyFieldType,
    PropertyType,
)
from gateway.domain.scope_plans import NeedState
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.richtext import plain
from gateway.ui import look
from gateway.ui.markup import Markup, fill, join
from gateway.ui.property_desk import PropertyDesk

EVERY_CLASS = "All classes"
_COLUMNS = ("Property", "Class", "Kind", "Group", "On approved forms")
_AS_TYPE_SAYS = frozenset({PropertyFieldType.DATE, PropertyFieldType.BOOLEAN_CHECKBOX})
"""Field types that look alike in several types: there the type is told, too."""


def choose(desk: PropertyDesk, kinds: Sequence[SchemaRow], *, may_define: bool) -> None:
    """The boxes that narrow the table down, and the way to a new property."""
    words = {desk.kind: desk.kind, **{row.kind.id: plain(row.label) for row in kinds}}
    with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
        find_key = f"find-{desk.opened}"
        st.selectbox("Object", list(words), key="prop-kind", format_func=lambda one: words[one],
                     index=list(words).index(desk.kind), on_change=_kind, args=(desk,))  # fmt: skip
        st.text_input("Find a property", value=desk.sought, key=find_key, autocomplete="off",
                      placeholder="Name or label", on_change=_find,
                      args=(desk, find_key))  # fmt: skip
        st.selectbox("Class", ["", *Sensitivity], key="prop-class", format_func=class_word,
                     on_change=_class, args=(desk,))  # fmt: skip
        st.checkbox("Archived, too", key="prop-archived", on_change=_archived, args=(desk,))
    with st.container(key="prop-actions", horizontal=True):
        if may_define and not desk.making:
            st.button("New property", key="prop-new", type="primary", on_click=desk.begin)
        st.button("Look again", key="prop-again", on_click=_again, args=(desk,))


def class_word(named: str) -> str:
    """A class as the box of classes shows it; "" stands for all."""
    sensitivity = Sensitivity.parse(named)
    return sensitivity.label if sensitivity is not None else EVERY_CLASS


def wanted(rows: Iterable[ListedProperty], desk: PropertyDesk) -> list[ListedProperty]:
    """The rows that are listed. A whole name opens its property and hides no other."""
    known = list(rows)
    sought = desk.sought.strip().casefold()
    if any(row.name == sought for row in known):
        sought = ""
    return [
        row
        for row in known
        if (desk.archived or not row.definition.archived)
        and desk.sensitivity in (None, row.sensitivity)
        and (sought in row.name.casefold() or sought in row.definition.label.casefold())
    ]


def table(listing: PropertyListing, rows: Sequence[ListedProperty], desk: PropertyDesk) -> Markup:
    """The first rows as HTML, under how many there are; a row is opened with its button."""
    title = fill('<h2 class="si-h2">$count</h2>', count=_count(rows, listing))
    if not rows:
        return fill('$title<p class="si-none">There are none of these.</p>', title=title)
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '$title<table class="si-rows si-properties"><caption class="si-sr">The $object '
        "properties</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        title=title,
        object=listing.kind.label,
        heads=join(heads),
        rows=join([_row(row, desk) for row in rows[: desk.rows]]),
    )


def gaps(listing: PropertyListing, needs: Sequence[NeedState]) -> Markup:
    """What cannot be seen or done here because the token lacks a scope; empty when nothing."""
    unread = [listing.gap_sentence(gap) for gap in listing.gaps]
    lacking = [
        f"The token may not {state.need.purpose}. Add {state.need.name} to its scopes."
        for state in needs
        if state.held is False
    ]
    points = [fill("<li>$sentence</li>", sentence=one) for one in (*unread, *lacking)]
    if not points:
        return Markup("")
    return fill(
        '<section class="si-panel" aria-label="What is missing"><h2 class="si-h2">The token does '
        'not reach everything here</h2><ul class="si-points">$points</ul></section>',
        points=join(points),
    )


def kind_words(kind: str, field_type: str) -> str:
    """Type and field type as a person reads them; as HubSpot spells them where it has others."""
    try:
        known, field = PropertyType(kind), PropertyFieldType(field_type)
    except ValueError:
        return f"{kind}/{field_type}"
    if field in _AS_TYPE_SAYS or known is PropertyType.PHONE_NUMBER:
        return TYPE_WORDS[known]
    return FIELD_TYPE_WORDS[field]


def _row(row: ListedProperty, desk: PropertyDesk) -> Markup:
    one = row.definition
    return fill(
        '<tr data-si-row data-chosen="$chosen" data-archived="$archived"><th scope="row">'
        '<b>$label</b>$mark <button type="button" class="si-receipt" translate="no"'
        ' data-si-do="choose" data-si-text="$name">$name</button></th>'
        '<td data-name="Class">$level$categories</td><td data-name="Kind">$kind</td>'
        '<td data-name="Group" translate="no">$group</td>'
        '<td data-name="On approved forms">$forms</td></tr>',
        chosen="yes" if one.name == desk.sought.strip() else "no",
        archived="yes" if one.archived else "no",
        label=plain(one.label) or one.name,
        mark=Markup(' <em class="si-mark">archived</em>') if one.archived else Markup(""),
        name=one.name,
        level=look.level(row.sensitivity),
        categories=f" {', '.join(one.sensitive_data_categories)}",
        kind=kind_words(one.type, one.field_type),
        group=one.group_name,
        forms=", ".join(map(plain, row.used_by)) or "–",
    )


def _count(rows: Sequence[ListedProperty], listing: PropertyListing) -> str:
    count = len(rows)
    word = "property" if count == 1 else "properties"
    return f"{count} {listing.kind.label} {word}"


def _kind(desk: PropertyDesk) -> None:
    desk.kind = st.session_state["prop-kind"]
    desk.show("")


def _find(desk: PropertyDesk, key: str) -> None:
    sought = st.session_state[key].strip()
    desk.making = False
    desk.sought, desk.asked, desk.told = sought, False, None
    desk.empty()
    desk.send_focus("detail")


def _class(desk: PropertyDesk) -> None:
    desk.sensitivity = Sensitivity.parse(st.session_state["prop-class"])


def _archived(desk: PropertyDesk) -> None:
    desk.archived = st.session_state["prop-archived"]


def _again(desk: PropertyDesk) -> None:
    desk.again, desk.told = True, None
