"""``approve``: shows what would be pinned of a form and what has changed, then pins it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from gateway.cli import views
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.cli.withdraw import withdraw
from gateway.domain.locks import FieldLock, GuardMode
from gateway.domain.richtext import plain
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR
from gateway.intake.number_checks import NUMBER_CHECKS
from gateway.policy.approving import Declared
from gateway.policy.differences import SHOWN_CHOICES, choices_in_words, named
from gateway.usecases.approvals import Preview

NO_CHECK = "none"
"""What takes a field's check digits away again."""
_MARKS = {"new": "+", "changed": "~", "same": " "}

_Said = TypeVar("_Said")


def approve(arguments: argparse.Namespace, out: Out) -> int:
    """Shows the form, and approves it when a person says yes or ``--yes`` does; or withdraws its
    approval."""
    if arguments.withdraw:
        return withdraw(arguments, out)
    declared = Declared(
        minimum=_said(arguments.minimum, "--minimum", {str(one): one for one in Sensitivity}),
        guard=_said(arguments.guard, "--guard", {str(one): one for one in GuardMode}),
        checks=_said(
            arguments.check, "--check", {NO_CHECK: None, **{name: name for name in NUMBER_CHECKS}}
        ),
    )
    with opened(out) as gateway:
        shown = gateway.approvals.preview(arguments.form, by=LOCAL_OPERATOR, declared=declared)
        document = _document(shown)
        told = "\n".join(_text(shown))
        if shown.hindrances or not shown.news:
            out.answer(document, told)
            return 1 if shown.hindrances else 0
        if not arguments.yes and not _says_yes(arguments, out, told):
            out.answer(document, _unless_shown(arguments, told, "Not approved."))
            return 1
        report = gateway.approvals.approve(
            arguments.form, by=LOCAL_OPERATOR, expected=shown.expected, declared=declared
        )
    document |= {"written": True, "open": report.open, "approved": views.approved(report)}
    state = "Approved. Intake is open." if report.open else "Approved."
    out.answer(document, _unless_shown(arguments, told, state))
    return 0


def _said(pairs: Sequence[str], option: str, values: Mapping[str, _Said]) -> dict[str, _Said]:
    """FIELD=VALUE pairs. Raises :class:`UsageError` for another shape or another value."""
    said: dict[str, _Said] = {}
    for pair in pairs:
        key, is_pair, value = pair.rpartition("=")
        if not is_pair or not key:
            raise UsageError(f"Write {option} as FIELD=VALUE.")
        if value not in values:
            raise UsageError(f"{option} takes one of: {', '.join(values)}.")
        said[key] = values[value]
    return said


def _asks(arguments: argparse.Namespace) -> bool:
    return not arguments.yes and not arguments.json and sys.stdin.isatty()


def _says_yes(arguments: argparse.Namespace, out: Out, told: str) -> bool:
    """Asks at a terminal, with the form shown; elsewhere nobody can say yes."""
    if not _asks(arguments):
        out.message("Nothing was written. Give --yes to approve the form as it is shown.")
        return False
    out.message(f"{told}\n\nApprove the form as it is shown? Type yes:")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _unless_shown(arguments: argparse.Namespace, told: str, last: str) -> str:
    """The answer's text; what was shown with the question is not shown again."""
    return last if _asks(arguments) else f"{told}\n{last}"


def _document(shown: Preview) -> dict[str, Any]:
    report = shown.report
    return {
        "form": {"id": report.form_id, "name": report.form_name},
        "written": False,
        "open": report.open,
        "approved": views.approved(report),
        "drift": views.drift(report),
        "fields": [
            {"field": key, "change": change, **_field(pinned)}
            for key, pinned, change in _rows(shown)
        ],
        "findings": [views.finding(found) for found in shown.hindrances],
    }


def _field(pinned: FieldLock) -> dict[str, Any]:
    return {
        "class": str(pinned.sensitivity),
        "minimum": str(pinned.minimum),
        "categories": list(pinned.categories),
        "type": pinned.type,
        "field_type": pinned.field_type,
        "choices": pinned.choices,
        "values": list(pinned.values),
        "created_at": pinned.created_at,
        "guard": str(pinned.guard),
        "check": pinned.check,
    }


def _rows(shown: Preview) -> Iterator[tuple[str, FieldLock, str]]:
    kept = shown.report.lock.fields if shown.report.lock is not None else {}
    for key, pinned in shown.lock.fields.items():
        change = "same" if key not in shown.new_fields else "changed" if key in kept else "new"
        yield key, pinned, change


def _text(shown: Preview) -> Iterator[str]:
    report = shown.report
    yield f"{report.form_name}  ({report.form_id})"
    yield views.approval_line(report)
    yield from views.drift_lines(report)
    width = max((len(key) for key in shown.lock.fields), default=0)
    yield "What is approved of each field (+ new, ~ changed):"
    for key, pinned, change in _rows(shown):
        yield f"  {_MARKS[change]} {key:<{width}}  {_words(pinned)}"
    yield f"Its consent: {shown.lock.consent_mode.replace('_', ' ')}"
    yield from (f"  {name}: {plain(text)}" for name, text in shown.lock.consent_texts.items())
    for found in shown.hindrances:
        yield f"  ERROR: {found.message} {found.cure}"
    if shown.hindrances:
        yield "It cannot be approved before that is put right."
    elif not shown.news:
        yield "It is approved as it is; there is nothing to do."


def _choices(pinned: FieldLock) -> str:
    told = f" ({named(pinned.values, SHOWN_CHOICES)})" if pinned.values else ""
    return choices_in_words(pinned.choices, {}, {}) + told if pinned.choices else ""


def _words(pinned: FieldLock) -> str:
    shown = pinned.sensitivity.label
    shown += f" [{', '.join(pinned.categories)}]" if pinned.categories else ""
    parts = [
        f"{shown:<24}",
        pinned.field_type,
        _choices(pinned),
        "" if pinned.minimum is pinned.sensitivity
        else f"at least {pinned.minimum.label.lower()}",
        "guard warns only" if pinned.guard is GuardMode.WARN else "",
        f"checked as {pinned.check}" if pinned.check else "",
    ]  # fmt: skip
    return "  ".join(part for part in parts if part)
