"""What differs between two lists of choices, or two sets of texts, short enough for a row of a
table: a person has to see what changed, not only that something did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gateway.domain.codepoints import TextKind, scrub
from gateway.domain.forms import LegalConsent
from gateway.domain.richtext import plain

MOST_CHOICES = 200
"""So many choices of a field are named in the lock file; of more only the number is told."""
MOST_TEXT = 20_000
"""Characters of a form's consent texts that the lock file holds; longer ones are not told."""
SHOWN_CHOICES = 6
SHOWN_TEXT = 60
"""How many choices, and how many characters of a text, stand in a row."""
LEAD = 20
"""Characters before the first difference that are shown with it."""


def choices_in_words(count: int, values: Mapping[str, str], others: Mapping[str, str]) -> str:
    """How many choices there are, and which of them ``others`` lacks, else which have another's
    label there; only how many where one of the two is not known by its values."""
    told = "1 choice" if count == 1 else f"{count} choices"
    own = sorted(set(values) - set(others)) if values and others else []
    own = own or [f"\u201c{values[value]}\u201d for {value}" for value in swapped(values, others)]
    return f"{told}, with {named(own, SHOWN_CHOICES)}" if own else told


def swapped(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The choices of both whose label changed, one of the two labels standing for another choice
    on the other side: who reads it there answers something else."""
    return [
        value
        for value in sorted(was.keys() & now.keys())
        if was[value] != now[value]
        and (was[value] in _others(now, value) or now[value] in _others(was, value))
    ]


def _others(labels: Mapping[str, str], but: str) -> set[str]:
    return {label for value, label in labels.items() if value != but and label}


def named(values: Collection[str], most: int) -> str:
    """The first ``most`` values, and how many more there are."""
    shown = [_cut(value) for value in [*values][:most]]
    more = len(values) - len(shown)
    return ", ".join([*shown, f"{more} more"] if more else shown)


def consent_texts(consent: LegalConsent) -> dict[str, str]:
    """What a form's consent says, each part by the name a person knows it by; empty when it is
    too long to be told."""
    texts = {
        "privacy text": consent.privacy_text,
        "lawful basis": consent.lawful_basis,
        "subscriptions": ", ".join(map(str, consent.subscription_type_ids)),
        "text on communications": consent.communication_consent_text,
        "text on processing": consent.consent_to_process_text,
        "checkbox on processing": consent.consent_to_process_checkbox_label,
        "footer": consent.consent_to_process_footer_text,
        **{
            f"checkbox {one.subscription_type_id}": one.label + " (required)" * one.required
            for one in consent.communications_checkboxes
        },
    }
    texts = {name: text for name, text in texts.items() if text}
    return texts if sum(map(len, texts.values())) <= MOST_TEXT else {}


def texts_in_words(mine: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Of every part of ``mine`` that ``other`` has otherwise the piece around the first
    difference; empty when nothing can be told."""
    return "; ".join(_pieces(mine, other)) if mine and other else ""


def _pieces(mine: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*mine, *other}):
        told, beside = plain(mine.get(name, "")), plain(other.get(name, ""))
        if mine.get(name) == other.get(name):
            continue
        if not told:
            yield f"no {name}"
        elif told == beside:
            yield f"{name} in other markup"
        else:
            yield f"{name} \u201c{_around(told, beside)}\u201d"


def _around(text: str, other: str) -> str:
    """The piece of ``text`` that begins a little before it differs from ``other``."""
    same = next((i for i, pair in enumerate(zip(text, other, strict=False)) if len({*pair}) > 1),
                min(len(text), len(other)))  # fmt: skip
    begin = max(0, same - LEAD)
    piece = text[begin : begin + SHOWN_TEXT]
    return (
        ("\u2026" if begin else "") + piece + ("\u2026" if begin + len(piece) < len(text) else "")
    )


def _cut(value: str) -> str:
    told = " ".join(scrub(value, TextKind.FREE)[0].split())
    return told if len(told) <= SHOWN_TEXT else told[: SHOWN_TEXT - 1] + "\u2026"
