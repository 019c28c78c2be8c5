"""The document of the emulator: what it serves, guesses, and does on demand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.emulator.definitions.drift import KINDS as DRIFT
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import KINDS as FAULTS
from gateway.emulator.faults import Area
from gateway.emulator.routes import ROUTES
from gateway.emulator.switches import Switches


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
        "| Kind | What HubSpot does | Takes seconds |",
        "|---|---|---|",
        *(
            f"| `{name}` | {kind.doc} | {'yes' if kind.timed else ''} |"
            for name, kind in FAULTS.items()
        ),
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
