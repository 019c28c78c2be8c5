"""What HubSpot reports is taken once and shown in words: the class decides what is told of a
value, the time what is told to be the latest, and a receipt hears of its own."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from notices import CANARY, PUBLIC, SECRET, event, signed
from samples import IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.errors import PermissionDenied, UnknownReceipt
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.domain.webhooks import Refusal
from gateway.hubspot.webhooks import Arrived
from gateway.usecases import receive
from gateway.usecases.gateway import Gateway
from gateway.usecases.receive import Outcome

CLERK = User("clerk", "Clerk", frozenset({Role.INTAKE}))
AUDITOR = User("auditor", "Auditor", frozenset({Role.AUDITOR}))


@pytest.fixture
def gateway(world: World) -> Gateway:
    return world.open(HUBSPOT_CLIENT_SECRET=SECRET, GATEWAY_PUBLIC_URL=PUBLIC)


def now() -> int:
    return time.time_ns() // 1_000_000


def send(gateway: Gateway, *events: dict[str, Any]) -> Outcome:
    """The outcome of a request with these events, signed now."""
    call = signed(json.dumps(events).encode(), now())
    headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
    return gateway.webhooks.receive(Arrived(b"POST", call.target.encode(), headers, call.body))


def told(world: World, number: int = 1, **changes: Any) -> dict[str, Any]:
    return event(number, **{"portalId": world.emulator.portal_id, "occurredAt": now(), **changes})


def rows(gateway: Gateway, **asked: Any) -> Any:
    return gateway.webhooks.inbox(by=LOCAL_OPERATOR, **asked).rows


def heard(gateway: Gateway, code: str) -> Any:
    return gateway.webhooks.confirmations(code, by=LOCAL_OPERATOR)


def delivered(gateway: Gateway, form: str = IDENTIFICATION, **more: Any) -> Any:
    """A submission that HubSpot has."""
    gateway.start_worker()
    status = settled(gateway, submit(gateway, form, **more))
    assert status.state is State.DELIVERED, status
    return gateway.status(status.code, by=LOCAL_OPERATOR)


def test_the_class_decides_what_is_told_of_a_value(world: World, gateway: Gateway) -> None:
    """An ordinary property that truly holds the word REDACTED was not redacted; a sensitive one
    was, whatever stands there; of one that is not known nothing is claimed."""
    send(
        gateway,
        told(world, 1, propertyName="firstname", propertyValue="REDACTED"),
        told(world, 2, propertyName="passport_number", propertyValue="not the word"),
        told(world, 3, propertyName="no_such_property", propertyValue="REDACTED"),
        told(world, 4, subscriptionType="contact.creation", propertyName=None),
        told(world, 5, subscriptionType="product.propertyChange", propertyName="price"),
    )
    by_id = {row.kept.notice.event_id: row for row in rows(gateway)}
    assert [by_id[n].redacted for n in range(1, 6)] == [False, True, None, None, None]
    assert by_id[1].sensitivity is Sensitivity.NON_SENSITIVE
    assert by_id[2].sensitivity is Sensitivity.SENSITIVE
    assert by_id[2].label == "Passport number"
    assert {row.object for row in rows(gateway)} == {"contact", "product"}


def test_no_value_is_kept_in_memory_or_told(world: World, gateway: Gateway) -> None:
    """Not of any class."""
    send(gateway, told(world, 1, propertyName="firstname"), told(world, 2))
    assert CANARY not in repr(rows(gateway))


def test_disorder_is_put_right(world: World, gateway: Gateway) -> None:
    """What occurred last is the latest, whenever it comes, and however often."""
    at = now()
    for number, age in ((3, 1_000), (1, 3_000), (2, 2_000), (3, 1_000)):
        send(gateway, told(world, number, occurredAt=at - age))
    assert [row.kept.notice.event_id for row in rows(gateway)] == [3, 2, 1]
    assert [row.kept.latest for row in rows(gateway)] == [True, False, False]


def test_outcomes_are_told_and_counted(world: World, gateway: Gateway) -> None:
    """New, known, refused: each is in the numbers."""
    known = told(world, 2)
    assert send(gateway, told(world, 1), known) == Outcome(stored=2)
    assert send(gateway, known) == Outcome(repeated=1)
    assert send(gateway, told(world, 3, portalId=7)) == Outcome(Refusal.PORTAL, 0)
    assert send(gateway) == Outcome()
    numbers = gateway.metrics().decode()
    for line in (
        'sealed_intake_webhook_events_total{outcome="stored"} 2.0',
        'sealed_intake_webhook_events_total{outcome="repeated"} 1.0',
        'sealed_intake_webhooks_refused_total{reason="portal"} 1.0',
    ):
        assert line in numbers


def test_an_account_that_is_not_known_yet_is_asked_for(world: World, gateway: Gateway) -> None:
    """The first webhook may come before anything else was asked; while HubSpot is away, it is
    told to send it again later."""
    world.portal.faults.add("account", "drop_before", 3)
    assert send(gateway, told(world)).refusal is Refusal.UNKNOWN_PORTAL
    configured = world.open(
        HUBSPOT_CLIENT_SECRET=SECRET, GATEWAY_PUBLIC_URL=PUBLIC,
        HUBSPOT_PORTAL_ID=str(world.emulator.portal_id),
    )  # fmt: skip
    assert send(configured, told(world)) == Outcome(stored=1)


def test_an_outbox_that_fails_is_told_as_such(world: World, gateway: Gateway) -> None:
    """What cannot be kept is not said to be."""
    send(gateway, told(world, 1))
    gateway.close()
    assert send(gateway, told(world, 2)).refusal is Refusal.STORE


def test_only_who_may_look_looks(world: World, gateway: Gateway) -> None:
    """The inbox is for those who run and check the work; a receipt is for who may see receipts."""
    gateway.webhooks.inbox(by=AUDITOR)
    with pytest.raises(PermissionDenied):
        gateway.webhooks.inbox(by=CLERK)
    with pytest.raises(UnknownReceipt):
        gateway.webhooks.confirmations("2345-6789-ABCD", by=CLERK)
    with pytest.raises(PermissionDenied):
        gateway.webhooks.confirmations("x", by=User("n", "N", frozenset()))


def test_a_receipt_hears_of_its_own(world: World, gateway: Gateway) -> None:
    """A change that a form made, of a property on it, right after it was delivered."""
    status = delivered(gateway)
    assert heard(gateway, status.code).found == ()
    assert heard(gateway, status.code).awaited
    at = status.delivered_at_ms + 400
    send(gateway, told(world, 1, changeSource="FORM", occurredAt=at),
         told(world, 2, changeSource="FORM", occurredAt=at + 5, subscriptionId=5))  # fmt: skip
    (one,) = heard(gateway, status.code).found
    assert (one.property_name, one.occurred_at_ms, one.others) == ("passport_number", at, 0)
    assert one.label


@pytest.mark.parametrize(
    "other",
    [
        {"changeSource": "CRM_UI"},
        {"propertyName": "annual_salary"},
        {"subscriptionType": "company.propertyChange"},
        {"occurredAt": -3_600_000},
        {"occurredAt": receive.CONFIRMS_MS + 1},
    ],
)
def test_a_receipt_does_not_hear_of_others(
    world: World, gateway: Gateway, other: dict[str, Any]
) -> None:
    """Another source, another property, another kind of record, another time."""
    status = delivered(gateway)
    at = status.delivered_at_ms + other.pop("occurredAt", 400)
    send(gateway, told(world, 1, **{"changeSource": "FORM", "occurredAt": at, **other}))
    assert heard(gateway, status.code).found == ()


def test_what_may_be_anothers_is_said_to_be(world: World, gateway: Gateway) -> None:
    """Two submissions of one form at one moment, or changes of two records: nobody can tell whose
    it is. A submission of a form without the property is no rival."""
    first, second = delivered(gateway), delivered(gateway, email="alan2@client-mail.example")
    delivered(gateway, PATIENT)
    delivered(gateway, ONBOARDING)
    at = second.delivered_at_ms + 300
    send(gateway, told(world, 1, changeSource="FORM", occurredAt=at))
    for status in (first, second):
        (one,) = heard(gateway, status.code).found
        assert one.others == 1
    send(gateway, told(world, 2, changeSource="FORM", occurredAt=at + 9, objectId=1),
         told(world, 3, changeSource="FORM", occurredAt=at + 9, objectId=2))  # fmt: skip
    assert [one.others for one in heard(gateway, first.code).found] == [2]


def test_nothing_is_awaited_where_nothing_can_come(world: World) -> None:
    """Without a secret, or before it is delivered, a receipt waits for no news."""
    deaf = world.open()
    assert not deaf.webhooks.listens
    receipt = submit(deaf, IDENTIFICATION)
    assert heard(deaf, receipt.code).awaited is False
    assert heard(deaf, delivered(deaf, IDENTIFICATION, key="k").code).awaited is False


def test_old_notices_are_forgotten_by_the_worker(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chores take them away, however many there are."""
    for start in (0, 100, 200):
        send(gateway, *(told(world, start + n) for n in range(100)))
    time.sleep(0.05)
    monkeypatch.setattr("gateway.usecases.housekeeping.INBOX_S", 0)
    gateway.start_worker()
    deadline = time.monotonic() + 60
    while rows(gateway, limit=500):
        assert time.monotonic() < deadline
        time.sleep(0.1)
