"""``records``: looks at records, corrects them, and reveals one sensitive value for a purpose.

What is written is as private as what is read: values come from a file, from standard input, or
are asked for; none stands on the command line.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from gateway.cli import record_views
from gateway.cli.asking import agreed, asked
from gateway.cli.interrupts import never_left_as_it_is
from gateway.cli.opening import opened
from gateway.cli.record_file import BatchFile, association, label_of, read_values
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.answers import Secret
from gateway.domain.record_errors import (
    InvalidBatch,
    InvalidRecord,
    NeedsConfirmation,
    RecordRejected,
)
from gateway.domain.records import (
    CHANGE_WORDS,
    BatchReport,
    Change,
    Record,
    RecordRef,
    UniqueKey,
    Values,
)
from gateway.domain.reveals import PURPOSE_WORDS, Purpose, Revealed
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases.record_batches import RecordBatches
from gateway.usecases.records import Records

_OTHER_SCREEN, _BACK = "\033[?1049h\033[H", "\033[?1049l"
"""A terminal's second screen: what is drawn there is gone when it is left."""
_LOOK_EVERY_S = 0.2

BATCHES: Mapping[str, Callable[[RecordBatches, str, BatchFile], BatchReport]] = {
    "create": lambda to, kind, file: to.create(kind, file.new_records(), by=LOCAL_OPERATOR),
    "read": lambda to, kind, file: to.read(kind, file.ids(), file.properties(), by=LOCAL_OPERATOR),
    "update": lambda to, kind, file: to.update(kind, file.changes(), by=LOCAL_OPERATOR),
    "archive": lambda to, kind, file: to.archive(kind, file.ids(), by=LOCAL_OPERATOR),
}
"""What can be done to many records at once."""


def show(arguments: argparse.Namespace, out: Out) -> int:
    """One record, its sensitive values masked."""
    out.stable = {"record": None}
    which = _which(arguments)
    with opened(out) as gateway:
        found = gateway.records.read(
            arguments.object, which, _names(arguments), by=LOCAL_OPERATOR,
            archived=arguments.archived,
        )  # fmt: skip
    out.answer({"record": record_views.record(found)}, record_views.record_text(found))
    return 0


def reveal(arguments: argparse.Namespace, out: Out) -> int:
    """One sensitive value, for as long as it may be seen."""
    if not arguments.stdout and (arguments.json or not sys.stdout.isatty()):
        # Asked before HubSpot is, and before the audit is told of it.
        raise UsageError(
            "A sensitive value is shown on a terminal only. To write it to standard output "
            "nevertheless, give --stdout."
        )
    names = _names(arguments)
    if len(names) != 1:
        raise UsageError("One value is revealed at a time. Name one property.")
    purpose = Purpose(arguments.purpose)
    with opened(out) as gateway:
        try:
            shown = gateway.records.reveal(
                arguments.object, arguments.id, names[0], purpose, by=LOCAL_OPERATOR,
                confirmed=arguments.yes,
            )  # fmt: skip
        except NeedsConfirmation as error:
            out.fault(f"{error} Give the command again with --yes.", code="NeedsConfirmation")
            return 1
        if not arguments.stdout:
            _on_the_other_screen(shown, names[0])
            out.message(f"{names[0]} was shown: {PURPOSE_WORDS[purpose].lower()}.")
            return 0
        document = {"id": arguments.id, "property": names[0], "purpose": str(purpose),
                    "value": shown.reveal()}  # fmt: skip
        out.answer(document, shown.reveal() or "")
        shown.forget()
    return 0


def create(arguments: argparse.Namespace, out: Out) -> int:
    """A new record."""
    values = _values(arguments)
    if not values:
        raise UsageError("A new record needs a value. Name a property with --property, or a file "
                         "with --values.")  # fmt: skip
    joined = [association(arguments.object, text) for text in arguments.associate]
    return _change(
        out,
        Change.CREATE,
        lambda records: records.create(arguments.object, values, joined, by=LOCAL_OPERATOR),
    )


def update(arguments: argparse.Namespace, out: Out) -> int:
    """Values of a record."""
    which, values = _which(arguments), _values(arguments)
    return _change(
        out,
        Change.UPDATE,
        lambda records: records.update(arguments.object, which, values, by=LOCAL_OPERATOR),
    )


