"""HubSpot's webhooks over real HTTP, as a proxy hands them on: what is kept, and what is refused."""

from __future__ import annotations

import dataclasses
import http.client
import json
import random
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from notices import CANARY, PATH, PUBLIC, SECRET, Call, event, genuine, mutated, signed

from gateway import bootstrap
from gateway.domain.users import LOCAL_OPERATOR
from gateway.domain.webhooks import Refusal
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway
from gateway.web.webhooks import STATUSES

PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60
PROXY = {"Host": "intake.example", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
         "Via": "1.1 proxy", "User-Agent": "HubSpot Connect 2.0"}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Node:
    """The app behind a proxy, a gateway on the same outbox, and what it wrote to its log."""

    address: str
    gateway: Gateway
    portal_id: int
    log: Path

    def send(self, call: Call, **more: str) -> tuple[int, bytes]:
        """The answer to ``call``, byte for byte as it stands."""
        headers = PROXY | call.headers | more
        host = urlsplit(self.address)
        line = http.client.HTTPConnection(str(host.hostname), host.port, timeout=_PATIENCE_S)
        try:
            line.putrequest(call.method, call.target, skip_host=True, skip_accept_encoding=True)
            for name, value in {**headers, "Content-Length": str(len(call.body))}.items():
                line.putheader(name, value.encode())
            line.endheaders(call.body)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def events(self, *events: Any) -> tuple[int, Any]:
        """The answer to these events, signed now."""
        status, body = self.send(signed(json.dumps(events).encode(), now()))
        return status, json.loads(body)

    def event(self, number: int, **changes: Any) -> dict[str, Any]:
        return event(number, **{"portalId": self.portal_id, **changes})

    def kept(self, first: int = 0) -> list[int]:
        """The ids of all events kept, from ``first`` on."""
        rows = self.gateway.webhooks.inbox(by=LOCAL_OPERATOR, limit=5000).rows
        ids = (row.kept.notice.event_id for row in rows)
        return sorted(one for one in ids if one >= first)


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def node(start_for_all: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("node")
    with Emulator() as emulator:
        environment = {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_FORMS_BASE": emulator.forms_base,
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "GATEWAY_DATA_DIR": str(folder / "data"),
            "GATEWAY_PUBLIC_URL": PUBLIC,
        }
        with (
            start_for_all(PROJECT / "app.py", folder / "run", "/readyz", **environment) as address,
            bootstrap.open_gateway(load_settings(environment, env_file=None)) as gateway,
        ):
            yield Node(address, gateway, emulator.portal_id, folder / "run" / "log.txt")


def test_a_signed_request_is_kept(node: Node) -> None:
    """It comes through a proxy, under the public name, and is answered once it is durable."""
    assert node.events(node.event(1001), node.event(1002)) == (200, {"stored": 2, "repeated": 0})
    assert node.kept(1001)[:2] == [1001, 1002]


def test_a_repeat_is_kept_once(node: Node) -> None:
    """The same request again, to the byte, and its events in another request."""
    call = signed(json.dumps([node.event(2001), node.event(2002)]).encode(), now())
    assert node.send(call)[0] == node.send(call)[0] == 200
    again = node.events(node.event(2002, attemptNumber=1), node.event(2003))
    assert again == (200, {"stored": 1, "repeated": 1})
    assert [one for one in node.kept() if 2001 <= one < 2100] == [2001, 2002, 2003]


def test_a_hundred_events_and_many_requests_at_once(node: Node) -> None:
    """Full batches, ten at a time as HubSpot sends them, each of them twice: each event once."""
    batches = [
        json.dumps([node.event(100_000 + 100 * batch + n) for n in range(100)]).encode()
        for batch in range(10)
    ]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda body: node.send(signed(body, now())), batches * 2))
    assert {status for status, _ in answers} == {200}
    assert sum(json.loads(body)["stored"] for _, body in answers) == 1000
    assert node.kept(100_000) == list(range(100_000, 101_000))


