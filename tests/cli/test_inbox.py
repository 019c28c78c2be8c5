"""``inbox``: what HubSpot reported, as text and as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from notices import CANARY, PUBLIC, SECRET, event, signed

from gateway import bootstrap
from gateway.hubspot.webhooks import Arrived
from gateway.settings import load_settings


@pytest.fixture
def told(shell: Any, emulator: dict[str, Any]) -> Iterator[Any]:
    """Reports events of these, to the outbox that ``shell`` looks at."""
    environ = {**shell.environ, "HUBSPOT_CLIENT_SECRET": SECRET, "GATEWAY_PUBLIC_URL": PUBLIC}
    with bootstrap.open_gateway(load_settings(environ, None)) as gateway:

        def report(*events: dict[str, Any]) -> None:
            body = json.dumps(
                [{**one, "portalId": emulator["portal_id"]} for one in events]
            ).encode()
            call = signed(body, time.time_ns() // 1_000_000)
            headers = [(n.lower().encode(), v.encode()) for n, v in call.headers.items()]
            arrived = Arrived(b"POST", call.target.encode(), headers, body)
            assert gateway.webhooks.receive(arrived).refusal is None

        yield report


def test_what_was_reported_is_listed(shell: Any, told: Any) -> None:
    """Newest first, with class and source, and without a value."""
    told(event(1), event(2, propertyName="firstname", changeSource="FORM"),
         event(3, subscriptionType="company.creation", propertyName=None))  # fmt: skip
    run = shell("inbox", "--json")
    assert run.code == 0
    items = run.document["items"]
    assert [one["property"] for one in items] == [None, "firstname", "passport_number"]
    assert [one["class"] for one in items] == [None, "non_sensitive", "sensitive"]
    assert [one["redacted"] for one in items] == [None, False, True]
    assert [one["change"] for one in items] == ["creation", "propertyChange", "propertyChange"]
    text = shell("inbox").out
    assert "contact 847297356: firstname by a form submission (not sensitive)" in text
    assert "company 847297356: created by a person in HubSpot" in text
    assert CANARY not in text + run.out


def test_it_is_narrowed_down(shell: Any, told: Any) -> None:
    """By kind of record, by its name or id, and by property."""
    told(event(1), event(2, propertyName="salary"), event(3, subscriptionType="deal.creation"))
    for arguments, count in (
        (("--object", "contact"), 2), (("--object", "0-1"), 2), (("--object", "deal"), 1),
        (("--property", "salary"), 1), (("--object", "2-7"), 0), (("--limit", "1"), 1),
    ):  # fmt: skip
        assert len(shell("inbox", "--json", *arguments).document["items"]) == count
    assert shell("inbox", "--limit", "0").code == 2


def test_an_empty_inbox_says_what_to_do(shell: Any) -> None:
    """Where HubSpot is to send its webhooks, and what is missing so that it is believed."""
    run = shell("inbox")
    assert run.code == 0
    assert "HUBSPOT_CLIENT_SECRET is not set" in run.out
    assert run.out.rstrip().endswith("http://localhost:8501/webhooks/hubspot")
    assert shell("inbox", "--json").document["listens"] is False
