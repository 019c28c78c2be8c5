"""The token endpoint: a code, a refresh token or the app's own secret for an access token.

The first generation answers with four keys; the later ones add whose token it is.

Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.grants import USER_ID, Grant
from gateway.emulator.oauth.client import from_the_app, refused
from gateway.emulator.oauth.scopes import APP_SCOPES
from gateway.emulator.responses import Answer
from gateway.emulator.tokens import TokenKind

Fields = Mapping[str, str]
_FIRST_GENERATION = ("access_token", "refresh_token", "expires_in", "token_type")
_NO_STORE = {"Cache-Control": "no-store"}


def token(call: Call) -> Answer:
    """A new access token, with everything the later generations say of it."""
    return responses.as_json(_granted(call)).with_headers(_NO_STORE)


def token_v1(call: Call) -> Answer:
    """The same in the first generation's words."""
    told = _granted(call)
    shown = {key: told[key] for key in _FIRST_GENERATION if key in told}
    return responses.as_json(shown).with_headers(_NO_STORE)


def _granted(call: Call) -> dict[str, Any]:
    given = from_the_app(call)
    answer = _GRANT_TYPES.get(given.get("grant_type", ""))
    if answer is None:
        raise refused("BAD_GRANT_TYPE")
    return answer(call, given)


def _by_code(call: Call, given: Fields) -> dict[str, Any]:
    grants = call.portal.grants
    code = grants.spend(given.get("code", ""), time.time())
    if code is None:
        raise refused("BAD_AUTH_CODE")
    if given.get("redirect_uri") != code.redirect_uri:
        raise refused("BAD_REDIRECT_URI")
    if not code.proven_by(given.get("code_verifier", "")):
        raise refused("BAD_CODE_VERIFIER")
    refresh_token = grants.grant(code.scopes)
    grant = grants.find(refresh_token)
    if grant is None:
        raise refused("BAD_AUTH_CODE")
    return access(call, grant, refresh_token, grant.scopes)


def _by_refresh_token(call: Call, given: Fields) -> dict[str, Any]:
    grants, text = call.portal.grants, given.get("refresh_token", "")
    grant = grants.find(text)
    if grant is None:
        raise refused("BAD_REFRESH_TOKEN")
    scopes = _asked_scopes(given, grant.scopes)
    if call.portal.switches.oauth_rotates_refresh_token:
        grants.forget(text)
        text = grants.file(grant)
    return access(call, grant, text, scopes)


def _by_secret(call: Call, given: Fields) -> dict[str, Any]:
    scopes = _asked_scopes(given, sorted(APP_SCOPES))
    return {"token_use": "client_credentials"} | _issued(call, scopes, None)


def access(call: Call, grant: Grant, refresh_token: str, scopes: Iterable[str]) -> dict[str, Any]:
    """An access token of ``grant``, as the token endpoint tells it."""
    return {
        "token_use": "access_token",
        "refresh_token": refresh_token,
        "hub_id": call.portal.id,
        "user_id": USER_ID,
    } | _issued(call, scopes, grant.id)


def _issued(call: Call, scopes: Iterable[str], grant_id: str | None) -> dict[str, Any]:
    life, held = call.portal.switches.token_life, tuple(scopes)
    text = call.portal.tokens.issue(
        held, kind=TokenKind.OAUTH, expires_at=time.time() + life, grant=grant_id
    )
    # Told in whole seconds, and never as longer than it lives.
    told = {"token_type": "bearer", "expires_in": int(life)}
    return told | {"access_token": text, "scopes": list(held)}


def _asked_scopes(given: Fields, held: Iterable[str]) -> tuple[str, ...]:
    """The scopes of ``scope``, or all that is ``held`` where it is absent."""
    asked, held = given.get("scope", "").split(), tuple(held)
    if not set(held).issuperset(asked):
        raise refused("BAD_SCOPE")
    return tuple(dict.fromkeys(asked)) or held


_GRANT_TYPES: Mapping[str, Callable[[Call, Fields], dict[str, Any]]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_secret,
}