def test_changed_requests_are_never_taken_and_never_a_fault(node: Node) -> None:
    """Of some hundreds, each with something in it that HubSpot did not sign, none is taken and
    none answered with 5xx; the genuine ones among them are all believed."""
    draw = random.Random(3)
    before = node.kept()
    statuses = [_status(node, mutated(draw, genuine(draw, now()))) for _ in range(400)]
    assert set(statuses) <= {HUNG_UP, 400, 401, 403, 404, 405, 431}
    assert statuses.count(401) > 200
    assert node.kept() == before
    believed = [node.send(genuine(draw, now()))[0] for _ in range(40)]
    assert set(believed) == {403}, "believed, and of another account"


HUNG_UP = 0
"""The server refused a method or a path without reading the body, so the answer may be lost."""


def _status(node: Node, call: Call) -> int:
    try:
        return node.send(call)[0]
    except (ConnectionError, http.client.HTTPException):
        return HUNG_UP


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no json", Refusal.NOT_JSON),
        (b"[{", Refusal.NOT_JSON),
        (b'{"eventId": 1}', Refusal.NOT_A_LIST),
        (b"[" + b"{}," * 100 + b"{}]", Refusal.TOO_MANY),
        (b'[{"eventId": "CANARY"}]', Refusal.UNREADABLE),
    ],
)
def test_what_is_no_list_of_events_is_refused_with_a_reason(
    node: Node, body: bytes, code: Refusal
) -> None:
    """Signed or not, what cannot be read is a 4xx that says why, and repeats nothing."""
    status, answer = node.send(signed(body, now()))
    assert (status, json.loads(answer)["error"]["code"]) == (STATUSES[code], code.value)
    assert 400 <= status < 500
    assert b"CANARY" not in answer


def test_a_batch_is_refused_whole(node: Node) -> None:
    """One event of another account, or one that cannot be read: the answer names it, and none of
    the others is kept."""
    foreign = node.event(3002, portalId=node.portal_id + 1)
    status, answer = node.events(node.event(3001), foreign, node.event(3003))
    assert (status, answer["error"]["code"], answer["error"]["event"]) == (403, "portal", 1)
    status, answer = node.events(
        node.event(3001), node.event(3002), node.event(3003, eventId="odd")
    )
    assert (status, answer["error"]["code"], answer["error"]["event"]) == (400, "unreadable", 2)
    assert not [one for one in node.kept() if 3000 <= one < 3100]


def test_every_way_to_be_unsigned_sounds_the_same(node: Node) -> None:
    """An old time, a wrong secret and no signature at all get one answer."""
    body = json.dumps([node.event(4001)]).encode()
    calls = (
        signed(body, now() - 400_000),
        signed(body, now(), secret="another-secret"),
        signed(body, now(), public="https://other.example"),
        dataclasses.replace(signed(body, now()), headers={}),
    )
    answers = {node.send(call) for call in calls}
    assert len(answers) == 1
    ((status, answer),) = answers
    assert (status, json.loads(answer)["error"]["code"]) == (401, "signature")


def test_the_query_belongs_to_what_is_signed(node: Node) -> None:
    """As it was sent, escapes and all."""
    body = json.dumps([node.event(4101)]).encode()
    target = f"{PATH}?u=https%3A%2F%2Fx%2F&v=%20%26"
    assert node.send(signed(body, now(), target=target))[0] == 200
    assert node.send(signed(body, now(), target=target + "&w=1"))[0] == 200
    assert node.send(dataclasses.replace(signed(body, now()), target=target))[0] == 401


def test_only_the_public_name_and_this_machine_are_ours(node: Node) -> None:
    """A proxy may hand the public name on, or call us by our own; any other is misdirected."""
    call = signed(json.dumps([node.event(4201)]).encode(), now())
    own = urlsplit(node.address).netloc
    assert [
        node.send(call, Host=host)[0] for host in ("intake.example", "INTAKE.example:443", own)
    ] == [200] * 3
    for host in ("other.example", "intake.example.other", "", "intake.example@other"):
        assert node.send(call, Host=host)[0] == 421


