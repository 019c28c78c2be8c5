"""A form's body: its groups, fields, conditions and consent, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import streamlit as st

from gateway.domain.answers import Answer
from gateway.domain.forms import FieldGroup, FieldType, FormDefinition, FormField
from gateway.domain.sensitivity import Sensitivity
from gateway.intake.prepare import shown_fields
from gateway.intake.property_rules import rules_hint
from gateway.intake.richtext import clean_markup, plain
from gateway.ui import consent, faults, look, sure
from gateway.ui.fields import WIDGETS, Slot, drawn, markdown
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import Draft, answers_of
from gateway.usecases.check import IntakeForm

PART_SIZE = 50
"""How many keyed widgets stand on one page: the cost of a run grows with their square."""

CONSENT = "consent"


def draw(form: IntakeForm, draft: Draft) -> dict[str, object]:
    """Draw the form where ``draft`` stands in it; the answers of all parts, ready to submit."""
    definition = form.definition
    typed = _typed(definition, draft)
    shown = {f.key: f for f in shown_fields(definition, typed) if drawn(f)}
    parts = split(definition)
    part = draft.part if draft.part is not None else _with_fault(parts, draft)
    draft.part = part = min(part, len(parts) - 1)

    look.heading(plain(definition.name), "Answer in any order. Enter moves on to the next field.")
    faults.summary(draft, _labels(definition, shown))
    look.legend()
    st.html(fill('<i class="si-lang" data-lang="$lang"></i>',
                 lang=definition.configuration.language))  # fmt: skip
    with st.container(key="form"):
        for group in parts[part]:
            _group(group, shown, form, draft)
        if part == len(parts) - 1:
            consent.draw(definition, draft)
        _actions(definition, draft, part, len(parts))
    st.html(_heard(shown.values(), draft))
    came_back = bool(draft.reasons or draft.closed)
    look.focus("error" if came_back else "first", f"{draft.instance}-{draft.turn}")

    given: dict[str, object] = dict(answers_of((k, v) for k, v in typed.items() if k in shown))
    agreed = consent.read(definition, draft)
    return given | ({CONSENT: agreed} if agreed else {})


def split(definition: FormDefinition) -> list[list[FieldGroup]]:
    """The form's groups in parts of at most :data:`PART_SIZE` widgets, as long as no single
    group is larger. Fields under a condition count, so parts do not move while one types."""
    parts: list[list[FieldGroup]] = [[]]
    room = PART_SIZE
    for group in definition.field_groups:
        size = sum(_size(field) for field in group.fields)
        if size > room and any(held.fields for held in parts[-1]):
            parts.append([])
            room = PART_SIZE
        parts[-1].append(group)
        room -= size
    return parts


def _with_fault(parts: list[list[FieldGroup]], draft: Draft) -> int:
    """The first part with a field among the draft's faults; the last one, where the button
    is, when the fault is elsewhere."""
    for number, groups in enumerate(parts):
        tops = (field for group in groups for field in group.fields)
        below = (field for top in tops for field, _ in _with_dependants(top, 0))
        if any(field.key in draft.reasons for field in below):
            return number
    return len(parts) - 1


def _size(field: FormField) -> int:
    own = WIDGETS[FieldType(field.field_type)].size(field) if drawn(field) else 0
    return own + sum(_size(dependant.dependent_field) for dependant in field.dependent_fields)


def _typed(definition: FormDefinition, draft: Draft) -> dict[str, Answer]:
    slots = (
        Slot(field, draft, Sensitivity.NON_SENSITIVE) for field in definition.walk() if drawn(field)
    )
    return answers_of((slot.field.key, slot.widget.read(slot)) for slot in slots)


def _labels(definition: FormDefinition, shown: Mapping[str, FormField]) -> dict[str, str]:
    labels = {key: plain(field.label) or field.name for key, field in shown.items()}
    return labels | consent.labels(definition)


def _group(
    group: FieldGroup, shown: Mapping[str, FormField], form: IntakeForm, draft: Draft
) -> None:
    if group.rich_text:
        st.html(
            fill('<div class="si-rich">$text</div>', text=Markup(clean_markup(group.rich_text)))
        )
    for top in group.fields:
        for field, depth in _with_dependants(top, 0):
            if shown.get(field.key) is field:
                advice = rules_hint(field, form.rules(field.key))
                _field(Slot(field, draft, form.sensitivity(field.key), advice), depth)


def _with_dependants(field: FormField, depth: int) -> Iterator[tuple[FormField, int]]:
    yield field, depth
    for dependant in field.dependent_fields:
        yield from _with_dependants(dependant.dependent_field, depth + 1)


def _field(slot: Slot, depth: int) -> None:
    nature = ("masked" if slot.masked else "open") + ("-under" if depth else "")
    with st.container(key=f"{nature}-{slot.key}"):
        st.html(head(slot))
        slot.widget.draw(slot)
        if slot.masked:
            st.html(
                fill(
                    '<button type="button" class="si-show" data-si-do="show"><b>Show</b>'
                    '<span class="si-sr"> $label</span></button>',
                    label=slot.label,
                )
            )
    sure.draw(slot)


def head(slot: Slot) -> Markup:
    """What stands above a field's box: label, class, hint and fault. The page's script ties
    it to the box, which has the label's text as its own name already."""
    field, widget = slot.field, slot.widget
    ids = {part: f"{part}-{slot.key}" for part in ("label", "hint", "class")}
    hint = f"{plain(field.description or '') or widget.hint} {slot.advice}".strip()
    return fill(
        '<div class="si-head" data-key="$key" data-required="$required" data-grouped="$grouped"'
        ' data-keyboard="$keyboard" data-private="$private" data-parent="$parent">'
        '<div class="si-line">$label$chip</div>$hint$fault</div>',
        key=slot.key,
        required=_flag(field.required),
        grouped=_flag(widget.grouped),
        keyboard=widget.keyboard,
        private=_flag(slot.sensitivity is not Sensitivity.NON_SENSITIVE),
        parent=_flag(bool(field.dependent_fields)),
        label=Markup("") if widget.names_itself else _label(slot, ids["label"]),
        chip=look.chip(slot.sensitivity, ids["class"]),
        hint=fill('<p class="si-hint" id="$id">$hint</p>', id=ids["hint"], hint=hint)
        if hint
        else Markup(""),
        fault=faults.sentence(slot.draft, field.key),
    )


