"""Who the token belongs to, and what it may do.

Sources: https://developers.hubspot.com/docs/api-reference/latest/account/account-info and
https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

import datetime
import hashlib
import time
import zoneinfo
from typing import Any
from urllib.parse import parse_qs

from gateway.emulator import responses
from gateway.emulator.calls import FORM_MEDIA_TYPE, Call
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.tokens import Token

_USER_ID, _APP_ID = 26_649_153, 4_117_286
_LIFE = 1800
"""What ``expires_in`` says of a token that does not expire, in seconds."""


def account_details(call: Call) -> Answer:
    """The account of the token. Every token may read it."""
    call.token()
    seed = call.portal.seed
    offset_ms = _utc_offset_ms(call)
    return responses.as_json(
        {
            "portalId": call.portal.id,
            "accountType": "STANDARD",
            "timeZone": call.portal.time_zone,
            "companyCurrency": seed.currency,
            "additionalCurrencies": [],
            "utcOffset": _as_offset(offset_ms),
            "utcOffsetMilliseconds": offset_ms,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def _utc_offset_ms(call: Call) -> int:
    """How far the account's clock is ahead of UTC now; the seed's own word where this
    machine does not know the zone."""
    try:
        zone = zoneinfo.ZoneInfo(call.portal.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return call.portal.seed.utc_offset_ms
    ahead = datetime.datetime.now(zone).utcoffset() or datetime.timedelta()
    return round(ahead.total_seconds() * 1000)


def _as_offset(ms: int) -> str:
    hours, minutes = divmod(abs(ms) // 60_000, 60)
    return f"{'-' if ms < 0 else '+'}{hours:02d}:{minutes:02d}"


def private_app_token_info(call: Call) -> Answer:
    """The scopes of the token in the body. The header is optional in na1."""
    asked = call.json_object().get("tokenKey")
    found = _live(call, asked)
    if found is None:
        status = call.portal.switches.unknown_token_status
        raise Stop(responses.not_found() if status == 404 else responses.not_authenticated())
    return responses.as_json(
        {
            "userId": _USER_ID,
            "hubId": call.portal.id,
            "appId": _APP_ID,
            "scopes": list(found.scopes),
        }
    )


def introspect(call: Call) -> Answer:
    """OAuth introspection, form-encoded: ``token`` as the specs have it, or
    ``access_token`` as the documentation has it."""
    if call.media_type != FORM_MEDIA_TYPE:
        raise Stop(responses.error(415, "Unsupported Media Type"))
    given = {key: values[-1] for key, values in parse_qs(call.body.decode("latin-1")).items()}
    client = (given.get("client_id"), given.get("client_secret"))
    if client != (call.portal.client_id, call.portal.client_secret):
        raise Stop(_invalid_client())
    text = given.get("token") or given.get("access_token")
    found = _live(call, text)
    if found is None:
        return responses.as_json({"active": False})
    return responses.as_json(_introspection(call, str(text), found))


def _live(call: Call, text: object) -> Token | None:
    found = call.portal.tokens.find(text) if isinstance(text, str) else None
    expired = found is not None and found.expires_at is not None and found.expires_at <= time.time()
    return None if expired else found


def _introspection(call: Call, text: str, found: Token) -> dict[str, Any]:
    portal = call.portal
    now = time.time()
    expires_at = now + _LIFE if found.expires_at is None else found.expires_at
    return {
        "active": True,
        "token": text,
        "token_use": "access_token",
        "token_type": "Bearer",
        "client_id": portal.client_id,
        "hub_id": portal.id,
        "hub_domain": portal.seed.domain,
        "user_id": _USER_ID,
        "user": f"it@{portal.seed.domain}",
        "app_id": _APP_ID,
        "scopes": list(found.scopes),
        "expires_in": int(expires_at - now),
        "is_private_distribution": True,
        "signed_access_token": {
            "expiresAt": int(expires_at * 1000),
            "scopes": " ".join(found.scopes),
            "hubId": portal.id,
            "userId": _USER_ID,
            "appId": _APP_ID,
            "signature": hashlib.sha256(portal.client_id.encode()).hexdigest(),
            "newSignature": "",
            "scopeToScopeGroupPks": "",
            "trialScopes": "",
            "trialScopeToScopeGroupPks": "",
            "hublet": "na1",
            "isUserLevel": False,
            "isServiceAccount": False,
            "isPrivateDistribution": True,
            "installingUserId": _USER_ID,
            "audience": "",
            "appInstallId": "",
        },
    }


def _invalid_client() -> Answer:
    return responses.as_json(
        {
            "error": "invalid_client",
            "error_description": "missing or invalid client id or client secret",
            "status": "BAD_CLIENT_SECRET",
            "message": "missing or invalid client id or client secret",
        },
        400,
    )
