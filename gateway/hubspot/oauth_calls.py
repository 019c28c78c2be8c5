"""The calls by which an app gets its tokens: the install link, and a code or a refresh token for
an access token. They carry no token of an account; the app's id and secret prove who asks.

Sources: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
and RFC 6749, 7009 and 7636.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from gateway.domain.answers import Secret
from gateway.domain.hubspot_errors import (
    AppRefused,
    GrantRefused,
    HubSpotError,
    RedirectRefused,
)
from gateway.hubspot.client import Client
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.replies import MAX_PORTAL_ID
from gateway.hubspot.routes import ROUTES, Operation
from gateway.hubspot.wire import Request, Response

AUTHORIZE_BASE = "https://app.hubspot.com"
"""Where people install apps, wherever their data is kept."""
LONGEST_LIFE_S = 30 * 86_400
"""No access token is believed to live longer."""
FORM_TYPE = "application/x-www-form-urlencoded"

REFUSALS: Mapping[str, type[HubSpotError]] = {
    "BAD_CLIENT_ID": AppRefused,
    "BAD_CLIENT_SECRET": AppRefused,
    "invalid_client": AppRefused,
    "unauthorized_client": AppRefused,
    "BAD_REDIRECT_URI": RedirectRefused,
    "BAD_AUTH_CODE": GrantRefused,
    "BAD_CODE_VERIFIER": GrantRefused,
    "BAD_REFRESH_TOKEN": GrantRefused,
    "invalid_grant": GrantRefused,
}
"""HubSpot's word in ``status``, or RFC 6749's in ``error``, for a refusal → what it means. The
first that is known counts; another word is an error like any other."""


@dataclasses.dataclass(frozen=True)
class Granted:
    """What HubSpot gave. Neither token shows itself."""

    access: Secret
    refresh: Secret | None
    """None when the one that was used goes on."""
    life_s: int
    """How long the access token lives, in seconds."""
    portal_id: int | None
    scopes: tuple[str, ...] | None
    """None when HubSpot did not say."""

    def with_refresh(self, used: Secret) -> Granted:
        """With a refresh token in any case: the one that was ``used``, if it goes on."""
        return self if self.refresh is not None else dataclasses.replace(self, refresh=used)


class _Granted(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]
    expires_in: Annotated[int, msgspec.Meta(ge=1)]
    refresh_token: Annotated[str, msgspec.Meta(max_length=8192)] | None = None
    hub_id: Annotated[int, msgspec.Meta(ge=1, le=MAX_PORTAL_ID)] | None = None
    scopes: list[str] | None = None


class _Refusal(msgspec.Struct):
    status: str | None = None
    error: str | None = None


class OAuthCalls:
    """The calls of one app."""

    def __init__(
        self,
        client: Client,
        *,
        client_id: str,
        client_secret: Secret,
        authorize_base: str,
        redirect_url: str,
    ) -> None:
        self._client = client
        self._client_id = client_id
        self._client_secret = client_secret
        self._authorize_base = authorize_base
        self.redirect_url = redirect_url

    def install_url(
        self,
        portal_id: int,
        scopes: Sequence[str],
        optional: Sequence[str],
        *,
        state: str,
        verifier: Secret,
    ) -> str:
        """The address under which a person of the account ``portal_id`` lets the app in. HubSpot
        drops an optional scope that the account or the app does not have."""
        asked = {
            "client_id": self._client_id,
            "redirect_uri": self.redirect_url,
            "scope": " ".join(scopes),
            "optional_scope": " ".join(optional),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        query = urlencode({name: text for name, text in asked.items() if text})
        return f"{self._authorize_base}/oauth/{portal_id}/authorize?{query}"

    def exchange(self, code: Secret, verifier: Secret) -> Granted:
        """The tokens of a new installation. Raises :class:`GrantRefused` for a code that is
        spent, too old, or another link's, :class:`RedirectRefused`, and :class:`AppRefused`."""
        return granted(
            self._client.send(
                grant(
                    self._client_id,
                    self._client_secret,
                    "authorization_code",
                    redirect_uri=self.redirect_url,
                    code=code.reveal(),
                    code_verifier=verifier.reveal(),
                )
            )
        )

    def renew(self, refresh: Secret) -> Granted:
        """A new access token. Raises :class:`GrantRefused` when the installation is over, and
        :class:`AppRefused`."""
        return granted(
            self._client.send(
                grant(
                    self._client_id,
                    self._client_secret,
                    "refresh_token",
                    refresh_token=refresh.reveal(),
                )
            )
        )

    def revoke(self, token: Secret, kind: str) -> None:
        """Ends a token of ``kind``, ``refresh_token`` or ``access_token``; one that HubSpot does
        not know is ended already."""
        response = self._client.send(revoke(self._client_id, self._client_secret, token, kind))
        if response.status not in (200, 204):
            raise _refusal(response)


def challenge(verifier: Secret) -> str:
    """What the install link says of ``verifier`` (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def grant(client_id: str, client_secret: Secret, grant_type: str, **more: str) -> Request:
    """Asks for an access token by a code or a refresh token."""
    return _form(Operation.OAUTH_GRANT, client_id, client_secret, grant_type=grant_type, **more)


def revoke(client_id: str, client_secret: Secret, token: Secret, kind: str) -> Request:
    """Asks to end one token (RFC 7009)."""
    return _form(
        Operation.OAUTH_REVOKE,
        client_id,
        client_secret,
        token=token.reveal(),
        token_type_hint=kind,
    )


def granted(response: Response) -> Granted:
    """The tokens of an answer, or the one named error. Nothing of the answer is kept but what is
    used; a decoding error would hold it, so it is raised outside the handler."""
    if response.status != 200:
        raise _refusal(response)
    read = None
    try:
        read = msgspec.json.decode(response.body, type=_Granted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        read = None
    if read is None or not _is_token(read.access_token):
        raise unreadable(response)
    refresh = read.refresh_token
    return Granted(
        access=Secret(read.access_token),
        refresh=Secret(refresh) if refresh and _is_token(refresh) else None,
        life_s=min(read.expires_in, LONGEST_LIFE_S),
        portal_id=read.hub_id,
        scopes=tuple(sorted(set(read.scopes))) if read.scopes is not None else None,
    )


def _is_token(text: str) -> bool:
    """Whether ``text`` can stand in a header as it is."""
    return text.isascii() and text.isprintable() and " " not in text


def _refusal(response: Response) -> HubSpotError:
    general = failure(response)
    if response.status not in (400, 401, 403):
        return general
    told = _Refusal()
    try:
        told = msgspec.json.decode(response.body, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = _Refusal()
    words = (told.status or "", told.error or "")
    kind = next((REFUSALS[word] for word in words if word in REFUSALS), None)
    if kind is None:
        # A word nobody knows says nothing of the installation: it is not ended for it.
        return general if response.status == 400 else AppRefused(status=response.status)
    return kind(status=response.status, correlation_id=general.correlation_id)


def _form(operation: Operation, client_id: str, client_secret: Secret, **more: str) -> Request:
    fields = {"client_id": client_id, "client_secret": client_secret.reveal(), **more}
    return Request(operation, ROUTES[operation].template, (), urlencode(fields).encode(), FORM_TYPE)
