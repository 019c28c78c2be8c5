"""``inbox``: what HubSpot reported by webhook, newest first."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.cli.views import timestamp
from gateway.domain.users import LOCAL_OPERATOR
from gateway.domain.webhooks import (
    CHANGE_WORDS,
    PATH,
    SUBSCRIBED,
    InboxRow,
    record_word,
    source_word,
)

MOST = 10_000


def arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("--limit", type=int, default=200, help="at most so many (default 200)")
    command.add_argument(
        "--object", metavar="KIND",
        help=f"only those of one kind of record: {', '.join(SUBSCRIBED)}, or an object type id",
    )  # fmt: skip
    command.add_argument("--property", metavar="NAME", help="only those of one property")


def inbox(arguments: argparse.Namespace, out: Out) -> int:
    """The notices, and where HubSpot is to send them."""
    if not 0 < arguments.limit <= MOST:
        raise UsageError(f"--limit is a number from 1 to {MOST}.")
    kind = arguments.object
    with opened(out) as gateway:
        listing = gateway.webhooks.inbox(
            by=LOCAL_OPERATOR,
            limit=arguments.limit,
            object_type_id=SUBSCRIBED[kind][0] if kind in SUBSCRIBED else kind,
            name=arguments.property,
        )
        listens = gateway.webhooks.listens
        address = gateway.webhooks.public_url + PATH
    document = {
        "items": [_item(row) for row in listing.rows],
        "listens": listens,
        "address": address,
    }
    lines = [_line(row) for row in listing.rows] or ["HubSpot has reported nothing of this."]
    if not listens:
        lines.append("HUBSPOT_CLIENT_SECRET is not set, so no webhook is believed.")
    out.answer(document, "\n".join([*lines, f"Webhooks are received at {address}"]))
    return 0


def _item(row: InboxRow) -> dict[str, Any]:
    notice = row.kept.notice
    return {
        "occurred_at": timestamp(notice.occurred_at_ms),
        "received_at": timestamp(row.kept.received_at_ms),
        "kind": notice.kind,
        "change": str(notice.change),
        "object_type_id": notice.object_type_id,
        "object_id": notice.object_id,
        "other_id": notice.other_id,
        "property": notice.property_name or None,
        "class": str(row.sensitivity) if row.sensitivity is not None else None,
        "redacted": row.redacted,
        "source": notice.source or None,
        "user_id": notice.user_id,
        "latest": row.kept.latest,
    }


def _line(row: InboxRow) -> str:
    notice = row.kept.notice
    what = notice.property_name or CHANGE_WORDS[notice.change]
    by = source_word(notice.source)
    told = [
        f"{timestamp(notice.occurred_at_ms)}  {record_word(notice.object_type_id)} "
        f"{notice.object_id}: {what}",
        f"by {by}" if by else "",
        f"({row.sensitivity.label.lower()})" if row.sensitivity is not None else "",
        "" if row.kept.latest else "- changed again since",
    ]
    return " ".join(part for part in told if part)
