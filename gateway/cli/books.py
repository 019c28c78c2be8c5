"""``reconcile`` and ``probe``: does everything that was accepted stand somewhere, and what does a
missing submission prove?"""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli import views
from gateway.cli.answers_file import read_answers_file
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.domain.errors import InvalidSubmission
from gateway.domain.overview import Balance, BalanceRow, Probe
from gateway.domain.users import LOCAL_OPERATOR

NUMBERS = ("accepted", "delivered", "queued", "held", "rejected", "review", "withdrawn")
"""The columns of the books, as in :class:`BalanceRow`."""

MEASURED = (
    "portal_id",
    "form_id",
    "sent",
    "seen",
    "uri_kept",
    "time_kept",
    "slowest_s",
    "window_s",
)
"""What stands in the document of a probe, as in :class:`Probe`."""

NOWHERE = "(no longer in the outbox)"
UNREADABLE = "(cannot be read)"
"""What stands in the place of a form's name."""

OWN_ANSWERS = "Give answers that fit this form in a JSON file with --answers."


def reconcile(arguments: argparse.Namespace, out: Out) -> int:
    """Looks unclear submissions up once; with ``--report`` draws the balance instead."""
    with opened(out) as gateway:
        if not arguments.report:
            counts = dict(gateway.reconcile_now(by=LOCAL_OPERATOR))
            out.answer(counts, _counts_text(counts))
            return 0
        balance = gateway.balance(by=LOCAL_OPERATOR)
    out.answer(_balance(balance), _balance_text(balance))
    return 0 if balance.balanced else 1


def probe(arguments: argparse.Namespace, out: Out) -> int:
    """Measures how this account shows what was just sent, and says what follows from it."""
    answers = None if arguments.answers is None else read_answers_file(arguments.answers)
    with opened(out) as gateway:
        try:
            measured = gateway.probe(
                arguments.form, by=LOCAL_OPERATOR, answers=answers, on_step=out.message
            )
        except InvalidSubmission as error:
            document = {"errors": {key: why.sentence for key, why in error.reasons.items()}}
            out.answer(document, f"{views.errors_text(error)}\n{OWN_ANSWERS}")
            return 1
    out.answer(_probe(measured), _probe_text(measured))
    return 0 if measured.proves_absence else 1


def _counts_text(counts: dict[str, Any]) -> str:
    numbers = {name: n for name, n in counts.items() if not isinstance(n, bool)}
    told = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in numbers.items())
    lines = [f"Unclear submissions were looked up once: {told}."]
    if counts.get("complete") is False:
        lines.append("HubSpot's list could not be read to its end. Try again in a moment.")
    return "\n".join(lines)


def _balance(balance: Balance) -> dict[str, Any]:
    return {
        **_numbers(balance.total),
        "balanced": balance.balanced,
        "audit_intact": balance.audit_intact,
        "copies": [{"receipt": receipt, "times": times} for receipt, times in balance.copies],
        "rows": [
            {
                "form": {"id": row.form_id, "name": row.form_name},
                "day": row.day,
                **_numbers(row),
                "balanced": row.balanced,
            }
            for row in balance.rows
        ],
    }


def _numbers(row: BalanceRow) -> dict[str, int]:
    return {name: getattr(row, name) for name in NUMBERS}


def _balance_text(balance: Balance) -> str:
    table: list[tuple[str, ...]] = [("day", *NUMBERS, "", "form")]
    for row in balance.rows:
        nameless = UNREADABLE if row.balanced else NOWHERE
        table.append((row.day, *_shown(row), row.form_name if row.form_id else nameless))
    table.append(("all", *_shown(balance.total), ""))
    widths = [max(len(line[column]) for line in table) for column in range(len(NUMBERS) + 2)]
    lines = [
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:], strict=True)]
            + [line[-1]]
        ).rstrip()
        for line in table
    ]
    for receipt, times in balance.copies:
        lines.append(f"HubSpot has {receipt} {times} times. Delete the copies there.")
    return "\n".join([*lines, *_verdict(balance)])


def _shown(row: BalanceRow) -> tuple[str, ...]:
    return (*(str(getattr(row, name)) for name in NUMBERS), "" if row.balanced else "MISSING")


def _verdict(balance: Balance) -> list[str]:
    if balance.balanced:
        return ["It balances: everything that was accepted stands in exactly one place."]
    lines = ["It does not balance. Stop taking answers in, and tell your administrator."]
    if not balance.audit_intact:
        lines.append("The audit and the outbox do not agree: one of them was altered or damaged.")
    if not (balance.total.balanced and all(row.balanced for row in balance.rows)):
        lines.append("Some submissions that were accepted stand nowhere, or some were never.")
    return lines


def _probe(measured: Probe) -> dict[str, Any]:
    return {
        **{name: getattr(measured, name) for name in MEASURED},
        "measured_at": views.timestamp(measured.measured_ms),
        "proves_absence": measured.proves_absence,
    }


def _probe_text(measured: Probe) -> str:
    kept = {True: "kept", False: "changed"}
    lines = [
        f"Sent {measured.sent}, seen {measured.seen}.",
        f"Page addresses are {kept[measured.uri_kept]}; times are {kept[measured.time_kept]}.",
        f"The slowest showed after {measured.slowest_s:.1f} s; "
        f"the window is {measured.window_s} s.",
    ]
    if measured.proves_absence:
        lines.append(
            "What does not show within the window was not stored: unclear submissions may go back "
            "to the queue by themselves."
        )
    else:
        lines.append(
            "This does not prove that what is missing was not stored: unclear submissions may not "
            "go back to the queue by themselves. A person decides."
        )
    return "\n".join(lines)
