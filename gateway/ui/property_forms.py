"""The two forms of the page of properties: a new one, and the one that lies open; and how what
stands in their boxes becomes a wish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from gateway.domain.property_definitions import ListedProperty, PropertyWish, WishedOption
from gateway.domain.property_types import (
    NOT_ON_FORMS,
    PAIRS,
    PURGED_AFTER_DAYS,
    WITH_OPTIONS,
    PropertyFieldType,
    PropertyType,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.richtext import plain
from gateway.ui import look
from gateway.ui.markup import Markup, fill
from gateway.ui.property_desk import Deed, PropertyDesk
from gateway.ui.property_table import kind_words

CLASS_HELP: Mapping[Sensitivity, str] = {
    Sensitivity.NON_SENSITIVE: "Everybody in the account may see its values.",
    Sensitivity.SENSITIVE: "Private: few people and programs may see its values.",
    Sensitivity.HIGHLY_SENSITIVE: "Needs the most care, such as an identity number: sealed once "
    "more in HubSpot, and shown only when somebody asks for it.",
}
"""What each class means for who defines a property."""
Pair = tuple[PropertyType, PropertyFieldType]
KINDS: Mapping[str, Pair] = {
    f"{kind}/{field}": (kind, field)
    for kind, fitting in PAIRS.items()
    for field in fitting
    if field is not PropertyFieldType.CALCULATION
    and kind is not PropertyType.PHONE_NUMBER
    and (kind, field) != (PropertyType.ENUMERATION, PropertyFieldType.BOOLEAN_CHECKBOX)
}
"""What a new property may be, as the page offers it: calculations, and what HubSpot does not
document, are for the command line."""
USUAL = f"{PropertyType.STRING}/{PropertyFieldType.TEXT}"
_OPTIONS_HINT = "One to a line: value, or value = label"


def create(desk: PropertyDesk, object_label: str, groups: Mapping[str, str],
           archived: Mapping[str, Sensitivity | None]) -> None:  # fmt: skip
    """The form for a new property. ``archived`` are the names that can be brought back."""
    with st.container(key="detail"):
        st.html(fill('<h2 class="si-h2 si-detail-title" tabindex="-1">New $object property</h2>',
                     object=object_label))  # fmt: skip
        with st.container(key="prop-boxes"):
            st.text_input("Label", key=desk.key("label"), autocomplete="off")
            st.text_input("Internal name", key=desk.key("name"), autocomplete="off",
                          placeholder=suggested(held(desk, "label"))
                          or "Made from the label")  # fmt: skip
            st.selectbox("Class", list(Sensitivity), index=None, key=desk.key("class"),
                         placeholder="Choose how private its values are",
                         format_func=lambda one: one.label)  # fmt: skip
            st.selectbox("Kind of answer", list(KINDS), index=list(KINDS).index(USUAL),
                         key=desk.key("kind"),
                         format_func=lambda one: kind_words(*one.split("/")))  # fmt: skip
            chosen = st.session_state.get(desk.key("class"))
            st.html(fill('<p class="si-told">$words Class and internal name stay for good.</p>',
                         words=CLASS_HELP[chosen] if chosen else ""))  # fmt: skip
            if _pair(desk)[0] is PropertyType.ENUMERATION:
                st.text_area("Choices", key=desk.key("options"), placeholder=_OPTIONS_HINT)
            _group_box(desk, groups, None)
            st.text_area("Help for who fills it in", key=desk.key("description"), height=80)
            if _pair(desk)[1] not in NOT_ON_FORMS:
                st.checkbox("Forms may show it", value=True, key=desk.key("form_field"))
            name = name_of(desk)
            if name in archived:
                st.checkbox(f"Bring the archived property {name} back under this definition",
                            key=desk.key("revive"))  # fmt: skip
        with st.container(key="confirm", horizontal=True):
            _deed(desk, "Create property", Deed.CREATE)
            st.button("Not now", key="prop-no", on_click=desk.show, args=("",))


def opened(desk: PropertyDesk, row: ListedProperty, groups: Mapping[str, str], *,
           may_define: bool) -> None:  # fmt: skip
    """One property: what is fixed of it, and the boxes for what may change."""
    one = row.definition
    fixed = one.modification_metadata.read_only_definition
    with st.container(key="detail"):
        with st.container(key="detail-top", horizontal=True):
            st.html(_facts(row))
            st.button("Close", key="prop-close", on_click=desk.show, args=("",))
        if one.archived:
            st.html(fill('<p class="si-well">It is archived, and permanently deleted '
                         "$days days after that. To bring it back, create a property of the same "
                         "name and class.</p>", days=str(PURGED_AFTER_DAYS)))  # fmt: skip
            return
        if not may_define:
            return
        if fixed:
            st.html('<p class="si-well">HubSpot does not let anybody change this definition.</p>')
        elif not desk.asked:
            _edit_boxes(desk, row, groups)
        if desk.asked:
            _sure(desk, row)
        elif one.modification_metadata.archivable and not one.hubspot_defined:
            with st.container(key="decisions", horizontal=True):
                if not fixed:
                    _deed(desk, "Save changes", Deed.EDIT)
                st.button("Archive", key="prop-archive", on_click=_ask, args=(desk,))
        elif not fixed:
            _deed(desk, "Save changes", Deed.EDIT)


def wish(desk: PropertyDesk) -> PropertyWish:
    """What the boxes of the form for a new property say."""
    kind, field_type = _pair(desk)
    label = held(desk, "label")
    return PropertyWish(
        label=label or None,
        type=kind,
        field_type=field_type,
        group_name=st.session_state.get(desk.key("group")),
        data_sensitivity=st.session_state.get(desk.key("class")),
        description=held(desk, "description") or None,
        options=options_of(held(desk, "options")) if kind is PropertyType.ENUMERATION else None,
        form_field=bool(
            st.session_state.get(desk.key("form_field"), field_type not in NOT_ON_FORMS)
        ),
    )


def edited(desk: PropertyDesk, row: ListedProperty) -> PropertyWish:
    """What the boxes of the open property say."""
    return PropertyWish(
        label=held(desk, "label"),
        group_name=st.session_state.get(desk.key("group")),
        description=held(desk, "description"),
        options=_changed_options(desk, row) if _has_options(row) else None,
        form_field=st.session_state.get(desk.key("form_field")),
    )


def revives(desk: PropertyDesk) -> bool:
    """Whether an archived property is to come back."""
    return st.session_state.get(desk.key("revive")) is True


def name_of(desk: PropertyDesk) -> str:
    """The name a new property gets."""
    return held(desk, "name") or suggested(held(desk, "label"))


def suggested(label: str) -> str:
    """A name out of a label: small letters, digits and _."""
    name = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:100].rstrip("_")
    return name if not name[:1].isdigit() else f"n{name}"[:100]


def options_of(text: str) -> tuple[WishedOption, ...]:
    """Lines of ``value`` or ``value = label``."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return tuple(WishedOption(value.strip(), label.strip()) for value, _, label in lines)