def test_a_page_elsewhere_cannot_call_it(node: Node) -> None:
    """A browser names its origin, and HubSpot is no browser."""
    call = signed(json.dumps([node.event(4301)]).encode(), now())
    assert node.send(call, Origin="https://intake.example")[0] == 403
    assert node.kept(4301)[:1] != [4301]


@pytest.mark.parametrize("path", ["/", "/inbox", "/metrics", "/readyz", "/_stcore/health"])
def test_a_proxy_reaches_nothing_else(node: Node, path: str) -> None:
    """With the same headers, every other path is refused, whatever is signed."""
    for method in ("GET", "POST"):
        call = dataclasses.replace(signed(b"[]", now(), target=path), method=method)
        assert node.send(call)[0] == 403
    assert node.send(dataclasses.replace(signed(b"[]", now()), method="GET"))[0] == 403


def test_it_can_only_be_posted_to(node: Node) -> None:
    """On this machine, too."""
    assert requests.get(node.address + PATH, timeout=_PATIENCE_S).status_code == 405


def test_what_is_too_large_is_refused_and_heard(node: Node) -> None:
    """Told before or after it was sent, in one piece or in many: 413."""
    body = b"[" + b" " * 2**20 + b"]"
    assert node.send(signed(body, now()))[0] == 413
    parts = (b" " * 65_536 for _ in range(40))
    answer = requests.post(node.address + PATH, data=parts, headers=PROXY, timeout=_PATIENCE_S)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_who_does_not_finish_is_told_so(node: Node) -> None:
    """Half a body is waited for a few seconds, and then refused; others are answered meanwhile."""
    host = urlsplit(node.address)
    with socket.create_connection((host.hostname, host.port), timeout=_PATIENCE_S) as line:
        line.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: intake.example\r\nContent-Length: 100\r\n\r\n[".encode()
        )
        assert node.events(node.event(5001))[0] == 200
        assert line.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_a_caller_that_hangs_up_hurts_nobody(node: Node) -> None:
    """It leaves in the middle of its body; the next one is answered."""
    host = urlsplit(node.address)
    for _ in range(5):
        with socket.create_connection((host.hostname, host.port), timeout=_PATIENCE_S) as line:
            line.sendall(
                f"POST {PATH} HTTP/1.1\r\nHost: intake.example\r\nContent-Length: 9\r\n\r\n[".encode()
            )
    assert node.events(node.event(5101))[0] == 200


def test_numbers_count_it_and_hold_nothing_else(node: Node) -> None:
    """Events by outcome, refusals by reason; both labels are closed lists."""
    node.events(node.event(6001))
    node.send(signed(b"{}", now()))
    told = requests.get(node.address + "/metrics", timeout=_PATIENCE_S).text
    lines = [line for line in told.splitlines() if line.startswith("sealed_intake_webhook")]
    assert any('webhook_events_total{outcome="stored"}' in line for line in lines)
    reasons = {line.split('"')[1] for line in lines if "refused_total{" in line}
    assert {"not_a_list"} <= reasons <= set(Refusal)


def test_no_value_is_anywhere(node: Node) -> None:
    """The events of these tests all carried one: it is in no file, no log, no number."""
    node.events(node.event(7001, propertyValue=CANARY))
    files = [path for path in node.log.parent.parent.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    assert "Traceback" not in node.log.read_text()


def test_every_refusal_has_a_status() -> None:
    """The table is complete, and only what may be better later is a 5xx."""
    assert set(STATUSES) == set(Refusal)
    later = {refusal for refusal, status in STATUSES.items() if status >= 500}
    assert later == {Refusal.UNKNOWN_PORTAL, Refusal.STORE}


def test_a_demo_believes_its_own_hubspot_only(app: str) -> None:
    """Its secret is new at each start, and an empty one is none."""
    call = signed(b"[]", now(), public="http://localhost:8501", secret="")
    answer = requests.post(app + PATH, data=call.body, headers=call.headers, timeout=_PATIENCE_S)
    assert answer.status_code == 401
