"""Faults on demand: each kind, where it strikes, and whether the submission was stored."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import requests

from gateway.emulator.faults import KINDS, Area

INTAKE = "Patient intake"
STATUSES = {
    "401_missing": 401, "401_expired": 401, "403": 403, "403_required_scopes": 403,
    "403_not_public": 403, "403_banned": 403, "403_unexplained": 403, "404": 404,
    "423": 423, "429": 429, "429_daily": 429, "477": 477, "500": 500, "502_html": 502, "504_html": 504,
    "slow": 200, "garbage_json": 200, "redirect": 307, "500_after_store": 500,
    "502_after_store": 502, "503_html": 503, "524_after_store": 524, "429_retry_after": 429, "ip_block": 429, "slow_before": 500,
}  # fmt: skip
DROPS = {"drop_before": 0, "drop_after_store": 1, "reset": 0, "reset_after_store": 1,
         "late_store": 1}  # fmt: skip
STORED = {"slow", "garbage_json", "500_after_store", "502_after_store", "524_after_store"}


def test_every_kind_is_tried():
    """The two tables of this file name every kind."""
    assert STATUSES.keys() | DROPS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", STATUSES)
def test_a_fault_strikes_once_with_its_shape(hub, kind):
    """The call after the fault is as ever; only some kinds store the submission."""
    assert hub.admin("POST", "faults", {"on": "secure_submit", "kind": kind}).ok
    answer = hub.submit(INTAKE, hub.good(INTAKE))
    assert answer.status_code == STATUSES[kind]
    assert answer.headers["X-Sealed-Intake-Emulator"] == "1"
    assert len(hub.portal.submissions()) == (kind in STORED)
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 200


@pytest.mark.parametrize(("kind", "stored"), DROPS.items())
def test_a_dropped_connection_gives_no_answer(hub, kind, stored):
    """The connection is cut without a byte; whether it was stored only the account knows."""
    hub.portal.faults.add("secure_submit", kind)
    with pytest.raises(requests.ConnectionError):
        hub.submit(INTAKE, hub.good(INTAKE))
    assert len(hub.portal.submissions()) == stored
    assert hub.portal.journal.entries()[-1].status == 0
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "resets"),
    [("reset", True), ("reset_after_store", True), ("drop_before", False)],
)
def test_a_reset_is_not_a_close(hub, kind, resets):
    """A reset reaches the caller as a TCP RST, a dropped connection as an end of the stream."""
    hub.portal.faults.add("account", kind)
    port = int(hub.emulator.api_base.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        raw.sendall(b"GET /account-info/v3/details HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        if resets:
            with pytest.raises(ConnectionResetError):
                raw.recv(1)
        else:
            assert raw.recv(1) == b""


def test_late_stores_come_when_they_are_due(hub):
    """Many requests outlive their connections at once, and each is carried out in its time."""
    before = threading.active_count()
    hub.portal.faults.add("secure_submit", "late_store", times=20, seconds=0.5)
    for number in range(20):
        with pytest.raises(requests.ConnectionError):
            hub.submit(INTAKE, hub.good(INTAKE), body=_tagged(f"late{number}"))
    begun = hub.portal.arrivals()[0].at
    assert len(hub.portal.submissions()) < 20
    assert threading.active_count() < before + 10
    time.sleep(max(0.0, hub.portal.arrivals()[-1].at + 0.55 - time.monotonic()))
    assert hub.portal.tags() == {f"late{number}": 1 for number in range(20)}
    first = hub.portal.submissions()[0]
    assert first.visible_at == pytest.approx(begun + 0.5)
    age = time.time() - first.submitted_at / 1000
    assert age == pytest.approx(time.monotonic() - begun - 0.5, abs=0.1)


def test_a_late_store_meets_the_account_of_its_time(hub):
    """What is changed after a late call fell due does not touch it; its token is checked
    when it comes."""
    hub.portal.faults.add("secure_submit", "late_store", times=2)
    for token in ("main", "garbage"):
        with pytest.raises(requests.ConnectionError):
            hub.submit(INTAKE, hub.good(INTAKE), token=token)
    hub.portal.amend_form(hub.form_id(INTAKE), {"archived": True})
    assert len(hub.portal.submissions()) == 1


def test_a_reset_forgets_what_is_late(hub):
    """Back at the seed, nothing late is left to come."""
    hub.portal.faults.add("secure_submit", "late_store", seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        hub.submit(INTAKE, hub.good(INTAKE))
    hub.portal.reset()
    time.sleep(0.06)
    assert hub.portal.submissions() == ()


def test_slow_and_failed(hub):
    """An answer may be late, a 500, and the truth: nothing was stored."""
    hub.portal.faults.add("secure_submit", "slow_before", seconds=0.2)
    begun = time.monotonic()
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 500
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("switch", [False, True])
def test_a_429_may_say_how_long(hub, switch):
    """The fault's own seconds are told, whatever the switch says of other 429s."""
    hub.portal.amend_switches(retry_after=switch)
    hub.portal.faults.add("secure_submit", "429_retry_after", seconds=2.5)
    assert hub.submit(INTAKE, hub.good(INTAKE)).headers["Retry-After"] == "3"


