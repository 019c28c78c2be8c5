"""Writes the documents that are tables of the program: ``python docs/generate.py``.

A test compares them with the tables, so they cannot grow stale.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from docs.emulator_page import emulator
from docs.guard_page import guard
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
from gateway.domain.objects import CONTACT, OBJECT_TYPES, ObjectType
from gateway.domain.queue import POSITIONS, Ends
from gateway.domain.scopes import Access, ScopeNeed, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import CAUSES, FINAL, STATE_WORDS, TRANSITIONS, State
from gateway.domain.users import ROLE_PERMISSIONS, Permission, Role
from gateway.intake.number_checks import NUMBER_CHECKS
from gateway.intake.property_rules import RULES
from gateway.policy.features import demand

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
