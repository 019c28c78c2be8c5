"""The emulator's own routes about OAuth: installing and uninstalling the app without a browser."""

from __future__ import annotations

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.grants import APP_ID
from gateway.emulator.oauth.granting import access
from gateway.emulator.responses import Answer, Stop


def show_app(call: Call) -> Answer:
    """The app, what it may be granted, and how many refresh tokens are good."""
    portal = call.portal
    return responses.as_json(
        {
            "app_id": APP_ID,
            "client_id": portal.client_id,
            "scopes": sorted(portal.grantable_scopes),
            "refresh_tokens": len(portal.grants.all()),
        }
    )


def amend_app(call: Call) -> Answer:
    """What the app may be granted from now on: ``{scopes}``."""
    call.portal.grantable_scopes = frozenset(_scopes(call.json_object().get("scopes")))
    return show_app(call)


def install(call: Call) -> Answer:
    """A new grant and its first tokens: ``{scopes?}``, the least a gateway needs by default."""
    given = call.json_object()
    scopes = _scopes(given.get("scopes", [*call.portal.seed.scopes, "oauth"]))
    refresh_token = call.portal.grants.grant(scopes)
    grant = call.portal.grants.find(refresh_token)
    if grant is None:
        raise Stop(responses.not_found())
    return responses.as_json(access(call, grant, refresh_token, grant.scopes), 201)


def uninstall(call: Call) -> Answer:
    """End the grant of ``{refresh_token}``, or every grant for ``{}``: refreshing fails with
    ``invalid_grant`` and access tokens with 401."""
    named = call.json_object().get("refresh_token")
    if named is not None and not isinstance(named, str):
        raise Stop(responses.bad_request("refresh_token is a text"))
    return responses.as_json({"revoked": call.portal.revoke_grant(named)})


def _scopes(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(scope, str) for scope in given):
        raise Stop(responses.bad_request("scopes is a list of texts"))
    return given
