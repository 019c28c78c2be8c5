"""What must hold because a person approved the form: nothing has changed since, no field fell
below its least class, and where approval is required there is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from gateway.domain.findings import Finding, Severity, finding
from gateway.domain.locks import Approval, Aspect, Change, FieldLock
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.drift import sentence


def approval_findings(approval: Approval, drift: Iterable[Change]) -> Iterator[Finding]:
    """What is wrong with the approval itself, and every change that no field of the form can
    tell: the form's own, and the fields that are gone."""
    if approval.fault is not None:
        yield finding(approval.fault)
    elif approval.lock is None:
        told = finding("not_approved")
        yield dataclasses.replace(told, severity=Severity.ERROR) if approval.required else told
    for change in drift:
        if change.field is None or change.aspect is Aspect.FIELD_REMOVED:
            yield _changed(change)


def field_findings(
    key: str,
    sensitivity: Sensitivity | None,
    approved: FieldLock | None,
    changed: Iterable[Change],
) -> Iterator[Finding]:
    """What is wrong with one field of the form beside what was approved of it, the gravest
    first. A class nobody knows is a fault of its own."""
    if approved is not None and sensitivity is not None:
        least = approved.minimum
        if sensitivity.rank < least.rank:
            yield finding("class_below_minimum", field=key, name=key,
                          minimum=least.label.lower(), now=sensitivity.label.lower())  # fmt: skip
    for change in changed:
        yield _changed(change)


def _changed(change: Change) -> Finding:
    return finding("drift", field=change.field, change=sentence(change))
