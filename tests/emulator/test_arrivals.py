"""The record of arrivals: when, where, how it ended and which tag, and no value."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from gateway.emulator.arrivals import tag_of
from gateway.emulator.faults import Area

INTAKE = "Patient intake"


def _tagged(tag: str) -> dict:
    return {"context": {"pageUri": f"https://intake.example/f/~s/{tag}", "pageName": "Intake"}}


def test_every_call_of_an_area_is_there(hub):
    """Stored, refused, struck, blocked and read: each call is one arrival, in order."""
    hub.submit(INTAKE, hub.good(INTAKE), body=_tagged("A"))
    hub.submit(INTAKE, {}, body=_tagged("B"))
    hub.portal.faults.add("secure_submit", "reset")
    with pytest.raises(requests.ConnectionError):
        hub.submit(INTAKE, hub.good(INTAKE), body=_tagged("C"))
    hub.submit(INTAKE, hub.good(INTAKE))
    hub.get(f"/form-integrations/v1/submissions/forms/{hub.form_id(INTAKE)}")
    hub.get("/nothing/here")
    hub.admin("GET", "requests")
    assert [tuple(row)[1:] for row in hub.portal.arrivals()] == [
        (Area.SECURE_SUBMIT, 200, "A"),
        (Area.SECURE_SUBMIT, 400, "B"),
        (Area.SECURE_SUBMIT, 0, "C"),
        (Area.SECURE_SUBMIT, 200, None),
        (Area.SUBMISSIONS, 200, None),
    ]


def test_the_time_is_taken_before_any_wait(hub):
    """A call that waits for the account's lock came when its head was read."""
    begun = time.monotonic()
    with hub.portal.lock:
        caller = threading.Thread(target=hub.get, args=("/account-info/v3/details",))
        caller.start()
        time.sleep(2.0)
    caller.join(60)
    assert hub.portal.arrivals()[0].at - begun < 1.8


def test_the_time_is_of_the_head_not_the_body(hub):
    """A body that comes late does not make the call late."""

    def parts():
        yield b"{"
        time.sleep(2.0)
        yield b"}"

    begun = time.monotonic()
    headers = {"Content-Type": "application/json"}
    hub.call("POST", hub.submit_path(INTAKE), data=parts(), headers=headers)
    (row,) = hub.portal.arrivals()
    assert row.at - begun < 1.8
    assert row.status == 400


def test_arrivals_over_http(hub):
    """The admin route lists them, of one area when it is named, and no value with them."""
    hub.submit(INTAKE, hub.good(INTAKE), body=_tagged("A"))
    hub.get("/account-info/v3/details")
    answer = hub.admin("GET", "arrivals")
    assert [row[1:] for row in answer.json()["arrivals"]] == [
        ["secure_submit", 200, "A"], ["account", 200, None],
    ]  # fmt: skip
    assert "ada.probe" not in answer.text
    assert len(hub.admin("GET", "arrivals?area=account").json()["arrivals"]) == 1
    assert hub.admin("GET", "arrivals?area=moon").status_code == 400


def test_tags_are_counted(hub):
    """Each stored tag with its count; refused and untagged submissions are not there."""
    for tag in ("A", "A", "B"):
        hub.submit(INTAKE, hub.good(INTAKE), body=_tagged(tag))
    hub.submit(INTAKE, {}, body=_tagged("C"))
    hub.submit(INTAKE, hub.good(INTAKE))
    assert hub.portal.tags() == hub.admin("GET", "tags").json() == {"A": 2, "B": 1}
    assert hub.admin("GET", "submissions/count").json() == {"count": 4}


@pytest.mark.parametrize(
    ("uri", "tag"),
    [
        ("https://i.example/f/~s/AB", "AB"),
        ("https://i.example/f/~s/AB?x=1#y", "AB"),
        ("https://i.example/f/~s/AB/more", "AB"),
        ("https://i.example/f/~s/", None),
        ("https://i.example/f", None),
        (None, None),
        (7, None),
    ],
)
def test_a_tag_is_one_part_of_the_path(uri, tag):
    """Up to the next mark of an address; anything else has no tag."""
    assert tag_of(uri) == tag


@pytest.mark.parametrize("context", [7, {"pageUri": 7}, {}, None])
def test_a_context_of_any_shape_is_an_arrival(hub, context):
    """A malformed context is a call without a tag."""
    hub.submit(INTAKE, {}, body={"context": context})
    assert hub.portal.arrivals()[-1].tag is None
