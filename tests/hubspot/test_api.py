"""HubSpot's split answers are joined: pages, classes, kinds of token, archived forms."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gateway.domain.answers import Secret
from gateway.domain.hubspot_errors import Forbidden, NotFound, Unauthorized
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import Emulator
from gateway.emulator.tokens import TokenKind
from gateway.hubspot import replies, wire
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import Client
from gateway.hubspot.routes import Host
from gateway.hubspot.wire import Response


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulated account without a rate limit."""
    with Emulator() as running:
        running.portal.amend_switches(rate_limit=0)
        yield running


def hubspot(emulator: Emulator, token: str | None = None, **more: str) -> HubSpot:
    """The account as the gateway asks it."""
    secret = Secret(token or emulator.access_token)
    bases = dict.fromkeys(Host, emulator.api_base)
    return HubSpot(
        Client(secret, bases, emulated=True), secret, client_id=more.get("client_id", ""),
        client_secret=Secret(more.get("client_secret", "")),
    )  # fmt: skip


def test_the_account(emulator: Emulator) -> None:
    """The account's number, region and clock are read."""
    answer = hubspot(emulator).account()
    assert answer.details.portal_id == emulator.portal_id
    assert answer.details.data_hosting_location
    assert answer.date_ms is not None


def test_a_private_app_or_service_key_tells_its_scopes(emulator: Emulator) -> None:
    """A pat-… token is asked by the call of private apps, in one piece."""
    token = emulator.portal.issue_token(["forms", "tickets"])
    assert hubspot(emulator, token).token_scopes() == {"forms", "tickets"}


def test_an_oauth_token_needs_its_app(emulator: Emulator) -> None:
    """An OAuth token's scopes are read with the app's id and secret; without them, or with
    wrong ones, nothing is claimed."""
    token = emulator.portal.issue_token(["forms"], kind=TokenKind.OAUTH)
    app = {"client_id": emulator.client_id, "client_secret": emulator.client_secret}
    assert hubspot(emulator, token, **app).token_scopes() == {"forms"}
    assert hubspot(emulator, token).token_scopes() is None
    assert hubspot(emulator, token, client_id="other", client_secret="wrong").token_scopes() is None


def test_every_page_of_forms_is_read(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that takes several pages is complete, each form once."""
    whole = [form.id for form in hubspot(emulator).forms()]
    monkeypatch.setattr(wire, "FORMS_PAGE", 2)
    assert [form.id for form in hubspot(emulator).forms()] == whole
    assert len(set(whole)) == len(emulator.forms) == 5


def test_properties_of_all_three_classes(emulator: Emulator) -> None:
    """Three calls, one list: every class is there, each property with its own."""
    found = {p.name: p.sensitivity for p in hubspot(emulator).properties("contacts")}
    assert found["email"] is Sensitivity.NON_SENSITIVE
    assert found["passport_number"] is Sensitivity.SENSITIVE
    assert found["diagnosis"] is Sensitivity.HIGHLY_SENSITIVE
    archived = hubspot(emulator).properties("contacts", archived=True)
    assert {p.archived for p in archived} == {True}


def test_an_archived_form_is_found_as_such(emulator: Emulator) -> None:
    """A form HubSpot serves only as archived is read, and says so."""
    form = emulator.forms[-1]["id"]
    emulator.portal.amend_form(form, {"archived": True})
    listing = hubspot(emulator).form(form)
    emulator.portal.amend_form(form, {"archived": False})
    assert listing.definition is not None
    assert listing.definition.archived


def test_what_is_not_there_is_not_found(emulator: Emulator) -> None:
    """An unknown id, and a text that cannot be an id, are not found; the second is not asked."""
    for odd in ("11111111-2222-3333-4444-555555555555", "../../x", ""):
        with pytest.raises(NotFound):
            hubspot(emulator).form(odd)


def test_tokens_that_may_not(emulator: Emulator) -> None:
    """A wrong token is refused, one without the scope forbidden, with the scopes named."""
    with pytest.raises(Unauthorized):
        hubspot(emulator, "pat-na1-00000000-0000-4000-8000-000000000000").forms()
    with pytest.raises(Forbidden) as caught:
        hubspot(emulator, emulator.portal.issue_token(["tickets"])).forms()
    assert caught.value.scopes


def test_limits_and_use_are_read(emulator: Emulator) -> None:
    """The day's calls come from the body, the limits of both windows from the headers."""
    emulator.portal.amend_switches(rate_limit=190, daily_limit=1_000_000)
    emulator.portal.limits.calls_today = 41
    told = hubspot(emulator).usage()
    emulator.portal.amend_switches(rate_limit=0)
    assert told.daily is not None
    assert (told.daily.usage_limit, told.daily.current_usage) == (1_000_000, 42)
    assert (told.rates.most, told.rates.interval_ms) == (190, 10_000)
    assert (told.rates.daily, told.rates.daily_left) == (1_000_000, 1_000_000 - 42)


@pytest.mark.parametrize(
    "row",
    [{}, {"usageLimit": 0, "currentUsage": 1}, {"usageLimit": 9, "currentUsage": "many"},
     {"usageLimit": 9, "currentUsage": 1, "fetchStatus": "FAILURE"}],
    ids=["empty", "no limit", "odd", "failed"],
)  # fmt: skip
def test_a_count_that_says_nothing_is_no_count(row: dict[str, object]) -> None:
    """HubSpot may not know the day's calls; nothing is made up then."""
    body = json.dumps({"results": [row]}).encode()
    assert replies.daily_usage(Response(200, {}, body)) is None
