"""The branch of the tree of errors for what HubSpot, or the way to it, answered: the status, a
category and ids, never the body that came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.domain.denials import Denial, denial_sentence
from gateway.domain.errors import GatewayError


class HubSpotError(GatewayError):
    """HubSpot, or the way to it, did not do what was asked."""

    sentence = "HubSpot answered with an error. Try again; if it stays, give support the id."

    def __init__(
        self,
        *,
        status: int | None = None,
        category: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(self.sentence)
        self.status = status
        self.category = category
        self.correlation_id = correlation_id


class NotSent(HubSpotError):
    """Proven: no byte of the request reached HubSpot (no name, no connection, no TLS)."""

    sentence = "HubSpot cannot be reached. Check the network; nothing was sent."


class Unavailable(HubSpotError):
    """A reading call got no usable answer; asking again is safe."""

    sentence = "HubSpot did not give a usable answer. Try again in a moment."


class Ambiguous(HubSpotError):
    """A submission may or may not have been stored: never send it again blindly."""

    sentence = "The connection broke before HubSpot answered; the submission may have arrived."


class RateLimited(HubSpotError):
    """Too many calls; ``retry_after`` is in seconds when HubSpot gave one."""

    sentence = (
        "HubSpot asked us to slow down, and did nothing of it. Wait a moment, then try again."
    )

    def __init__(self, *, policy: str | None = None, retry_after: float | None = None,
                 status: int = 429, correlation_id: str | None = None) -> None:  # fmt: skip
        super().__init__(status=status, category="RATE_LIMITS", correlation_id=correlation_id)
        self.policy = policy
        self.retry_after = retry_after


class Unauthorized(HubSpotError):
    """401: the token is missing, wrong or expired."""

    sentence = "HubSpot does not accept the token. Put a valid one into HUBSPOT_ACCESS_TOKEN."


class NotInstalled(Unauthorized):
    """There is no token to ask with: the app is not installed by OAuth, or not any more."""

    sentence = (
        "The app is not installed in HubSpot. Open the link of the page Set-up, or of "
        "`python -m gateway oauth install-url`."
    )


class AppRefused(Unauthorized):
    """HubSpot does not know the app that asks for tokens."""

    sentence = (
        "HubSpot does not know the app. Correct HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET, then "
        "start again."
    )


class GrantRefused(HubSpotError):
    """A code or a refresh token is not worth a token (RFC 6749's ``invalid_grant``)."""

    sentence = "HubSpot does not accept the installation any more. Install the app again."


class RedirectRefused(GrantRefused):
    """The code was made for another address than ours."""


class Forbidden(HubSpotError):
    """403: ``denial`` says why, ``scopes`` are the alternatives HubSpot named."""

    def __init__(self, *, scopes: Sequence[str] = (), denial: Denial = Denial.SCOPES,
                 category: str | None = None, correlation_id: str | None = None) -> None:  # fmt: skip
        self.sentence = denial_sentence(denial, scopes)
        super().__init__(status=403, category=category, correlation_id=correlation_id)
        self.denial = denial
        self.scopes = tuple(scopes)


class Rejected(HubSpotError):
    """HubSpot refused the submission for good: ``errors`` is field key → errorType, with
    ``""`` for what belongs to no field."""

    sentence = "HubSpot did not accept the submission. Correct the fields it named."

    def __init__(self, *, errors: Mapping[str, str], status: int = 400,
                 correlation_id: str | None = None) -> None:  # fmt: skip
        super().__init__(status=status, category="VALIDATION_ERROR", correlation_id=correlation_id)
        self.errors = dict(errors)


class NotFound(HubSpotError):
    """404: HubSpot has no such thing in this account."""

    sentence = "HubSpot has no such thing in this account. Check the id and HUBSPOT_PORTAL_ID."
