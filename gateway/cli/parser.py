"""Every command with its arguments, and the help a person reads: each has an example."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from gateway.cli import (
    approve,
    audit,
    books,
    commands,
    emulated,
    inbox,
    oauth,
    outbox,
    property_arguments,
    record_arguments,
    scopes,
    search,
)
from gateway.cli.csv_file import AUTO, DELIMITERS
from gateway.cli.show import Out
from gateway.domain.locks import GuardMode
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import State
from gateway.intake.number_checks import NUMBER_CHECKS

Command = Callable[[argparse.Namespace, Out], int]

PROGRAM = "python -m gateway"
FORM = "a form's id or exact name"
RECEIPT = "the receipt's code"
EXITS = """\
exit codes:
  0 yes   1 a finding or a refusal   2 usage or settings   3 HubSpot or the network"""

SUBMIT = """\
examples:
  python -m gateway submit "Patient intake" --answers answers.json
  python -m gateway submit "Patient intake" --csv patients.csv

answers file:
  {"email": "a@clinic.example", "0-2/name": "ACME", "allergies": ["nuts"],
   "consent": {"processing": true, "communications": {"999": false}}}

CSV file: the first row names the fields in the same way, each further row is one submission.
  email,0-2/name,allergies,consent.processing,consent.communications.999
  a@clinic.example,ACME,nuts;latex,true,no
Several choices are parted by ; - a tick is true, false, yes, no, 1 or 0 - an empty cell is no
answer. The result file (patients.result.csv) gets the receipt, the state and the reasons of each
row, and no answer. Give the same command again after a stop: nothing is sent twice. Two equal
rows in one file are two submissions.

An answer that looks like something its field is not made for is asked about. Look at it; if it
is right, give the command again with --confirm FIELD (with --csv: for that field in every row).
What is surely a card or an identity number is refused, whatever is confirmed."""

DECIDE = {
    "retry": "send a submission again that HubSpot does not have",
    "discard": "withdraw a submission: it is not sent any more",
    "confirm": "say that a submission is in HubSpot",
}
"""Each decision as its help says it."""
TURN = {
    "pause": "send nothing until `outbox resume`; answers are still taken",
    "resume": "send again, whatever the queue was paused for",
    "drain": "send what is left and take no new answers, until `outbox resume`",
}
"""Each turn of the switch as its help says it."""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line. Each command's function is ``run``."""
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Sealed Intake: secure form submissions for HubSpot Sensitive Data.",
        epilog=f"example:\n  {PROGRAM} COMMAND --help\n\n{EXITS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group = _Group(top.add_subparsers(required=True, metavar="COMMAND"), PROGRAM)
    _emulator(group)
    group.add(
        "doctor", commands.doctor, "find everything wrong with the set-up, each with its cure"
    )
    _check(group)
    _scopes(group)
    _approve(group)
    _submit(group)
    _worker(group)
    _outbox(group)
    inbox.arguments(
        group.add("inbox", inbox.inbox, "see what HubSpot reported by webhook",
                  "--object contact --property passport_number")
    )  # fmt: skip
    search.arguments(
        group.add("search", search.search, "find records by their properties",
                  epilog=search.EXAMPLES)
    )  # fmt: skip
    records = group.group("records", "look at records, correct them, reveal one value", "ACTION",
                          "show contacts 123 --property passport_number")  # fmt: skip
    for name, row in record_arguments.COMMANDS.items():
        row.arguments(records.add(name, row.run, row.text, row.example, row.epilog))
    _properties(group)
    app = group.group("oauth", "install the app in the account, and see its token", "ACTION",
                      "status")  # fmt: skip
    for one in oauth.COMMANDS:
        one.arguments(app.add(one.name, one.run, one.text, one.example))
    audits = group.group("audit", "see who did what, and check the chain", "ACTION", "verify")
    for row_of in audit.COMMANDS:
        row_of.arguments(audits.add(row_of.name, row_of.run, row_of.text, row_of.example))
    _books(group)
    return top