def _changed_options(desk: PropertyDesk, row: ListedProperty) -> tuple[WishedOption, ...] | None:
    """The choices that stand in the box, each with what the box does not show of it; None when
    nobody changed them."""
    text = held(desk, "options")
    if text == options_text(row):
        return None
    known = {one.value: one for one in row.definition.choices}
    return tuple(
        WishedOption(one.value, one.label, known[one.value].hidden, known[one.value].description)
        if one.value in known
        else one
        for one in options_of(text)
    )


def options_text(row: ListedProperty) -> str:
    """The choices as :func:`options_of` reads them."""
    return "\n".join(
        one.value if one.label in ("", one.value) else f"{one.value} = {one.label}"
        for one in row.definition.choices
    )


def held(desk: PropertyDesk, part: str) -> str:
    """The text in one of the boxes."""
    return str(st.session_state.get(desk.key(part)) or "").strip()


def _edit_boxes(desk: PropertyDesk, row: ListedProperty, groups: Mapping[str, str]) -> None:
    one = row.definition
    with st.container(key="prop-boxes"):
        st.text_input("Label", value=one.label, key=desk.key("label"), autocomplete="off")
        _group_box(desk, groups, one.group_name)
        if _has_options(row):
            st.text_area("Choices", value=options_text(row), key=desk.key("options"),
                         placeholder=_OPTIONS_HINT)  # fmt: skip
        st.text_area("Help for who fills it in", value=one.description,
                     key=desk.key("description"), height=80)  # fmt: skip
        if one.field_type not in NOT_ON_FORMS:
            st.checkbox("Forms may show it", value=bool(one.form_field),
                        key=desk.key("form_field"))  # fmt: skip


def _deed(desk: PropertyDesk, words: str, deed: Deed) -> None:
    # A press that arrives late is about the property it was pressed under, and no other.
    st.button(words, key=desk.key(deed), type="primary", on_click=_press,
              args=(desk, deed, desk.instance))  # fmt: skip


def _sure(desk: PropertyDesk, row: ListedProperty) -> None:
    used = ", ".join(map(plain, row.used_by))
    with st.container(key="decide"):
        st.html(
            fill(
                '<h3 class="si-h3">Archive $label?</h3><p class="si-told">What records hold in it '
                "is hidden at once, and permanently deleted after $days days.</p>$forms",
                label=plain(row.definition.label) or row.name,
                days=str(PURGED_AFTER_DAYS),
                forms=fill('<p class="si-error">It is on approved forms, which close without it: '
                           "$used.</p>", used=used) if used else Markup(""),
            )
        )  # fmt: skip
        with st.container(key="confirm", horizontal=True):
            _deed(desk, "Yes, archive it", Deed.ARCHIVE)
            st.button("Keep it", key="prop-keep", on_click=_keep, args=(desk,))


def _facts(row: ListedProperty) -> Markup:
    one = row.definition
    return fill(
        '<h2 class="si-h2 si-detail-title" tabindex="-1">$label <small translate="no">$name</small>'
        '</h2><p class="si-standing">$level $kind · group $group · $forms</p>',
        label=plain(one.label) or one.name,
        name=one.name,
        level=look.level(row.sensitivity),
        kind=kind_words(one.type, one.field_type),
        group=one.group_name,
        forms=f"on {', '.join(map(plain, row.used_by))}" if row.used_by else "on no approved form",
    )


def _group_box(desk: PropertyDesk, groups: Mapping[str, str], now: str | None) -> None:
    names: Sequence[str] = list(groups)
    index = names.index(now) if now in names else 0 if now is None and names else None
    st.selectbox("Group", names, index=index, key=desk.key("group"), placeholder="Choose a group",
                 format_func=lambda one: plain(groups.get(one, one)) or one)  # fmt: skip


def _has_options(row: ListedProperty) -> bool:
    one = row.definition
    return one.type in WITH_OPTIONS and not one.external_options and not one.calculated


def _pair(desk: PropertyDesk) -> Pair:
    return KINDS[st.session_state.get(desk.key("kind")) or USUAL]


def _press(desk: PropertyDesk, deed: Deed, instance: str) -> None:
    if desk.instance == instance:
        desk.pressed, desk.told = deed, None


def _ask(desk: PropertyDesk) -> None:
    desk.asked, desk.told = True, None
    desk.send_focus("reason")


def _keep(desk: PropertyDesk) -> None:
    desk.asked = False
    desk.send_focus("detail")
