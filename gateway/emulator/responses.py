"""The shapes of HubSpot's answers: success, the general error, and what its edge says.

Sources: https://developers.hubspot.com/docs/api-reference/error-handling and bodies that
third parties captured from the live service.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

_AUTH_DOCS = "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
_SCOPE_DOCS = "https://developers.hubspot.com/scopes"


@dataclasses.dataclass(frozen=True)
class Answer:
    """One HTTP answer, before it becomes bytes on a connection."""

    status: int
    body: bytes = b""
    media_type: str = "application/json;charset=utf-8"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with further headers."""
        return dataclasses.replace(self, headers={**self.headers, **headers})


class Stop(Exception):  # noqa: N818 - it ends a call early; not every ending is an error
    """Ends the handling of a call with ``answer``."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def as_json(content: object, status: int = 200) -> Answer:
    """``content`` as a JSON answer."""
    return Answer(status, json.dumps(content, ensure_ascii=False).encode(errors="replace"))


def error(
    status: int,
    /,
    message: str,
    category: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **keys: Any,
) -> Answer:
    """The general error body, with a fresh correlation id in the body and in a header. Further
    ``keys`` go beside what the body has, or in its place."""
    correlation_id = str(uuid.uuid4())
    body: dict[str, Any] = {
        "status": "error",
        "message": message,
        "correlationId": correlation_id,
    }
    if category is not None:
        body["category"] = category
    answer = as_json(body | keys, status)
    return answer.with_headers({"X-HubSpot-Correlation-Id": correlation_id, **(headers or {})})


def not_authenticated() -> Answer:
    """401 for a call without a token, or with one HubSpot never issued."""
    return error(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
        f"you can find more details at {_AUTH_DOCS}",
        "INVALID_AUTHENTICATION",
    )


def expired(at: float, now: float) -> Answer:
    """401 for a token that expired ``at`` (seconds since the epoch)."""
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if at == 0 else ".000Z")
    age = f"{int(now // 86400)} day(s)" if at == 0 else f"{max(0, int(now - at))} second(s)"
    return error(
        401,
        f"The OAuth token used to make this call expired {age} ago.",
        "EXPIRED_AUTHENTICATION",
        context={"expire time": [stamp]},
    )


def missing_scopes(scopes: Sequence[str], *, key: str = "requiredGranularScopes") -> Answer:
    """403 that names the scopes of which one is required; older ones name them under the
    ``key`` ``requiredScopes``."""
    return error(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about "
        f"required scopes here: {_SCOPE_DOCS}.",
        "MISSING_SCOPES",
        links={"scopes": _SCOPE_DOCS},
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {key: list(scopes)},
            }
        ],
    )


def not_public() -> Answer:
    """403 for a scope that HubSpot gives to chosen apps only: a sentence, and no names."""
    return error(
        403, "The scope needed for this API call isn't available for public use.", "MISSING_SCOPES"
    )


def banned() -> Answer:
    """403 for a caller HubSpot has blocked."""
    return error(403, "This caller has been blocked.", "BANNED")


def forbidden() -> Answer:
    """403 that explains nothing, as a submission may get it."""
    return error(403, "Forbidden", "MISSING_SCOPES")


def not_found(message: str = "resource not found") -> Answer:
    """404 for an object that does not exist."""
    return error(404, message, "OBJECT_NOT_FOUND")


def no_route() -> Answer:
    """404 for a path that is not served here: its sentence, which is our own, tells it from a
    record that does not exist."""
    return error(
        404,
        "The emulated HubSpot does not serve this address. docs/emulator.md lists what it serves.",
        "OBJECT_NOT_FOUND",
        headers={"X-HubSpot-NotFound": "true"},
    )


def bad_request(message: str, **keys: Any) -> Answer:
    """400 of the general shape."""
    return error(400, message, "VALIDATION_ERROR", **keys)


def wrong_method(methods: Sequence[str]) -> Answer:
    """405 for a path that takes other ``methods``, which it names as RFC 9110 asks."""
    refused = not_taken(405, "Method Not Allowed")
    return refused.with_headers({"Allow": ", ".join(methods)})


def not_taken(status: int, message: str) -> Answer:
    """405, 413, 414 or 415: the call never reaches an endpoint. The category is our guess; the
    published files demand one."""
    return error(status, message, "VALIDATION_ERROR")


def rate_limited(policy: str, *, retry_after: float | None = None) -> Answer:
    """429, with the policy that was broken: ``TEN_SECONDLY_ROLLING``, ``SECONDLY`` (of search)
    or ``DAILY``, and how many seconds to wait where that is told."""
    message = {
        "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
        "SECONDLY": "You have reached your secondly limit.",
        "DAILY": "You have reached your daily limit.",
    }[policy]
    told = {} if retry_after is None else {"Retry-After": str(math.ceil(retry_after))}
    return error(
        429,
        message,
        headers=told,
        errorType="RATE_LIMIT",
        policyName=policy,
        requestId=str(uuid.uuid4()),
    )


def blocked() -> Answer:
    """What the edge says to an address it has blocked: plain text, not JSON."""
    return Answer(429, b"error code: 1015", "text/plain; charset=UTF-8")


def edge_html(status: int, title: str) -> Answer:
    """An HTML page of the edge, as it comes with 502, 503, 504 and 524."""
    page = (
        f"<html>\n<head><title>{status} {title}</title></head>\n<body>\n"
        f"<center><h1>{status} {title}</h1></center>\n</body>\n</html>\n"
    )
    return Answer(status, page.encode(), "text/html; charset=UTF-8")
