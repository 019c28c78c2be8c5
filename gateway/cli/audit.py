"""``audit``: who did what, when, to what and why; and whether the chain is intact."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime
import io
from collections.abc import Callable, Sequence
from typing import Any

from gateway.cli.opening import opened
from gateway.cli.result_file import harmless
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.cli.views import timestamp
from gateway.domain.audit_words import AREAS, AuditEntry, AuditPage, actions_named
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases.audit_trail import MOST
from gateway.usecases.gateway import Gateway

AT_ONCE = 100_000
"""Rows of one listing, which is read a page at a time."""
COLUMNS = ("seq", "at", "actor", "action", "about", "place", "cause", "fields")


@dataclasses.dataclass(frozen=True)
class Command:
    """One command, as the parser and its help need it."""

    name: str
    run: Callable[[argparse.Namespace, Out], int]
    text: str
    arguments: Callable[[argparse.ArgumentParser], None]
    example: str = ""


def listing(arguments: argparse.Namespace, out: Out) -> int:
    """The rows, newest first, as text, JSON or CSV."""
    if not 0 < arguments.limit <= AT_ONCE:
        raise UsageError(f"--limit is a number from 1 to {AT_ONCE}.")
    if arguments.csv and arguments.json:
        raise UsageError("Give one of --json and --csv.")
    actions = actions_named(arguments.action) if arguments.action else frozenset()
    if arguments.action and not actions:
        raise UsageError(
            "--action is an action such as record.revealed, or all of one kind: "
            f"{', '.join(AREAS)}."
        )
    since_ms = _since(arguments.since)
    with opened(out) as gateway:
        entries, page = _read(
            gateway,
            arguments.limit,
            actions=actions,
            actor=arguments.who,
            about=arguments.about or "",
            since_ms=since_ms,
        )
    document = {
        "items": [_item(one) for one in entries],
        "older": page.older,
        "rows": page.rows,
    }
    out.answer(document, _csv(entries) if arguments.csv else _text(entries, page))
    return 0


def verify(arguments: argparse.Namespace, out: Out) -> int:
    """Walks the chain; exit code 1 when a row is wrong."""
    with opened(out) as gateway:
        checked = gateway.audit.verify(by=LOCAL_OPERATOR)
    document = {
        "intact": checked.intact,
        "first_wrong": checked.first_wrong,
        "rows": checked.rows,
        "at": timestamp(checked.at_ms),
    }
    if checked.intact:
        out.answer(document, f"The chain is intact, {checked.rows} rows.")
        return 0
    out.answer(
        document,
        f"The chain is broken: row {checked.first_wrong} is the first that is wrong or missing. "
        "Keep a copy of the database, and find out who could write to it.",
    )
    return 1


def _list_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--action", metavar="NAME",
        help=f"only one action, such as record.revealed, or one kind: {', '.join(AREAS)}",
    )  # fmt: skip
    command.add_argument(
        "--about", metavar="WHAT",
        help="only rows about a receipt, a record (contacts/123), an object type, a form (its id "
        "or name), a key's id, or a property",
    )  # fmt: skip
    command.add_argument("--who", metavar="ID", help="only what one person or part did: its id")
    command.add_argument(
        "--since", metavar="WHEN",
        help="only from a day or a moment on: 2026-11-25, 2026-11-25T08:00 (this machine's time)",
    )  # fmt: skip
    command.add_argument("--limit", type=int, default=200, help="at most so many (default 200)")
    command.add_argument("--csv", action="store_true", help="as CSV, safe to open in a spreadsheet")


def _no_arguments(command: argparse.ArgumentParser) -> None:
    """``verify`` takes none of its own."""


COMMANDS = (
    Command("list", listing, "what was done, newest first", _list_arguments,
            "--action record.revealed --about contacts/123"),
    Command("verify", verify, "is the chain intact, and does it agree with the outbox?",
            _no_arguments),
)  # fmt: skip


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        at = datetime.datetime.fromisoformat(text.strip()).astimezone()
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise UsageError("--since is a day or a moment, such as 2026-11-25T08:00.") from None


def _read(gateway: Gateway, limit: int, **narrowed: Any) -> tuple[list[AuditEntry], AuditPage]:
    """As many rows as wanted, a page at a time, and the last page."""
    entries: list[AuditEntry] = []
    before: int | None = None
    while True:
        wanted = min(MOST, limit - len(entries))
        page = gateway.audit.page(by=LOCAL_OPERATOR, limit=wanted, before=before, **narrowed)
        entries += page.entries
        before = page.older
        if before is None or len(entries) >= limit:
            return entries, page


def _item(one: AuditEntry) -> dict[str, Any]:
    row = one.row
    return {
        "seq": row.seq,
        "at": timestamp(row.at_ms),
        "actor": row.actor,
        "action": row.action.value,
        "about": one.about,
        "place": row.sid,
        "cause": row.cause,
        "fields": list(row.fields),
        "envelope_sha256": row.envelope_sha256,
        "hash": row.hash,
    }


def _csv(entries: Sequence[AuditEntry]) -> str:
    """A header, and a line for each row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in entries:
        item = _item(one) | {"fields": " ".join(map(str, one.row.fields))}
        writer.writerow([harmless(str(item[name] or "")) for name in COLUMNS])
    return text.getvalue().rstrip("\n")


def _text(entries: Sequence[AuditEntry], page: AuditPage) -> str:
    if not entries:
        return "The audit has nothing of this."
    lines = [_line(one) for one in entries]
    if page.older is not None:
        lines.append("There are older rows: ask for more with --limit.")
    return "\n".join(lines)


def _line(one: AuditEntry) -> str:
    told = [
        f"{one.row.seq}  {timestamp(one.row.at_ms)}  {one.who}: {one.words}",
        f"[{one.about}]" if one.about else "",
        f"({', '.join(map(str, one.row.fields))})" if one.row.fields else "",
        f"- {one.why}" if one.why else "",
    ]
    return " ".join(part for part in told if part)
