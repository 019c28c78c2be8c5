"""What HubSpot's headers and 429s ask for."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import KeyringBroken
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.queue import Switch
from gateway.domain.submissions import CAUSES
from gateway.hubspot.rates import Rates, read_rates
from gateway.usecases.outcomes import (
    CHECKING,
    DAILY,
    POLICIES,
    SENDING,
    Outcome,
    asked_s,
    policy_of,
)
from gateway.usecases.quota import AFTER_MIDNIGHT_S, effect_of, until_midnight_s

ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC")


def test_headers_are_read_and_nothing_else() -> None:
    """Numbers are numbers; what is not one says nothing."""
    headers = {
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-max": "190",
        "x-hubspot-ratelimit-remaining": "7",
        "x-hubspot-ratelimit-daily": "1" * 13,
        "x-hubspot-ratelimit-daily-remaining": "-1",
    }
    assert read_rates(headers) == Rates(10_000, 190, 7, None, None)
    assert read_rates({}) == Rates()


@pytest.mark.parametrize(
    ("rates", "limit", "ceiling", "rest_s", "pause"),
    [
        (Rates(), 90, None, None, None),
        (Rates(10_000, 190, 100), 90, None, None, None),
        (Rates(10_000, 50, 30), 90, 49, None, None),
        (Rates(10_000, 50, 30), 0, 49, None, None),
        (Rates(10_000, 1, 1), 90, 1, 1.0, None),
        (Rates(10_000, 190, 1), 90, None, 1.0, None),
        (Rates(1_000, 4, 0), 90, None, None, None),
        (Rates(10_000, 190, 100, 1000, 51), 90, None, None, None),
        (Rates(10_000, 190, 100, 1000, 50), 90, None, None, Switch.PAUSED_QUOTA),
        (Rates(daily=0, daily_left=0), 90, None, None, None),
    ],
)
def test_what_the_headers_ask_for(
    rates: Rates, limit: int, ceiling: int | None, rest_s: float | None, pause: Switch | None
) -> None:
    """A lower limit is kept, a full window waited for, and a twentieth of the day is left for
    looking up what is unclear."""
    effect = effect_of(rates, limit=limit, until_midnight_s=5.0)
    assert (effect.ceiling, effect.rest_s, effect.pause) == (ceiling, rest_s, pause)


@given(
    st.datetimes(datetime.datetime(2020, 1, 1), datetime.datetime(2035, 1, 1)),
    st.sampled_from(ZONES),
)
def test_a_day_ends_at_the_accounts_midnight(moment: datetime.datetime, name: str) -> None:
    """The pause ends a little after the next midnight there, summer time included."""
    now = moment.replace(tzinfo=datetime.UTC)
    left = until_midnight_s(int(now.timestamp() * 1000), name)
    after = (now + datetime.timedelta(seconds=left)).astimezone(zoneinfo.ZoneInfo(name))
    assert after.date() > now.astimezone(zoneinfo.ZoneInfo(name)).date()
    assert after.hour == 0
    assert after.minute * 60 + after.second <= AFTER_MIDNIGHT_S[1] + 1


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "\0"])
def test_an_unknown_zone_counts_as_utc(name: str) -> None:
    """A zone nobody knows does not stop the queue for ever, nor open a file."""
    assert 0 < until_midnight_s(0, name) <= 86_400 + AFTER_MIDNIGHT_S[1]


@pytest.mark.parametrize("name", [*POLICIES, DAILY, "SOMETHING_NEW"])
def test_every_policy_has_a_cause_and_a_rest(name: str | None) -> None:
    """Each kind of 429 rests the queue, for as long as HubSpot asked, up to an hour."""
    policy = policy_of(RateLimited(policy=name))
    assert policy.cause in CAUSES
    assert policy.rest_s > 0
    assert asked_s(RateLimited(policy=name, retry_after=7.0)) == 7.0
    assert asked_s(RateLimited(policy=name, retry_after=10.0**9)) == 3600.0
    assert asked_s(RateLimited(policy=name)) == policy.rest_s


def test_an_address_block_stops_all_for_ninety_seconds() -> None:
    """Ten 429s in a second block our address for a minute: nothing is sent for longer."""
    assert POLICIES["IP_BLOCK"].rest_s == 90.0


@pytest.mark.parametrize("row", [*SENDING.values(), *CHECKING.values()])
def test_every_outcome_has_a_cause(row: Outcome) -> None:
    """Whatever ends a delivery, a person can read why."""
    assert row.cause in CAUSES


def test_a_check_that_failed_uses_up_no_turn() -> None:
    """Before the first byte nothing was counted by HubSpot, so nothing is by us."""
    for kind, row in CHECKING.items():
        error = kind("cause") if kind is KeyringBroken else kind()
        assert not row.works(error).counts, kind
