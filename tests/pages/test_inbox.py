"""The inbox, run as Streamlit runs it: what changed, in words, newest first."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from notices import CANARY, PUBLIC, SECRET, event, signed
from samples import ANSWERS, IDENTIFICATION

from gateway import bootstrap
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR, Permission, Role, User
from gateway.domain.webhooks import Change, Confirmation, InboxRow, KeptNotice, Notice
from gateway.hubspot.webhooks import Arrived
from gateway.settings import load_settings
from gateway.ui import inbox, places, receipt
from gateway.usecases.gateway import Gateway
from gateway.web.surface import PAGES

NOW = 1_800_000_000_000
CLERK = User("clerk", "Clerk", frozenset({Role.INTAKE}))


@pytest.fixture(scope="module")
def gateway(emulator: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    settings = load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "GATEWAY_PUBLIC_URL": PUBLIC,
            "GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as opened:
        bootstrap.serve(opened)
        yield opened
        bootstrap.serve(None)


def _report(gateway: Gateway, emulator: Any, *events: dict[str, Any]) -> None:
    body = json.dumps([{**one, "portalId": emulator.portal_id} for one in events]).encode()
    call = signed(body, time.time_ns() // 1_000_000)
    headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
    arrived = Arrived(b"POST", call.target.encode(), headers, body)
    assert gateway.webhooks.receive(arrived).refusal is None


def _row(**changes: Any) -> InboxRow:
    kept = {"received_at_ms": NOW, "latest": changes.pop("latest", True)}
    more = {name: changes.pop(name, None) for name in ("object", "sensitivity", "label")}
    notice = {
        "subscription_id": 1, "event_id": 1, "object_id": 42, "property_name": "passport_number",
        "occurred_at_ms": NOW, "portal_id": 1, "kind": "contact.propertyChange",
        "object_type_id": "0-1", "source": "CRM_UI", "user_id": 7, "other_id": None, **changes,
    }  # fmt: skip
    return InboxRow(
        KeptNotice(Notice(**notice), **kept),
        more["object"] or "contact",
        more["sensitivity"],
        more["label"] or "",
    )


def test_an_empty_inbox_says_where_webhooks_go(screen: Any) -> None:
    """Nothing came yet: the address that HubSpot needs."""
    page = screen.go("inbox.py").html()
    assert "HubSpot has reported nothing yet" in page
    assert f"{PUBLIC}/webhooks/hubspot" in page


def test_it_shows_what_changed_and_no_value(screen: Any, gateway: Gateway, emulator: Any) -> None:
    """Record, property, class, source and what became of the value; newest first; choosing a kind
    of record or a property narrows it down."""
    _report(
        gateway, emulator,
        event(1), event(2, propertyName="firstname", propertyValue="REDACTED"), event(5),
        event(3, subscriptionType="company.propertyChange", propertyName="name"),
        event(4, subscriptionType="contact.merge", propertyName=None, newObjectId=77),
    )  # fmt: skip
    page = screen.go("inbox.py").html()
    assert CANARY not in page + repr(screen.test.session_state)
    for words in (
        "Passport number", "Sensitive", "HubSpot left the value out", "Not sensitive",
        "the value is not kept here", "a person in HubSpot (user 882761034)",
        "Merged</b> (record 77)", "changed again since", "Company",
    ):  # fmt: skip
        assert words in page, words
    assert page.index("Merged") < page.index("firstname") < page.rindex("passport_number")
    assert "Reveal" in page
    screen.widget("Records").select("0-2")
    assert "passport_number" not in screen.run().html()
    screen.widget("Records").select("0-1")
    screen.run()
    screen.widget("Property").select("firstname")
    narrowed = screen.run().html()
    assert "firstname" in narrowed
    assert "passport_number" not in narrowed
    screen.widget("Records").select("")
    assert "Company" in screen.run().html()


def test_live_can_be_switched_off(screen: Any) -> None:
    """The switch stays where it was put."""
    screen.go("inbox.py")
    (live,) = screen.test.toggle
    live.set_value(False)
    screen.run()
    assert screen.test.session_state["desk"].inbox.live is False


def test_the_page_is_not_for_everybody() -> None:
    """Who may not see the inbox has no link to it, and the page refuses."""
    assert "inbox.py" not in {place.file for place in places.places_of(CLERK)}
    assert "inbox.py" in {place.file for place in places.places_of(LOCAL_OPERATOR)}
    assert not CLERK.may(Permission.VIEW_INBOX)


def test_every_place_is_served() -> None:
    """Each page that the top leads to answers under its own address."""
    assert {f"/{place.path}" for place in places.PLACES} <= set(PAGES)


@pytest.mark.parametrize("change", Change)
@pytest.mark.parametrize("sensitivity", [None, *Sensitivity])
def test_every_kind_of_row_can_be_shown(change: Change, sensitivity: Any) -> None:
    """Whatever happened and whatever its class, with and without the way to reveal it."""
    named = "salary" if change is Change.PROPERTY else ""
    row = _row(kind=f"deal.{change}", property_name=named, sensitivity=sensitivity, latest=False)
    for reveals in (False, True):
        told = inbox.table([row], NOW, reveals=reveals)
        assert "$" not in told
        assert told.count('<th scope="col"') == told.count("<td data-name") + 1
        assert ("Reveal" in told) is (reveals and change is Change.PROPERTY)


@pytest.mark.parametrize("kind", ["0-7", "0-8", "conversation", "odd"])
def test_what_cannot_be_looked_at_here_has_no_way_there(kind: str) -> None:
    """A change of a product or the like is shown, and leads nowhere that would only refuse it."""
    told = inbox.table([_row(object_type_id=kind, object=kind)], NOW, reveals=True)
    assert "passport_number" in told
    assert "/records" not in told


def test_reveal_names_the_record_and_no_value() -> None:
    """The link says which property of which record; markup in a label stays text."""
    row = _row(object_type_id="2-77", label="<i>Pass</i>", object="custom object")
    told = inbox.table([row], NOW, reveals=True)
    assert 'href="/records?object=2-77&amp;id=42&amp;property=passport_number"' in told
    assert "passport_number of custom object 42, in a new tab" in told
    assert "<i>" not in told


def test_a_receipt_says_honestly_what_it_heard() -> None:
    """Alone, it is told as a change right after the delivery; with others, as maybe theirs."""
    one = Confirmation("passport_number", "Passport number", NOW, 0)
    told = receipt.heard([one])
    assert "HubSpot reported a change of Passport number at" in told
    assert "right after this was delivered." in told
    assert "may belong" not in told
    both = receipt.heard([one, Confirmation("email", "E-mail", NOW, 0)])
    assert "a change of Passport number and E-mail at" in both
    for others, words in ((1, "another submission"), (3, "one of 3 other submissions")):
        told = receipt.heard([Confirmation("passport_number", "", NOW, others)])
        assert "a change of passport_number" in told
        assert f"It may belong to {words}" in told


def test_a_receipt_shows_what_it_heard(screen: Any, gateway: Gateway, emulator: Any) -> None:
    """Once it is delivered and HubSpot reports the change, the receipt says so."""
    code = gateway.submit(IDENTIFICATION, ANSWERS[IDENTIFICATION], by=LOCAL_OPERATOR).code
    gateway.start_worker()
    try:
        status = gateway.wait(code, seconds=20, by=LOCAL_OPERATOR)
    finally:
        gateway.stop_worker()
    assert "Heard from HubSpot" not in screen.go("receipt.py", code=code).html()
    at = (status.delivered_at_ms or 0) + 1
    _report(gateway, emulator, event(900, changeSource="FORM", occurredAt=at))
    assert "HubSpot reported a change of Passport number" in screen.run().html()
