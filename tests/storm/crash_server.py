"""One warm process that forks a child for each crash point: ``python -m storm.crash_server``.

It reads one JSON object per line, ``{"operation", "report", "environ",
"form"}``, and answers with the
child's number, then with how the child ended. The child opens the gateway, gets ready, stops
itself so that a tracer can be put on it, and does exactly one operation. What it would have
told a person is written into the report, a line each.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.bootstrap import open_gateway
from gateway.domain.errors import GatewayError
from gateway.domain.users import LOCAL_OPERATOR
from gateway.hubspot import connecting
from gateway.settings import load_settings
from gateway.usecases import deliver
from gateway.usecases.gateway import Gateway
from storm.ground import deliver_one, hand_in, look_up, shred

LEASE_S = 75.0
"""The lease of a claim made here: just long enough to send."""
KEY = "the-key"
Tell = Callable[[str], None]


def _accept(gateway: Gateway, form_id: str, tell: Tell) -> None:
    tell(f"received {hand_in(gateway, form_id, key=KEY).code}")


def _deliver(gateway: Gateway, _: str, tell: Tell) -> None:
    deliver_one(gateway)
    tell("delivered")


def _find(gateway: Gateway, _: str, tell: Tell) -> None:
    look_up(gateway)
    tell("found")


def _shred(gateway: Gateway, _: str, tell: Tell) -> None:
    shred(gateway)
    tell("shredded")


OPERATIONS: Mapping[str, Callable[[Gateway, str, Tell], None]] = {
    "accept": _accept,
    "deliver": _deliver,
    "find": _find,
    "shred": _shred,
}


def main() -> None:
    """Serves until its input ends. One child at a time."""
    logging.disable(logging.CRITICAL)
    deliver.LEASE_S = LEASE_S
    deliver.SETTLE_AGAIN_S = 0.01
    # A connection for each call, so that connecting is among the points.
    connecting.IDLE_S = -1.0
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _child(order)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _child(order: Mapping[str, Any]) -> None:
    report = os.open(order["report"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def tell(line: str) -> None:
        # Not one of the calls that are spoilt.
        os.writev(report, [f"{line}\n".encode()])

    try:
        # Nobody is left to wait for a child that hangs.
        signal.alarm(30)
        gateway = open_gateway(load_settings(order["environ"], None))
        gateway.check(order["form"], by=LOCAL_OPERATOR)
        tell("ready")
        os.kill(os.getpid(), signal.SIGSTOP)
        OPERATIONS[order["operation"]](gateway, order["form"], tell)
    except GatewayError as error:
        tell(f"refused {type(error).__name__} {getattr(error, 'cause', '')}")
    except BaseException as error:
        tell(f"broke {type(error).__name__}")
    # As the machine would end it: nothing is closed, nothing is finished.
    os._exit(0)


def server_command() -> list[str]:
    """How to start it."""
    return [sys.executable, "-m", "storm.crash_server"]


PROJECT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    main()