class _Group:
    """Commands beside one another, each with ``--json`` and an example in its help."""

    def __init__(
        self, commands: argparse._SubParsersAction[argparse.ArgumentParser], prefix: str
    ) -> None:
        self._commands = commands
        self._prefix = prefix

    def add(
        self, name: str, run: Command, text: str, example: str = "", epilog: str | None = None
    ) -> argparse.ArgumentParser:
        """A command; ``example`` is what follows its name."""
        shown = f"example:\n  {self._prefix} {name} {example}".rstrip()
        command = self._commands.add_parser(
            name,
            help=text,
            description=_sentence(text),
            epilog=f"{epilog or shown}\n\n{EXITS}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
        command.set_defaults(run=run)
        return command

    def group(self, name: str, text: str, metavar: str, example: str) -> _Group:
        """A command that has commands of its own."""
        prefix = f"{self._prefix} {name}"
        command = self._commands.add_parser(
            name, help=text, description=_sentence(text),
            epilog=f"example:\n  {prefix} {example}\n\n{EXITS}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        return _Group(command.add_subparsers(required=True, metavar=metavar), prefix)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def _emulator(group: _Group) -> None:
    emulator = group.add("emulator", emulated.emulator, "serve an emulated HubSpot on this machine",
                         epilog=emulated.EXAMPLES)  # fmt: skip
    emulator.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)"
    )
    emulator.add_argument(
        "--seed", choices=["clinic"], default="clinic", help="what it starts with"
    )
    emulator.add_argument(
        "--state", type=Path, metavar="FILE", help="keep the account in this sealed file"
    )
    emulator.add_argument(
        "--fault", action="append", default=[], metavar="ON:KIND[:TIMES[:SECONDS]]",
        help="start with a fault; may be repeated",
    )  # fmt: skip
    emulator.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE",
        help="change a guess about HubSpot; may be repeated",
    )  # fmt: skip
    emulator.add_argument(
        "--webhook-url", metavar="URL", help="send webhooks to this address on this machine"
    )
    emulator.add_argument(
        "--subscribe", action="append", default=[], metavar="TYPE[:PROPERTY]",
        help="tell this by webhook; may be repeated",
    )  # fmt: skip
    emulator.add_argument(
        "--list", action="store_true", help="list every fault and switch, and start nothing"
    )


def _check(group: _Group) -> None:
    check = group.add("check", commands.check,
                      "may each field of a form carry data to its property?",
                      '"Patient intake"')  # fmt: skip
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument("form", nargs="?", help=FORM)
    which.add_argument("--all", action="store_true", help="every form of the account")
    check.add_argument("--junit", metavar="FILE", help="also write JUnit XML, for a CI server")


def _scopes(group: _Group) -> None:
    plan = group.add(
        "scopes", scopes.scopes,
        "which scopes the work takes: needed, held, missing and in excess",
        '"Patient intake" --feature submit',
    )  # fmt: skip
    plan.add_argument("form", nargs="*", help=f"{FORM} (default: every form)")
    scopes.plan_arguments(plan)
    project = group.add(
        "hsmeta", scopes.hsmeta,
        "write a HubSpot project's files, with the least scopes and the subscriptions",
        "--out hubspot-app",
    )  # fmt: skip
    project.add_argument("form", nargs="*", help=f"{FORM} (default: every open one)")
    scopes.project_arguments(project)


def _approve(group: _Group) -> None:
    command = group.add(
        "approve", approve.approve,
        "show what changed in a form, and pin it as it is now", '"Patient intake"',
    )  # fmt: skip
    command.add_argument("form", help=FORM)
    command.add_argument("--minimum", action="append", default=[], metavar="FIELD=CLASS",
                         help="the least class the field's answers may be kept under: "
                         f"{', '.join(Sensitivity)}")  # fmt: skip
    command.add_argument("--guard", action="append", default=[], metavar="FIELD=MODE",
                         help="what is done when an answer looks like an identity or card "
                         f"number: {', '.join(GuardMode)}")  # fmt: skip
    command.add_argument("--check", action="append", default=[], metavar="FIELD=NAME",
                         help=f"check digits the answers must have: {approve.NO_CHECK}, "
                         f"{', '.join(NUMBER_CHECKS)}")  # fmt: skip
    command.add_argument("--withdraw", action="store_true",
                         help="withdraw the form's approval, also where HubSpot has archived or "
                         "erased it")  # fmt: skip
    command.add_argument("--yes", action="store_true", help="do it without asking")


