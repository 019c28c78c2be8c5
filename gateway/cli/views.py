"""Values of the gateway as JSON documents and as text for a terminal. The JSON keys are
stable: others build on them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.decisions import REASONS
from gateway.domain.errors import InvalidSubmission
from gateway.domain.findings import Finding, Severity, Verdict, verdict
from gateway.domain.overview import OutboxListing
from gateway.domain.queue import POSITIONS, QueueState
from gateway.domain.rejections import rejection_sentence
from gateway.domain.reports import FieldReport, FormReport
from gateway.domain.submissions import CAUSES, STATE_WORDS, State, Status
from gateway.usecases.guarding import ASKS

_MARKS = {Verdict.OK: "ok", Verdict.WARN: "warn", Verdict.REFUSED: "REFUSED"}
_WEIGHTS = {Severity.ERROR: "ERROR", Severity.WARNING: "warning", Severity.INFO: "info"}


def finding(one: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": one.code,
        "severity": str(one.severity),
        "message": one.message,
        "cure": one.cure,
        "field": one.field,
    }


def report(one: FormReport) -> dict[str, Any]:
    """The gate's report on a form."""
    return {
        "form": {"id": one.form_id, "name": one.form_name},
        "open": one.open,
        "stale": one.stale,
        "read_at": timestamp(one.read_at_ms),
        "snapshot": one.snapshot_hash,
        "approved": approved(one),
        "drift": drift(one),
        "fields": [_field(f) for f in one.fields],
        "findings": [finding(f) for f in one.findings],
        "scopes": {
            "needed": list(one.scopes.needed),
            "held": list(one.scopes.held) if one.scopes.held is not None else None,
            "missing": list(one.scopes.missing),
            "excess": list(one.scopes.excess),
        },
    }


def approved(one: FormReport) -> dict[str, Any] | None:
    """Who approved the form and when; None when nobody has, or when it does not count."""
    lock = one.lock
    return {"by": lock.approved_by, "at": lock.approved_at} if lock is not None else None


def drift(one: FormReport) -> list[dict[str, Any]]:
    """What has changed since the form was approved."""
    return [
        {"field": change.field, "aspect": str(change.aspect), "was": change.was, "is": change.now}
        for change in one.drift
    ]


def approval_line(one: FormReport) -> str:
    """Who approved the form and when, or that nobody has."""
    if one.lock is None:
        return "This form is not approved."
    return f"Approved {one.lock.approved_at} by {one.lock.approved_by}."


def drift_lines(one: FormReport) -> list[str]:
    """What has changed since the form was approved, a line each."""
    if not one.drift:
        return []
    lines = ["Changed since it was approved:"]
    for change in one.drift:
        aspect = change.aspect.replace("_", " ")
        lines.append(f"  {change.field or 'form'}: {aspect}: {change.was} -> {change.now}")
    return lines


def _field(one: FieldReport) -> dict[str, Any]:
    return {
        "field": one.key,
        "label": one.label,
        "property": f"{one.object_type_id}/{one.name}",
        "type": one.field_type,
        "class": str(one.sensitivity) if one.sensitivity else None,
        "categories": list(one.categories),
        "conditional": one.conditional,
        "verdict": str(one.verdict),
        "code": one.code,
        "reason": one.reason,
        "scope_needed": list(one.scope_needed),
        "scope_held": one.scope_held,
    }


def report_text(one: FormReport) -> str:
    """The report as a table."""
    lines = [f"{one.form_name}  ({one.form_id})", "OPEN" if one.open else "CLOSED"]
    lines += [approval_line(one), *drift_lines(one)] if one.lock is not None else []
    width = max((len(f.key) for f in one.fields), default=0)
    for f in one.fields:
        shown = f.sensitivity.label if f.sensitivity else "Unknown class"
        shown += f" [{', '.join(f.categories)}]" if f.categories else ""
        lines.append(f"  {_MARKS[f.verdict]:<8}{f.key:<{width}}  {shown:<24}  {f.reason}")
        if f.scope_needed:
            held = {True: "held", False: "missing", None: "not known"}[f.scope_held]
            lines.append(f"  {'':<8}{'':<{width}}  scope {' or '.join(f.scope_needed[:2])}: {held}")
        lines += [
            f"  {'':<8}{'':<{width}}  {also.message}"
            for also in one.findings
            # What has changed stands at the top, a line each.
            if also.field == f.key and also.message != f.reason and also.code != "drift"
        ]
    of_form = [f for f in one.findings if f.field is None]
    lines += [f"  {_WEIGHTS[f.severity]}: {f.message} {f.cure}" for f in of_form]
    return "\n".join(lines)


