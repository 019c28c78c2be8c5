"""The report on the content guard: a small set, its figures and its targets."""

from __future__ import annotations

import pytest

from gateway.domain.kinds import Tier
from guard import issuing
from guard.report import LOCALES, SEED, SMALL, labelled, main, measure, targets, wilson


def test_a_small_set_meets_the_targets(capsys: pytest.CaptureFixture[str]) -> None:
    """False alarms and recall keep what is promised, on a seed nobody looked at, too."""
    assert main(["--small"]) == 0
    told = capsys.readouterr().out
    assert "pass  recall of tier 1 above 99%" in told
    assert "Left out of the set:" in told
    found = measure(labelled(SEED + 1, SMALL))
    assert all(targets(found).values()), (found.false_alarms, found.recall_of(Tier.ALONE))


def test_the_set_is_the_same_for_the_same_seed() -> None:
    """A figure can be found again."""
    first, second = list(labelled(SEED, (2, 2))), list(labelled(SEED, (2, 2)))
    assert first == second
    assert len(LOCALES) >= 10


def test_a_missed_target_is_told() -> None:
    """A guard that sees nothing does not pass: the report can see."""
    found = measure(sample for sample in labelled(SEED, (5, 5)))
    for tally in found.recall.values():
        tally.seen = 0
    for tally in found.false.values():
        tally.seen = tally.all
    assert not any(targets(found).values())


def test_wilsons_interval() -> None:
    """It agrees with the published example, and with nothing seen it is not nothing."""
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 100)[0] == 0.0
    assert round(wilson(0, 100)[1], 4) == 0.0370


def test_issuers_numbers_have_their_published_check_digits() -> None:
    """The set's own makers agree with the examples their issuers print."""
    assert issuing.with_luhn("7992739871") == "79927398713"
    assert issuing.with_gs1("400638133393") == "4006381333931"
    assert issuing._verhoeff("2363") == 0
