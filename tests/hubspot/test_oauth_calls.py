"""The token endpoint's answers: each refusal is told apart, and nothing odd is taken for a token."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.answers import Secret
from gateway.domain.hubspot_errors import (
    AppRefused,
    GrantRefused,
    HubSpotError,
    RateLimited,
    RedirectRefused,
    Unavailable,
)
from gateway.hubspot.oauth_calls import LONGEST_LIFE_S, REFUSALS, challenge, granted
from gateway.hubspot.wire import Response

GOOD = {
    "access_token": "canary-access", "refresh_token": "canary-refresh", "expires_in": 1800,
    "token_type": "bearer", "hub_id": 4711, "scopes": ["oauth", "forms"],
}  # fmt: skip


def answer(body: Any, status: int = 200) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {}, raw)


def test_a_good_answer() -> None:
    """What it says is read, and neither token shows itself."""
    told = granted(answer(GOOD))
    assert (told.access.reveal(), told.life_s, told.portal_id) == ("canary-access", 1800, 4711)
    assert told.scopes == ("forms", "oauth")
    assert "canary" not in repr(told)
    first = granted(answer({"access_token": "a", "expires_in": 10**12}))
    assert (first.portal_id, first.scopes, first.life_s) == (None, None, LONGEST_LIFE_S)
    assert first.refresh is None
    assert first.with_refresh(Secret("old")).refresh is not None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b"\xff", b"<html>", b"[" * 5000, {},
        {**GOOD, "access_token": ""}, {**GOOD, "access_token": "a b"},
        {**GOOD, "access_token": "a\r\nX: y"}, {**GOOD, "access_token": "é"},
        {**GOOD, "access_token": 7}, {**GOOD, "expires_in": 0}, {**GOOD, "expires_in": "1800"},
        {**GOOD, "hub_id": -1}, {**GOOD, "scopes": "forms"}, {**GOOD, "access_token": "a" * 9000},
    ],
)  # fmt: skip
def test_an_odd_answer_is_no_token(body: Any) -> None:
    """It is unreadable, and the error holds nothing of it."""
    with pytest.raises(Unavailable) as error:
        granted(answer(body))
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


@pytest.mark.parametrize("word", REFUSALS)
def test_each_refusal_by_either_name(word: str) -> None:
    """HubSpot's word counts, and RFC 6749's where there is no other."""
    for body in ({"status": word}, {"error": word}, {"status": "OTHER", "error": word}):
        with pytest.raises(REFUSALS[word]):
            granted(answer({**body, "message": "canary"}, 400))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"status": "BAD_REDIRECT_URI", "error": "invalid_grant"}, RedirectRefused),
        (400, {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}, GrantRefused),
        (400, {"status": "NEWS", "error": "unheard_of"}, HubSpotError),
        (400, b"<html>", HubSpotError),
        (401, b"", AppRefused),
        (403, {"status": "error"}, AppRefused),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, RateLimited),
        (500, {"error": "invalid_grant"}, Unavailable),
        (302, b"", Unavailable),
    ],
)
def test_what_ends_an_installation_and_what_does_not(
    status: int, body: Any, kind: type[HubSpotError]
) -> None:
    """Only a refusal that says so is about the installation."""
    with pytest.raises(kind) as error:
        granted(answer(body, status))
    assert type(error.value) is kind


@given(st.binary(max_size=200), st.integers(200, 599))
def test_no_answer_breaks_it(body: bytes, status: int) -> None:
    """Whatever comes is a token or a named error."""
    with contextlib.suppress(HubSpotError):
        granted(answer(body, status))


def test_the_challenge_is_the_standard_s() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
