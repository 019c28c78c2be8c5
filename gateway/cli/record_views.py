"""Records and batches as JSON documents and as text for a terminal. The JSON keys are stable:
others build on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.domain.errors import Reason
from gateway.domain.record_errors import InvalidBatch, faults_text
from gateway.domain.records import ROW_STATES, BatchReport, BatchRow, Record, RecordField, RowState

_UNAUDITED = (
    "The audit could not be told of all that was done, so no more was sent. Tell your "
    "administrator."
)


def record(one: Record) -> dict[str, Any]:
    """One record. A masked property tells whether it has a value, and not which."""
    return {
        "object_type_id": one.object_type_id,
        "id": one.id,
        "created_at": one.created_at or None,
        "updated_at": one.updated_at or None,
        "archived": one.archived,
        "properties": {field.name: _field(field) for field in one.fields},
    }


def record_text(one: Record) -> str:
    """One record, a line for each property."""
    width = max((len(field.name) for field in one.fields), default=0)
    lines = [f"  {field.name:<{width}}  {_shown(field)}" for field in one.fields]
    return "\n".join([f"{one.object_type_id}/{one.id}" + " (archived)" * one.archived, *lines])


def batch(report: BatchReport) -> dict[str, Any]:
    """What became of every record of a batch."""
    return {
        "complete": report.complete,
        "audited": report.audited,
        "stopped": report.stopped or None,
        "counts": {str(state): count for state, count in report.counts().items()},
        "rows": [
            {
                "place": row.place,
                "state": str(row.state),
                "record": record(row.record) if row.record is not None else None,
                "errors": errors(row.reasons),
            }
            for row in report.rows
        ],
    }


def batch_text(report: BatchReport) -> str:
    """What became of every record of a batch: a line for each that was not done, then how many."""
    counts = report.counts()
    lines = [_row(row) for row in report.rows if row.state is not RowState.DONE or row.record]
    told = ", ".join(
        f"{count} {str(state).replace('_', ' ')}" for state, count in counts.items() if count
    )
    causes = [report.stopped, "" if report.audited else _UNAUDITED]
    return "\n".join([*lines, " ".join([f"{told}.", *filter(None, causes)])])


def refused_text(error: InvalidBatch) -> str:
    """Why nothing of a batch was sent, a line for each record."""
    rows = [f"  {place}: {faults_text(reasons)}" for place, reasons in error.rows.items()]
    return "\n".join(["Nothing was sent, because some of it cannot be:", *rows])


def errors(reasons: Mapping[str, Reason]) -> dict[str, str]:
    """property name → why not; ``""`` for what belongs to none."""
    return {name: why.sentence for name, why in reasons.items()}


def _row(row: BatchRow) -> str:
    if row.record is not None:
        told = "; ".join(f"{field.name}: {_shown(field)}" for field in row.record.fields)
        return f"  {row.place}: {row.record.id}  {told}".rstrip()
    return f"  {row.place}: {faults_text(row.reasons) or ROW_STATES[row.state]}"


def _field(one: RecordField) -> dict[str, Any]:
    return {
        "class": str(one.sensitivity) if one.sensitivity is not None else None,
        "presence": str(one.presence),
        "value": one.value.reveal() if one.value is not None else None,
    }


def _shown(one: RecordField) -> str:
    if one.value is not None:
        return one.value.reveal()
    return f"({one.presence})" if one.masked else ""
