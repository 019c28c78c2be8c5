"""The page on which a person looks at a form's fields and approves them: what has changed since
the last approval, what would be pinned, and what is declared of single fields.

A press is only written down; the next run carries it out before it draws anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from gateway.domain.locks import Aspect, Change, FieldLock, FormLock, GuardMode
from gateway.domain.reports import FieldReport, FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import User
from gateway.intake.number_checks import NUMBER_CHECKS
from gateway.intake.richtext import plain
from gateway.policy.approving import Declared
from gateway.policy.differences import SHOWN_CHOICES, named
from gateway.ui import errors, look, session, withdrawal
from gateway.ui.errors import points
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import Approving
from gateway.usecases.approvals import Preview
from gateway.usecases.gateway import Gateway

_Said = TypeVar("_Said")

ASPECT_WORDS: Mapping[Aspect, str] = {
    Aspect.CLASS: "Class",
    Aspect.CATEGORIES: "Categories",
    Aspect.TYPE: "Property type",
    Aspect.FIELD_TYPE: "Field type",
    Aspect.CREATED_AT: "Created",
    Aspect.OPTIONS: "Choices",
    Aspect.FIELD_ADDED: "New field",
    Aspect.FIELD_REMOVED: "Field taken away",
    Aspect.PROPERTY_GONE: "Property",
    Aspect.RECAPTCHA: "reCAPTCHA",
    Aspect.ARCHIVED: "Form",
    Aspect.FORM_TYPE: "Form type",
    Aspect.CONSENT: "Consent",
}
"""What has changed, as the head of a row."""

GUARD_WORDS: Mapping[GuardMode, str] = {GuardMode.BLOCK: "Refuse", GuardMode.WARN: "Ask first"}
"""What happens to an answer that looks like an identity or card number."""

NO_CHECK = "None"
_COLUMNS = ("Field", "Class", "Categories", "Type", "Choices", "At least", "If it looks like an id",
            "Check digits")  # fmt: skip


def show(gateway: Gateway, by: User, form: str) -> None:
    """The whole page for the form with this id."""
    desk = session.approving(form)
    _carry_out(gateway, by, desk)
    approved = gateway.withdrawals.of(form, by=by)
    if withdrawal.left_behind(desk, approved):
        return
    shown = gateway.approvals.preview(form, by=by, declared=_declared(desk))
    with st.container(key="approval"):
        st.html(state(shown.report))
        if desk.told is not None:
            title, sentence = desk.told
            st.html(fill('<p class="si-said" role="status"><b>$title.</b> $sentence</p>',
                         title=title, sentence=sentence))  # fmt: skip
        if shown.report.drift:
            with st.container(key="drift"):
                st.html(changes(shown.report))
        with st.container(key="pins"):
            st.html(fields(shown))
            st.html(consent(shown.lock))
            _declare(shown, desk)
        if not withdrawal.asks(desk, approved):
            _decide(shown, desk)
            withdrawal.offer(desk, approved)
        look.focus(desk.focus, f"approval-{desk.turn}")


def state(report: FormReport) -> Markup:
    """The form's name, whether it is open, and who approved it."""
    lock = report.lock
    return fill(
        '<h2 class="si-h2 si-detail-title" tabindex="-1">$name</h2><p class="si-standing">'
        '<b data-state="$state">$word</b> $who</p>',
        name=plain(report.form_name),
        state="open" if report.open else "closed",
        word="Open" if report.open else "Closed",
        who="This form is not approved."
        if lock is None
        else f"Approved {_moment(lock.approved_at)} by {lock.approved_by}.",
    )


def changes(report: FormReport) -> Markup:
    """What has changed since the approval, a row each: what was approved, and what it is now."""
    labels = {field.key: plain(field.label) or field.key for field in report.fields}
    return fill(
        '<table class="si-numbers si-diff"><caption>Changed since it was approved</caption>'
        '<thead><tr><th scope="col">Field</th><th scope="col">What</th>'
        '<th scope="col">Approved</th><th scope="col">Now</th></tr></thead>'
        "<tbody>$rows</tbody></table>",
        rows=join([_change(one, labels) for one in report.drift]),
    )


