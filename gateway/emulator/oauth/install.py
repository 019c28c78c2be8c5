"""Where a person lets the app into the account, and comes back with a code.

HubSpot shows a page that names the scopes. Here the agreement is taken for granted, so that a
program can walk the road alone; the switch ``oauth_consent_page`` shows a page to a person.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
"""

from __future__ import annotations

import html
import ipaddress
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from gateway.emulator.calls import Call
from gateway.emulator.grants import CODE_LIFE, Code
from gateway.emulator.oauth.client import fields
from gateway.emulator.responses import Answer, Stop

_ASKED = (
    "client_id", "redirect_uri", "scope", "optional_scope", "state", "code_challenge",
    "code_challenge_method",
)  # fmt: skip
_METHODS = ("S256", "plain")
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1rem;margin-right:.5rem}li{font-family:monospace}"
)


def authorize(call: Call) -> Answer:
    """The install link: the consent page, or back to the app at once with ``code`` and
    ``state``. What was asked wrongly gets a page that says so, and no way back."""
    asked = {name: text for name in _ASKED if (text := call.text(name)) is not None}
    scopes = _granted(call, asked)
    if call.portal.switches.oauth_consent_page:
        return _consent_page(call, asked, scopes)
    return _back_with_code(call, asked, scopes)


def answer_consent(call: Call) -> Answer:
    """The consent page's two buttons."""
    given = fields(call)
    asked = {name: given[name] for name in _ASKED if name in given}
    scopes = _granted(call, asked)
    if given.get("answer") != "grant":
        denied = {"error": "access_denied", "error_description": "The person said no."}
        return _back(asked, denied)
    return _back_with_code(call, asked, scopes)


def _granted(call: Call, asked: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes the app gets: all of ``scope``, and what the account has of
    ``optional_scope``; the rest is dropped without a word."""
    if call.params.get("portal_id") not in (None, str(call.portal.id)):
        raise _wrong("This account is not here.")
    if asked.get("client_id") != call.portal.client_id:
        raise _wrong("The client_id is not known.")
    if not _may_return_to(asked.get("redirect_uri", "")):
        raise _wrong("The redirect_uri is https, or http on this machine, without a fragment.")
    if asked.get("code_challenge_method", "plain") not in _METHODS:
        raise _wrong("The code_challenge_method is S256 or plain.")
    wanted = asked.get("scope", "").split()
    if not wanted:
        raise _wrong("The scope names nothing.")
    held = call.portal.grantable_scopes
    if not held.issuperset(wanted):
        raise _wrong("The app asks for a scope that this account does not have.")
    optional = [scope for scope in asked.get("optional_scope", "").split() if scope in held]
    return tuple(dict.fromkeys([*wanted, *optional, "oauth"]))


def _may_return_to(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if not host or "#" in uri or any(ord(sign) <= 32 for sign in uri):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _back_with_code(call: Call, asked: Mapping[str, str], scopes: tuple[str, ...]) -> Answer:
    code = Code(
        scopes=scopes,
        redirect_uri=asked["redirect_uri"],
        expires_at=time.time() + CODE_LIFE,
        challenge=asked.get("code_challenge"),
        method=asked.get("code_challenge_method", "plain"),
    )
    return _back(asked, {"code": call.portal.grants.new_code(code)})


def _back(asked: Mapping[str, str], told: Mapping[str, str]) -> Answer:
    state = {"state": asked["state"]} if "state" in asked else {}
    uri = asked["redirect_uri"]
    joint = "&" if urlsplit(uri).query else "?"
    location = f"{uri}{joint}{urlencode({**told, **state}, errors='replace')}"
    ascii_only = location.encode("ascii", "xmlcharrefreplace").decode()
    return Answer(302, headers={**_PAGE_HEADERS, "Location": ascii_only})


def _consent_page(call: Call, asked: Mapping[str, str], scopes: tuple[str, ...]) -> Answer:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(text)}">'
        for name, text in asked.items()
    )
    rows = "".join(f"<li>{html.escape(scope)}</li>" for scope in scopes)
    return _page(
        200,
        "Connect the app",
        f"<p>The app asks the account {call.portal.id} ({html.escape(call.portal.seed.domain)}) "
        f"for these scopes:</p><ul>{rows}</ul>"
        f'<form method="post">{kept}<button name="answer" value="grant">Connect app</button>'
        '<button name="answer" value="deny">Cancel</button></form>',
    )


def _wrong(sentence: str) -> Stop:
    return Stop(_page(400, "The app cannot be connected", f"<p>{html.escape(sentence)}</p>"))


def _page(status: int, title: str, body: str) -> Answer:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}"
        "<p>This is an emulated HubSpot: nothing leaves this machine.</p></body></html>"
    )
    encoded = text.encode(errors="replace")
    return Answer(status, encoded, "text/html; charset=UTF-8", _PAGE_HEADERS)
