"""What a submission's ``legalConsentOptions`` must look like: one variant, with its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from gateway.emulator.rules.messages import Flaw

_PATH = "legalConsentOptions"
_BASES = frozenset({"CUSTOMER", "LEAD"})
_BAD_FORMAT = "INVALID_LEGAL_OPTION_FORMAT"


def consent_flaws(
    legal: Mapping[str, Any] | None, *, demanded: bool, other_basis: bool
) -> Iterator[Flaw]:
    """The faults of the consent. ``demanded`` is whether its absence is one, ``other_basis``
    whether a third legal basis is taken."""
    if legal is None:
        if demanded:
            yield Flaw("MISSING_PROCESSING_CONSENT", _PATH)
        return
    variants = [legal.get(name) for name in ("consent", "legitimateInterest")]
    given = [variant for variant in variants if variant is not None]
    if len(given) != 1 or not isinstance(given[0], dict):
        yield Flaw(_BAD_FORMAT, _PATH)
    elif variants[0] is not None:
        yield from _consent(given[0])
    else:
        yield from _legitimate_interest(given[0], _BASES | ({"OTHER"} if other_basis else set()))


def named_subscriptions(legal: Mapping[str, Any] | None) -> set[int]:
    """The subscription types a consent names, whatever else is wrong with it."""
    variants = [v for v in (legal or {}).values() if isinstance(v, dict)]
    entries: list[Any] = [*variants]
    for variant in variants:
        communications = variant.get("communications")
        entries += communications if isinstance(communications, list) else []
    ids = (entry.get("subscriptionTypeId") for entry in entries if isinstance(entry, dict))
    return {i for i in ids if isinstance(i, int) and not isinstance(i, bool)}


def _consent(consent: Mapping[str, Any]) -> Iterator[Flaw]:
    path = f"{_PATH}.consent"
    agreed = consent.get("consentToProcess")
    if not isinstance(agreed, bool):
        yield Flaw(_BAD_FORMAT, path)
    elif not agreed:
        yield Flaw("MISSING_PROCESSING_CONSENT", path)
    if not _is_text(consent.get("text")):
        yield Flaw("MISSING_PROCESSING_CONSENT_TEXT", path)
    communications = consent.get("communications", [])
    if not isinstance(communications, list):
        yield Flaw(_BAD_FORMAT, path)
        return
    yield from _communications(communications, f"{path}.communications")


def _communications(entries: list[Any], path: str) -> Iterator[Flaw]:
    seen: set[int] = set()
    for entry in entries:
        if not (
            isinstance(entry, dict)
            and isinstance(entry.get("value"), bool)
            and _is_id(entry.get("subscriptionTypeId"))
        ):
            yield Flaw(_BAD_FORMAT, path)
            continue
        if not _is_text(entry.get("text")):
            yield Flaw("MISSING_COMMUNICATION_CONSENT_TEXT", path)
        if entry["subscriptionTypeId"] in seen:
            yield Flaw("DUPLICATE_SUBSCRIPTION_TYPE_ID", path)
        seen.add(entry["subscriptionTypeId"])


def _legitimate_interest(interest: Mapping[str, Any], bases: Set[str]) -> Iterator[Flaw]:
    path = f"{_PATH}.legitimateInterest"
    claimed = interest.get("value")
    well_formed = (
        isinstance(claimed, bool)
        and _is_id(interest.get("subscriptionTypeId"))
        and interest.get("legalBasis") in bases
    )
    if not well_formed:
        yield Flaw(_BAD_FORMAT, path)
    elif not claimed:
        yield Flaw("MISSING_PROCESSING_CONSENT", path)
    if not _is_text(interest.get("text")):
        yield Flaw("MISSING_LEGITIMATE_INTEREST_TEXT", path)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
