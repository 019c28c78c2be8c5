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

from gateway.domain.denials import Denial
from gateway.domain.hubspot_errors import (
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
_POLICY = re.compile(r"[A-Z_]{1,40}\Z")
_SCOPE = re.compile(r"[a-z0-9_.-]{1,100}\Z")


_NOT_PUBLIC = "isn't available for public use"

_ABSENT = msgspec.Raw(b"null")


class _Entry(msgspec.Struct, rename="camel"):
    """One entry of ``errors``. Each key is read on its own, here and in the body: one that is
    null or of another type takes nothing with it."""

    message: msgspec.Raw = _ABSENT
    error_type: msgspec.Raw = _ABSENT
    context: msgspec.Raw = _ABSENT


class _Body(msgspec.Struct, rename="camel"):
    message: msgspec.Raw = _ABSENT
    category: msgspec.Raw = _ABSENT
    correlation_id: msgspec.Raw = _ABSENT
    policy_name: msgspec.Raw = _ABSENT
    errors: msgspec.Raw = _ABSENT

    def entries(self) -> list[_Entry]:
        """Its errors; an entry that cannot be read is an empty one."""
        return [
            _decode(raw, _Entry) or _Entry()
            for raw in _decode(self.errors, list[msgspec.Raw]) or []
        ]


def failure(
    response: Response, *, submitting: bool = False, keys: Collection[str] = ()
) -> HubSpotError:
    """The one named error for an answer that is not a success.

    ``submitting`` tells a submission, whose unclear outcomes must not be repeated, from a
    read. ``keys`` are the field keys that were sent: no other name is believed.
    """
    body = _decode(response.body, _Body) or _Body()
    status, correlation_id = response.status, _correlation_id(response, body)
    if make := _BY_STATUS.get(status):
        return make(response, body, correlation_id)
    unclear = status < 400 or status == 408 or status >= 500
    if submitting and not unclear:
        return Rejected(
            errors=_field_errors(body, keys), status=status, correlation_id=correlation_id
        )
    kind = (Ambiguous if submitting else Unavailable) if unclear else HubSpotError
    return kind(status=status, category=_category(body), correlation_id=correlation_id)


def unreadable(response: Response, *, submitting: bool = False) -> HubSpotError:
    """The error for a success whose body cannot be read."""
    kind = Ambiguous if submitting else Unavailable
    return kind(status=response.status, correlation_id=_correlation_id(response, _Body()))


def _unauthorized(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    return Unauthorized(status=401, category=_category(body), correlation_id=correlation_id)


def _forbidden(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    scopes: list[str] = []
    for entry in body.entries():
        context = _decode(entry.context, dict[str, msgspec.Raw]) or {}
        for name in ("requiredGranularScopes", "requiredScopes"):
            named = _decode(context.get(name, _ABSENT), list[msgspec.Raw]) or []
            scopes.extend(scope for scope in map(_text, named) if _SCOPE.match(scope))
    return Forbidden(
        scopes=scopes,
        denial=_denial(body, scopes),
        category=_category(body),
        correlation_id=correlation_id,
    )


def _denial(body: _Body, scopes: Collection[str]) -> Denial:
    """Which of HubSpot's shapes a 403 has. Its message is looked at and not kept."""
    category = _category(body)
    if category == "BANNED":
        return Denial.BANNED
    if _NOT_PUBLIC in _text(body.message):
        return Denial.NOT_PUBLIC
    return Denial.SCOPES if scopes or category == "MISSING_SCOPES" else Denial.UNEXPLAINED


def _not_found(_: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    return NotFound(status=404, category=_category(body), correlation_id=correlation_id)


def _rate_limited(response: Response, body: _Body, correlation_id: str | None) -> HubSpotError:
    if b"1015" in response.body[:64] and not response.body.lstrip().startswith(b"{"):
        return RateLimited(policy="IP_BLOCK", retry_after=IP_BLOCK_S)
    policy = _text(body.policy_name)
    return RateLimited(
        policy=policy if _POLICY.match(policy) else None,
        retry_after=_retry_after(response),
        correlation_id=correlation_id,
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
    for entry in body.entries():
        error_type = _text(entry.error_type)
        error_type = error_type if error_type in ERROR_TYPES else "OTHER"
        path = _PATH.search(_text(entry.message))
        known = path is not None and path[1] == "fields" and path[2] in keys
        place = path[2] if path is not None and known else PLACES.get(error_type, WHOLE_FORM)
        errors.setdefault(place, error_type)
    return errors or {WHOLE_FORM: "OTHER"}


def _retry_after(response: Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _correlation_id(response: Response, body: _Body) -> str | None:
    for text in (_text(body.correlation_id), response.headers.get("x-hubspot-correlation-id", "")):
        if _ID.match(text):
            return text
    return None


def _category(body: _Body) -> str | None:
    category = _text(body.category)
    return category if category in CATEGORIES else None


def _text(raw: msgspec.Raw) -> str:
    return _decode(raw, str) or ""


_T = TypeVar("_T")


def _decode(raw: bytes | msgspec.Raw, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
