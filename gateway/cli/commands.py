"""What each command does: open the gateway, ask it one thing, show the answer."""

from __future__ import annotations

import argparse
import contextlib
import threading
from pathlib import Path
from typing import Any

from gateway.cli import views
from gateway.cli.answers_file import read_answers_file
from gateway.cli.bulk import submit_csv
from gateway.cli.csv_file import AUTO
from gateway.cli.junit import write_junit, write_no_reports
from gateway.cli.metrics import metrics_served
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.errors import (
    ForeignOutbox,
    GatewayError,
    InvalidSubmission,
    KeyringBroken,
    OutboxGone,
    PolicyViolation,
)
from gateway.domain.findings import Severity, finding
from gateway.domain.submissions import CAUSES, State
from gateway.domain.users import LOCAL_OPERATOR, WORKER


def doctor(arguments: argparse.Namespace, out: Out) -> int:
    """Every finding, and whether none is an error."""
    out.stable = {"ok": False, "findings": []}
    try:
        with opened(out) as gateway:
            findings = gateway.doctor(by=LOCAL_OPERATOR)
    except KeyringBroken as error:
        findings = (finding("keys_broken", cause=error.cause),)
    except ForeignOutbox:
        findings = (finding("another_installation"),)
    except OutboxGone:
        findings = (finding("outbox_gone"),)
    healthy = all(f.severity is not Severity.ERROR for f in findings)
    out.answer({"ok": healthy, "findings": [views.finding(f) for f in findings]},
               views.doctor_text(findings))  # fmt: skip
    return 0 if healthy else 1


def check(arguments: argparse.Namespace, out: Out) -> int:
    """The gate's report on one form, or on all."""
    junit = Path(arguments.junit) if arguments.junit is not None else None
    try:
        with opened(out) as gateway:
            if arguments.all:
                reports = gateway.forms(by=LOCAL_OPERATOR)
                document: dict[str, Any] = {"forms": [views.report(r) for r in reports]}
            else:
                reports = (gateway.check(arguments.form, by=LOCAL_OPERATOR),)
                document = views.report(reports[0])
    except GatewayError as error:
        # The file of the run before would tell a CI server that all is well.
        if junit is not None:
            write_no_reports(junit, str(error))
        raise
    if junit is not None:
        write_junit(junit, reports)
    out.answer(document, "\n\n".join(views.report_text(r) for r in reports))
    return 0 if all(r.open for r in reports) else 1


def submit(arguments: argparse.Namespace, out: Out) -> int:
    """The same river as the page: receipt first, then the delivery, as long as is waited. With
    ``--csv`` a submission per row."""
    if arguments.csv is not None:
        if arguments.key is not None:
            raise UsageError("With --csv each row has a key of its own. Take --key away.")
        return submit_csv(arguments, out)
    if arguments.result is not None or arguments.delimiter != AUTO:
        raise UsageError("--result and --delimiter belong to --csv. Take them away.")
    document: dict[str, Any] = {"receipt": None, "state": "REFUSED", "form": arguments.form,
                                "errors": {}, "asks": [], "findings": []}  # fmt: skip
    out.stable = document
    answers = read_answers_file(arguments.answers)
    with opened(out) as gateway:
        try:
            receipt = gateway.submit(arguments.form, answers, by=LOCAL_OPERATOR, key=arguments.key,
                                     confirmed=arguments.confirm)  # fmt: skip
        except InvalidSubmission as error:
            document["errors"] = {key: reason.sentence for key, reason in error.reasons.items()}
            document["asks"] = views.asks(error)
            out.answer(document, views.errors_text(error))
            return 1
        except PolicyViolation as error:
            document["findings"] = [views.finding(f) for f in error.findings]
            out.answer(document, str(error))
            return 1
        out.message(f"Received. Receipt {receipt.code}.")
        if not arguments.queue_only:
            gateway.start_worker()
            gateway.wait(receipt.code, seconds=arguments.wait, by=LOCAL_OPERATOR)
        status = gateway.status(receipt.code, by=LOCAL_OPERATOR)
    document.update(receipt=status.code, state=str(status.state), form=status.form_id,
                    errors=views.rejections(status))  # fmt: skip
    out.answer(document, views.status_text(status))
    return 1 if status.state in (State.REJECTED, State.HELD) else 0


def worker(arguments: argparse.Namespace, out: Out) -> int:
    """Delivers in the foreground: until nothing is queued, or until it is interrupted."""
    with opened(out) as gateway, contextlib.ExitStack() as serving:
        if arguments.metrics_port is not None:
            address = serving.enter_context(metrics_served(arguments.metrics_port, gateway.metrics))
            out.message(f"Metrics are at {address}.")
        if not arguments.until_empty:
            with contextlib.suppress(KeyboardInterrupt):
                gateway.start_worker()
                out.message("Delivering. Ctrl+C stops it after the call under way.")
                threading.Event().wait()
            return 0
        left = gateway.deliver_until_empty(by=WORKER)
        counts = gateway.outbox(by=LOCAL_OPERATOR, limit=1).counts
        resting = gateway.resting()
    document = {"empty": left, "counts": views.counts(counts), "resting": resting}
    text = (
        "Nothing is queued."
        if left
        else f"Submissions are still queued. {CAUSES.get(resting or '', '')}"
    )
    out.answer(document, text.strip())
    return 0 if left else 3
