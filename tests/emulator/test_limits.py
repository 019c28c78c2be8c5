"""Rate limits and the block of a caller that does not stop."""

from __future__ import annotations

import pytest

from gateway.emulator.limits import Limits

INTAKE = "Patient intake"
DETAILS = "/account-info/v3/details"


def test_the_window_slides():
    """Places come back one by one, each a window's length after it was taken."""
    limits = Limits()
    taken = [limits.take("w", now, 2, 10.0) for now in (0.0, 6.0, 9.9, 10.0, 15.9, 16.0)]
    assert taken == [True, True, False, True, False, True]
    assert limits.remaining("w", 16.0, 2, 10.0) == 0
    assert limits.remaining("w", 99.0, 2, 10.0) == 2


def test_no_limit_always_has_a_place():
    """A limit of 0 never refuses."""
    limits = Limits()
    assert all(limits.take("w", 0.0, 0, 10.0) for _ in range(1000))


@pytest.mark.parametrize(("gap", "blocks"), [(0.1, True), (0.12, False)])
def test_only_refusals_within_a_second_block(gap, blocks):
    """Ten 429s block when they fall within one second, and for as long as was said."""
    limits = Limits()
    for i in range(10):
        limits.refused(i * gap, 60.0)
    assert limits.blocked(9 * gap + 59.9) is blocks
    assert not limits.blocked(9 * gap + 60.0)


def test_the_call_after_the_last_place_is_refused(hub):
    """With two places the third call gets 429."""
    hub.portal.amend_switches(rate_limit=2)
    assert [hub.get(DETAILS).status_code for _ in range(3)] == [200, 200, 429]


def test_the_body_of_a_429(hub):
    """The body names the policy; nothing says how long to wait."""
    hub.portal.amend_switches(rate_limit=1)
    hub.get(DETAILS)
    answer = hub.get(DETAILS)
    body = answer.json()
    assert body.pop("correlationId")
    assert body.pop("requestId")
    assert body == {
        "status": "error",
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "TEN_SECONDLY_ROLLING",
    }
    assert "Retry-After" not in answer.headers
    assert answer.headers["X-HubSpot-RateLimit-Remaining"] == "0"


def test_headers_count_down(hub):
    """Each answer tells the limit, its length and what is left."""
    hub.portal.amend_switches(rate_limit=190)
    hub.get(DETAILS)
    headers = hub.get(DETAILS).headers
    assert headers["X-HubSpot-RateLimit-Max"] == "190"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "188"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == "999998"


def test_the_day_runs_out_and_begins_anew(hub):
    """Near the day's end the headers say so, then 429 names the policy, until midnight."""
    assert hub.admin("PATCH", "limits", {"calls_today": 999_999}).ok
    assert hub.get(DETAILS).headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
    assert hub.get(DETAILS).json()["policyName"] == "DAILY"
    assert hub.admin("DELETE", "faults").ok
    assert hub.get(DETAILS).status_code == 429
    assert hub.admin("POST", "limits/new_day").status_code == 204
    assert hub.get(DETAILS).headers["X-HubSpot-RateLimit-Daily-Remaining"] == "999999"


def test_submissions_may_have_a_day_of_their_own(hub):
    """A daily limit of submissions leaves every other call alone."""
    hub.portal.amend_switches(submissions_limit_daily=5)
    hub.admin("PATCH", "limits", {"submissions_today": 4})
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 200
    assert hub.submit(INTAKE, hub.good(INTAKE)).json()["policyName"] == "DAILY"
    assert hub.get(DETAILS).status_code == 200
    hub.portal.limits.new_day()
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 200
    assert hub.admin("GET", "limits").json() == {"calls_today": 1, "submissions_today": 1}


@pytest.mark.parametrize("body", [{"calls_today": -1}, {"calls_today": True}, {"calls": 1}])
def test_a_bad_count_is_told(hub, body):
    """What is no count of the day is refused, and nothing changes."""
    assert hub.admin("PATCH", "limits", body).status_code == 400
    assert hub.admin("GET", "limits").json() == {"calls_today": 0, "submissions_today": 0}


def test_no_limit_has_no_window_headers(hub):
    """Where there is no limit nothing says that none is left."""
    assert "X-HubSpot-RateLimit-Max" not in hub.get(DETAILS).headers


def test_submissions_share_the_window(hub):
    """Secure submissions count among all calls of the token, refused ones too."""
    hub.portal.amend_switches(rate_limit=2)
    assert hub.submit(INTAKE, {}).status_code == 400
    assert hub.get(DETAILS).status_code == 200
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 429
    assert hub.portal.submissions() == ()


def test_each_token_has_a_window_of_its_own(hub):
    """Another token is not slowed down."""
    hub.portal.amend_switches(rate_limit=1)
    token = hub.portal.issue_token(["forms"])
    assert [hub.get(DETAILS, token=t).status_code for t in ("main", "main", token)] == [
        200, 429, 200,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["own", "daily"])
def test_ten_refusals_in_a_second_block_the_caller(hub, kind):
    """After ten 429s the edge answers everything with a plain text."""
    if kind == "daily":
        hub.portal.faults.add("account", "429_daily", times=10)
    else:
        hub.portal.amend_switches(rate_limit=1)
        hub.get(DETAILS)
    bodies = [hub.get(DETAILS) for _ in range(11)]
    assert {b.status_code for b in bodies} == {429}
    assert bodies[9].json()["errorType"] == "RATE_LIMIT"
    blocked = bodies[10]
    assert (blocked.text, blocked.headers["Content-Type"]) == (
        "error code: 1015", "text/plain; charset=UTF-8",
    )  # fmt: skip
    assert hub.submit_public(INTAKE, {}).text == "error code: 1015"
    assert hub.admin("DELETE", "faults").ok
    assert hub.get(DETAILS).status_code == 200


def test_nine_refusals_do_not_block(hub):
    """Nine 429s are patience enough."""
    hub.portal.faults.add("account", "429", times=9)
    assert [hub.get(DETAILS).status_code for _ in range(10)] == [429] * 9 + [200]
