"""Batch calls: up to a hundred inputs, and an answer that says which half was done.

Up to 2026-03 an answer with faults is a 207; from 2026-09 every answer is a 200 and the faults
are told inside.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.portal import now_ms
from gateway.emulator.records import iso
from gateway.emulator.responses import Answer

MAX_INPUTS = 100
_ONE_STATUS = frozenset({"2026-09"})
"""The editions that answer every batch with 200."""


def fault(category: str, message: str, **context: Sequence[str]) -> dict[str, Any]:
    """What went wrong with some inputs, as the answer to a batch tells it."""
    told = {key: list(texts) for key, texts in context.items()}
    return {
        "status": "error",
        "category": category,
        "message": message,
        "context": told,
        "errors": [],
        "links": {},
    }


def answer(
    call: Call,
    results: Sequence[Mapping[str, Any]],
    faults: Sequence[Mapping[str, Any]],
    *,
    created: bool = False,
) -> Answer:
    """The answer to a batch: what was done, and ``faults`` for the rest."""
    status = 200 if call.edition in _ONE_STATUS else 207 if faults else 201 if created else 200
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": list(results),
        "startedAt": iso(call.at_ms),
        "completedAt": iso(max(now_ms(), call.at_ms)),
    }
    if faults:
        body |= {"numErrors": len(faults), "errors": list(faults)}
    return responses.as_json(body, status)
