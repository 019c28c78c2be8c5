"""What every OAuth call begins with: a form-encoded body, and proof of being the app."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from gateway.emulator import responses
from gateway.emulator.calls import FORM_MEDIA_TYPE, Call
from gateway.emulator.responses import Stop

_REFUSALS: Mapping[str, tuple[str, str]] = {
    "BAD_CLIENT_ID": ("invalid_client", "missing or unknown client id"),
    "BAD_CLIENT_SECRET": ("invalid_client", "missing or invalid client id or client secret"),
    "BAD_GRANT_TYPE": ("unsupported_grant_type", "missing or unknown grant type"),
    "BAD_AUTH_CODE": ("invalid_grant", "missing or unknown auth code"),
    "BAD_CODE_VERIFIER": ("invalid_grant", "missing or wrong code verifier"),
    "BAD_REDIRECT_URI": ("invalid_grant", "redirect URI is not the one of the auth code"),
    "BAD_REFRESH_TOKEN": ("invalid_grant", "refresh token is invalid, expired or revoked"),
    "BAD_SCOPE": ("invalid_scope", "a scope was asked for that was not granted"),
    "BAD_TOKEN": ("invalid_request", "missing token"),
}
"""HubSpot's own word for each refusal, RFC 6749's, and the sentence. The documentation shows
``BAD_REFRESH_TOKEN``; the others are captured or made alike."""


def fields(call: Call) -> dict[str, str]:
    """The body's fields, the last of each name. Stops with 415 for another media type."""
    if call.media_type != FORM_MEDIA_TYPE:
        raise Stop(responses.not_taken(415, "Unsupported Media Type"))
    return {key: values[-1] for key, values in parse_qs(call.body.decode("latin-1")).items()}


def from_the_app(call: Call) -> dict[str, str]:
    """The same, from a caller that proved to be the app. Stops with 400 for anybody else."""
    given = fields(call)
    if given.get("client_id") != call.portal.client_id:
        raise refused("BAD_CLIENT_ID")
    told = given.get("client_secret", "").encode(errors="replace")
    if not hmac.compare_digest(told, call.portal.client_secret.encode()):
        raise refused("BAD_CLIENT_SECRET")
    return given


def refused(status: str) -> Stop:
    """400 with OAuth's error names beside HubSpot's own."""
    error, sentence = _REFUSALS[status]
    return Stop(
        responses.error(
            400,
            sentence,
            "VALIDATION_ERROR",
            status=status,
            error=error,
            error_description=sentence,
        )
    )
