"""``properties plan``, ``apply`` and ``export``: the account's properties as a file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cli.opening import opened
from gateway.cli.plan_file import as_document, read_plan_file, written
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.property_plans import CHANGES, PlanReport, PlanStep, StepKind
from gateway.domain.users import LOCAL_OPERATOR

_MARKS = {
    StepKind.CREATE: "+",
    StepKind.REVIVE: "^",
    StepKind.EDIT: "~",
    StepKind.SAME: " ",
    StepKind.REFUSED: "!",
}


def plan(arguments: argparse.Namespace, out: Out) -> int:
    """Shows what a plan would change, and changes nothing."""
    read = read_plan_file(arguments.file)
    with opened(out) as gateway:
        report = gateway.properties.plans.preview(read, by=LOCAL_OPERATOR, revive=arguments.revive)
    changes = report.count(CHANGES)
    last = (
        "Nothing can be done before what is refused is put right."
        if report.refused
        else "Everything is as planned; there is nothing to do."
        if not changes
        else f"{changes} to change. `properties apply` does it."
    )
    out.answer(_document(report, applied=False), "\n".join([*_lines(report), last]))
    return 1 if report.refused else 0


def apply(arguments: argparse.Namespace, out: Out) -> int:
    """Does what the plan says; a second time there is nothing left to do."""
    read = read_plan_file(arguments.file)
    with opened(out) as gateway:
        report = gateway.properties.plans.apply(read, by=LOCAL_OPERATOR, revive=arguments.revive)
    failed = sum(step.reason is not None for step in report.steps)
    changes = report.count(CHANGES)
    last = (
        "Nothing was done, because something is refused."
        if report.refused
        else f"{changes - failed} changed, {failed} not done. Give the same command again."
        if failed
        else f"{changes} changed."
        if changes
        else "Everything is as planned; nothing was changed."
    )
    out.answer(_document(report, applied=not report.refused), "\n".join([*_lines(report), last]))
    return 0 if report.whole else 1


def export(arguments: argparse.Namespace, out: Out) -> int:
    """Writes the account's own properties down as a plan."""
    with opened(out) as gateway:
        objects = arguments.object or [
            row.kind.plural for row in gateway.properties.object_types(by=LOCAL_OPERATOR)
        ]
        found = gateway.properties.plans.export(objects, by=LOCAL_OPERATOR)
    text = written(found)
    if arguments.out is not None:
        _write(Path(arguments.out), text)
    count = sum(len(one.properties) for one in found.objects.values())
    told = text.rstrip("\n") if arguments.out is None else f"{count} written to {arguments.out}."
    out.answer({"plan": as_document(found)}, told)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise UsageError("The plan cannot be written there. Choose another --out.") from None


def _document(report: PlanReport, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "whole": report.whole,
        "counts": {str(kind): report.count([kind]) for kind in StepKind},
        "steps": [_step(step) for step in report.steps],
    }


def _step(step: PlanStep) -> dict[str, Any]:
    why = step.reason
    return {
        "object": step.object,
        "what": "group" if step.is_group else "property",
        "name": step.name,
        "step": str(step.kind),
        "changes": list(step.parts),
        "progress": str(step.progress),
        "reason": {"code": why.code, "message": why.sentence} if why is not None else None,
    }


def _lines(report: PlanReport) -> Iterator[str]:
    for step in report.steps:
        what = "group " if step.is_group else ""
        yield f"{_MARKS[step.kind]} {step.object} {what}{step.name}: {step.sentence}"
