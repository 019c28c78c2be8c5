"""What HubSpot's refusals mean: one table from status to error, and the reading of a
refused submission.

Only ids, known categories, known error types and the names of our own fields are kept:
HubSpot's messages can repeat what was sent.
Source: https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import msgspec

from gateway.domain.errors import (
    Ambiguous,
    Forbidden,
    HubSpotError,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from gateway.domain.rejections import ERROR_TYPES
from gateway.hubspot.wire import Response

CATEGORIES = frozenset(
    {
        "VALIDATION_ERROR", "INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION", "MISSING_SCOPES",
        "BANNED", "OBJECT_NOT_FOUND", "OBJECT_ALREADY_EXISTS", "CONFLICT", "RATE_LIMITS",
    }
)  # fmt: skip
"""The categories seen in HubSpot's errors; any other is dropped."""

IP_BLOCK_S = 90.0
"""HubSpot blocks an address for a minute after ten 429s in a second, in plain text."""
LOCKED_S = 2.0

CONSENT, CONSENT_PROCESSING = "consent", "consent.processing"
WHOLE_FORM = ""

PLACES: Mapping[str, str] = {
    "MISSING_PROCESSING_CONSENT": CONSENT_PROCESSING,
    "MISSING_PROCESSING_CONSENT_TEXT": CONSENT_PROCESSING,
    "MISSING_COMMUNICATION_CONSENT_TEXT": CONSENT,
    "MISSING_LEGITIMATE_INTEREST_TEXT": CONSENT,
    "DUPLICATE_SUBSCRIPTION_TYPE_ID": CONSENT,
    "INVALID_LEGAL_OPTION_FORMAT": CONSENT,
}
"""Where an error without a field's path is shown; what is not here is about the form."""

_PATH = re.compile(r"Error in '(fields|context)\.([^']{1,400})'")
_ID = re.compile(r"[0-9A-Za-z-]{1,64}\Z")
_SCOPE = re.compile(r"[a-z0-9_.-]{1,100}\Z")


class _Entry(msgspec.Struct, rename="camel"):
    message: str = ""
    error_type: str = ""
    context: dict[str, msgspec.Raw] = {}  # msgspec copies defaults


class _Body(msgspec.Struct, rename="camel"):
    category: str = ""
    correlation_id: str = ""
    policy_name: str = ""
    errors: list[msgspec.Raw] = []  # msgspec copies defaults


def failure(
    response: Response, *, submitting: bool = False, keys: Collection[str] = ()
) -> HubSpotError:
    """The one named error for an answer that is not a success.

    ``submitting`` tells a submission, whose unclear outcomes must not be repeated, from a
    read. ``keys`` are the field keys that were sent: no other name is believed.
    """
    body = _decode(response.body, _Body) or _Body()
    correlation_id = _correlation_id(response, body)
    common = {
        "status": response.status,
        "category": body.category if body.category in CATEGORIES else None,
        "correlation_id": correlation_id,
    }
    if make := _BY_STATUS.get(response.status):
        return make(response, body, correlation_id)
    if submitting and response.status in (400, 405, 413, 415, 422):
        return Rejected(
            errors=_field_errors(body, keys), status=response.status, correlation_id=correlation_id
        )
    kind: type[HubSpotError] = HubSpotError
    if response.status in (300, 301, 302, 303, 304, 307, 308, 408) or response.status >= 500:
        kind = Ambiguous if submitting else Unavailable
    elif submitting:
        kind = Ambiguous
    return kind(**common)  # type: ignore[arg-type]  # three keywords, each of its own type


def unreadable(response: Response, *, submitting: bool = False) -> HubSpotError:
    """The error for a success whose body cannot be read."""
    kind = Ambiguous if submitting else Unavailable
    return kind(status=response.status, correlation_id=_correlation_id(response, _Body()))


def _unauthorized(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    category = body.category if body.category in CATEGORIES else None
    return Unauthorized(status=401, category=category, correlation_id=correlation_id)


def _forbidden(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    scopes: list[str] = []
    for raw in body.errors:
        entry = _decode(raw, _Entry) or _Entry()
        for name in ("requiredGranularScopes", "requiredScopes"):
            named = _decode(entry.context.get(name, msgspec.Raw(b"[]")), list[str]) or []
            scopes.extend(scope for scope in named if _SCOPE.match(scope))
    category = body.category if body.category in CATEGORIES else None
    return Forbidden(scopes=scopes, category=category, correlation_id=correlation_id)


def _not_found(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    category = body.category if body.category in CATEGORIES else None
    return NotFound(status=404, category=category, correlation_id=correlation_id)


def _rate_limited(response: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    if b"1015" in response.body[:64] and not response.body.lstrip().startswith(b"{"):
        return RateLimited(policy="IP_BLOCK", retry_after=IP_BLOCK_S)
    policy = body.policy_name if re.fullmatch(r"[A-Z_]{1,40}", body.policy_name) else None
    return RateLimited(
        policy=policy, retry_after=_retry_after(response), correlation_id=correlation_id
    )


def _locked(response: Response, _: _Body, correlation_id: str | None) -> HubSpotError:
    return RateLimited(
        policy="LOCKED", retry_after=LOCKED_S, status=response.status, correlation_id=correlation_id
    )


def _migrating(response: Response, _: _Body, correlation_id: str | None) -> HubSpotError:
    return RateLimited(
        policy="MIGRATION",
        retry_after=_retry_after(response) or 60.0,
        status=response.status,
        correlation_id=correlation_id,
    )


_BY_STATUS: Mapping[int, Callable[[Response, _Body, str | None], HubSpotError]] = {
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    423: _locked,
    429: _rate_limited,
    477: _migrating,
}


def _field_errors(body: _Body, keys: Collection[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for raw in body.errors:
        entry = _decode(raw, _Entry) or _Entry()
        error_type = entry.error_type if entry.error_type in ERROR_TYPES else "OTHER"
        path = _PATH.search(entry.message)
        known = path is not None and path[1] == "fields" and path[2] in keys
        place = path[2] if path is not None and known else PLACES.get(error_type, WHOLE_FORM)
        errors.setdefault(place, error_type)
    return errors or {WHOLE_FORM: "OTHER"}


def _retry_after(response: Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _correlation_id(response: Response, body: _Body) -> str | None:
    for text in (body.correlation_id, response.headers.get("x-hubspot-correlation-id", "")):
        if _ID.match(text):
            return text
    return None


_T = TypeVar("_T")


def _decode(raw: bytes | msgspec.Raw, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