def clear(arguments: argparse.Namespace, out: Out) -> int:
    """Takes values of a record away."""
    which, names = _which(arguments), _names(arguments)
    return _change(
        out,
        Change.CLEAR,
        lambda records: records.clear(arguments.object, which, names, by=LOCAL_OPERATOR),
    )


def archive(arguments: argparse.Namespace, out: Out) -> int:
    """Archives a record, after a person said yes."""
    out.stable = {"archived": False}
    which = _which(arguments)
    if not agreed(arguments, out, ["Archive this record? HubSpot keeps it for 90 days."]):
        out.answer({"archived": False}, "Nothing was archived.")
        return 1
    with opened(out) as gateway:
        gateway.records.archive(arguments.object, which, by=LOCAL_OPERATOR)
    out.answer({"archived": True}, "Archived. HubSpot keeps it for 90 days.")
    return 0


def batch(arguments: argparse.Namespace, out: Out) -> int:
    """Many records, and what became of each."""
    file = BatchFile(arguments.file)
    out.stable = {
        "complete": False, "audited": True, "stopped": None, "counts": {}, "rows": [],
    }  # fmt: skip
    with opened(out) as gateway:
        try:
            report = BATCHES[arguments.action](gateway.records.batches, arguments.object, file)
        except InvalidBatch as error:
            rows = [
                {"place": place, "state": "not_sent", "record": None,
                 "errors": record_views.errors(reasons)}
                for place, reasons in error.rows.items()
            ]  # fmt: skip
            out.answer({**out.stable, "rows": rows}, record_views.refused_text(error))
            return 1
    out.answer(record_views.batch(report), record_views.batch_text(report))
    return 0 if report.complete and report.audited else 1


def _change(out: Out, change: Change, make: Callable[[Records], Record]) -> int:
    document: dict[str, Any] = {"record": None, "errors": {}}
    out.stable = document
    with opened(out) as gateway:
        try:
            made = make(gateway.records)
        except (InvalidRecord, RecordRejected) as error:
            document["errors"] = record_views.errors(error.reasons)
            out.answer(document, str(error))
            return 1
    document["record"] = record_views.record(made)
    done = f"The {label_of(made.object_type_id)} {made.id} was {CHANGE_WORDS[change]}."
    out.answer(document, "\n".join([done, record_views.record_text(made)]))
    return 0


def _names(arguments: argparse.Namespace) -> list[str]:
    """The properties of every ``--property a,b``."""
    given = (name.strip() for text in arguments.property for name in text.split(","))
    return list(dict.fromkeys(name for name in given if name))


def _which(arguments: argparse.Namespace) -> RecordRef:
    if arguments.by is None:
        if arguments.id is None:
            raise UsageError("Name the record by its id, or by --by PROPERTY.")
        return str(arguments.id)
    if arguments.id is not None:
        raise UsageError(
            "With --by the value is asked for, or read from standard input. Take the id away."
        )
    return UniqueKey(arguments.by, Secret(asked(f"Value of {arguments.by}")))


def _values(arguments: argparse.Namespace) -> Values:
    names = _names(arguments)
    if arguments.values is not None:
        if names:
            raise UsageError("With --values the properties stand in the file.")
        return read_values(arguments.values)
    return {name: Secret(asked(f"Value of {name}")) for name in names}


def _on_the_other_screen(shown: Revealed, name: str) -> None:
    """Draws the value where it leaves nothing behind, until its time is over or Ctrl+C."""
    text = shown.reveal()
    tame = "".join(
        letter if letter.isprintable() or letter == "\n" else " " for letter in text or ""
    )
    told = tame or "(empty)"
    try:
        with contextlib.suppress(KeyboardInterrupt), never_left_as_it_is():
            print(f"{_OTHER_SCREEN}{name}:\n\n{told}\n\nCtrl+C hides it. It goes in "
                  f"{shown.seconds:.0f} s.", flush=True)  # fmt: skip
            while shown.left_s:
                time.sleep(min(_LOOK_EVERY_S, shown.left_s))
    finally:
        shown.forget()
        print(_BACK, end="", flush=True)
