"""``search``: finds records by their properties. What is looked for is as private as what is
found, so that it is asked for or read from a file, and never stands on the command line.
"""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from gateway.cli.asking import asked
from gateway.cli.opening import opened
from gateway.cli.search_file import EXAMPLE, read_search_file
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.answers import Secret
from gateway.domain.records import Record, RecordField
from gateway.domain.search import (
    BEYOND,
    OPERATORS,
    Filter,
    Found,
    Operator,
    Search,
    Sort,
    Takes,
)
from gateway.domain.users import LOCAL_OPERATOR

CONTACTS = "contacts"
SEPARATOR = ";"
EXAMPLES = f"""\
examples:
  python -m gateway search --email
  python -m gateway search --where lastname EQ --where date_of_birth HAS_PROPERTY
  python -m gateway search --object companies --filters search.json --property domain

Values are asked for, one after the other, or read from standard input, one a line: on the command
line they would be kept in the shell's history. Several values are parted by {SEPARATOR}
The file is a search as HubSpot writes it, and - reads it from standard input:
  {EXAMPLE}

Sensitive properties are compared and shown masked, and only when they are named; highly sensitive
ones are refused, because HubSpot keeps them out of search.

operators:
  {", ".join(Operator)}"""

_ASKS = {
    Takes.NOTHING: (),
    Takes.ONE: ("Value of {name}",),
    Takes.RANGE: ("Lowest value of {name}", "Highest value of {name}"),
    Takes.SEVERAL: ("Values of {name}, parted by " + SEPARATOR,),
}
"""What is asked for by each operator."""


def arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--object", default=CONTACTS, metavar="KIND",
        help="contacts (default), another object, or a custom one by its id or name (2-123, pet)",
    )  # fmt: skip
    how = command.add_mutually_exclusive_group()
    how.add_argument("--filters", metavar="FILE", help="a JSON file, or - for standard input")
    how.add_argument("--email", action="store_true",
                     help="find a contact by an e-mail address, which is asked for")  # fmt: skip
    how.add_argument(
        "--where", nargs=2, action="append", default=[], metavar=("PROPERTY", "OPERATOR"),
        help="compare a property; all that are given must hold; may be repeated",
    )  # fmt: skip
    command.add_argument("--words", action="store_true",
                         help="also look for words, which are asked for")  # fmt: skip
    command.add_argument("--property", action="append", default=[], metavar="NAME",
                         help="also show this property; may be repeated")  # fmt: skip
    command.add_argument("--sort", metavar="PROPERTY[:desc]", help="put the records in order")
    command.add_argument("--limit", type=int, help="records on a page, at most 200 (default 10)")
    command.add_argument("--after", default="", help="go on where a page ended")


def search(arguments: argparse.Namespace, out: Out) -> int:
    """One page of the records that fit."""
    out.stable = {"total": None, "records": [], "after": None}
    if arguments.email:
        found = _by_email(arguments, out)
    else:
        wanted = _wanted(arguments)
        with opened(out) as gateway:
            found = gateway.search.find(arguments.object, wanted, by=LOCAL_OPERATOR)
    out.answer(_document(found), _text(found))
    return 0


def _by_email(arguments: argparse.Namespace, out: Out) -> Found:
    others = (arguments.words, arguments.sort, arguments.limit, arguments.after)
    if any(others) or arguments.object != CONTACTS:
        raise UsageError("--email finds one contact. Take the rest away, but for --property.")
    email = asked("E-mail address")
    with opened(out) as gateway:
        return gateway.search.by_email(email, arguments.property, by=LOCAL_OPERATOR)


def _wanted(arguments: argparse.Namespace) -> Search:
    if arguments.filters is not None:
        if arguments.words:
            raise UsageError('With --filters the words stand in the file, as "query".')
        wanted = read_search_file(arguments.filters)
    else:
        filters = tuple(_filter(name, operator) for name, operator in arguments.where)
        wanted = Search(groups=(filters,) if filters else ())
    if arguments.words:
        wanted = dataclasses.replace(wanted, query=Secret(asked("Words")))
    if arguments.sort is not None:
        wanted = dataclasses.replace(wanted, sorts=(_sort(arguments.sort),))
    return dataclasses.replace(
        wanted,
        properties=tuple(dict.fromkeys((*wanted.properties, *arguments.property))),
        limit=arguments.limit if arguments.limit is not None else wanted.limit,
        after=arguments.after or wanted.after,
    )


def _filter(name: str, operator: str) -> Filter:
    if operator.upper() not in set(Operator):
        raise UsageError(f"An operator is one of {', '.join(Operator)}.")
    known = Operator(operator.upper())
    takes = OPERATORS[known].takes
    given = [asked(question.format(name=name)) for question in _ASKS[takes]]
    if takes is Takes.SEVERAL:
        given = [part.strip() for part in given[0].split(SEPARATOR) if part.strip()]
    return Filter(name, known, tuple(Secret(one) for one in given))


def _sort(text: str) -> Sort:
    name, _, direction = text.partition(":")
    if direction not in ("", "asc", "desc"):
        raise UsageError("Write --sort PROPERTY, or --sort PROPERTY:desc.")
    return Sort(name, descending=direction == "desc")


def _document(found: Found) -> dict[str, Any]:
    return {
        "object_type_id": found.object_type_id,
        "total": found.total,
        "records": [_record(one) for one in found.records],
        "after": found.after or None,
        "note": BEYOND if found.beyond else None,
    }


def _record(one: Record) -> dict[str, Any]:
    return {
        "id": one.id,
        "created_at": one.created_at or None,
        "updated_at": one.updated_at or None,
        "properties": {field.name: _field(field) for field in one.fields},
    }


def _field(one: RecordField) -> dict[str, Any]:
    """A masked property tells whether it has a value, and not which."""
    return {
        "class": str(one.sensitivity) if one.sensitivity is not None else None,
        "presence": str(one.presence),
        "value": one.value.reveal() if one.value is not None else None,
    }


def _text(found: Found) -> str:
    count = "No record fits." if not found.total else f"{found.total:,} records fit."
    if found.total == 1:
        count = "One record fits."
    lines = [_line(one) for one in found.records]
    if found.after:
        lines.append(f"More: give the command again with --after {found.after}")
    if found.beyond:
        lines.append(BEYOND)
    return "\n".join([count, *lines])


def _line(one: Record) -> str:
    told = [
        f"{field.name}: {field.value.reveal() if field.value is not None else _masked(field)}"
        for field in one.fields
    ]
    return f"  {one.id}  {'; '.join(told)}"


def _masked(field: RecordField) -> str:
    return f"({field.presence})"
