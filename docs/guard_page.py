"""The document of the content guard: what it does, what it cannot, and every kind it knows."""

from __future__ import annotations

from gateway.domain.kinds import KINDS, Tier
from gateway.policy.guard_shapes import SHAPES

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
        "space, digits typed one by one, and a word typed right before them (`SSN536904399`) do not "
        "hide a number.",
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
