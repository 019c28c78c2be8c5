"""``python -m gateway COMMAND``: arguments in, one answer out, and an exit code that means
something.

Exit codes: 0 yes, 1 a finding or a refusal, 2 usage or settings, 3 HubSpot or the network.
With ``--json`` standard output is one JSON document; messages go to standard error.
"""

from __future__ import annotations

import argparse
import signal
import traceback
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from gateway.cli import commands
from gateway.cli.answers_file import UsageError
from gateway.cli.show import Out
from gateway.domain.errors import GatewayError, HubSpotError, IntakeClosed, SettingsError
from gateway.emulator import PortBusy

YES, REFUSED, USAGE, HUBSPOT = 0, 1, 2, 3

_HUBSPOT_CAUSES = frozenset({"unreachable", "unauthorized"})

Command = Callable[[argparse.Namespace, Out], int]


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code. No traceback, no value, no token is shown."""
    signal.signal(signal.SIGTERM, _terminated)
    arguments = _parser().parse_args(argv)
    out = Out(json=arguments.json)
    command: Command = arguments.run
    try:
        return command(arguments, out)
    except GatewayError as error:
        out.error(error)
        return _exit_code(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return YES
    except Exception as error:  # the last resort: a traceback could show an answer
        frame = traceback.extract_tb(error.__traceback__)[-1]
        out.fault(f"Unexpected fault: {type(error).__name__} in {frame.name}, line {frame.lineno}.")
        return REFUSED


def _exit_code(error: GatewayError) -> int:
    if isinstance(error, SettingsError | UsageError | PortBusy):
        return USAGE
    if isinstance(error, HubSpotError):
        return HUBSPOT
    if isinstance(error, IntakeClosed) and error.cause in _HUBSPOT_CAUSES:
        return HUBSPOT
    return REFUSED


def _terminated(signum: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser = argparse.ArgumentParser(
        prog="python -m gateway",
        description="Sealed Intake: secure form submissions for HubSpot Sensitive Data.",
    )
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = subcommands.add_parser(name, parents=[shared], help=text, description=text)
        command.set_defaults(run=run)
        return command

    emulator = add("emulator", commands.emulator, "serve an emulated HubSpot on this machine")
    emulator.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)"
    )
    emulator.add_argument(
        "--seed", choices=["clinic"], default="clinic", help="what it starts with"
    )

    add("doctor", commands.doctor, "find everything wrong with the set-up, each with its cure")

    check = add("check", commands.check, "may each field of a form carry data to its property?")
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument("form", nargs="?", help="a form's id or exact name")
    which.add_argument("--all", action="store_true", help="every form of the account")

    submit = add("submit", commands.submit, "submit answers, as the page does")
    submit.add_argument("form", help="a form's id or exact name")
    submit.add_argument(
        "--answers", required=True, metavar="FILE", help="a JSON file, or - for standard input"
    )
    submit.add_argument("--key", help="idempotency key: the same key again sends nothing twice")
    submit.add_argument(
        "--wait",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for the delivery (default 10)",
    )
    submit.add_argument("--queue-only", action="store_true", help="leave the delivery to a worker")

    worker = add("worker", commands.worker, "deliver what is queued")
    worker.add_argument("--until-empty", action="store_true", help="stop when nothing is queued")

    outbox = subcommands.add_parser("outbox", help="see where each submission is")
    views = outbox.add_subparsers(required=True, metavar="VIEW")
    listing = views.add_parser("list", parents=[shared], help="every submission, newest first")
    listing.add_argument("--limit", type=int, default=200, help="at most so many (default 200)")
    listing.set_defaults(run=commands.outbox_list)
    show = views.add_parser("show", parents=[shared], help="one submission and its history")
    show.add_argument("receipt", help="the receipt's code")
    show.set_defaults(run=commands.outbox_show)
    return parser
