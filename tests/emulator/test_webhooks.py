"""What is told by webhook: of which change, with which value, signed how, and how often."""

from __future__ import annotations

import time

import pytest
from emulator.receiver import Receiver, until

from gateway.emulator.grants import APP_ID
from gateway.emulator.webhooks.deliveries import GAPS_S
from gateway.emulator.webhooks.signatures import version_1, version_3

INTAKE, ONBOARDING, IDENTITY = "Patient intake", "Employee onboarding", "Client identification"
SENSITIVE, HIGHLY_SENSITIVE = "sex_at_birth", "bank_account"


@pytest.fixture
def receiver():
    """A receiver that takes everything."""
    with Receiver() as receiver:
        yield receiver


def subscribe(hub, receiver, *types):
    body = {"url": receiver.url, "subscribe": list(types)}
    assert hub.admin("PUT", "webhooks", body).ok


def deliveries(hub):
    return hub.admin("GET", "webhooks").json()["deliveries"]


def test_a_submission_is_told_as_changes_of_its_record(hub, receiver):
    """Creation and property changes with FORM as their source; a form has no event of its own."""
    subscribe(hub, receiver, "contact.creation", "contact.propertyChange:firstname")
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: len(receiver.events) == 2)
    (contact,) = hub.portal.contacts()
    creation, change = sorted(receiver.events, key=lambda event: event["subscriptionType"])
    for event in (creation, change):
        assert event["portalId"] == hub.emulator.portal_id
        assert event["objectId"] == int(contact.id)
        assert (event["changeSource"], event["sourceId"]) == ("FORM", hub.form_id(INTAKE))
        assert event["attemptNumber"] == 0
    assert creation["changeFlag"] == "NEW"
    assert (change["propertyName"], change["propertyValue"]) == ("firstname", "Ada")
    assert "isSensitive" not in change


def test_a_sensitive_value_is_redacted(hub, receiver):
    """The word REDACTED instead of the value; generic events say why."""
    subscribe(hub, receiver, f"contact.propertyChange:{SENSITIVE}",
              f"object.propertyChange:contact/{SENSITIVE}",
              "object.propertyChange:0-1/firstname")  # fmt: skip
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: len(receiver.events) == 3)
    told = {(e["subscriptionType"], e["propertyName"]): e for e in receiver.events}
    classic = told["contact.propertyChange", SENSITIVE]
    generic = told["object.propertyChange", SENSITIVE]
    plain = told["object.propertyChange", "firstname"]
    assert classic["propertyValue"] == generic["propertyValue"] == "REDACTED"
    assert "isSensitive" not in classic
    assert (generic["isSensitive"], generic["objectTypeId"]) == (True, "0-1")
    assert (plain["isSensitive"], plain["propertyValue"]) == (False, "Ada")
    assert all(b"female" not in arrived.body for arrived in receiver.arrived)


def test_a_highly_sensitive_change_is_not_told(hub, receiver):
    """There is no event at all, whoever subscribed."""
    subscribe(hub, receiver, f"contact.propertyChange:{HIGHLY_SENSITIVE}",
              f"object.propertyChange:0-1/{HIGHLY_SENSITIVE}",
              "contact.propertyChange:firstname")  # fmt: skip
    hub.submit(ONBOARDING, hub.good(ONBOARDING))
    until(lambda: receiver.events)
    assert [event["propertyName"] for event in receiver.events] == ["firstname"]


def test_other_objects_have_no_sensitive_events(hub, receiver):
    """Only contacts, companies, deals and tickets tell that something sensitive changed."""
    subscribe(hub, receiver, "object.propertyChange:2-41007216/policy_number",
              "object.creation:2-41007216")  # fmt: skip
    with hub.portal.lock:
        hub.portal.records.submit("2-41007216", {"policy_number": "8"}, at_ms=1, due=0.0)
    until(lambda: receiver.events)
    assert [event["subscriptionType"] for event in receiver.events] == ["object.creation"]


