"""The search of the page of records: what to look for, and what was found.

What is typed leaves its box with the press: it is kept, unseen, for the next page of results only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from gateway.domain.answers import Secret
from gateway.domain.objects import (
    APPOINTMENT,
    COMPANY,
    CONTACT,
    DEAL,
    OBJECT_TYPES,
    PROJECT,
    TICKET,
)
from gateway.domain.properties import Property
from gateway.domain.records import Presence, Record, RecordField
from gateway.domain.search import (
    BEYOND,
    OPERATORS,
    Filter,
    Found,
    Operator,
    Search,
    Takes,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.intake.richtext import plain
from gateway.ui.fields import label_text
from gateway.ui.markup import Markup, fill, join
from gateway.ui.record_desk import RecordDesk, Way

PAGE = 10
SEPARATOR = ";"

WAY_WORDS: Mapping[Way, str] = {
    Way.EMAIL: "E-mail address",
    Way.WORDS: "Words",
    Way.PROPERTY: "A property",
}
"""How somebody looks for records, as the choice says it."""

NAMES: Mapping[str, tuple[str, ...]] = {
    CONTACT: ("firstname", "lastname"),
    COMPANY: ("name",),
    DEAL: ("dealname",),
    TICKET: ("subject",),
    APPOINTMENT: ("hs_appointment_name",),
    PROJECT: ("hs_name",),
}
"""Object type → the properties that make up a record's name, all of them ordinary."""


