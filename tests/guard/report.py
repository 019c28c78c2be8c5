"""``python -m guard.report [--small] [--seed N]``: how much the content guard sees, and how often
it is wrong, with Wilson's 95 % intervals. Exits with 1 when a target is missed."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import math
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from faker import Faker

from gateway.domain.forms import FieldType
from gateway.domain.kinds import Kind, Tier
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.guard import look
from guard.negatives import negatives
from guard.positives import EXCLUDED, positives
from guard.sample import Sample

SEED = 20261125
LOCALES = ("en_US", "en_GB", "en_CA", "en_IN", "fr_FR", "de_DE", "de_AT", "de_CH", "it_IT", "es_ES",
           "es_MX", "pt_BR", "pt_PT", "nl_NL", "nl_BE", "pl_PL", "fi_FI", "sv_SE", "no_NO", "da_DK",
           "tr_TR", "zh_CN", "ja_JP")  # fmt: skip
FULL, SMALL = (200, 500), (25, 40)
"""Values of each kind, and of each harmless group."""
LEAST_RECALL, MOST_FALSE, MOST_MS = 0.99, 0.001, 1.0
SHOWN = 12
_Z = 1.959964

ROWS: Sequence[tuple[str, FieldType, str]] = (
    ("First name", FieldType.SINGLE_LINE_TEXT, "Ada"),
    ("Last name", FieldType.SINGLE_LINE_TEXT, "Lovelace"),
    ("E-mail", FieldType.EMAIL, "ada@clinic-mail.example"),
    ("Phone", FieldType.PHONE, "+44 20 7946 0958"),
    ("Street", FieldType.SINGLE_LINE_TEXT, "12 St James's Square"),
    ("City", FieldType.SINGLE_LINE_TEXT, "London"),
    ("Postal code", FieldType.SINGLE_LINE_TEXT, "SW1Y 4JH"),
    ("Company", FieldType.SINGLE_LINE_TEXT, "Analytical Engines Ltd"),
    ("Customer number", FieldType.SINGLE_LINE_TEXT, "4711-0815-22"),
    ("Comment", FieldType.MULTI_LINE_TEXT, "Please call after 5 pm, I am in a meeting until then."),
) * 2
"""A submission of twenty short fields."""


@dataclasses.dataclass
class Tally:
    """How many there were, and how many of them were seen."""

    all: int = 0
    seen: int = 0

    def add(self, seen: bool) -> None:
        """Counts one."""
        self.all += 1
        self.seen += seen

    @property
    def rate(self) -> float:
        """The share that was seen."""
        return self.seen / self.all if self.all else 0.0

    def told(self) -> str:
        """The share with its interval, in per cent."""
        low, high = wilson(self.seen, self.all)
        return f"{self.rate:8.2%}  [{low:7.2%} – {high:7.2%}]  {self.seen:6} of {self.all:6}"


@dataclasses.dataclass
class Measured:
    """What was found out about the set."""

    recall: dict[tuple[Tier, Kind], Tally]
    false: dict[str, Tally]
    """Harmless group → hits of the tiers 1 and 2."""
    asked: dict[str, Tally]
    """Harmless group → hits of the tier 3."""
    missed: list[Sample]
    mistaken: list[tuple[Sample, Kind]]

    def recall_of(self, tier: Tier) -> Tally:
        """All kinds of one tier together."""
        return summed(tally for (of, _), tally in self.recall.items() if of is tier)

    @property
    def false_alarms(self) -> Tally:
        """All harmless groups together."""
        return summed(self.false.values())

    @property
    def size(self) -> int:
        """How many values there were."""
        return summed(self.recall.values()).all + self.false_alarms.all


def wilson(seen: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if total == 0:
        return 0.0, 1.0
    share = seen / total
    middle = share + _Z**2 / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    scale = 1 + _Z**2 / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def summed(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    total = Tally()
    for tally in tallies:
        total.all += tally.all
        total.seen += tally.seen
    return total


def labelled(seed: int, sizes: tuple[int, int]) -> Iterable[Sample]:
    """The whole set, the same for the same seed."""
    fakers: dict[str, Faker] = {}
    for locale in LOCALES:
        fakers[locale] = Faker(locale)
        fakers[locale].seed_instance(f"{seed}-{locale}")
    random = Random(seed)
    yield from positives(fakers, random, sizes[0])
    yield from negatives(fakers, random, sizes[1])


def measure(samples: Iterable[Sample]) -> Measured:
    """Shows every value to the guard, in a property that is not sensitive."""
    found = Measured(collections.defaultdict(Tally), collections.defaultdict(Tally),
                     collections.defaultdict(Tally), [], [])  # fmt: skip
    for sample in samples:
        hits = look(sample.text, about=sample.label, field_type=sample.field_type,
                    sensitivity=Sensitivity.NON_SENSITIVE)  # fmt: skip
        if sample.kind is not None and sample.tier is not None:
            seen = any(hit.kind is sample.kind and hit.tier <= sample.tier for hit in hits)
            found.recall[sample.tier, sample.kind].add(seen)
            if not seen:
                found.missed.append(sample)
            continue
        wrong = [hit.kind for hit in hits if hit.tier is not Tier.ASKED]
        found.false[sample.group].add(bool(wrong))
        found.asked[sample.group].add(any(hit.tier is Tier.ASKED for hit in hits))
        found.mistaken += [(sample, kind) for kind in wrong]
    return found


def submission_ms(times: int) -> float:
    """The median time for one submission of twenty short fields, in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        for label, field_type, text in ROWS:
            look(text, about=label, field_type=field_type, sensitivity=Sensitivity.NON_SENSITIVE)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def targets(found: Measured) -> Mapping[str, bool]:
    """What was promised, and whether it is kept."""
    return {
        f"false alarms of tiers 1 and 2 under {MOST_FALSE:.1%}":
            found.false_alarms.rate < MOST_FALSE,
        f"recall of tier 1 above {LEAST_RECALL:.0%}":
            found.recall_of(Tier.ALONE).rate > LEAST_RECALL,
    }  # fmt: skip


