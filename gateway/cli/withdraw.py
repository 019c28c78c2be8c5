"""``approve --withdraw``: says what will hold without the approval, then withdraws it."""

from __future__ import annotations

import argparse
from typing import Any

from gateway.cli.asking import agreed
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.users import LOCAL_OPERATOR
from gateway.domain.withdrawals import Withdrawal


def withdraw(arguments: argparse.Namespace, out: Out) -> int:
    """Withdraws the approval when a person says yes or ``--yes`` does."""
    if arguments.minimum or arguments.guard or arguments.check:
        raise UsageError("Nothing can be said of fields while an approval is withdrawn.")
    out.stable = {"form": None, "withdrawn": False, "approved": None, "afterwards": None}
    with opened(out) as gateway:
        shown = gateway.withdrawals.preview(arguments.form, by=LOCAL_OPERATOR)
        if not agreed(arguments, out, [f"{_head(shown)}\nWithdraw its approval? {shown.words}"]):
            out.answer(_document(shown), "Nothing was withdrawn.")
            return 1
        done = gateway.withdrawals.withdraw(shown.entry, by=LOCAL_OPERATOR)
    text = f"{_head(done)}\nIts approval is withdrawn. {done.outcome}"
    out.answer({**_document(done), "withdrawn": True}, text)
    return 0


def _head(shown: Withdrawal) -> str:
    lock = shown.lock
    told = (
        f"Approved {lock.approved_at} by {lock.approved_by}."
        if lock is not None
        else "Its entry in the lock file does not count."
    )
    return f"{shown.form_name}  ({shown.entry.form_id})\n{told}"


def _document(shown: Withdrawal) -> dict[str, Any]:
    lock = shown.lock
    return {
        "form": {"id": shown.entry.form_id, "name": shown.form_name},
        "withdrawn": False,
        "approved": {"by": lock.approved_by, "at": lock.approved_at} if lock is not None else None,
        "afterwards": str(shown.afterwards),
    }
