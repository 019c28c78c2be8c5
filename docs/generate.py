"""Writes the documents that are tables of the program: ``python docs/generate.py``.

A test compares them with the tables, so they cannot grow stale.
"""

from __future__ import annotations

import inspect
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
from gateway.domain.features import FEATURES, Feature
from gateway.domain.findings import FINDINGS
from gateway.domain.forms import FieldType
from gateway.domain.kinds import KINDS, Tier
from gateway.domain.objects import CONTACT, OBJECT_TYPES, ObjectType
from gateway.domain.queue import POSITIONS, Ends
from gateway.domain.scopes import Access, ScopeNeed, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import CAUSES, FINAL, STATE_WORDS, TRANSITIONS, State
from gateway.domain.users import ROLE_PERMISSIONS, Permission, Role
from gateway.emulator.definitions.drift import KINDS as DRIFT
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import KINDS as FAULTS
from gateway.emulator.faults import Area
from gateway.emulator.routes import ROUTES
from gateway.emulator.switches import Switches
from gateway.intake.number_checks import NUMBER_CHECKS
from gateway.intake.property_rules import RULES
from gateway.policy.features import demand
from gateway.policy.guard_shapes import SHAPES

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
            f'| <a id="{code}"></a>`{code}` | {row.severity} | {row.message} | {row.cure} |'
            for code, row in FINDINGS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def scopes() -> str:
    """Which scopes open what: the matrix of sensitive ones, and what each feature takes."""
    kinds = [*OBJECT_TYPES.values(), ObjectType("2-…", "2-…", "custom", "custom object", True)]
    classes = (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE)
    columns = [(of, access) for of in classes for access in Access]
    lines = [
        "# Scopes",
        "",
        "Written by `docs/generate.py` from `gateway/domain/scopes.py` and `features.py`. "
        "`python -m gateway scopes` compares them with your token, form by form; "
        "`python -m gateway hsmeta --out DIR` writes an app that has exactly them.",
        "",
        "## Sensitive values",
        "",
        "HubSpot spells each of these with `.v2` at the end, too; either counts. Tickets have one "
        "scope for both directions.",
        "",
        "| Object |" + "".join(f" {access} {of.label.lower()} |" for of, access in columns),
        "|---|" + "---|" * len(columns),
        *(
            f"| {kind.label} |"
            + "".join(
                f" `{need.name}` |" if (need := sensitive_need(kind, of, access)) else " none |"
                for of, access in columns
            )
            for kind in kinds
        ),
        "",
        "## What each feature takes",
        "",
        "For contacts with properties of both classes. `scopes --feature NAME` asks for it.",
        "",
        "| Feature | | Scopes |",
        "|---|---|---|",
        *(
            f"| `{feature}` | {row.label} | "
            + ", ".join(f"`{need.name}`" for need in _contact_needs(feature))
            + " |"
            for feature, row in FEATURES.items()
        ),
        "",
        "Nothing published says whether hearing of a sensitive change also takes the scope that reads "
        "sensitive values. The event says `REDACTED` in its place, so `hsmeta` does not ask for it; if "
        "HubSpot does, `hsmeta --feature submit --feature webhooks --feature reveal` adds it.",
    ]
    return "\n".join(lines) + "\n"


def _contact_needs(feature: Feature) -> tuple[ScopeNeed, ...]:
    contact = OBJECT_TYPES[CONTACT]
    classes = (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE)
    return demand(feature, [(contact, of) for of in classes]).needs


def validation() -> str:
    """What is checked of an answer before it is sealed."""
    lines = [
        "# Validation",
        "",
        "Written by `docs/generate.py` from `gateway/intake/property_rules.py` and "
        "`number_checks.py`. An answer is checked against the form's own limits, then against what "
        "follows; every fault is told at once, at its field, and never repeats the answer. The page, "
        "the command and a CSV file go through the same code.",
        "",
        "## Phone numbers",
        "",
        "A number that begins with + is held against the numbering plan of its country; any other "
        "against that of `GATEWAY_PHONE_REGION`, else of the region in the form's language (`en-gb`). "
        "Where no country is known, only the form's own digit limits count. A number has to be "
        "*possible* there: the country code exists and the length fits. Whether its range is in use "
        "is not asked: new ranges appear before any list of them, and HubSpot takes free text. What "
        "is sent is what was typed; only a form whose own page asks for the country gets it added.",
        "",
        "## Rules of HubSpot's properties",
        "",
        "They are read beside the properties, once in `GATEWAY_DEFINITION_MAX_AGE`, and kept here "
        "because HubSpot enforces them for some forms only. What HubSpot does not say exactly is "
        "read in the milder way: HubSpot decides last. A rule that cannot be understood refuses "
        "nobody and is a finding (`rule_unchecked`); when HubSpot does not tell the rules, forms stay "
        "open with another (`rules_unknown`).",
        "",
        "| Rule | Kept for | An answer has to be |",
        "|---|---|---|",
        *(
            f"| `{kind}` | {_field_words(row.kinds)} | {_told(row.read)} |"
            for kind, row in RULES.items()
        ),
        "",
        "## Check digits",
        "",
        "Whoever approves a form may name one of these for a field (`approve FORM --check "
        "FIELD=NAME`). They find slips, never whether a number was given to anybody.",
        "",
        "| Name | What it checks |",
        "|---|---|",
        *(f"| `{name}` | {check.name} |" for name, check in NUMBER_CHECKS.items()),
    ]
    return "\n".join(lines) + "\n"