def _label(slot: Slot, label_id: str) -> Markup:
    optional = Markup("") if slot.field.required else Markup(" <small>optional</small>")
    return fill(
        '<span class="si-label" id="$id">$label$optional</span>',
        id=label_id,
        label=slot.label,
        optional=optional,
    )


def _heard(fields: Iterable[FormField], draft: Draft) -> Markup:
    """Told after all fields: which answers that others depend on are on the page by now."""
    rows = [
        fill('<i data-key="$key" data-times="$times"></i>',
             key=draft.key(field.key), times=str(draft.heard.get(field.key, 0)))
        for field in fields if field.dependent_fields
    ]  # fmt: skip
    return fill('<i class="si-answered" hidden>$rows</i>', rows=join(rows))


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _actions(definition: FormDefinition, draft: Draft, part: int, parts: int) -> None:
    if parts > 1:
        st.html(fill('<p class="si-part">Part $part of $parts</p>',
                     part=str(part + 1), parts=str(parts)))  # fmt: skip
    with st.container(key="actions", horizontal=True):
        if part:
            st.button("Back", key=f"back-{draft.instance}-{part}", on_click=draft.go_to,
                      args=(part - 1,), disabled=draft.busy)  # fmt: skip
        if part < parts - 1:
            # Each part has its own: a second press on this one does not leave the next one.
            st.button("Continue", key=f"on-{draft.instance}-{part}", type="primary",
                      on_click=draft.go_to, args=(part + 1,))  # fmt: skip
            return
        words = plain(definition.display_options.submit_button_text) or "Submit"
        st.button(
            "Sending…" if draft.busy else markdown(words),
            key=f"send-{draft.instance}",
            type="primary",
            on_click=_press,
            args=(draft,),
            disabled=draft.busy,
        )


def _press(draft: Draft) -> None:
    draft.busy = True
