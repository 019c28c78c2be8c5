"""``submit --csv``: one submission per row, on the same river as the page, and safe to repeat.

Each row has an idempotency key made of the form, the row and how many equal rows came before it
in the file, under the key ring: the same file again, after a stop in the middle, with rows added
or in another order, sends nothing twice.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gateway.cli import views
from gateway.cli.bulk_summary import NOT_TAKEN, ON_THE_WAY, Summary
from gateway.cli.csv_file import Row, read_csv_text, read_table
from gateway.cli.exits import INTERRUPTED, REFUSED, YES, exit_code
from gateway.cli.interrupts import noted
from gateway.cli.opening import opened
from gateway.cli.progress import Progress
from gateway.cli.result_file import REFUSED as NOT_RECEIVED
from gateway.cli.result_file import Item, ResultFile, ResultNotWritten, default_result
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.errors import (
    GatewayError,
    InvalidSubmission,
    KeyConflict,
    PayloadTooLarge,
    PolicyViolation,
)
from gateway.domain.submissions import CAUSES, State, Status
from gateway.domain.users import LOCAL_OPERATOR
from gateway.intake.csv_rows import CsvRows
from gateway.intake.reasons import WHOLE
from gateway.usecases.gateway import Gateway

LOOK_S = 0.5
"""How long one look at a row lasts: an interrupt is heard after it."""
_CONFLICT = (
    "This row was received before, when the form was another. Nothing was sent again; submit it on "
    "the page if it must be."
)


def submit_csv(arguments: argparse.Namespace, out: Out) -> int:
    """Submits the rows of a CSV file, and writes the result file beside it."""
    document: dict[str, Any] = {"form": arguments.form, "rows": 0, "accepted": 0, "already": 0,
                                "refused": 0, "items": [], "findings": []}  # fmt: skip
    out.stable = document
    text = read_csv_text(arguments.csv)
    path = Path(arguments.result) if arguments.result else default_result(arguments.csv)
    result = ResultFile(path, arguments.csv)
    with opened(out) as gateway:
        try:
            form = gateway.intake(arguments.form, by=LOCAL_OPERATOR)
        except PolicyViolation as closed:
            document["findings"] = [views.finding(f) for f in closed.findings]
            out.answer(document, str(closed))
            return REFUSED
        columns = CsvRows(form.definition)
        strangers = columns.header(arguments.confirm).strangers
        if strangers:
            raise UsageError(f"The form has no field to confirm: {', '.join(strangers)}.")
        table = read_table(text, columns, arguments.delimiter)
        del text
        result.open()
        with noted() as interrupted:
            run = Bulk(gateway, form.report.form_id, columns, result, out, interrupted,
                       arguments.confirm)  # fmt: skip
            if not arguments.queue_only:
                gateway.start_worker()
            run.submit(table.rows)
            if not arguments.queue_only:
                run.wait(arguments.wait)
            run.finish()
    summary = Summary(
        tuple(run.items), len(table.rows), table.empty, run.repeated, run.stopped, path
    )
    out.answer({**document, **summary.document(), "form": form.report.form_id}, summary.text())
    if run.interrupted:
        return INTERRUPTED
    if run.stopped is not None:
        return exit_code(run.stopped)
    return REFUSED if any(item.state in NOT_TAKEN for item in run.items) else YES


class Bulk:
    """The rows of one file on their way. ``stopped`` is what ended it before its end."""

    def __init__(
        self,
        gateway: Gateway,
        form_id: str,
        columns: CsvRows,
        result: ResultFile,
        out: Out,
        interrupted: Callable[[], bool],
        confirmed: Sequence[str],
    ) -> None:
        self._gateway = gateway
        self._form_id = form_id
        self._columns = columns
        self._result = result
        self._out = out
        self._asked_to_stop = interrupted
        self._confirmed = confirmed
        self._equal: collections.Counter[tuple[tuple[str, str], ...]] = collections.Counter()
        self.items: list[Item] = []
        self.stopped: GatewayError | None = None
        self.interrupted = False

    @property
    def repeated(self) -> int:
        """How many rows equal an earlier one."""
        return self._equal.total() - len(self._equal)

    def submit(self, rows: Sequence[Row]) -> None:
        """Submits ``rows`` one by one, in their order, until the last, an interrupt, or
        something that would stop every further row too."""
        started_ms = time.time_ns() // 1_000_000
        progress = Progress(self._out, "Rows", len(rows))
        for row in rows:
            if self._interrupted():
                break
            try:
                item = self._one(row, started_ms)
                self.items.append(item)
                self._result.add(item)
            except GatewayError as error:
                self.stopped = error
                break
            progress.show(len(self.items))
        progress.end()

    def wait(self, seconds: float) -> None:
        """Looks where the received rows are, for at most ``seconds`` until they are settled."""
        deadline = time.monotonic() + seconds
        waiting = [n for n, item in enumerate(self.items) if item.state in ON_THE_WAY]
        progress = Progress(self._out, "Settled", len(waiting))
        settled = 0
        for place in waiting:
            item = self.items[place]
            status = self._settled(item.receipt or "", deadline)
            if status is None:
                break
            if status.state in ON_THE_WAY:
                # It rests, or its time is over: the others are only looked at.
                deadline = 0.0
            else:
                settled += 1
            self.items[place] = _seen(item, status)
            progress.show(settled)
        progress.end()

    def finish(self) -> None:
        """Writes the last version of the result file."""
        try:
            self._result.finish(self.items)
        except ResultNotWritten as error:
            self.stopped = self.stopped or error

    def _one(self, row: Row, started_ms: int) -> Item:
        if row.fault is not None:
            return _refused(row, {WHOLE: row.fault})
        equal = tuple(sorted(row.cells.items()))
        key = self._gateway.row_key(self._form_id, row.cells, self._equal[equal])
        self._equal[equal] += 1
        answers = self._columns.answers(row.cells)
        try:
            receipt = self._gateway.submit(self._form_id, answers, by=LOCAL_OPERATOR, key=key,
                                           confirmed=self._confirmed)  # fmt: skip
        except InvalidSubmission as error:
            return _refused(row, {name: why.sentence for name, why in error.reasons.items()})
        except KeyConflict:
            return _refused(row, {WHOLE: _CONFLICT})
        except PayloadTooLarge as error:
            return _refused(row, {WHOLE: str(error)})
        item = Item(row.number, receipt.code, str(receipt.state), False, {})
        if receipt.accepted_at_ms >= started_ms:
            return item
        seen = self._gateway.status(receipt.code, by=LOCAL_OPERATOR)
        return _seen(dataclasses.replace(item, again=True), seen)

    def _settled(self, receipt: str, deadline: float) -> Status | None:
        """The status, once it is settled, or the queue rests, or the time is over; None after an
        interrupt."""
        while not self._interrupted():
            asked = time.monotonic()
            left = min(LOOK_S, max(0.0, deadline - asked))
            status = self._gateway.wait(receipt, seconds=left, by=LOCAL_OPERATOR)
            # An early answer on something unsettled means that the queue rests for long.
            early = time.monotonic() - asked < left
            if early or left == 0.0 or status.state not in ON_THE_WAY:
                return status
        return None

    def _interrupted(self) -> bool:
        self.interrupted = self.interrupted or self._asked_to_stop()
        return self.interrupted


def _refused(row: Row, errors: dict[str, str]) -> Item:
    return Item(row.number, None, NOT_RECEIVED, False, errors)


def _seen(item: Item, status: Status) -> Item:
    errors = views.rejections(status)
    if status.state is State.HELD and status.cause:
        errors[""] = CAUSES[status.cause]
    return dataclasses.replace(item, state=str(status.state), errors=errors)