def _print(found: Measured, taken_ms: float) -> None:
    out = sys.stdout.write
    out(f"{found.size} values, {len(LOCALES)} locales\n\nLeft out of the set:\n")
    for what, why in EXCLUDED.items():
        out(f"  {what}: {why}\n")
    for tier in Tier:
        out(f"\nRecall, tier {tier.value}\n")
        for (of, kind), tally in found.recall.items():
            if of is tier:
                out(f"  {kind.value:20}{tally.told()}\n")
        out(f"  {'all':20}{found.recall_of(tier).told()}\n")
    out("\nFalse alarms, tiers 1 and 2\n")
    for group, tally in found.false.items():
        out(f"  {group:20}{tally.told()}\n")
    out(f"  {'all':20}{found.false_alarms.told()}\n")
    out("\nAsked without need, tier 3\n")
    for group, tally in found.asked.items():
        if tally.seen:
            out(f"  {group:20}{tally.told()}\n")
    out(f"  {'all':20}{summed(found.asked.values()).told()}\n")
    out("\nSome that were missed (tiers 1 and 2)\n")
    missed = [sample for sample in found.missed if sample.tier is not Tier.ASKED]
    for sample in missed[:SHOWN]:
        out(f"  {sample.group}: {sample.text!r} under {sample.label!r}\n")
    out("\nSome that were mistaken\n")
    for sample, kind in found.mistaken[:SHOWN]:
        out(f"  {sample.group}: {sample.text!r} for {kind.value}\n")
    out(f"\nA submission of {len(ROWS)} short fields: {taken_ms:.2f} ms (wanted: under {MOST_MS:.0f} "
        "ms; depends on the machine, so it is not a target here)\n\n")  # fmt: skip
    for promise, kept in targets(found).items():
        out(f"{'pass' if kept else 'FAIL'}  {promise}\n")


def main(arguments: list[str] | None = None) -> int:
    """0 when every target is met, 1 when one is not."""
    parser = argparse.ArgumentParser(prog="guard.report", description="Measures the content guard.")
    parser.add_argument("--small", action="store_true", help="a small set")
    parser.add_argument("--seed", type=int, default=SEED, help=f"where chance begins ({SEED})")
    options = parser.parse_args(arguments)
    found = measure(labelled(options.seed, SMALL if options.small else FULL))
    _print(found, submission_ms(20 if options.small else 200))
    return 0 if all(targets(found).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