def _field_words(kinds: frozenset[FieldType]) -> str:
    return ", ".join(str(kind) for kind in FieldType if kind in kinds) or "no form field"


def _told(read: object) -> str:
    text = inspect.getdoc(read) if read is not None else ""
    told = " ".join((text or "").split()).partition(": ")[2]
    return told.replace("``", "`") or "not asked: HubSpot's forms have no date and time"


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


TIER_WORDS = {
    Tier.ALONE: "by itself",
    Tier.IN_CONTEXT: "beside a word",
    Tier.ASKED: "asked about",
}


def guard() -> str:
    """What the content guard does, what it cannot, and every kind it knows."""
    tiers = {kind: {shape.tier for shape in SHAPES if shape.kind is kind} for kind in KINDS}
    lines = [
        "# The content guard",
        "",
        "Written by `docs/generate.py` from `gateway/domain/kinds.py` and `gateway/policy/guard_shapes.py`.",
        "",
        "A form's property has a class; what people type into it may belong to another. The guard reads "
        "what is typed into fields whose property is `non_sensitive`, after it was cleaned and before it "
        "is sealed, and stops what does not belong there: a card number in the comment, a social "
        "security number in the reference. Nothing leaves the machine for that.",
        "",
        "**A hit is no proof, and no hit is no clearance.** It knows the numbers in the table below, by "
        "their shape and check digits, and a list of words. It does not know names, faces, stories, "
        "numbers of other countries, a number with a typing slip in it, or a bare nine-digit number under "
        "a label that says nothing. Take it for a net under the person who types, and give sensitive "
        "answers fields of their own.",
        "",
        "## What happens",
        "",
        "| Tier | Recognised | In a `non_sensitive` property | In a `sensitive` one |",
        "|---|---|---|---|",
        "| 1 | by its shape, issuer and check digits | blocked | the gravest kinds are asked about |",
        "| 2 | by its digits, and a word in the field's label, help or name, or near it in the answer | blocked | the gravest kinds are asked about |",
        "| 3 | by a word or a shape that has harmless meanings too | asked about | not looked for |",
        "",
        "- **Blocked**: nothing of the submission is taken. The sentence at the field says what kind was "
        "recognised and what to do, and never repeats the answer.",
        "- **Asked about**: the same, but the person may tick *This is right; send it as it is* "
        "(`submit --confirm FIELD`, `confirmed=` in Python). The tick is for that answer; typed anew, it "
        "is asked about anew.",
        "- `approve FORM --guard FIELD=warn` sets a field to `warn`: then everything in it is a question.",
        "- In a `sensitive` property a number is never blocked, because many accounts keep national "
        "numbers there, as HubSpot allows. Where the field's label, help or name says that it is for just "
        "that kind, nothing is asked. A `highly_sensitive` property is not looked at.",
        "- Choices, ticks and dates are not read: they come from the form. A phone or an e-mail field is "
        "read only for what is surely something else (tier 1). What a form fills into a hidden field is "
        "not read.",
        "- Full-width and other scripts' digits, characters nobody sees, every kind of dash, dot and "
        "space, and digits typed one by one do not hide a number.",
        "",
        "The audit keeps the form, the field names, the kind and the tier (`guard.blocked` and "
        "`guard.asked` on the form, `submission.guard_confirmed` on the submission), who it was and when; "
        "never a value or a digest of one. The metric `sealed_intake_guard_hits_total` counts by kind, "
        "tier and outcome.",
        "",
        "## What it knows",
        "",
        "| Kind | What a person reads | Recognised | By | Asked about in `sensitive` |",
        "|---|---|---|---|---|",
        *(
            f"| `{kind}` | {row.words} | "
            f"{', '.join(TIER_WORDS[t] for t in sorted(tiers[kind] or {Tier.ASKED}))} | {row.rule} | "
            f"{'yes' if row.highly else ''} |"
            for kind, row in KINDS.items()
        ),
        "",
        "The words, in some fifteen languages, are in `gateway/policy/guard_words.py`.",
        "",
        "## How well it sees",
        "",
        "`make guard-report` makes some 25,000 labelled values in 23 locales (people, numbers and places "
        "by Faker, other numbers as their issuers make them, with check digits of its own) and prints "
        "recall for each kind and false alarms for each harmless group, with Wilson's 95 % intervals. It "
        "fails when tiers 1 and 2 together are wrong more often than once in 1,000 harmless values, or "
        "tier 1 sees less than 99 of 100. What Faker makes against its own country's rules is left out, "
        "and the report says which and why. The health words and the sentences they are measured with "
        "are by the same hand, so that figure says little; national phone numbers without a country code "
        "are mostly not seen. A small version of it runs with the tests.",
        "",
        "Sixteen-digit order numbers that begin like a card's are taken for one, one time in ten: that is "
        "what a check digit leaves.",
    ]
    return "\n".join(lines) + "\n"


DOCUMENTS = {
    "states.md": states,
    "findings.md": findings,
    "roles.md": roles,
    "scopes.md": scopes,
    "emulator.md": emulator,
    "guard.md": guard,
    "validation.md": validation,
}

if __name__ == "__main__":
    for name, write in DOCUMENTS.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
