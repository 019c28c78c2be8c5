"""``python -m gateway COMMAND``: arguments in, one answer out, and an exit code that means
something.

Exit codes: 0 yes, 1 a finding or a refusal, 2 usage or settings, 3 HubSpot or the network.
With ``--json`` standard output is one JSON document; messages go to standard error.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from gateway.cli.exits import INTERRUPTED, REFUSED, YES, exit_code
from gateway.cli.parser import Command, parser
from gateway.cli.show import Out, open_closed_streams, written_out
from gateway.domain.errors import GatewayError


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code. No traceback, no value, no token is shown."""
    open_closed_streams()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        arguments = parser().parse_args(argv)
    except SystemExit:  # help was shown, or a usage fault
        written_out()
        raise
    out = Out(json=arguments.json)
    command: Command = arguments.run
    try:
        return command(arguments, out)
    except GatewayError as error:
        out.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return YES
    except Exception as error:  # the last resort: a traceback could show an answer
        frame = traceback.extract_tb(error.__traceback__)[-1]
        out.fault(f"Unexpected fault: {type(error).__name__} in {frame.name}, line {frame.lineno}.")
        return REFUSED


def _terminated(signum: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
