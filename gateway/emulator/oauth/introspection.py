"""What a token says of itself, and how it ends.

Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.grants import APP_ID, USER_ID, Grant
from gateway.emulator.oauth.client import from_the_app, refused
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.tokens import Token

_LIFE = 1800
"""What ``expires_in`` says of a token that does not expire, in seconds."""
_NAMES = ("token", "access_token", "refresh_token")
"""The token's key: the first as the specs have it, the others as the documentation."""


def private_app_token_info(call: Call) -> Answer:
    """The scopes of the token in the body. The header is optional in na1."""
    asked = call.json_object().get("tokenKey")
    found = _live(call, asked)
    if found is None:
        status = call.portal.switches.unknown_token_status
        raise Stop(responses.not_found() if status == 404 else responses.not_authenticated())
    return responses.as_json(
        {
            "userId": USER_ID,
            "hubId": call.portal.id,
            "appId": APP_ID,
            "scopes": list(found.scopes),
        }
    )


def introspect(call: Call) -> Answer:
    """OAuth introspection, form-encoded, of an access or a refresh token."""
    given = from_the_app(call)
    text = next((given[name] for name in _NAMES if name in given), "")
    if found := _live(call, text):
        return responses.as_json(_of_access_token(call, text, found))
    if grant := call.portal.grants.find(text):
        return responses.as_json(_of_refresh_token(call, text, grant))
    return responses.as_json({"active": False})


def revoke(call: Call) -> Answer:
    """End one token, as RFC 7009 has it: 200 even when there is none of this text."""
    given = from_the_app(call)
    text = next((given[name] for name in _NAMES if name in given), None)
    if text is None:
        raise refused("BAD_TOKEN")
    call.portal.tokens.revoke(text)
    call.portal.grants.forget(text)
    return Answer(200)


def show_access_token(call: Call) -> Answer:
    """The first generation's look at an access token; anybody who has it may ask."""
    text = call.params["token"]
    found = _live(call, text)
    if found is None:
        raise Stop(responses.not_found("The access token is not known, or it expired."))
    whole = _of_access_token(call, text, found)
    shown = {key: whole[key] for key in (*_SHARED, "app_id", "expires_in", "signed_access_token")}
    return responses.as_json(shown | {"token_type": "access"})


def show_refresh_token(call: Call) -> Answer:
    """The first generation's look at a refresh token."""
    text = call.params["token"]
    grant = call.portal.grants.find(text)
    if grant is None:
        raise Stop(responses.not_found("The refresh token is not known."))
    whole = _of_refresh_token(call, text, grant)
    shown = {key: whole[key] for key in (*_SHARED, "client_id")}
    return responses.as_json(shown | {"token_type": "refresh"})


def delete_refresh_token(call: Call) -> Answer:
    """Forget a refresh token. The access tokens it made live out their time."""
    text = call.params["token"]
    if call.portal.grants.find(text) is None:
        raise Stop(responses.not_found("The refresh token is not known."))
    call.portal.grants.forget(text)
    return Answer(204)


def _live(call: Call, text: object) -> Token | None:
    found = call.portal.tokens.find(text) if isinstance(text, str) else None
    expired = found is not None and found.expires_at is not None and found.expires_at <= time.time()
    return None if expired else found


_SHARED = ("token", "user", "hub_domain", "scopes", "hub_id", "user_id")


def _of_refresh_token(call: Call, text: str, grant: Grant) -> dict[str, Any]:
    portal = call.portal
    return {
        "active": True,
        "token": text,
        "token_use": "refresh_token",
        "token_type": "Bearer",
        "client_id": portal.client_id,
        "hub_id": portal.id,
        "hub_domain": portal.seed.domain,
        "user_id": USER_ID,
        "user": f"it@{portal.seed.domain}",
        "app_id": APP_ID,
        "scopes": list(grant.scopes),
    }


def _of_access_token(call: Call, text: str, found: Token) -> dict[str, Any]:
    portal = call.portal
    now = time.time()
    expires_at = now + _LIFE if found.expires_at is None else found.expires_at
    return _of_refresh_token(call, text, Grant("", found.scopes)) | {
        "token_use": "access_token",
        "expires_in": int(expires_at - now),
        "is_private_distribution": True,
        "signed_access_token": {
            "expiresAt": int(expires_at * 1000),
            "scopes": " ".join(found.scopes),
            "hubId": portal.id,
            "userId": USER_ID,
            "appId": APP_ID,
            "signature": hashlib.sha256(portal.client_id.encode()).hexdigest(),
            "newSignature": "",
            "scopeToScopeGroupPks": "",
            "trialScopes": "",
            "trialScopeToScopeGroupPks": "",
            "hublet": "na1",
            "isUserLevel": False,
            "isServiceAccount": False,
            "isPrivateDistribution": True,
            "installingUserId": USER_ID,
            "audience": "",
            "appInstallId": "",
        },
    }
