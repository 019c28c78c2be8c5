"""What the commands of ``records`` take."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Mapping

from gateway.cli import records
from gateway.cli.show import Out
from gateway.domain.reveals import PURPOSE_WORDS, Purpose

_OBJECT = (
    "contacts, companies, deals, tickets, appointments, projects, or a custom object's id or name "
    "(2-123, pet)"
)
_NAMES = "a property, or several parted by commas; may be repeated"

VALUES = """\
The values are asked for one after the other, or read from standard input, one a line; or they
stand in a file: {"city": "Rome", "passport_number": "..."}. On the command line they would be kept
in the shell's history. An empty value clears."""
BATCH = """\
examples:
  python -m gateway records batch create contacts --file new.json
  python -m gateway records batch read contacts --file ids.json

file:
  {"inputs": [{"id": "123", "properties": {"city": "Rome"}}]}
  A new record has no id; read and archive take ids only, and read also takes
  "properties": ["city"] beside the inputs. A record may be known by "idProperty" in place of its
  id, and a new one may have "associations", both as HubSpot writes them.

Nothing is sent when something in the file cannot be. Afterwards every record has a line: done, not
accepted and why, not sent, or unclear."""
REVEAL = f"""\
example:
  python -m gateway records reveal contacts 123 --property passport_number --purpose identify

purposes:
{chr(10).join(f"  {purpose:<10}{words}" for purpose, words in PURPOSE_WORDS.items())}

The audit keeps who looked at which property of which record, when and why; never the value."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One command: what runs, its help, what follows its name in the example, its arguments."""

    run: Callable[[argparse.Namespace, Out], int]
    text: str
    example: str
    arguments: Callable[[argparse.ArgumentParser], None]
    epilog: str | None = None


def _object(command: argparse.ArgumentParser) -> None:
    command.add_argument("object", help=_OBJECT)


def _record(command: argparse.ArgumentParser) -> None:
    _object(command)
    command.add_argument("id", nargs="?", help="the record's id")
    command.add_argument(
        "--by", metavar="PROPERTY",
        help="know the record by this ordinary, unique property, whose value is asked for",
    )  # fmt: skip


def _archive(command: argparse.ArgumentParser) -> None:
    _record(command)
    command.add_argument("--yes", action="store_true", help="do it without asking")


def _show(command: argparse.ArgumentParser) -> None:
    _record(command)
    command.add_argument("--property", action="append", default=[], metavar="NAMES", help=_NAMES)
    command.add_argument("--archived", action="store_true", help="look among archived records")


def _reveal(command: argparse.ArgumentParser) -> None:
    _object(command)
    command.add_argument("id", help="the record's id")
    command.add_argument("--property", action="append", required=True, metavar="NAME",
                         help="the one property")  # fmt: skip
    command.add_argument("--purpose", required=True, choices=[str(one) for one in Purpose],
                         metavar="PURPOSE", help="why: one of the purposes below")  # fmt: skip
    command.add_argument("--yes", action="store_true",
                         help="a highly sensitive value is really meant")  # fmt: skip
    command.add_argument("--stdout", action="store_true",
                         help="write the value to standard output, where it stays")  # fmt: skip


def _written(command: argparse.ArgumentParser) -> None:
    command.add_argument("--property", action="append", default=[], metavar="NAMES", help=_NAMES)
    command.add_argument("--values", metavar="FILE", help="a JSON file, or - for standard input")


def _create(command: argparse.ArgumentParser) -> None:
    _object(command)
    _written(command)
    command.add_argument(
        "--associate", action="append", default=[], metavar="OBJECT/ID",
        help="associate the new record with another one; may be repeated",
    )  # fmt: skip


def _update(command: argparse.ArgumentParser) -> None:
    _record(command)
    _written(command)


def _clear(command: argparse.ArgumentParser) -> None:
    _record(command)
    command.add_argument("--property", action="append", required=True, metavar="NAMES", help=_NAMES)


def _batch(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=list(records.BATCHES), help="what is done to each")
    _object(command)
    command.add_argument("--file", required=True, help="a JSON file, or - for standard input")


COMMANDS: Mapping[str, Row] = {
    "show": Row(records.show, "see a record, its sensitive values masked",
                "contacts 123 --property email,passport_number", _show),
    "reveal": Row(records.reveal, "see one sensitive value for a stated purpose", "", _reveal,
                  REVEAL),
    "create": Row(
        records.create, "make a record", "", _create,
        "examples:\n  python -m gateway records create contacts --property email,city\n"
        "  python -m gateway records create tickets --values new.json --associate contacts/123\n\n"
        + VALUES,
    ),
    "update": Row(
        records.update, "change values of a record", "", _update,
        "examples:\n  python -m gateway records update contacts 123 --property passport_number\n"
        "  python -m gateway records update contacts --by email --property city\n\n" + VALUES,
    ),
    "clear": Row(records.clear, "take values of a record away",
                 "contacts 123 --property passport_number", _clear),
    "archive": Row(records.archive, "archive a record; HubSpot keeps it for 90 days",
                   "contacts 123", _archive),
    "batch": Row(records.batch, "create, read, update or archive many records", "", _batch, BATCH),
}  # fmt: skip
"""Each command's row."""