def _change(one: Change, labels: Mapping[str, str]) -> Markup:
    name = "The form" if one.field is None else labels.get(one.field, one.field)
    return fill(
        '<tr><th scope="row">$name</th><td data-name="What">$what</td>'
        '<td data-name="Approved"><del>$was</del></td>'
        '<td data-name="Now"><ins>$now</ins></td></tr>',
        name=name, what=ASPECT_WORDS[one.aspect], was=_date(one, one.was), now=_date(one, one.now),
    )  # fmt: skip


def fields(shown: Preview) -> Markup:
    """Every field of the form with what an approval would pin of it."""
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<h3 class="si-h3">What is approved of each field</h3><table class="si-numbers si-pins">'
        '<caption class="si-sr">What is approved of each field</caption>'
        "<thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        heads=join(heads),
        rows=join([_row(field, shown) for field in shown.report.fields]),
    )


def consent(lock: FormLock) -> Markup:
    """The form's consent, whose texts a submission carries as what the person agreed to."""
    mode = lock.consent_mode.replace("_", " ")
    if not lock.consent_texts:
        return fill('<p class="si-latest">Consent: $mode.</p>', mode=mode)
    rows = [
        fill("<li><b>$name</b> <span>$text</span></li>", name=name.capitalize(), text=plain(text))
        for name, text in lock.consent_texts.items()
    ]
    return fill(
        '<details class="si-why"><summary>Consent: $mode</summary>'
        '<ul class="si-points">$rows</ul></details>',
        mode=mode,
        rows=join(rows),
    )


def _row(field: FieldReport, shown: Preview) -> Markup:
    pinned = shown.lock.fields.get(field.key)
    cells = _cells(pinned) if pinned is not None else (("Why not", field.reason),)
    return fill(
        '<tr><th scope="row">$label$mark<small>$key</small></th><td data-name="Class">$level</td>'
        "$cells</tr>",
        label=plain(field.label) or field.key,
        mark=_mark(field, shown),
        key=field.key,
        level=look.level(field.sensitivity),
        cells=join(
            [
                fill('<td data-name="$name" colspan="$span">$value</td>', name=name, value=value,
                     span=str(1 if pinned is not None else len(_COLUMNS) - 2))
                for name, value in cells
            ]
        ),
    )  # fmt: skip


def _cells(pinned: FieldLock) -> tuple[tuple[str, str], ...]:
    return (
        ("Categories", ", ".join(pinned.categories) or "–"),
        ("Type", pinned.field_type.replace("_", " ")),
        ("Choices", _choices(pinned)),
        ("At least", pinned.minimum.label),
        ("If it looks like an id", GUARD_WORDS[pinned.guard]),
        ("Check digits", _check_words(pinned.check) if pinned.check else "–"),
    )


def _choices(pinned: FieldLock) -> str:
    told = f": {named(pinned.values, SHOWN_CHOICES)}" if pinned.values else ""
    return f"{pinned.choices}{told}" if pinned.choices else "–"


def _check_words(check: str | None) -> str:
    if check is None:
        return NO_CHECK
    known = NUMBER_CHECKS.get(check)
    return known.name if known is not None else check


def _mark(field: FieldReport, shown: Preview) -> Markup:
    if shown.report.lock is None or field.key not in shown.new_fields:
        return Markup("")
    return fill(
        '<em class="si-mark">$word</em>',
        word="changed" if field.key in shown.report.lock.fields else "new",
    )


def _declare(shown: Preview, desk: Approving) -> None:
    """Three choices for one field at a time: a form may have a thousand."""
    labels = {
        field.key: plain(field.label) or field.key
        for field in shown.report.fields
        if field.key in shown.lock.fields
    }
    with st.expander("Say more about one field"), st.container(key="declare"):
        key = st.selectbox(
            "Field", list(labels), index=None, placeholder="Choose a field",
            format_func=lambda one: labels.get(one, one), key="declare-field",
        )  # fmt: skip
        if key is None:
            return
        pinned = shown.lock.fields[key]
        _choose("Class it must have at least", [*Sensitivity], pinned.minimum,
                lambda one: one.label, desk.minimum, key)  # fmt: skip
        _choose("An answer that looks like an identity or card number", [*GuardMode],
                pinned.guard, lambda one: GUARD_WORDS[one], desk.guard, key)  # fmt: skip
        _choose("Check digits it must have", [None, *NUMBER_CHECKS], pinned.check,
                _check_words, desk.checks, key)  # fmt: skip