def test_the_edge_s_block_is_plain_text(hub):
    """Each struck call gets the edge's body, and ten of them block nobody any further."""
    hub.portal.faults.add("*", "ip_block", times=12)
    answers = [hub.get("/account-info/v3/details") for _ in range(13)]
    assert {a.text for a in answers[:12]} == {"error code: 1015"}
    assert answers[12].status_code == 200


def test_a_fault_strikes_where_it_makes_sense(hub):
    """Only a submission can be stored late: elsewhere the fault is refused, or spares."""
    with pytest.raises(ValueError, match=r"public_submit, secure_submit"):
        hub.portal.faults.add("forms", "late_store")
    hub.portal.faults.add("*", "late_store")
    assert hub.get("/marketing/v3/forms").status_code == 200
    assert len(hub.portal.faults.listing()) == 1


def _tagged(tag: str) -> dict:
    return {"context": {"pageUri": f"https://intake.example/f/~s/{tag}", "pageName": "Intake"}}


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("502_html", "502 Bad Gateway"),
        ("503_html", "503 Service Temporarily Unavailable"),
        ("504_html", "504 Gateway Time-out"),
        ("524_after_store", "524 A timeout occurred"),
    ],
)
def test_the_edge_speaks_html(hub, kind, title):
    """A gateway error is a page, not JSON."""
    hub.portal.faults.add("forms", kind)
    answer = hub.get("/marketing/v3/forms")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert title in answer.text


