"""Changes of forms and properties, as an editor in HubSpot makes them without telling anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.intake.richtext import plain
from gateway.ui.emulator import told
from gateway.ui.session import EmulatorView
from gateway.usecases.consequences import DRIFTS
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.emulated_views import DriftKind, FormCard, PropertyCard

USUAL = "add_field"


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The choice of a change and of what it changes."""
    told.lead(
        "Play the editor in HubSpot: forms and properties change there without asking the gateway. "
        "It notices within a minute, and always before it sends."
    )
    told.what_came(view)
    kinds = {kind.name: kind for kind in account.controls.drift_kinds(by=by)}
    forms = {form.id: form for form in account.controls.forms(by=by)}
    properties = account.controls.properties(by=by)
    with st.container(key="choose"):
        with st.container(key="narrow", horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(
                "Change",
                list(kinds),
                index=list(kinds).index(USUAL),
                key="drift-kind",
                format_func=lambda one: kinds[one].doc.rstrip("."),
            )
            given = _given(kinds[name], forms, properties)
        told.then(DRIFTS[name])
        able = kinds[name].needs in given and all(given.values())
        if st.button("Change it", key="change", type="primary", disabled=not able):
            told.carry_out(
                view,
                lambda: account.controls.change_definition(name, given, by=by),
                ("It is changed.", "HubSpot answers with it from now on."),
            )
            st.rerun()
        if given.get("form") and by.may(Permission.APPROVE_FORMS):
            st.page_link(
                "approve.py", label="Check and approve this form",
                query_params={"form": given["form"]},
            )  # fmt: skip


def _given(
    kind: DriftKind, forms: Mapping[str, FormCard], properties: Sequence[PropertyCard]
) -> dict[str, str]:
    """What the change is told, as chosen; empty texts where there is nothing to choose."""
    if kind.needs == "property":
        given = {"property": _property(properties, "drift-property")}
        if "class" in kind.may:
            chosen = st.selectbox(
                "Its class then", list(Sensitivity), key="drift-class",
                format_func=lambda level: level.label,
            )  # fmt: skip
            given["class"] = chosen or ""
        return given
    form_id = st.selectbox(
        "Form", list(forms), key="drift-form",
        format_func=lambda one: plain(forms[one].name),
    )  # fmt: skip
    given = {"form": form_id or ""}
    if "property" in kind.may and form_id:
        there = forms[form_id].fields
        adds = kind.name == "add_field"
        fitting = [
            one for one in properties if (one.key in there) != adds and (one.for_forms or not adds)
        ]
        given["property"] = _property(fitting, f"drift-{kind.name}-{form_id}")
    return given


def _property(properties: Sequence[PropertyCard], key: str) -> str:
    cards = {one.key: one for one in properties}
    chosen = st.selectbox(
        "Property, the newest first",
        list(cards),
        key=key,
        format_func=lambda one: words(cards[one]) if one in cards else one,
    )
    return chosen or ""


def words(card: PropertyCard) -> str:
    """A property in a line."""
    return f"{plain(card.label)} ({card.record}, {told.CLASS_WORDS[card.sensitivity]})"