def _choose(
    label: str,
    options: list[_Said],
    now: _Said,
    words: Callable[[_Said], str],
    said: dict[str, _Said],
    key: str,
) -> None:
    digest = hashlib.sha256(f"{label} {key}".encode()).hexdigest()[:10]
    widget = f"declare-{digest}"
    st.selectbox(
        label, options, index=options.index(now) if now in options else None, format_func=words,
        key=widget, on_change=_say, args=(widget, said, key),
    )  # fmt: skip


def _say(widget: str, said: dict[str, _Said], key: str) -> None:
    said[key] = st.session_state[widget]


def _decide(shown: Preview, desk: Approving) -> None:
    if shown.hindrances:
        st.html(
            fill('<section class="si-panel"><h3 class="si-h2">It cannot be approved yet</h3>'
                 "<p>These points come first.</p>$points</section>",
                 points=points(shown.hindrances))
        )  # fmt: skip
    elif not shown.news:
        st.html('<p class="si-well">It is approved as it is; there is nothing to do.</p>')
    elif not desk.asked:
        st.button("Approve", key="approve", type="primary", on_click=_ask,
                  args=(desk, shown.expected))  # fmt: skip
    else:
        with st.container(key="decide"):
            st.html(
                fill('<h3 class="si-h3">Approve $name?</h3><p class="si-told">$what</p>',
                     name=plain(shown.report.form_name), what=_consequence(shown))
            )  # fmt: skip
            with st.container(key="confirm", horizontal=True):
                st.button("Yes, approve it as shown", key="approve-yes", type="primary",
                          on_click=_approve, args=(desk, desk.expected))  # fmt: skip
                st.button("Not yet", key="approve-no", on_click=_stop, args=(desk,))


def _consequence(shown: Preview) -> str:
    count = len(shown.lock.fields)
    fields = "its one field" if count == 1 else f"its {count} fields"
    return (
        f"You say that {fields} may be collected as they are shown here. Intake opens, and "
        "closes again by itself when HubSpot changes any of this."
    )


def _carry_out(gateway: Gateway, by: User, desk: Approving) -> None:
    """Approves what was shown, or withdraws it, if that was pressed."""
    pressed, desk.pressed = desk.pressed, False
    if not pressed:
        return
    desk.asked = False
    desk.send_focus("detail")

    def note(told: tuple[str, str]) -> None:
        desk.told = told

    entry, desk.withdrawing = desk.withdrawing, None
    with errors.noted(note):
        if entry is not None:
            note(withdrawal.carried_out(gateway, by, desk, entry))
            return
        report = gateway.approvals.approve(
            desk.form_id, by=by, expected=desk.expected, declared=_declared(desk)
        )
        desk.said_nothing()
        note(("Approved", "Intake is open." if report.open else "Look at what keeps it closed."))


def _declared(desk: Approving) -> Declared:
    return Declared(dict(desk.minimum), dict(desk.guard), dict(desk.checks))


def _ask(desk: Approving, expected: str) -> None:
    desk.asked, desk.withdrawing, desk.expected, desk.told = True, None, expected, None
    desk.send_focus("reason")


def _approve(desk: Approving, expected: str) -> None:
    desk.pressed, desk.withdrawing, desk.expected = True, None, expected


def _stop(desk: Approving) -> None:
    desk.asked = desk.pressed = False
    desk.send_focus("detail")


def _date(one: Change, text: str) -> str:
    return _moment(text) if one.aspect is Aspect.CREATED_AT else text


def _moment(text: str) -> str:
    """A moment in ISO 8601 as people read it: day and minute, UTC."""
    day, _, time = text.partition("T")
    return f"{day} {time[:5]}" if time else text