def test_what_happened_before_is_not_told(hub, receiver):
    """A subscription hears of later changes only, even when nobody had looked yet."""
    hub.submit(INTAKE, hub.good(INTAKE))
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE, email="second@mail.example"))
    until(lambda: receiver.events)
    second = hub.portal.contacts()[-1]
    assert [event["objectId"] for event in receiver.events] == [int(second.id)]


def test_a_paused_subscription_hears_nothing(hub, receiver):
    """Nor does one without a target."""
    subscribe(hub, receiver, "contact.creation", "contact.propertyChange:firstname")
    (row, *_) = hub.admin("GET", "webhooks").json()["subscriptions"]
    key = {"hapikey": hub.portal.developer_key}
    path = f"/webhooks/v3/4117286/subscriptions/{row['id']}"
    assert hub.call("PATCH", path, token=None, params=key, json={"active": False}).ok
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: receiver.events)
    assert {e["subscriptionType"] for e in receiver.events} == {"contact.propertyChange"}


@pytest.mark.parametrize("path", ["", "?a=%2Fb%3A&c=%20d", "/"])
def test_both_signatures_hold(hub, receiver, path):
    """Version 1 over the body, version 3 over method, address, body and stamp."""
    receiver.url += path
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: receiver.arrived)
    (arrived,) = receiver.arrived
    headers, secret = arrived.headers, hub.emulator.client_secret
    assert headers["X-HubSpot-Signature-Version"] == "v1"
    assert headers["X-HubSpot-Signature"] == version_1(secret, arrived.body)
    stamp = headers["X-HubSpot-Request-Timestamp"]
    expected = version_3(secret, "POST", receiver.url, arrived.body, stamp)
    assert headers["X-HubSpot-Signature-v3"] == expected
    assert headers["X-Sealed-Intake-Emulator"] == "1"
    assert arrived.path == "/webhooks/hubspot" + path


@pytest.mark.parametrize(
    ("setting", "v1", "v3"), [("both", True, True), ("only_v1", True, False), ("only_v3", False, True)]
)  # fmt: skip
def test_webhook_signatures_can_be_left_out(hub, receiver, setting, v1, v3):
    """The switch webhook_signatures leaves one version out."""
    hub.portal.amend_switches(webhook_signatures=setting)
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: receiver.arrived)
    headers = receiver.arrived[0].headers
    assert ("X-HubSpot-Signature" in headers, "X-HubSpot-Signature-v3" in headers) == (v1, v3)


@pytest.mark.parametrize("status", [0, 302, 400, 404, 500])
def test_a_failed_delivery_is_tried_again(hub, status):
    """Whatever is not 2xx fails, with a higher attemptNumber and the same ids each time."""
    hub.portal.amend_switches(webhook_time_scale=0.0)
    with Receiver(status, status) as receiver:
        subscribe(hub, receiver, "contact.creation")
        hub.submit(INTAKE, hub.good(INTAKE))
        (done,) = until(lambda: [d for d in deliveries(hub) if d["state"] == "delivered"])
    assert [attempt["status"] for attempt in done["attempts"]] == [status, status, 204]
    assert [event["attemptNumber"] for event in receiver.events] == [0, 1, 2]
    assert len({event["eventId"] for event in receiver.events}) == 1


def test_after_ten_more_tries_it_is_given_up(hub):
    """The gaps grow, and all of them fit into a day."""
    assert list(GAPS_S) == sorted(GAPS_S)
    assert sum(GAPS_S) * 1.2 <= 86_400 * 1.2
    hub.portal.amend_switches(webhook_time_scale=0.0)
    with Receiver(*[500] * 11) as receiver:
        subscribe(hub, receiver, "contact.creation")
        hub.submit(INTAKE, hub.good(INTAKE))
        until(lambda: [d for d in deliveries(hub) if d["state"] == "given_up"])
    assert len(receiver.arrived) == 11


