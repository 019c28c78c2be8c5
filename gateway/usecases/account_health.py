"""What can be told of the HubSpot account: whose token it is, whether Sensitive Data is switched
on, and how many calls are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateway.domain.findings import Finding, finding
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.reports import FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot.api import HubSpot
from gateway.usecases.portal import PortalFacts
from gateway.usecases.quota import KEPT_SHARE

TOKEN_KINDS: Mapping[bool, str] = {
    True: "a private app's token or a service key, which HubSpot does not tell apart",
    False: "an OAuth access token",
}
"""Whether it stays as it is → what a token is."""

TIERS: Mapping[int, str] = {
    250_000: "Free and Starter",
    625_000: "Professional",
    1_000_000: "Enterprise",
    2_000_000: "Enterprise",
    3_000_000: "Enterprise",
}
"""Calls a day → the accounts that have them; the last two have bought more.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""
ENTERPRISE = "Enterprise"
UNKNOWN_TIER = "some"


def account_findings(
    hubspot: HubSpot, facts: PortalFacts, reports: Iterable[FormReport]
) -> Iterator[Finding]:
    """Every finding about the account; each question HubSpot does not answer is left out, or
    said to be open."""
    yield finding(
        "token_kind",
        kind=TOKEN_KINDS[hubspot.static_token],
        portal=facts.portal_id,
        region=facts.region,
    )
    if facts.account_type == "SANDBOX":
        yield finding("portal_sandbox", type=facts.account_type)
    seen = _sensitive_properties(hubspot, reports)
    if seen:
        yield finding("sensitive_data_on", count=seen)
    elif seen == 0:
        yield finding("sensitive_data_unseen")
    yield from _limits(hubspot, certain=bool(seen))


def _sensitive_properties(hubspot: HubSpot, reports: Iterable[FormReport]) -> int | None:
    """How many sensitive properties can be seen: those of the forms, else those of contacts.
    None when HubSpot shows no definitions."""
    on_forms = {
        (field.object_type_id, field.name)
        for report in reports
        for field in report.fields
        if field.sensitivity not in (None, Sensitivity.NON_SENSITIVE)
    }
    if on_forms:
        return len(on_forms)
    try:
        read = hubspot.properties("contacts")
    except HubSpotError:
        return None
    return sum(p.sensitivity not in (None, Sensitivity.NON_SENSITIVE) for p in read)


def _limits(hubspot: HubSpot, *, certain: bool) -> Iterator[Finding]:
    """The limits, the tier they fit, and the day's use. ``certain``: a sensitive property was
    seen, which proves more of the tier than a number of calls does."""
    try:
        told = hubspot.usage()
    except HubSpotError:
        yield finding("limits_unknown")
        return
    daily = told.daily.usage_limit if told.daily is not None else told.rates.daily
    most, interval_ms = told.rates.most, told.rates.interval_ms
    if most is None or interval_ms is None or (daily is None and hubspot.static_token):
        yield finding("limits_unknown")
    elif daily is None or not hubspot.static_token:
        yield finding("limits_oauth", most=most, seconds=interval_ms // 1000)
    else:
        tier = TIERS.get(daily, UNKNOWN_TIER)
        words = {"daily": f"{daily:,}", "tier": tier}
        yield finding("limits", most=most, seconds=interval_ms // 1000, **words)
        if tier not in (ENTERPRISE, UNKNOWN_TIER) and not certain:
            yield finding("tier_low", **words)
    if told.daily is not None:
        used, limit = told.daily.current_usage, told.daily.usage_limit
        code = "usage_high" if used >= limit * (1 - KEPT_SHARE) else "usage"
        yield finding(code, used=f"{used:,}", limit=f"{limit:,}")