def _submit(group: _Group) -> None:
    submit = group.add("submit", commands.submit, "submit answers, as the page does", epilog=SUBMIT)
    submit.add_argument("form", help=FORM)
    given = submit.add_mutually_exclusive_group(required=True)
    given.add_argument("--answers", metavar="FILE", help="a JSON file, or - for standard input")
    given.add_argument("--csv", metavar="FILE", help="a CSV file, or - for standard input")
    submit.add_argument("--key", help="idempotency key: the same key again sends nothing twice")
    submit.add_argument(
        "--confirm", metavar="FIELD", action="append", default=[],
        help="the answer in this field is right, though it was asked about; may be repeated",
    )  # fmt: skip
    submit.add_argument(
        "--result", metavar="FILE", help="where --csv writes its result (default FILE.result.csv)"
    )
    submit.add_argument(
        "--delimiter",
        default=AUTO,
        help=f"what parts the cells: {', '.join([AUTO, *DELIMITERS])} (default {AUTO})",
    )
    submit.add_argument(
        "--wait",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for the delivery (default 10)",
    )
    submit.add_argument("--queue-only", action="store_true", help="leave the delivery to a worker")


def _worker(group: _Group) -> None:
    worker = group.add("worker", commands.worker, "deliver what is queued",
                       "--metrics-port 9100")  # fmt: skip
    worker.add_argument("--until-empty", action="store_true", help="stop when nothing is queued")
    worker.add_argument(
        "--metrics-port",
        type=int,
        metavar="N",
        help="serve the numbers for Prometheus under /metrics on 127.0.0.1 (0: a free port)",
    )


def _outbox(group: _Group) -> None:
    views = group.group("outbox", "see where each submission is, and decide what only a person can",
                        "VIEW", "list --state REVIEW")  # fmt: skip
    listing = views.add("list", outbox.listing, "submissions, newest first, and the queue's switch",
                        "--state REVIEW --limit 20")  # fmt: skip
    listing.add_argument("--limit", type=int, default=200, help="at most so many (default 200)")
    listing.add_argument(
        "--state", type=str.upper, choices=[str(state) for state in State], metavar="STATE",
        help=f"only those in this state: {', '.join(State)}",
    )  # fmt: skip
    listing.add_argument("--form", help=f"only those of one form: {FORM}")
    show = views.add("show", outbox.show, "one submission and its history", "2345-6789-ABCD")
    show.add_argument("receipt", help=RECEIPT)
    for name, event in outbox.DECISIONS.items():
        _decision(views, name, outbox.reasons_text(event))
    for name, text in TURN.items():
        views.add(name, outbox.turn, text).set_defaults(turn=name)


def _decision(views: _Group, name: str, reasons: str) -> None:
    first = reasons.split(maxsplit=1)[0]
    decide = views.add(
        name, outbox.decide, DECIDE[name],
        epilog=f"reasons:\n{reasons}\n\nexample:\n"
        f"  {PROGRAM} outbox {name} 2345-6789-ABCD --reason {first}",
    )  # fmt: skip
    decide.add_argument("receipt", help=RECEIPT)
    decide.add_argument("--reason", required=True, help="why: one of the reasons below")
    decide.set_defaults(decision=name)


def _properties(group: _Group) -> None:
    views = group.group("properties", "see and define the properties of an object", "ACTION",
                        "list contacts --class sensitive")  # fmt: skip
    groups = views.group("groups", "the groups that properties stand in", "ACTION",
                         "list contacts")  # fmt: skip
    for commands_of, rows in (
        (views, property_arguments.COMMANDS), (groups, property_arguments.GROUP_COMMANDS)
    ):  # fmt: skip
        for row in rows:
            row.arguments(commands_of.add(row.name, row.run, row.text, row.example, row.epilog))


def _books(group: _Group) -> None:
    reconcile = group.add(
        "reconcile", books.reconcile,
        "look unclear submissions up in HubSpot once, or draw the balance", "--report",
    )  # fmt: skip
    reconcile.add_argument(
        "--report",
        action="store_true",
        help="the balance per form and day: does everything that was accepted stand somewhere?",
    )
    probe = group.add("probe", books.probe,
                      "send test answers, and measure how this account shows them",
                      '"Test form" --answers answers.json')  # fmt: skip
    probe.add_argument("form", help=f"{FORM}; it gets real submissions, so take a test form")
    probe.add_argument(
        "--answers", metavar="FILE", help="a JSON file of answers to send (default: made-up ones)"
    )