def test_half_an_answer_is_not_json(hub):
    """A cut body has status 200 and cannot be parsed."""
    hub.portal.faults.add("secure_submit", "garbage_json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        hub.submit(INTAKE, hub.good(INTAKE)).json()


def test_a_migration_says_when_to_come_back(hub):
    """477 carries Retry-After in seconds."""
    hub.portal.faults.add("secure_submit", "477", seconds=90)
    answer = hub.submit(INTAKE, hub.good(INTAKE))
    assert (answer.status_code, answer.headers["Retry-After"]) == (477, "90")


def test_a_slow_answer_is_late_but_stored_at_once(hub):
    """A caller that gave up finds the submission stored."""
    hub.portal.faults.add("secure_submit", "slow", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        hub.session.post(
            hub.emulator.api_base + hub.submit_path(INTAKE),
            headers={"Authorization": f"Bearer {hub.emulator.access_token}"},
            json={"fields": [{"objectTypeId": "0-1", "name": k, "value": v}
                             for k, v in hub.good(INTAKE).items()]},
            timeout=0.5,
        )  # fmt: skip
    assert len(hub.portal.submissions()) == 1


def test_a_redirect_leads_where_nobody_should_go(hub):
    """Whoever follows the redirect is seen in the journal."""
    hub.portal.faults.add("secure_submit", "redirect")
    target = hub.submit(INTAKE, hub.good(INTAKE)).headers["Location"]
    hub.call("POST", target, token=None, json={})
    assert hub.portal.journal.entries()[-1].path == target


AREAS = {
    Area.SECURE_SUBMIT: ("POST", "/submissions/v3/integration/secure/submit/1/x"),
    Area.PUBLIC_SUBMIT: ("POST", "/submissions/v3/integration/submit/1/x"),
    Area.SUBMISSIONS: ("GET", "/form-integrations/v1/submissions/forms/x"),
    Area.FORMS: ("GET", "/marketing/v3/forms"),
    Area.PROPERTIES: ("GET", "/crm/v3/properties/contacts"),
    Area.VALIDATIONS: ("GET", "/crm/v3/property-validations/0-1"),
    Area.OBJECTS: ("GET", "/crm/v3/objects/contacts"),
    Area.ACCOUNT: ("GET", "/account-info/v3/details"),
    Area.SCHEMAS: ("GET", "/crm-object-schemas/v3/schemas"),
    Area.WEBHOOKS: ("GET", "/webhooks/v3/1/settings"),
    Area.TOKEN: ("POST", "/oauth/v3/token/introspect"),
}


def test_every_area_is_tried():
    """The table of areas is complete."""
    assert AREAS.keys() == set(Area)


@pytest.mark.parametrize("area", Area)
def test_a_fault_strikes_its_area_only(hub, area):
    """A fault of one area leaves the others alone; a fault everywhere spares none."""
    hub.portal.faults.add(area, "423", times=None)
    struck = {a for a, (method, path) in AREAS.items() if hub.call(method, path).status_code == 423}
    assert struck == {area}
    hub.portal.faults.clear()
    hub.portal.faults.add("*", "423", times=len(AREAS))
    assert all(hub.call(*call).status_code == 423 for call in AREAS.values())
    assert hub.call(*AREAS[area]).status_code != 423


def test_a_fault_may_last(hub):
    """``times: null`` strikes until it is cleared."""
    assert hub.admin("POST", "faults", {"on": "*", "kind": "500", "times": None}).ok
    assert {hub.get("/marketing/v3/forms").status_code for _ in range(5)} == {500}
    assert hub.admin("DELETE", "faults").status_code == 204
    assert hub.get("/marketing/v3/forms").status_code == 200


RULE_15 = {
    "401, no token": "401_missing",
    "401, expired": "401_expired",
    "403, a scope is missing": "403",
    "404": "404",
    "423": "423",
    "429": "429",
    "477 with Retry-After": "477",
    "502 as HTML": "502_html",
    "504 as HTML": "504_html",
    "the answer is lost after the submission was stored": "drop_after_store",
    "a slow answer": "slow",
}
"""What a believable emulator can do on demand: rule 15 of our contract with HubSpot."""


@pytest.mark.parametrize("kind", RULE_15.values(), ids=RULE_15)
def test_every_fault_of_the_contract_has_a_fresh_correlation_id(hub, kind):
    """Each is there by the admin's route; where there is an answer, no two share their id."""
    body = {"on": "secure_submit", "kind": kind, "times": 2, "seconds": 0.01}
    assert hub.admin("POST", "faults", body).ok
    seen = set()
    for _ in range(2):
        try:
            answer = hub.submit(INTAKE, hub.good(INTAKE))
        except requests.ConnectionError:
            assert kind in DROPS
            return
        seen.add(answer.headers["X-HubSpot-Correlation-Id"])
        assert answer.status_code == STATUSES[kind]
    assert len(seen) == 2


def test_every_kind_says_what_hubspot_does():
    """A sentence each, for the page and the documentation."""
    assert all(kind.doc.endswith(".") for kind in KINDS.values())
    assert len({kind.doc for kind in KINDS.values()}) == len(KINDS)


def test_one_fault_is_taken_away(hub):
    """By the id it is listed with; the others stay, and no id comes twice."""
    for kind in ("500", "423"):
        hub.admin("POST", "faults", {"on": "forms", "kind": kind})
    hub.admin("POST", "faults", {"on": "*", "mix": {"500": 0.5}})
    first, second, mix = hub.admin("GET", "faults").json()["faults"]
    for one in (first, mix):
        assert hub.admin("DELETE", f"faults/{one['id']}").status_code == 204
    assert hub.admin("GET", "faults").json()["faults"] == [second]
    for gone in (first["id"], 0, "x", 10**30):
        assert hub.admin("DELETE", f"faults/{gone}").status_code == 404
    (*_, third) = hub.admin("POST", "faults", {"on": "forms", "kind": "500"}).json()["faults"]
    assert third["id"] not in {first["id"], second["id"], mix["id"]}


@pytest.mark.parametrize(
    "fault",
    [
        {"on": "moon", "kind": "500"},
        {"on": "*", "kind": "rain"},
        {"on": "*", "kind": "500", "times": 0},
        {"on": "*", "kind": "500", "times": "often"},
        {"on": "*", "kind": "slow", "seconds": -1},
        {"on": "*", "kind": "slow", "seconds": "long"},
        {"on": 1, "kind": 2},
        {},
    ],
)
def test_a_bad_fault_is_told(hub, fault):
    """A fault that does not exist is refused, and none is switched on."""
    assert hub.admin("POST", "faults", fault).status_code == 400
    assert hub.admin("GET", "faults").json() == {"faults": []}


def test_a_stop_does_not_wait_for_a_slow_answer():
    """Stopping ends a slow answer at once."""
    from gateway.emulator import Emulator

    emulator = Emulator()
    emulator.start()
    emulator.portal.faults.add("account", "slow", seconds=600)
    url = emulator.api_base + "/account-info/v3/details"
    caller = threading.Thread(target=lambda: requests.get(url, timeout=300))
    caller.start()
    deadline = time.monotonic() + 60
    while not emulator.portal.journal.entries() and time.monotonic() < deadline:
        time.sleep(0.01)
    begun = time.monotonic()
    emulator.stop()
    caller.join(60)
    assert time.monotonic() - begun < 60
    assert not caller.is_alive()