def test_a_receiver_that_is_not_there_is_a_failure(hub, receiver):
    """It waits for the next try, and answers of the emulator are not delayed by it."""
    receiver.url = "http://127.0.0.1:1/"
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE))
    rows = until(lambda: [d for d in deliveries(hub) if d["attempts"]])
    assert (rows[0]["state"], rows[0]["attempts"][0]["status"]) == ("waiting", 0)


@pytest.mark.parametrize("size", [100, 7, 1, 0])
def test_events_come_in_batches(hub, receiver, size):
    """At most a hundred events in one request, or what the switch webhook_batch says."""
    hub.portal.amend_switches(webhook_batch=size)
    subscribe(hub, receiver, "contact.creation")
    with hub.portal.lock:
        for n in range(230):
            values = {"email": f"n{n}@mail.example"}
            hub.portal.records.submit("0-1", values, at_ms=n, due=0.0)
    until(lambda: len(receiver.events) == 230)
    assert max(len(arrived.events) for arrived in receiver.arrived) == max(1, size)


def test_webhook_duplicates_and_webhook_disorder(hub, receiver):
    """Every request twice, and the events shuffled: nothing is lost."""
    hub.portal.amend_switches(webhook_duplicates=1.0, webhook_disorder=True, webhook_batch=20)
    subscribe(hub, receiver, "contact.creation")
    with hub.portal.lock:
        for n in range(60):
            values = {"email": f"n{n}@mail.example"}
            hub.portal.records.submit("0-1", values, at_ms=n, due=0.0)
    until(lambda: len(receiver.events) == 120)
    times = [event["occurredAt"] for event in receiver.events]
    assert times != sorted(times)
    assert sorted(times) == sorted([*range(60), *range(60)])


def test_webhook_delay_lets_events_wait(hub, receiver):
    """Nothing is sent before the delay is over."""
    hub.portal.amend_switches(webhook_delay=3600.0)
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE))
    with hub.portal.lock:
        hub.portal.webhooks.collect(hub.portal, time.monotonic())
    hub.portal.amend_switches(webhook_delay=0.0)
    hub.submit(INTAKE, hub.good(INTAKE, email="second@mail.example"))
    until(lambda: receiver.events)
    assert len(receiver.events) == 1


@pytest.mark.parametrize(
    ("setting", "classic", "generic"),
    [("never", None, None), ("generic", None, True), ("always", True, True)],
)
def test_webhook_is_sensitive_says_which_events_tell(hub, receiver, setting, classic, generic):
    """The switch covers the readings of the open question."""
    hub.portal.amend_switches(webhook_is_sensitive=setting)
    subscribe(hub, receiver, f"contact.propertyChange:{SENSITIVE}",
              f"object.propertyChange:0-1/{SENSITIVE}")  # fmt: skip
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: len(receiver.events) == 2)
    told = {e["subscriptionType"]: e.get("isSensitive") for e in receiver.events}
    assert told == {"contact.propertyChange": classic, "object.propertyChange": generic}


def test_webhook_foreign_targets_are_kept_and_never_called(hub):
    """Another machine's address can be set as HubSpot's clients do, unless the switch is off;
    nothing goes there. Who sets one by the emulator's own route waits for webhooks: refused."""
    own = {"url": "https://www.example.com/hubspot", "subscribe": ["contact.creation"]}
    assert hub.admin("PUT", "webhooks", own).status_code == 400

    def put(url):
        return hub.call(
            "PUT", f"/webhooks/v3/{APP_ID}/settings", token=None,
            params={"hapikey": hub.portal.developer_key},
            json={"targetUrl": url, "throttling": {"maxConcurrentRequests": 10}},
        ).status_code  # fmt: skip

    hub.portal.amend_switches(webhook_foreign_targets=False)
    assert put("https://www.example.com/hubspot") == 400
    hub.portal.amend_switches(webhook_foreign_targets=True)
    assert put("http://www.example.com/hubspot") == 400
    assert put("https://www.example.com/hubspot") == 200
    hub.call(
        "POST", f"/webhooks/v3/{APP_ID}/subscriptions", token=None,
        params={"hapikey": hub.portal.developer_key},
        json={"eventType": "contact.creation", "active": True},
    )  # fmt: skip
    hub.submit(INTAKE, hub.good(INTAKE))
    (row,) = until(lambda: deliveries(hub))
    assert until(lambda: deliveries(hub)[0]["state"] == "not_sent")
    assert row["attempts"] == []