def choices(known: Sequence[Property], by: User) -> dict[str, str]:
    """Name → label of the properties that ``by`` may compare. A highly sensitive one is never
    searched by, and comparing a sensitive one tells what it holds."""
    allowed = {Sensitivity.NON_SENSITIVE} | (
        {Sensitivity.SENSITIVE} if by.may(Permission.REVEAL) else set()
    )
    named = {
        one.name: plain(one.label) or one.name
        for one in known
        if one.sensitivity in allowed and not one.archived
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def draw(desk: RecordDesk, kinds: Mapping[str, str], known: Sequence[Property], by: User) -> None:
    """The choice of what to look for, and the boxes for it."""
    named = choices(known, by)
    with st.container(key="search"):
        with st.container(key="search-how", horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Records", list(kinds), index=list(kinds).index(desk.kind),
                         key=f"kind-{desk.kind}", format_func=lambda one: kinds[one],
                         on_change=_of_kind, args=(desk,))  # fmt: skip
            ways = [way for way in Way if way is not Way.EMAIL or desk.kind == CONTACT]
            if desk.way not in ways:
                desk.way = ways[0]
            st.selectbox("Find by", ways, index=ways.index(desk.way), key=f"way-{desk.kind}",
                         format_func=lambda way: WAY_WORDS[way], on_change=_by_way,
                         args=(desk,))  # fmt: skip
            if desk.way is Way.PROPERTY:
                _choose_property(desk, named)
        _boxes(desk, {one.name: one for one in known}, named)


def _choose_property(desk: RecordDesk, named: Mapping[str, str]) -> None:
    names = list(named)
    if desk.property_name not in named:
        desk.property_name = None
    st.selectbox("Property", names,
                 index=names.index(desk.property_name) if desk.property_name else None,
                 key=f"by-{desk.kind}", format_func=lambda name: named.get(name, name),
                 placeholder="Choose a property", on_change=_by_property, args=(desk,))  # fmt: skip
    operators = list(Operator)
    st.selectbox("Comparison", operators, index=operators.index(desk.operator),
                 key="comparison", format_func=lambda one: OPERATORS[one].words,
                 on_change=_by_operator, args=(desk,))  # fmt: skip


def _boxes(desk: RecordDesk, known: Mapping[str, Property], named: Mapping[str, str]) -> None:
    one = known.get(desk.property_name or "") if desk.way is Way.PROPERTY else None
    if desk.way is Way.PROPERTY and one is None:
        return
    private = one is not None and one.sensitivity is not Sensitivity.NON_SENSITIVE
    with (
        st.container(key=f"{'masked' if private else 'open'}-{desk.key('find')}"),
        st.form("search-form", border=False),
        st.container(key="search-boxes", horizontal=True, vertical_alignment="bottom"),
    ):
        for part, label in _questions(desk, one, named):
            options = _options(one) if desk.way is Way.PROPERTY else {}
            _box(desk, part, label, options, OPERATORS[desk.operator].takes)
        st.form_submit_button("Search", key="search-go", type="primary", on_click=_press,
                              args=(desk,))  # fmt: skip


def _questions(
    desk: RecordDesk, one: Property | None, named: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """(part of the key, label) of each box."""
    if desk.way is not Way.PROPERTY or one is None:
        return (("value", WAY_WORDS[desk.way]),)
    label = named.get(one.name, one.name)
    return {
        Takes.NOTHING: (),
        Takes.ONE: (("value", label),),
        Takes.RANGE: (("value", f"{label}, from"), ("high", f"{label}, up to")),
        Takes.SEVERAL: (("value", label),),
    }[OPERATORS[desk.operator].takes]


def _box(desk: RecordDesk, part: str, label: str, options: Mapping[str, str], takes: Takes) -> None:
    key, text = desk.key(part), label_text(label)
    if options and takes is Takes.SEVERAL:
        st.multiselect(text, list(options), key=key, format_func=lambda one: options[one])
    elif options and takes is Takes.ONE:
        st.selectbox(text, list(options), index=None, key=key,
                     format_func=lambda one: options[one], placeholder="Choose")  # fmt: skip
    else:
        hint = f"Several, parted by {SEPARATOR}" if takes is Takes.SEVERAL else None
        several = desk.way is Way.PROPERTY and hint is not None
        st.text_input(text, key=key, autocomplete="off", placeholder=hint if several else None)


def _options(one: Property | None) -> dict[str, str]:
    if one is None:
        return {}
    return {option.value: plain(option.label) or option.value for option in one.options}


def wanted(desk: RecordDesk) -> Search:
    """What the boxes ask for, unless it is an e-mail address."""
    if desk.way is Way.WORDS:
        return Search(query=Secret(desk.typed("value").strip()), limit=PAGE)
    name = desk.property_name or ""
    one = Filter(name, desk.operator, tuple(Secret(text) for text in _values(desk)))
    return Search(((one,),), limit=PAGE)


def _values(desk: RecordDesk) -> list[str]:
    takes = OPERATORS[desk.operator].takes
    if takes is Takes.SEVERAL:
        held = st.session_state.get(desk.key("value"))
        several = held if isinstance(held, list) else str(held or "").split(SEPARATOR)
        return [str(part).strip() for part in several if str(part).strip()]
    parts = {Takes.NOTHING: (), Takes.ONE: ("value",), Takes.RANGE: ("value", "high")}[takes]
    return [desk.typed(part).strip() for part in parts]


def title(found: Found) -> str:
    """How many there are, in words."""
    kind = OBJECT_TYPES.get(found.object_type_id)
    one, many = (kind.label, kind.plural) if kind is not None else ("record", "records")
    if not found.total:
        return f"No {one} fits"
    return f"One {one}" if found.total == 1 else f"{found.total:,} {many}"


def results(desk: RecordDesk, found: Found) -> None:
    """What was found, a row each, with the button that opens it."""
    with st.container(key="found"):
        st.html(fill('<div role="status"><h2 class="si-h2 si-found-title" tabindex="-1">$title</h2>'
                     "</div>", title=title(found)))  # fmt: skip
        if not found.total:
            st.html('<p class="si-none">A record that was made or changed in the last seconds may '
                    "not be found yet.</p>")  # fmt: skip
        if found.beyond:
            st.html(fill('<p class="si-told">$words</p>', words=BEYOND))
        for one in found.records:
            with st.container(key=f"hit-{one.id}", horizontal=True, vertical_alignment="center"):
                st.html(hit(one))
                st.button(f"Open {one.id}", key=f"open-{one.id}", on_click=desk.look_at,
                          args=(one.object_type_id, one.id))  # fmt: skip
        if found.after:
            st.button("Show more", key="more", on_click=_more, args=(desk,))


def name_of(record: Record) -> str:
    """A record's name out of its ordinary properties; "" when it has none."""
    fields = (record.field(name) for name in NAMES.get(record.object_type_id, ()))
    texts = [one.value.reveal() for one in fields if one is not None and one.value is not None]
    return " ".join(text for text in texts if text)


def hit(record: Record) -> Markup:
    """One record of the results."""
    named = NAMES.get(record.object_type_id, ())
    told = [_told(field) for field in record.fields if field.name not in named]
    return fill(
        '<p class="si-hit"><b>$name</b>$rest</p>',
        name=name_of(record) or f"Record {record.id}",
        rest=join([fill(" <span>$text</span>", text=text) for text in told if text]),
    )


def _told(field: RecordField) -> str:
    if field.value is not None:
        return field.value.reveal()
    if field.masked and field.presence is Presence.SET:
        return f"{plain(field.label) or field.name}: has a value"
    return ""


def _of_kind(desk: RecordDesk) -> None:
    kind = st.session_state[f"kind-{desk.kind}"]
    desk.clear()
    desk.kind, desk.property_name = kind, None
    desk.way = Way.EMAIL if kind == CONTACT else Way.WORDS


def _by_way(desk: RecordDesk) -> None:
    desk.way = st.session_state[f"way-{desk.kind}"]
    desk.empty()


def _by_property(desk: RecordDesk) -> None:
    desk.property_name = st.session_state[f"by-{desk.kind}"]
    desk.empty()


def _by_operator(desk: RecordDesk) -> None:
    desk.operator = st.session_state["comparison"]
    desk.empty()


def _press(desk: RecordDesk) -> None:
    desk.found = None
    desk.hide()
    desk.record = desk.deed = desk.told = None
    desk.searching = True


def _more(desk: RecordDesk) -> None:
    desk.more = True