def doctor_text(findings: Sequence[Finding]) -> str:
    """The doctor's findings, and the verdict last."""
    lines = [f"{_WEIGHTS[f.severity]:<8}{f.code}: {f.message}\n        {f.cure}" for f in findings]
    return "\n".join([*lines, verdict(findings)])


def errors_text(error: InvalidSubmission) -> str:
    """The faults of a submission, a line each."""
    faults = [f"  {key or 'form'}: {r.sentence}" for key, r in sorted(error.reasons.items())]
    lines = ["Not received. Some answers need another look:", *faults]
    if asked := asks(error):
        sure = " ".join(f"--confirm {key}" for key in asked)
        lines.append(f"If what is asked about is right, give the command again with {sure}.")
    return "\n".join(lines)


def asks(error: InvalidSubmission) -> list[str]:
    """The fields whose answers may be confirmed."""
    return sorted(key for key, reason in error.reasons.items() if reason.code == ASKS)


def status(one: Status) -> dict[str, Any]:
    """Where one submission is."""
    return {
        "receipt": one.code,
        "form": {"id": one.form_id, "name": one.form_name},
        "state": str(one.state),
        "attempts": one.attempts,
        "accepted_at": timestamp(one.accepted_at_ms),
        "changed_at": timestamp(one.changed_at_ms),
        "delivered_at": timestamp(one.delivered_at_ms) if one.delivered_at_ms else None,
        "cause": one.cause,
        "decision": one.decision,
        "resends": one.resends,
        "copies": one.copies,
        "shredded_at": timestamp(one.shredded_at_ms) if one.shredded_at_ms else None,
    }


def status_text(one: Status) -> str:
    """Where one submission is, in a receptionist's words."""
    words, sentence = STATE_WORDS[one.state]
    lines = [f"{one.code}  {one.form_name}", f"{words}. {sentence}"]
    if one.cause:
        lines.append(CAUSES[one.cause])
    if one.decision:
        lines.append(f"A person decided: {REASONS[one.decision]}")
    if one.copies:
        lines.append(f"HubSpot has it {one.copies} times. Delete the copies there.")
    lines += [f"  {key or 'form'}: {text}" for key, text in rejections(one).items()]
    return "\n".join(lines)


def rejections(one: Status) -> dict[str, str]:
    """field key → what HubSpot's refusal means."""
    return {key: rejection_sentence(kind) for key, kind in one.rejected_fields.items()}


def history(one: Status) -> list[dict[str, Any]]:
    """Every step of a submission, oldest first."""
    return [
        {"at": timestamp(at_ms), "state": str(state), "event": event}
        for at_ms, state, event in one.history
    ]


def history_text(one: Status) -> str:
    """Every step of a submission, a line each."""
    return "\n".join(f"  {timestamp(at)}  {state:<10}{event}" for at, state, event in one.history)


def listing_text(listing: OutboxListing) -> str:
    """The outbox as a table, and its counts."""
    lines = [
        f"{s.code}  {s.state:<10}{timestamp(s.accepted_at_ms)}  {s.form_name}"
        for s in listing.items
    ]
    told = ", ".join(f"{n} {state}" for state, n in counts(listing.counts).items() if n)
    return "\n".join([*lines, told or "The outbox is empty."])


def queue(one: QueueState) -> dict[str, Any]:
    """The queue's switch, and how fast submissions may leave."""
    position = POSITIONS[one.switch]
    return {
        "switch": str(one.switch),
        "sends": position.sends,
        "accepts": position.accepts,
        "since": timestamp(one.since_ms),
        "until": timestamp(one.until_ms) if one.until_ms else None,
        "rest_cause": one.rest_cause,
        "limit": one.limit,
    }


def queue_text(one: QueueState) -> str:
    """The queue's switch in words."""
    lines = [f"The queue: {POSITIONS[one.switch].words}."]
    if one.until_ms:
        lines.append(f"It is tried again at {timestamp(one.until_ms)}.")
    if one.rest_cause:
        lines.append(CAUSES[one.rest_cause])
    return " ".join(lines)


def counts(by_state: Mapping[State, int]) -> dict[str, int]:
    """How many submissions there are in each state, every state named."""
    return {str(state): by_state[state] for state in State}


def timestamp(at_ms: int) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    at = datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