def test_events_can_be_made_by_hand_and_sent_again(hub, receiver):
    """What is given stands; the rest is what every event has. Sent again, the ids stay."""
    subscribe(hub, receiver)
    event = {"subscriptionType": "deal.creation", "objectId": 7, "portalId": 1}
    sent = hub.admin("POST", "webhooks/send", {"events": [event]}).json()["delivery"]
    until(lambda: len(receiver.events) == 1)
    assert hub.admin("POST", f"webhooks/deliveries/{sent}/send_again").status_code == 202
    until(lambda: len(receiver.events) == 2)
    first, second = receiver.events
    assert first == second
    assert first.items() >= event.items()
    assert hub.admin("POST", "webhooks/deliveries/999/send_again").status_code == 404


def test_what_is_sent_can_be_wrong(hub, receiver):
    """A body that is no JSON, a stamp too old, and a signature of somebody else."""
    subscribe(hub, receiver)
    wrong = {"body": "not json", "seconds_ago": 400, "forged": True}
    hub.admin("POST", "webhooks/send", wrong)
    (arrived,) = until(lambda: receiver.arrived)
    assert arrived.body == b"not json"
    stamp = arrived.headers["X-HubSpot-Request-Timestamp"]
    right = version_3(hub.emulator.client_secret, "POST", receiver.url, arrived.body, stamp)
    assert arrived.headers["X-HubSpot-Signature-v3"] != right


def test_the_emulators_own_list_shows_no_value(hub, receiver):
    """Types, states and statuses; no value, not even an ordinary one."""
    subscribe(hub, receiver, "contact.propertyChange:firstname")
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: [d for d in deliveries(hub) if d["state"] == "delivered"])
    text = hub.admin("GET", "webhooks").text
    assert "Ada" not in text
    assert "contact.propertyChange" in text


def test_a_target_named_localhost_is_found(hub, receiver):
    """The name is this machine's, on either of its addresses."""
    receiver.url = receiver.url.replace("127.0.0.1", "localhost")
    subscribe(hub, receiver, "contact.creation")
    hub.submit(INTAKE, hub.good(INTAKE))
    until(lambda: receiver.events)


def test_a_write_of_the_api_is_told_too(hub, receiver):
    """A record changed by the objects API has another source, and a cleared value is empty."""
    subscribe(hub, receiver, "contact.creation", "contact.propertyChange:firstname",
              "contact.deletion")  # fmt: skip
    token = hub.portal.issue_token(["crm.objects.contacts.read", "crm.objects.contacts.write"])
    base = "/crm/v3/objects/contacts"
    body = {"properties": {"firstname": "Ada"}, "associations": []}
    made = hub.call("POST", base, token=token, json=body).json()
    hub.call("PATCH", f"{base}/{made['id']}", token=token, json={"properties": {"firstname": ""}})
    hub.call("DELETE", f"{base}/{made['id']}", token=token)
    until(lambda: len(receiver.events) == 4)
    assert {event["changeSource"] for event in receiver.events} == {"INTEGRATION"}
    values = [e["propertyValue"] for e in receiver.events if "propertyValue" in e]
    assert sorted(values) == ["", "Ada"]
    assert sorted(e["changeFlag"] for e in receiver.events if "changeFlag" in e) == [
        "DELETED",
        "NEW",
    ]
