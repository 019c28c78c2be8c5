"""The command ``emulator``: what the account starts with, and how long it runs."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Mapping
from typing import Any

from gateway.cli.interrupts import noted
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.emulator import Emulator, Switches
from gateway.emulator.faults import EVERYWHERE, KINDS, Area

_LOOK_EVERY_S = 0.1
_ALWAYS = "always"

EXAMPLES = """\
examples:
  python -m gateway emulator --port 8799
  python -m gateway emulator --fault secure_submit:500:3 --fault '*:429:always'
  python -m gateway emulator --switch rate_limit=20 --switch retry_after=true
  python -m gateway emulator --webhook-url http://127.0.0.1:8501/webhooks/hubspot \\
      --subscribe contact.creation --subscribe contact.propertyChange:passport_number
  python -m gateway emulator --state clinic.state
  python -m gateway emulator --list

A fault is ON:KIND, ON:KIND:TIMES or ON:KIND:TIMES:SECONDS. ON is a part of the API, or * for all
of it; TIMES is how many calls it strikes (1 unless said, or always); SECONDS is how late a slow
answer is. A subscription is TYPE or TYPE:PROPERTY; of the generic types, object.TYPE:OBJECT or
object.TYPE:OBJECT/PROPERTY. The state file is sealed with a key that stands beside it
(FILE.key): keep both from others."""


def emulator(arguments: argparse.Namespace, out: Out) -> int:
    """Serves the emulator until it is interrupted. Its first line is one JSON object."""
    if arguments.list:
        return _list(out)
    changes = dict(_switch(text) for text in arguments.switch)
    faults = [_fault(text) for text in arguments.fault]
    if arguments.subscribe and not arguments.webhook_url:
        raise UsageError("--subscribe needs --webhook-url.")
    account = Emulator(port=arguments.port, seed=arguments.seed, state=arguments.state)
    with noted() as interrupted, account as running:
        try:
            running.portal.amend_switches(**changes)
            for fault in faults:
                running.portal.faults.add(**fault)
            if arguments.webhook_url:
                running.subscribe(arguments.webhook_url, arguments.subscribe)
        except ValueError as fault:
            raise _usage(str(fault)) from None
        print(json.dumps(running.banner()), flush=True)
        out.message(f"An emulated HubSpot is listening on {running.api_base}. Ctrl+C stops it.")
        while not interrupted():
            time.sleep(_LOOK_EVERY_S)
    return 0


def _list(out: Out) -> int:
    faults = {kind: sorted(of.areas) for kind, of in KINDS.items()}
    switches = Switches().listing()
    rows = [f"Parts of the API: {', '.join(Area)}, and {EVERYWHERE} for all of it.", "", "Faults:"]
    for name, kind in KINDS.items():
        only = "" if len(kind.areas) == len(Area) else f" (on {', '.join(faults[name])} only)"
        rows.append(f"  {name}: {kind.doc}{only}")
    rows += ["", "Switches, with their values:"]
    rows += [f"  {row['name']}={json.dumps(row['value'])}  {row['doc']}" for row in switches]
    out.answer({"faults": faults, "switches": switches}, "\n".join(rows))
    return 0


def _switch(text: str) -> tuple[str, Any]:
    """``name=value`` as the switch takes it: a truth, a number or a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError("A switch is NAME=VALUE.")
    if value in ("true", "false"):
        return name, value == "true"
    try:
        number = float(value)
    except ValueError:
        return name, value
    if not math.isfinite(number):
        return name, value
    return name, int(number) if number.is_integer() else number


def _fault(text: str) -> Mapping[str, Any]:
    on, _, rest = text.partition(":")
    kind, _, rest = rest.partition(":")
    times, _, seconds = rest.partition(":")
    try:
        count = None if times == _ALWAYS else int(times or 1)
        late = float(seconds or 0)
    except ValueError:
        raise UsageError(
            "A fault is ON:KIND[:TIMES[:SECONDS]], TIMES a number or always."
        ) from None
    return {"on": on, "kind": kind, "times": count, "seconds": late}


def _usage(sentence: str) -> UsageError:
    name_first = not sentence.partition(" ")[0].islower()
    return UsageError(f"{sentence if name_first else sentence[0].upper() + sentence[1:]}.")
