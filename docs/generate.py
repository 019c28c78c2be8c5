"""Writes the documents that are tables of the program: ``python docs/generate.py``.

A test compares them with the tables, so they cannot grow stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from gateway.domain.audit import EVENT_ACTIONS
from gateway.domain.decisions import (
    DECISION_PERMISSIONS,
    DECISION_WORDS,
    REASONS,
    REASONS_FOR,
    decisions_in,
)
from gateway.domain.findings import FINDINGS
from gateway.domain.queue import POSITIONS, Ends
from gateway.domain.submissions import CAUSES, FINAL, STATE_WORDS, TRANSITIONS, State
from gateway.domain.users import ROLE_PERMISSIONS, Permission, Role
from gateway.emulator.definitions.drift import KINDS as DRIFT
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import KINDS as FAULTS
from gateway.emulator.faults import Area
from gateway.emulator.routes import ROUTES
from gateway.emulator.switches import Switches

ENDS_WORDS = {
    Ends.NEVER: "",
    Ends.CALL: "one call, answered well",
    Ends.TRIAL: "one submission, taken",
    Ends.TIME: "its time",
    Ends.PERSON: "a person",
}


def states() -> str:
    """The life of a submission: diagram, words, moves and causes."""
    lines = [
        "# The life of a submission",
        "",
        "Written by `docs/generate.py` from the tables in `gateway/domain/`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> QUEUED: accepted, and only then a receipt",
        *(f"    {source} --> {target}: {event}" for (source, event), target in TRANSITIONS.items()),
        *(f"    {state} --> [*]" for state in State if state in FINAL),
        "```",
        "",
        "An unclear outcome never leads back to the queue by itself: the endpoint has no "
        "idempotency key, so a blind resend could store the answers twice. It goes back only when "
        "a complete look into HubSpot, after the window, has proven that it is not there "
        "(`python -m gateway probe` measures whether that can be proven), or when a person has "
        "decided.",
        "",
        "| State | What a person reads | |",
        "|---|---|---|",
        *(
            f"| {state} | {words} | {sentence} |"
            for state, (words, sentence) in STATE_WORDS.items()
        ),
        "",
        "| From | By | To | Audit row |",
        "|---|---|---|---|",
        *(
            f"| {source} | {event} | {target} | `{EVENT_ACTIONS[event]}` |"
            for (source, event), target in TRANSITIONS.items()
        ),
        "",
        "| Cause | What a person reads |",
        "|---|---|",
        *(f"| `{cause}` | {sentence} |" for cause, sentence in CAUSES.items()),
        "",
        "## What a person decides",
        "",
        "| Decision | In | May be made by who may | With one of these reasons |",
        "|---|---|---|---|",
        *(
            f"| {DECISION_WORDS[event]} | "
            f"{', '.join(state for state in State if event in decisions_in(state))} | "
            f"{DECISION_PERMISSIONS[event]} | {' '.join(REASONS[r] for r in reasons)} |"
            for event, reasons in REASONS_FOR.items()
        ),
        "",
        "## The queue's switch",
        "",
        "| Position | | Sends | Takes answers | Ends by | Tried again after |",
        "|---|---|---|---|---|---|",
        *(
            f"| {switch} | {row.words} | {'yes' if row.sends else 'no'} | "
            f"{'yes' if row.accepts else 'no'} | {ENDS_WORDS[row.ends]} | "
            f"{f'{row.again_s:.0f} s' if row.again_s else ''} |"
            for switch, row in POSITIONS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Every finding: its code, weight, message and cure."""
    lines = [
        "# Findings",
        "",
        "Written by `docs/generate.py` from `gateway/domain/findings.py`. The codes are stable. An "
        "error closes the form or needs to be put right; a warning does not close anything. Words in "
        "braces are names from definitions and settings, never answers.",
        "",
        "| Code | Weight | What it says | What to do |",
        "|---|---|---|---|",
        *(
            f"| `{code}` | {row.severity} | {row.message} | {row.cure} |"
            for code, row in FINDINGS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def roles() -> str:
    """Who may do what."""
    lines = [
        "# Roles",
        "",
        "Written by `docs/generate.py` from `gateway/domain/users.py`. There is no sign-in yet: "
        "everyone at the machine is the operator, and the pages answer on that machine only.",
        "",
        "| |" + "|".join(f" {role} " for role in Role) + "|",
        "|---|" + "---|" * len(Role),
        *(
            f"| {permission} |"
            + "|".join(" yes " if permission in ROLE_PERMISSIONS[role] else " " for role in Role)
            + "|"
            for permission in Permission
        ),
    ]
    return "\n".join(lines) + "\n"


def emulator() -> str:
    """What the emulator serves, guesses, and does on demand."""
    served = [route for route in ROUTES if not route.path.startswith("/_emulator/")]
    own = [route for route in ROUTES if route.door is Door.ADMIN]
    lines = [
        "# The emulated HubSpot",
        "",
        "Written by `docs/generate.py` from the tables in `gateway/emulator/`.",
        "",
        "## What it serves",
        "",
        "Each row is one operation, with the editions of the API it is served in. Every operation "
        "of HubSpot's published OpenAPI files for forms, properties, schemas, objects, property "
        "validations, account, OAuth and webhooks is among them; a test holds the answers against "
        "the files.",
        "",
        "| Call | Editions | What it does |",
        "|---|---|---|",
        *_calls(served),
        "",
        "## Its own routes",
        "",
        "They answer this machine only, need no token, and show no value.",
        "",
        "| Call | What it does |",
        "|---|---|",
        *(f"| `{route.method} {route.path}` | {_sentence(route)} |" for route in own),
        "",
        "## Drift on demand",
        "",
        "`POST /_emulator/drift` with one of these kinds changes one definition, as somebody in the "
        "portal might. A form is named by its id or name, a property as `name` or `0-2/name`.",
        "",
        "| Kind | Takes | May take | What it does |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | `{kind.needs}` | {', '.join(f'`{key}`' for key in kind.may)} | {kind.doc} |"
            for name, kind in DRIFT.items()
        ),
        "",
        "## Faults on demand",
        "",
        "`POST /_emulator/faults` with `{on, kind, times?, seconds?}`. `on` is one of "
        f"{', '.join(f'`{area}`' for area in Area)}, or `*`.",
        "",
        f"Kinds: {', '.join(f'`{name}`' for name in FAULTS)}.",
        "",
        "## What nobody has published",
        "",
        "Each guess is a switch: `PATCH /_emulator/switches` with `{name: value}`.",
        "",
        "| Switch | Default | The question |",
        "|---|---|---|",
        *(
            f"| `{row['name']}` | `{row['default']}` | {row['doc']} |"
            for row in Switches().listing()
        ),
    ]
    return "\n".join(lines) + "\n"


def _calls(routes: Sequence[Route]) -> list[str]:
    """One row for each method and handler, under the path of its oldest edition."""
    paths: dict[tuple[str, object], list[Route]] = {}
    for route in routes:
        paths.setdefault((route.method, route.handler), []).append(route)
    return [
        f"| `{same[0].method} {same[0].path}` | {', '.join(_editions(same))} | {_sentence(same[0])} |"
        for same in paths.values()
    ]


def _editions(routes: Sequence[Route]) -> list[str]:
    found = (re.search(r"/(v[0-9]|[0-9]{4}-[0-9]{2}(?:-beta)?)/", f"{r.path}/") for r in routes)
    return list(dict.fromkeys(match.group(1) for match in found if match))


def _sentence(route: Route) -> str:
    """The first sentence its handler says of itself."""
    told = " ".join((route.handler.__doc__ or "").split("\n\n")[0].split())
    first = re.split(r"(?<=[.])\s", told, maxsplit=1)[0].replace("``", "`")
    return first.replace("|", "\\|")


DOCUMENTS = {
    "states.md": states,
    "findings.md": findings,
    "roles.md": roles,
    "emulator.md": emulator,
}

if __name__ == "__main__":
    for name, write in DOCUMENTS.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
